//! What the command line of the server takes, and what it says about what it does not take.

use std::ffi::OsString;
use std::time::Duration;

use clap::Parser;
use clap::error::ErrorKind;
use log::LevelFilter;
use tertulia::chat::{ChatConfig, Language};
use tertulia::cli::{DEFAULT_ADDRESS, Options, read};
use tertulia::config::Config;
use tertulia::limits::REPLAY_LINES;
use tertulia::logging::{Color, LogSettings};

fn options(words: &str) -> Result<Options, clap::Error> {
    Options::try_parse_from(["tertulia-server"].into_iter().chain(words.split_whitespace()))
}

fn taken(words: &str) -> Config {
    options(words).map(Options::config).unwrap_or_else(|error| panic!("{words}: {error}"))
}

/// The first line of what is said about `words`, which must be refused as wrong usage.
#[track_caller]
fn refused(words: &str) -> String {
    let error = options(words).expect_err(words);
    assert_eq!(error.exit_code(), 2, "{words}");
    error.to_string().lines().next().expect("something is said").to_owned()
}

#[test]
fn defaults_are_as_promised() {
    let config = taken("");
    assert_eq!(config.listen, ["localhost:65434"]);
    assert_eq!(config.language, Language::Spanish);
    assert_eq!(config.rate_limit, 10);
    assert_eq!(config.log, LogSettings { level: LevelFilter::Info, file: None, color: Color::Auto });
    let chat = ChatConfig {
        login_timeout: Some(Duration::from_secs(60)),
        replay: REPLAY_LINES,
        ..ChatConfig::default()
    };
    assert_eq!(config.chat, chat);
    assert_eq!((config.data, config.keep_days, config.motd), (None, None, None));
    assert_eq!((config.operators, config.operator_password_file), (Vec::new(), None));
}

#[test]
fn default_address_is_told_from_the_same_one_that_is_asked_for() {
    let by_default = |words: &[&str]| {
        let words: Vec<OsString> = ["tertulia-server"].iter().chain(words).map(OsString::from).collect();
        read(&words, |_| None).map(|options| options.config().listen_by_default)
    };
    assert_eq!(by_default(&[]), Ok(true));
    assert_eq!(by_default(&["--listen", DEFAULT_ADDRESS]), Ok(false));
}

#[test]
fn options_are_all_heard() {
    let config = taken(
        "--listen 127.0.0.1:0 --listen [::1]:7000 --lang en --max-clients 3 --login-timeout 5 --rate-limit 2 --data home \
         --keep-days 4 --accounts-only --operator Ana --operator Eva --operator-password-file secret --replay 6 --motd hello \
         --host-name aula.lan --allow-origin https://aula.example --trust-proxy 10.0.0.0/8 --trust-proxy ::1 --metrics 9464 --log-level trace --log-file chat.log --color never",
    );
    assert_eq!(config.listen, ["127.0.0.1:0", "[::1]:7000"]);
    assert_eq!(config.language, Language::English);
    assert_eq!(config.rate_limit, 2);
    assert_eq!((config.data, config.keep_days), (Some("home".into()), Some(4)));
    assert_eq!(config.operators, ["Ana", "Eva"]);
    assert_eq!(config.operator_password_file, Some("secret".into()));
    assert_eq!(config.motd, Some("hello".into()));
    assert_eq!(config.metrics.as_deref(), Some("localhost:9464"), "a port alone is for this machine");
    assert_eq!(
        (config.web.host_names, config.web.allow_origins),
        (vec!["aula.lan".into()], vec!["https://aula.example".into()])
    );
    let networks: Vec<String> = config.proxies.iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["10.0.0.0/8", "::1/128"]);
    let file = Some("chat.log".into());
    assert_eq!(config.log, LogSettings { level: LevelFilter::Trace, file, color: Color::Never });
    let chat = ChatConfig {
        places: Some(3),
        login_timeout: Some(Duration::from_secs(5)),
        accounts_only: true,
        replay: 6,
        ..ChatConfig::default()
    };
    assert_eq!(config.chat, chat);
}

#[test]
fn network_that_is_none_is_refused_with_what_to_write() {
    for (network, advice) in [
        ("casa", "10.0.0.0/8"),
        ("10.0.0.0/33", "at most 32"),
        ("10.0.0.7/8", "the network with that address is 10.0.0.0/8"),
    ] {
        let error = options(&format!("--trust-proxy {network}")).expect_err(network).to_string();
        assert!(error.contains(advice), "{error}");
    }
}

#[test]
fn zero_means_no_limit() {
    let config = taken("--login-timeout 0 --rate-limit 0");
    assert_eq!(config.chat.login_timeout, None);
    assert_eq!(config.rate_limit, 0);
}

#[test]
fn short_options_set_the_level() {
    assert_eq!(taken("-q").log.level, LevelFilter::Warn);
    assert_eq!(taken("-v").log.level, LevelFilter::Debug);
    assert_eq!(taken("-vv").log.level, LevelFilter::Trace);
    assert_eq!(taken("-v -v -v").log.level, LevelFilter::Trace);
    assert_eq!(taken("--log-level off").log.level, LevelFilter::Off);
}

#[test]
fn options_for_the_level_exclude_each_other() {
    for words in ["-q -v", "-q --log-level info", "-v --log-level debug"] {
        let error = options(words).expect_err(words);
        assert_eq!(error.kind(), ErrorKind::ArgumentConflict, "{words}");
        assert_eq!(error.exit_code(), 2, "{words}");
    }
}

#[test]
fn address_without_host_or_port_is_refused_with_what_to_write() {
    for (address, advice) in [
        ("7000", "localhost:7000"),
        (":7000", "0.0.0.0:7000"),
        ("[]:7000", "localhost:7000"),
        ("casa", "casa:65434"),
        ("casa:", "casa:65434"),
        ("[::1]", "[::1]:65434"),
        ("::1", "[::1]:65434"),
        ("::1:7000", "in brackets"),
        ("casa:65536", "from 0 to 65535"),
        ("casa:+7", "from 0 to 65535"),
        ("casa:http", "from 0 to 65535"),
        ("", "the port is missing"),
    ] {
        let line = refused_address(address);
        assert!(line.contains(advice), "{address:?}: {line}");
    }
}

#[track_caller]
fn refused_address(address: &str) -> String {
    let error = Options::try_parse_from(["tertulia-server", "--listen", address]).expect_err(address);
    assert_eq!(error.exit_code(), 2, "{address}");
    error.to_string().lines().next().expect("something is said").to_owned()
}

#[test]
fn first_line_about_a_wrong_option_names_it() {
    for (words, named) in [
        ("--max-clients 0", "--max-clients"),
        ("--max-clients many", "--max-clients"),
        ("--lang fr", "--lang"),
        ("--login-timeout -1", "-1"),
        ("--rate-limit 1.5", "--rate-limit"),
        ("--log-level loud", "--log-level"),
        ("--color perhaps", "--color"),
        ("--listne localhost:7000", "--listne"),
        ("localhost:7000", "localhost:7000"),
    ] {
        let line = refused(words);
        assert!(line.starts_with("error: ") && line.contains(named), "{words}: {line}");
    }
}

#[test]
fn help_and_version_are_no_errors() {
    for words in ["--help", "-h", "--version", "-V"] {
        assert_eq!(options(words).expect_err(words).exit_code(), 0, "{words}");
    }
}
