//! Files that are deleted, moved, emptied or replaced under a running server: it says so, promises nothing, and writes to
//! nothing that is another's.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tertulia::chat::{
    AuthRequest, AuthResult, ClientId, Look, Matter, MessageId, OfflineMessage, Posted, Reply, Request, Text,
    UnixMillis,
};
use tertulia::storage::{FileNews, StorageEvent, Store};

use super::control::names;
use super::support::{DEADLINE, Desk, Dir, GENERAL, Peer, Server, line, name, password};

/// What is told until `last` is, and what `last` makes of it.
fn told<T>(desk: &mut Desk, last: impl Fn(&StorageEvent) -> Option<T>) -> (Vec<FileNews>, T) {
    let mut news = Vec::new();
    let mut found = None;
    while found.is_none() {
        for event in desk.wait() {
            found = found.or_else(|| last(&event));
            if let StorageEvent::File(told) = event {
                news.push(told);
            }
        }
    }
    (news, found.unwrap())
}

/// What comes of registering a name.
fn registers(desk: &mut Desk, who: &str) -> (Vec<FileNews>, AuthResult) {
    let key = desk.number();
    let auth_request = AuthRequest::Register { key, name: name(who), password: password("secreto") };
    let wish = Request::Authenticate(auth_request);
    assert!(desk.request(ClientId::new(1, 1), super::support::HOME, wish).is_empty());
    told(desk, |answer| match answer {
        StorageEvent::Reply { reply: Reply::AuthResult(Matter::Register(_), auth_result), .. } => {
            Some(*auth_result)
        }
        _ => None,
    })
}

fn remove_files(dir: &Path) {
    for entry in fs::read_dir(dir).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
}

#[test]
fn deleted_database_is_said_at_once_and_nothing_is_promised() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    remove_files(dir.path());
    let (news, auth_result) = registers(&mut desk, "Luis");
    assert_eq!((news, auth_result), (vec![FileNews::Displaced(dir.file())], AuthResult::Displaced));
    let (id, at) = (MessageId(1), UnixMillis(1));
    let letter = OfflineMessage { id, from: name("Luis"), sender: None, at, text: Text::clean("hola") };
    let wish = Request::Post(ana, letter);
    assert!(desk.request(ClientId::new(1, 1), super::support::HOME, wish).is_empty());
    let posted = told(&mut desk, |answer| match answer {
        StorageEvent::Reply { reply: Reply::Posted(posted), .. } => Some(*posted),
        _ => None,
    });
    assert_eq!(posted, (Vec::new(), Posted::Displaced), "it is said once");
    assert_eq!(desk.login(Some(ana), "secreto"), AuthResult::Granted(ana), "who is known is known");
}

#[test]
fn directory_that_is_moved_and_comes_back_goes_on_behind_a_gap() {
    let dir = Dir::new();
    let data = dir.path().join("data");
    let mut desk = Desk::of(Store::open(&data, None).unwrap());
    desk.keep(line(GENERAL, 1, "before"));
    assert_eq!(desk.last(GENERAL, 1), ["before"]);
    let away = dir.path().join("away");
    fs::rename(&data, &away).unwrap();
    desk.keep(line(GENERAL, 2, "meanwhile"));
    let (news, auth_result) = registers(&mut desk, "Luis");
    assert_eq!(
        (news, auth_result),
        (vec![FileNews::Displaced(data.join("tertulia.db"))], AuthResult::Displaced)
    );
    fs::rename(&away, &data).unwrap();
    let (news, auth_result) = registers(&mut desk, "Luis");
    assert_eq!(news, [FileNews::Back(data.join("tertulia.db"))]);
    assert!(matches!(auth_result, AuthResult::Granted(_)), "{auth_result:?}");
    desk.keep(line(GENERAL, 3, "after"));
    assert_eq!(desk.last(GENERAL, 3), ["before", "1", "after"], "one line is missing");
}

#[test]
fn end_of_a_displaced_history_takes_nothing_from_the_next() {
    let dir = Dir::new();
    let data = dir.path().join("data");
    let mut first = Desk::of(Store::open(&data, None).unwrap());
    first.keep(line(GENERAL, 1, "first"));
    assert_eq!(first.last(GENERAL, 1), ["first"]);
    fs::remove_dir_all(&data).unwrap();
    let mut second = Desk::of(Store::open(&data, None).unwrap());
    second.keep(line(GENERAL, 1, "second"));
    assert_eq!(second.last(GENERAL, 9), ["second"]);
    assert!(first.storage.close(DEADLINE));
    assert!(data.join("tertulia.db-wal").exists(), "what the second has written ahead");
    assert_eq!(second.last(GENERAL, 9), ["second"]);
}

#[test]
fn lock_file_that_is_deleted_is_made_again() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let lock = dir.path().join("tertulia.lock");
    fs::remove_file(&lock).unwrap();
    let (news, auth_result) = registers(&mut desk, "Ana");
    assert_eq!(news, [FileNews::LockRestored(lock.clone())]);
    assert!(matches!(auth_result, AuthResult::Granted(_)), "{auth_result:?}");
    assert!(lock.exists() && Store::open(dir.path(), None).is_err(), "and it holds");
}

