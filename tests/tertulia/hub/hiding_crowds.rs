//! Very many who hide somebody: what they are not told costs nobody anything, least of all those who hide nobody.

use super::{Chat, NOTHING, SECOND, Shell, ignore, nick};
use tertulia::chat::{ClientId, Command, Effect, Input};
use tertulia::limits::{HIDDEN_GONE_MAX, NAMES_ASKED};

/// Luis, Eva, and `many` others of whom the first `hiding` hide Luis.
fn luis_hidden_by(hiding: usize, many: usize) -> (Chat, [ClientId; 2], Vec<ClientId>) {
    let (mut chat, [luis, eva]) = Chat::of(["Luis", "Eva"]);
    let others: Vec<_> = (0..many).map(|i| chat.enters(&format!("p{i}"))).collect();
    others[..hiding].iter().for_each(|&id| chat.does(id, ignore("Luis")));
    chat.hush();
    (chat, [luis, eva], others)
}

/// What the hub alone allocates for a command, and how many outputs it gives.
fn cost(chat: &mut Chat, id: ClientId, command: Command) -> (u64, usize) {
    let mut out = Vec::with_capacity(1_000);
    chat.hub.effects(&mut out);
    let at = chat.time();
    let spent = allocation_counter::measure(|| chat.hub.apply(at, Input::Command(id, command)));
    chat.hub.effects(&mut out);
    (spent.count_total, out.len())
}

#[test]
fn rename_costs_the_same_however_many_hide_the_person() {
    let costs = [0, 1, 400].map(|hiding| {
        let (mut chat, [luis, _], _) = luis_hidden_by(hiding, 400);
        let begun = chat.hub.work();
        let cost = cost(&mut chat, luis, nick("Pepe"));
        (cost, (chat.hub.work() - begun).steps)
    });
    assert_eq!(costs[1], costs[2]);
    assert_eq!(costs[0].1, costs[1].1, "who hides nobody pays nothing");
    // And all of them hide Pepe by now.
    let (mut chat, [luis, eva], others) = luis_hidden_by(400, 401);
    chat.does(luis, nick("Pepe"));
    chat.says(luis, "hola");
    assert_eq!(chat.hears(eva), ["--- Luis is Pepe", "Pepe: hola"]);
    assert_eq!(chat.hears(others[400]), ["--- Luis is Pepe", "Pepe: hola"]);
    assert_eq!(chat.hears(others[0]), NOTHING);
    assert_eq!(chat.hears(others[399]), NOTHING);
    chat.does(others[399], Command::Ignore(None));
    assert_eq!(chat.hears(others[399]), ["hiding [Pepe]"]);
}

#[test]
fn crowd_is_told_in_few_lines_whatever_each_member_hides() {
    const MEMBERS: usize = 300;
    let (mut chat, [_, eva], members) = luis_hidden_by(0, MEMBERS);
    let names: Vec<String> = (0..20).map(|i| format!("troll{i}")).collect();
    let trolls: Vec<_> = names.iter().map(|name| chat.enters(name)).collect();
    // Each hides others of them.
    for (nth, &member) in members.iter().enumerate() {
        for (bit, name) in names.iter().enumerate() {
            if nth >> (bit % 9) & 1 == 1 {
                chat.does(member, ignore(name));
            }
        }
    }
    trolls.iter().for_each(|&id| chat.quits(id));
    chat.hush();
    // The first five come one by one.
    for name in names.iter().rev() {
        chat.enters(name);
    }
    members.iter().chain([&eva]).for_each(|&id| drop(chat.hears(id)));
    chat.now = chat.now + SECOND;
    let effects = chat.decides(Input::Tick);
    let lines = effects.iter().filter(|effect| matches!(effect, Effect::Deliver { .. })).count();
    chat.perform(effects);
    assert!(lines <= 1 << NAMES_ASKED, "{lines} lines for {MEMBERS} members");
    // Those who are spelled out are none whom the reader hides.
    assert_eq!(chat.hears(eva), [">>> troll14, troll13 +13"]);
    for (nth, &member) in members.iter().enumerate() {
        let heard = chat.hears(member).concat();
        let hidden = |bit: usize| nth >> (bit % 9) & 1 == 1;
        let told =
            |bit: &usize| heard.contains(&format!("troll{bit},")) || heard.contains(&format!("troll{bit} "));
        let spelled: Vec<usize> = (0..15).rev().filter(told).collect();
        let expected: Vec<usize> = (9..15).rev().filter(|&bit| !hidden(bit)).take(2).collect();
        assert_eq!(spelled, expected, "{nth}: {heard}");
        let count: usize =
            heard.rsplit('+').next().and_then(|more| more.parse().ok()).expect("how many more");
        let asked_and_hidden = (9..15).filter(|&bit| hidden(bit)).count();
        assert_eq!(count + spelled.len(), 15 - asked_and_hidden, "{nth}: {heard}");
    }
}

#[test]
fn hidden_person_who_left_long_ago_is_hidden_no_more() {
    let (mut chat, [luis, eva], _) = luis_hidden_by(0, 0);
    chat.does(eva, ignore("Luis"));
    chat.quits(luis);
    let pepe = chat.enters("Pepe");
    chat.does(eva, ignore("Pepe"));
    // So many others are hidden after Luis, each by somebody else, and leave.
    let mut watchers: Vec<ClientId> = Vec::new();
    for i in 0..HIDDEN_GONE_MAX {
        if i % 100 == 0 {
            watchers.push(chat.enters(&format!("w{i}")));
        }
        let gone = chat.enters(&format!("p{i}"));
        chat.does(*watchers.last().expect("one at least"), ignore(&format!("p{i}")));
        chat.quits(gone);
    }
    chat.hush();
    chat.does(eva, Command::Ignore(None));
    assert_eq!(chat.hears(eva), ["hiding [Pepe]"]);
    let luis = chat.enters("Luis");
    chat.says(luis, "hola");
    chat.says(pepe, "hola");
    assert_eq!(chat.hears(eva), [">>> Luis", "Luis: hola"]);
}

#[test]
fn hidden_people_who_turn_out_to_be_one_are_one() {
    let (mut chat, [ana, eva, luis, pepe]) = Chat::of(["Ana", "Eva", "Luis", "Pepe"]);
    chat.does(ana, ignore("Luis"));
    chat.does(ana, ignore("Pepe"));
    chat.does(eva, ignore("Luis"));
    chat.quits(luis);
    chat.hush();
    // Pepe takes the name of Luis, who left: who hid either hides them, and shows both at once.
    chat.does(pepe, nick("Luis"));
    chat.says(pepe, "hola");
    assert_eq!(chat.hears(ana), NOTHING);
    assert_eq!(chat.hears(eva), NOTHING);
    chat.does(ana, ignore("Luis"));
    chat.says(pepe, "adiós");
    assert_eq!(chat.hears(ana), ["shown: Luis", "Luis: adiós"]);
    assert_eq!(chat.hears(eva), NOTHING, "others go on hiding them");
    chat.does(pepe, nick("Rita"));
    chat.does(eva, Command::Ignore(None));
    assert_eq!(chat.hears(eva), ["hiding [Rita]"]);
    chat.quits(eva);
    chat.quits(pepe);
    chat.quits(ana);
    assert!(chat.hub.is_empty());
}
