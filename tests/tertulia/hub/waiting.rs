//! Those without a name: how long they may stay, and when they make room for others.

use std::time::Duration;

use super::{Book, Chat, LOGIN_TIMEOUT, NOTHING, SECOND};
use tertulia::chat::{ChatConfig, CloseReason, Command};
use tertulia::limits::NEWCOMER_GRACE;

const MICROSECOND: Duration = Duration::from_micros(1);

#[test]
fn client_that_gives_no_name_in_time_has_to_go() {
    let mut chat = Chat::new();
    let deadline = chat.now + LOGIN_TIMEOUT;
    let silent = chat.connects();
    chat.hears(silent);
    assert_eq!(chat.hub.next_due(), Some(deadline));
    chat.now = deadline - MICROSECOND;
    chat.tick();
    assert_eq!((chat.hears(silent).len(), chat.hub.next_due()), (0, Some(deadline)));
    chat.now = deadline;
    chat.tick();
    assert_eq!(chat.hears(silent), ["NameTimeout"]);
    assert_eq!(chat.closed, [(silent, CloseReason::NameTimeout)]);
    assert_eq!(chat.hub.next_due(), None);
    assert!(chat.hub.is_empty());
}

#[test]
fn trying_does_not_move_the_deadline() {
    let mut chat = Chat::new();
    let silent = chat.connects();
    for _ in 0..10 {
        chat.waits(5 * SECOND);
        chat.says(silent, "¿?");
    }
    chat.waits(10 * SECOND);
    assert_eq!(chat.closed, [(silent, CloseReason::NameTimeout)]);
}

#[test]
fn deadline_is_each_ones_own() {
    let mut chat = Chat::new();
    let start = chat.now;
    let ids = [0, 1, 2, 3].map(|_| {
        chat.waits(SECOND);
        chat.connects()
    });
    chat.says(ids[0], "Ana");
    assert_eq!(chat.hub.next_due(), Some(start + 2 * SECOND + LOGIN_TIMEOUT));
    chat.ends(ids[1], CloseReason::Lost);
    assert_eq!(chat.hub.next_due(), Some(start + 3 * SECOND + LOGIN_TIMEOUT));
    chat.does(ids[2], Command::Quit(None));
    assert_eq!(chat.hub.next_due(), Some(start + 4 * SECOND + LOGIN_TIMEOUT));
    chat.says(ids[3], "Eva");
    assert_eq!(chat.hub.next_due(), None, "when everybody has a name there is nothing to wait for");
    chat.waits(1000 * SECOND);
    assert_eq!(chat.closed, [(ids[2], CloseReason::Quit)]);
}

#[test]
fn late_tick_lets_all_go_who_are_overdue_and_no_more() {
    let (mut chat, [ana]) = Chat::of(["Ana"]);
    let overdue = [0, 1, 2].map(|_| chat.connects());
    chat.now = chat.now + LOGIN_TIMEOUT / 2;
    let young = chat.connects();
    chat.now = chat.now + LOGIN_TIMEOUT / 2 + SECOND;
    chat.tick();
    assert_eq!(chat.closed, overdue.map(|id| (id, CloseReason::NameTimeout)));
    assert!(chat.is_here(young));
    assert_eq!(chat.hears(ana), NOTHING);
}

#[test]
fn slot_with_a_new_tenant_has_a_new_deadline() {
    let mut chat = Chat::new();
    let first = chat.connects();
    chat.waits(50 * SECOND);
    chat.ends(first, CloseReason::Lost);
    let second = chat.connects();
    assert_eq!(first.slot(), second.slot());
    assert_eq!(chat.hub.next_due(), Some(chat.now + LOGIN_TIMEOUT));
    chat.waits(LOGIN_TIMEOUT - MICROSECOND);
    assert!(chat.is_here(second));
}

#[test]
fn newcomer_without_a_timeout_may_stay() {
    let mut chat = Chat::with_timeout(None);
    let silent = chat.connects();
    assert_eq!(chat.hub.next_due(), None);
    chat.now = chat.now + 1_000_000 * SECOND;
    chat.tick();
    assert!(chat.is_here(silent));
}

#[test]
fn room_is_made_by_the_oldest_without_a_name() {
    let mut chat = Chat::with(ChatConfig { places: Some(3), ..ChatConfig::default() }, Book::default());
    let ana = chat.enters("Ana");
    chat.hush();
    let first = chat.connects();
    chat.waits(SECOND);
    let second = chat.connects();
    chat.waits(NEWCOMER_GRACE - SECOND - MICROSECOND);
    let early = chat.connects();
    assert_eq!(chat.hears(early), ["Full(3)"], "one may take a moment to type");
    chat.waits(MICROSECOND);
    let third = chat.connects();
    assert_eq!(chat.hears(first), ["name?", "MadeRoom"]);
    assert_eq!(chat.hears(third), ["name?"]);
    let next = chat.connects();
    assert_eq!(chat.hears(next), ["Full(3)"], "the second has not had its moment");
    chat.says(second, "Eva");
    chat.says(third, "Luis");
    chat.waits(100 * SECOND);
    let last = chat.connects();
    assert_eq!(chat.hears(last), ["Full(3)"], "who has a name stays");
    assert_eq!(chat.closed, [early, first, next, last].map(|id| (id, CloseReason::Full)));
    assert_eq!(chat.hears(ana), [">>> Eva", ">>> Luis"]);
}

/// Its size shows in what it prints of itself, like that of everything else.
#[test]
fn silent_newcomer_does_not_make_the_hub_remember_all_who_come_after() {
    let mut chat = Chat::with_timeout(None);
    chat.connects();
    for i in 0..2_000 {
        let id = chat.connects();
        if i % 2 == 0 {
            chat.says(id, "Ana");
        }
        chat.ends(id, CloseReason::EndOfInput);
    }
    chat.hush();
    let size = format!("{:?}", chat.hub).len();
    assert!(size < 10_000, "{size} characters about one client");
}

#[test]
fn tick_lets_so_many_newcomers_go_and_the_next_one_the_rest() {
    const MANY: usize = 1_000;
    let mut chat = Chat::new();
    for _ in 0..MANY {
        chat.connects();
    }
    chat.now = chat.now + LOGIN_TIMEOUT;
    let mut ticks = 0;
    while chat.hub.next_due().is_some_and(|due| due <= chat.now) {
        let before = chat.closed.len();
        chat.tick();
        let gone = chat.closed.len() - before;
        assert!((1..=256).contains(&gone), "{gone} in one tick");
        ticks += 1;
    }
    assert_eq!((chat.closed.len(), ticks), (MANY, 4));
}
