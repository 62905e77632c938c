//! Registered names: who may have them, and what happens to those who have them.

use tertulia::chat::{
    AccountChange, AuthRequest, AuthResult, ChatConfig, ClientId, CloseReason, Command, Event, Input,
    LogEntry, Matter, MonoTime, PasswordError, Reply,
};
use tertulia::limits::EXPELLED_PER_TURN;

use super::{Book, Chat, NOTHING, SECOND, ignore, join, name, nick, text};

const ACCOUNTS: [(&str, &str); 2] = [("María", "girasol"), ("Juan", "tres tristes tigres")];

fn ban(whom: &str) -> Command {
    Command::Ban { room: None, whom: text(whom) }
}

fn login(name: &str) -> Command {
    Command::Login(text(name))
}

#[test]
fn registered_name_takes_its_password() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let ana = chat.enters("Ana");
    chat.hush();
    let id = chat.connects();
    chat.says(id, "maría");
    assert_eq!(chat.hears(id), ["name?", "password?"], "under another spelling as well");
    assert_eq!(chat.hears(ana), NOTHING);
    chat.types_secret(id, "margarita");
    assert_eq!(chat.hears(id), ["wrong", "or back", "password?"]);
    chat.types_secret(id, "girasol");
    assert_eq!(chat.hears(id), ["welcome María"]);
    assert_eq!(chat.hears(ana), [">>> María"], "as it was registered");
    assert_eq!(chat.notes, [LogEntry::Arrived(id, name("María"))]);
}

#[test]
fn wrong_password_leaves_any_other_name() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let id = chat.connects();
    chat.says(id, "María");
    chat.types_secret(id, "margarita");
    chat.does(id, Command::Secret(Err(PasswordError::Blank)));
    assert_eq!(chat.hears(id), ["name?", "password?", "wrong", "or back", "password?", "name?"]);
    chat.says(id, "Marta");
    assert_eq!(chat.hub.name(id), Some(&name("Marta")));
}

#[test]
fn wrong_password_is_asked_for_again_three_times_in_all() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let id = chat.connects();
    for typed in ["María", "Nadie"] {
        chat.hush();
        chat.does(id, login(typed));
        chat.types_secret(id, "margarita");
        chat.does(id, Command::Secret(Err(PasswordError::NotUtf8)));
        assert_eq!(chat.disregarded.get(&id), None, "what is sent meanwhile answers the question");
        chat.types_secret(id, "clavel");
        let heard = chat.hears(id);
        assert_eq!(heard[..3], ["password?", "wrong", "or back"], "{typed}");
        assert_eq!(heard[3..], ["password?", "unfit: NotUtf8", "or back", "password?", "wrong", "name?"]);
        assert_eq!(chat.disregarded.remove(&id), Some(1), "the next one would be a name");
    }
    chat.says(id, "María");
    chat.types_secret(id, "margarita");
    chat.types_secret(id, "clavel");
    chat.types_secret(id, "girasol");
    assert_eq!(chat.hub.name(id), Some(&name("María")), "the third one counts");
}

#[test]
fn wrong_password_of_a_member_is_not_asked_for_again() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let ana = chat.enters("Ana");
    chat.hush();
    for ask in [login("María"), nick("María")] {
        chat.does(ana, ask);
        chat.types_secret(ana, "margarita");
        assert_eq!(chat.hears(ana), ["password?", "wrong"]);
        assert_eq!(chat.disregarded.remove(&ana), Some(1));
    }
}

#[test]
fn new_password_has_eight_characters_and_is_asked_for_again() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let ana = chat.enters("Ana");
    chat.hush();
    for short in ["siete..", "ñandúes", "cafe\u{301}s y"] {
        chat.does(ana, Command::Register);
        chat.types_secret(ana, short);
        assert_eq!(chat.hears(ana), ["new password?", "unfit: TooShort", "new password?"], "{short}");
        assert_eq!(chat.disregarded.remove(&ana), Some(1), "the same again, if it was sent");
        chat.does(ana, Command::Secret(Err(PasswordError::Blank)));
        assert_eq!(chat.hears(ana), ["unfit: Blank"], "so it ends");
    }
    chat.does(ana, Command::Register);
    (0..3).for_each(|_| chat.types_secret(ana, "corta"));
    let heard = chat.hears(ana);
    assert_eq!(heard[4..], ["new password?", "unfit: TooShort"], "three times in all: {heard:?}");
    chat.does(ana, Command::Register);
    ["corta", "ñandúes ", "ñandúes "].into_iter().for_each(|typed| chat.types_secret(ana, typed));
    assert_eq!(chat.hears(ana).last().map(String::as_str), Some("registered: Ana"));
    // Another one has as many, and the one from before counts as it is.
    let maria = chat.logs_in("María", "girasol");
    chat.hush();
    chat.does(maria, Command::ChangePassword);
    ["girasol", "clavel", "claveles", "claveles"]
        .into_iter()
        .for_each(|typed| chat.types_secret(maria, typed));
    assert_eq!(
        chat.hears(maria),
        ["current password?", "new password?", "unfit: TooShort", "new password?", "again?", "changed"]
    );
}