#[test]
fn lock_file_that_is_replaced_means_that_another_may_write() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let lock = dir.path().join("tertulia.lock");
    fs::remove_file(&lock).unwrap();
    File::create(&lock).unwrap();
    assert_eq!(registers(&mut desk, "Ana"), (vec![FileNews::Displaced(lock)], AuthResult::Displaced));
}

#[test]
fn index_that_is_cut_off_is_mended() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    let mut juan = Peer::enter(&server, "Juan");
    for number in 0..3 {
        juan.say(&format!("línea {number}"));
        juan.say("/historial 1");
        juan.until(&format!("Juan: línea {number}"));
        let index = File::options().write(true).open(dir.path().join("tertulia.db-shm")).unwrap();
        index.set_len(0).unwrap();
    }
    assert_eq!(server.complaints(), "", "the system has not ended it, and nothing is missing");
    let mut desk = Desk::open(&dir);
    assert_eq!(desk.last(GENERAL, 9), ["línea 0", "línea 1", "línea 2"]);
}

#[test]
fn deleted_directory_is_said_to_the_administrator_and_to_people() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    let mut juan = Peer::enter(&server, "Juan");
    assert_eq!(names(&super::admin::told(&dir, &["list"], "")), [""; 0]);
    fs::remove_file(dir.file()).unwrap();
    juan.say("/registrar\nsecreto8\nsecreto8");
    juan.until("El servidor ha perdido su carpeta de datos y no puede guardar nada. Avisa a quien lo lleva.");
    let line = super::admin::refusal(super::admin::told(&dir, &["add", "Ana"], "secreto8"));
    assert_eq!(
        line,
        "El servidor no ha podido escribirlo (el archivo ya no está en su sitio). No se ha hecho nada. Devuélvelo a su \
         sitio o reinicia el servidor."
    );
    let complaints = server.complaints();
    assert!(complaints.contains("[ERROR] "), "{complaints}");
    assert!(complaints.contains("/tertulia.db ya no es el archivo en uso: "), "{complaints}");
}

#[test]
fn history_of_a_displaced_file_says_that_it_is_not_all() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    let mut juan = Peer::enter(&server, "Juan");
    juan.say("antes");
    juan.say("/historial 1");
    juan.until("Juan: antes");
    fs::rename(dir.file(), dir.path().join("away")).unwrap();
    juan.say("después");
    const LOST: &str = "[… el servidor ha perdido su carpeta de datos: lo que se dice desde entonces no se guarda y no está aquí]";
    for question in ["/historial 1", "/buscar antes"] {
        juan.say(question);
        let told = juan.until(LOST);
        assert!(told[told.len() - 2].ends_with("Juan: antes"), "{told:?}");
    }
    juan.say("/idioma en");
    juan.say("/buscar después");
    juan.until(
        "[… the server has lost its data directory: what is said since then is not kept, and is not here]",
    );
}

#[test]
fn lock_file_that_is_deleted_is_not_made_by_a_server_that_is_refused() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    // Behind the second answer the thread has done what is due at a start, and looks at no file before it is asked to.
    (0..2).for_each(|_| drop(desk.find(Look::Last(GENERAL, 1))));
    let lock = dir.path().join("tertulia.lock");
    fs::remove_file(&lock).unwrap();
    assert!(Store::open(dir.path(), None).is_err());
    assert!(!lock.exists(), "the first server would take it for another's");
    let (news, auth_result) = registers(&mut desk, "Ana");
    assert_eq!(news, [FileNews::LockRestored(lock)]);
    assert!(matches!(auth_result, AuthResult::Granted(_)), "{auth_result:?}");
}

#[test]
fn lock_file_that_is_deleted_where_others_may_read_is_not_made_either() {
    let dir = Dir::new();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let _server = Server::keeping(&dir);
    let lock = dir.path().join("tertulia.lock");
    fs::remove_file(&lock).unwrap();
    assert!(Store::open(dir.path(), None).is_err());
    assert!(!lock.exists());
}

#[test]
fn emptied_wal_is_said_at_once_and_leaves_the_file_as_it_was_before() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    desk.keep(line(GENERAL, 1, "before"));
    assert_eq!(desk.last(GENERAL, 1), ["before"]);
    dir.sql().execute_batch("PRAGMA wal_checkpoint").unwrap();
    desk.keep(line(GENERAL, 2, "ahead"));
    assert_eq!(desk.last(GENERAL, 1), ["ahead"]);
    let ahead = dir.path().join("tertulia.db-wal");
    File::options().write(true).open(&ahead).unwrap().set_len(0).unwrap();
    assert_eq!(registers(&mut desk, "Ana"), (vec![FileNews::Displaced(ahead)], AuthResult::Displaced));
    assert!(desk.storage.close(DEADLINE));
    let mut desk = Desk::open(&dir);
    assert_eq!(desk.last(GENERAL, 9), ["before"]);
}

#[test]
fn wal_that_another_program_writes_back_and_empties_is_in_order() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    for number in 0..3 {
        desk.keep(line(GENERAL, number, &number.to_string()));
        desk.find(Look::Last(GENERAL, 1));
        dir.sql().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        assert_eq!(fs::metadata(dir.path().join("tertulia.db-wal")).unwrap().len(), 0);
        let (news, auth_result) = registers(&mut desk, ["Ana", "Eva", "Luis"][number as usize]);
        assert_eq!(news, []);
        assert!(matches!(auth_result, AuthResult::Granted(_)), "{auth_result:?}");
    }
}
