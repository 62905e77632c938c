//! A second hub beside the one of a test: made from its snapshot by way of a text, and given the same from then on.

use tertulia::chat::{Effect, Hub, HubSnapshot, Input, Proposed, Time};

/// Inputs between two snapshots, unless a test says otherwise.
const EVERY: usize = 16;
/// Among more clients than this no snapshot is taken: their number is all that such tests are about.
const CLIENTS_MAX: usize = 64;

/// A state that is longer than this as a text is not written down every few inputs.
const TEXT_MAX_BYTES: usize = 50_000;

/// The second hub.
pub struct Twin {
    hub: Option<Hub>,
    /// After so many inputs a new one is made; none: it is made when the test says so.
    every: Option<usize>,
    inputs: usize,
    /// All inputs, if they are written down, with what the hub wanted done.
    pub record: Option<Vec<(Time, Input, Vec<Effect>)>>,
}

impl Default for Twin {
    fn default() -> Twin {
        Twin { hub: None, every: Some(EVERY), inputs: 0, record: None }
    }
}

impl Twin {
    /// One that is made when the test says so, and writes down what comes in.
    pub fn recording() -> Twin {
        Twin { every: None, record: Some(Vec::new()), ..Twin::default() }
    }

    /// Makes it anew: as this hub is. The one that there was knows the same by now.
    pub fn is_made(&mut self, hub: &Hub) {
        let text = to_text(hub);
        if let Some(twin) = &self.hub {
            assert_eq!(
                without_work(&to_text(twin)),
                without_work(&text),
                "a hub that was restored knows the same"
            );
        }
        self.hub = Some(from_text(&text));
        self.every = self.every.filter(|_| text.len() <= TEXT_MAX_BYTES);
    }

    /// Takes the input that `hub` has taken, and compares the effects.
    pub fn follows(
        &mut self,
        hub: &Hub,
        (at, input): (Time, Input),
        (effects, proposed): (&[Effect], &[Proposed]),
    ) {
        if let Some(record) = &mut self.record {
            record.push((at, input.clone(), effects.to_vec()));
        }
        if let Some(twin) = &mut self.hub {
            let mut own = Vec::new();
            twin.apply(at, input);
            twin.effects(&mut own);
            assert_eq!(own, effects, "a hub that was restored does the same");
            let mut changes = Vec::new();
            twin.proposed(&mut changes);
            assert_eq!(changes, proposed, "and has the same changes made");
            assert_eq!(twin.next_due(), hub.next_due(), "and waits for the same");
        }
        self.inputs += 1;
        if self.every.is_some_and(|every| self.inputs.is_multiple_of(every)) && hub.clients() <= CLIENTS_MAX {
            self.is_made(hub);
        }
    }
}

/// A snapshot of the hub, as text.
pub fn to_text(hub: &Hub) -> String {
    serde_json::to_string(&hub.snapshot()).expect("a state is a text")
}

/// The hub that was written down.
pub fn from_text(text: &str) -> Hub {
    let snapshot: HubSnapshot = serde_json::from_str(text).expect("a snapshot");
    Hub::restore(snapshot).expect("a sound snapshot")
}

/// What was done is counted also where it is asked who hears something, which only one of the two is asked.
fn without_work(text: &str) -> serde_json::Value {
    let mut value: serde_json::Value = serde_json::from_str(text).expect("a snapshot");
    value["sessions"]["work"].take();
    value
}
