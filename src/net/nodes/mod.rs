//! The server as one of several nodes: the engine that has the log on one side, the server on the other.
//!
//! Invariants: what the engine reads is given to the server only while that has nothing of the log left to apply, so what waits is
//! bounded by what the engine's reader may be ahead; behind the end of the node nothing is taken from either side.

mod link_complaints;
mod node_end;
mod words;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use log::{error, info, warn};
use mio::Waker;
use mio::net::TcpStream;

pub use node_end::NodeEnd;

use self::link_complaints::LinkComplaints;
use super::log_place::LogPlace;
use super::server::Server;
use crate::auth::random_number;
use crate::chat::{Language, LogNews, MonoTime, NodeName};
use crate::cluster::{LOG_VERSION, News, NodeConfig, NodeInput, NodeOutput, StopReason};
use crate::engine::{ChatCopy, Engine, EngineConfig, EngineError, EngineFault, EngineTrouble, Happened};
use crate::limits::{LAST_WORDS_PATIENCE, LOG_PATIENCE};

/// This server's node, and the engine that has the log.
pub(super) struct ClusterNode {
    engine: Engine<ChatCopy>,
    place: LogPlace,
    /// Takes in turn what the node wants done.
    outputs: Vec<NodeOutput>,
    language: Language,
    complaints: LinkComplaints,
    leaving: Option<NodeLeaving>,
    end: Option<NodeEnd>,
    /// Something may have happened that was not taken, for the server was behind: no thread calls for it again.
    has_more: bool,
}

/// The node leaves.
#[derive(Clone, Copy, Debug)]
struct NodeLeaving {
    /// Until when it is waited for what people have typed; none: the log has been told.
    heeds: Option<MonoTime>,
    /// Until when it may take.
    until: MonoTime,
}

impl fmt::Debug for ClusterNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterNode")
            .field("leaving", &self.leaving)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

impl ClusterNode {
    /// Has `server` be one of the nodes of that log; the engine's threads call `waker`.
    ///
    /// # Errors
    ///
    /// The engine or its log will not do.
    pub(super) fn join(
        (engine, node): (&EngineConfig, NodeName),
        server: &mut Server<TcpStream>,
        waker: Arc<Waker>,
        language: Language,
    ) -> Result<ClusterNode, EngineError> {
        let place = LogPlace::of(engine);
        // A poll that cannot be woken is broken, and its own errors say so.
        let (engine, warnings) = Engine::start(engine, move || drop(waker.wake()))?;
        warnings.iter().for_each(|warning| warn!("{}", warning.describe(language)));
        let instance = random_number().map_err(|error| engine.cannot(error))?;
        server.join_nodes(NodeConfig::new(node, instance, LOG_VERSION));
        Ok(ClusterNode::with(engine, place, language))
    }

    /// Goes on as the node that another program has handed over, which the server has [restored](Server::restore).
    ///
    /// # Errors
    ///
    /// The system refuses what it takes.
    pub(super) fn go_on(
        engine: &EngineConfig,
        waker: Arc<Waker>,
        language: Language,
    ) -> Result<ClusterNode, EngineError> {
        let place = LogPlace::of(engine);
        let engine = Engine::go_on(engine, move || drop(waker.wake()))?;
        Ok(ClusterNode::with(engine, place, language))
    }

    fn with(engine: Engine<ChatCopy>, place: LogPlace, language: Language) -> ClusterNode {
        let outputs = Vec::new();
        let complaints = LinkComplaints::default();
        ClusterNode {
            engine,
            place,
            outputs,
            language,
            complaints,
            leaving: None,
            end: None,
            has_more: false,
        }
    }

    /// Where the log is.
    pub(super) fn place(&self) -> &LogPlace {
        &self.place
    }

    /// Gives the server what has happened at the log.
    pub(super) fn turn(&mut self, server: &mut Server<TcpStream>, now: MonoTime) {
        self.has_more = true;
        while self.end.is_none() && !server.is_behind_log() {
            let Some(happened) = self.engine.happened() else {
                self.has_more = false;
                return;
            };
            match happened {
                Happened::Input(input) => server.log_happened(input, now),
                Happened::Lost(fault) => {
                    self.complain(fault, true, now);
                    server.log_happened(NodeInput::Lost, now);
                }
                Happened::Snapshot(snapshot) => {
                    let snapshot = snapshot.map(|snapshot| Box::new(snapshot.map(ChatCopy::into_chat)));
                    if let Err(error) = server.log_restored(snapshot, now) {
                        self.end = Some(NodeEnd::Restore(error));
                    }
                }
                Happened::Trouble(EngineTrouble::StillLost(fault)) => self.complain(fault, false, now),
                Happened::Trouble(trouble) => warn!("{}", trouble.describe(self.language)),
            }
        }
    }

