//! A crowd in a process of its own, which does what it is told on its stdin: many clients are more files than one
//! process may open twice.

use std::fmt::Display;
use std::io::{BufRead, BufReader, Lines, Write, stdin};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use super::crowd::{Crowd, name};
use super::fanout::{self, LINE_BYTES, Manner};
use super::procfs::{self, Processor};
use super::progress::Progress;
use super::series;
use super::steady::{self, Pace};
use super::{Failure, floor, process, tls};

/// A flooder writes this much at once.
const FLOOD_BYTES: usize = 64 * 1024;

/// How the chat answers a command that it does not have.
const UNKNOWN: &[u8] = "No existe /".as_bytes();

/// How long going to another room may take.
const JOINED: Duration = Duration::from_millis(1500);

/// What a bench's program is when it starts itself again.
#[derive(Clone, Debug, Args)]
pub(crate) struct Role {
    /// Be the floor.
    #[arg(long, hide = true)]
    floor: bool,

    /// Be the crowd of the server at this address, or of several.
    #[arg(long, hide = true, value_name = "ADDRESS", value_delimiter = ',')]
    load: Vec<SocketAddr>,

    /// How many the crowd is.
    #[arg(long, hide = true, default_value_t = 0)]
    crowd: usize,

    /// The number in the first one's name.
    #[arg(long, hide = true, default_value_t = 0)]
    first: usize,

    /// How the crowd's server passes words on.
    #[arg(long, hide = true, value_enum, default_value_t = Manner::Chat)]
    manner: Manner,

    /// Connect, and give no name.
    #[arg(long, hide = true)]
    nameless: bool,
}

impl Role {
    /// Plays the role, if there is one; to the end of the program.
    pub(crate) fn play(&self) -> Option<Result<(), Failure>> {
        if self.floor {
            return Some(floor::serve());
        }
        (!self.load.is_empty()).then(|| self.obey())
    }

    /// Comes in, and then does what stdin says.
    fn obey(&self) -> Result<(), Failure> {
        process::raise_descriptor_limit()?;
        let mut crowd = Crowd::spread(self.load.clone(), self.first, self.manner)?;
        match self.nameless {
            true => crowd.loiter(self.crowd)?,
            false => crowd.arrive(self.crowd, &mut Progress::silent())?,
        }
        println!("in");
        for job in stdin().lines() {
            println!("{}", self.work(&mut crowd, job?.trim())?);
        }
        Ok(())
    }

    fn work(&self, crowd: &mut Crowd, job: &str) -> Result<String, Failure> {
        let (what, numbers) = job.split_once(' ').unwrap_or((job, ""));
        let numbers: Vec<u32> = numbers.split_terminator(' ').map(str::parse).collect::<Result<_, _>>()?;
        match (what, &numbers[..]) {
            ("pass", &[round, messages]) => {
                let last = fanout::pass(crowd, self.manner, round as usize, messages as usize)?;
                Ok(last.as_nanos().to_string())
            }
            ("steady", &[round, senders, per_second, length]) => {
                let length = Duration::from_millis(length.into());
                let pace = Pace { senders: senders as usize, per_second, length };
                Ok(steady::run(crowd, self.manner, round as usize, pace)?.to_string())
            }
            ("talk", &[round, per_second, length]) => {
                let length = Duration::from_millis(length.into());
                let pace = Pace { senders: crowd.len() / 2, per_second, length };
                Ok(steady::in_pairs(crowd, self.manner, round as usize, pace)?.to_string())
            }
            ("series", &[senders, per_second, length]) => {
                let length = Duration::from_millis(length.into());
                let pace = Pace { senders: senders as usize, per_second, length };
                Ok(series::run(crowd, self.manner, pace)?.to_string())
            }
            ("settle", &[quiet]) => {
                crowd.settle(Duration::from_millis(quiet.into()))?;
                Ok("quiet".into())
            }
            ("deafen", &[count]) => {
                crowd.deafen(count as usize)?;
                Ok("deaf".into())
            }
            ("pair", &[]) => {
                pair(crowd, self.first)?;
                Ok("paired".into())
            }
            ("join", &[]) => Ok(if join(crowd)? { "yes" } else { "no" }.into()),
            ("listen", &[length]) => {
                listen(crowd, Duration::from_millis(length.into()))?;
                Ok("heard".into())
            }
            ("shake", &[count]) => {
                let (took, lost) = tls::shake(self.load[0], self.first, count as usize)?;
                Ok(format!("{} {lost}", took.as_nanos()))
            }
            ("flood", &[length]) => Ok(flood(crowd, self, Duration::from_millis(length.into()))?.to_string()),
            _ => Err(format!("no load can do this: {job:?}").into()),
        }
    }
}

/// Everybody goes to another room; not if the server knows no rooms.
fn join(crowd: &mut Crowd) -> Result<bool, Failure> {
    let mut known = true;
    for who in 0..crowd.len() {
        crowd.say(who, b"/leave general\n/join #otra\n")?;
        crowd.turn(Duration::ZERO, &mut |_, line| known &= !line.starts_with(UNKNOWN))?;
    }
    let begun = Instant::now();
    while begun.elapsed() < JOINED {
        crowd.turn(JOINED, &mut |_, line| known &= !line.starts_with(UNKNOWN))?;
    }
    Ok(known)
}

