//! Many who come or go at once: a few lines, whatever their number.

use std::time::Duration;

use super::{Chat, NOTHING, SECOND, act, nick, text};
use tertulia::chat::{ClientId, CloseReason, Command, Event, Name};
use tertulia::limits::{MOVEMENT_WINDOW, MOVEMENTS_TOLD};

/// Ana, and `many` who came long before.
fn ana_and(many: usize) -> (Chat, ClientId, Vec<ClientId>) {
    let (mut chat, [ana]) = Chat::of(["Ana"]);
    let others = enter(&mut chat, "p", many);
    chat.hush();
    (chat, ana, others)
}

/// So `many` enter at once, with numbered names.
fn enter(chat: &mut Chat, name: &str, many: usize) -> Vec<ClientId> {
    (0..many).map(|i| chat.enters(&format!("{name}{i}"))).collect()
}

#[test]
fn arrivals_are_told_one_by_one_up_to_five_and_the_rest_together() {
    for (many, rest) in [
        (5, vec![]),
        (6, vec![">>> p5"]),
        (7, vec![">>> p5, p6"]),
        (8, vec![">>> p5, p6, p7"]),
        (9, vec![">>> p5, p6 +2"]),
        (44, vec![">>> p5, p6 +37"]),
    ] {
        let (mut chat, ana, _) = ana_and(0);
        let end = chat.now + MOVEMENT_WINDOW;
        enter(&mut chat, "p", many);
        assert_eq!(chat.hears(ana), [">>> p0", ">>> p1", ">>> p2", ">>> p3", ">>> p4"]);
        assert_eq!(chat.hub.next_due(), (!rest.is_empty()).then_some(end), "{many}");
        chat.now = end - Duration::from_micros(1);
        chat.tick();
        assert_eq!(chat.hears(ana), NOTHING, "the second is not over");
        chat.now = end;
        chat.tick();
        assert_eq!(chat.hears(ana), rest);
        assert_eq!(chat.hub.next_due(), None);
    }
}

#[test]
fn departures_are_told_likewise() {
    let (mut chat, ana, others) = ana_and(9);
    for id in &others[..8] {
        chat.quits(*id);
    }
    chat.ends(others[8], CloseReason::Lost);
    assert_eq!(chat.hears(ana), ["<<< p0", "<<< p1", "<<< p2", "<<< p3", "<<< p4"]);
    chat.waits(MOVEMENT_WINDOW);
    assert_eq!(chat.hears(ana), ["<<< p5, p6 +2"]);
    chat.waits(10 * SECOND);
    assert_eq!(chat.hears(ana), NOTHING);
}

#[test]
fn five_a_second_are_never_a_crowd() {
    let (mut chat, ana, _) = ana_and(0);
    for name in ["a", "b", "c", "d", "e"] {
        enter(&mut chat, name, MOVEMENTS_TOLD);
        assert_eq!(chat.hears(ana), [0, 1, 2, 3, 4].map(|i| format!(">>> {name}{i}")));
        chat.waits(MOVEMENT_WINDOW);
    }
}

#[test]
fn arrivals_and_departures_share_the_second() {
    let (mut chat, ana, others) = ana_and(5);
    chat.enters("Eva");
    chat.quits(others[0]);
    chat.enters("Iker");
    chat.quits(others[1]);
    chat.enters("Noa");
    chat.hears(ana);
    chat.enters("Leo");
    chat.quits(others[2]);
    chat.enters("Mar");
    chat.quits(others[3]);
    assert_eq!(chat.hears(ana), NOTHING);
    chat.waits(MOVEMENT_WINDOW);
    assert_eq!(chat.hears(ana), ["<<< p2, p3", ">>> Leo, Mar"]);
}

#[test]
fn member_who_comes_and_leaves_within_the_second_leaves_no_trace() {
    let (mut chat, ana, _) = ana_and(0);
    enter(&mut chat, "p", 5);
    chat.hears(ana);
    let brief = chat.enters("Breve");
    let eva = chat.enters("Eva");
    chat.quits(brief);
    chat.waits(MOVEMENT_WINDOW);
    assert_eq!(chat.hears(eva), ["name?", "welcome Eva"], "who is left to be told of alone does not hear it");
    assert_eq!(chat.hears(ana), [">>> Eva"]);
    enter(&mut chat, "q", 5);
    chat.hears(ana);
    let brief = chat.enters("Breve");
    chat.ends(brief, CloseReason::Lost);
    chat.waits(10 * SECOND);
    assert_eq!(chat.hears(ana), NOTHING);
}

#[test]
fn arrival_is_told_before_its_member_is_heard() {
    for (doing, line, gone) in [
        (act("saluda"), "* p6 saluda", "<<< p6"),
        (Command::Say { room: None, text: text("hola") }, "p6: hola", "<<< p6"),
        (nick("Leo"), "--- p6 is Leo", "<<< Leo"),
    ] {
        let (mut chat, ana, _) = ana_and(0);
        let ids = enter(&mut chat, "p", 8);
        chat.hears(ana);
        chat.says(ids[6], " ");
        chat.does(ids[6], Command::Who(None));
        assert_eq!(chat.hears(ana), NOTHING, "they have not been heard of yet");
        chat.does(ids[6], doing);
        assert_eq!(chat.hears(ana), [">>> p5, p6, p7", line]);
        chat.quits(ids[6]);
        chat.waits(MOVEMENT_WINDOW);
        assert_eq!(chat.hears(ana), [gone], "who was heard of is missed");
    }
}

