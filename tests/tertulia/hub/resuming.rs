//! Programs that lose their connection and take their session up again.

use tertulia::chat::{
    AccountChange, AdminOrder, AuthResult, ChatConfig, ClientId, CloseReason, Command, Event, Input,
    MessageId, Origin, Posted, Reply, Token, TokenKey,
};
use tertulia::limits::{
    LEFT_SESSION_WAIT, LINE_MAX_BYTES, LOST_SESSION_MAX_BYTES, LOST_SESSION_WAIT, LOST_SESSIONS_MAX,
};

use super::{Chat, NOTHING, SECOND, Shell as _, address, away, ignore, join, message, nick, text};
use crate::support::book::Book;

/// A chat in which sessions can be taken up again, with these accounts.
pub fn chat_of(accounts: &[(&str, &str)]) -> Chat {
    let book = Book::of(accounts);
    let accounts = (!accounts.is_empty()).then(|| book.accounts());
    Chat::with(ChatConfig { accounts, ..config() }, book)
}

fn config() -> ChatConfig {
    ChatConfig { token_key: Some(TokenKey([7; 32])), ..ChatConfig::default() }
}

/// A program that connects.
pub fn connects(chat: &mut Chat, from: Origin) -> ClientId {
    let id = chat.connects_from(from);
    chat.apply(Input::Program(id));
    id
}

/// A program in the chat, and what it was given.
pub fn program(chat: &mut Chat, name: &str) -> (ClientId, Token) {
    program_from(chat, Origin::UNKNOWN, name)
}

fn program_from(chat: &mut Chat, from: Origin, name: &str) -> (ClientId, Token) {
    let id = connects(chat, from);
    chat.says(id, name);
    let token = given(chat, id).unwrap_or_else(|| panic!("{name} is given a token"));
    chat.hush();
    (id, token)
}

/// A program that has given Ana's password, and what it was given.
pub fn owner(chat: &mut Chat) -> (ClientId, Token) {
    let id = connects(chat, Origin::UNKNOWN);
    chat.says(id, "Ana");
    chat.types_secret(id, "caracola azul");
    let token = given(chat, id).expect("a token");
    chat.hush();
    (id, token)
}

/// The token that a client was told last.
pub fn given(chat: &mut Chat, id: ClientId) -> Option<Token> {
    chat.events(id).into_iter().rev().find_map(|event| match event {
        Event::Welcome { token, .. } | Event::Resumed { token, .. } => token,
        _ => None,
    })
}

pub fn loses(chat: &mut Chat, id: ClientId) {
    chat.ends(id, CloseReason::Lost);
}

/// Another connection shows a token, and knows the lines up to that one.
pub fn resumes(chat: &mut Chat, token: Token, after: Option<MessageId>) -> ClientId {
    let id = connects(chat, Origin::UNKNOWN);
    chat.events(id);
    chat.does(id, Command::Resume { token: Some(token), after });
    id
}

const ALL: Option<MessageId> = Some(MessageId(0));

#[test]
fn resume_brings_what_was_said_and_nobody_notices() {
    let mut chat = chat_of(&[]);
    let luis = chat.enters("Luis");
    let (ana, token) = program(&mut chat, "Ana");
    chat.does(ana, join("sala"));
    chat.says(luis, "uno");
    let seen = chat.kept.last().map(|line| line.id);
    chat.says(ana, "mía");
    chat.hears(luis);
    loses(&mut chat, ana);
    chat.says(luis, "dos");
    chat.does(luis, message("Ana", "en privado"));
    chat.waits(LOST_SESSION_WAIT - SECOND);
    chat.events(luis);
    chat.does(luis, Command::Who(None));
    assert!(chat.hears(luis)[0].starts_with("2 here: Ana "));
    let other = chat.connects();
    chat.says(other, "Ana");
    assert_eq!(chat.hears(other), ["name?", "in use: Ana", "name?"]);
    let back = resumes(&mut chat, token, seen);
    assert_eq!(
        chat.hears(back),
        [
            "resumed Ana in #sala of [general: Luis, Ana; sala: Ana]",
            "~ #sala Ana: mía",
            "~ Luis: dos",
            "[Luis] en privado"
        ]
    );
    chat.waits(LOST_SESSION_WAIT * 2);
    assert_eq!(chat.hears(luis), NOTHING);
    chat.says(luis, "tres");
    assert_eq!(chat.hears(back), ["Luis: tres"]);
    chat.quits(back);
    assert_eq!(chat.hears(luis), ["<<< Ana"]);
}

