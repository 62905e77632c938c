//! `tertulia-server account` where no server runs: what it does, and what it refuses.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tertulia::chat::{
    AuthResult, MessageId, OfflineMessage, Posted, Reply, Request, RoomRecord, Text, UnixMillis,
};
use tertulia::limits::PASSWORD_MAX_BYTES;
use tertulia::storage::StorageEvent;

use super::support::{DEADLINE, Desk, Dir, HOME, name, room};
use crate::support::owned::Owned;
use crate::support::server;

/// What came of an order: its status, what it said, what it complained of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Came(pub(crate) i32, pub(crate) String, pub(crate) String);

impl Came {
    fn of(output: Output) -> Came {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Came(output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}

/// Gives an order, with a password to be read from the standard input.
pub(crate) fn order(words: &[&OsStr], input: &[u8]) -> Came {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia-server"));
    command.arg("account").args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Owned::start(&mut command);
    // It need not read all of it.
    let _ = child.stdin.take().unwrap().write_all(input);
    Came::of(child.output())
}

/// Gives one of the commands that are not about accounts.
pub(crate) fn command_for(dir: &Dir, words: &[&str]) -> Came {
    Came::of(server::order(dir, words))
}

pub(crate) fn words<'a>(words: &'a [&'a str], dir: &'a Path) -> Vec<&'a OsStr> {
    let words = words.iter().map(OsStr::new);
    words.chain([OsStr::new("--data"), dir.as_os_str()]).collect()
}

/// Gives an order about a directory, with a password on the standard input.
pub(crate) fn told(dir: &Dir, order_words: &[&str], password: &str) -> Came {
    let mut words = words(order_words, dir.path());
    if !password.is_empty() {
        words.extend(["--password-file", "-"].map(OsStr::new));
    }
    order(&words, password.as_bytes())
}

/// The one line with which an order was refused.
#[track_caller]
pub(crate) fn refusal(came: Came) -> String {
    let Came(status, said, errors) = came;
    assert_eq!((status, said.as_str(), errors.lines().count()), (1, "", 1), "{errors}");
    errors.strip_prefix("tertulia-server: ").unwrap().trim_end().to_owned()
}

pub(crate) fn done(said: &str) -> Came {
    Came(0, format!("{said}\n"), String::new())
}

#[test]
fn account_is_made_listed_changed_and_removed() {
    let dir = Dir::new();
    let data = Dir::new();
    let inside = data.path().join("new/directory");
    let file = dir.path().join("password");
    fs::write(&file, "sésamo ábrete\r\nsecond line").unwrap();
    let with_mode =
        |mode| fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    with_mode(0o600);
    let mut add = words(&["add", "María", "--lang", "en"], &inside);
    add.extend([OsStr::new("--password-file"), file.as_os_str()]);
    assert_eq!(order(&add, b""), done("Account made: María."), "the directory is made as well");
    let mode = std::os::unix::fs::PermissionsExt::mode(&inside.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o700);

    assert_eq!(told(&dir, &["add", "Ana"], "secreto8"), done("Cuenta creada: Ana."), "no line ending needed");
    let Came(0, listed, _) = told(&dir, &["list"], "") else { panic!("a list") };
    let fields: Vec<&str> = listed.trim_end().split('\t').collect();
    assert_eq!((fields[0], fields[2], listed.lines().count()), ("Ana", "-", 1), "{listed}");
    assert!(fields[1].len() == 20 && fields[1].ends_with('Z'), "{listed}");

    let mut desk = Desk::open(&dir);
    let ana = desk.storage.accounts().unwrap()[0].key;
    assert_eq!(desk.login(Some(ana), "secreto8"), AuthResult::Granted(ana));
    let topic = Some(Text::clean("tema"));
    desk.storage.room(&RoomRecord { owners: vec![ana], topic, ..room(1, "sala") });
    let (id, at) = (MessageId(1), UnixMillis(1));
    let letter = OfflineMessage { id, from: name("Luis"), sender: None, at, text: Text::clean("hola") };
    let answer = desk.request(tertulia::chat::ClientId::new(1, 1), HOME, Request::Post(ana, letter));
    assert!(matches!(desk.answer(answer), StorageEvent::Reply { reply: Reply::Posted(Posted::Kept), .. }));
    assert!(desk.storage.close(DEADLINE));
    let Came(0, listed, _) = told(&dir, &["list"], "") else { panic!("a list") };
    assert!(listed.trim_end().rsplit('\t').next().unwrap().ends_with('Z'), "seen: {listed}");

    // A mark that some editors put in front of a text is no part of it.
    assert_eq!(told(&dir, &["passwd", "Ana"], "\u{feff}otra más\n"), done("Contraseña cambiada: Ana."));
    let mut desk = Desk::open(&dir);
    assert_eq!(desk.login(Some(ana), "secreto8"), AuthResult::Wrong);
    assert_eq!(desk.login(Some(ana), "otra más"), AuthResult::Granted(ana));
    assert!(desk.storage.close(DEADLINE));

    assert_eq!(told(&dir, &["remove", "Ana"], ""), done("Cuenta borrada: Ana."));
    assert_eq!(told(&dir, &["list"], ""), Came(0, String::new(), String::new()));
    let messages = dir.sql().query_row("SELECT count(*) FROM letter", [], |row| row.get::<_, i64>(0));
    assert_eq!(messages, Ok(0), "its letters are gone");
    assert_eq!(Desk::open(&dir).storage.take_rooms().len(), 1, "and its rooms");
}

#[test]
fn names_that_cannot_be_had_are_refused() {
    let dir = Dir::new();
    for (bad, why) in [
        ("", "«» no es un nombre"),
        ("two words", "«two words» lleva espacios"),
        ("Ju\u{430}n", "mezcla letras de dos alfabetos"),
        ("2 words", "«2 words» no es un nombre"),
        ("\u{1b}[31m", "no es un nombre"),
        ("servidor", "está reservado"),
        ("C0ntraseña", "está reservado"),
    ] {
        assert!(refusal(told(&dir, &["add", bad], "secreto8")).contains(why), "{bad:?}");
    }
    assert!(!dir.file().exists(), "nothing was made for a name that is none");
    assert!(
        refusal(told(&dir, &["passwd", "Ana"], "x")).starts_with("No existe "),
        "and nothing to look into"
    );
    assert!(!dir.file().exists());
    assert_eq!(told(&dir, &["add", "Paloma"], "secreto8").0, 0);
    for alike in ["Paloma", "PALOMA", "Pa1oma", "Páloma"] {
        let line = refusal(told(&dir, &["add", alike], "secreto8"));
        assert_eq!(line, "Ya hay una cuenta con ese nombre o uno que se le parece: Paloma.", "{alike}");
    }
    assert_eq!(refusal(told(&dir, &["passwd", "Luis"], "x")), "No hay ninguna cuenta Luis.");
    assert_eq!(
        refusal(told(&dir, &["remove", "paloma"], "")),
        "No hay ninguna cuenta paloma, pero sí Paloma."
    );
    let english = told(&dir, &["remove", "Luis", "--lang", "en"], "");
    assert_eq!(refusal(english), "There is no account Luis.");
}

#[test]
fn accounts_that_clash_are_told_apart_by_their_exact_names() {
    let dir = Dir::new();
    assert_eq!(told(&dir, &["add", "María"], "girasoles").0, 0);
    dir.sql()
        .execute("INSERT INTO account (name, password, made_at) SELECT 'Maria', password, 0 FROM account", [])
        .unwrap();
    for alike in ["María", "Maria", "MARIA"] {
        let line = refusal(told(&dir, &["add", alike], "secreto8"));
        let other = if alike == "Maria" { "Maria" } else { "María" };
        assert_eq!(line, format!("Ya hay una cuenta con ese nombre o uno que se le parece: {other}."));
    }
    assert_eq!(told(&dir, &["passwd", "Maria"], "margarita").0, 0);
    let mut desk = Desk::open(&dir);
    let accounts = desk.storage.accounts().unwrap();
    for (account, right) in accounts.iter().zip(["girasoles", "margarita"]) {
        assert_eq!(
            desk.login(Some(account.key), right),
            AuthResult::Granted(account.key),
            "{}",
            account.name
        );
    }
    desk.storage.close(DEADLINE);
    assert!(
        refusal(told(&dir, &["remove", "maria"], "")).starts_with("No hay ninguna cuenta maria, pero sí ")
    );
    assert_eq!(told(&dir, &["remove", "María"], "").0, 0);
    let Came(_, list, _) = told(&dir, &["list"], "");
    assert!(list.starts_with("Maria\t") && list.lines().count() == 1, "{list}");
}

/// Whoever runs the server may call somebody after their office; nobody else can be called so.
#[test]
fn office_is_registered_from_outside() {
    let dir = Dir::new();
    assert_eq!(told(&dir, &["add", "Admin"], "girasoles").0, 0);
    assert_eq!(told(&dir, &["passwd", "Admin"], "girasoles").0, 0);
    let mut desk = Desk::open(&dir);
    let accounts = desk.storage.accounts().unwrap();
    assert_eq!(accounts[0].name.as_str(), "Admin");
    assert_eq!(desk.login(Some(accounts[0].key), "girasoles"), AuthResult::Granted(accounts[0].key));
}

#[test]
fn passwords_that_are_none_are_refused_with_the_reason() {
    let dir = Dir::new();
    let long = "x".repeat(PASSWORD_MAX_BYTES);
    let words = {
        let mut words = words(&["add", "Ana"], dir.path());
        words.extend(["--password-file", "-"].map(OsStr::new));
        words
    };
    let huge = vec![b'x'; 1_000_000];
    let cases: [(&[u8], &str); 9] = [
        (b"", "La contraseña no puede estar vacía."),
        (b"\nsecreto8\n", "La contraseña no puede estar vacía."),
        (b"  \r\n", "La contraseña no puede estar vacía."),
        ("ñandúes\n".as_bytes(), "La contraseña es demasiado corta: al menos 8 caracteres."),
        (b"sec\treto\n", "La contraseña no puede llevar caracteres de control."),
        (b"sec\0reto\n", "La contraseña no puede llevar caracteres de control."),
        (b"secr\xe9to\n", "La contraseña tiene que estar en UTF-8."),
        (&[long.as_bytes(), b"x"].concat(), "La contraseña es demasiado larga: caben 512 bytes."),
        (&huge, "La contraseña es demasiado larga: caben 512 bytes."),
    ];
    for (bad, why) in cases {
        assert_eq!(refusal(order(&words, bad)), why);
    }
    assert!(!dir.file().exists(), "nothing was made for a password that is none");
    for utf16 in [&b"\xff\xfes\0e\0c\0r\0e\0t\0o\0"[..], b"\xfe\xff\0s\0e\0c\0r\0e\0t\0o"] {
        assert_eq!(
            refusal(order(&words, utf16)),
            "El archivo de la contraseña está en UTF-16: guárdalo en UTF-8."
        );
    }
    assert_eq!(refusal(order(&words, b"\xef\xbb\xbf\r\n")), "La contraseña no puede estar vacía.");
    let no_file = [&words[..words.len() - 1], &[OsStr::new("/nonexistent")]].concat();
    assert_eq!(refusal(order(&no_file, b"")), "/nonexistent: no existe.");
    let no_terminal = refusal(order(&words[..words.len() - 2], b"secreto8\n"));
    assert!(no_terminal.contains("--password-file"), "{no_terminal}");
    assert_eq!(order(&words, format!("{long}\n").as_bytes()), done("Cuenta creada: Ana."));
}

#[test]
fn orders_that_are_none_are_told_so() {
    for words in
        [&["account"][..], &["account", "add"], &["account", "list"], &["--data", "x", "account", "list"]]
    {
        let run = Command::new(env!("CARGO_BIN_EXE_tertulia-server")).args(words).output().unwrap();
        assert_eq!(run.status.code(), Some(2), "{words:?}");
    }
}

#[test]
fn files_that_cannot_be_used_are_left_as_they_are() {
    let dir = Dir::new();
    assert_eq!(told(&dir, &["add", "Ana"], "secreto8").0, 0);
    dir.sql().execute_batch("PRAGMA user_version = 7").unwrap();
    let newer = fs::read(dir.file()).unwrap();
    dir.sql().execute_batch("PRAGMA user_version = 6").unwrap();
    let sound = fs::read(dir.file()).unwrap();
    let mut noise = sound.clone();
    noise[4_096..].fill(7);
    let cases = [
        (&newer[..], "es de una versión posterior del programa (formato 7)"),
        (b"no history at all", "está dañado o no es un historial"),
        (&sound[..sound.len() / 2], "está dañado o no es un historial"),
        (&noise, "está dañado o no es un historial"),
    ];
    for (bytes, why) in cases {
        fs::write(dir.file(), bytes).unwrap();
        for (words, password) in
            [(["add", "Luis"], "secreto8"), (["passwd", "Ana"], "secreto8"), (["remove", "Ana"], "")]
        {
            let line = refusal(told(&dir, &words, password));
            assert!(line.contains(why), "{line}");
        }
        assert!(refusal(told(&dir, &["list"], "")).contains(why));
        assert_eq!(fs::read(dir.file()).unwrap(), bytes, "untouched");
    }
    assert!(refusal(order(&words(&["list"], Path::new("/proc/none")), b"")).starts_with("No existe "));
}

#[test]
fn account_commands_at_once_do_not_disturb_each_other() {
    let dir = Dir::new();
    let added: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let dir = &dir;
                scope.spawn(move || told(dir, &["add", &format!("Ana{}", number / 2)], "secreto8"))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(added.iter().filter(|came| came.0 == 0).count(), 4, "each name once: {added:?}");
    let Came(0, listed, _) = told(&dir, &["list"], "") else { panic!("a list") };
    let names: Vec<&str> = listed.lines().map(|line| line.split('\t').next().unwrap()).collect();
    assert_eq!(names, ["Ana0", "Ana1", "Ana2", "Ana3"]);
}
