//! A ledger with its place in the log: what a node and a writer of snapshots make of the same lines.
//!
//! Invariant: what was read and is to be applied is applied, and what came of it is told, before the next line is read.

use serde::{Deserialize, Serialize};

use super::delivery::{Delivery, Happening};
use super::entry::{Body, LogFounding, What};
use super::entry_id::EntryId;
use super::ledger::{Ignored, Ledger, Move};
use super::line::{LineContent, LogLine};
use crate::chat::Digest;
use crate::chat::NodeName;

/// The place, and what there is to know at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replica {
    ledger: Ledger,
    /// The last line that was read.
    at: EntryId,
    /// The hash of its bytes.
    digest: u64,
    /// The rolling hash of all entries that counted, and of what came of them.
    hash: u64,
    /// The last place where hashes are compared, and what the hash was behind it.
    marked: Option<(EntryId, u64)>,
    /// What is to be applied, and is not yet.
    #[serde(skip)]
    pending: Option<Pending>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pending {
    id: EntryId,
    mark: bool,
}

/// What was made of a line.
#[derive(Debug)]
pub(super) struct Reading<C> {
    /// Whose line it is, if it is a node's.
    pub(super) by: Option<By>,
    /// What follows for the nodes; or why nothing does.
    pub(super) moves: Result<Vec<Move>, Ignored>,
    /// What is to be applied; none: it does not count.
    pub(super) delivery: Option<Delivery<C>>,
}

/// Whose line one is.
#[derive(Debug)]
pub(super) enum By {
    /// The greeting of a node: of which process, and which of it.
    Hello(NodeName, (u64, u32)),
    /// The entry of a node that is there: of which epoch, and its number.
    Of(NodeName, EntryId, u64),
}

/// The nodes write in a version that this release does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unknown(pub(super) u32);

impl Replica {
    /// The place behind the founding of a log, the line with these bytes.
    pub fn founded(founding: &LogFounding, version: u32, bytes: &[u8]) -> Replica {
        Replica {
            ledger: Ledger::new(founding.incarnation, version),
            at: EntryId::FOUNDING,
            digest: Digest::of(bytes),
            hash: Digest::of_numbers(&[founding.incarnation]),
            marked: None,
            pending: None,
        }
    }

    /// Reads the next line, as one does who only follows. What it gives is to be applied, and what came of that to be
    /// [told](Self::applied), before the next one is read.
    ///
    /// # Errors
    ///
    /// The nodes write in a version that this release does not know: that one.
    pub fn follow<C>(&mut self, line: LogLine<C>) -> Result<Option<Delivery<C>>, u32> {
        self.read(line).map(|reading| reading.delivery).map_err(|Unknown(version)| version)
    }

    /// Reads the next line. What is to be [applied](Self::applied) then is in it.
    ///
    /// # Errors
    ///
    /// This release cannot know what the line means.
    pub(super) fn read<C>(&mut self, line: LogLine<C>) -> Result<Reading<C>, Unknown> {
        assert!(self.pending.is_none(), "what came of the last entry has to be told first");
        debug_assert!(line.id > self.at, "{} behind {}", line.id, self.at);
        let entry = match line.content {
            LineContent::Later(version) if version <= self.ledger.version() => return Err(Unknown(version)),
            LineContent::Later(_) => Err(Ignored::Version),
            LineContent::Garbage => Err(Ignored::Garbage),
            LineContent::Entry(entry) => Ok(entry),
        };
        (self.at, self.digest) = (line.id, line.digest);
        self.ledger.grow(line.bytes);
        let entry = match entry {
            Ok(entry) => entry,
            Err(ignored) => return Ok(Reading { by: None, moves: Err(ignored), delivery: None }),
        };
        let moves = self.ledger.read(line.id, &entry);
        let (by, changes) = match entry.body {
            Body::Founding(_) => (None, None),
            Body::Hello(hello) => (Some(By::Hello(hello.node, (hello.instance, hello.greeting))), None),
            Body::Of { node, epoch, number, what } => {
                let changes = match what {
                    What::Do(changes) if moves.is_ok() => Some(Happening::Changes(node.clone(), changes)),
                    _ => None,
                };
                (Some(By::Of(node, epoch, number)), changes)
            }
        };
        let mut happenings = Vec::new();
        for of_node in moves.iter().flatten() {
            match of_node {
                Move::Joined(node) => happenings.push(Happening::Joined(node.clone())),
                Move::Gone(node, end) => happenings.push(Happening::Gone(node.clone(), *end)),
                Move::Differs(_) | Move::Mark => {}
            }
        }
        happenings.extend(changes);
        if let Ok(moves) = &moves {
            self.pending = Some(Pending { id: line.id, mark: moves.contains(&Move::Mark) });
        }
        let delivery = moves.is_ok().then_some(Delivery { id: line.id, happenings, own: None });
        Ok(Reading { by, moves, delivery })
    }

    /// What was read last is applied, and `effects` is the hash of what came of it.
    pub fn applied(&mut self, effects: u64) {
        let Pending { id, mark } = self.pending.take().expect("there was something to be applied");
        self.hash = Digest::of_numbers(&[self.hash, id.millis, id.number, effects]);
        if mark {
            self.marked = Some((id, self.hash));
        }
    }

    /// Who lives, and what was agreed on.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The last line that was read.
    pub fn at(&self) -> EntryId {
        self.at
    }

    /// The hash of the bytes of that line.
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// The rolling hash.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// The last place where nodes compare what they have made of the log, and the rolling hash behind it.
    pub fn marked(&self) -> Option<(EntryId, u64)> {
        self.marked
    }

    /// Whether what was read is applied.
    pub(super) fn is_settled(&self) -> bool {
        self.pending.is_none()
    }
}
