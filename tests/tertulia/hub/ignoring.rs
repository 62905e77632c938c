//! Hiding a person: whoever hides them sees nothing of what they say and do from now on, and nobody else notices. What
//! they said before stays where it was said.

use super::{Chat, NOTHING, act, ignore, nick};
use tertulia::chat::{ClientId, CloseReason, Command};
use tertulia::limits::IGNORED_MAX;

/// Ana hides Luis; Eva hides nobody.
fn ana_hides_luis() -> (Chat, [ClientId; 3]) {
    let (mut chat, [ana, luis, eva]) = Chat::of(["Ana", "Luis", "Eva"]);
    chat.does(ana, ignore("luis"));
    assert_eq!(chat.hears(ana), ["hidden: Luis"]);
    (chat, [ana, luis, eva])
}

#[test]
fn hidden_person_is_not_heard() {
    let (mut chat, [ana, luis, eva]) = ana_hides_luis();
    assert_eq!(chat.hears(luis), NOTHING, "they are not told");
    chat.says(luis, "hola");
    chat.does(luis, act("saluda"));
    assert_eq!(chat.hears(ana), NOTHING);
    assert_eq!(chat.hears(eva), ["Luis: hola", "* Luis saluda"]);
    chat.says(ana, "qué silencio");
    assert_eq!(chat.hears(luis), ["Ana: qué silencio"], "hiding goes one way");
    chat.says(eva, "ya");
    assert_eq!(chat.hears(ana), ["Eva: ya"]);
}

#[test]
fn hidden_person_comes_and_goes_unseen() {
    let (mut chat, [ana, luis, eva]) = ana_hides_luis();
    chat.quits(luis);
    assert_eq!(chat.hears(eva), ["<<< Luis"]);
    let luis = chat.enters("LUIS");
    assert_eq!(chat.hears(eva), [">>> LUIS"]);
    chat.says(luis, "he vuelto");
    chat.ends(luis, CloseReason::Lost);
    assert_eq!(chat.hears(eva), ["LUIS: he vuelto", "<<< LUIS lost"]);
    assert_eq!(chat.hears(ana), NOTHING, "hidden they stay");
}

#[test]
fn hidden_person_cannot_come_back_under_a_new_name() {
    let (mut chat, [ana, luis, eva]) = ana_hides_luis();
    chat.does(luis, nick("Pepe"));
    chat.says(luis, "soy otro");
    assert_eq!(chat.hears(eva), ["--- Luis is Pepe", "Pepe: soy otro"]);
    assert_eq!(chat.hears(ana), NOTHING);
    chat.does(ana, Command::Ignore(None));
    assert_eq!(chat.hears(ana), ["hiding [Pepe]"]);
    chat.enters("Luis");
    assert_eq!(chat.hears(ana), [">>> Luis"], "the old name may be anybody's now");
}

#[test]
fn same_request_shows_them_again() {
    let (mut chat, [ana, luis, _]) = ana_hides_luis();
    chat.does(ana, ignore("  LUIS "));
    assert_eq!(chat.hears(ana), ["shown: Luis"]);
    chat.says(luis, "hola");
    assert_eq!(chat.hears(ana), ["Luis: hola"]);
}

#[test]
fn hidden_person_who_left_can_be_shown_again() {
    let (mut chat, [ana, luis, _]) = ana_hides_luis();
    chat.quits(luis);
    chat.does(ana, ignore("Luis"));
    assert_eq!(chat.hears(ana), ["shown: Luis"]);
    chat.does(ana, ignore("Luis"));
    assert_eq!(chat.hears(ana), ["nobody: Luis"], "nor hidden, who is not here");
}

#[test]
fn list_names_the_hidden() {
    let (mut chat, [ana, _, eva]) = ana_hides_luis();
    chat.does(ana, ignore("Eva"));
    chat.does(ana, Command::Ignore(None));
    assert_eq!(chat.hears(ana), ["hidden: Eva", "hiding [Luis, Eva]"]);
    chat.does(eva, Command::Ignore(None));
    assert_eq!(chat.hears(eva), ["hiding []"]);
}

#[test]
fn person_can_be_hidden_who_is_here_and_not_oneself() {
    let (mut chat, [ana]) = Chat::of(["Ana"]);
    for (whom, answer) in [
        ("Nadie", "nobody: Nadie"),
        ("no es un nombre!", "nobody: no es un nombre!"),
        ("Tú", "nobody: Tú"),
        ("Ana", "ThatIsYou"),
        ("ANA", "ThatIsYou"),
    ] {
        chat.does(ana, ignore(whom));
        assert_eq!(chat.hears(ana), [answer]);
    }
    chat.does(ana, Command::Ignore(None));
    assert_eq!(chat.hears(ana), ["hiding []"]);
}

