//! History in memory, as counted work: no search and no room that goes takes the loop more than a bounded part of a turn.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tertulia::chat::{
    ClientId, Look, Message, MessageId, MessageKind, MonoTime, Name, Origin, Reach, Reply, Request, RoomKey,
    Text, UnixMillis,
};
use tertulia::limits::{
    ANSWER_MAX_BYTES, HISTORY_FREED_PER_TURN, HISTORY_LINES_PER_ROOM, HISTORY_PATIENCE, LINE_MAX_BYTES,
    MISSED_LINES_PER_ROOM, QUESTIONS_WAITING, SEARCH_LINE_WORK, SEARCH_LINES, SEARCH_TURN_WORK,
    SEARCH_WORD_WORK, SEARCH_WORDS_MAX,
};
use tertulia::storage::{RequestId, Storage, StorageEvent};

const NOW: MonoTime = MonoTime::START;
const HOME: Origin = Origin::of(IpAddr::V4(Ipv4Addr::LOCALHOST));
const ELSEWHERE: Origin = Origin::of(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));

/// The most that looking at one line can cost: all of it is words of one letter.
const LINE_MOST_WORK: u64 = (SEARCH_LINE_WORK + LINE_MAX_BYTES / 2 * (2 + SEARCH_WORD_WORK)) as u64;

fn id(number: u32) -> ClientId {
    ClientId::new(number, 1)
}

/// A message with a higher number than those before.
fn line(room: u64, text: &str) -> Message {
    static SAID: AtomicU64 = AtomicU64::new(1);
    let (id, from) = (MessageId(SAID.fetch_add(1, Ordering::Relaxed)), Name::new("Juan").unwrap());
    let (room, at, kind) = (RoomKey(room), UnixMillis(1), MessageKind::Said);
    Message { id, room, at, from, kind, text: Text::clean(text) }
}

/// So many long lines of words that nearly are the one that is looked for, in each of 8 rooms.
fn near_misses(lines: u64) -> Storage {
    let mut storage = Storage::default();
    let words = "bbca ".repeat(LINE_MAX_BYTES / 5 - 1) + "bbba";
    for _ in 0..lines {
        (0..8).for_each(|room| storage.keep(line(room, &words)));
    }
    storage
}

fn search(rooms: std::ops::Range<u64>, words: &str) -> Look {
    Look::Search(rooms.map(RoomKey).collect(), Text::clean(words), SEARCH_LINES)
}

/// The number of the next request.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Asks; gives who has lost their place to it.
fn asked(storage: &mut Storage, who: u32, from: Origin, look: Look) -> Vec<ClientId> {
    let id = RequestId { client: id(who), number: NEXT.fetch_add(1, Ordering::Relaxed) };
    given_up(storage.request(id, from, Request::Look(look), NOW))
}

fn given_up(replies: Vec<StorageEvent>) -> Vec<ClientId> {
    let client = |reply: StorageEvent| match reply {
        StorageEvent::Reply { id, reply: Reply::Busy, .. } => id.client,
        other => panic!("{other:?}"),
    };
    replies.into_iter().map(client).collect()
}

/// Asks; nobody else loses their place.
fn ask(storage: &mut Storage, who: u32, from: Origin, look: Look) {
    assert_eq!(asked(storage, who, from, look), []);
}

/// Goes on until somebody is answered; gives who, what was found, how far, and in how many turns.
fn answer(storage: &mut Storage) -> (ClientId, Vec<String>, Reach, u64) {
    for turn in 1.. {
        assert!(storage.has_work(), "somebody waits");
        let before = storage.searched();
        let answer = storage.work();
        let work = storage.searched() - before;
        assert!(work <= SEARCH_TURN_WORK as u64 + LINE_MOST_WORK, "{work} in one turn");
        match answer {
            None => assert!(work >= SEARCH_TURN_WORK as u64, "a turn is used"),
            Some(StorageEvent::Reply { id, reply: Reply::Found(found), .. }) => {
                let lines = found.lines.iter().map(|line| line.text.as_str().to_owned()).collect();
                return (id.client, lines, found.reach, turn);
            }
            Some(other) => panic!("{other:?}"),
        }
    }
    unreachable!("a search ends")
}

