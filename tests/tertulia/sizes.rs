//! What each thing that is bounded in number takes in memory, counted: limits.rs is not below the truth.
//!
//! Each allocation counts as many bytes as were asked for, and 16 for what the allocator adds (glibc: 8 of its own, and what is
//! asked for in steps of 16).

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU64, Ordering};

use tertulia::auth::{LoginThrottle, Subject};
use tertulia::chat::{
    ChatConfig, ClientId, Command, Effect, Hub, Input, Language, Message, MessageId, MessageKind, MonoTime,
    Name, Origin, Password, RoomKey, Text, Time, UnixMillis,
};
use tertulia::limits::{
    DECISION_MAX_BYTES, DECISIONS_PER_ROOM, FAILURE_MAX_BYTES, FAILURES_REMEMBERED, HIDDEN_MAX_BYTES,
    HISTORY_LINES_PER_ROOM, HISTORY_MAX_BYTES, IGNORED_ALWAYS, IGNORED_MAX, KEY_ADDRESSES, KEY_MAX_BYTES,
    LINE_MAX_BYTES, MESSAGE_MAX_BYTES, MOVEMENT_WINDOW, PASSWORD_MAX_BYTES, PLACE_MAX_BYTES, READ_BYTES,
    READ_LOW_BYTES, REASON_MAX_BYTES, ROOM_MAX_BYTES, ROOMS_PER_PERSON, TOPIC_MAX_BYTES,
};
use tertulia::protocol::http::Parsed;
use tertulia::protocol::{Granted, Protocol};
use tertulia::storage::Memory;

/// Bytes that are held behind `work` and were not before.
fn held<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let mut made = None;
    let info = allocation_counter::measure(|| made = Some(work()));
    ((info.bytes_current + 16 * info.count_current) as usize, made.unwrap())
}

/// A name as long as there are: 20 letters of three bytes, none of which looks like another.
fn long_name(kind: usize, number: usize) -> String {
    const DIGITS: [char; 10] = ['가', '나', '다', '라', '마', '바', '사', '아', '자', '차'];
    format!("{kind}{number:0>19}").bytes().map(|digit| DIGITS[usize::from(digit - b'0')]).collect()
}

fn text(words: &str) -> Text {
    Text::clean(words)
}

fn address(number: usize) -> Origin {
    Origin::of(IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + number as u32)))
}

/// A hub in which people do things.
struct Crowd {
    hub: Hub,
    out: Vec<Effect>,
    now: MonoTime,
    people: usize,
}

impl Crowd {
    /// So many people with long names, each from an address of their own.
    fn of(people: usize) -> Crowd {
        // A chat in which a name can be registered.
        let config = ChatConfig { accounts: Some(Vec::new()), ..ChatConfig::default() };
        let (hub, out, now) = (Hub::new(config), Vec::new(), MonoTime::from_micros(1));
        let mut crowd = Crowd { hub, out, now, people: 0 };
        (0..people).for_each(|number| crowd.enters(&long_name(1, number)));
        // Where a batch of outputs was is no part of what is measured.
        crowd.hub.effects(&mut Vec::with_capacity(1 << 16));
        crowd.out = Vec::with_capacity(1 << 16);
        crowd
    }

    fn enters(&mut self, name: &str) {
        let id = id(self.people);
        self.hub.apply(Time::default().at(self.now), Input::Connected(id, address(self.people)));
        self.people += 1;
        self.does(self.people - 1, Command::Say { room: None, text: text(name) });
    }

    fn does(&mut self, who: usize, command: Command) {
        self.hub.apply(Time::default().at(self.now), Input::Command(id(who), command));
        self.hub.effects(&mut self.out);
        self.out.clear();
    }

    /// Somebody wants to register, with two passwords of the longest kind that are not the same.
    fn is_refused(&mut self, who: usize) {
        self.does(who, Command::Register);
        for last in ["a", "b"] {
            let typed = "x".repeat(PASSWORD_MAX_BYTES - 1) + last;
            self.does(who, Command::Secret(Password::new(&typed)));
        }
    }

    /// The second of the last movements is over, and they are told.
    fn waits(&mut self) {
        self.now = self.now + 2 * MOVEMENT_WINDOW;
        self.hub.apply(Time::default().at(self.now), Input::Tick);
        self.hub.effects(&mut self.out);
        self.out.clear();
    }

    fn makes(&mut self, who: usize, room: usize) {
        let room = text(&long_name(3, room));
        self.does(who, Command::Join { room, key: None });
    }
}

fn id(number: usize) -> ClientId {
    ClientId::new(number as u32, 1)
}

