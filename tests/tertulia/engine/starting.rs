//! What an engine has to be before a node begins with it, and what is said where it is not.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, TcpListener};
use std::thread;

use tertulia::chat::Language::{English, Spanish};
use tertulia::cluster::EntryId;
use tertulia::engine::{
    Engine, EngineAddress, EngineAddressError, EngineCause, EngineConfig, EngineError, EngineFault,
    EngineWarning, SealingError, found, skip,
};

use super::nodes;
use super::server::{RedisServer, config, documented_rules};
use crate::cluster::founded::{INCARNATION, VERSION};
use crate::cluster::simulation::room::Room;
use crate::support::port::free_port;

/// Why a node cannot begin there.
#[track_caller]
fn refusal(url: &str) -> EngineError {
    match Engine::<Room>::start(&config(url), || ()) {
        Ok(_) => panic!("it will do"),
        Err(error) => error,
    }
}

/// Where something answers this to the first commands, and then no more.
fn speaking(answers: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("redis://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        let (mut peer, _) = listener.accept().expect("it connects");
        peer.write_all(answers.as_bytes()).expect("it reads");
        // Until the other end closes.
        let _ = peer.read_to_end(&mut Vec::new());
    });
    url
}

/// Where something says these texts of itself.
fn answering(texts: &[&str]) -> String {
    speaking(texts.iter().map(|text| format!("${}\r\n{text}\r\n", text.len())).collect())
}

/// Where something says the same to each of the first three commands.
fn saying(line: &str) -> String {
    speaking(format!("{line}\r\n").repeat(3))
}

#[test]
fn engine_that_is_not_there_is_told() {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let error = refusal(&format!("redis://user:secreto@localhost:{port}/"));
    let EngineCause::Fault(EngineFault::Connection(why)) = &error.cause else { panic!("{error}") };
    assert_eq!(why.kind(), ErrorKind::ConnectionRefused);
    assert!(error.describe(Spanish).starts_with(&format!("El Redis de redis://localhost:{port} no sirve: ")));
    assert!(
        error.describe(English).starts_with(&format!("The Redis at redis://localhost:{port} is of no use: "))
    );
}

#[test]
fn engine_that_never_answers_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let error = refusal(&format!("redis://{}", listener.local_addr().expect("an address")));
    assert!(matches!(error.cause, EngineCause::Fault(EngineFault::Silent)), "{error}");
}

#[test]
fn tls_is_named_where_the_other_end_may_not_speak_it_or_nothing_else() {
    let said = |url: &str, fault| {
        EngineError { address: url.into(), cause: EngineCause::Fault(fault) }.describe(English)
    };
    let reset = || EngineFault::Connection(ErrorKind::ConnectionReset.into());
    assert!(said("rediss://x:6379", EngineFault::Silent).ends_with("it is redis://"));
    assert!(said("redis://x:6379", reset()).ends_with("it is rediss://"));
    assert!(!said("redis://x:6379", EngineFault::Silent).contains("TLS"));
}

#[test]
fn engine_of_other_kinds_is_told() {
    let cause = |answers| refusal(&answering(answers)).cause;
    assert!(matches!(cause(&["# Server\r\nname:other", "", ""]), EngineCause::OtherSoftware));
    let old = cause(&["redis_version:6.0.16\r\n", "", ""]);
    assert!(matches!(old, EngineCause::TooOld(version) if version == "6.0.16"));
    let sharded = cause(&["redis_version:7.0.15\r\nredis_mode:cluster\r\n", "", ""]);
    assert!(matches!(sharded, EngineCause::Sharded));
    let web = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("redis://{}", web.local_addr().expect("an address"));
    thread::spawn(move || {
        web.accept().expect("it connects").0.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    });
    assert!(matches!(refusal(&url).cause, EngineCause::Fault(EngineFault::Shape)));
}