/// Nobody has answered for long, and the sender types it once more.
#[test]
fn first_line_while_a_password_is_checked_is_not_said() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    chat.slow = true;
    let (ana, luis) = (chat.enters("Ana"), chat.enters("Luis"));
    chat.does(ana, login("María"));
    chat.types_secret(ana, "girasol");
    chat.hush();
    chat.says(ana, "  ");
    assert_eq!(chat.disregarded.get(&ana), None);
    chat.says(ana, "girasol");
    let others = "those that would have been asked for next, if they were sent";
    assert_eq!(chat.disregarded.remove(&ana), Some(3), "{others}");
    chat.says(ana, "¿hola?");
    assert_eq!(chat.hears(ana), ["Trouble(TypedAhead)"]);
    assert_eq!(chat.hears(luis), ["Ana: ¿hola?"]);
}

#[test]
fn text_that_cannot_be_a_password_has_its_reason() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    for (error, heard) in [
        (PasswordError::TooLong, "unfit: TooLong"),
        (PasswordError::Control, "unfit: Control"),
        (PasswordError::NotUtf8, "unfit: NotUtf8"),
    ] {
        let id = chat.connects();
        chat.says(id, "María");
        chat.does(id, Command::Secret(Err(error)));
        assert_eq!(chat.hears(id), ["name?", "password?", heard, "or back", "password?"]);
    }
    assert!(chat.auth_requests.is_empty());
}

#[test]
fn registering_asks_twice() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let ana = chat.enters("Ana");
    chat.hush();
    chat.does(ana, Command::Register);
    chat.types_secret(ana, "uno o más");
    chat.types_secret(ana, "dos o más");
    assert_eq!(chat.hears(ana), ["new password?", "again?", "they differ"]);
    chat.does(ana, Command::Register);
    chat.types_secret(ana, "uno o más");
    chat.types_secret(ana, "uno o más");
    assert_eq!(chat.hears(ana), ["new password?", "again?", "registered: Ana"]);
    assert_eq!(chat.notes, [LogEntry::Registered(name("Ana"))]);
    chat.does(ana, Command::Register);
    assert_eq!(chat.hears(ana), ["registered already: Ana"]);
    chat.quits(ana);
    let id = chat.connects();
    chat.says(id, "ANA");
    assert_eq!(chat.hears(id), ["name?", "password?"]);
}

#[test]
fn chat_without_accounts_says_how_to_get_them() {
    let (mut chat, [ana]) = Chat::of(["Ana"]);
    for command in [Command::Register, login("María"), Command::ChangePassword] {
        chat.does(ana, command);
        assert_eq!(chat.hears(ana), ["no accounts"]);
    }
    let id = chat.connects();
    chat.does(id, login("María"));
    assert_eq!(chat.hears(id), ["name?", "no accounts", "name?"]);
}

#[test]
fn name_that_nobody_registered_is_asked_for_a_password_too() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let (ana, id) = (chat.enters("Ana"), chat.connects());
    chat.hush();
    for (id, prompt) in
        [(ana, &["password?", "wrong"][..]), (id, &["password?", "wrong", "or back", "password?"])]
    {
        chat.does(id, login("Nadie"));
        chat.types_secret(id, "girasol");
        assert_eq!(chat.hears(id), prompt);
        chat.does(id, login("María"));
        chat.types_secret(id, "margarita");
        assert_eq!(chat.hears(id), prompt, "the same words");
    }
    chat.does(ana, login("3"));
    assert_eq!(chat.hears(ana), ["malformed"]);
}

