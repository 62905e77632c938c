//! What can be learned, and the ways on which it could be.

use tertulia::chat::Event;

/// Where a line was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the room that the test is about.
    Room,
    /// In the first room.
    General,
}

/// One thing that happened in one stage of a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fact {
    /// A line.
    Line(Place, usize),
    /// What the room is about.
    Topic(usize),
    /// Who was in the room.
    Walker(usize),
    /// Words between two others.
    Whisper(usize),
    /// Words for whoever is called Rita.
    OfflineMessage(usize),
}

/// What stands behind the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shelf {
    /// The history of the server.
    Careful,
    /// One that forgets no room and finds all that was ever said, whatever is looked for.
    Careless,
}

/// Why the history is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Query {
    /// The reader entered a room.
    Entering,
    /// They want to see the last lines of their current room.
    History,
    /// They search for a word of all lines.
    Search,
    /// They search for a word of that room.
    SearchWord,
}

/// A way on which something reaches a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Door {
    /// As it was said.
    Live,
    /// By the history; the only way on which time may pass between question and answer.
    Recalled(Query, Shelf),
    /// Who is in that room.
    WhoThere,
    /// Who is in the current room.
    WhoHere,
    /// The list of rooms.
    Rooms,
    /// What the current room is about, asked for.
    Topic,
    /// What the room is about, told on entering it.
    Entered,
    /// What was decided about the room.
    Decided,
    /// Who came.
    Came,
    /// Who went.
    Went,
    /// Who has another name.
    Renamed,
    /// Words for one person only.
    Private,
    /// Words that were kept until one came.
    OfflineMessages,
    /// That one's own words for one person only have gone to them.
    Sent,
    /// Anything else.
    Other,
}

/// When the reader asked, or what happened happened, and when they were told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    pub asked: usize,
    pub told: usize,
}

pub const SHELVES: [Shelf; 2] = [Shelf::Careful, Shelf::Careless];

pub const QUERIES: [Query; 4] = [Query::Entering, Query::History, Query::Search, Query::SearchWord];

/// All but those through the history.
pub const AT_ONCE: [Door; 14] = [
    Door::Live,
    Door::WhoThere,
    Door::WhoHere,
    Door::Rooms,
    Door::Topic,
    Door::Entered,
    Door::Decided,
    Door::Came,
    Door::Went,
    Door::Renamed,
    Door::Private,
    Door::OfflineMessages,
    Door::Sent,
    Door::Other,
];

impl Window {
    /// All that there are in so many stages.
    pub fn all(stages: usize) -> impl Iterator<Item = Window> {
        (0..stages).flat_map(move |asked| (asked..stages).map(move |told| Window { asked, told }))
    }

    /// Whether the answer came in the stage of the question.
    pub fn is_one_stage(self) -> bool {
        self.asked == self.told
    }
}

impl Door {
    /// The way on which an event comes that nobody asked for.
    pub fn of(event: &Event) -> Door {
        match event {
            Event::Message { .. } => Door::Live,
            // Who goes on where they were is welcomed there.
            Event::Entered { .. } | Event::Welcome { .. } => Door::Entered,
            Event::Decided { .. } => Door::Decided,
            Event::Arrived { .. } => Door::Came,
            Event::Departed { .. } | Event::ManyDeparted { .. } => Door::Went,
            Event::Renamed { .. } => Door::Renamed,
            Event::Private { .. } => Door::Private,
            Event::OfflineMessages { .. } => Door::OfflineMessages,
            Event::PrivateSent { .. } => Door::Sent,
            _ => Door::Other,
        }
    }
}

impl Fact {
    /// How many facts there are of one stage.
    pub const KINDS: usize = 6;

    pub fn all(stages: usize) -> impl Iterator<Item = Fact> {
        (0..stages).flat_map(|stage| {
            [
                Fact::Line(Place::Room, stage),
                Fact::Line(Place::General, stage),
                Fact::Topic(stage),
                Fact::Walker(stage),
                Fact::Whisper(stage),
                Fact::OfflineMessage(stage),
            ]
        })
    }

    /// The facts that can be learned from these words in this stage, each once.
    pub fn in_words(words: &str, now: usize) -> Vec<Fact> {
        let mut facts = Vec::new();
        for word in words.split(|c: char| !c.is_alphanumeric()) {
            let (word, number) = word.split_at(word.find(|c: char| c.is_ascii_digit()).unwrap_or(word.len()));
            let stage = || number.parse().expect("words end in the number of their stage");
            let fact = match word {
                "dentro" if !number.is_empty() => Fact::Line(Place::Room, stage()),
                "fuera" => Fact::Line(Place::General, stage()),
                "tema" => Fact::Topic(stage()),
                "susurro" => Fact::Whisper(stage()),
                "recado" => Fact::OfflineMessage(stage()),
                // The walker, who is in the room for a while in each stage and has two names there.
                "Paso" | "Vado" => Fact::Walker(now),
                _ => continue,
            };
            if !facts.contains(&fact) {
                facts.push(fact);
            }
        }
        facts
    }
}
