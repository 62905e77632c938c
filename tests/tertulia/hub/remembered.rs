//! What the hub has remembered of rooms: what changed, and nothing else; put together it is all that there is.

use proptest::prelude::*;
use tertulia::chat::{ClientId, CloseReason, Command, Name, RoomFact, RoomKey, RoomRecord};
use tertulia::limits::DECISIONS_PER_ROOM;

use super::{Chat, join, leave, name, nick, text, topic};

const ACCOUNTS: [(&str, &str); 2] = [("María", "girasol"), ("Juan", "tres tristes tigres")];

/// Names that people have or take; `Ema` may be one name that two people had.
const NAMES: [&str; 6] = ["María", "Juan", "Olga", "Ana", "Ema", "Eva"];

/// What one of the people in the chat does.
#[derive(Clone, Debug)]
enum Deed {
    Comes(usize),
    Goes(usize),
    Does(usize, Command),
}

fn deed() -> impl Strategy<Value = Deed> {
    let whom = || prop::sample::select(&NAMES[..]).prop_map(text);
    let command = prop_oneof![
        3 => prop::sample::select(&["sala", "cueva"][..]).prop_map(join),
        1 => prop::sample::select(&["sala", "cueva"][..]).prop_map(leave),
        1 => prop::sample::select(&["recetas", "cine", "-"][..]).prop_map(topic),
        1 => prop::option::of(prop::sample::select(&["sal", "pan"][..])).prop_map(|key| Command::Key { room: None, key: key.map(text) }),
        4 => whom().prop_map(|whom| Command::Ban { room: None, whom }),
        2 => whom().prop_map(|whom| Command::Unban { room: None, whom }),
        3 => prop::option::weighted(0.8, whom()).prop_map(|whom| Command::Mute { room: None, whom }),
        2 => whom().prop_map(|whom| Command::Invite { room: None, whom }),
        2 => whom().prop_map(|whom| Command::Op { room: None, whom }),
        1 => whom().prop_map(|whom| Command::Kick { room: None, whom, reason: None }),
        2 => prop::sample::select(&NAMES[2..]).prop_map(nick),
        1 => Just(Command::Say { room: None, text: text("hola") }),
    ];
    prop_oneof![
        3 => (0..NAMES.len()).prop_map(Deed::Comes),
        1 => (0..NAMES.len()).prop_map(Deed::Goes),
        20 => (0..NAMES.len(), command).prop_map(|(who, command)| Deed::Does(who, command)),
    ]
}

/// The people that there are, by place.
struct Crowd {
    chat: Chat,
    ids: [Option<ClientId>; NAMES.len()],
}

impl Crowd {
    fn does(&mut self, deed: Deed) {
        match deed {
            Deed::Comes(who) if self.ids[who].is_none() => {
                let id = self.chat.connects();
                self.chat.says(id, NAMES[who]);
                if let Some((_, password)) = ACCOUNTS.get(who) {
                    self.chat.types_secret(id, password);
                }
                self.ids[who] = Some(id).filter(|&id| self.chat.hub.name(id).is_some());
            }
            Deed::Goes(who) => {
                if let Some(id) = self.ids[who].take() {
                    self.chat.quits(id);
                }
            }
            Deed::Does(who, command) => {
                if let Some(id) = self.ids[who] {
                    self.chat.does(id, command);
                }
            }
            Deed::Comes(_) => {}
        }
        // Whoever was replaced by the owner of their name is gone.
        let chat = &self.chat;
        self.ids.iter_mut().for_each(|id| *id = id.filter(|&id| chat.is_here(id)));
    }
}

/// The record with its lists in no order: of two people who had one name the first may have been forgiven.
fn sorted(mut record: RoomRecord) -> RoomRecord {
    let sort = |names: &mut Vec<Name>| names.sort_by_key(|name| name.to_string());
    sort(&mut record.banned);
    sort(&mut record.muted);
    record.owners.sort();
    record
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]
    #[test]
    fn room_changes_put_together_are_the_room(deeds in prop::collection::vec(deed(), 0..100)) {
        let mut crowd = Crowd { chat: Chat::with_accounts(&ACCOUNTS), ids: [None; NAMES.len()] };
        for deed in deeds {
            crowd.does(deed);
            crowd.chat.closed.clear();
            for (&key, record) in &crowd.chat.records {
                let room = crowd.chat.hub.room_record(key).expect("it is there");
                prop_assert_eq!(sorted(record.clone()), sorted(room));
            }
        }
        let keys = 1..1_000;
        let there = keys.filter(|&key| crowd.chat.hub.room_record(RoomKey(key)).is_some()).count();
        let remembered = crowd.chat.records.keys().filter(|key| key.0 > 0).count();
        prop_assert_eq!(there, remembered, "rooms that nobody was told of");
    }
}

#[test]
fn room_change_of_a_topic_says_the_topic_whatever_else_there_is() {
    let (mut chat, [olga]) = Chat::of(["Olga"]);
    chat.does(olga, join("sala"));
    for number in 0..DECISIONS_PER_ROOM {
        chat.does(olga, Command::Ban { room: None, whom: text(&format!("b{number}")) });
        chat.does(olga, Command::Mute { room: None, whom: Some(text(&format!("m{number}"))) });
    }
    chat.changes.clear();
    for words in ["x", "x", "y", "-", "-"] {
        chat.does(olga, topic(words));
    }
    let told: Vec<RoomFact> = chat.changes.drain(..).map(|change| change.what).collect();
    let topics = [Some("x"), Some("y"), None].map(|words| RoomFact::Topic(words.map(text)));
    assert_eq!(told, topics, "and what it is about already is not said again");
    chat.does(olga, Command::Key { room: None, key: Some(text("sal")) });
    chat.does(olga, Command::Key { room: None, key: Some(text("sal")) });
    assert_eq!(chat.changes.len(), 1);
}

#[test]
fn room_change_of_one_ban_too_many_says_who_is_forgotten() {
    let (mut chat, [olga]) = Chat::of(["Olga"]);
    chat.does(olga, join("sala"));
    for number in 0..=DECISIONS_PER_ROOM {
        chat.does(olga, Command::Ban { room: None, whom: text(&format!("b{number}")) });
    }
    let record = chat.records.values().next().expect("the room is remembered");
    assert_eq!((record.banned.len(), &record.banned[0]), (DECISIONS_PER_ROOM, &name("b1")));
}

#[test]
fn room_change_of_one_ban_too_many_says_nothing_of_a_name_that_is_banned_once_more() {
    let (mut chat, [olga]) = Chat::of(["Olga"]);
    chat.does(olga, join("sala"));
    let ban = |whom: &str| Command::Ban { room: None, whom: text(whom) };
    // Each on a connection of their own, so that each is an entry.
    for _ in 0..2 {
        let pepe = chat.enters("Pepe");
        chat.does(olga, ban("Pepe"));
        chat.ends(pepe, CloseReason::Lost);
        chat.tick();
    }
    for number in 0..DECISIONS_PER_ROOM - 1 {
        chat.does(olga, ban(&format!("b{number}")));
    }
    let banned = |chat: &Chat| chat.records.values().next().expect("the room is remembered").banned.clone();
    assert_eq!((banned(&chat).len(), &banned(&chat)[0]), (DECISIONS_PER_ROOM, &name("Pepe")));
    chat.does(olga, ban("otro"));
    assert_eq!((banned(&chat).len(), &banned(&chat)[0]), (DECISIONS_PER_ROOM, &name("b0")));
}
