//! What sessions that are lost and taken up again keep and are told, however many they are.

use tertulia::chat::{ClientId, CloseReason, Command, Event, Input, MessageId, Reply, ResumedRoom};
use tertulia::limits::{
    HIDDEN_LINES, LINE_MAX_BYTES, LOST_SESSION_MAX_BYTES, LOST_SESSION_WAIT, LOST_SESSIONS_MAX_BYTES,
    NAMES_ASKED, NAMES_TOLD_MAX, RESUMED_NAMES,
};

use super::resuming::{changes_password, chat_of, connects, given, loses, owner, program, resumes};
use super::{Chat, NOTHING, address, away, ignore, join, message};
use crate::support::twin::to_text;

/// How many slots there are: for members, and for the connections of members.
fn slots(chat: &Chat) -> [usize; 2] {
    let state: serde_json::Value = serde_json::from_str(&to_text(&chat.hub)).expect("a snapshot");
    [&state["chat"]["people"]["members"], &state["sessions"]["sessions"]["seats"]]
        .map(|slots| slots.as_array().expect("a slot each").len())
}

/// For how many connections that are lost a reply is awaited by another one.
fn heirs(chat: &Chat) -> usize {
    let state: serde_json::Value = serde_json::from_str(&to_text(&chat.hub)).expect("a snapshot");
    state["sessions"]["sessions"]["questions"]["heirs"].as_object().expect("one each").len()
}

/// Lets programs from there lose their connections, and writes to each until no more is kept; gives how many messages are.
fn fill(chat: &mut Chat, sender: ClientId, from: u8, programs: usize) -> usize {
    let words = "x".repeat(LINE_MAX_BYTES - 100);
    let mut kept = 0;
    for number in 0..programs {
        let name = format!("p{from}-{number}");
        let id = connects(chat, address(from));
        chat.says(id, &name);
        loses(chat, id);
        for _ in 0..LOST_SESSION_MAX_BYTES / words.len() + 1 {
            chat.does(sender, message(&name, &words));
        }
        let told = chat.events(sender);
        kept += told.iter().filter(|event| matches!(event, Event::PrivateSent { here: true, .. })).count();
    }
    kept
}

/// The rooms that somebody was told when their session went on.
fn rooms(chat: &mut Chat, id: ClientId) -> Vec<ResumedRoom> {
    let resumed = chat.events(id).into_iter().find_map(|event| match event {
        Event::Resumed { rooms, .. } => Some(rooms),
        _ => None,
    });
    resumed.expect("their session goes on")
}

/// The letters that somebody was handed.
fn letters(chat: &mut Chat, id: ClientId) -> Vec<String> {
    chat.hears(id).into_iter().filter(|heard| heard.starts_with("letters: ")).collect()
}

#[test]
fn resuming_a_thousand_times_takes_as_many_slots_as_once() {
    let mut chat = chat_of(&[]);
    let (mut id, mut token) = program(&mut chat, "Ana");
    let mut cycle = |chat: &mut Chat| {
        loses(chat, id);
        id = resumes(chat, token, None);
        token = given(chat, id).expect("another one");
        slots(chat)
    };
    let once = cycle(&mut chat);
    let thousandth = (1..1_000).map(|_| cycle(&mut chat)).last();
    assert_eq!(thousandth, Some(once));
}

#[test]
fn change_of_a_password_has_one_heir_however_often_its_session_is_taken_up() {
    let mut chat = chat_of(&[("Ana", "caracola azul")]);
    let (mut id, mut token) = owner(&mut chat);
    chat.slow = true;
    changes_password(&mut chat, id);
    assert_eq!(heirs(&chat), 0);
    for _ in 0..100 {
        loses(&mut chat, id);
        id = resumes(&mut chat, token, None);
        token = given(&mut chat, id).expect("another one");
        assert_eq!(heirs(&chat), 1);
    }
    chat.settles();
    assert_eq!(chat.hears(id).last().map(String::as_str), Some("changed"));
    assert_eq!(heirs(&chat), 0, "each is gone with its reply");
}