#[test]
fn password_is_changed_by_whoever_knows_it() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let juan = chat.logs_in("Juan", "tres tristes tigres");
    let ana = chat.enters("Ana");
    chat.hush();
    chat.does(ana, Command::ChangePassword);
    assert_eq!(chat.hears(ana), ["not registered: Ana"]);
    chat.does(juan, Command::ChangePassword);
    chat.types_secret(juan, "dos");
    assert_eq!(chat.hears(juan), ["current password?", "wrong current"], "at once");
    assert_eq!(chat.disregarded.remove(&juan), Some(2), "those that were to follow, if they were sent");
    chat.does(juan, Command::ChangePassword);
    ["tres tristes tigres", "otra más", "otra más"]
        .into_iter()
        .for_each(|typed| chat.types_secret(juan, typed));
    assert_eq!(chat.hears(juan), ["current password?", "new password?", "again?", "changed"]);
    chat.quits(juan);
    chat.logs_in("Juan", "otra más");
}

#[test]
fn logging_in_renames_a_member() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let (invitado, ana) = (chat.enters("Invitado"), chat.enters("Ana"));
    chat.hush();
    chat.does(invitado, nick("María"));
    assert_eq!(chat.hears(invitado), ["password?"], "a registered name is not free for the asking");
    chat.types_secret(invitado, "girasol");
    assert_eq!(chat.hears(invitado), ["--- Invitado is María", "identified: María"]);
    assert_eq!(chat.hears(ana), ["--- Invitado is María"]);
    chat.does(invitado, nick("maría"));
    assert_eq!(chat.hears(invitado), ["yours: María"]);
    chat.does(invitado, nick("Otra"));
    chat.does(invitado, Command::ChangePassword);
    assert_eq!(chat.hears(invitado), ["--- María is Otra", "not registered: Otra"]);
}

#[test]
fn new_connection_goes_on_where_the_old_one_was() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let (old, ana, eva) = (chat.logs_in("María", "girasol"), chat.enters("Ana"), chat.enters("Eva"));
    for id in [old, ana] {
        chat.does(id, join("cocina"));
    }
    chat.does(old, ignore("Eva"));
    chat.hush();
    let id = chat.connects();
    chat.says(id, "María");
    chat.types_secret(id, "girasol");
    assert_eq!(chat.hears(old), ["replaced"]);
    assert_eq!(chat.closed, [(old, CloseReason::Replaced)]);
    assert_eq!(chat.hears(id), ["name?", "password?", "welcome María", "resumed general, cocina in cocina"]);
    assert_eq!(chat.hears(ana), NOTHING, "nobody else sees a difference");
    chat.says(id, "ya estoy");
    assert_eq!(chat.hears(ana), ["#cocina María: ya estoy"]);
    chat.says(eva, "¿me lees?");
    assert_eq!(chat.hears(id), NOTHING, "whom she hid she still hides");
    chat.does(id, Command::Key { room: None, key: Some(text("sal")) });
    assert_eq!(chat.hears(id), ["#cocina María: locked"], "it is still her room");
    chat.hush();
    chat.ends(id, CloseReason::Lost);
    assert_eq!(chat.hears(ana), ["<<< María lost"]);
    [ana, eva].into_iter().for_each(|id| chat.quits(id));
}

#[test]
fn decisions_about_a_member_follow_to_their_new_connection() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let (olga, invitada) = (chat.enters("Olga"), chat.enters("Invitada"));
    for (room, order) in
        [("cerrada", Command::Key { room: None, key: Some(text("sal")) }), ("vetada", ban("Invitada"))]
    {
        chat.does(olga, join(room));
        chat.does(olga, order);
    }
    chat.does(olga, join("callada"));
    chat.does(olga, Command::Mute { room: None, whom: Some(text("Invitada")) });
    chat.does(invitada, login("María"));
    chat.types_secret(invitada, "girasol");
    chat.does(olga, join("cerrada"));
    chat.does(olga, Command::Invite { room: None, whom: text("María") });
    let maria = chat.logs_in("María", "girasol");
    assert!(!chat.is_here(invitada));
    chat.hush();
    for room in ["cerrada", "vetada", "callada"] {
        chat.does(maria, join(room));
    }
    chat.says(maria, "hola");
    assert_eq!(
        chat.hears(maria),
        ["in #cerrada: 2", "banned from #vetada", "in #callada: 2", "silent in #callada"],
        "where they were not, too"
    );
}