#[test]
fn resume_without_a_last_line_brings_none() {
    let mut chat = chat_of(&[]);
    let (ana, token) = program(&mut chat, "Ana");
    let luis = chat.enters("Luis");
    loses(&mut chat, ana);
    chat.says(luis, "uno");
    let back = resumes(&mut chat, token, None);
    assert_eq!(chat.hears(back), ["resumed Ana in #general of [general: Luis, Ana]"]);
}

#[test]
fn resume_is_for_programs_that_have_a_name() {
    for keyed in [false, true] {
        let config = if keyed { config() } else { ChatConfig::default() };
        let mut chat = Chat::with(config, Book::default());
        let luis = chat.enters("Luis");
        let line = chat.enters("Ana");
        let nameless = connects(&mut chat, Origin::UNKNOWN);
        let program = connects(&mut chat, Origin::UNKNOWN);
        chat.says(program, "Eva");
        assert_eq!(given(&mut chat, program).is_some(), keyed);
        chat.hush();
        [line, nameless, program].into_iter().for_each(|id| loses(&mut chat, id));
        let told: &[&str] = if keyed { &["<<< Ana lost"] } else { &["<<< Ana lost", "<<< Eva lost"] };
        assert_eq!(chat.hears(luis), told);
        assert_eq!(chat.hub.clients(), 1);
    }
}

#[test]
fn lost_session_departs_once_when_nobody_comes_back() {
    for (reason, told) in [
        (CloseReason::Lost, "<<< Ana lost"),
        (CloseReason::Stalled, "<<< Ana lost"),
        (CloseReason::EndOfInput, "<<< Ana"),
    ] {
        let mut chat = chat_of(&[]);
        let luis = chat.enters("Luis");
        let (ana, token) = program(&mut chat, "Ana");
        chat.ends(ana, reason);
        chat.waits(LOST_SESSION_WAIT - SECOND);
        assert_eq!(chat.hears(luis), NOTHING);
        chat.waits(SECOND);
        assert_eq!(chat.hears(luis), [told]);
        let late = resumes(&mut chat, token, ALL);
        assert_eq!(chat.hears(late), ["no session", "name?"]);
        chat.says(late, "Ana");
        assert_eq!(chat.hub.name(late).map(|name| name.as_str()), Some("Ana"), "and comes in by a name");
    }
}

#[test]
fn quit_departs_at_once_and_ends_the_token() {
    let mut chat = chat_of(&[]);
    let luis = chat.enters("Luis");
    let (ana, token) = program(&mut chat, "Ana");
    chat.quits(ana);
    assert_eq!(chat.hears(luis), ["<<< Ana"]);
    let late = resumes(&mut chat, token, ALL);
    assert_eq!(chat.hears(late), ["no session", "name?"]);
}

#[test]
fn token_serves_once_and_no_other_is_one() {
    let mut chat = chat_of(&[]);
    let (ana, first) = program(&mut chat, "Ana");
    loses(&mut chat, ana);
    let back = resumes(&mut chat, first, ALL);
    let second = given(&mut chat, back).expect("another one");
    assert_ne!(first, second);
    loses(&mut chat, back);
    for at in 0..second.0.len() {
        let mut wrong = second;
        wrong.0[at] ^= 1;
        let late = resumes(&mut chat, wrong, ALL);
        assert_eq!(chat.hears(late), ["no session", "name?"], "{at}");
    }
    for wrong in [Some(first), None] {
        let late = connects(&mut chat, Origin::UNKNOWN);
        chat.does(late, Command::Resume { token: wrong, after: ALL });
        assert_eq!(chat.hears(late), ["name?", "no session", "name?"]);
    }
    // Who is no program was given none, wherever they have it from.
    let line = chat.connects();
    chat.does(line, Command::Resume { token: Some(second), after: ALL });
    assert_eq!(chat.hears(line), ["name?", "no session", "name?"]);
    let again = resumes(&mut chat, second, ALL);
    assert_eq!(chat.hears(again)[0], "resumed Ana in #general of [general: Ana]");
    chat.does(again, Command::Resume { token: Some(second), after: ALL });
    assert_eq!(chat.hears(again), ["yours: Ana"]);
}

