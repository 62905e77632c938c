//! What must not get worse, counted rather than timed: writes for a line, and bytes for somebody who is there.

use std::cell::Cell;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tertulia::chat::{ChatConfig, ClientId, Language, LogNews, MonoTime};
use tertulia::config::Config;
use tertulia::limits;
use tertulia::net::{Server, Stream};

const PEOPLE: usize = 1000;

/// Counts what is written; gives what was put in.
struct Counted {
    input: Rc<Cell<Vec<u8>>>,
    writes: Rc<Cell<usize>>,
    /// Nothing is taken.
    stalled: Rc<Cell<bool>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut input = self.input.take();
        if input.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let taken = input.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&input[..taken]);
        self.input.set(input.split_off(taken));
        Ok(taken)
    }
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.stalled.get() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.writes.set(self.writes.get() + 1);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for Counted {
    fn end_writing(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct House {
    server: Server<Counted>,
    people: Vec<(ClientId, Rc<Cell<Vec<u8>>>)>,
    stalled: Vec<Rc<Cell<bool>>>,
    writes: Rc<Cell<usize>>,
    now: MonoTime,
}

impl House {
    /// A thousand people who have nothing left to be told of.
    fn full() -> House {
        House::of(PEOPLE, 0)
    }

    /// So many people who may say so much a second.
    fn of(people: usize, rate_limit: u32) -> House {
        let config = Config {
            language: Language::Spanish,
            chat: ChatConfig { places: Some(people), ..ChatConfig::default() },
            rate_limit,
            ..Config::default()
        };
        let (server, now) = (Server::new(config), MonoTime::from_micros(1));
        let mut house = House { server, people: Vec::new(), stalled: Vec::new(), writes: Rc::default(), now };
        for index in 0..people {
            let input = Rc::new(Cell::default());
            let stalled = Rc::<Cell<bool>>::default();
            house.stalled.push(Rc::clone(&stalled));
            let stream = Counted { input: Rc::clone(&input), writes: Rc::clone(&house.writes), stalled };
            // One address may not have all places.
            let peer = SocketAddr::from(([127, 0, 0, (index % 4) as u8], 5000));
            let id = house.server.admit(stream, peer, now);
            house.people.push((id, input));
            house.say(index, &format!("p{index}\n"));
        }
        house.now = MonoTime::from_micros(2_000_000);
        house.settle();
        house
    }

    fn say(&mut self, who: usize, words: &str) {
        self.people[who].1.set(words.into());
        self.server.readable(self.people[who].0);
        self.settle();
    }

    /// What somebody types comes to the server, which does not look at it yet.
    fn types(&mut self, who: usize, words: &str) {
        self.people[who].1.set(words.into());
        self.server.readable(self.people[who].0);
    }

    fn turn(&mut self) {
        self.server.serve_ready(self.now);
        self.server.tick(self.now);
        self.server.finish_turn(self.now);
    }

    /// Turns until there is nothing to do; says how many.
    fn settle(&mut self) -> usize {
        for turns in 1.. {
            self.turn();
            if !self.server.has_work() {
                return turns;
            }
        }
        unreachable!("there is an end to it")
    }

    /// So many long lines are in the history.
    fn remembers(&mut self, lines: usize) {
        for _ in 0..lines {
            self.say(0, &format!("{}\n", "bbca ".repeat(780)));
            self.now = self.now + Duration::from_secs(1);
        }
    }
}

#[test]
fn lines_of_one_turn_cost_each_reader_one_write_and_no_queue() {
    let mut house = House::full();
    for lines in [1, 60] {
        house.writes.set(0);
        house.people[7].1.set("hola a todo el mundo\n".repeat(lines).into_bytes());
        house.server.readable(house.people[7].0);
        house.server.serve_ready(house.now);
        // Everybody has something waiting, and nobody has memory of their own for it.
        let waiting = house.server.buffers().filter(|&(_, waiting, _)| waiting > 0).count();
        let held: usize = house.server.buffers().map(|(_, _, held)| held).sum();
        assert_eq!((waiting, held), (PEOPLE - 1, 0), "readers who wait, and bytes held for them");
        house.settle();
        assert_eq!(house.writes.get(), PEOPLE - 1, "writes for {lines} lines");
    }
}

#[test]
fn answer_does_not_stand_in_line_behind_a_room() {
    let mut house = House::full();
    house.people[7].1.set("hola\n".into());
    house.people[8].1.set("/idioma\n".into());
    house.server.readable(house.people[7].0);
    house.server.readable(house.people[8].0);
    house.server.serve_ready(house.now);
    house.writes.set(0);
    house.server.finish_turn(house.now);
    let asker = house.server.buffers().find(|&(id, ..)| id == house.people[8].0);
    assert!(asker.is_some_and(|(_, waiting, _)| waiting == 0), "the answer is written in the same turn");
    assert_eq!(house.writes.get(), limits::WRITES_PER_TURN + 1, "and so many others in their turn");
    house.settle();
    assert_eq!(house.writes.get(), PEOPLE - 1, "then all the others, once");
}

#[test]
fn news_of_the_log_are_written_to_so_many_in_a_turn() {
    let mut house = House::full();
    house.server.tell_of_log(LogNews::Away, house.now);
    house.writes.set(0);
    house.server.finish_turn(house.now);
    assert_eq!(house.writes.get(), limits::WRITES_PER_TURN);
    assert!(house.settle() < 3, "the rest at once");
    assert_eq!(house.writes.get(), PEOPLE, "each hears it once");
}

#[test]
fn line_allocates_nothing_for_its_readers() {
    let mut house = House::full();
    // The first lines make room for the rest.
    (0..8).for_each(|who| house.say(who, "hola a todo el mundo\n"));
    house.people[7].1.set("hola a todo el mundo\n".into());
    house.server.readable(house.people[7].0);
    let spent = allocation_counter::measure(|| _ = house.settle());
    // The line itself: what was read, its text, the event, what history keeps. Nothing of it for each of the readers.
    assert!(spent.count_total < PEOPLE as u64 / 20, "{} allocations for a line", spent.count_total);
}

#[test]
fn search_in_memory_keeps_nobody_from_being_served() {
    let mut house = House::of(10, 0);
    house.remembers(200);
    house.writes.set(0);
    house.types(7, "/buscar bbcb\n");
    house.types(8, "hola\n");
    house.turn();
    assert_eq!(house.writes.get(), 9, "the others hear it in the same turn");
    house.types(8, "hola\n");
    house.turn();
    assert_eq!(house.writes.get(), 18, "and in the next");
    assert!(house.server.has_work(), "while the search goes on");
    assert!(house.settle() > 10, "for some time");
    assert_eq!(house.writes.get(), 19, "then it is answered");
}

#[test]
fn search_that_costs_much_counts_as_many_messages() {
    let mut house = House::of(10, 1000);
    house.remembers(200);
    house.writes.set(0);
    house.types(7, "/buscar bbcb\nhola\n");
    house.settle();
    assert_eq!(house.writes.get(), 1, "the answer, and no more for a while");
    house.types(8, "hola\n");
    house.settle();
    assert_eq!(house.writes.get(), 1 + 9, "which is nobody else's affair");
    let due = house.server.next_due().expect("they are read later");
    assert!(due.since(house.now) > Duration::from_millis(20), "{:?}", due.since(house.now));
    house.now = due;
    house.settle();
    assert_eq!(house.writes.get(), 1 + 9 + 9);
    house.types(6, "/buscar b\nhola\n");
    house.settle();
    assert_eq!(house.writes.get(), 1 + 9 + 9 + 1 + 9, "what costs little is a message like others");
}

#[test]
fn input_of_all_that_is_no_command_yet_is_bounded() {
    // Some more than the limit has place for.
    let people = limits::INPUT_MAX_BYTES / limits::READ_BYTES * 9 / 8;
    let mut house = House::of(people, limits::RATE_LIMIT_PER_SECOND);
    // What is answered to its sender alone takes less time here than a line to all.
    let flood = "/idioma\n".repeat(limits::READ_BYTES / 8).into_bytes();
    for who in 0..house.people.len() {
        house.people[who].1.set(flood.clone());
        house.server.readable(house.people[who].0);
    }
    house.settle();
    let low = house.people.len() * (limits::READ_LOW_BYTES + 128);
    let most = limits::INPUT_MAX_BYTES + limits::READ_BYTES + low;
    let held = house.server.input_bytes();
    assert!(held <= most, "{held} bytes are held of {}", house.people.len() * flood.len());
    assert!(held >= limits::INPUT_MAX_BYTES, "{held} bytes: nothing was bounded");
}

#[test]
fn queues_of_all_are_bounded_by_what_they_hold_and_a_line_makes_none_grow_beyond_it() {
    let (full, others) = (limits::QUEUES_MAX_BYTES / limits::QUEUE_MAX_BYTES, 10);
    let mut house = House::of(2 * full + others, 0);
    house.stalled[others..].iter().for_each(|stalled| stalled.set(true));
    let line = format!("{}\n", "z".repeat(limits::LINE_MAX_BYTES - 96));
    let mut most = 0;
    for _ in 0..2 * limits::QUEUE_MAX_BYTES / limits::LINE_MAX_BYTES {
        house.types(0, &line);
        house.turn();
        most = most.max(house.server.queued_bytes());
        house.settle();
    }
    assert!(most <= limits::QUEUES_MAX_BYTES + limits::QUEUE_MAX_BYTES, "{most} bytes are held");
    assert!(most >= limits::QUEUES_MAX_BYTES / 4 * 3, "{most} bytes: nothing was bounded");
    let left = house.server.connections() - others;
    assert!(left >= full / 4 * 3, "{left} of {} are left", 2 * full);
}
