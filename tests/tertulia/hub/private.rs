//! Words for one person only.

use super::{Chat, NOTHING, away, ignore, leave, message, nick, text};
use tertulia::chat::{CloseReason, Command};

fn reply(words: &str) -> Command {
    Command::Reply(text(words))
}

#[test]
fn only_the_two_know_of_it() {
    let (mut chat, [juan, ana, eva]) = Chat::of(["Juan", "Ana", "Eva"]);
    chat.does(juan, message("ana", "nos vemos luego"));
    assert_eq!(chat.hears(ana), ["[Juan] nos vemos luego"]);
    assert_eq!(chat.hears(juan), ["[to Ana] nos vemos luego"], "as she writes her name");
    assert_eq!(chat.hears(eva), NOTHING);
    assert!(chat.notes.is_empty(), "the console shows none of it");
}

#[test]
fn they_reach_a_person_in_whatever_room() {
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
fn an_answer_goes_to_whoever_wrote_last() {
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
fn an_answer_follows_a_new_name() {
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
fn an_answer_does_not_reach_who_left() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    chat.does(juan, message("Ana", "1"));
    chat.ends(juan, CloseReason::Lost);
    chat.hears(ana);
    chat.does(ana, reply("2"));
    assert_eq!(chat.hears(ana), ["nobody: Juan"]);
}

#[test]
fn who_is_away_hears_it_and_the_other_is_told() {
    let (mut chat, [juan, ana]) = Chat::of(["Juan", "Ana"]);
    chat.does(ana, away("café"));
    chat.does(juan, message("Ana", "¿vienes?"));
    assert_eq!(chat.hears(juan), ["[to Ana] ¿vienes? (away: café)"]);
    assert_eq!(chat.hears(ana), ["away: café", "[Juan] ¿vienes?"]);
}

#[test]
fn there_must_be_somebody_else_of_that_name() {
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
fn a_hidden_person_is_not_heard_and_does_not_learn_it() {
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