#[test]
fn resume_replaces_a_connection_that_is_not_known_to_be_lost() {
    let mut chat = chat_of(&[]);
    let luis = chat.enters("Luis");
    let (ana, token) = program(&mut chat, "Ana");
    chat.says(luis, "uno");
    chat.hears(luis);
    let back = resumes(&mut chat, token, ALL);
    assert_eq!(chat.closed, [(ana, CloseReason::Replaced)]);
    assert_eq!(chat.hears(back)[1..], ["~ Luis: uno"]);
    chat.says(back, "sigo");
    assert_eq!(chat.hears(luis), ["Ana: sigo"]);
}

#[test]
fn session_comes_back_as_it_was() {
    let mut chat = chat_of(&[]);
    let luis = chat.enters("Luis");
    let (ana, token) = program(&mut chat, "Ana");
    chat.does(ana, join("sala"));
    chat.does(ana, ignore("Luis"));
    chat.does(ana, away("metro"));
    loses(&mut chat, ana);
    chat.waits(10 * SECOND);
    // Somebody else gets the slot, twice.
    let eva = chat.enters("Eva");
    assert_eq!(eva.slot(), ana.slot());
    loses(&mut chat, eva);
    let pau = chat.enters("Pau");
    chat.hush();
    let back = resumes(&mut chat, token, ALL);
    chat.events(back);
    chat.does(back, Command::Who(None));
    chat.does(back, Command::Ignore(None));
    let shown = ["1 here: Ana*@ 10s (metro)", "hiding [Luis]"];
    let heard = chat.hears(back);
    assert_eq!(heard[1], shown[1]);
    assert!(heard[0].starts_with("1 here: Ana*@ "), "{heard:?}");
    assert!(heard[0].ends_with(" (metro)"), "{heard:?}");
    chat.says(luis, "no me oye");
    chat.says(pau, "sí me oye");
    assert_eq!(chat.hears(back), ["Pau: sí me oye"]);
}

#[test]
fn lines_of_hidden_people_are_not_missed() {
    let mut chat = chat_of(&[]);
    let (ana, token) = program(&mut chat, "Ana");
    let [luis, eva] = ["Luis", "Eva"].map(|name| chat.enters(name));
    chat.does(ana, ignore("Luis"));
    chat.says(luis, "mientras estaba");
    loses(&mut chat, ana);
    chat.says(luis, "escondida");
    chat.does(luis, nick("Lucho"));
    chat.says(luis, "también");
    chat.does(luis, message("Ana", "y en privado"));
    chat.does(eva, nick("Luis"));
    chat.says(eva, "no soy él");
    let back = resumes(&mut chat, token, ALL);
    assert_eq!(chat.hears(back)[1..], ["~ Luis: no soy él"]);
}

#[test]
fn lines_of_a_person_whom_nobody_hides_any_more_are_not_those_of_the_next_hidden_one() {
    let mut chat = chat_of(&[]);
    let (ana, token) = program(&mut chat, "Ana");
    let [luis, eva, _teo] = ["Luis", "Eva", "Teo"].map(|name| chat.enters(name));
    chat.does(eva, ignore("Luis"));
    chat.says(luis, "uno");
    chat.does(eva, ignore("Luis"));
    // What stood for Luis stands for Teo from now on.
    chat.does(ana, ignore("Teo"));
    loses(&mut chat, ana);
    let back = resumes(&mut chat, token, ALL);
    assert!(chat.hears(back).contains(&"~ Luis: uno".into()));
}