#[test]
fn size_of_a_room_is_within_its_limit() {
    let makers = 60;
    let mut crowd = Crowd::of(makers + KEY_ADDRESSES);
    (0..makers + KEY_ADDRESSES).for_each(|who| crowd.does(who, Command::Leave(None)));
    let rooms = makers * ROOMS_PER_PERSON;
    let (bytes, ()) = held(|| {
        for room in 0..rooms {
            let maker = room / ROOMS_PER_PERSON;
            crowd.makes(maker, room);
            crowd.does(maker, Command::Topic { room: None, topic: Some(text(&"t".repeat(TOPIC_MAX_BYTES))) });
            // Who come and go within a second are told together.
            for guest in makers..makers + 16 {
                crowd.makes(guest, room);
                crowd.does(guest, Command::Leave(None));
            }
            crowd.does(maker, Command::Key { room: None, key: Some(text(&"k".repeat(KEY_MAX_BYTES))) });
            for guesser in makers..makers + KEY_ADDRESSES {
                let (room, key) = (text(&long_name(3, room)), Some(text("wrong")));
                crowd.does(guesser, Command::Join { room, key });
            }
        }
    });
    println!("a room: {} bytes", bytes / rooms);
    assert!(bytes <= rooms * ROOM_MAX_BYTES, "{} bytes a room", bytes / rooms);
    assert!(2 * bytes >= rooms * ROOM_MAX_BYTES, "{} bytes a room: the limit is no estimate", bytes / rooms);
}

/// Of what a person takes on each node (`benches/nodes`), most is there in one room as well.
#[test]
fn second_room_takes_a_person_no_more_than_64_bytes_beside_the_place_there() {
    const PEOPLE: usize = 1000;
    const MORE: usize = 64;
    // A place in a list that has just grown, and one in the set of slots.
    const PLACE: usize = 2 * size_of::<u64>() + 2 * size_of::<u32>();
    let mut crowd = Crowd::of(PEOPLE);
    crowd.makes(0, 0);
    // What waits to be told with others of the same second is no part of it.
    crowd.waits();
    let (bytes, ()) = held(|| {
        (1..PEOPLE).for_each(|who| crowd.makes(who, 0));
        crowd.waits();
    });
    println!("a second room: {} bytes", bytes / PEOPLE);
    assert!(bytes <= PEOPLE * (MORE + PLACE), "{} bytes a person", bytes / PEOPLE);
}

#[test]
fn size_of_a_decision_is_within_its_limit() {
    let rooms = 10;
    let mut crowd = Crowd::of(1 + DECISIONS_PER_ROOM);
    crowd.does(0, Command::Leave(None));
    (0..rooms).for_each(|room| crowd.makes(0, room));
    let (bytes, ()) = held(|| {
        for room in 0..rooms {
            crowd.makes(0, room);
            for whom in 1..=DECISIONS_PER_ROOM {
                crowd.does(0, Command::Ban { room: None, whom: text(&long_name(1, whom)) });
                // The name is the list's own: the person has another one by then.
                crowd.does(
                    0,
                    Command::Mute {
                        room: None,
                        whom: Some(text(&long_name(2, room * DECISIONS_PER_ROOM + whom))),
                    },
                );
            }
        }
    });
    let decisions = 2 * rooms * DECISIONS_PER_ROOM;
    let record = |room: usize| crowd.hub.room_record(RoomKey(room as u64 + 1)).unwrap();
    let all: usize = (0..rooms).map(|room| record(room).banned.len() + record(room).muted.len()).sum();
    assert_eq!(all, decisions, "each is remembered");
    println!("a decision: {} bytes", bytes / decisions);
    assert!(bytes <= decisions * DECISION_MAX_BYTES, "{} bytes a decision", bytes / decisions);
    assert!(2 * bytes >= decisions * DECISION_MAX_BYTES, "{} bytes a decision", bytes / decisions);
}

#[test]
fn size_of_somebody_hidden_is_within_its_limit() {
    let (hiders, each) = (100, IGNORED_MAX);
    let mut crowd = Crowd::of(hiders);
    let (bytes, ()) = held(|| {
        for hidden in 0..hiders * each {
            crowd.enters(&long_name(2, hidden));
            let guest = crowd.people - 1;
            crowd.does(hidden / each, Command::Ignore(Some(text(&long_name(2, hidden)))));
            crowd.does(guest, Command::Quit(None));
            crowd.people -= 1;
        }
    });
    let hidden = hiders * each;
    println!("somebody hidden: {} bytes", bytes / hidden);
    assert!(bytes <= hidden * HIDDEN_MAX_BYTES, "{} bytes each", bytes / hidden);
    assert!(2 * bytes >= hidden * HIDDEN_MAX_BYTES, "{} bytes each", bytes / hidden);
}