#[test]
fn search_in_memory_takes_a_bounded_part_of_each_turn_however_often_a_word_is_typed() {
    let mut storage = near_misses(40);
    ask(&mut storage, 1, HOME, search(0..8, "zz"));
    let (_, found, _, turns) = answer(&mut storage);
    let once = storage.searched();
    assert!(found.is_empty() && turns > 20, "{turns} turns");
    let often = "bbbz ".repeat(LINE_MAX_BYTES / 5 - 2);
    ask(&mut storage, 1, HOME, search(0..8, &often));
    answer(&mut storage);
    assert_eq!(storage.searched(), 2 * once, "each line is gone through once");
    let many: Vec<String> = (0..600).map(|number| format!("z{number}")).collect();
    ask(&mut storage, 1, HOME, search(0..8, &many.join(" ")));
    let (_, found, reach, _) = answer(&mut storage);
    assert_eq!((found.len(), reach), (0, Reach::FirstWords));
    assert_eq!(storage.searched(), 3 * once, "whatever is looked for");
    assert!(!storage.has_work());
}

#[test]
fn search_looks_for_each_word_once_and_for_so_many() {
    let mut storage = Storage::default();
    let words: Vec<String> = (0..SEARCH_WORDS_MAX).map(|number| format!("palabra{number}x")).collect();
    let said = words.join(" ");
    storage.keep(line(0, &said));
    let look = |storage: &mut Storage, words: &str| {
        ask(storage, 1, HOME, search(0..1, words));
        let (_, found, reach, _) = answer(storage);
        (found.len(), reach)
    };
    assert_eq!(look(&mut storage, &said), (1, Reach::All));
    assert_eq!(
        look(&mut storage, &format!("p pa {said} {said} pal PALABRA0")),
        (1, Reach::All),
        "they follow"
    );
    assert_eq!(
        look(&mut storage, &format!("{said} nada")),
        (1, Reach::FirstWords),
        "the last one does not count"
    );
    assert_eq!(look(&mut storage, &format!("nada {said}")), (0, Reach::FirstWords));
    assert_eq!(look(&mut storage, "palabra1 palabra10x"), (1, Reach::All));
    assert_eq!(look(&mut storage, "palabra1x palabra1xx"), (0, Reach::All));
}

#[test]
fn search_in_memory_gives_each_address_its_turn() {
    let mut storage = near_misses(20);
    ask(&mut storage, 1, ELSEWHERE, search(0..8, "zz"));
    let (.., alone) = answer(&mut storage);
    for who in 10..60 {
        ask(&mut storage, who, HOME, search(0..8, "zz"));
    }
    ask(&mut storage, 1, ELSEWHERE, search(0..8, "zz"));
    let (who, _, _, turns) = answer(&mut storage);
    assert_eq!(who, id(1), "who asked one question is not behind fifty of somebody else's");
    assert!(turns <= 2 * alone, "{turns} turns, {alone} alone");
    (10..60).for_each(|_| assert_ne!(answer(&mut storage).0, id(1)));
    assert!(!storage.has_work());
}

#[test]
fn search_in_memory_loses_the_questions_of_whoever_asks_most() {
    let mut storage = near_misses(1);
    ask(&mut storage, 1, ELSEWHERE, search(0..8, "zz"));
    (0..QUESTIONS_WAITING as u32 - 1).for_each(|who| ask(&mut storage, 10 + who, HOME, search(0..8, "zz")));
    let last = id(10 + QUESTIONS_WAITING as u32 - 2);
    assert_eq!(asked(&mut storage, 2, ELSEWHERE, search(0..8, "zz")), [last]);
    assert_eq!(asked(&mut storage, 9, HOME, search(0..8, "zz")), [id(9)]);
}

#[test]
fn search_in_memory_is_given_up_with_its_asker_or_in_time() {
    let mut storage = near_misses(20);
    let later = NOW + HISTORY_PATIENCE;
    ask(&mut storage, 1, HOME, search(0..8, "zz"));
    ask(&mut storage, 2, HOME, search(0..8, "zz"));
    storage.leave(id(1));
    assert_eq!(storage.next_due(), Some(later));
    assert!(storage.overdue(NOW + HISTORY_PATIENCE / 2).is_empty());
    assert_eq!(given_up(storage.overdue(later)), [id(2)]);
    assert_eq!(storage.next_due(), None, "nobody waits");
    assert!(storage.work().is_none() && !storage.has_work());
    assert_eq!(storage.searched(), 0, "and nothing is done for them");
}

