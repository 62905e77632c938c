//! Words for one person only.

use super::{Chat, NOTHING, away, ignore, leave, message, nick, text};
use tertulia::chat::{CloseReason, Command};

const ACCOUNTS: [(&str, &str); 1] = [("María", "girasol")];

fn reply(words: &str) -> Command {
    Command::Reply(text(words))
}

#[test]
fn private_message_is_known_to_the_two_only() {
    let (mut chat, [juan, ana, eva]) = Chat::of(["Juan", "Ana", "Eva"]);
    chat.does(juan, message("ana", "nos vemos luego"));
    assert_eq!(chat.hears(ana), ["[Juan] nos vemos luego"]);
    assert_eq!(chat.hears(juan), ["[to Ana] nos vemos luego"], "as she writes her name");
    assert_eq!(chat.hears(eva), NOTHING);
    assert!(chat.notes.is_empty(), "the console shows none of it");
}

#[test]
fn private_message_reaches_a_person_in_whatever_room() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    chat.does(ana, leave("general"));
    chat.does(juan, leave("general"));
    chat.hush();
    chat.does(juan, message("Ana", "¿dónde estás?"));
    chat.does(ana, reply("en ninguna parte"));
    assert_eq!(chat.hears(ana), ["[Juan] ¿dónde estás?", "[to Juan] en ninguna parte"]);
    assert_eq!(chat.hears(juan), ["[to Ana] ¿dónde estás?", "[Ana] en ninguna parte"]);
}

#[test]
fn answer_goes_to_whoever_wrote_last() {
    let (mut chat, [juan, ana, eva]) = Chat::of(["Juan", "Ana", "Eva"]);
    chat.does(ana, reply("¿a quién?"));
    assert_eq!(chat.hears(ana), ["nobody to answer"]);
    chat.does(juan, message("Ana", "1"));
    chat.does(eva, message("Ana", "2"));
    chat.does(ana, message("Juan", "3"));
    chat.does(ana, reply("4"));
    assert_eq!(chat.hears(eva), ["[to Ana] 2", "[Ana] 4"], "whom one wrote to oneself does not count");
    assert_eq!(chat.hears(juan), ["[to Ana] 1", "[Ana] 3"]);
}

#[test]
fn answer_follows_a_new_name() {
    let (mut chat, [juan, ana, eva]) = Chat::of(["Juan", "Ana", "Eva"]);
    chat.does(juan, message("Ana", "1"));
    chat.does(juan, nick("Pepe"));
    chat.does(eva, nick("Juan"));
    chat.hush();
    chat.does(ana, reply("2"));
    assert_eq!(chat.hears(juan), ["[Ana] 2"]);
    assert_eq!(chat.hears(ana), ["[to Pepe] 2"]);
    assert_eq!(chat.hears(eva), NOTHING, "the old name is somebody else's now");
    chat.does(juan, nick("PEPE"));
    chat.does(ana, ignore("Eva"));
    chat.hush();
    chat.does(ana, reply("3"));
    assert_eq!(chat.hears(juan), ["[Ana] 3"]);
}

#[test]
fn answer_does_not_reach_who_left() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    chat.does(juan, message("Ana", "1"));
    chat.does(juan, nick("Pepe"));
    chat.ends(juan, CloseReason::Lost);
    chat.hears(ana);
    chat.does(ana, reply("2"));
    assert_eq!(chat.hears(ana), ["Pepe has left"], "by the name that she saw last");
    let heirs = ["Juan", "Pepe"].map(|name| chat.enters(name));
    chat.hush();
    chat.does(ana, reply("3"));
    assert_eq!(chat.hears(ana), ["Pepe has left"]);
    for heir in heirs {
        assert_eq!(chat.hears(heir), NOTHING, "whoever has the name by now is somebody else");
    }
}

#[test]
fn answer_follows_the_sender_to_a_new_connection() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let (old, ana) = (chat.logs_in("María", "girasol"), chat.enters("Ana"));
    chat.does(old, message("Ana", "1"));
    let new = chat.logs_in("María", "girasol");
    chat.hush();
    chat.does(ana, reply("2"));
    assert_eq!(chat.hears(new), ["[Ana] 2"]);
    chat.does(new, reply("3"));
    assert_eq!(chat.hears(ana), ["[to María] 2", "[María] 3"]);
    chat.quits(new);
    let new = chat.logs_in("María", "girasol");
    chat.hush();
    chat.does(ana, reply("4"));
    assert_eq!(chat.hears(new), ["[Ana] 4"], "or when they come again");
}

