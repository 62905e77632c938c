//! Who lives and what counts, rule by rule.

use tertulia::cluster::{
    Beat, Body, Digest, Entry, EntryId, EpochEnd, Happening, Hello, Ledger, LineContent, LogFounding,
    LogLine, LogSnapshot, NodeName, NodeNameError, Replica, SharedOptions, What,
};
use tertulia::limits::{BEATS_PER_MARK, BEATS_TO_DEATH, LOG_ENTRY_MAX_BYTES, NODE_NAME_MAX_BYTES, NODES_MAX};

use super::founded::{self, VERSION};

/// A log, and what follows from it.
pub struct Log {
    replica: Replica,
    millis: u64,
}

pub fn name(name: &str) -> NodeName {
    name.parse().expect("a name")
}

pub fn hello(node: &str, replaces: Option<EntryId>) -> Hello {
    Hello {
        node: name(node),
        instance: 1,
        greeting: 1,
        replaces,
        first: 1,
        applies: (VERSION, VERSION),
        reached: EntryId::FOUNDING,
        options: SharedOptions::new(),
    }
}

fn changes(node: &str, words: &[&str]) -> Happening<String> {
    Happening::Changes(name(node), words.iter().map(|&word| word.to_owned()).collect())
}

fn joined(node: &str) -> Happening<String> {
    Happening::Joined(name(node))
}

fn gone(node: &str, end: EpochEnd) -> Happening<String> {
    Happening::Gone(name(node), end)
}

fn beat() -> What<String> {
    What::Beat(Beat::default())
}

fn says(words: &[&str]) -> What<String> {
    What::Do(words.iter().map(|&word| word.to_owned()).collect())
}

impl Log {
    fn new() -> Log {
        Log { replica: founded::log().1, millis: 1_000 }
    }

    fn append(&mut self, bytes: &[u8]) -> Vec<Happening<String>> {
        self.millis += 1;
        let id = EntryId { millis: self.millis, number: 0 };
        let delivery = self.replica.follow(LogLine::read(id, Some(bytes), VERSION)).expect("a known version");
        let Some(delivery) = delivery else { return Vec::new() };
        assert_eq!(delivery.id, id);
        self.replica.applied(0);
        delivery.happenings
    }

    fn entry(&mut self, body: Body<String>) -> Vec<Happening<String>> {
        self.append(&Entry { version: VERSION, body }.to_bytes())
    }

    fn greet(&mut self, hello: Hello) -> Vec<Happening<String>> {
        self.entry(Body::Hello(hello))
    }

    /// A node comes in that has not been there before; gives its epoch.
    fn come(&mut self, node: &str) -> EntryId {
        assert_eq!(self.greet(hello(node, None)), [joined(node)]);
        self.replica.at()
    }

    fn of(&mut self, node: &str, epoch: EntryId, number: u64, what: What<String>) -> Vec<Happening<String>> {
        self.entry(Body::Of { node: name(node), epoch, number, what })
    }

    fn ledger(&self) -> &Ledger {
        self.replica.ledger()
    }

    fn living(&self) -> Vec<&str> {
        self.ledger().living().map(|(node, _)| node.as_str()).collect()
    }
}

#[test]
fn entry_counts_once_in_its_turn_and_while_its_epoch_lives() {
    let mut log = Log::new();
    let a = log.come("a");
    assert_eq!(log.of("a", a, 2, says(&["early"])), []);
    assert_eq!(log.of("a", a, 1, says(&["one"])), [changes("a", &["one"])]);
    assert_eq!(log.of("a", a, 1, says(&["one"])), [], "the same again");
    assert_eq!(log.of("b", a, 2, says(&["of another"])), []);
    assert_eq!(log.of("a", EntryId::FOUNDING, 2, says(&["of another epoch"])), []);
    assert_eq!(log.of("a", a, 2, says(&["two", "three"])), [changes("a", &["two", "three"])]);
    assert_eq!(log.of("a", a, 3, What::Leave), [gone("a", EpochEnd::Left)]);
    assert_eq!(log.of("a", a, 4, says(&["behind the end"])), []);
}

