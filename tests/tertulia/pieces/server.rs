//! The quiet behind a piece as the server counts it: by its one queue of deadlines, and only while it reads.

use std::time::Duration;

use tertulia::config::{Config, Share};
use tertulia::limits::{
    DUE_PER_TURN, FIRST_PIECE_QUIET, KEY_QUIET, PIECE_QUIET, QUEUE_MAX_BYTES, RATE_BURST,
};

use super::ALMOST;
use crate::support::peer::welcome_to;
use crate::turns::house::House;

/// A listener, who comes by a line, and one who sends pieces and is in as well; nobody has anything left to be told.
fn house_with_piece_sender(config: Config) -> (House, usize, usize) {
    let mut house = House::new(config);
    let ana = house.connect();
    house.says(ana, "Ana\n");
    let pia = house.connect();
    house.listen(pia);
    house.says(pia, "Pía");
    house.waits(FIRST_PIECE_QUIET);
    assert!(house.heard(pia).ends_with(&welcome_to("Pía", "Aquí está Ana.")));
    house.waits(Duration::from_secs(60));
    house.listen(ana);
    assert_eq!(house.server.next_due(), None, "at rest the server sleeps");
    (house, ana, pia)
}

#[test]
fn server_wakes_up_for_a_piece_and_for_nothing_else() {
    let (mut house, ana, pia) = house_with_piece_sender(Config::default());
    for (piece, quiet) in [("hola", PIECE_QUIET), ("y", KEY_QUIET)] {
        house.says(pia, piece);
        assert_eq!(house.server.next_due(), Some(house.now + quiet));
        house.waits(quiet - ALMOST);
        assert_eq!(house.heard(ana), "");
        house.waits(ALMOST);
        assert_eq!(house.heard(ana), format!("Pía: {piece}\n"));
        assert_eq!(house.server.next_due(), None);
    }
}

#[test]
fn half_a_line_of_who_sends_line_ends_wakes_nobody_up() {
    let (mut house, ana, pia) = house_with_piece_sender(Config::default());
    house.says(ana, "ho");
    assert_eq!(house.server.next_due(), None);
    house.says(ana, "la\n");
    assert_eq!(house.heard(pia), "Ana: hola\n");
    let newcomer = house.connect();
    house.settle();
    assert_eq!(house.server.next_due(), None, "nobody has begun anything");
    house.says(newcomer, "E");
    assert_eq!(house.server.next_due(), None, "a key");
    house.says(newcomer, "va");
    assert_eq!(house.server.next_due(), None);
}

#[test]
fn input_that_has_come_by_then_belongs_to_the_piece_though_no_event_has_told() {
    let (mut house, ana, pia) = house_with_piece_sender(Config::default());
    house.says(pia, "ho");
    house.arrives_untold(pia, "la");
    house.waits(PIECE_QUIET);
    assert_eq!(house.heard(ana), "", "the last read has found more");
    house.waits(PIECE_QUIET);
    assert_eq!(house.heard(ana), "Pía: hola\n");
}

#[test]
fn quiet_is_not_counted_while_reading_is_held_back_by_the_pace() {
    let (mut house, ana, pia) = house_with_piece_sender(Config { rate_limit: 1, ..Config::default() });
    house.says(pia, "x\0".repeat(RATE_BURST as usize + 2));
    assert_eq!(house.heard(ana).lines().count(), RATE_BURST as usize);
    // Nothing of this is read for two seconds: two pieces are left.
    house.says(pia, "ho");
    house.waits(Duration::from_millis(700));
    house.says(pia, "la");
    assert_eq!(house.heard(ana), "");
    house.waits(Duration::from_secs(1));
    assert_eq!(house.heard(ana), "Pía: x\n");
    house.waits(Duration::from_millis(300));
    assert_eq!(house.heard(ana), "Pía: x\n");
    // By now all has been read, and it is their turn again in a second.
    house.waits(PIECE_QUIET * 5);
    assert_eq!(house.heard(ana), "");
    house.waits(PIECE_QUIET * 5);
    assert_eq!(house.server.next_due(), Some(house.now + PIECE_QUIET), "what came is looked at only now");
    house.waits(PIECE_QUIET - ALMOST);
    assert_eq!(house.heard(ana), "");
    house.waits(ALMOST);
    assert_eq!(house.heard(ana), "Pía: hola\n");
    assert_eq!(house.server.next_due(), None);
}

#[test]
fn quiet_is_not_counted_while_reading_is_held_back_by_a_full_queue() {
    let (mut house, ana, pia) = house_with_piece_sender(Config { rate_limit: 0, ..Config::default() });
    house.deafen(pia);
    house.says(pia, "/ayuda\0".repeat(100));
    house.says(pia, "ho");
    house.waits(Duration::from_secs(2));
    house.says(pia, "la");
    let due = house.server.next_due().expect("who reads nothing is not waited for without end");
    assert!(due.since(house.now) > Duration::from_secs(50), "and nothing else is due: {due:?}");
    assert_eq!(house.heard(ana), "");
    house.reads_again(pia);
    house.settle();
    assert_eq!(house.server.next_due(), Some(house.now + PIECE_QUIET));
    house.waits(PIECE_QUIET);
    assert_eq!(house.heard(ana), "Pía: hola\n");
}

