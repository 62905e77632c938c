//! What a single line costs in the worst state that the limits allow, counted rather than timed: it does not depend on the
//! machine. `cargo bench --bench worst` times the same lines.

use tertulia::limits::LINE_MAX_STEPS;

use crate::turns::house;

#[path = "../../benches/worst/state.rs"]
mod state;

use state::{FULL, Scale, build, cases};

/// Everything as large as it may be but for what a line does not look at more of when there is more of it.
const SCALE: Scale = Scale { crowded: 3, hidden: 3, remembered: 3, ..FULL };

/// What a line may allocate, all together: the people of a room, once, to choose among them.
const MAX_BYTES: u64 = 2 * 1024 * 1024;
const MAX_ALLOCATIONS: u64 = 5_000;

#[test]
fn no_line_takes_more_than_one_may_in_the_worst_state() {
    let mut house = build(&SCALE, |_| {});
    let mut heard_most = 0;
    for case in cases(0) {
        house.says(case.who, &case.before);
        house.waits(state::A_WHILE);
        let before = house.server.work();
        let spent = allocation_counter::measure(|| house.says(case.who, &case.line));
        let done = house.server.work() - before;
        let what = case.what;
        assert!(done.steps <= LINE_MAX_STEPS, "{what}: {} steps", done.steps);
        assert!(spent.bytes_total <= MAX_BYTES, "{what}: {} bytes", spent.bytes_total);
        assert!(spent.count_total <= MAX_ALLOCATIONS, "{what}: {} allocations", spent.count_total);
        heard_most = heard_most.max(done.heard);
        house.says(case.who, &case.after);
        house.waits(state::A_WHILE);
    }
    assert!(
        heard_most as usize >= SCALE.people - 2,
        "the state is what it should be: {heard_most} heard a line"
    );
}