#[test]
fn answer_to_a_registered_sender_who_left_waits_for_them() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let (maria, luis, ana) = (chat.logs_in("María", "girasol"), chat.enters("Luis"), chat.enters("Ana"));
    chat.does(maria, message("Ana", "1"));
    chat.quits(maria);
    chat.hush();
    chat.does(ana, reply("2"));
    assert_eq!(chat.hears(ana), ["[to María] 2", "kept"]);
    chat.does(luis, message("Ana", "3"));
    chat.does(luis, Command::Register);
    (0..2).for_each(|_| chat.types_secret(luis, "claveles"));
    chat.quits(luis);
    chat.hush();
    chat.does(ana, reply("4"));
    assert_eq!(chat.hears(ana), ["[to Luis] 4", "kept"], "registered since they wrote");
    for (name, password, letter) in [("María", "girasol", "[Ana] 2"), ("Luis", "claveles", "[Ana] 4")] {
        let id = chat.logs_in(name, password);
        assert_eq!(chat.hears(id).last().map(String::as_str), Some(format!("letters: {letter}").as_str()));
    }
}

#[test]
fn answer_does_not_say_whose_account_a_guest_had() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let (maria, ana) = (chat.logs_in("María", "girasol"), chat.enters("Ana"));
    chat.does(maria, nick("Otra"));
    chat.does(maria, message("Ana", "1"));
    chat.quits(maria);
    chat.hush();
    chat.does(ana, reply("2"));
    assert_eq!(chat.hears(ana), ["Otra has left"]);
}

#[test]
fn answer_to_a_letter_reaches_its_writer_and_nobody_else() {
    let mut chat = Chat::with_accounts(&ACCOUNTS);
    let (juan, eva) = (chat.enters("Juan"), chat.enters("Eva"));
    chat.does(eva, message("María", "0"));
    chat.does(juan, message("María", "1"));
    chat.does(juan, nick("Pepe"));
    chat.does(eva, nick("Juan"));
    let maria = chat.logs_in("María", "girasol");
    chat.hush();
    chat.does(maria, reply("2"));
    assert_eq!(chat.hears(juan), ["[María] 2"]);
    assert_eq!(chat.hears(eva), NOTHING);
    chat.quits(juan);
    chat.hush();
    chat.does(maria, reply("3"));
    assert_eq!(chat.hears(maria), ["Pepe has left"]);
    assert_eq!(chat.hears(eva), NOTHING);
}

#[test]
fn new_name_costs_the_same_however_many_know_the_old_one() {
    let spent = [0, 1_000].map(|known| {
        let (mut chat, [juan]) = Chat::of(["Juan"]);
        for index in 0..1_000 {
            let name = format!("p{index}");
            let other = chat.enters(&name);
            chat.does(other, leave("general"));
            if index < known {
                chat.does(juan, message(&name, "hola"));
                chat.does(other, reply("qué tal"));
            }
        }
        chat.hush();
        allocation_counter::measure(|| chat.does(juan, nick("Pepe"))).count_total
    });
    assert_eq!(spent[0], spent[1], "allocations for a new name that nobody knows, and that a thousand know");
}

#[test]
fn private_message_to_a_member_who_is_away_is_heard_and_the_sender_is_told() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    chat.does(ana, away("café"));
    chat.does(juan, message("Ana", "¿vienes?"));
    assert_eq!(chat.hears(juan), ["[to Ana] ¿vienes? (away: café)"]);
    assert_eq!(chat.hears(ana), ["away: café", "[Juan] ¿vienes?"]);
}

#[test]
fn private_message_needs_another_member_of_that_name() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    let newcomer = chat.connects();
    for (to, answer) in [
        ("Nadie", "nobody: Nadie"),
        ("no-es-un-nombre!", "nobody: no-es-un-nombre!"),
        ("", "nobody: "),
        ("general", "nobody: general"),
        ("Juan", "ThatIsYou"),
        ("JUAN", "ThatIsYou"),
    ] {
        chat.does(juan, message(to, "hola"));
        assert_eq!(chat.hears(juan), [answer]);
    }
    chat.does(newcomer, message("Ana", "hola"));
    chat.does(newcomer, reply("hola"));
    assert_eq!(chat.hears(newcomer), ["name?", "name first", "name?", "name first", "name?"]);
    assert_eq!(chat.hears(ana), NOTHING);
}

#[test]
fn hidden_person_is_not_heard_and_does_not_learn_it() {
    let (mut chat, [juan, ana, eva]) = Chat::of(["Juan", "Ana", "Eva"]);
    chat.does(eva, message("Ana", "1"));
    chat.does(ana, ignore("Juan"));
    chat.hears(ana);
    chat.does(juan, message("Ana", "2"));
    assert_eq!(chat.hears(juan), ["[to Ana] 2"], "as to anybody");
    assert_eq!(chat.hears(ana), NOTHING);
    chat.does(ana, reply("3"));
    assert_eq!(chat.hears(ana), ["[to Eva] 3"], "nor does an answer go to who was not heard");
    assert_eq!(chat.hears(juan), NOTHING);
    chat.does(ana, message("Juan", "4"));
    assert_eq!(chat.hears(juan), ["[Ana] 4"], "hiding goes one way");
}
