//! What stands for several nodes where the program was built without them: there is none of it.

use std::time::Duration;

use mio::net::TcpStream;

use super::log_place::LogPlace;
use super::server::Server;
use crate::chat::{Language, MonoTime};

/// See the feature `cluster`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeEnd(());

impl NodeEnd {
    pub(super) fn is_wanted(&self) -> bool {
        true
    }

    /// The one line for the administrator.
    pub fn describe(&self, _: Language) -> String {
        String::new()
    }
}

/// See the feature `cluster`.
#[derive(Debug)]
pub(super) enum ClusterNode {}

impl ClusterNode {
    pub(super) fn turn(&mut self, _: &mut Server<TcpStream>, _: MonoTime) {
        match *self {}
    }

    pub(super) fn place(&self) -> &LogPlace {
        match *self {}
    }

    pub(super) fn end_turn(&mut self, _: &mut Server<TcpStream>, _: MonoTime) {
        match *self {}
    }

    pub(super) fn perform(&mut self, _: &mut Server<TcpStream>, _: MonoTime) {
        match *self {}
    }

    pub(super) fn leave(&mut self, _: MonoTime) {
        match *self {}
    }

    pub(super) fn end(&mut self, _: MonoTime) -> Option<&NodeEnd> {
        match *self {}
    }

    pub(super) fn has_work(&self) -> bool {
        match *self {}
    }

    pub(super) fn due(&self) -> Option<MonoTime> {
        match *self {}
    }

    pub(super) fn stop(self, _: Duration) {
        match self {}
    }
}
