//! The hub's state, written down and read back: what follows is the same, and what cannot be is refused.

mod beside;
mod deeds;
mod refused;

use proptest::prelude::*;
use tertulia::chat::{
    ChatConfig, ClientId, Command, Effect, Event, Hub, HubSnapshot, Input, MonoTime, Origin, Reply, Request,
    Time,
};
use tertulia::limits::WRITES_PER_TURN;

use self::deeds::{Deed, Trial, deed};
use super::hub::{Chat, SECOND, Shell as _, join, message, nick, text};
use super::hub_model;
use super::support::twin::{Twin, from_text, to_text};

/// Inputs, each with its time, as text and back.
fn written_down(record: &[(Time, Input, Vec<Effect>)]) -> Vec<(Time, Input)> {
    let inputs: Vec<_> = record.iter().map(|(at, input, _)| (*at, input.clone())).collect();
    let read = serde_json::from_str(&serde_json::to_string(&inputs).expect("inputs are a text"));
    let read: Vec<(Time, Input)> = read.expect("inputs");
    assert_eq!(read, inputs);
    read
}

/// Gives what was written down to a new hub, and compares what it wants done.
fn is_replayed(config: ChatConfig, record: &[(Time, Input, Vec<Effect>)]) {
    let (mut hub, mut effects) = (Hub::new(config), Vec::new());
    for ((at, input), (.., expected)) in written_down(record).into_iter().zip(record) {
        hub.apply(at, input);
        hub.effects(&mut effects);
        assert_eq!(&effects, expected);
        effects.clear();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn snapshot_goes_on_as_the_hub_of_the_model(
        deeds in prop::collection::vec(hub_model::deed(), 0..120),
        cut in 0..120_usize,
    ) {
        let mut trial = hub_model::Trial::new();
        trial.chat.twin = Twin::recording();
        for (at, deed) in deeds.iter().enumerate() {
            if at == cut {
                trial.chat.twin.is_made(&trial.chat.hub);
            }
            trial.run(deed);
        }
    }

    #[test]
    fn snapshot_goes_on_with_accounts_and_rooms(
        deeds in prop::collection::vec(deed(), 0..150),
        cut in 0..150_usize,
    ) {
        let mut trial = Trial::new();
        let config = trial.config.clone();
        for (at, deed) in deeds.iter().enumerate() {
            if at == cut {
                trial.chat.twin.is_made(&trial.chat.hub);
            }
            trial.run(deed);
        }
        trial.chat.twin.is_made(&trial.chat.hub);
        trial.run(&Deed::Wait(5_000));
        is_replayed(config, trial.chat.twin.record.as_ref().expect("it is recorded"));
    }
}

#[test]
fn snapshot_holds_effects_that_were_not_taken() {
    let mut hub = Hub::new(ChatConfig::default());
    let id = ClientId::new(0, 1);
    let at = Time { mono: MonoTime::from_micros(1), ..Time::default() };
    hub.apply(at, Input::Connected(id, Origin::UNKNOWN));
    let (mut effects, mut restored) = (Vec::new(), Vec::new());
    from_text(&to_text(&hub)).effects(&mut restored);
    hub.effects(&mut effects);
    assert_eq!(effects.len(), 1);
    assert_eq!(restored, effects);
}

#[test]
fn snapshot_stays_as_it_was() {
    let (mut chat, [ana, luis]) = Chat::of(["Ana", "Luis"]);
    chat.does(ana, message("Luis", "hola"));
    let snapshot = chat.hub.snapshot();
    chat.does(ana, nick("Eva"));
    chat.does(luis, join("sala"));
    let mut restored = Hub::restore(snapshot).expect("a sound snapshot");
    assert_eq!(restored.name(ana).map(ToString::to_string).as_deref(), Some("Ana"));
    // Whom Luis would answer is Ana still: nothing of it is shared with the hub that went on.
    let mut effects = Vec::new();
    let at = Time { mono: chat.now, ..Time::default() };
    restored.apply(at, Input::Command(luis, Command::Reply(text("qué tal"))));
    restored.effects(&mut effects);
    let sent = |effect: &Effect| matches!(effect, Effect::Deliver { event: Event::PrivateSent { to, .. }, .. } if to.as_str() == "Ana");
    assert!(effects.iter().any(sent), "{effects:?}");
}

#[test]
fn snapshot_knows_who_wrote_what_is_not_kept_yet() {
    let mut chat = Chat::with_accounts(&[("Ana", "caracola azul")]);
    chat.twin = Twin::recording();
    let luis = chat.enters("Luis");
    let effects = chat.decides(Input::Command(luis, message("Ana", "hola")));
    chat.twin.is_made(&chat.hub);
    let posted = effects.into_iter().find_map(|effect| match effect {
        Effect::Request(_, Request::Post(account, letter)) => Some(chat.book.post(account, letter)),
        _ => None,
    });
    let posted = posted.expect("it is to be kept");
    chat.apply(Input::Reply(luis, Reply::Posted(posted)));
    chat.does(luis, nick("Lucho"));
    let ana = chat.logs_in("Ana", "caracola azul");
    chat.events(luis);
    chat.does(ana, Command::Reply(text("qué tal")));
    assert!(chat.events(luis).iter().any(|event| matches!(event, Event::Private { .. })), "it reaches Lucho");
}

#[test]
fn snapshot_of_a_stopping_chat_lets_the_rest_go() {
    let mut chat = Chat::new();
    chat.twin = Twin::recording();
    let many = WRITES_PER_TURN + 10;
    for _ in 0..many {
        chat.connects();
    }
    chat.apply(Input::Stop(Vec::new()));
    assert_eq!(chat.closed.len(), WRITES_PER_TURN);
    chat.twin.is_made(&chat.hub);
    chat.waits(SECOND);
    assert_eq!(chat.closed.len(), many);
    assert!(chat.hub.is_empty());
}

/// A chat in which a password, "caracola azul", is being looked at.
fn password_under_way() -> Chat {
    let mut chat = Chat::with_accounts(&[("Ana", "caracola azul")]);
    chat.slow = true;
    let id = chat.connects();
    chat.says(id, "Ana");
    chat.types_secret(id, "caracola azul");
    chat
}

#[test]
fn snapshot_shows_no_secret_when_it_is_printed() {
    let chat = password_under_way();
    let text = to_text(&chat.hub);
    assert!(text.contains("caracola azul"), "the password under way is in it");
    let snapshot: HubSnapshot = serde_json::from_str(&text).expect("a snapshot");
    assert_eq!(format!("{snapshot:?}"), "HubSnapshot(version 12: 0 members, 1 newcomers, 1 rooms)");
    assert!(!format!("{:?}", chat.hub).contains("caracola"));
}