#[test]
fn piece_whose_time_is_over_waits_for_a_last_read_without_keeping_the_server_awake() {
    let (mut house, ana, pia) = house_with_piece_sender(Config { rate_limit: 0, ..Config::default() });
    house.says(pia, "ho");
    house.deafen(pia);
    // What waits fills the queue to its last byte: nothing is read then.
    const LINES: usize = 14;
    let line = "x".repeat(QUEUE_MAX_BYTES / LINES - "Ana: \n".len()) + "\n";
    house.says(ana, line.repeat(LINES));
    let full = house.server.buffers().filter(|&(_, waiting, _)| waiting == QUEUE_MAX_BYTES).count();
    assert_eq!(full, 1);
    house.waits(PIECE_QUIET);
    assert_eq!(house.heard(ana), "");
    let due = house.server.next_due().expect("who reads nothing is not waited for without end");
    assert!(due.since(house.now) > Duration::from_secs(50), "and nothing else is due: {due:?}");
    house.arrives_untold(pia, "la");
    house.reads_again(pia);
    house.waits(PIECE_QUIET);
    assert_eq!(house.heard(ana), "", "the last read has found more");
    house.waits(PIECE_QUIET);
    assert_eq!(house.heard(ana), "Pía: hola\n");
}

#[test]
fn quiet_is_not_counted_while_the_server_is_behind() {
    let share = Share { unwritten_bytes: 1, writes: 1, ..Share::default() };
    let (mut house, ana, pia) = house_with_piece_sender(Config { share, rate_limit: 0, ..Config::default() });
    house.says(pia, "ho");
    // One write a turn: what is said to the others keeps the server from reading for some turns.
    for name in 0..5 {
        let other = house.connect();
        house.says(other, format!("p{name}\n"));
    }
    house.waits(PIECE_QUIET / 2);
    house.heard(ana);
    house.send(ana, b"hola\n");
    house.turn();
    assert!(house.server.has_work());
    house.send(pia, b"la");
    house.now = house.now + PIECE_QUIET;
    house.turn();
    house.settle();
    assert_eq!(house.heard(ana), "", "it had come in time and was read late");
    house.waits(PIECE_QUIET);
    assert_eq!(house.heard(ana), "Pía: hola\n");
}

#[test]
fn pieces_of_many_that_end_at_once_are_taken_in_turns() {
    const PEOPLE: usize = 2_000;
    let mut house = House::new(Config { rate_limit: 0, ..Config::default() });
    for number in 0..PEOPLE {
        let one = house.connect();
        house.send(one, format!("p{number}").as_bytes());
    }
    house.settle();
    assert_eq!(house.server.hub().people(), 0);
    house.now = house.now + FIRST_PIECE_QUIET;
    house.turn();
    assert!(house.server.hub().people() <= DUE_PER_TURN);
    while house.server.next_due().is_some_and(|due| due <= house.now) {
        house.turn();
        house.settle();
    }
    assert_eq!(house.server.hub().people(), PEOPLE);
    house.waits(Duration::from_secs(60));
    assert_eq!(house.server.next_due(), None);
}

/// A connection that is closed with something unread is reset, and a write to it may be what finds that.
#[test]
fn piece_salir_and_a_close_are_a_farewell_whatever_finds_it_first() {
    const LEFT: &str = "<<< Pía salió del chat\n";
    const LOST: &str = "<<< Pía salió del chat (conexión perdida)\n";
    for (sent, told, heard) in [
        ("salir", false, LEFT.to_owned()),
        ("salir\n", false, LEFT.to_owned()),
        ("hola\nsalir\n", false, LEFT.to_owned()),
        ("/salir ya\nhola\n", false, "<<< Pía salió del chat (ya)\n".to_owned()),
        ("hola", false, LOST.to_owned()),
        ("", false, LOST.to_owned()),
        ("salir", true, LEFT.to_owned()),
        ("salir\n", true, LEFT.to_owned()),
        ("hola", true, format!("Pía: hola\n{LEFT}")),
        ("hola\n", true, format!("Pía: hola\n{LOST}")),
        ("", true, LOST.to_owned()),
    ] {
        let (mut house, ana, pia) = house_with_piece_sender(Config::default());
        house.arrives_untold(pia, sent);
        house.resets_untold(pia);
        if told {
            house.says(pia, "");
        } else {
            house.says(ana, "¿estás?\n");
        }
        assert_eq!(house.heard(ana), heard, "{sent:?}, told: {told}");
        house.waits(Duration::from_secs(10));
        assert_eq!(house.server.connections(), 1);
    }
    // What was begun before counts as well.
    let (mut house, ana, pia) = house_with_piece_sender(Config::default());
    house.says(pia, "sal");
    house.arrives_untold(pia, "ir");
    house.resets_untold(pia);
    house.says(ana, "¿estás?\n");
    assert_eq!(house.heard(ana), LEFT);
}