#[test]
fn arrival_alone_is_not_told_to_its_member() {
    let (mut chat, _, _) = ana_and(0);
    let ids = enter(&mut chat, "p", 6);
    chat.waits(MOVEMENT_WINDOW);
    assert_eq!(chat.hears(ids[5]), ["name?", "welcome p5"]);
    assert_eq!(chat.hears(ids[4]), ["name?", "welcome p4", ">>> p5"]);
}

#[test]
fn name_left_and_taken_again_is_told_in_that_order() {
    let (mut chat, ana, others) = ana_and(6);
    others.iter().for_each(|&id| chat.quits(id));
    chat.enters("p5");
    chat.hears(ana);
    chat.waits(MOVEMENT_WINDOW);
    assert_eq!(chat.hears(ana), ["<<< p5", ">>> p5"]);
}

#[test]
fn name_left_and_taken_by_renaming_is_told_in_that_order() {
    let (mut chat, ana, others) = ana_and(7);
    others[..6].iter().for_each(|&id| chat.quits(id));
    chat.hears(ana);
    chat.does(others[6], nick("p5"));
    chat.waits(MOVEMENT_WINDOW);
    assert_eq!(chat.hears(ana), ["<<< p5", "--- p6 is p5"]);
}

#[test]
fn second_that_is_over_is_told_before_the_next_begins() {
    let (mut chat, ana, others) = ana_and(1);
    enter(&mut chat, "q", 6);
    chat.hears(ana);
    chat.now = chat.now + 5 * SECOND;
    chat.enters("Eva");
    assert_eq!(chat.hears(ana), [">>> q5", ">>> Eva"], "though the tick is late");
    enter(&mut chat, "r", 5);
    chat.hears(ana);
    chat.now = chat.now + 5 * SECOND;
    chat.quits(others[0]);
    assert_eq!(chat.hears(ana), [">>> r4", "<<< p0"]);
}

#[test]
fn thousands_cost_each_member_a_few_lines() {
    let (mut chat, ana, _) = ana_and(0);
    let ids = enter(&mut chat, "p", 2_000);
    chat.waits(MOVEMENT_WINDOW);
    assert_eq!(chat.hears(ana)[5..], [">>> p5, p6 +1993"]);
    for &id in &ids {
        let lines = chat.events(id).iter().filter(|event| matches!(event, Event::Arrived { .. })).count();
        assert!(lines <= MOVEMENTS_TOLD + 1, "{id:?} hears {lines} lines");
    }
    ids.iter().for_each(|&id| chat.ends(id, CloseReason::Lost));
    chat.waits(MOVEMENT_WINDOW);
    assert_eq!(chat.hears(ana)[5..], ["<<< p5, p6 +1993"]);
}

#[test]
fn thousands_over_seconds_cost_lines_by_the_second() {
    let (mut chat, ana, _) = ana_and(0);
    let begun = chat.now;
    let mut here = Vec::new();
    for i in 0..2_000 {
        here.push(chat.enters(&format!("p{i}")));
        if i % 3 == 2 {
            chat.quits(here.swap_remove(i * 7 % here.len()));
        }
        chat.waits(Duration::from_millis(5));
    }
    chat.waits(MOVEMENT_WINDOW);
    let seconds = chat.now.since(begun).as_secs() as usize + 1;
    let lines = chat.hears(ana).len();
    assert!(lines <= seconds * (MOVEMENTS_TOLD + 2), "{lines} lines in {seconds} seconds");
    assert!(lines >= seconds - 1, "{lines} lines in {seconds} seconds");
    assert_eq!(chat.hub.people(), here.len() + 1);
}

/// The names in the events of one kind that `id` has heard.
fn batches(chat: &mut Chat, id: ClientId) -> Vec<Vec<String>> {
    let names = |event: Event| match event {
        Event::Arrived { crowd, .. } | Event::ManyDeparted { crowd, .. } => Some(crowd.names),
        _ => None,
    };
    let events = chat.events(id).into_iter().filter_map(names);
    events.map(|names| names.iter().map(Name::to_string).collect()).collect()
}

#[test]
fn batch_has_the_names_of_all_who_came_or_left() {
    let numbered = |from: usize| (from..300).map(|number| format!("p{number}")).collect::<Vec<_>>();
    let (mut chat, ana, _) = ana_and(0);
    let others = enter(&mut chat, "p", 300);
    chat.waits(MOVEMENT_WINDOW);
    let told = batches(&mut chat, ana);
    assert_eq!((told.len(), &told[5]), (6, &numbered(5)));
    chat.waits(SECOND);
    // Who comes back and goes again within the second is no more than one name.
    others.iter().for_each(|&id| chat.quits(id));
    (0..300).for_each(|number| {
        let id = chat.enters(&format!("p{number}"));
        chat.quits(id);
    });
    chat.waits(MOVEMENT_WINDOW);
    let left: Vec<String> = batches(&mut chat, ana).concat();
    assert_eq!(left, numbered(5));
}
