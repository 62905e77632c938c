//! What `tertulia-server` can be told on its command line.

mod account;
mod command;
mod mistake;
mod reading;
mod spanish;

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Parser};
use log::LevelFilter;

pub use account::{Order, Place, Secret, Task};
pub use command::{Expel, Kick, Readmit, Say};
use mistake::Mistake;
pub use reading::{Said, command_line, read};

use crate::chat::{ChatConfig, Language};
use crate::config::{Config, Door, Network, TlsConfig, WebConfig};
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
        let login_timeout = Duration::from_secs(self.login_timeout);
        Config {
            language: self.lang,
            log: LogSettings { level: self.level(), file: self.log_file, color: self.color },
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

fn language() -> impl TypedValueParser<Value = Language> {
    PossibleValuesParser::new(["es", "en"])
        .map(|tag| if tag == "en" { Language::English } else { Language::Spanish })
}

fn level() -> impl TypedValueParser<Value = LevelFilter> {
    PossibleValuesParser::new(["error", "warn", "info", "debug", "trace", "off"])
        .try_map(|name| name.parse::<LevelFilter>())
}

fn color() -> impl TypedValueParser<Value = Color> {
    PossibleValuesParser::new(["auto", "always", "never"]).map(|when| match when.as_str() {
        "always" => Color::Always,
        "never" => Color::Never,
        _ => Color::Auto,
    })
}

/// Takes a whole number, `LEAST` or more.
fn number<T: TryFrom<u64>, const LEAST: u32>(text: &str) -> Result<T, Mistake> {
    let number = text.parse::<u64>().ok().filter(|&number| number >= u64::from(LEAST));
    let mistake = if LEAST == 0 { Mistake::NoNumber } else { Mistake::AtLeast(LEAST) };
    number.and_then(|number| T::try_from(number).ok()).ok_or(mistake)
}

/// Takes a network: `10.0.0.0/8`, `2001:db8::/32`, or one address.
fn network(typed: &str) -> Result<Network, Mistake> {
    typed.parse().map_err(Mistake::Network)
}

/// Takes a number of minutes for which a member can be expelled.
fn minutes(text: &str) -> Result<u32, Mistake> {
    let minutes = number::<u32, 1>(text).ok().filter(|&minutes| minutes <= limits::EXPULSION_MINUTES_MAX);
    minutes.ok_or(Mistake::Between(1, limits::EXPULSION_MINUTES_MAX))
}

/// Takes `host:port`, `1.2.3.4:port` or `[::1]:port`. Where the host is left out, it has to be said whom the chat is for: a
/// bare port means this machine alone to some programs and the whole world to others.
fn address(typed: &str) -> Result<String, Mistake> {
    host_and_port(Door::split(typed).1)?;
    Ok(typed.to_owned())
}

/// Takes the same, or a port alone: that of `localhost`.
fn own_address(typed: &str) -> Result<String, Mistake> {
    let address = if is_number(typed) { format!("localhost:{typed}") } else { typed.to_owned() };
    host_and_port(&address)?;
    Ok(address)
}

/// Looks at `host:port`, without anything in front.
fn host_and_port(text: &str) -> Result<(), Mistake> {
    let (host, port) = match text.rsplit_once(':') {
        Some(split) => split,
        None if is_number(text) => ("", text),
        None => return Err(Mistake::NoPort(format!("{text}:65434"))),
    };
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    // Before the port is looked at: what stands behind the last colon of a bare IPv6 address is none.
    if bracketed.is_none() && host.contains(':') {
        return Err(Mistake::Brackets);
    }
    if port.is_empty() {
        return Err(Mistake::NoPort(format!("{host}:65434")));
    }
    if !is_number(port) || port.parse::<u16>().is_err() {
        return Err(Mistake::Port(port.to_owned()));
    }
    if bracketed.unwrap_or(host).is_empty() {
        return Err(Mistake::NoHost(port.to_owned()));
    }
    Ok(())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