#[test]
fn engine_that_cannot_now_is_told() {
    let fault = |line: &'static str| match refusal(&saying(line)).cause {
        EngineCause::Fault(fault) => fault,
        other => panic!("{line}: {other}"),
    };
    assert!(matches!(fault("-LOADING Redis is loading the dataset in memory"), EngineFault::Loading));
    assert!(matches!(fault("-MISCONF Errors writing to the AOF file"), EngineFault::Disk));
    assert!(matches!(fault("-OOM command not allowed when used memory > 'maxmemory'."), EngineFault::Memory));
    assert!(matches!(fault("-READONLY You can't write against a read only replica."), EngineFault::ReadOnly));
    assert!(matches!(fault("-MASTERDOWN Link with MASTER is down"), EngineFault::ReadOnly));
    assert!(matches!(fault("-NOREPLICAS Not enough good replicas to write."), EngineFault::ReadOnly));
    let other = fault("-ODD \u{1b}[2Jwords");
    assert!(matches!(&other, EngineFault::Other(words) if words.as_str() == "ODD words"), "{other}");
    assert!(matches!(fault(":1"), EngineFault::Shape));
}

#[test]
fn password_that_is_missing_or_wrong_is_told() {
    let Some(server) = RedisServer::start() else { return };
    nodes::found(&server.config());
    server.run("ACL SETUSER chat on >bueno ~t:* +@all");
    assert!(matches!(
        refusal(&server.url_of("chat", "malo")).cause,
        EngineCause::Fault(EngineFault::WrongPassword)
    ));
    assert!(matches!(
        refusal(&server.url_of("nadie", "bueno")).cause,
        EngineCause::Fault(EngineFault::WrongPassword)
    ));
    server.run("ACL SETUSER default off");
    assert!(matches!(refusal(&server.url()).cause, EngineCause::Fault(EngineFault::NoPassword)));
    let (engine, _) =
        Engine::<Room>::start(&config(&server.url_of("chat", "bueno")), || ()).expect("it will do");
    drop(engine);
}

/// The commands that the docs say a user needs.
fn documented() -> Vec<String> {
    let rules = documented_rules();
    rules.split(' ').filter_map(|rule| Some(rule.strip_prefix('+')?.to_owned())).collect()
}

#[test]
fn user_needs_what_the_docs_say_and_no_more() {
    let Some(server) = RedisServer::start() else { return };
    let commands = documented();
    let allow = |commands: &[&String]| {
        let rules: String = commands.iter().map(|command| format!(" +{command}")).collect();
        server.run(&format!("ACL SETUSER chat reset on >bueno ~t:log ~t:snap{rules}"));
    };
    allow(&commands.iter().collect::<Vec<_>>());
    let url = server.url_of("chat", "bueno");
    nodes::found(&config(&url));
    let (engine, _) = Engine::<Room>::start(&config(&url), || ()).unwrap_or_else(|error| panic!("{error}"));
    drop(engine);
    // These are for those who found a log, or take an entry out of one.
    let others = ["multi", "exec", "xdel", "select"];
    for missing in commands.iter().filter(|command| !others.contains(&command.as_str())) {
        allow(&commands.iter().filter(|command| *command != missing).collect::<Vec<_>>());
        let EngineCause::Fault(EngineFault::Denied(command)) = refusal(&url).cause else {
            panic!("{missing}")
        };
        assert_eq!(command.to_lowercase(), *missing);
    }
    server.run("ACL SETUSER chat reset on >bueno ~other:* +@all");
    assert!(matches!(refusal(&url).cause, EngineCause::Fault(EngineFault::Denied(_))));
}