#[test]
fn hello_counts_only_if_it_knows_the_last_epoch() {
    let mut log = Log::new();
    let first = log.come("a");
    assert_eq!(log.greet(hello("a", None)), [], "late, or repeated");
    assert_eq!(log.greet(hello("a", Some(first))), [gone("a", EpochEnd::Replaced), joined("a")]);
    let second = log.replica.at();
    assert_eq!(log.greet(hello("a", Some(first))), []);
    assert_eq!(log.of("a", first, 1, says(&["of the epoch that is over"])), []);
    assert_eq!(log.of("a", second, 1, says(&["here"])), [changes("a", &["here"])]);
    log.of("a", second, 2, What::Leave);
    assert_eq!(log.greet(hello("a", None)), [], "it has been there");
    assert_eq!(log.greet(hello("a", Some(second))), [joined("a")], "nobody was there to go");
}

#[test]
fn numbers_go_on_where_the_hello_says() {
    let mut log = Log::new();
    log.greet(Hello { first: 8, ..hello("a", None) });
    let a = log.replica.at();
    assert_eq!(log.of("a", a, 1, says(&["no"])), []);
    assert_eq!(log.of("a", a, 8, says(&["yes"])), [changes("a", &["yes"])]);
}

#[test]
fn node_is_dead_when_another_has_beaten_ten_times() {
    let mut log = Log::new();
    let [a, b, c] = ["a", "b", "c"].map(|node| log.come(node));
    let last = u64::from(BEATS_TO_DEATH);
    for number in 1..last {
        assert_eq!(log.of("a", a, number, beat()), []);
        // Two that beat are not one that beats twice as often.
        assert_eq!(log.of("b", b, number, beat()), []);
    }
    assert_eq!(log.of("a", a, last, beat()), [gone("c", EpochEnd::Dead)]);
    assert_eq!(log.of("c", c, 1, beat()), [], "a dead one says nothing");
    assert_eq!(log.living(), ["a", "b"]);
}

#[test]
fn any_entry_is_a_sign_of_life() {
    let mut log = Log::new();
    let [a, b] = ["a", "b"].map(|node| log.come(node));
    for number in 1..u64::from(BEATS_TO_DEATH) {
        log.of("a", a, number, beat());
    }
    assert_eq!(log.of("b", b, 1, says(&["here"])), [changes("b", &["here"])]);
    for number in 0..u64::from(BEATS_TO_DEATH) - 1 {
        assert_eq!(log.of("a", a, u64::from(BEATS_TO_DEATH) + number, beat()), []);
    }
    assert_eq!(log.of("a", a, 2 * u64::from(BEATS_TO_DEATH) - 1, beat()), [gone("b", EpochEnd::Dead)]);
}

#[test]
fn two_cannot_end_each_other() {
    let mut log = Log::new();
    let [a, b] = ["a", "b"].map(|node| log.come(node));
    // Both were cut off; what they wrote comes late, and all at once.
    for number in 1..u64::from(BEATS_TO_DEATH) {
        assert_eq!(log.of("a", a, number, beat()), []);
    }
    assert_eq!(log.of("a", a, u64::from(BEATS_TO_DEATH), beat()), [gone("b", EpochEnd::Dead)]);
    for number in 1..=u64::from(BEATS_TO_DEATH) {
        assert_eq!(log.of("b", b, number, beat()), []);
    }
    assert_eq!(log.living(), ["a"]);
}

#[test]
fn beats_of_an_epoch_that_is_over_are_forgotten() {
    let mut log = Log::new();
    let [a, _] = ["a", "b"].map(|node| log.come(node));
    for number in 1..u64::from(BEATS_TO_DEATH) {
        log.of("a", a, number, beat());
    }
    log.greet(hello("a", Some(a)));
    let again = log.replica.at();
    for number in 1..u64::from(BEATS_TO_DEATH) {
        assert_eq!(log.of("a", again, number, beat()), []);
    }
    assert_eq!(log.of("a", again, u64::from(BEATS_TO_DEATH), beat()), [gone("b", EpochEnd::Dead)]);
}

