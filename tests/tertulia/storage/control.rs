//! The control socket of a running server: whom it serves, what it bears, and that an order is carried out or not, but never
//! something in between.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::process::Signal;
use tertulia::chat::{AdminOrder, AuthResult, Language, Text};
use tertulia::control::{AccountOrder, AccountReply, ControlOrder, ControlRefusal, GREETING, SOCKET};
use tertulia::limits::CONTROL_ORDER_MAX_BYTES;
use tertulia::storage::{StorageEvent, hash};

use super::admin::{Came, command_for, done, order, refusal, told, words};
use super::support::{DEADLINE, Desk, Dir, Peer, Server, command, errors, password};
use crate::support::owned::Owned;

/// Whether the name is somebody's: then it is asked for a password, and that is `right`.
fn asks(server: &Server, name: &str, right: &str) -> Option<bool> {
    let mut person = Peer::connect(server);
    person.say(&format!("{name}\n{right}"));
    // To the end: behind a wrong one it would be asked again.
    person.end_input();
    let lines: Vec<String> = std::iter::from_fn(|| person.hear()).collect();
    let asked = lines.iter().any(|line| line.contains("Contraseña:"));
    asked.then(|| !lines.iter().any(|line| line.contains("incorrectos")))
}

/// A connection to the control socket, behind the greeting.
struct Caller(BufReader<UnixStream>);

impl Caller {
    fn new(dir: &Path) -> Caller {
        let mut caller = Caller::silent(dir);
        assert_eq!(caller.line().as_deref(), Some(GREETING));
        caller
    }

    /// One that has not been greeted yet.
    fn silent(dir: &Path) -> Caller {
        let stream = UnixStream::connect(dir.join(SOCKET)).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        Caller(BufReader::new(stream))
    }

    fn say(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("a line or the end in time");
        line.strip_suffix('\n').map(str::to_owned)
    }
}

pub(crate) fn names(listed: &Came) -> Vec<&str> {
    assert_eq!((listed.0, listed.2.as_str()), (0, ""), "{listed:?}");
    listed.1.lines().map(|line| line.split('\t').next().unwrap()).collect()
}

#[test]
fn account_orders_are_in_effect_when_they_are_answered() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    assert_eq!(asks(&server, "Ana", "secreto8"), None);
    assert_eq!(told(&dir, &["add", "Ana"], "secreto8"), done("Cuenta creada: Ana."));
    assert_eq!(asks(&server, "Ana", "secreto8"), Some(true));
    assert_eq!(told(&dir, &["passwd", "Ana"], "otra más"), done("Contraseña cambiada: Ana."));
    assert_eq!(asks(&server, "Ana", "secreto8"), Some(false));
    assert_eq!(asks(&server, "Ana", "otra más"), Some(true));
    let listed = told(&dir, &["list"], "");
    assert_eq!(names(&listed), ["Ana"]);
    assert!(listed.1.trim_end().ends_with('Z'), "when she was last seen: {listed:?}");
    let line = refusal(told(&dir, &["add", "ANA"], "secreto8"));
    assert_eq!(line, "Ya hay una cuenta con ese nombre o uno que se le parece: Ana.");
    assert_eq!(told(&dir, &["remove", "Ana"], ""), done("Cuenta borrada: Ana."));
    assert_eq!(asks(&server, "Ana", "otra más"), None);
    assert_eq!(refusal(told(&dir, &["remove", "Ana"], "")), "No hay ninguna cuenta Ana.");
    let complaints = server.complaints();
    let complained: Vec<_> =
        complaints.lines().map(|line| line.split_once("[WARN] ").map(|(_, words)| words)).collect();
    assert_eq!(
        complained,
        [Some("Contraseña incorrecta para Ana desde 127.0.0.1")],
        "the one wrong password, once"
    );
    assert!(!dir.path().join(SOCKET).exists(), "the socket goes with the server");
    assert_eq!(told(&dir, &["add", "Luis"], "secreto8"), done("Cuenta creada: Luis."), "without it, too");
}