#[test]
fn guest_with_a_registered_name_gives_way_and_is_not_succeeded() {
    let mut chat = Chat::with_accounts(&[]);
    let guest = chat.enters("María");
    chat.does(guest, join("secreta"));
    chat.book = Book::of(&ACCOUNTS);
    let added = chat.book.changes_since(&[]);
    chat.apply(Input::AccountsChanged(added));
    chat.hush();
    chat.does(guest, Command::Register);
    assert_eq!(chat.hears(guest), ["somebody else's: María"]);
    let id = chat.logs_in("María", "girasol");
    assert_eq!(chat.hears(guest), ["reclaimed: María"]);
    assert_eq!(chat.closed, [(guest, CloseReason::Replaced)]);
    assert_eq!(chat.hears(id), ["name?", "password?", "welcome María"], "the guest's rooms are not hers");
}

#[test]
fn member_who_logs_in_takes_the_name_from_their_old_connection() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let (old, id, ana) = (chat.logs_in("María", "girasol"), chat.enters("Invitado"), chat.enters("Ana"));
    chat.hush();
    chat.does(id, login("María"));
    chat.types_secret(id, "girasol");
    assert_eq!(chat.hears(old), ["replaced"]);
    assert_eq!(chat.hears(id), ["password?", "<<< María", "--- Invitado is María", "identified: María"]);
    assert_eq!(chat.hears(ana), ["<<< María", "--- Invitado is María"]);
}

#[test]
fn reply_that_comes_late_is_for_what_was_asked() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    chat.slow = true;
    let id = chat.connects();
    chat.says(id, "María");
    chat.types_secret(id, "girasol");
    // They did not wait, and try somebody else's name; the first line may be the password once more.
    chat.says(id, "Juan");
    chat.says(id, "Juan");
    chat.types_secret(id, "adivino");
    let late = chat.auth_requests.remove(0);
    let (matter, auth_result) = chat.book.settle(late.1);
    assert!(matches!(auth_result, AuthResult::Granted(_)));
    chat.apply(Input::Reply(id, Reply::AuthResult(matter, auth_result)));
    assert_eq!(chat.hub.name(id), None);
    chat.settles();
    assert_eq!(
        chat.hears(id),
        ["name?", "password?", "Trouble(TypedAhead)", "password?", "wrong", "or back", "password?"]
    );
}

#[test]
fn reply_for_a_client_that_left_reaches_nobody_and_the_account_is_made() {
    let mut chat = Chat::with_accounts(&[]);
    chat.slow = true;
    let ana = chat.enters("Ana");
    chat.does(ana, Command::Register);
    chat.types_secret(ana, "uno o más");
    chat.types_secret(ana, "uno o más");
    chat.quits(ana);
    let next = chat.connects();
    assert_eq!(next.slot(), ana.slot(), "somebody else has the place");
    chat.settles();
    assert_eq!(chat.hears(next), ["name?"]);
    chat.says(next, "Ana");
    assert_eq!(chat.hears(next), ["password?"]);
}

#[test]
fn refusal_of_every_kind_is_told() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    chat.slow = true;
    let second = std::time::Duration::from_secs(1);
    for (auth_result, heard) in [
        (AuthResult::Busy, "busy"),
        (AuthResult::Wait(second), "wait 1s"),
        (AuthResult::NoneLeft, "no accounts left"),
        (AuthResult::Failed, "failed"),
        (AuthResult::Displaced, "displaced"),
    ] {
        let id = chat.connects();
        chat.says(id, "María");
        chat.types_secret(id, "girasol");
        let matter: Matter = chat.auth_requests.pop().expect("it was asked for").1.matter();
        chat.apply(Input::Reply(id, Reply::AuthResult(matter, auth_result)));
        assert_eq!(chat.hears(id), ["name?", "password?", heard, "or back", "password?"]);
    }
}