#[test]
fn garbage_is_passed_over() {
    let mut log = Log::new();
    let a = log.come("a");
    let hash = log.replica.hash();
    for bytes in
        [&b""[..], b"hola", b"{\"v\":1}", b"\xff\xfe", b"{\"v\":1,\"body\":{\"hello\":{\"node\":\"A B\"}}}"]
    {
        assert_eq!(log.append(bytes), []);
    }
    let extra = Entry { version: VERSION, body: Body::Hello::<String>(hello("b", None)) }.to_bytes();
    let extra = String::from_utf8(extra).expect("text").replacen("{\"v\"", "{\"more\":1,\"v\"", 1);
    assert_eq!(log.append(extra.as_bytes()), [], "what has more fields is none of ours");
    assert_eq!(log.entry(Body::Founding(LogFounding { incarnation: 9 })), []);
    assert_eq!(log.replica.hash(), hash, "what does not count changes nothing");
    assert_eq!(log.of("a", a, 1, says(&["and on"])), [changes("a", &["and on"])]);
}

#[test]
fn entry_that_is_too_long_is_not_looked_at() {
    let mut log = Log::new();
    let a = log.come("a");
    let entry = |length: usize| {
        let of = |word: &str| {
            let body = Body::Of { node: name("a"), epoch: a, number: 1, what: says(&[word]) };
            Entry { version: VERSION, body }.to_bytes()
        };
        of(&"x".repeat(length - of("").len()))
    };
    let long = entry(LOG_ENTRY_MAX_BYTES + 1);
    let id = EntryId { millis: 1, number: 0 };
    let sealed: LogLine<String> =
        LogLine::opened(id, Some(long.clone()), VERSION, |_| panic!("nobody opens it"));
    assert!(matches!(sealed.content, LineContent::Garbage));
    assert_eq!(
        (sealed.digest, sealed.bytes),
        (Digest::of(&long), long.len()),
        "it is an anchor all the same"
    );
    assert_eq!(log.append(&long), []);
    assert_eq!(log.append(&entry(LOG_ENTRY_MAX_BYTES)).len(), 1);
}

#[test]
fn entry_is_written_as_one_can_read_it() {
    let body = Body::Of {
        node: name("a"),
        epoch: EntryId { millis: 5, number: 2 },
        number: 9,
        what: says(&["hola"]),
    };
    let entry = Entry { version: 1, body };
    let bytes = entry.to_bytes();
    let text = r#"{"v":1,"body":{"of":{"node":"a","epoch":"5-2","number":9,"what":{"do":["hola"]}}}}"#;
    assert_eq!(String::from_utf8_lossy(&bytes), text);
    assert_eq!(Entry::from_bytes(&bytes, 1), Ok(entry));
}

#[test]
fn version_is_raised_when_all_can() {
    let mut log = Log::new();
    log.greet(Hello { applies: (1, 2), ..hello("a", None) });
    let a = log.replica.at();
    let b = log.come("b");
    log.of("a", a, 1, What::Raise(2));
    assert_eq!(log.ledger().version(), 1, "b cannot");
    log.of("b", b, 1, What::Leave);
    log.of("a", a, 2, What::Raise(3));
    assert_eq!(log.ledger().version(), 1, "one at a time");
    log.of("a", a, 3, What::Raise(2));
    assert_eq!(log.ledger().version(), 2);
    assert_eq!(log.greet(hello("b", Some(b))), [], "it could not read what the others write");
    assert_eq!(
        log.of("a", a, 4, says(&["written before"])),
        [changes("a", &["written before"])],
        "in the version before, which all know"
    );
}