#[test]
fn private_messages_wait_up_to_a_bound() {
    let mut chat = chat_of(&[]);
    let (ana, token) = program(&mut chat, "Ana");
    let luis = chat.enters("Luis");
    loses(&mut chat, ana);
    let long = "x".repeat(LINE_MAX_BYTES - 100);
    for _ in 0..20 {
        chat.does(luis, message("Ana", &long));
    }
    let back = resumes(&mut chat, token, ALL);
    let heard = chat.events(back);
    let private = heard.iter().filter(|event| matches!(event, Event::Private { .. })).count();
    assert!((6..=8).contains(&private), "{private} of {LOST_SESSION_MAX_BYTES} bytes");
    let skipped = |event: &Event| matches!(event, Event::Skipped(_));
    assert!(!heard.iter().any(skipped), "nobody was told that the others would be read");
    let told = chat.events(luis);
    let sent = |was_here| {
        let it = |event: &&Event| matches!(event, Event::PrivateSent { here, .. } if *here == was_here);
        told.iter().filter(it).count()
    };
    let refused = told.iter().filter(|event| **event == Event::Posted(Posted::Full)).count();
    assert_eq!((sent(true), sent(false), refused), (private, 20 - private, 20 - private));
    // It is no secret who the last one was whose words did wait.
    chat.does(back, Command::Reply(text("ya")));
    assert_eq!(chat.hears(luis), ["[Ana] ya"]);
}

#[test]
fn session_of_a_page_that_was_left_waits_for_a_moment_only() {
    let mut chat = chat_of(&[]);
    let luis = chat.enters("Luis");
    let (ana, token) = program(&mut chat, "Ana");
    chat.hush();
    chat.ends(ana, CloseReason::GoneAway);
    chat.waits(LEFT_SESSION_WAIT - SECOND);
    assert_eq!(chat.hears(luis), NOTHING);
    let back = resumes(&mut chat, token, None);
    let token = given(&mut chat, back).expect("it is loaded again in time");
    chat.ends(back, CloseReason::GoneAway);
    chat.waits(LEFT_SESSION_WAIT);
    assert_eq!(chat.hears(luis), ["<<< Ana"]);
    let other = chat.enters("Ana");
    assert!(chat.is_here(other), "the name is free");
    let late = resumes(&mut chat, token, None);
    assert_eq!(chat.hears(late), ["no session", "name?"]);
}

#[test]
fn password_that_is_being_changed_ends_no_session_that_goes_on() {
    for is_back in [false, true] {
        let mut chat = chat_of(&[("Ana", "caracola azul")]);
        let other = chat.logs_in("Ana", "caracola azul");
        chat.does(other, nick("Otra"));
        let (ana, token) = owner(&mut chat);
        chat.does(ana, Command::ChangePassword);
        chat.types_secret(ana, "caracola azul");
        chat.types_secret(ana, "caracola verde");
        chat.slow = true;
        chat.types_secret(ana, "caracola verde");
        loses(&mut chat, ana);
        // Somebody else gets the slot.
        chat.enters("Eva");
        let early = is_back.then(|| resumes(&mut chat, token, None));
        chat.hush();
        chat.settles();
        let back = early.unwrap_or_else(|| resumes(&mut chat, token, None));
        assert!(chat.hears(back).contains(&"changed".to_owned()), "{is_back}");
        assert!(chat.is_here(back) && !chat.is_here(other), "who gave the old one has to go");
        chat.waits(LOST_SESSION_WAIT);
        chat.does(back, Command::Who(None));
        assert!(chat.hears(back).last().expect("an answer").contains("Ana*"), "{is_back}");
    }
}

/// A password that is being changed, all of it typed; what comes of it is not known yet.
pub fn changes_password(chat: &mut Chat, id: ClientId) {
    chat.does(id, Command::ChangePassword);
    chat.types_secret(id, "caracola azul");
    chat.settles();
    ["caracola verde", "caracola verde"].into_iter().for_each(|typed| chat.types_secret(id, typed));
}