#[test]
fn address_whose_sessions_are_lost_has_no_more_bytes_than_it_leaves_for_others() {
    let mut chat = chat_of(&[]);
    let luis = chat.enters("Luis");
    let each = fill(&mut chat, luis, 1, 1);
    let all = LOST_SESSIONS_MAX_BYTES / LOST_SESSION_MAX_BYTES;
    // As many as would fill it all; each of the next two finds room beside those before it.
    let (first, second) = (each + fill(&mut chat, luis, 2, all), fill(&mut chat, luis, 3, all));
    let half = all * each / 2;
    assert!((half..half + half / 4).contains(&first), "{first} of {all} times {each}");
    assert!((half / 2 - half / 10..half / 2 + half / 10).contains(&second), "{second} beside {first}");
    assert_eq!(fill(&mut chat, luis, 4, 1), each, "as if nobody else was there");
    // What has been taken up again is nobody's share any more.
    chat.waits(LOST_SESSION_WAIT);
    assert!(fill(&mut chat, luis, 3, all) >= half);
}

#[test]
fn words_for_a_registered_name_outlast_its_lost_session() {
    let mut chat = chat_of(&[("Ana", "caracola azul")]);
    let luis = chat.enters("Luis");
    let (ana, _) = owner(&mut chat);
    chat.does(ana, message("Luis", "ahora entro en el metro"));
    chat.hush();
    loses(&mut chat, ana);
    chat.does(luis, message("Ana", "hola"));
    assert_eq!(chat.hears(luis), ["[to Ana] hola", "kept"]);
    chat.does(luis, Command::Reply(super::text("¿estás?")));
    assert_eq!(chat.hears(luis), ["[to Ana] ¿estás?", "kept"]);
    chat.waits(LOST_SESSION_WAIT);
    let line = chat.logs_in("Ana", "caracola azul");
    assert_eq!(letters(&mut chat, line), ["letters: [Luis] hola, [Luis] ¿estás?"]);
}

#[test]
fn words_for_a_registered_name_are_told_once_when_its_session_goes_on() {
    let mut chat = chat_of(&[("Ana", "caracola azul")]);
    let luis = chat.enters("Luis");
    let (ana, token) = owner(&mut chat);
    loses(&mut chat, ana);
    chat.does(luis, message("Ana", "hola"));
    let back = resumes(&mut chat, token, None);
    let token = given_and_heard(&mut chat, back, &["letters: [Luis] hola"]);
    chat.does(back, away("leyendo"));
    chat.does(luis, message("Ana", "bien"));
    assert_eq!(chat.hears(back).last().map(String::as_str), Some("[Luis] bien"), "as they are there");
    loses(&mut chat, back);
    let again = resumes(&mut chat, token, None);
    assert_eq!(letters(&mut chat, again), NOTHING);
}

#[test]
fn line_of_a_hidden_person_is_not_told_behind_more_than_are_remembered() {
    let mut chat = chat_of(&[]);
    let teo = chat.enters("Teo");
    let (ana, token) = program(&mut chat, "Ana");
    chat.does(ana, ignore("Teo"));
    loses(&mut chat, ana);
    chat.says(teo, "uno");
    (0..HIDDEN_LINES).for_each(|_| chat.says(teo, "más"));
    let uno = chat.kept[chat.kept.len() - HIDDEN_LINES - 1].id;
    let back = resumes(&mut chat, token, Some(MessageId(uno.0 - 1)));
    let missed = chat.hears(back).into_iter().filter(|heard| heard.starts_with('~'));
    assert_eq!(missed.collect::<Vec<_>>(), NOTHING);
}

/// The token that a session was given, which was handed these letters.
fn given_and_heard(chat: &mut Chat, id: ClientId, expected: &[&str]) -> tertulia::chat::Token {
    let events = chat.events(id);
    let heard: Vec<String> = events.iter().map(super::brief).collect();
    let handed: Vec<&String> = heard.iter().filter(|heard| heard.starts_with("letters: ")).collect();
    assert_eq!(handed, expected);
    let token = |event| if let Event::Resumed { token, .. } = event { token } else { None };
    events.into_iter().find_map(token).expect("another one")
}

