//! What the server is told at its start, and how much it does in one turn.

use std::time::Duration;

use crate::chat::{AccountKey, Language, Text};
use crate::clock::Zone;
use crate::limits;

/// What the server is told at its start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The language spoken to whoever has not chosen one, and on the console.
    pub language: Language,
    /// People who may be connected at once.
    pub max_clients: usize,
    /// Connections that may be open at once, those being closed included.
    pub connections_max: usize,
    /// How long a connection may stay without a name.
    pub login_timeout: Option<Duration>,
    /// Messages per second and person; 0: as many as come.
    pub rate_limit: u32,
    /// Only registered names may be taken.
    pub accounts_only: bool,
    /// Those who may do everything everywhere.
    pub operators: Vec<AccountKey>,
    /// The PHC string of the password by which any member becomes one of them.
    pub operator_password: Option<String>,
    /// Lines told again to who enters a room.
    pub replay: usize,
    /// What everybody is told who comes.
    pub motd: Vec<Text>,
    /// Whose clocks people look at.
    pub zone: Zone,
    /// How much one turn does.
    pub share: Share,
    /// Bytes that may wait for all readers together before those with the largest queues are let go.
    pub queues_max_bytes: usize,
}

impl Default for Settings {
    /// A server as it is without options, but with places for any number and no history to show.
    fn default() -> Settings {
        Settings {
            language: Language::default(),
            max_clients: usize::MAX,
            connections_max: usize::MAX,
            login_timeout: Some(Duration::from_secs(limits::LOGIN_TIMEOUT_SECS)),
            rate_limit: limits::RATE_LIMIT_PER_SECOND,
            accounts_only: false,
            operators: Vec::new(),
            operator_password: None,
            replay: 0,
            motd: Vec::new(),
            zone: Zone::default(),
            share: Share::default(),
            queues_max_bytes: limits::QUEUES_MAX_BYTES,
        }
    }
}

/// How much of each kind of work one turn of the loop does at most, so that no turn is long.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// Lines taken from all senders together.
    pub lines: usize,
    /// Steps of work that these lines may take.
    pub steps: u64,
    /// Connections written to because of what was said in a room, and as many that are answered.
    pub writes: usize,
    /// Connections freed.
    pub sweeps: usize,
    /// Bytes of lines that may wait to be written to a room before anybody is listened to again.
    pub unwritten_bytes: usize,
}

impl Default for Share {
    fn default() -> Share {
        Share {
            lines: limits::LINES_PER_TURN,
            steps: limits::STEPS_PER_TURN,
            writes: limits::WRITES_PER_TURN,
            sweeps: limits::SWEEPS_PER_TURN,
            unwritten_bytes: limits::UNWRITTEN_MAX_BYTES,
        }
    }
}
