//! Every option of the server, once: the command line is read into this, and each part of the server takes its own from it.

mod network;

use std::path::PathBuf;

pub use network::{Network, NetworkError};
use serde::{Deserialize, Serialize};

use crate::chat::{ChatConfig, Language, NodeName};
use crate::clock::Zone;
#[cfg(feature = "cluster")]
use crate::engine::EngineAddress;
use crate::limits;
use crate::logging::LogSettings;

/// How the server runs.
#[derive(Clone, Debug)]
pub struct Config {
    /// The language of the console, and of what people are told until they choose one.
    pub language: Language,
    /// Where to listen: `host:port` each.
    pub listen: Vec<String>,
    /// Nobody has said where: sockets that are passed take the place of that.
    pub listen_by_default: bool,
    /// The directory of the history's file; without, the history is in memory only.
    pub data: Option<PathBuf>,
    /// Days for which the file keeps what was said; without, for ever.
    pub keep_days: Option<u32>,
    /// Registered names that may do everything; [`ChatConfig::operators`] are their accounts.
    pub operators: Vec<String>,
    /// A file with the password by which any member becomes an operator.
    pub operator_password_file: Option<PathBuf>,
    /// A file with the text for all who come; [`ChatConfig::motd`] is what it holds.
    pub motd: Option<PathBuf>,
    /// Where Prometheus finds the metrics: `host:port`.
    pub metrics: Option<String>,
    /// How the server logs.
    pub log: LogSettings,
    /// Messages per second and person; 0: as many as come.
    pub rate_limit: u32,
    /// What decides about the chat. What the history knows (rooms, accounts, expulsions) is put into it at the start.
    pub chat: ChatConfig,
    /// Connections that may be open at once, those being closed included. Found at the start.
    pub connections_max: usize,
    /// The PHC string of the operators' password. Found at the start.
    pub operator_password: Option<String>,
    /// The time zone in which times are shown. Found at the start.
    pub zone: Zone,
    /// What browsers are shown, and under which names.
    pub web: WebConfig,
    /// What is spoken in TLS, and with which key.
    pub tls: TlsConfig,
    /// Which of several servers it is that are one chat.
    #[cfg(feature = "cluster")]
    pub cluster: Option<(NodeName, ClusterConfig)>,
    /// Proxies from here are believed about where their clients come from.
    pub proxies: Vec<Network>,
    /// How much one turn does.
    pub share: Share,
    /// Bytes that may wait for all readers together before those with the largest queues are let go.
    pub queues_max_bytes: usize,
}

impl Config {
    /// Whether the server is one of several.
    pub fn is_node(&self) -> bool {
        self.node_name().is_some()
    }

    /// Which of several the server is, if it is one.
    pub fn node_name(&self) -> Option<&NodeName> {
        #[cfg(feature = "cluster")]
        let name = self.cluster.as_ref().map(|(name, _)| name);
        #[cfg(not(feature = "cluster"))]
        let name = None;
        name
    }
}

impl Default for Config {
    /// A server that listens nowhere, has places for any number, no deadline for names, and no history to show.
    fn default() -> Config {
        Config {
            language: Language::default(),
            listen: Vec::new(),
            listen_by_default: false,
            data: None,
            keep_days: None,
            operators: Vec::new(),
            operator_password_file: None,
            motd: None,
            metrics: None,
            log: LogSettings::default(),
            rate_limit: limits::RATE_LIMIT_PER_SECOND,
            chat: ChatConfig::default(),
            connections_max: usize::MAX,
            operator_password: None,
            zone: Zone::default(),
            web: WebConfig::default(),
            tls: TlsConfig::default(),
            #[cfg(feature = "cluster")]
            cluster: None,
            proxies: Vec::new(),
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

/// What browsers are shown, and under which names.
#[derive(Clone, Debug, Default)]
pub struct WebConfig {
    /// Names by which the server may be called, beside its addresses and `localhost`.
    pub host_names: Vec<String>,
    /// Origins beside its own whose pages may open a WebSocket.
    pub allow_origins: Vec<String>,
}

/// Where the log is by which several servers are one chat.
#[cfg(feature = "cluster")]
#[derive(Clone, Debug)]
pub struct ClusterConfig {
    /// Where the engine is.
    pub engine: EngineLocation,
    /// What the keys there begin with.
    pub prefix: String,
    /// The file with the key that seals what stands there.
    pub key_file: Option<PathBuf>,
    /// An engine that may lose what it is given is good enough.
    pub unsafe_too: bool,
}

/// Where the engine is that has the log.
#[cfg(feature = "cluster")]
#[derive(Clone, Debug)]
pub enum EngineLocation {
    /// At this address.
    Address(Box<EngineAddress>),
    /// At the address that is the first line of this file.
    File(PathBuf),
}

/// Where the key and the certificate for TLS are.
#[derive(Clone, Debug, Default)]
pub struct TlsConfig {
    /// The directory of our own, beside that of the history.
    pub dir: Option<PathBuf>,
    /// A certificate that others look after.
    pub cert: Option<PathBuf>,
    /// Its key.
    pub key: Option<PathBuf>,
    /// No password is taken from elsewhere but in TLS.
    pub required: bool,
}

/// What may be spoken at a listener.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Door {
    /// Whatever the first bytes tell.
    #[default]
    Any,
    /// Lines.
    Line,
    /// HTTP, and WebSocket in it.
    Http,
    /// Lines in TLS.
    Tls,
    /// HTTP in TLS, and WebSocket in it.
    Https,
}

impl Door {
    /// The door that an address names, `line://` for one, and the address alone.
    pub fn split(address: &str) -> (Door, &str) {
        const DOORS: [(&str, Door); 4] = [
            ("line://", Door::Line),
            ("http://", Door::Http),
            ("tls://", Door::Tls),
            ("https://", Door::Https),
        ];
        for (scheme, door) in DOORS {
            if let Some((named, rest)) = address.split_at_checked(scheme.len())
                && named.eq_ignore_ascii_case(scheme)
            {
                return (door, rest);
            }
        }
        (Door::Any, address)
    }

    /// Whether nothing is spoken there but in TLS.
    pub fn is_sealed(self) -> bool {
        matches!(self, Door::Tls | Door::Https)
    }
}