/// The loop hears of the accounts as they are before the client hears that they are so.
#[test]
fn account_order_is_told_behind_the_accounts() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let hash = hash(&password("secreto8")).unwrap();
    let settle = |desk: &mut Desk, order: AccountOrder| {
        assert!(desk.storage.order(7, order));
        let mut answers = Vec::new();
        while !matches!(answers.last(), Some(StorageEvent::Ordered(7, _))) {
            answers.extend(desk.wait());
        }
        let Some(StorageEvent::Ordered(_, reply)) = answers.pop() else { unreachable!() };
        let accounts = answers.into_iter().map(|answer| match answer {
            StorageEvent::Accounts(changes) => changes.len(),
            other => panic!("{other:?}"),
        });
        (accounts.collect::<Vec<_>>(), reply)
    };
    let add = |name: &str, hash: &str| AccountOrder::Add { name: name.into(), hash: hash.into() };
    assert_eq!(settle(&mut desk, add("Ana", &hash)), (vec![1], AccountReply::Done));
    let ana = desk.storage.accounts().unwrap()[0].key;
    assert_eq!(desk.login(Some(ana), "secreto8"), AuthResult::Granted(ana));
    let refused = |refusal| (Vec::new(), AccountReply::Refused(refusal));
    assert_eq!(settle(&mut desk, add("ANA", &hash)), refused(ControlRefusal::Taken("Ana".into())));
    assert_eq!(settle(&mut desk, add("Luis", "secreto8")), refused(ControlRefusal::Unclear), "no hash");
    let dear = hash.replace("m=19456", "m=4194304");
    assert_ne!(dear, hash);
    assert_eq!(
        settle(&mut desk, add("Luis", &dear)),
        refused(ControlRefusal::Unclear),
        "it would take 4 GiB"
    );
    assert_eq!(settle(&mut desk, add("two words", &hash)), refused(ControlRefusal::Unclear), "no name");
    let found = settle(&mut desk, AccountOrder::Find { name: "ana".into() });
    assert_eq!(found, (Vec::new(), AccountReply::Found(Some("Ana".into()))));
    let change = AccountOrder::Change { name: "Luis".into(), hash: hash.clone() };
    assert_eq!(settle(&mut desk, change), refused(ControlRefusal::Unknown));
    let remove = AccountOrder::Remove { name: "Ana".into() };
    assert_eq!(settle(&mut desk, remove), (vec![1], AccountReply::Done));
    assert_eq!(desk.login(Some(ana), "secreto8"), AuthResult::Wrong);
}

#[test]
fn socket_is_its_owners_alone_and_replaces_one_left_by_a_kill() {
    let dir = Dir::new();
    let socket = dir.path().join(SOCKET);
    drop(Server::keeping(&dir));
    let left = fs::symlink_metadata(&socket).expect("left behind");
    assert!(left.file_type().is_socket());
    assert_eq!(told(&dir, &["add", "Ana"], "secreto8"), done("Cuenta creada: Ana."), "nobody answers there");
    let server = Server::keeping(&dir);
    let mode = fs::symlink_metadata(&socket).unwrap().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(asks(&server, "Ana", "secreto8"), Some(true));
    assert_eq!(names(&told(&dir, &["list"], "")), ["Ana"]);
    let mut second = Owned::start(command(dir.path()).stdout(Stdio::null()).stderr(Stdio::piped()));
    assert_eq!(second.wait().unwrap().code(), Some(1));
    assert!(errors(&mut second).contains("Otro servidor está usando"));
    assert_eq!(names(&told(&dir, &["list"], "")), ["Ana"], "the second server took nothing away");
}

#[test]
fn socket_works_in_a_deep_directory() {
    let dir = Dir::new();
    let deep: PathBuf = dir.path().join("una-carpeta-muy-honda/".repeat(10));
    assert!(deep.as_os_str().len() > 200);
    let server = Server::from_command(&mut command(&deep));
    let mut add = words(&["add", "Ana"], &deep);
    add.extend(["--password-file", "-"].map(std::ffi::OsStr::new));
    assert_eq!(order(&add, b"secreto8"), done("Cuenta creada: Ana."));
    assert_eq!(asks(&server, "Ana", "secreto8"), Some(true));
    assert_eq!(server.complaints(), "");
    assert!(!deep.join(SOCKET).exists());
}

