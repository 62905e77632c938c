//! A room under load: a server, the chat or the floor, and a crowd in a process of its own.

use std::time::{Duration, Instant};

use super::Failure;
use super::fanout::{self, Compared, Fanout, Manner};
use super::load::Load;
use super::process::Server;
use super::progress::Progress;
use super::steady::{Pace, Steady};

/// How long nothing may have come before the arrivals are over: they are told once a second.
const QUIET_MS: u32 = 1300;

/// A share of its processor beyond which the load may be what limits a figure.
const BUSY: f64 = 0.9;

/// A share of the time that either may wait for its processor, before the figures are about something else.
const DISTURBED: f64 = 0.1;

/// A server and its crowd.
pub(crate) struct Place {
    pub(crate) server: Server,
    pub(crate) load: Load,
    people: usize,
    silent: usize,
}

/// A fixed rate, and what it took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) steady: Steady,
    /// Shares of a processor.
    pub(crate) server_share: f64,
    pub(crate) load_share: f64,
    /// Shares of the time spent waiting for a processor that others had.
    server_waited: f64,
    load_waited: f64,
}

impl Run {
    /// Deliveries a second that were reached.
    pub(crate) fn per_second(&self) -> f64 {
        self.steady.heard as f64 / self.steady.seconds
    }

    /// The share of what was asked that was heard.
    pub(crate) fn heard(&self) -> f64 {
        self.steady.heard as f64 / self.steady.asked as f64
    }

    /// What speaks against the figures, if anything does: they are about the server only while it has its processor,
    /// and the load its own with time to spare.
    pub(crate) fn doubt(&self) -> Option<String> {
        let mut doubts = Vec::new();
        for (share, bound, what) in [
            (self.load_share, BUSY, "the load was busy for"),
            (self.server_waited, DISTURBED, "others had the server's processor for"),
            (self.load_waited, DISTURBED, "others had the load's processor for"),
        ] {
            if share > bound {
                doubts.push(format!("{what} {:.0} % of the time", share * 100.0));
            }
        }
        (!doubts.is_empty()).then(|| doubts.join(", "))
    }
}

impl Place {
    /// The chat with `options` and so many people.
    pub(crate) fn chat(people: usize, options: &[&str]) -> Result<Place, Failure> {
        Place::talking(Manner::Chat, people, options)
    }

    /// The chat with `options` and so many people who talk in that manner.
    pub(crate) fn talking(manner: Manner, people: usize, options: &[&str]) -> Result<Place, Failure> {
        Place::open(Server::chat(manner, options)?, manner, people)
    }

    /// nats-server with so many people, all of whom hear one subject over WebSocket.
    pub(crate) fn nats(people: usize) -> Result<Place, Failure> {
        Place::open(Server::nats()?, Manner::Nats, people)
    }

    /// The chat without TLS, `options` and stunnel in front of it, with so many people in TLS.
    pub(crate) fn stunnel(people: usize, options: &[&str]) -> Result<Place, Failure> {
        Place::open(Server::stunnel(options)?, Manner::Tls, people)
    }

    /// The floor with so many people.
    pub(crate) fn floor(people: usize) -> Result<Place, Failure> {
        Place::open(Server::floor()?, Manner::Floor, people)
    }

    /// The floor that sends as much as the chat does to people who talk in that manner.
    pub(crate) fn floor_of(manner: Manner, people: usize) -> Result<Place, Failure> {
        let manner = if manner == Manner::Web { Manner::LongFloor } else { Manner::Floor };
        Place::open(Server::floor()?, manner, people)
    }

    /// A server with so many people.
    pub(crate) fn open(server: Server, manner: Manner, people: usize) -> Result<Place, Failure> {
        let mut load = Load::start(server.address, manner, people, 0)?;
        if !matches!(manner, Manner::Floor | Manner::LongFloor) {
            load.work(format_args!("settle {QUIET_MS}"))?;
        }
        Ok(Place { server, load, people, silent: 0 })
    }

    /// Reads what has come until nothing does.
    pub(crate) fn settle(&mut self) -> Result<(), Failure> {
        self.load.work(format_args!("settle {QUIET_MS}")).map(drop)
    }

    /// The last `count` read nothing any more.
    pub(crate) fn deafen(&mut self, count: usize) -> Result<(), Failure> {
        self.silent = count;
        self.load.work(format_args!("deafen {count}")).map(drop)
    }

    /// Lets so many messages pass at once.
    pub(crate) fn pass(&mut self, round: usize, messages: usize) -> Result<Fanout, Failure> {
        let Place { server, load, people, silent } = self;
        fanout::sample(server, (*people - *silent - 1) * messages, || {
            let nanoseconds = load.work(format_args!("pass {round} {messages}"))?;
            Ok(Duration::from_nanos(nanoseconds.parse()?))
        })
    }

    /// Lets people speak at a fixed rate.
    pub(crate) fn steady(&mut self, round: usize, pace: Pace) -> Result<Run, Failure> {
        let Pace { senders, per_second, length } = pace;
        let (server, load, begun) = (self.server.processor()?, self.load.processor()?, Instant::now());
        let job = format!("steady {round} {senders} {per_second} {}", length.as_millis());
        let steady: Steady = self.load.work(job)?.parse()?;
        let wall = begun.elapsed();
        let server = self.server.processor()?.since(server);
        let load = self.load.processor()?.since(load);
        let share = |of: Duration| of.as_secs_f64() / wall.as_secs_f64();
        Ok(Run {
            steady,
            server_share: share(server.total),
            load_share: share(load.total),
            server_waited: share(server.waited),
            load_waited: share(load.waited),
        })
    }
}

/// So many messages at once, through one and the other in turns.
pub(crate) fn compare(
    ours: &mut Place,
    theirs: &mut Place,
    rounds: usize,
    messages: usize,
    progress: &mut Progress,
) -> Result<Compared, Failure> {
    fanout::compare(rounds, progress, &mut |round| ours.pass(round, messages), &mut |round| {
        theirs.pass(round, messages)
    })
}