    /// Says in the log why the engine is lost, or is so still.
    fn complain(&mut self, fault: EngineFault, is_loss: bool, now: MonoTime) {
        if self.complaints.is_to_be_told(&fault, is_loss, now) {
            warn!("{}", EngineTrouble::StillLost(fault).describe(self.language));
        }
    }

    /// Has the engine do what the turn has given it to do. To be called when the turn is over.
    pub(super) fn end_turn(&mut self, server: &mut Server<TcpStream>, now: MonoTime) {
        self.perform(server, now);
        // Most reads are the only one: to find that out takes no turn of its own.
        self.turn(server, now);
        self.go_on_leaving(server, now);
        let untold = self.complaints.take_untold(now);
        untold.into_iter().for_each(|count| warn!("{}", words::lost_again(count, self.language)));
    }

    /// Does what the server's node wants done.
    pub(super) fn perform(&mut self, server: &mut Server<TcpStream>, now: MonoTime) {
        if self.end.is_some() {
            return;
        }
        server.log_outputs(&mut self.outputs, now);
        for output in std::mem::take(&mut self.outputs) {
            match self.engine.perform(output) {
                Some(NodeOutput::Tell(news)) => self.tell(&news, server, now),
                Some(NodeOutput::Stop(reason)) => {
                    self.end = Some(NodeEnd::Stopped(reason));
                    return;
                }
                // What became of its own entries is the server's.
                _ => {}
            }
        }
    }

    /// Tells the people of this node, and its administrator.
    fn tell(&self, news: &News, server: &mut Server<TcpStream>, now: MonoTime) {
        let people = match news {
            News::Away => Some(LogNews::Away),
            News::Back => Some(LogNews::Back),
            News::Gap => Some(LogNews::Gap),
            _ => None,
        };
        people.into_iter().for_each(|news| server.tell_of_log(news, now));
        let words = words::of_news(news, self.language);
        match news {
            News::Living(_) | News::Back | News::NodeGone(..) => info!("{words}"),
            News::Differs(_) | News::Garbage(_) | News::MoreGarbage(_) => error!("{words}"),
            News::Away | News::Gap | News::HeldForDead | News::ClocksApart { .. } => warn!("{words}"),
        }
    }

    /// Has the node leave, which ends it, when what its people have typed has come back, or does not for too long.
    pub(super) fn leave(&mut self, now: MonoTime) {
        let leaving = NodeLeaving { heeds: Some(now + LAST_WORDS_PATIENCE), until: now + LOG_PATIENCE };
        self.leaving.get_or_insert(leaving);
    }

    fn go_on_leaving(&mut self, server: &mut Server<TcpStream>, now: MonoTime) {
        let Some(leaving) = &mut self.leaving else { return };
        if leaving.heeds.take_if(|until| now >= *until || server.is_all_said()).is_some() {
            server.log_happened(NodeInput::Leave, now);
            self.perform(server, now);
        }
    }

    /// Why the node is at its end, if it is. One that waits for the log for too long to leave is: it will be held for dead.
    pub(super) fn end(&mut self, now: MonoTime) -> Option<&NodeEnd> {
        if self.leaving.is_some_and(|leaving| now >= leaving.until) && self.end.is_none() {
            self.end = Some(NodeEnd::Stopped(StopReason::Left));
        }
        self.end.as_ref()
    }

    /// Whether [`turn`](Self::turn) has something to do.
    pub(super) fn has_work(&self) -> bool {
        self.has_more && self.end.is_none()
    }

    /// When there is something to do without anything having happened.
    pub(super) fn due(&self) -> Option<MonoTime> {
        let leaving = self.leaving.filter(|_| self.end.is_none());
        let leaving = leaving.map(|leaving| leaving.heeds.unwrap_or(leaving.until));
        leaving.into_iter().chain(self.complaints.due()).min()
    }

    /// Ends the engine's threads.
    pub(super) fn stop(self, patience: Duration) {
        self.engine.stop(patience);
    }
}