#[test]
fn later_version_is_passed_over_until_it_is_agreed_on() {
    let mut log = Log::new();
    log.greet(Hello { applies: (1, 2), ..hello("a", None) });
    let a = log.replica.at();
    let later = |number| {
        let body = Body::Of { node: name("a"), epoch: a, number, what: says(&["new"]) };
        Entry { version: 2, body }.to_bytes()
    };
    assert_eq!(log.append(&later(1)), []);
    log.of("a", a, 1, What::Raise(2));
    log.millis += 1;
    let id = EntryId { millis: log.millis, number: 0 };
    let old = log.replica.follow(LogLine::<String>::read(id, Some(&later(2)), 1));
    assert_eq!(old, Err(2), "who does not know it cannot go on");
    let new = log.replica.follow(LogLine::<String>::read(id, Some(&later(2)), 2)).expect("it is known");
    assert_eq!(new.map(|delivery| delivery.happenings), Some(vec![changes("a", &["new"])]));
}

#[test]
fn options_are_those_of_the_others() {
    let options = |value: &str| SharedOptions::from([("--accounts-only".to_owned(), value.to_owned())]);
    let mut log = Log::new();
    log.greet(Hello { options: options("yes"), ..hello("a", None) });
    let a = log.replica.at();
    assert_eq!(log.greet(Hello { options: options("no"), ..hello("b", None) }), []);
    assert_eq!(log.greet(hello("b", None)), []);
    assert_eq!(log.greet(Hello { options: options("yes"), ..hello("b", None) }), [joined("b")]);
    let b = log.replica.at();
    log.of("b", b, 1, What::Leave);
    // Alone it may come in again with others.
    let again = Hello { options: options("no"), ..hello("a", Some(a)) };
    assert_eq!(log.greet(again), [gone("a", EpochEnd::Replaced), joined("a")]);
}

#[test]
fn names_are_so_many_and_no_more() {
    let mut log = Log::new();
    for number in 0..NODES_MAX {
        log.come(&format!("n{number}"));
    }
    assert_eq!(log.greet(hello("one-more", None)), []);
    let first = log.ledger().standing(&name("n0")).expect("it is known").epoch;
    assert_eq!(log.greet(hello("n0", Some(first))).len(), 2);
}

/// Beats all of `nodes` until a mark is set, and then each says its hash of it; gives who has to begin again.
fn compared(nodes: &[(&str, u64)]) -> Vec<String> {
    let claim = |hash| move |mark| Beat { hash: Some((mark, hash)), reached: mark, ..Beat::default() };
    let nodes: Vec<_> = nodes.iter().map(|&(node, hash)| (node, claim(hash))).collect();
    suspected(&nodes)
}

/// The same, where each says in its own way what it makes of the mark.
fn suspected<F: Fn(EntryId) -> Beat>(nodes: &[(&str, F)]) -> Vec<String> {
    let mut log = Log::new();
    let epochs: Vec<EntryId> = nodes.iter().map(|(node, _)| log.come(node)).collect();
    let mut number = 0;
    for _ in 0..BEATS_PER_MARK {
        number += 1;
        for ((node, _), epoch) in nodes.iter().zip(&epochs) {
            log.of(node, *epoch, number, beat());
        }
    }
    // The last beat was the mark.
    let mark = log.replica.at();
    for ((node, beat), epoch) in nodes.iter().zip(&epochs) {
        log.of(node, *epoch, number + 1, What::Beat(beat(mark)));
    }
    let suspected = log.ledger().living().filter(|(_, standing)| standing.suspected);
    suspected.map(|(node, _)| node.to_string()).collect()
}

#[test]
fn fewer_yield_to_more_and_on_a_tie_the_greater_name() {
    assert_eq!(compared(&[("a", 1), ("b", 1), ("c", 1)]), Vec::<String>::new());
    assert_eq!(compared(&[("a", 2), ("b", 1), ("c", 1)]), ["a"]);
    assert_eq!(compared(&[("a", 1), ("b", 2)]), ["b"]);
    assert_eq!(compared(&[("a", 1), ("b", 2), ("c", 2), ("d", 1)]), ["b", "c"]);
    assert_eq!(compared(&[("a", 1), ("b", 2), ("c", 3)]), ["b", "c"]);
    assert_eq!(compared(&[("a", 5)]), Vec::<String>::new());
}