/// Two and two go to a room of their own.
fn pair(crowd: &mut Crowd, first: usize) -> Result<(), Failure> {
    for who in 0..crowd.len() {
        let room = name((first + who) & !1);
        crowd.say(who, format!("/leave general\n/join #{room}\n").as_bytes())?;
        crowd.turn(Duration::ZERO, &mut |_, _| {})?;
    }
    crowd.settle(JOINED).map(drop)
}

/// Everybody reads.
fn listen(crowd: &mut Crowd, length: Duration) -> Result<(), Failure> {
    let begun = Instant::now();
    while begun.elapsed() < length {
        crowd.turn(Duration::from_millis(20), &mut |_, _| {})?;
    }
    Ok(())
}

/// Everybody writes as fast as the server takes it, and reads; gives the bytes that it took.
fn flood(crowd: &mut Crowd, role: &Role, length: Duration) -> Result<usize, Failure> {
    let floods = (0..crowd.len()).map(|who| {
        let line = format!("{:x<width$}\n", format!("{}: ", name(role.first + who)), width = LINE_BYTES - 1);
        role.manner.said(line.as_bytes()).repeat(FLOOD_BYTES / LINE_BYTES)
    });
    let floods: Vec<Vec<u8>> = floods.collect();
    let mut sent = vec![0; crowd.len()];
    let begun = Instant::now();
    while begun.elapsed() < length {
        let mut stuck = true;
        for (who, flood) in floods.iter().enumerate() {
            let taken = crowd.offer(who, &flood[sent[who] % flood.len()..])?;
            sent[who] += taken;
            stuck &= taken == 0;
        }
        crowd.turn(if stuck { Duration::from_millis(1) } else { Duration::ZERO }, &mut |_, _| {})?;
    }
    Ok(sent.iter().sum())
}

/// The process that is a crowd.
pub(crate) struct Load {
    child: Child,
    jobs: ChildStdin,
    results: Lines<BufReader<ChildStdout>>,
}

impl Load {
    /// Lets so many people come to `server`, named from the number `first` on; they are in when this returns.
    pub(crate) fn start(
        server: SocketAddr,
        manner: Manner,
        people: usize,
        first: usize,
    ) -> Result<Load, Failure> {
        Load::spread(&[server], manner, people, first)
    }

    /// The same for several servers that are one chat, to which they come in turns.
    pub(crate) fn spread(
        servers: &[SocketAddr],
        manner: Manner,
        people: usize,
        first: usize,
    ) -> Result<Load, Failure> {
        Load::spawn(&mut Load::named(servers, manner, people, first)?)
    }

    /// The same for a crowd that runs only while nobody else wants its processor. Those who measure share it with those who
    /// flood and those who only read: if they had to wait for it, the flood would measure itself. A low priority is not
    /// enough: a process that has one still runs for its slice, 3 ms.
    pub(crate) fn background(
        server: SocketAddr,
        manner: Manner,
        people: usize,
        first: usize,
    ) -> Result<Load, Failure> {
        let load = Load::named(&[server], manner, people, first)?;
        Load::spawn(Command::new("chrt").args(["--idle", "0"]).arg(load.get_program()).args(load.get_args()))
    }

    /// Lets so many connect to `server` who say nothing at all.
    pub(crate) fn nameless(server: SocketAddr, people: usize, first: usize) -> Result<Load, Failure> {
        Load::spawn(Load::command(&[server], people, first)?.arg("--nameless"))
    }

    fn named(
        servers: &[SocketAddr],
        manner: Manner,
        people: usize,
        first: usize,
    ) -> Result<Command, Failure> {
        let manner = manner.to_possible_value().ok_or("a manner without a name")?;
        let mut command = Load::command(servers, people, first)?;
        command.args(["--manner", manner.get_name()]);
        Ok(command)
    }

    fn command(servers: &[SocketAddr], people: usize, first: usize) -> Result<Command, Failure> {
        let servers: Vec<String> = servers.iter().map(SocketAddr::to_string).collect();
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--load", &servers.join(","), "--crowd", &people.to_string()]);
        command.args(["--first", &first.to_string()]);
        Ok(command)
    }

    fn spawn(command: &mut Command) -> Result<Load, Failure> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let jobs = child.stdin.take().ok_or("the load has no stdin")?;
        let results = BufReader::new(child.stdout.take().ok_or("the load has no stdout")?).lines();
        let mut load = Load { child, jobs, results };
        load.result()?;
        Ok(load)
    }

    /// Lets it do a job, and waits for what came of it.
    pub(crate) fn work(&mut self, job: impl Display) -> Result<String, Failure> {
        self.begin(job)?;
        self.result()
    }

    /// Lets it begin a job.
    pub(crate) fn begin(&mut self, job: impl Display) -> Result<(), Failure> {
        Ok(writeln!(self.jobs, "{job}")?)
    }

    /// What came of a job that was begun.
    pub(crate) fn result(&mut self) -> Result<String, Failure> {
        Ok(self.results.next().ok_or("a load has gone")??)
    }

    /// Processor time it has taken so far.
    pub(crate) fn processor(&self) -> Result<Processor, Failure> {
        procfs::processor(self.child.id())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        // It may have ended already; there is nobody to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