#[test]
fn hidden_people_are_so_many_and_no_more() {
    let (mut chat, [ana]) = Chat::of(["Ana"]);
    for i in 0..=IGNORED_MAX {
        chat.enters(&format!("p{i}"));
    }
    chat.hush();
    for i in 0..IGNORED_MAX {
        chat.does(ana, ignore(&format!("p{i}")));
        assert_eq!(chat.hears(ana), [format!("hidden: p{i}")]);
    }
    let one_more = format!("p{IGNORED_MAX}");
    chat.does(ana, ignore(&one_more));
    assert_eq!(chat.hears(ana), ["IgnoreListFull(100)"]);
    chat.does(ana, ignore("p0"));
    chat.does(ana, ignore(&one_more));
    assert_eq!(chat.hears(ana), ["shown: p0".to_owned(), format!("hidden: {one_more}")]);
}

#[test]
fn ones_own_new_name_is_heard_whomever_one_hides() {
    let (mut chat, [ana, luis, _]) = ana_hides_luis();
    chat.does(ana, nick("Anita"));
    assert_eq!(chat.hears(ana), ["--- Ana is Anita"]);
    assert_eq!(chat.hears(luis), ["--- Ana is Anita"]);
}

#[test]
fn member_cannot_hide_themselves() {
    let (mut chat, [ana, luis, _]) = ana_hides_luis();
    chat.quits(luis);
    chat.does(ana, nick("Luis"));
    assert_eq!(chat.hears(ana), ["--- Ana is Luis"]);
    chat.does(ana, Command::Ignore(None));
    assert_eq!(chat.hears(ana), ["hiding []"]);
}

#[test]
fn hidden_person_who_takes_a_hidden_name_is_listed_once() {
    let (mut chat, [ana, luis, eva]) = ana_hides_luis();
    chat.does(ana, ignore("Eva"));
    chat.quits(luis);
    chat.does(eva, nick("Luis"));
    chat.hears(ana);
    chat.does(ana, Command::Ignore(None));
    assert_eq!(chat.hears(ana), ["hiding [Luis]"]);
    chat.does(eva, nick("LUIS"));
    chat.does(ana, Command::Ignore(None));
    assert_eq!(chat.hears(ana), ["hiding [LUIS]"]);
    chat.does(ana, ignore("luis"));
    chat.does(ana, Command::Ignore(None));
    assert_eq!(chat.hears(ana), ["shown: LUIS", "hiding []"]);
}

#[test]
fn member_who_hid_another_leaves_nothing_behind() {
    let (mut chat, [ana, luis, eva]) = ana_hides_luis();
    chat.does(eva, ignore("Ana"));
    chat.does(eva, ignore("Ana"));
    for id in [ana, luis, eva] {
        chat.quits(id);
    }
    chat.hush();
    assert!(chat.hub.is_empty());
    let ana = chat.enters("Ana");
    let luis = chat.enters("Luis");
    chat.hush();
    chat.says(luis, "hola");
    assert_eq!(chat.hears(ana), ["Luis: hola"], "a new session hides nobody");
}

#[test]
fn last_hidden_person_of_a_crowd_comes_and_goes_unseen() {
    let (mut chat, [ana, luis, eva]) = ana_hides_luis();
    let others: Vec<_> = (0..5).map(|i| chat.enters(&format!("p{i}"))).collect();
    chat.hush();
    others.into_iter().for_each(|id| chat.quits(id));
    chat.quits(luis);
    chat.hears(ana);
    chat.hears(eva);
    chat.waits(super::SECOND);
    assert_eq!(chat.hears(eva), ["<<< Luis"]);
    assert_eq!(chat.hears(ana), NOTHING, "left");
    for i in 0..5 {
        chat.enters(&format!("p{i}"));
    }
    chat.enters("Luis");
    chat.hears(ana);
    chat.hears(eva);
    chat.waits(super::SECOND);
    assert_eq!(chat.hears(eva), [">>> Luis"]);
    assert_eq!(chat.hears(ana), NOTHING, "came");
}

#[test]
fn among_many_a_hidden_person_is_neither_named_nor_counted() {
    let (mut chat, [ana, luis, eva]) = ana_hides_luis();
    chat.quits(luis);
    chat.hush();
    let first = ["A", "B", "C", "D", "E"].map(|name| chat.enters(name));
    for name in ["Luis", "Juan", "Inés", "Rita"] {
        chat.enters(name);
    }
    chat.hears(ana);
    chat.hears(eva);
    chat.waits(2 * super::SECOND);
    assert_eq!(chat.hears(eva), [">>> Luis, Juan +2"]);
    assert_eq!(chat.hears(ana), [">>> Juan, Inés, Rita"]);
    first.into_iter().for_each(|id| chat.quits(id));
    for name in ["Luis", "Rita"] {
        let id = chat.id_of(name);
        chat.quits(id);
    }
    chat.hears(ana);
    chat.hears(eva);
    chat.waits(2 * super::SECOND);
    assert_eq!(chat.hears(eva), ["<<< Luis, Rita"]);
    assert_eq!(chat.hears(ana), ["<<< Rita"]);
}