#[test]
fn node_that_has_no_mark_where_the_others_have_one_differs() {
    let elsewhere = |node| {
        move |mark| {
            // Another node lives for this one, so it compares at other places.
            let marked = if node == "d" { EntryId::FOUNDING } else { mark };
            Beat { hash: Some((marked, 1)), reached: mark, ..Beat::default() }
        }
    };
    let nodes = ["a", "b", "c", "d"].map(|node| (node, elsewhere(node)));
    assert_eq!(suspected(&nodes), ["d"]);
    let never = |node| {
        move |mark| Beat { hash: (node == "a").then_some((mark, 1)), reached: mark, ..Beat::default() }
    };
    assert_eq!(suspected(&["a", "b"].map(|node| (node, never(node)))), ["b"]);
}

#[test]
fn node_that_has_not_read_up_to_the_mark_says_nothing_of_it() {
    let behind = |node| {
        move |mark: EntryId| {
            let reached = if node == "c" { EntryId { millis: mark.millis - 1, ..mark } } else { mark };
            Beat { hash: (node != "c").then_some((mark, 1)), reached, ..Beat::default() }
        }
    };
    assert_eq!(suspected(&["a", "b", "c"].map(|node| (node, behind(node)))), Vec::<String>::new());
}

#[test]
fn place_in_the_log_survives_being_written_down() {
    let mut log = Log::new();
    let a = log.come("a");
    let b = log.come("b");
    for number in 1..6 {
        log.of("a", a, number, beat());
    }
    let text = serde_json::to_string(&LogSnapshot::new(log.replica.clone(), "the chat")).expect("a text");
    let LogSnapshot { replica, state, .. }: LogSnapshot<String> =
        serde_json::from_str(&text).expect("a snapshot");
    assert_eq!((&replica, state.as_str()), (&log.replica, "the chat"));
    let mut again = Log { replica, millis: log.millis };
    for log in [&mut log, &mut again] {
        for number in 6..10 {
            log.of("a", a, number, beat());
        }
        assert_eq!(log.of("a", a, 10, beat()), [gone("b", EpochEnd::Dead)], "beats were counted on");
        assert_eq!(log.of("b", b, 1, says(&["no"])), []);
    }
    assert_eq!(log.replica, again.replica);
    let later = text.replacen("\"version\":1", "\"version\":2", 1);
    let error = serde_json::from_str::<LogSnapshot<String>>(&later).expect_err("another version");
    assert!(error.to_string().contains("a snapshot of version 2"), "{error}");
}

#[test]
fn names_of_nodes_are_like_those_of_machines() {
    for right in ["a", "node-2", "x9"] {
        assert_eq!(name(right).to_string(), right);
    }
    let long = "n".repeat(NODE_NAME_MAX_BYTES + 1);
    let wrong = [
        ("", NodeNameError::Empty),
        (long.as_str(), NodeNameError::Long),
        ("A", NodeNameError::Letters),
        ("9a", NodeNameError::Letters),
        ("-a", NodeNameError::Letters),
        ("ñu", NodeNameError::Letters),
        ("a b", NodeNameError::Letters),
    ];
    for (typed, error) in wrong {
        assert_eq!(typed.parse::<NodeName>(), Err(error), "{typed:?}");
    }
    name(&"n".repeat(NODE_NAME_MAX_BYTES));
}

#[test]
fn ids_of_entries_are_read_as_they_are_written() {
    let id = EntryId { millis: 1_764_214_800_000, number: 3 };
    assert_eq!(id.to_string(), "1764214800000-3");
    assert_eq!(id.to_string().parse(), Ok(id));
    assert!(EntryId { number: 4, ..id } > id && EntryId { millis: id.millis + 1, number: 0 } > id);
    for wrong in ["", "-", "5", "5-", "-5", "+5-1", "5--1", "5-1-1", " 5-1", "99999999999999999999-0"] {
        assert!(wrong.parse::<EntryId>().is_err(), "{wrong:?}");
    }
}