#[test]
fn size_of_sets_of_hiders_is_given_back() {
    let (hiders, whom) = (600, 90);
    let mut crowd = Crowd::of(hiders + whom);
    let hide = |crowd: &mut Crowd, hider, hidden| {
        crowd.does(hider, Command::Ignore(Some(text(&long_name(1, hiders + hidden)))));
    };
    // Whoever hides somebody once and for all keeps the entry there.
    (0..whom).for_each(|hidden| hide(&mut crowd, 0, hidden));
    let (bytes, ()) = held(|| {
        for hidden in 0..whom {
            (1..hiders).for_each(|hider| hide(&mut crowd, hider, hidden));
            (1..hiders).for_each(|hider| hide(&mut crowd, hider, hidden));
        }
    });
    assert!(bytes <= whom * 64, "{bytes} bytes are left of {whom} sets");
}

#[test]
fn size_of_a_refused_password_is_given_back_with_the_next_line() {
    // What is rare about a member is in a box of its own.
    const BESIDE: usize = 256;
    let people = 500;
    for goes_on in [false, true] {
        let mut crowd = Crowd::of(people);
        let (bytes, ()) = held(|| {
            (0..people).for_each(|who| crowd.is_refused(who));
            if goes_on {
                (0..people).for_each(|who| crowd.does(who, Command::Away(None)));
            }
        });
        println!("a refused password: {} bytes, another line behind it: {goes_on}", bytes / people);
        let most = if goes_on { BESIDE } else { PASSWORD_MAX_BYTES + BESIDE };
        assert!(bytes <= people * most, "{} bytes each", bytes / people);
        assert!(goes_on || bytes >= people * PASSWORD_MAX_BYTES, "{} bytes each: not kept", bytes / people);
    }
}

#[test]
fn size_of_a_person_is_within_its_limit() {
    let people = 300;
    let mut crowd = Crowd::of(1 + people);
    // Rooms are bounded by themselves: somebody is in each.
    (0..ROOMS_PER_PERSON - 1).for_each(|room| crowd.makes(0, room));
    let (bytes, ()) = held(|| {
        for who in 1..=people {
            (0..ROOMS_PER_PERSON - 1).for_each(|room| crowd.makes(who, room));
            for other in 1..=IGNORED_ALWAYS {
                let name = long_name(1, (who + other) % (1 + people));
                crowd.does(who, Command::Ignore(Some(text(&name))));
            }
            crowd.does(who, Command::Away(Some(text(&"m".repeat(REASON_MAX_BYTES)))));
            crowd.is_refused(who);
        }
    });
    println!("a person: {} bytes in the chat", bytes / people);
    // And a line under way, in a buffer that has just grown.
    assert!(bytes / people + 2 * LINE_MAX_BYTES <= PLACE_MAX_BYTES, "{} bytes each", bytes / people);
    assert!(bytes >= people * (PASSWORD_MAX_BYTES + REASON_MAX_BYTES), "{} bytes each", bytes / people);
}

#[test]
fn size_of_a_silent_person_is_within_an_idle_connection() {
    // As many as tables which grow to the double have place for.
    let people = 1 << 12;
    let (bytes, _hub) = held(|| {
        let mut hub = Hub::new(ChatConfig::default());
        let (mut now, mut effects) = (MonoTime::from_micros(1), Vec::new());
        for number in 0..people {
            // Nobody is still to be told of when the next one comes.
            now = now + MOVEMENT_WINDOW;
            let name = text(&format!("Ana{number:04}"));
            let came = Input::Connected(id(number), address(0));
            let named = Input::Command(id(number), Command::Say { room: None, text: name });
            for input in [Input::Tick, came, named] {
                hub.apply(Time::default().at(now), input);
                hub.effects(&mut effects);
                effects.clear();
            }
        }
        hub.effects(&mut Vec::new());
        hub
    });
    println!("a silent person: {} bytes in the chat", bytes / people);
    // 56 are the person, 40 the name, 8 stand in the room's list: the rest is where the name is found.
    assert!(bytes / people <= 128, "{} bytes each", bytes / people);
}