#[test]
fn file_of_the_sockets_name_is_left_alone() {
    let dir = Dir::new();
    let name = dir.path().join(SOCKET);
    fs::write(&name, "words").unwrap();
    let server = Server::keeping(&dir);
    Peer::enter(&server, "Juan");
    assert_eq!(
        server.complaints().split_once("[WARN] ").map(|(_, line)| line.trim_end().to_owned()),
        Some(format!(
            "No se puede abrir {} (ya existe): las órdenes de tertulia-server no llegarán aquí",
            name.display()
        ))
    );
    assert_eq!(fs::read_to_string(&name).unwrap(), "words");
}

#[test]
fn suspended_server_is_said_and_nothing_is_done() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    server.signal(Signal::STOP);
    let hash = hash(&password("secreto8")).unwrap();
    let came = told(&dir, &["list"], "");
    let unwell = refusal(command_for(&dir, &["health"]));
    let line = refusal(came);
    assert_eq!(unwell, line);
    assert!(line.contains("no responde") && line.ends_with("No se ha hecho nada."), "{line}");
    // Ordered all the same, by a client that does not wait to be greeted, but then gives up.
    let mut impatient = Caller::silent(dir.path());
    let add = ControlOrder::Account(AccountOrder::Add { name: "Ana".into(), hash });
    impatient.say(add.encode().as_bytes());
    drop(impatient);
    server.signal(Signal::CONT);
    assert_eq!(names(&told(&dir, &["list"], "")), [""; 0]);
    assert_eq!(server.complaints(), "");
}

#[test]
fn clients_that_say_nothing_hold_nobody_up_for_long() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    let mut silent: Vec<Caller> = (0..7).map(|_| Caller::silent(dir.path())).collect();
    assert_eq!(names(&told(&dir, &["list"], "")), [""; 0]);
    for caller in &mut silent[..4] {
        assert_eq!(caller.line().as_deref(), Some(GREETING));
        assert_eq!(caller.line(), None, "they were let go");
    }
    drop(silent);
    Peer::enter(&server, "Juan");
    assert_eq!(server.complaints(), "");
}

#[test]
fn nonsense_is_refused_and_hurts_nobody() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    for nonsense in [&b"\n"[..], b"dance\n", b"account-add\tAna\n", b"\xff\xfe\t\n", b"who\tnow\n"] {
        let mut caller = Caller::new(dir.path());
        caller.say(nonsense);
        assert_eq!(caller.line().as_deref(), Some("no\tunclear\t"), "{nonsense:?}");
        assert_eq!(caller.line(), None);
    }
    let mut endless = Caller::new(dir.path());
    endless.say(&vec![b'x'; CONTROL_ORDER_MAX_BYTES + 1]);
    let mut rest = Vec::new();
    // It may be cut off with what it sent unread.
    let _ = endless.0.read_to_end(&mut rest);
    assert_eq!(rest, b"");
    assert_eq!(names(&told(&dir, &["list"], "")), [""; 0]);
    assert_eq!(server.complaints(), "");
}

/// Accounts are made while the server starts: each is made once, and known to the server at the end.
#[test]
fn orders_while_a_server_starts_are_in_effect_too() {
    let dir = Dir::new();
    let dir = &dir;
    assert_eq!(told(dir, &["add", "Ana0"], "secreto8").0, 0);
    let server = std::thread::scope(|scope| {
        let adding: Vec<_> = (1..5)
            .map(|number| scope.spawn(move || told(dir, &["add", &format!("Ana{number}")], "secreto8")))
            .collect();
        let server = Server::keeping(dir);
        for adding in adding {
            let came = adding.join().unwrap();
            assert_eq!(came.0, 0, "{came:?}");
        }
        server
    });
    for number in 0..5 {
        assert_eq!(asks(&server, &format!("Ana{number}"), "secreto8"), Some(true), "{number}");
    }
    assert_eq!(server.complaints(), "");
}