#[test]
fn search_in_memory_goes_on_where_it_was_while_lines_come_and_go() {
    let mut storage = near_misses(20);
    storage.keep(line(9, "perla"));
    for _ in 0..100 {
        storage.keep(line(0, &"x ".repeat(2000)));
    }
    ask(&mut storage, 1, HOME, search(0..10, "perla bbba"));
    ask(&mut storage, 2, HOME, search(0..10, "perla"));
    assert!(storage.work().is_none());
    storage.keep(line(0, "perla bbba, pero dicha después"));
    storage.forget(RoomKey(1));
    let (who, found, ..) = answer(&mut storage);
    assert_eq!((who, found.len()), (id(1), 0));
    assert_eq!(answer(&mut storage).1, ["perla"], "what was there when it was asked for");
}

#[test]
fn search_in_memory_costs_what_was_looked_at() {
    let mut storage = near_misses(10);
    ask(&mut storage, 1, HOME, search(0..8, "zz"));
    let cost = loop {
        if let Some(StorageEvent::Reply { reply: Reply::Found(_), cost, .. }) = storage.work() {
            break cost;
        }
    };
    assert!(cost > Duration::from_micros(500), "{cost:?}");
    storage.keep(line(0, "hola"));
    ask(&mut storage, 1, HOME, Look::Search(vec![RoomKey(0)], Text::clean("hola"), 1));
    let Some(StorageEvent::Reply { reply: Reply::Found(_), cost, .. }) = storage.work() else {
        panic!("at once")
    };
    assert!(cost < Duration::from_micros(1), "{cost:?}: a common word is found among the newest");
}

#[test]
fn room_that_goes_is_freed_bit_by_bit() {
    let mut storage = Storage::default();
    for room in 0..20 {
        (0..HISTORY_LINES_PER_ROOM).for_each(|_| storage.keep(line(room, "adiós")));
    }
    let spent = allocation_counter::measure(|| (0..20).for_each(|room| storage.forget(RoomKey(room))));
    assert!(spent.count_total < 20, "{spent:?}");
    let all = 20 * HISTORY_LINES_PER_ROOM;
    let mut turns = 0;
    while storage.has_work() {
        storage.work();
        turns += 1;
    }
    assert!((all / HISTORY_FREED_PER_TURN..=all / HISTORY_FREED_PER_TURN + 2).contains(&turns), "{turns}");
}

/// What was said in these rooms behind a message, which comes at once.
fn missed(storage: &mut Storage, rooms: Vec<RoomKey>, after: MessageId) -> Vec<Message> {
    let id = RequestId { client: id(1), number: NEXT.fetch_add(1, Ordering::Relaxed) };
    match &mut storage.request(id, HOME, Request::Look(Look::Missed(rooms, after)), NOW)[..] {
        [StorageEvent::Reply { reply: Reply::Found(found), .. }] => std::mem::take(&mut found.lines),
        other => panic!("{other:?}"),
    }
}

#[test]
fn missed_lines_are_the_last_of_each_room_and_the_others_are_counted() {
    let mut storage = Storage::default();
    // Each has the number behind that of the one before.
    let mut said = Vec::new();
    for _ in 0..MISSED_LINES_PER_ROOM + 10 {
        let line = line(0, "a");
        said.push(line.id);
        storage.keep(line);
    }
    let other = line(1, "b");
    let elsewhere = line(2, "c");
    said.push(other.id);
    storage.keep(other);
    storage.keep(elsewhere);
    let mut missed = |after| missed(&mut storage, [0, 1, 7].map(RoomKey).into(), after);
    let all = missed(MessageId(said[4].0));
    assert_eq!((all[0].missing(), all[0].room), (Some(5), RoomKey(0)), "five more are none of the last");
    let told: Vec<MessageId> = all[1..].iter().map(|line| line.id).collect();
    assert_eq!(told, said[10..]);
    assert_eq!(missed(said[said.len() - 2]).len(), 1);
    assert!(missed(said[said.len() - 1]).is_empty());
}

#[test]
fn missed_lines_of_all_rooms_fit_into_an_answer() {
    let mut storage = Storage::default();
    for number in 0..100 {
        storage.keep(line(number % 20, &"x".repeat(LINE_MAX_BYTES - 100)));
    }
    let lines = missed(&mut storage, (0..20).map(RoomKey).collect(), MessageId(0));
    let told: usize = lines.iter().map(|line| line.text.as_str().len()).sum();
    assert!(told <= ANSWER_MAX_BYTES && told > ANSWER_MAX_BYTES / 2, "{told} bytes");
    assert_eq!(lines.iter().map(Message::count).sum::<u64>(), 100, "each is told or counted");
}