#[test]
fn size_of_a_failure_is_within_its_limit() {
    let (bytes, throttle) = held(|| {
        let mut throttle = LoginThrottle::default();
        for number in 0..FAILURES_REMEMBERED {
            let subject = Subject::of(&Name::new(&format!("p{number}")).unwrap());
            throttle.failed(address(number), subject, MonoTime::from_micros(1 + number as u64));
        }
        throttle
    });
    // Two tables, of which one is full when the other is dropped.
    println!("failures: {} bytes, {} of them", bytes, throttle.remembered());
    assert!(throttle.remembered() >= FAILURES_REMEMBERED);
    assert!(bytes <= 2 * FAILURES_REMEMBERED * FAILURE_MAX_BYTES, "{bytes} bytes");
    assert!(4 * bytes >= 2 * FAILURES_REMEMBERED * FAILURE_MAX_BYTES, "{bytes} bytes");
}

/// A message with a higher number than those before.
fn line(room: usize, from: &Name, words: &str) -> Message {
    static SAID: AtomicU64 = AtomicU64::new(1);
    Message {
        id: MessageId(SAID.fetch_add(1, Ordering::Relaxed)),
        room: RoomKey(room as u64),
        at: UnixMillis(1),
        from: from.clone(),
        kind: MessageKind::Said,
        text: text(words),
    }
}

#[test]
fn size_of_the_history_in_memory_is_within_its_limit() {
    let (bytes, memory) = held(|| {
        let mut memory = Memory::default();
        // The shortest lines, each of somebody else, in rooms whose queues have just grown.
        for number in 0..HISTORY_MAX_BYTES / 160 {
            let from = Name::new(&long_name(2, number)).unwrap();
            memory.keep(line(number % 700, &from, "a"));
        }
        memory
    });
    println!("history: {} MiB for {} lines", bytes >> 20, memory.lines());
    assert!(bytes <= 2 * HISTORY_MAX_BYTES, "{bytes} bytes");
    assert!(bytes >= HISTORY_MAX_BYTES, "{bytes} bytes");
}

#[test]
fn size_of_rooms_in_which_much_was_said_is_given_back() {
    let from = Name::new("Juan").unwrap();
    let (bytes, _memory) = held(|| {
        let mut memory = Memory::default();
        let full = HISTORY_MAX_BYTES / (163 * HISTORY_LINES_PER_ROOM);
        for round in 0..4 {
            for room in round * full..(round + 1) * full {
                (0..HISTORY_LINES_PER_ROOM).for_each(|_| memory.keep(line(room, &from, "a")));
            }
            // One line in each room keeps it there.
            (0..(round + 1) * full).for_each(|room| memory.keep(line(room, &from, "a")));
        }
        memory
    });
    println!("{} MiB behind four rounds", bytes >> 20);
    assert!(bytes <= 2 * HISTORY_MAX_BYTES, "{bytes} bytes");
}

/// A program that has come in by a WebSocket.
fn program() -> Protocol {
    let head = "GET /chat HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let mut protocol = Protocol::request_until(MonoTime::START);
    protocol.push(head.as_bytes(), &mut Vec::new());
    let Some(Parsed::Request(_, length)) = protocol.request() else { panic!("a request") };
    protocol.upgrade(Granted { length, language: Language::Spanish, proxied: None }, &mut Vec::new());
    protocol
}

#[test]
fn size_of_what_a_program_sends_is_within_its_limits() {
    // What is rare about a connection is in a box of its own.
    const BESIDE: usize = 512;
    // A message without a byte: a head of six.
    let least = |bytes: usize| [0x81, 0x80, 0, 0, 0, 0].repeat(bytes / 6);
    let [high, low] = (MESSAGE_MAX_BYTES as u16).to_be_bytes();
    let unfinished = [&[0x81, 0xfe, high, low, 0, 0, 0, 0][..], &[b'x'; MESSAGE_MAX_BYTES - 1]].concat();
    for (what, input, most) in [
        ("a read full of the least messages", least(READ_BYTES), READ_BYTES),
        ("a small read of them", least(READ_LOW_BYTES), READ_LOW_BYTES),
        // Where a line is counted that has just grown.
        ("an unfinished message", unfinished, 2 * LINE_MAX_BYTES),
    ] {
        for cut in [input.len(), 1_000, 7] {
            let mut protocol = program();
            let (bytes, ()) =
                held(|| input.chunks(cut).for_each(|piece| protocol.push(piece, &mut Vec::new())));
            println!("{what}: {bytes} bytes, cut at {cut}");
            assert!(bytes <= most + BESIDE, "{what}: {bytes} bytes, cut at {cut}");
            assert!(protocol.held() + BESIDE >= bytes, "{what}: {bytes} bytes, {} counted", protocol.held());
        }
    }
}
