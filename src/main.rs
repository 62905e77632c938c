//! `tertulia-server`: options, listeners, the loop (or an order about accounts), and an exit status: 0 after a clean
//! stop, 1 when it cannot run, 2 when it was asked in a way that it does not understand, 3 when it was one of several nodes and cannot go on as that.

use std::env;
use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use log::{LevelFilter, info, warn};
use rustix::fs::Mode;
use tertulia::admin::AdminError;
use tertulia::auth::random_key;
use tertulia::chat::{AccountKey, Language, Name, Text, TokenKey};
use tertulia::cli::{self, Said};
use tertulia::clock::Zone;
use tertulia::config::{Config, Door};
#[cfg(feature = "cluster")]
use tertulia::engine::{EngineConfig, EngineError};
use tertulia::logging::LogError;
use tertulia::net::{
    BindError, EventLoop, Handed, HandoverError, Listening, LogPlace, Program, RunError, Server,
    ServiceManager, Signals, Stream,
};
use tertulia::protocol::console;
use tertulia::storage::{self, Store, StoreError};
use tertulia::tls::{IdentitySource, Tls, TlsError};
use tertulia::{admin, files, limits, locale, logging, net, tls};
use thiserror::Error;

/// Why the server does not run. [`describe`] says it to the person who started it.
#[derive(Debug, Error)]
enum StartError {
    #[error(transparent)]
    Bind(#[from] BindError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("no account {0}")]
    NoSuchOperator(String),
    #[error("the operators' password: {0}")]
    OperatorPassword(AdminError),
    #[error(transparent)]
    Hash(AdminError),
    #[error("{}: {}", .0.display(), .1)]
    Motd(PathBuf, io::Error),
    #[error("{} is too long", .0.display())]
    MotdTooLong(PathBuf),
    #[error(transparent)]
    Handover(#[from] HandoverError),
    #[cfg(feature = "cluster")]
    #[error(transparent)]
    EngineAddress(AdminError),
    #[cfg(feature = "cluster")]
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The server has been a node of several, and cannot go on as that. It has told why.
    #[error("the node has ended")]
    Node,
    /// The system refuses what every server needs.
    #[error(transparent)]
    System(#[from] io::Error),
}

impl From<RunError> for StartError {
    fn from(error: RunError) -> StartError {
        match error {
            RunError::System(error) => StartError::System(error),
            RunError::Node(_) => StartError::Node,
        }
    }
}

/// The exit status of a node that must not be started again before an administrator has looked at it.
const NODE_ENDED: u8 = 3;

fn main() -> ExitCode {
    // Files made from here on are readable for this user alone: history, log, socket.
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    let mut words: Vec<OsString> = env::args_os().collect();
    // No option: it is for the server alone, which asks a new program so whether it could go on.
    let checks = words.pop_if(|last| last == net::CHECK_STATE).is_some();
    let options = match cli::read(&words, |name| env::var(name).ok()) {
        Ok(options) => options,
        Err(said) => return explain(&said),
    };
    let result = match &options.task {
        Some(task) => admin::run(task).map_err(|error| error.describe(task.language())),
        None => {
            let mut config = options.config();
            if checks {
                return check_state(config);
            }
            match serve(&mut config, words) {
                Err(StartError::Node) => return ExitCode::from(NODE_ENDED),
                served => served.map_err(|error| describe(&error, &config)),
            }
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Not `eprintln`, which panics where that finds no place.
            let _ = writeln!(io::stderr(), "tertulia-server: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Shows help or version, or says what was wrong about the usage. Help that finds no place is a failure.
fn explain(said: &Said) -> ExitCode {
    if said.status != 0 {
        let _ = io::stderr().write_all(said.words.as_bytes());
        return ExitCode::from(said.status);
    }
    let shown = io::stdout().write_all(said.words.as_bytes()).and_then(|()| io::stdout().flush());
    shown.map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
}

/// What is wrong, in one line; when debugging, the system's words on a second one.
fn describe(error: &StartError, config: &Config) -> String {
    let language = config.language;
    match error {
        StartError::Bind(error) => error.describe(language),
        StartError::Store(error) => {
            let words = error.describe(language);
            match error.detail().filter(|_| config.log.level >= LevelFilter::Debug) {
                Some(detail) => format!("{words}\ntertulia-server: {detail}"),
                None => words,
            }
        }
        StartError::Log(error) => error.describe(language),
        StartError::Tls(error) => error.describe(language),
        StartError::NoSuchOperator(name) => console::no_such_operator(name, language),
        StartError::OperatorPassword(error) => {
            format!("--operator-password-file: {}", error.describe(language))
        }
        StartError::Hash(error) => error.describe(language),
        StartError::Motd(path, error) => format!("{}: {}", path.display(), locale::reason(error, language)),
        StartError::MotdTooLong(path) => format!("{}: {}", path.display(), console::motd_too_long(language)),
        #[cfg(feature = "cluster")]
        StartError::EngineAddress(error) => error.describe(language),
        #[cfg(feature = "cluster")]
        StartError::Engine(error) => error.describe(language),
        StartError::Node => error.to_string(),
        StartError::Handover(error) => error.to_string(),
        StartError::System(error) => error.to_string(),
    }
}

/// Looks at the state that a server hands over, on the standard input.
fn check_state(config: Config) -> ExitCode {
    let log = log_place(&config).map_err(|error| describe(&error, &config));
    let checked =
        log.and_then(|log| net::check(io::stdin(), config, log.as_ref()).map_err(|error| error.to_string()));
    match checked {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "{why}");
            ExitCode::FAILURE
        }
    }
}

/// Where the log is, if the server is one of several.
#[cfg(feature = "cluster")]
fn log_place(config: &Config) -> Result<Option<LogPlace>, StartError> {
    Ok(engine(config)?.as_ref().map(LogPlace::of))
}

/// Nowhere: the server is one of several in no case.
#[cfg(not(feature = "cluster"))]
fn log_place(_: &Config) -> Result<Option<LogPlace>, StartError> {
    Ok(None)
}

/// The engine that has the log, if the server is one of several.
#[cfg(feature = "cluster")]
fn engine(config: &Config) -> Result<Option<EngineConfig>, StartError> {
    let cluster = config.cluster.as_ref().map(|(_, cluster)| cluster);
    cluster.map(admin::engine_of).transpose().map_err(StartError::EngineAddress)
}

/// Goes on with what another program has handed over. People are there already, and an error here ends all their connections: whatever
/// they can do without is a warning.
fn go_on(
    mut handed: Handed,
    signals: Signals,
    program: Program,
    config: &mut Config,
) -> Result<(), StartError> {
    let store = match (config.data.as_deref(), handed.lock.take()) {
        (Some(dir), Some(lock)) => Some(Store::resume(dir, config.keep_days, lock)?),
        _ => None,
    };
    #[cfg(feature = "cluster")]
    let engine = engine(config)?;
    let zone = Zone::local().unwrap_or_default();
    let log = logging::start_anyway(&config.log, config.language, zone.clone());
    let doors = handed.doors().to_vec();
    config.connections_max = connections(doors.len(), handed.metrics());
    // The hash itself was handed over.
    config.operator_password = config.operator_password_file.as_ref().map(|_| String::new());
    config.zone = zone;
    config.web.host_names.extend(own_names());
    let mut event_loop = EventLoop::take_over(handed, signals, config.clone(), store)?;
    #[cfg(feature = "cluster")]
    engine.iter().try_for_each(|engine| event_loop.go_on_as_node(engine))?;
    let source = IdentitySource::of(config, valid_for(config));
    // As with what is read again at SIGHUP, nobody is let go because of it.
    let sealed = tls::open(config, doors.into_iter(), source.as_ref()).unwrap_or_else(|error| {
        warn!("{}", error.describe(config.language));
        None
    });
    sealed.iter().for_each(|tls| event_loop.set_tls(tls.clone()));
    let source = source.filter(|_| sealed.is_some());
    source.iter().for_each(|source| guard_key(source, config.language));
    run(event_loop.upgrading_to(program), source.as_ref(), &log, config)
}

/// Serves until the server stops.
fn run(
    mut event_loop: EventLoop,
    source: Option<&IdentitySource>,
    log: &logging::Guard,
    config: &Config,
) -> Result<(), StartError> {
    match ServiceManager::from_env(config.language) {
        Ok(manager) => event_loop.tell(manager),
        Err(error) => warn!("NOTIFY_SOCKET: {}", locale::reason(&error, config.language)),
    }
    log.hold();
    let settle_log = || log.settle(limits::UPGRADE_LOG_PATIENCE);
    Ok(event_loop.run(|server| reread(config, source, log, server), settle_log)?)
}

fn serve(config: &mut Config, words: Vec<OsString>) -> Result<(), StartError> {
    // Before anything that takes time: who is asked to stop meanwhile stops in order.
    let signals = Signals::listen()?;
    let program = Program::started(words);
    net::make_room_for_descriptors();
    if let Some(handed) = Handed::receive()? {
        return go_on(handed, signals, program, config);
    }
    let language = config.language;
    let passed = net::passed()?;
    if !passed.is_empty() && config.listen_by_default {
        config.listen.clear();
    }
    let listeners = net::listeners_beside(passed, &config.listen)?;
    let metrics = net::listeners(config.metrics.as_slice())?;
    let store = config.data.as_deref().map(|dir| Store::open(dir, config.keep_days)).transpose()?;
    store.iter().try_for_each(|store| store.is_for(config.is_node()))?;
    let zone = Zone::local();
    let log = logging::start(&config.log, language, zone.clone().unwrap_or_default())?;
    if zone.is_none() {
        warn!("{}", console::no_zone(language));
    }
    for exposed in store.iter().flat_map(Store::exposed) {
        warn!("{}", exposed.describe(language));
    }
    if let Some(forgotten @ 1..) = store.as_ref().map(Store::forgotten_decisions) {
        warn!("{}", console::decisions_forgotten(forgotten, language));
    }
    config.connections_max = connections(listeners.len(), metrics.len());
    config.chat.places = Some(places(config));
    config.chat.token_key = Some(TokenKey(random_key()?));
    config.chat.operators = operators(config, store.as_ref())?;
    config.operator_password = operator_password(config)?;
    config.chat.motd = motd(config, files::wait_for)?;
    config.zone = zone.unwrap_or_default();
    let mut shown: Vec<String> = listeners.iter().map(|listening| listening.shown.clone()).collect();
    shown.dedup();
    let bound: Vec<(SocketAddr, Door)> = listeners
        .iter()
        .filter_map(|listening| Some((listening.listener.local_addr().ok()?, listening.door)))
        .collect();
    config.web.host_names.extend(own_names());
    let source = IdentitySource::of(config, valid_for(config));
    let sealed = tls::open(config, listeners.iter().map(|listening| listening.door), source.as_ref())?;
    let mut event_loop = EventLoop::new(listeners, signals, config.clone(), store)?;
    sealed.iter().for_each(|tls| event_loop.set_tls(tls.clone()));
    #[cfg(feature = "cluster")]
    join_nodes(&mut event_loop, config)?;
    announce(&shown, config);
    announce_metrics(&metrics, config);
    event_loop.serve_metrics(metrics.into_iter().map(|listening| listening.listener).collect())?;
    announce_to_others(&bound, sealed.is_some(), language);
    sealed.iter().for_each(|tls| announce_key(tls, language));
    let source = source.filter(|_| sealed.is_some());
    source.iter().for_each(|source| guard_key(source, language));
    run(event_loop.upgrading_to(program), source.as_ref(), &log, config)
}

/// Has the server be one of several, if it is to be.
#[cfg(feature = "cluster")]
fn join_nodes(event_loop: &mut EventLoop, config: &Config) -> Result<(), StartError> {
    match (config.node_name(), engine(config)?) {
        (Some(node), Some(engine)) => Ok(event_loop.join_nodes(&engine, node.clone())?),
        _ => Ok(()),
    }
}

/// Reads again what can have changed, at SIGHUP.
fn reread<S: Stream>(
    config: &Config,
    source: Option<&IdentitySource>,
    log: &logging::Guard,
    server: &mut Server<S>,
) {
    log.reopen();
    info!("{}", console::rereading(config.language));
    if let Some(zone) = Zone::local() {
        log.set_zone(zone.clone());
        server.set_zone(zone);
    }
    // Anything but a file could be waited for, and has said what it had to say: a pipe, a terminal.
    let readable = |path: &Path| path.metadata().map_or(true, |found| found.is_file());
    if config.motd.as_deref().is_some_and(readable) {
        match motd(config, files::read) {
            Ok(motd) => server.set_motd(motd),
            Err(error) => warn!("{}", console::motd_kept(&describe(&error, config), config.language)),
        }
    }
    match source.map(Tls::open) {
        Some(Ok(tls)) => {
            announce_key(&tls, config.language);
            server.set_tls(tls);
            source.iter().for_each(|source| guard_key(source, config.language));
        }
        Some(Err(error)) => warn!("{}", console::tls_kept(&error.describe(config.language), config.language)),
        None => {}
    }
}

/// Tells by what clients know the server, and what the key costs if that is much.
fn announce_key(tls: &Tls, language: Language) {
    info!("{}", console::fingerprint(tls.fingerprint(), language));
    let Some(bits) = tls.rsa_bits().filter(|&bits| bits > limits::RSA_USUAL_BITS) else { return };
    let begun = Instant::now();
    if tls.sign() {
        warn!("{}", console::slow_key(bits, begun.elapsed(), language));
    }
}

/// Closes the key of TLS to others if it is our own, and tells if they have access to it.
fn guard_key(source: &IdentitySource, language: Language) {
    let exposed = match source {
        IdentitySource::Own { .. } => storage::close_to_others(&source.key()),
        IdentitySource::Files { .. } => storage::exposed_to_all(&source.key()),
    };
    exposed.iter().for_each(|exposed| warn!("{}", exposed.describe(language)));
}

/// What a certificate of our own is valid for.
fn valid_for(config: &Config) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    names.extend(config.web.host_names.iter().cloned());
    names.extend(net::own_addresses().iter().map(ToString::to_string));
    names
}

/// The accounts of the operators. A name that is not registered yet could be taken by anybody.
fn operators(config: &Config, store: Option<&Store>) -> Result<Vec<AccountKey>, StartError> {
    let account = |name: &String| {
        let account = match (store, Name::known(name)) {
            (Some(store), Ok(name)) => store.account_meant(&name)?,
            _ => None,
        };
        account.ok_or_else(|| StartError::NoSuchOperator(name.clone()))
    };
    config.operators.iter().map(account).collect()
}

/// The hash of the password by which one becomes an operator of the server.
fn operator_password(config: &Config) -> Result<Option<String>, StartError> {
    let Some(path) = &config.operator_password_file else { return Ok(None) };
    let (password, exposed) = admin::password_in(path).map_err(StartError::OperatorPassword)?;
    if let Some(mode) = exposed {
        warn!("{}", admin::password_exposed(path, mode, config.language));
    }
    admin::hashed(&password).map(Some).map_err(StartError::Hash)
}

/// The lines of the greeting, made safe like all words for people.
fn motd(config: &Config, read: fn(&Path, usize) -> io::Result<Vec<u8>>) -> Result<Vec<Text>, StartError> {
    let Some(path) = &config.motd else { return Ok(Vec::new()) };
    let bytes = read(path, limits::MOTD_MAX_BYTES).map_err(|error| match error.kind() {
        ErrorKind::FileTooLarge => StartError::MotdTooLong(path.clone()),
        _ => StartError::Motd(path.clone(), error),
    })?;
    Ok(String::from_utf8_lossy(&bytes).lines().map(Text::clean).collect())
}

/// How many connections may be open, as far as the system lets us open that many sockets.
fn connections(listeners: usize, metrics: usize) -> usize {
    let visits = if metrics == 0 { 0 } else { limits::METRICS_CONNECTIONS };
    let reserved = limits::RESERVED_DESCRIPTORS as usize + listeners + metrics + visits;
    (net::descriptor_limit() as usize).saturating_sub(reserved).max(1)
}

/// How many people may be connected: as many as were asked for, as far as that leaves some connections with which to say
/// "full".
fn places(config: &Config) -> usize {
    let beyond = (limits::TRIALS + limits::REFUSED_AT_ONCE).min(config.connections_max / 2);
    let most = config.connections_max - beyond;
    let asked = config.chat.places.unwrap_or(most);
    if asked > most {
        warn!("{}", console::fewer_places(asked, most, config.language));
    }
    asked.min(most)
}

/// What this machine is called, in its own network as well: browsers may call the server so.
fn own_names() -> Vec<String> {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    if name.is_empty() { Vec::new() } else { vec![format!("{name}.local"), name] }
}

/// Says how to come in from another machine, unless the server is for this one alone.
fn announce_to_others(listening: &[(SocketAddr, Door)], has_tls: bool, language: Language) {
    let interfaces = net::interface_addrs();
    let reachable = |doors: &[Door]| {
        let bound: Vec<SocketAddr> =
            listening.iter().filter(|(_, door)| doors.contains(door)).map(|(address, _)| *address).collect();
        net::reachable(&bound, &interfaces)
    };
    let any_in_tls: &[Door] = if has_tls { &[Door::Any, Door::Https] } else { &[Door::Https] };
    let ways = [any_in_tls, &[Door::Any, Door::Http], &[Door::Any, Door::Line], &[Door::Tls]].map(reachable);
    if ways.iter().all(Option::is_none) {
        return;
    }
    let says: [fn(SocketAddr, Language) -> String; 4] = [
        |address, language| console::from_browser(address, true, language),
        |address, language| console::from_browser(address, false, language),
        console::from_elsewhere,
        console::from_elsewhere_in_tls,
    ];
    for (addresses, say) in ways.iter().zip(says) {
        addresses.iter().flatten().for_each(|address| info!("{}", say(*address, language)));
    }
    if ways.iter().flatten().all(Vec::is_empty) {
        warn!("{}", console::no_network(language));
    }
}

/// Says where the server listens: on the console, and on stdout if any free port was asked for, so that a
/// script learns which it is.
fn announce(shown: &[String], config: &Config) {
    for address in shown {
        info!("{}", console::listening(address, config.language));
        if !config.listen.iter().any(|asked| Door::split(asked).1 == address) {
            // It does not matter if stdout is closed.
            let _ = writeln!(io::stdout(), "{address}");
        }
    }
}

/// Says where the metrics are, and warns where others could read them.
fn announce_metrics(listening: &[Listening], config: &Config) {
    let Some(Listening { shown, .. }) = listening.first() else { return };
    info!("{}", console::metrics(shown, config.language));
    if config.metrics.as_ref() != Some(shown) {
        let _ = writeln!(io::stdout(), "{shown}");
    }
    let is_near = |one: &Listening| one.listener.local_addr().is_ok_and(|address| net::is_near(address.ip()));
    if !listening.iter().all(is_near) {
        warn!("{}", console::metrics_exposed(shown, config.language));
    }
}