#[test]
fn engine_that_may_lose_what_it_has_is_told_or_let_pass() {
    let Some(server) = RedisServer::with(&["--maxmemory-policy", "allkeys-lru"]) else { return };
    let mut config = server.config();
    let room = || (found(&config, (INCARNATION, VERSION), Room::default()), refusal(&server.url()));
    let (founded, refused) = room();
    assert!(matches!(founded.expect_err("no file").cause, EngineCause::Forgetful));
    assert!(matches!(refused.cause, EngineCause::Forgetful));
    server.run("CONFIG SET appendonly yes");
    let (founded, refused) = room();
    let evicting =
        |error: EngineError| matches!(error.cause, EngineCause::Evicting(policy) if policy == "allkeys-lru");
    assert!(evicting(founded.expect_err("it evicts")) && evicting(refused));
    server.run("CONFIG SET appendonly no");
    config.unsafe_too = true;
    let expected = vec![EngineWarning::Forgetful, EngineWarning::Evicting("allkeys-lru".into())];
    assert_eq!(found(&config, (INCARNATION, VERSION), Room::default()).expect("let pass"), expected);
    let (engine, warnings) = Engine::<Room>::start(&config, || ()).expect("let pass");
    assert_eq!(warnings, expected);
    drop(engine);
}

/// What keeps a node from beginning with that engine, and what keeps a log from being founded there.
#[track_caller]
fn refusals(config: &EngineConfig) -> [EngineCause; 2] {
    let Err(begun) = Engine::<Room>::start(config, || ()) else { panic!("it will do") };
    let founded = found(config, (INCARNATION, VERSION), Room::default()).expect_err("it cannot be");
    [begun.cause, founded.cause]
}

#[test]
fn engine_that_is_reached_in_the_clear_is_refused_or_let_pass() {
    // The system connects to none of these, and says so at once.
    for url in ["redis://224.0.0.1/", "redis://ana:secreto@[ff01::1]/", "redis://[::ffff:224.0.0.1]/"] {
        let plain = config(url);
        for cause in refusals(&plain) {
            assert!(matches!(cause, EngineCause::InTheClear), "{url}: {cause}");
        }
        let skipped = skip(&plain, EntryId::FOUNDING).expect_err("nothing is there");
        assert!(matches!(skipped.cause, EngineCause::InTheClear), "{skipped}");
        let sealed = EngineConfig { key: Some("0".repeat(64).parse().expect("a key")), ..plain.clone() };
        for passed in [sealed, EngineConfig { unsafe_too: true, ..plain }] {
            for cause in refusals(&passed) {
                assert!(matches!(cause, EngineCause::Fault(EngineFault::Connection(_))), "{url}: {cause}");
            }
        }
    }
    // Of a name it is not known whose it is, but of this one.
    let [cause, _] = refusals(&config("redis://localhost.example/"));
    assert!(matches!(cause, EngineCause::InTheClear), "{cause}");
    for near in ["redis://LOCALHOST:1/", "redis://127.9.9.9:1/", "redis://[::1]:1/", "unix:///nowhere"] {
        let [cause, _] = refusals(&config(near));
        assert!(matches!(cause, EngineCause::Fault(EngineFault::Connection(_))), "{near}: {cause}");
    }
}

#[test]
fn engine_that_is_let_pass_in_the_clear_is_told() {
    // A machine without a network has none.
    for address in tertulia::net::own_addresses().into_iter().filter(IpAddr::is_ipv4).take(1) {
        let (ip, port) = (address.to_string(), free_port().to_string());
        let options = ["--appendonly", "yes", "--bind", &ip, "--port", &port, "--protected-mode", "no"];
        let Some(_server) = RedisServer::with(&options) else { return };
        let passed = EngineConfig { unsafe_too: true, ..config(&format!("redis://{ip}:{port}/")) };
        let told = [EngineWarning::InTheClear];
        assert_eq!(found(&passed, (INCARNATION, VERSION), Room::default()).expect("it is let pass"), told);
        let (engine, warnings) = Engine::<Room>::start(&passed, || ()).expect("it is let pass");
        assert_eq!(warnings, told);
        drop(engine);
    }
}

