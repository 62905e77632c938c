//! One connection's turn: what it sent becomes commands for the hub, within a share that leaves time for the others.

use log::debug;

use super::Server;
use crate::chat::{ClientId, CloseReason, Command, Moment};
use crate::limits;
use crate::net::conn::{Filled, Pause};
use crate::net::stream::Stream;
use crate::proto::Protocol;

impl<S: Stream> Server<S> {
    /// Takes commands and input of one connection until there is no more, or its share of the turn is used up.
    pub(super) fn serve(&mut self, id: ClientId, now: Moment) {
        if self.is_behind() {
            return self.later(id);
        }
        let (mut lines, mut reads) = (limits::LINES_PER_TURN, limits::READS_PER_TURN);
        let rate = self.rate;
        while let Some(conn) = self.conn_mut(id) {
            match conn.next_command(rate, now) {
                Ok(command) => {
                    self.command(id, command, now);
                    lines -= 1;
                }
                Err(Pause::Later) => break,
                Err(Pause::Foreign(protocol)) => {
                    self.turn_away(id, protocol, now);
                    break;
                }
                Err(Pause::NoLine) if conn.ended => {
                    self.hub.disconnect(id, CloseReason::EndOfInput, now, &mut self.outputs);
                    self.perform(now);
                    self.close(id, now);
                    break;
                }
                Err(Pause::NoLine | Pause::Closing) if !conn.may_read() => break,
                Err(Pause::NoLine | Pause::Closing) => {
                    reads -= 1;
                    if !self.read(id, now) {
                        break;
                    }
                }
            }
            if lines == 0 || reads == 0 || self.is_behind() {
                self.later(id);
                break;
            }
        }
        self.reschedule(id);
    }

    /// Answers whoever speaks another protocol in that, and closes the connection.
    fn turn_away(&mut self, id: ClientId, protocol: Protocol, now: Moment) {
        let Server { conns, broadcast, queued, .. } = self;
        if let Some(conn) = conns.get_mut(id.slot()).filter(|conn| conn.is(id)) {
            conn.counted(queued, |conn| conn.answer(&protocol.refusal(), broadcast, now));
        }
        debug!("{id:?}: {protocol:?}");
        self.hub.disconnect(id, CloseReason::Foreign, now, &mut self.outputs);
        self.perform(now);
        self.close(id, now);
    }

    /// Reads once; says whether the connection lives.
    fn read(&mut self, id: ClientId, now: Moment) -> bool {
        let Some(conn) = self.conns.get_mut(id.slot()) else { return false };
        let filled = conn.fill(&mut self.scratch, &mut self.answers);
        if !self.answers.is_empty() {
            conn.counted(&mut self.queued, |conn| conn.signal(&self.answers, &self.broadcast, now));
            self.answers.clear();
            self.mark_urgent(id);
        }
        let conn = &self.conns[id.slot()];
        let over = filled == Filled::Broken || filled == Filled::Ended && !conn.is_open();
        if over {
            self.bury(id, CloseReason::Lost);
        }
        !over
    }

    fn command(&mut self, id: ClientId, command: Command, now: Moment) {
        if let Command::Secret(_) = command {
            let Server { conns, broadcast, queued, .. } = self;
            if let Some(conn) = conns.get_mut(id.slot()).filter(|conn| conn.is(id)) {
                conn.counted(queued, |conn| conn.reveal(broadcast, now));
            }
            self.mark_urgent(id);
        }
        self.hub.handle(id, command, now, &mut self.outputs);
        self.perform(now);
    }
}
