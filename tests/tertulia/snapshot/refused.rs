//! What is no snapshot, or contradicts itself.

use proptest::prelude::*;
use serde_json::{Value, json};
use tertulia::chat::{Hub, HubSnapshot, SnapshotError};

use super::deeds::{Deed, Trial, deed};
use crate::hub::{Chat, ignore, join, message};
use crate::support::twin::to_text;

/// Two members in two rooms, one of whom hides the other, and a ban.
fn chat() -> Chat {
    let (mut chat, [ana, luis]) = Chat::of(["Ana", "Luis"]);
    chat.does(ana, join("sala"));
    chat.does(luis, join("sala"));
    chat.does(luis, ignore("Ana"));
    chat.does(luis, message("Ana", "hola"));
    chat
}

fn restored(value: Value) -> Result<Result<Hub, SnapshotError>, serde_json::Error> {
    serde_json::from_value(value).map(Hub::restore)
}

/// The snapshot of that chat after `change`: the error, as text.
fn error(change: impl FnOnce(&mut Value)) -> String {
    let mut value: Value = serde_json::from_str(&to_text(&chat().hub)).expect("a snapshot");
    change(&mut value);
    match restored(value) {
        Ok(Ok(_)) => "none".into(),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn snapshot_that_was_not_changed_is_taken() {
    assert_eq!(error(|_| {}), "none");
}

#[test]
fn snapshot_of_another_version_is_refused_by_its_number() {
    let says = "the state has version 11, and only version 12 is known here";
    assert!(error(|value| value["version"] = json!(11)).starts_with(says));
    let early: Result<HubSnapshot, _> = serde_json::from_str(r#"{"version":13,"people":"of another shape"}"#);
    assert!(early.unwrap_err().to_string().starts_with("the state has version 13"));
}

#[test]
fn snapshot_begins_with_its_version() {
    assert!(to_text(&chat().hub).starts_with(r#"{"version":12,"#));
}

#[test]
fn snapshot_that_is_cut_off_is_refused() {
    let text = to_text(&chat().hub);
    for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
        assert!(serde_json::from_str::<HubSnapshot>(&text[..end]).is_err(), "cut at {end}");
    }
    for garbage in [
        "",
        "null",
        "[]",
        "{}",
        "7",
        "tertulia",
        r#"{"version":12}"#,
        r#"{"version":12,"chat":{},"sessions":{}}"#,
    ] {
        assert!(serde_json::from_str::<HubSnapshot>(garbage).is_err(), "{garbage}");
    }
}

#[test]
fn snapshot_with_two_clients_in_one_slot_is_refused() {
    let seats = |value: &mut Value, client: Value| value["sessions"]["sessions"]["seats"][1] = client;
    let doubled = |value: &mut Value| {
        let first = value["sessions"]["sessions"]["seats"][0].clone();
        seats(value, first);
    };
    assert_eq!(error(doubled), "the snapshot contradicts itself: which connection is whose");
    let again = |value: &mut Value| {
        let first = value["sessions"]["sessions"]["seats"][0].as_u64().expect("a client");
        seats(value, json!(first + (1_u64 << 32)));
    };
    assert_eq!(error(again), "the snapshot contradicts itself: who is in which slot");
}

#[test]
fn snapshot_whose_rooms_and_people_disagree_is_refused() {
    let says = "the snapshot contradicts itself: who is in which room";
    let seat =
        |value: &mut Value| value["chat"]["people"]["members"][0]["first"]["place_and_announced"] = json!(3);
    assert_eq!(error(seat), says);
    let member = |value: &mut Value| {
        let members = &mut value["chat"]["rooms"]["rooms"][1]["members"];
        members[1] = members[0].clone();
    };
    assert!(error(member).starts_with("the snapshot contradicts itself: who is in a room"));
    let gone = |value: &mut Value| value["chat"]["people"]["members"][0] = json!(null);
    assert_eq!(error(gone), says);
    let current = |value: &mut Value| value["chat"]["people"]["members"][0]["current"] = json!(3);
    assert_eq!(error(current), says);
}

#[test]
fn snapshot_without_the_first_room_is_refused() {
    let says = "the snapshot contradicts itself: which rooms there are";
    assert!(error(|value| value["chat"]["rooms"]["rooms"][0] = json!(null)).starts_with(says));
}

#[test]
fn snapshot_that_counts_wrongly_is_refused() {
    let holdings =
        |value: &mut Value| value["chat"]["people"]["holdings"]["holdings"][0]["places"] = json!(5);
    assert_eq!(error(holdings), "the snapshot contradicts itself: what addresses have");
    let beyond = |value: &mut Value| value["chat"]["hidden_beyond"] = json!(1);
    assert_eq!(error(beyond), "the snapshot contradicts itself: how many are hidden");
    let lists = |value: &mut Value| value["chat"]["hiding"]["ids"][0]["lists"] = json!(2);
    assert_eq!(error(lists), "the snapshot contradicts itself: who hides whom");
}

#[test]
fn snapshot_with_a_lost_connection_that_no_session_knows_is_refused() {
    let lost = |value: &mut Value| value["chat"]["detached"] = json!({"Few": [0]});
    assert_eq!(error(lost), "the snapshot contradicts itself: whose connection was lost");
}

#[test]
fn snapshot_whose_hidden_people_are_unused_is_refused() {
    for list in ["free_ids", "free_people"] {
        let unused = |value: &mut Value| {
            let numbers = value["chat"]["hiding"][list].as_array_mut().expect("a list");
            numbers.push(json!(0));
        };
        let error = error(unused);
        assert!(error.starts_with("the snapshot contradicts itself: who hides whom"), "{list}: {error}");
    }
}

#[test]
fn snapshot_whose_counts_would_overflow_is_refused() {
    for count in [
        "/chat/next_message",
        "/chat/rooms/next_key",
        "/chat/last_expulsion",
        "/chat/hiding/departures",
        "/chat/rooms/rooms/1/modes/banned/next",
        "/chat/rooms/rooms/1/modes/muted/next",
        "/sessions/work/steps",
        "/sessions/work/heard",
    ] {
        let most = |value: &mut Value| *value.pointer_mut(count).expect("a count") = json!(u64::MAX);
        assert_eq!(error(most), "the snapshot contradicts itself: how much there was", "{count}");
    }
}

#[test]
fn snapshot_holds_no_unsafe_names_and_words() {
    let name = |value: &mut Value| value["chat"]["people"]["members"][0]["name"] = json!("no name");
    assert!(error(name).contains("expected a name"));
}

/// The leaves of a value, as paths.
fn leaves(value: &Value, path: &mut String, all: &mut Vec<String>) {
    let length = path.len();
    let mut inner = |key: &str, value: &Value| {
        path.push('/');
        path.push_str(&key.replace('~', "~0").replace('/', "~1"));
        leaves(value, path, all);
        path.truncate(length);
    };
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(at, item)| inner(&at.to_string(), item)),
        Value::Object(fields) => fields.iter().for_each(|(key, item)| inner(key, item)),
        _ => all.push(path.clone()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever one value of it is changed to: it is refused, or it is a state from which the chat goes on.
    #[test]
    fn snapshot_with_one_other_value_breaks_nothing(
        deeds in prop::collection::vec(deed(), 0..60),
        leaf in any::<prop::sample::Index>(),
        other in prop::sample::select(vec![json!(null), json!(0), json!(1), json!(7), json!(4_294_967_297_u64), json!("Ana"), json!([]), json!(true)]),
        more in prop::collection::vec(deed(), 0..20),
    ) {
        let mut trial = Trial::new();
        deeds.iter().for_each(|deed| trial.run(deed));
        let mut value: Value = serde_json::from_str(&to_text(&trial.chat.hub)).expect("a snapshot");
        let mut all = Vec::new();
        leaves(&value, &mut String::new(), &mut all);
        *value.pointer_mut(&all[leaf.index(all.len())]).expect("it is there") = other;
        if let Ok(Ok(mut hub)) = restored(value) {
            let at = tertulia::chat::Time { mono: trial.now(), ..Default::default() };
            let mut tell = |input| {
                hub.apply(at, input);
                hub.effects(&mut Vec::new());
            };
            for deed in more {
                if let Deed::Does(seat, command) = deed && let Some(id) = trial.client(seat) {
                    tell(tertulia::chat::Input::Command(id, command));
                }
            }
            tell(tertulia::chat::Input::Tick);
            tell(tertulia::chat::Input::Stop(Vec::new()));
        }
    }
}