#[test]
fn directory_that_is_held_without_a_socket_is_said_to_be() {
    let dir = Dir::new();
    let _held = tertulia::storage::Store::open(dir.path(), None).unwrap();
    let line = refusal(told(&dir, &["list", "--lang", "en"], ""));
    assert!(line.contains("holds") && line.ends_with("Nothing was done."), "{line}");
}

#[test]
fn orders_pass_as_lines_and_nothing_splits_them() {
    let text = |words: &str| Text::clean(words);
    let why = || Some(Text::clean("por gritar"));
    let plain = |order| ControlOrder::Chat(order, Language::Spanish);
    let orders = [
        ControlOrder::Account(AccountOrder::List),
        ControlOrder::Account(AccountOrder::Find { name: "María".into() }),
        ControlOrder::Account(AccountOrder::Remove { name: "María".into() }),
        ControlOrder::Account(AccountOrder::Add { name: "Ana".into(), hash: "$argon2id$x".into() }),
        ControlOrder::Account(AccountOrder::Change { name: "Ana".into(), hash: "$argon2id$x".into() }),
        plain(AdminOrder::Say { room: None, text: text("hola a todos") }),
        plain(AdminOrder::Say { room: Some(text("#cocina")), text: text("ya está") }),
        plain(AdminOrder::Kick { whom: text("Luis"), room: None, reason: None }),
        plain(AdminOrder::Kick { whom: text("Luis"), room: Some(text("cocina")), reason: why() }),
        plain(AdminOrder::Expel { whom: text("Luis"), minutes: None, reason: None }),
        ControlOrder::Chat(
            AdminOrder::Expel { whom: text("203.0.113.7"), minutes: Some(60), reason: why() },
            Language::English,
        ),
        ControlOrder::Chat(AdminOrder::Readmit(text("Luis")), Language::English),
        ControlOrder::Who,
        ControlOrder::Stop,
    ];
    for minutes in ["0", "525601", "4000000000", "-1", "+1x"] {
        assert_eq!(ControlOrder::decode(&format!("expel\tes\tLuis\t{minutes}\t")), None, "{minutes}");
    }
    for order in orders {
        let line = order.encode();
        assert_eq!(line.matches('\n').count(), 1, "{line:?}");
        assert_eq!(ControlOrder::decode(line.trim_end_matches('\n')), Some(order));
    }
    let says = |words| plain(AdminOrder::Say { room: None, text: text(words) });
    assert_eq!(ControlOrder::decode(says("a\tb").encode().trim_end()), Some(says("a b")));
    let sly = ControlOrder::Account(AccountOrder::Remove { name: "Ana\nstop".into() });
    assert_eq!(sly.encode().matches('\n').count(), 1);
}

#[test]
fn signal_of_earlier_versions_is_no_longer_sent() {
    // A program that would be ended by it holds the lock, as a stranger's process might have the number of a server.
    let dir = Dir::new();
    fs::write(dir.path().join("tertulia.lock"), std::process::id().to_string()).unwrap();
    assert_eq!(told(&dir, &["add", "Ana"], "secreto8"), done("Cuenta creada: Ana."));
    assert_eq!(fs::read(dir.path().join("tertulia.lock")).unwrap(), b"");
}