#[test]
fn words_of_hidden_people_are_no_letters_for_a_lost_session() {
    let mut chat = chat_of(&[("Ana", "caracola azul")]);
    let luis = chat.enters("Luis");
    let (ana, token) = owner(&mut chat);
    chat.does(ana, ignore("Luis"));
    loses(&mut chat, ana);
    chat.hush();
    chat.does(luis, message("Ana", "hola"));
    assert_eq!(chat.hears(luis), ["[to Ana] hola"], "as if they were heard");
    let back = resumes(&mut chat, token, None);
    assert_eq!(letters(&mut chat, back), NOTHING);
}

#[test]
fn letters_that_come_when_the_connection_is_lost_are_told_once() {
    let mut chat = chat_of(&[("Ana", "caracola azul")]);
    let luis = chat.enters("Luis");
    chat.does(luis, message("Ana", "hola"));
    let (ana, token) = owner(&mut chat);
    let key = chat.book.key("Ana");
    let handed = chat.book.fetch(key);
    assert_eq!(handed.len(), 1, "nobody has seen it");
    loses(&mut chat, ana);
    chat.apply(Input::Reply(ana, Reply::OfflineMessages(key, handed)));
    let back = resumes(&mut chat, token, None);
    assert_eq!(letters(&mut chat, back), ["letters: [Luis] hola"]);
}

#[test]
fn resumed_does_not_name_hidden_people() {
    let mut chat = chat_of(&[]);
    let [_, _] = ["Luis", "Eva"].map(|name| chat.enters(name));
    let (ana, token) = program(&mut chat, "Ana");
    chat.does(ana, ignore("Luis"));
    chat.ends(ana, CloseReason::Lost);
    let back = resumes(&mut chat, token, None);
    assert_eq!(chat.hears(back), ["resumed Ana in #general of [general: Eva, Ana]"]);
}

#[test]
fn resumed_names_all_in_small_rooms_and_the_first_in_large_ones() {
    let mut chat = chat_of(&[]);
    let (ana, token) = program(&mut chat, "Ana");
    // With Ana: one room after another is as large as can be told whole; together they are more than is told.
    let others: Vec<ClientId> =
        (1..NAMES_TOLD_MAX).map(|number| chat.enters(&format!("p{number}"))).collect();
    let large: Vec<String> = (0..RESUMED_NAMES / NAMES_TOLD_MAX).map(|number| format!("r{number}")).collect();
    for room in &large {
        others.iter().chain([&ana]).for_each(|&id| chat.does(id, join(room)));
        chat.hush();
    }
    [ana, others[0], others[1]].into_iter().for_each(|id| chat.does(id, join("zeta")));
    loses(&mut chat, ana);
    let back = resumes(&mut chat, token, None);
    let told = rooms(&mut chat, back);
    assert_eq!(told.len(), large.len() + 2);
    let names = |room: &ResumedRoom| room.names.len();
    let small = told.iter().find(|room| room.room.as_str() == "zeta").expect("they are there");
    assert_eq!((small.people, names(small)), (3, 3));
    let [whole, part] = [NAMES_TOLD_MAX, NAMES_ASKED + 1]
        .map(|count| told.iter().filter(|room| names(room) == count).count());
    // The small room has taken the place of one that was as large as the rest.
    assert_eq!([whole, part], [large.len() - 1, 2]);
    assert!(told.iter().map(names).sum::<usize>() <= RESUMED_NAMES);
    // And of a room with more people, the first.
    for number in 0..2 {
        chat.enters(&format!("q{number}"));
    }
    chat.quits(back);
    let (eva, token) = program(&mut chat, "Eva");
    loses(&mut chat, eva);
    let back = resumes(&mut chat, token, None);
    let [general] = &rooms(&mut chat, back)[..] else { panic!("one room") };
    assert_eq!((general.people, names(general)), (NAMES_TOLD_MAX + 2, NAMES_ASKED + 1));
}
