//! What `tertulia-server` can be told on its command line.

mod account;
#[cfg(feature = "cluster")]
mod cluster;
mod command;
mod mistake;
mod place;
mod reading;
mod spanish;
mod values;

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Parser};
use log::LevelFilter;

pub use account::{AccountTask, Secret, Task};
#[cfg(feature = "cluster")]
pub use cluster::{ClusterTask, EnginePlace, FoundedLog, NodeOptions, SkippedEntry};
pub use command::{Expel, Kick, Readmit, Say};
pub use place::Place;
pub use reading::{Said, command_line, read};
use values::{address, color, language, level, network, number, own_address};

use crate::chat::{ChatConfig, Language};
use crate::config::{Config, Network, TlsConfig, WebConfig};
use crate::limits;
use crate::logging::{Color, LogSettings};

/// Where the server listens unless told otherwise.
pub const DEFAULT_ADDRESS: &str = "localhost:65434";

/// A chat server for a class, a team or a lab: people talk to it with nc, telnet or tertulia.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "tertulia-server",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
pub struct Options {
    /// What to do instead of serving.
    #[command(subcommand)]
    pub task: Option<Task>,

    /// Listen here; repeat for more places; port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT", default_value = DEFAULT_ADDRESS, value_parser = address)]
    pub listen: Vec<String>,

    /// Nobody has said where to listen; known by [`read`].
    #[arg(skip)]
    pub listen_by_default: bool,

    /// Language of the console, and of what people are told until they choose one.
    #[arg(long, value_name = "LANG", default_value = "es", value_parser = language())]
    pub lang: Language,

    /// Most people connected at once [default: what the limit on open files allows].
    #[arg(long, value_name = "N", value_parser = number::<usize, 1>)]
    pub max_clients: Option<usize>,

    /// Seconds that a newcomer has to give a name; 0 for no limit.
    #[arg(long, value_name = "SECS", default_value_t = limits::LOGIN_TIMEOUT_SECS, value_parser = number::<u64, 0>)]
    pub login_timeout: u64,

    /// Messages a second from one person, who is read later beyond that; 0 for no limit.
    #[arg(long, value_name = "N", default_value_t = limits::RATE_LIMIT_PER_SECOND, value_parser = number::<u32, 0>)]
    pub rate_limit: u32,

    /// Keep what is said in this directory [default: in memory only].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// Delete what was said more than so many days ago [default: nothing].
    #[arg(long, value_name = "N", requires = "data", value_parser = number::<u32, 1>)]
    pub keep_days: Option<u32>,

    /// Let in nobody but those whose name is registered.
    #[arg(long, requires = "data")]
    pub accounts_only: bool,

    /// Let this registered name do everything everywhere; repeat for more.
    #[arg(long, value_name = "NAME", requires = "data")]
    pub operator: Vec<String>,

    /// Let whoever knows the password in this file do everything everywhere: /login operator.
    #[arg(long, value_name = "FILE")]
    pub operator_password_file: Option<PathBuf>,

    /// Lines of a room that are shown again to whoever enters it; 0 for none.
    #[arg(long, value_name = "N", default_value_t = limits::REPLAY_LINES, value_parser = number::<usize, 0>)]
    pub replay: usize,

    /// Show this text to everybody who comes.
    #[arg(long, value_name = "FILE")]
    pub motd: Option<PathBuf>,

    /// Answer browsers by this name too, beside addresses and localhost; repeat for more.
    #[arg(long, value_name = "NAME")]
    pub host_name: Vec<String>,

    /// Let pages of this site talk here too; repeat for more.
    #[arg(long, value_name = "ORIGIN")]
    pub allow_origin: Vec<String>,

    /// Believe proxies of this address or network about where their clients come from; repeat for more.
    #[arg(long, value_name = "CIDR", value_parser = network)]
    pub trust_proxy: Vec<Network>,

    /// Tell Prometheus how the server is, at /metrics here; a port alone is for this machine only [default: nowhere].
    #[arg(long, value_name = "[ADDR:]PORT", value_parser = own_address)]
    pub metrics: Option<String>,

    /// Keep the key and certificate for TLS in this directory, made if missing [default: that of --data].
    #[arg(long, value_name = "DIR")]
    pub tls_dir: Option<PathBuf>,

    /// Use this certificate for TLS, with those that vouch for it, as PEM.
    #[arg(long, value_name = "FILE", requires = "tls_key", conflicts_with = "tls_dir")]
    pub tls_cert: Option<PathBuf>,

    /// The private key for --tls-cert, as PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,

    /// Take no passwords without TLS, but from this machine and from behind --trust-proxy.
    #[arg(long)]
    pub require_tls: bool,

    /// Being one of several servers that are one chat.
    #[cfg(feature = "cluster")]
    #[command(flatten)]
    pub nodes: NodeOptions,

    /// How much is logged.
    #[arg(long, value_name = "LEVEL", default_value = "info", value_parser = level())]
    pub log_level: LevelFilter,

    /// Append the log to this file as well [default: console only].
    #[arg(long, value_name = "FILE")]
    pub log_file: Option<PathBuf>,

    /// Colour the console; auto does at a terminal, unless NO_COLOR is set.
    #[arg(long, value_name = "WHEN", default_value = "auto", value_parser = color())]
    pub color: Color,

    /// Log only warnings and errors: --log-level warn.
    #[arg(short, long, conflicts_with_all = ["verbose", "log_level"])]
    pub quiet: bool,

    /// Log more: -v for --log-level debug, -vv for trace.
    #[arg(short, long, action = ArgAction::Count, conflicts_with = "log_level")]
    pub verbose: u8,
}

impl Options {
    /// The server that the options ask for.
    pub fn config(self) -> Config {
        let (login_timeout, level) = (Duration::from_secs(self.login_timeout), self.level());
        Config {
            language: self.lang,
            log: LogSettings { level, file: self.log_file, color: self.color },
            listen: self.listen,
            listen_by_default: self.listen_by_default,
            data: self.data,
            keep_days: self.keep_days,
            operators: self.operator,
            operator_password_file: self.operator_password_file,
            proxies: self.trust_proxy,
            web: WebConfig { host_names: self.host_name, allow_origins: self.allow_origin },
            tls: TlsConfig {
                dir: self.tls_dir,
                cert: self.tls_cert,
                key: self.tls_key,
                required: self.require_tls,
            },
            #[cfg(feature = "cluster")]
            cluster: self.nodes.config(),
            motd: self.motd,
            metrics: self.metrics,
            rate_limit: self.rate_limit,
            chat: ChatConfig {
                login_timeout: (!login_timeout.is_zero()).then_some(login_timeout),
                places: self.max_clients,
                replay: self.replay,
                accounts_only: self.accounts_only,
                ..ChatConfig::default()
            },
            ..Config::default()
        }
    }

    /// How much is logged, by whichever of the three options said it.
    fn level(&self) -> LevelFilter {
        match (self.quiet, self.verbose) {
            (true, _) => LevelFilter::Warn,
            (false, 0) => self.log_level,
            (false, 1) => LevelFilter::Debug,
            (false, _) => LevelFilter::Trace,
        }
    }
}