#[test]
fn log_is_founded_once_and_where_nothing_is() {
    let Some(server) = RedisServer::start() else { return };
    let config = server.config();
    let found = || found(&config, (INCARNATION, VERSION), Room::default()).map_err(|error| error.cause);
    assert!(matches!(refusal(&server.url()).cause, EngineCause::NotFounded(key) if key == "t:log"));
    server.run("SET t:log x");
    let other = refusal(&server.url()).cause;
    assert!(matches!(other, EngineCause::OtherType { key, kind } if key == "t:log" && kind == "string"));
    assert!(matches!(found(), Err(EngineCause::Founded(key)) if key == "t:log"));
    server.run("DEL t:log");
    server.run("SET t:snap x");
    assert!(matches!(found(), Err(EngineCause::Founded(key)) if key == "t:snap"));
    server.run("DEL t:snap");
    assert_eq!(found().expect("nothing is there"), []);
    assert!(matches!(found(), Err(EngineCause::Founded(key)) if key == "t:log"));
    assert_eq!(server.ask::<u64>("XLEN t:log"), 1);
    assert_eq!(server.ask::<u64>("XLEN t:snap"), 1);
}

#[test]
fn engine_that_takes_no_writes_is_told() {
    let Some(server) = RedisServer::start() else { return };
    nodes::found(&server.config());
    server.run("REPLICAOF 127.0.0.1 1");
    assert!(matches!(refusal(&server.url()).cause, EngineCause::Fault(EngineFault::ReadOnly)));
    server.run("REPLICAOF NO ONE");
    server.run("CONFIG SET maxmemory 1");
    assert!(matches!(refusal(&server.url()).cause, EngineCause::Fault(EngineFault::Memory)));
}

#[test]
fn address_tells_no_password() {
    let shown = |url: &str| url.parse::<EngineAddress>().map(|address| format!("{address} {address:?}"));
    let plain = shown("redis://ana:secreto@[::1]:7/3").expect("an address");
    assert_eq!(plain, "redis://[::1]:7/3 EngineAddress(redis://[::1]:7/3)");
    let local = shown("unix:///run/redis.sock?user=ana&pass=secreto&db=2").expect("an address");
    assert_eq!(local, "unix:///run/redis.sock/2 EngineAddress(unix:///run/redis.sock/2)");
    for wrong in
        ["", "localhost", "http://localhost", "redis://", "redis://ana:secreto@host/x", "redis://0.0.0.0/"]
    {
        let error = shown(wrong).expect_err(wrong);
        assert_eq!(error, EngineAddressError::Malformed, "{wrong}");
    }
    assert!(!EngineAddressError::Malformed.describe(Spanish).contains("secreto"));
}

#[test]
fn refusals_are_told_in_both_languages_in_one_line() {
    let text = |raw: &str| tertulia::chat::Text::clean(raw);
    let faults = || {
        [
            EngineFault::Silent,
            EngineFault::WrongPassword,
            EngineFault::NoPassword,
            EngineFault::Denied("XADD"),
            EngineFault::Loading,
        ]
        .into_iter()
        .chain([
            EngineFault::ReadOnly,
            EngineFault::Disk,
            EngineFault::Memory,
            EngineFault::Other(text("ERR odd")),
            EngineFault::Shape,
        ])
    };
    let causes = [
        EngineCause::OtherSoftware,
        EngineCause::TooOld("6.0.16".into()),
        EngineCause::Sharded,
        EngineCause::InTheClear,
        EngineCause::Forgetful,
        EngineCause::Evicting("allkeys-lru".into()),
        EngineCause::OtherType { key: "t:log".into(), kind: "string".into() },
        EngineCause::NotFounded("t:log".into()),
        EngineCause::Founded("t:log".into()),
        EngineCause::NoEntry(EntryId::FOUNDING),
        EngineCause::Applied(EntryId::FOUNDING),
        EngineCause::Running,
        EngineCause::Sealing(SealingError::NoKey),
        EngineCause::Sealing(SealingError::NotSealed),
        EngineCause::Sealing(SealingError::OtherKey),
    ];
    let mut told = BTreeSet::new();
    for cause in faults().map(EngineCause::Fault).chain(causes) {
        let error = EngineError { address: "redis://localhost:6379".into(), cause };
        for language in [Spanish, English] {
            let line = error.describe(language);
            assert!(line.contains("redis://localhost:6379") && !line.contains('\n'), "{line}");
            assert!(told.insert(line.clone()), "told of two things: {line}");
        }
    }
}