#[test]
fn name_that_was_registered_meanwhile_is_somebody_else_s() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    chat.slow = true;
    let ana = chat.enters("Ana");
    chat.hush();
    chat.does(ana, Command::Register);
    chat.types_secret(ana, "uno o más");
    chat.types_secret(ana, "uno o más");
    let matter = chat.auth_requests.pop().expect("it was asked for").1.matter();
    chat.apply(Input::Reply(ana, Reply::AuthResult(matter, AuthResult::Wrong)));
    assert_eq!(chat.hears(ana), ["new password?", "again?", "somebody else's: Ana"]);
}

#[test]
fn names_have_to_be_registered_if_so_decided() {
    let book = Book::of(&ACCOUNTS);
    let config = ChatConfig { accounts: Some(book.accounts()), accounts_only: true, ..ChatConfig::default() };
    let mut chat = Chat::with(config, book);
    let id = chat.connects();
    chat.says(id, "Ana");
    assert_eq!(chat.hears(id), ["name?", "unregistered: Ana", "name?"]);
    chat.says(id, "María");
    chat.types_secret(id, "girasol");
    chat.does(id, nick("Ana"));
    assert_eq!(chat.hears(id), ["password?", "welcome María", "unregistered: Ana"]);
}

#[test]
fn sessions_end_with_the_password_that_opened_them_whatever_they_are_called() {
    for by_owner in [true, false] {
        let mut chat = Chat::with_accounts(&ACCOUNTS);
        let (thief, juan) = (chat.logs_in("María", "girasol"), chat.logs_in("Juan", "tres tristes tigres"));
        chat.does(thief, nick("Otra"));
        let maria = chat.logs_in("María", "girasol");
        chat.hush();
        if by_owner {
            chat.does(maria, Command::ChangePassword);
            ["girasol", "claveles", "claveles"].into_iter().for_each(|typed| chat.types_secret(maria, typed));
            assert_eq!(chat.hears(maria).last().map(String::as_str), Some("changed"));
            assert!(chat.is_here(maria), "who changed it stays");
        } else {
            let renewed = vec![AccountChange::Renewed(chat.book.key("María"))];
            chat.apply(Input::AccountsChanged(renewed));
            assert_eq!(chat.hears(maria).last().map(String::as_str), Some("another password: María"));
            assert!(!chat.is_here(maria));
        }
        assert_eq!(chat.hears(thief)[0], "another password: María");
        assert!(chat.closed.contains(&(thief, CloseReason::Revoked)));
        assert!(chat.is_here(juan));
        assert!(chat.hears(juan).contains(&"<<< Otra".to_owned()));
    }
}

#[test]
fn sessions_that_were_taken_over_end_with_their_password_too() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let old = chat.logs_in("María", "girasol");
    let new = chat.logs_in("María", "girasol");
    assert!(!chat.is_here(old));
    chat.does(new, nick("Otra"));
    chat.hush();
    let renewed = vec![AccountChange::Renewed(chat.book.key("María"))];
    chat.apply(Input::AccountsChanged(renewed));
    assert_eq!(chat.hears(new), ["another password: María"]);
    assert!(!chat.is_here(new));
    let juan = chat.logs_in("Juan", "tres tristes tigres");
    chat.quits(juan);
    chat.waits(super::SECOND * 2);
    assert!(chat.hub.is_empty());
}

#[test]
fn password_changed_for_who_has_left_ends_the_other_sessions_too() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let thief = chat.logs_in("María", "girasol");
    chat.does(thief, nick("Otra"));
    let maria = chat.logs_in("María", "girasol");
    chat.does(maria, Command::ChangePassword);
    chat.types_secret(maria, "girasol");
    chat.slow = true;
    ["claveles", "claveles"].into_iter().for_each(|typed| chat.types_secret(maria, typed));
    chat.ends(maria, CloseReason::Lost);
    chat.hush();
    chat.settles();
    assert_eq!(chat.hears(thief), ["another password: María"]);
    assert!(!chat.is_here(thief));
}

#[test]
fn very_many_sessions_of_one_account_end_over_several_turns() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let all = EXPELLED_PER_TURN + 2;
    for number in 0..all {
        let id = chat.logs_in("María", "girasol");
        chat.does(id, nick(&format!("Otra{number}")));
    }
    chat.hush();
    let renewed = vec![AccountChange::Renewed(chat.book.key("María"))];
    chat.apply(Input::AccountsChanged(renewed));
    assert_eq!(chat.closed.len(), EXPELLED_PER_TURN);
    assert_eq!(chat.hub.next_due(), Some(MonoTime::START), "there is more to be done at once");
    chat.tick();
    assert_eq!(chat.closed.len(), all);
    assert!(chat.closed.iter().all(|(_, reason)| *reason == CloseReason::Revoked));
    chat.waits(2 * SECOND);
    assert!(chat.hub.is_empty());
}

