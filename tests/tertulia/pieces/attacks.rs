//! The worst that can be done with pieces: it costs no more than lines do.

use std::time::Duration;

use tertulia::config::Config;
use tertulia::limits::{FIRST_PIECE_QUIET, LINE_MAX_BYTES, PIECE_QUIET};

use crate::turns::house::House;

#[test]
fn byte_now_and_then_from_each_of_many_leaves_nothing_due() {
    const PEOPLE: usize = 2_000;
    let mut house = House::new(Config { rate_limit: 0, ..Config::default() });
    let many: Vec<usize> = (0..PEOPLE).map(|_| house.connect()).collect();
    for sent in 0..3 {
        for &one in &many {
            house.send(one, b"x");
        }
        house.settle();
        assert_eq!(house.server.next_due(), None, "after {sent} bytes of each");
        house.waits(Duration::from_millis(900));
    }
    let held = house.server.input_bytes() / PEOPLE;
    assert!(held <= 256, "{held} bytes are held of three");
}

#[test]
fn byte_now_and_then_behind_a_name_is_due_once() {
    let mut house = House::new(Config::default());
    let one = house.connect();
    house.says(one, "Ana");
    house.waits(FIRST_PIECE_QUIET);
    house.waits(Duration::from_secs(60));
    house.says(one, "x");
    assert!(house.server.next_due().is_some());
    for _ in 0..100 {
        house.waits(Duration::from_millis(900));
        house.says(one, "x");
        assert_eq!(house.server.next_due(), None);
    }
}

#[test]
fn piece_that_never_ends_is_bounded_and_looked_at_once() {
    let mut house = House::new(Config::default());
    let one = house.connect();
    house.listen(one);
    house.says(one, "An");
    for _ in 0..3 * LINE_MAX_BYTES {
        house.waits(FIRST_PIECE_QUIET / 2);
        house.says(one, "a");
        assert!(house.server.input_bytes() <= LINE_MAX_BYTES + 256);
    }
    assert_eq!(house.heard(one).matches("demasiado").count(), 1, "it is told once");
    assert_eq!(house.server.next_due(), None);
}

#[test]
fn pieces_are_paced_as_lines_are() {
    let mut house = House::new(Config { rate_limit: 1, ..Config::default() });
    let (ana, eva) = (house.connect(), house.connect());
    house.says(ana, "Ana\n");
    house.says(eva, "Eva");
    house.waits(FIRST_PIECE_QUIET);
    house.listen(ana);
    for piece in 0..200 {
        house.says(eva, format!("m{piece} "));
        house.waits(PIECE_QUIET);
    }
    let lines = house.heard(ana).lines().count();
    assert!(
        (100..=122).contains(&lines),
        "{lines} lines in 20 s, of which each costs a second behind the first 100"
    );
}
