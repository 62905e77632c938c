//! What a single line costs in the worst state that the limits allow, counted rather than timed: it does not depend on the
//! machine. `cargo bench --bench worst` times the same lines.

use tertulia::limits::{LINE_MAX_STEPS, MOVEMENTS_TOLD, STEPS_PER_TURN};

use crate::turns::house::{self, House};

#[path = "../../benches/worst/state.rs"]
mod state;
#[path = "../../benches/worst/web.rs"]
mod web;

use state::{FULL, Scale, build, cases};
use web::{ENDING, MESSAGES, Program, Resuming, lose};

/// Everything as large as it may be but for what a line does not look at more of when there is more of it.
const SCALE: Scale = Scale { crowded: 4, hidden: 2, remembered: (100, 400), ..FULL };

/// What a line may allocate, all together: the people of a room, once, to choose among them.
const MAX_BYTES: u64 = 2 * 1024 * 1024;
const MAX_ALLOCATIONS: u64 = 5_000;

/// Beside the lines of a turn, what comes due in it: movements are told, some leave.
const MAX_TURN_STEPS: u64 = 2 * STEPS_PER_TURN;

/// As much as a line may take, and one session more that ends.
const MAX_ENDING_STEPS: u64 = 2 * LINE_MAX_STEPS;

#[test]
fn line_takes_no_more_than_one_may_in_the_worst_state() {
    let mut house = build(&SCALE, |_| {});
    for case in cases(&SCALE, 0) {
        case.prepare(&mut house);
        let heard = takes_no_more(&mut house, case.what, |house| house.send(case.who, &case.line));
        case.conclude(&mut house, heard, &SCALE);
    }
    let program = Program::enter(&mut house, &SCALE);
    for message in &MESSAGES {
        let heard = takes_no_more(&mut house, message.what, |house| program.send(house, message));
        program.conclude(&mut house, message, heard, &SCALE);
    }
    let resuming = Resuming::prepare(&mut house, &SCALE, 0);
    let heard = takes_no_more(&mut house, Resuming::WHAT, |house| resuming.send(house));
    resuming.conclude(&mut house, heard);
    let leaver = state::hider(&mut house, &SCALE, 0);
    takes_no_more(&mut house, state::HIDER_LEAVES, |house| house.send(leaver, b"/salir\n"));
    lose(&mut house, &SCALE);
    let mut before = house.server.work();
    while house.server.has_work() || house.server.next_due().is_some_and(|due| due <= house.now) {
        house.turn();
        let done = house.server.work() - before;
        assert!(done.steps <= MAX_ENDING_STEPS, "{ENDING}: {} steps", done.steps);
        assert!(done.heard <= (MOVEMENTS_TOLD * SCALE.people) as u64, "{ENDING}: {} hear it", done.heard);
        before = house.server.work();
    }
    for (what, bring_about) in state::TURNS {
        let mut before = house.server.work().total();
        bring_about(&mut house, &SCALE);
        while house.server.has_work() || house.server.next_due().is_some_and(|due| due <= house.now) {
            house.turn();
            let now = house.server.work().total();
            assert!(now - before <= MAX_TURN_STEPS, "{what}: {} steps", now - before);
            before = now;
        }
    }
    assert!(house.server.hub().is_empty(), "all have been told that the server stops");
}

/// Sends one line, and holds what comes of it to what it may cost; gives how many heard it.
fn takes_no_more(house: &mut House, what: &str, send: impl FnOnce(&mut House)) -> u64 {
    let before = house.server.work();
    send(house);
    let spent = allocation_counter::measure(|| house.settle());
    let done = house.server.work() - before;
    assert!(done.steps <= LINE_MAX_STEPS, "{what}: {} steps", done.steps);
    assert!(spent.bytes_total <= MAX_BYTES, "{what}: {} bytes", spent.bytes_total);
    assert!(spent.count_total <= MAX_ALLOCATIONS, "{what}: {} allocations", spent.count_total);
    done.heard
}
