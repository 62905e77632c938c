//! The loop of a server that is one of several nodes.

use log::error;

use super::{EventLoop, RunError};
use crate::chat::MonoTime;
#[cfg(feature = "cluster")]
use crate::chat::NodeName;
#[cfg(feature = "cluster")]
use crate::engine::{EngineConfig, EngineError};
use crate::limits::LOG_PATIENCE;
#[cfg(feature = "cluster")]
use crate::net::nodes::ClusterNode;

impl EventLoop {
    /// Has the server be one of several nodes from now on: nobody is let in before it is there.
    ///
    /// # Errors
    ///
    /// The engine or its log will not do.
    #[cfg(feature = "cluster")]
    pub fn join_nodes(&mut self, engine: &EngineConfig, name: NodeName) -> Result<(), EngineError> {
        let waker = std::sync::Arc::clone(&self.waker);
        let mut node = ClusterNode::join((engine, name), &mut self.server, waker, self.language)?;
        // It asks for the state of the chat; nothing else would wake the loop.
        node.perform(&mut self.server, self.clock.now());
        self.node = Some(node);
        Ok(())
    }

    /// Goes on as the node that another program has handed over.
    ///
    /// # Errors
    ///
    /// The system refuses what it takes.
    #[cfg(feature = "cluster")]
    pub fn go_on_as_node(&mut self, engine: &EngineConfig) -> Result<(), EngineError> {
        let waker = std::sync::Arc::clone(&self.waker);
        self.node = Some(ClusterNode::go_on(engine, waker, self.language)?);
        Ok(())
    }

    /// Takes what has happened at the log.
    pub(super) fn follow_nodes(&mut self, now: MonoTime) {
        if let Some(node) = &mut self.node {
            node.turn(&mut self.server, now);
        }
    }

    /// Has done at the log what the turn has given, and ends the server when the node has ended.
    pub(super) fn end_turn_of_nodes(&mut self, now: MonoTime) {
        let Some(node) = &mut self.node else { return };
        node.end_turn(&mut self.server, now);
        let Some(end) = node.end(now) else { return };
        if self.end.is_some() {
            return;
        }
        if !end.is_wanted() {
            error!("{}", end.describe(self.language));
        }
        self.end = Some(end.clone());
        match self.stopping {
            Some(_) => self.server.stop(now),
            None => self.stop(now),
        }
    }

    /// How the run has ended.
    pub(super) fn ended(&mut self) -> Result<(), RunError> {
        if let Some(node) = self.node.take() {
            node.stop(LOG_PATIENCE);
        }
        match self.end.take() {
            Some(end) if !end.is_wanted() => Err(RunError::Node(end)),
            _ => Ok(()),
        }
    }
}