/// So many sessions of one account that the last of them wait for their end, which is decided; and that last one.
fn with_sessions_that_wait_for_their_end() -> (Chat, ClientId, ClientId) {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let juan = chat.logs_in("Juan", "tres tristes tigres");
    let sessions: Vec<ClientId> = (0..EXPELLED_PER_TURN + 2)
        .map(|number| {
            let id = chat.logs_in("María", "girasol");
            chat.does(id, nick(&format!("Otra{number}")));
            id
        })
        .collect();
    chat.hush();
    (chat, juan, sessions[sessions.len() - 1])
}

#[test]
fn revoked_session_does_nothing_while_it_waits_for_its_end() {
    for command in [
        Command::Say { room: None, text: text("hola") },
        join("sala"),
        nick("María"),
        Command::Register,
        login("Juan"),
    ] {
        for removed in [false, true] {
            let (mut chat, juan, last) = with_sessions_that_wait_for_their_end();
            let key = chat.book.key("María");
            let change = if removed { AccountChange::Removed(key) } else { AccountChange::Renewed(key) };
            chat.apply(Input::AccountsChanged(vec![change]));
            assert!(chat.is_here(last), "it waits");
            drop(chat.events(juan));
            chat.does(last, command.clone());
            assert_eq!(chat.closed.last(), Some(&(last, CloseReason::Revoked)), "{command:?}");
            let told = if removed { "no longer registered: María" } else { "another password: María" };
            assert_eq!(chat.hears(last).last().map(String::as_str), Some(told), "{command:?}");
            let heard = chat.events(juan);
            assert!(!heard.iter().any(|event| matches!(event, Event::Message { .. })), "{heard:?}");
            chat.tick();
            assert_eq!(chat.closed.len(), EXPELLED_PER_TURN + 2);
            assert!(chat.hub.next_due().is_none_or(|due| due != MonoTime::START), "nothing is left to do");
        }
    }
}

#[test]
fn revoked_session_is_not_given_what_it_waited_for() {
    let (mut chat, _, last) = with_sessions_that_wait_for_their_end();
    chat.does(last, login("Juan"));
    chat.slow = true;
    chat.types_secret(last, "tres tristes tigres");
    let renewed = vec![AccountChange::Renewed(chat.book.key("María"))];
    chat.apply(Input::AccountsChanged(renewed));
    chat.settles();
    assert_eq!(chat.closed.last(), Some(&(last, CloseReason::Revoked)));
}

#[test]
fn revoked_session_is_not_what_its_owner_goes_on_with() {
    let (mut chat, _, _) = with_sessions_that_wait_for_their_end();
    let last = chat.logs_in("María", "girasol");
    chat.does(last, join("sala"));
    chat.hush();
    let renewed = vec![AccountChange::Renewed(chat.book.key("María"))];
    chat.apply(Input::AccountsChanged(renewed));
    assert!(chat.is_here(last), "it waits");
    let maria = chat.logs_in("María", "girasol");
    assert!(chat.closed.contains(&(last, CloseReason::Revoked)));
    let heard = chat.hears(maria);
    assert!(heard.iter().any(|line| line == "welcome María"), "{heard:?}");
    assert!(!heard.iter().any(|line| line.contains("sala")), "what it was in is nothing to her: {heard:?}");
}

#[test]
fn account_that_is_refused_uses_no_number() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    chat.slow = true;
    let ana = chat.enters("Ana");
    let mut numbers = Vec::new();
    for _ in 0..3 {
        chat.does(ana, Command::Register);
        ["caracola azul", "caracola azul"].into_iter().for_each(|typed| chat.types_secret(ana, typed));
        let (asked, request) = chat.auth_requests.pop().expect("it is asked");
        let AuthRequest::Register { key, .. } = request else { panic!("{request:?}") };
        numbers.push(key);
        chat.apply(Input::Reply(asked, Reply::AuthResult(request.matter(), AuthResult::Busy)));
    }
    assert!(numbers.iter().all(|number| *number == numbers[0]), "{numbers:?}");
}