#[test]
fn password_that_is_being_changed_follows_the_session_over_several_losses() {
    // A change that was refused while nobody was connected, or another one that was begun and not gone on with.
    for refused in [false, true] {
        let mut chat = chat_of(&[("Ana", "caracola azul")]);
        chat.slow = true;
        let id = connects(&mut chat, Origin::UNKNOWN);
        chat.says(id, "Ana");
        chat.types_secret(id, "caracola azul");
        chat.settles();
        let token = given(&mut chat, id).expect("a token");
        changes_password(&mut chat, id);
        loses(&mut chat, id);
        if refused {
            let (asked, request) = chat.auth_requests.pop().expect("it is asked");
            chat.apply(Input::Reply(asked, Reply::AuthResult(request.matter(), AuthResult::Busy)));
        }
        let second = resumes(&mut chat, token, None);
        let token = given(&mut chat, second).expect("a token");
        match refused {
            true => changes_password(&mut chat, second),
            false => chat.does(second, Command::ChangePassword),
        }
        loses(&mut chat, second);
        let third = resumes(&mut chat, token, None);
        chat.settles();
        assert!(chat.is_here(third), "who changed it stays: {refused}");
        assert!(chat.hub.name(third).is_some());
        chat.quits(third);
        chat.hush();
        assert!(chat.hub.is_empty(), "nothing is left of it: {refused}");
    }
}

#[test]
fn kick_while_lost_puts_out_of_the_room_alone() {
    let mut chat = chat_of(&[]);
    let luis = chat.enters("Luis");
    let (ana, token) = program(&mut chat, "Ana");
    chat.does(luis, join("sala"));
    chat.does(ana, join("sala"));
    loses(&mut chat, ana);
    chat.says(luis, "de la sala");
    chat.does(luis, Command::Kick { room: None, whom: text("Ana"), reason: None });
    let back = resumes(&mut chat, token, ALL);
    let heard = chat.hears(back);
    assert_eq!(heard[0], "resumed Ana in #general of [general: Luis, Ana]");
    assert!(heard[1].contains("sala"), "{heard:?}");
    assert_eq!(heard.len(), 3, "put out, and where words go: {heard:?}");
}

#[test]
fn expulsion_ends_a_lost_session() {
    for order in [
        AdminOrder::Expel { whom: text("Ana"), minutes: None, reason: None },
        AdminOrder::Kick { whom: text("Ana"), room: None, reason: None },
    ] {
        let mut chat = chat_of(&[]);
        let luis = chat.enters("Luis");
        let (ana, token) = program(&mut chat, "Ana");
        loses(&mut chat, ana);
        chat.orders(order);
        assert_eq!(chat.hears(luis).len(), 1, "it is told at once");
        let late = resumes(&mut chat, token, ALL);
        assert_eq!(chat.hears(late), ["no session", "name?"]);
        chat.waits(LOST_SESSION_WAIT);
        assert_eq!(chat.hears(luis), NOTHING);
    }
}

#[test]
fn another_password_ends_a_lost_session() {
    let mut chat = chat_of(&[("Ana", "caracola azul")]);
    let luis = chat.enters("Luis");
    let (ana, token) = owner(&mut chat);
    let key = chat.book.accounts()[0].key;
    chat.hush();
    loses(&mut chat, ana);
    chat.apply(Input::AccountsChanged(vec![AccountChange::Renewed(key)]));
    assert_eq!(chat.hears(luis), ["<<< Ana"]);
    let late = resumes(&mut chat, token, ALL);
    assert_eq!(chat.hears(late), ["no session", "name?"]);
}

#[test]
fn login_elsewhere_takes_a_lost_session_over_with_what_waits() {
    let mut chat = chat_of(&[("Ana", "caracola azul")]);
    let luis = chat.enters("Luis");
    let (ana, token) = owner(&mut chat);
    chat.hush();
    loses(&mut chat, ana);
    chat.does(luis, message("Ana", "hola"));
    chat.hears(luis);
    let line = chat.logs_in("Ana", "caracola azul");
    assert!(chat.hears(line).contains(&"letters: [Luis] hola".to_owned()));
    assert_eq!(chat.closed, [], "there was no connection to be closed");
    let late = resumes(&mut chat, token, ALL);
    assert_eq!(chat.hears(late), ["no session", "name?"]);
    chat.waits(LOST_SESSION_WAIT);
    assert_eq!(chat.hears(luis), NOTHING);
}