#[test]
fn commands_speak_list_put_out_and_stop() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    let (mut juan, mut ana) = (Peer::enter(&server, "Juan"), Peer::enter(&server, "Ana"));
    ana.say("/entrar cocina");
    ana.until("Has creado #cocina");
    let nothing = || Came(0, String::new(), String::new());
    assert_eq!(command_for(&dir, &["say", "Paramos", "a las seis\n\x1b[31m"]), nothing());
    juan.until("--- Servidor: Paramos a las seis");
    ana.until("--- Servidor: Paramos a las seis");
    assert_eq!(command_for(&dir, &["say", "--room", "cocina", "fuego"]), nothing());
    ana.until("--- Servidor (#cocina): fuego");

    let _newcomer = Peer::connect(&server);
    let Came(0, listed, _) = command_for(&dir, &["who"]) else { panic!("a list") };
    let mut rows: Vec<Vec<&str>> = listed.lines().map(|row| row.split('\t').collect()).collect();
    rows.sort();
    assert!(rows.iter().all(|row| row.len() == 4 && row[2].parse::<u64>().is_ok()), "{listed}");
    let told: Vec<_> = rows.iter().map(|row| (row[0], row[1], row[3])).collect();
    let here = "127.0.0.1";
    let ana_is = ("Ana", here, "#cocina,#general");
    assert_eq!(told[told.len() - 2..], [ana_is, ("Juan", here, "#general")]);

    assert_eq!(command_for(&dir, &["kick", "Ana", "--room", "cocina", "por", "gritar"]), nothing());
    ana.until("--- El servidor te ha echado de #cocina (por gritar)");
    assert_eq!(command_for(&dir, &["kick", "ana", "cierra el aula"]), nothing());
    ana.until("--- El servidor cierra tu conexión: cierra el aula");
    assert_eq!(ana.hear(), None, "the connection has ended");
    juan.until("<<< Ana salió del chat (desconectado por el servidor: cierra el aula)");
    assert_eq!(refusal(command_for(&dir, &["kick", "Ana"])), "No hay nadie con ese nombre.");
    let line = refusal(command_for(&dir, &["say", "--room", "cocina", "x", "--lang", "en"]));
    assert_eq!(line, "There is no room of that name.");
    assert_eq!(refusal(command_for(&dir, &["say", " "])), "No hay nada que decir: el texto está vacío.");

    juan.say("lo último");
    juan.say("/historial 1");
    juan.until("Juan: lo último");
    assert_eq!(command_for(&dir, &["stop"]), done("El servidor se ha detenido."));
    juan.until("--- El servidor se detiene.");
    // It has stopped: the directory is free, and what was said is there.
    let mut desk = Desk::open(&dir);
    assert_eq!(desk.last(super::support::GENERAL, 1), ["lo último"]);
    assert!(!dir.path().join(SOCKET).exists());
    drop(desk);
}

#[test]
fn health_is_ok_while_the_server_takes_calls_and_is_not_in_its_log() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    for _ in 0..3 {
        assert_eq!(command_for(&dir, &["health"]), done("ok"));
    }
    assert_eq!(server.complaints(), "");
}

#[test]
fn commands_without_a_server_say_that_there_is_none() {
    let dir = Dir::new();
    for words in [&["say", "hola"][..], &["kick", "Ana"], &["who"], &["health"], &["stop"]] {
        let line = refusal(command_for(&dir, words));
        assert_eq!(line, format!("En {} no hay ningún servidor en marcha.", dir.path().display()));
    }
    assert_eq!(command_for(&dir, &["kick"]).0, 2);
    assert_eq!(command_for(&dir, &["say"]).0, 2);
}

#[test]
fn expel_keeps_out_until_readmit_and_over_a_stop() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    let mut luis = Peer::enter(&server, "Luis");
    assert_eq!(command_for(&dir, &["expel", "luis", "--minutes", "525601"]).0, 2, "longer than a year");
    let came = command_for(&dir, &["expel", "luis", "--minutes", "60", "por", "gritar"]);
    assert!(came.0 == 0 && came.1.contains("Luis") && came.1.contains("por gritar"), "{came:?}");
    luis.until("expulsado");
    assert_eq!(luis.hear(), None, "the connection has ended");
    assert_eq!(server.complaints(), "");
    let server = Server::keeping(&dir);
    let mut luis = Peer::connect(&server);
    luis.say("Luis");
    luis.until("expulsado");
    let line = refusal(command_for(&dir, &["expel", "127.0.0.1", "--lang", "en"]));
    assert!(line.contains("127.0.0.1"), "{line}");
    let came = command_for(&dir, &["readmit", "Luis"]);
    assert!(came.0 == 0 && came.1.contains("Luis"), "{came:?}");
    Peer::enter(&server, "Luis");
    assert_eq!(
        refusal(command_for(&dir, &["readmit", "Luis"])),
        "'Luis' no está entre los expulsados: /expulsados"
    );
}
