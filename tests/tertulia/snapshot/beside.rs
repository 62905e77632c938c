//! The chat alone, without the sessions in front of it: what another hub goes on from that has connections of its own.

use tertulia::chat::{
    Audience, ChatConfig, ChatSnapshot, ClientId, Command, Effect, Hub, Input, Name, Origin, SnapshotError,
    Time,
};

use crate::hub::{Chat, Shell as _, ignore, join, leave, message, nick, text, topic};

/// A client that neither hub knows.
fn newcomer() -> ClientId {
    ClientId::new(20, 7)
}

/// Two people; one of them made a room, closed it by a key, and banned a third from it.
fn chat() -> (Chat, [ClientId; 2]) {
    let (mut chat, [ana, luis]) = Chat::of(["Ana", "Luis"]);
    chat.does(ana, join("sala"));
    chat.does(ana, topic("libros"));
    chat.does(luis, join("sala"));
    chat.does(ana, Command::Ban { room: None, whom: text("Eva") });
    chat.does(ana, Command::Mute { room: None, whom: Some(text("Luis")) });
    chat.does(luis, ignore("Ana"));
    chat.does(luis, Command::Away(Some(text("leyendo"))));
    (chat, [ana, luis])
}

fn part(hub: &Hub) -> ChatSnapshot {
    let text = serde_json::to_string(&ChatSnapshot::from(hub.snapshot())).expect("a chat is a text");
    serde_json::from_str(&text).expect("a chat")
}

/// What a hub wants done; of those whom it tells something, only the newcomer is known to both.
fn effects(hub: &mut Hub, at: Time, input: Input) -> Vec<Effect> {
    let mut effects = Vec::new();
    hub.apply(at, input);
    hub.effects(&mut effects);
    for effect in &mut effects {
        if let Effect::Deliver { to: Audience::Several { recipients, .. }, .. } = effect {
            recipients.retain(|&id| id == newcomer());
        }
    }
    effects.retain(|effect| match effect {
        Effect::Deliver { to: Audience::One(id), .. } => *id == newcomer(),
        _ => true,
    });
    effects
}

#[test]
fn chat_alone_restores_people_rooms_and_decisions() {
    let (mut chat, _) = chat();
    let mut beside = Hub::beside(part(&chat.hub), ChatConfig::default()).expect("a sound chat");
    assert_eq!((beside.people(), beside.clients()), (2, 0), "its people have their connections elsewhere");
    let at = chat.time();
    let said = |words: &str| Command::Say { room: None, text: text(words) };
    let commands = [
        said("Ana"),
        said("Eva"),
        Command::Who(None),
        Command::Rooms,
        join("sala"),
        nick("Luis"),
        nick("Marta"),
        said("hola"),
        message("Luis", "¿qué lees?"),
        Command::Who(Some(text("sala"))),
        join("otra"),
        leave("otra"),
        join("sala"),
    ];
    let inputs = commands.map(|command| Input::Command(newcomer(), command));
    let connected = [Input::Connected(newcomer(), Origin::UNKNOWN)];
    for input in connected.into_iter().chain(inputs) {
        let expected = effects(&mut chat.hub, at, input.clone());
        assert!(!expected.is_empty(), "{input:?} comes to something");
        assert_eq!(effects(&mut beside, at, input), expected);
    }
    assert_eq!(beside.name(newcomer()).map(Name::as_str), Some("Marta"));
}

#[test]
fn chat_alone_holds_no_connection_and_nothing_typed() {
    let chat = super::password_under_way();
    let text = serde_json::to_string(&ChatSnapshot::from(chat.hub.snapshot())).expect("a text");
    assert!(!text.contains("caracola"), "a password is the sessions'");
    assert!(text.contains("members"), "{text}");
}

#[test]
fn chat_alone_is_refused_where_another_option_decides() {
    let (chat, _) = chat();
    let config = ChatConfig { accounts_only: true, ..ChatConfig::default() };
    let error = Hub::beside(part(&chat.hub), config).expect_err("another option");
    assert_eq!(error, SnapshotError::Option("--accounts-only"));
}

#[test]
fn people_of_another_hub_hear_nothing_here() {
    let (chat, [ana, _]) = chat();
    let mut beside = Hub::beside(part(&chat.hub), ChatConfig::default()).expect("a sound chat");
    let at = chat.time();
    for input in [
        Input::Connected(newcomer(), Origin::UNKNOWN),
        Input::Command(newcomer(), Command::Say { room: None, text: text("Marta") }),
    ] {
        effects(&mut beside, at, input);
    }
    let mut ears = Vec::new();
    let general = Audience::room(tertulia::chat::GENERAL);
    beside.audience(&general, |id, _| ears.push(id));
    assert_eq!(ears, [newcomer()]);
    assert_eq!(beside.name(ana), None);
}