#[test]
fn stop_forgets_lost_sessions() {
    let mut chat = chat_of(&[]);
    let (ana, _) = program(&mut chat, "Ana");
    let luis = chat.enters("Luis");
    loses(&mut chat, ana);
    chat.apply(Input::Stop(Vec::new()));
    chat.waits(SECOND);
    assert_eq!(chat.closed, [(luis, CloseReason::ServerStops)]);
    assert!(chat.hub.is_empty());
}

#[test]
fn lost_sessions_hold_no_places() {
    let places = 3;
    let mut chat = Chat::with(ChatConfig { places: Some(places), ..config() }, Book::default());
    let lost: Vec<(ClientId, Token)> = ["Ana", "Eva"].map(|name| program(&mut chat, name)).into();
    lost.iter().for_each(|&(id, _)| loses(&mut chat, id));
    let others = ["Luis", "Pau", "Sol"].map(|name| chat.enters(name));
    let none = chat.connects();
    assert!(!chat.is_here(none), "all places are taken");
    chat.quits(others[0]);
    let back = resumes(&mut chat, lost[0].1, ALL);
    assert!(chat.hears(back)[0].starts_with("resumed Ana "));
    let none = chat.connects();
    assert!(!chat.is_here(none), "and all are again");
}

#[test]
fn only_so_many_sessions_wait_and_no_address_has_most_of_them() {
    let mut chat = chat_of(&[]);
    let mut tokens = Vec::new();
    let mut vanish = |chat: &mut Chat, from: u8, count: usize| {
        for _ in 0..count {
            let id = connects(chat, address(from));
            chat.says(id, &format!("p{}", tokens.len()));
            tokens.push(given(chat, id).expect("a token"));
            loses(chat, id);
        }
        chat.hub.people()
    };
    let all = LOST_SESSIONS_MAX;
    assert_eq!(vanish(&mut chat, 1, all - 10), all - 10);
    assert_eq!(vanish(&mut chat, 2, 20), all, "for each that is too much one of the first address is over");
    assert_eq!(vanish(&mut chat, 3, 1), all);
    assert_eq!(vanish(&mut chat, 1, 5), all, "its own are over");
    assert_eq!(chat.hub.clients(), 0);
    let gone = 10 + 1 + 5;
    let seconds = all - 10;
    for (number, is_there) in
        [(0, false), (gone - 1, false), (gone, true), (seconds, true), (tokens.len() - 1, true)]
    {
        let back = resumes(&mut chat, tokens[number], ALL);
        assert_eq!(chat.hears(back)[0].starts_with("resumed "), is_there, "{number}");
    }
}

#[test]
fn resume_that_is_not_answered_in_time_goes_on_without_lines() {
    let mut chat = chat_of(&[]);
    let (ana, token) = program(&mut chat, "Ana");
    let luis = chat.enters("Luis");
    loses(&mut chat, ana);
    chat.says(luis, "uno");
    let back = connects(&mut chat, Origin::UNKNOWN);
    chat.decides(Input::Command(back, Command::Resume { token: Some(token), after: ALL }));
    chat.apply(Input::Reply(back, Reply::Busy));
    assert_eq!(
        chat.hears(back),
        ["name?", "resumed Ana in #general of [general: Luis, Ana]", "history busy"]
    );
}

#[test]
fn line_said_while_the_answer_is_on_its_way_is_told_once() {
    let mut chat = chat_of(&[]);
    let (ana, token) = program(&mut chat, "Ana");
    let luis = chat.enters("Luis");
    loses(&mut chat, ana);
    chat.says(luis, "uno");
    let back = connects(&mut chat, Origin::UNKNOWN);
    let asked = chat.decides(Input::Command(back, Command::Resume { token: Some(token), after: ALL }));
    chat.says(luis, "dos");
    asked.into_iter().for_each(|effect| chat.asks(effect));
    assert_eq!(chat.hears(back)[2..], ["~ Luis: uno", "~ Luis: dos"]);
}
