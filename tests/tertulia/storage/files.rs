//! Files that are no history, directories that cannot be used, and the sqlite3 shell.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::support::{DEADLINE, Desk, Dir, GENERAL, Peer, Server, command, errors, line};
use crate::support::owned::Owned;
use crate::support::server::behind;
use crate::support::snippets;

/// Starts a server that must refuse, and gives its one line.
fn refusal(data: &Path, extra: &[&str]) -> String {
    let mut child = Owned::start(command(data).args(extra).stdout(Stdio::null()).stderr(Stdio::piped()));
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let errors = errors(&mut child);
    assert_eq!(errors.lines().count(), 1, "{errors}");
    errors
}

/// A directory with a history of some thousand lines, closed in good order.
fn history() -> Dir {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    (0..3_000).for_each(|number| desk.keep(line(GENERAL, number, &format!("hola número {number}"))));
    assert!(desk.storage.close(DEADLINE));
    dir
}

fn refuses_and_leaves(dir: &Dir, words: &str) {
    let before = fs::read(dir.file()).unwrap();
    assert!(refusal(dir.path(), &[]).contains(words), "{}", refusal(dir.path(), &[]));
    assert_eq!(fs::read(dir.file()).unwrap(), before, "untouched");
    let mut left: Vec<_> =
        fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["tertulia.db", "tertulia.lock"]);
}

#[test]
fn damaged_file_is_left_as_it_is() {
    let dir = history();
    let sound = fs::read(dir.file()).unwrap();
    let mut zeros = sound.clone();
    zeros[8_192..40_960].fill(0);
    let mut noise = sound.clone();
    (100..4_096).for_each(|at| noise[at] = noise[at].wrapping_mul(31).wrapping_add(7));
    let damaged: [&[u8]; 7] =
        [b"", b"SQLite", b"no history at all\n", &sound[..sound.len() / 2], &sound[..4_096], &zeros, &noise];
    for bytes in damaged {
        fs::write(dir.file(), bytes).unwrap();
        refuses_and_leaves(&dir, "está dañado o no es un historial");
    }
}

/// https://sqlite.org/fileformat.html §1.3.4: one beyond what is known may be read, and not written.
#[test]
fn file_that_this_sqlite_may_only_read_is_refused_as_such() {
    let dir = history();
    let mut bytes = fs::read(dir.file()).unwrap();
    bytes[18] = 3;
    fs::write(dir.file(), bytes).unwrap();
    refuses_and_leaves(&dir, "es de solo lectura");
}

/// A checkpoint that is cut off may have written the first page, which says how many there are, and not the last ones.
#[test]
fn file_that_is_shorter_than_it_says_is_whole_with_what_is_written_ahead() {
    let dir = history();
    let sql = dir.sql();
    sql.execute_batch(
        "PRAGMA wal_autocheckpoint = 0;
         INSERT INTO line (room, at, kind, who, text)
             SELECT room, at, kind, who, 'y otra vez ' || text FROM line;",
    )
    .unwrap();
    let pages: u32 = sql.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    let cut_off = Dir::new();
    let ahead = |dir: &Dir| dir.file().with_extension("db-wal");
    fs::copy(ahead(&dir), ahead(&cut_off)).unwrap();
    let mut bytes = fs::read(dir.file()).unwrap();
    assert!(bytes.len() < pages as usize * 4096);
    bytes[28..32].copy_from_slice(&pages.to_be_bytes());
    fs::write(cut_off.file(), bytes).unwrap();
    assert_eq!(Desk::open(&cut_off).last(GENERAL, 1), ["y otra vez hola número 2999"]);
}

#[test]
fn newer_file_and_a_strange_one_are_left_as_they_are() {
    let dir = history();
    dir.sql().execute_batch("PRAGMA user_version = 7").unwrap();
    refuses_and_leaves(&dir, "es de una versión posterior del programa (formato 7)");
    let english = refusal(dir.path(), &["--lang", "en"]);
    assert!(english.contains("was made by a later version of this program (format 7)"), "{english}");
    dir.sql().execute_batch("PRAGMA user_version = 6; PRAGMA application_id = 7").unwrap();
    refuses_and_leaves(&dir, "no es un historial");
    let other = Dir::new();
    other.sql().execute_batch("CREATE TABLE cities (name)").unwrap();
    refuses_and_leaves(&other, "no es un historial");
}

#[test]
fn directory_that_cannot_be_had_is_refused() {
    let dir = Dir::new();
    fs::write(dir.path().join("file"), "").unwrap();
    assert!(refusal(&dir.path().join("file"), &[]).contains("No se puede escribir en"));
    assert!(refusal(&dir.path().join("file/below"), &[]).contains("No se puede escribir en"));
    assert!(
        refusal(Path::new("/proc/tertulia"), &["--lang", "en"]).contains("Cannot write to /proc/tertulia")
    );
    let _first = Server::keeping(&dir);
    assert!(refusal(dir.path(), &[]).contains("Otro servidor está usando"));
}

#[test]
fn wal_alone_is_not_taken_for_a_new_file() {
    let dir = Dir::new();
    fs::write(dir.path().join("tertulia.db-wal"), "x").unwrap();
    assert!(refusal(dir.path(), &[]).contains("tertulia.db-wal"));
}

#[test]
fn creation_that_was_cut_off_is_begun_again() {
    let dir = Dir::new();
    fs::write(dir.path().join("tertulia.new"), "half of it").unwrap();
    let mut desk = Desk::open(&dir);
    desk.keep(line(GENERAL, 0, "hola"));
    assert_eq!(desk.last(GENERAL, 1), ["hola"]);
}

/// Every query that the documentation shows works in the shell, while the server is running.
#[test]
fn documented_queries_work_in_the_sqlite3_shell() {
    let dir = history();
    let server = Server::keeping(&dir);
    let mut juan = Peer::enter(&server, "Juan");
    juan.say("María está aquí");
    juan.say("/historial 1");
    juan.until("María está aquí");
    let queries = snippets("docs/history.md", "sql", "");
    assert!(queries.len() >= 4);
    for query in queries {
        let run = Command::new("sqlite3").arg("-bail").arg(dir.file()).arg(&query).output();
        let Ok(run) = run else {
            assert!(std::env::var_os("TERTULIA_NO_SKIP").is_none(), "no sqlite3 here");
            return eprintln!("skipped: no sqlite3 here");
        };
        assert!(run.status.success() && run.stderr.is_empty(), "{query}: {run:?}");
        assert!(
            !run.stdout.is_empty()
                || ["DELETE", "gone_at", "account"].iter().any(|word| query.contains(word)),
            "{query}"
        );
    }
}

/// A limit on the size of files is a full disk that needs no disk.
#[test]
fn full_disk_does_not_stop_the_chat() {
    let dir = Dir::new();
    let limited = "trap '' XFSZ; ulimit -f 2000; exec \"$0\" \"$@\"";
    let options = ["--listen", "127.0.0.1:0", "-q", "--data", dir.arg(), "--rate-limit", "0"];
    let server = Server::from_command(&mut behind("bash", &["-c", limited], &options));
    let (mut juan, mut ana) = (Peer::enter(&server, "Juan"), Peer::enter(&server, "Ana"));
    let long = "x".repeat(3_000);
    for number in 0..1_000 {
        juan.say(&format!("{number} {long}"));
        ana.until(&format!("Juan: {number} "));
    }
    juan.say("/historial 1");
    juan.until("[");
    juan.say("adiós");
    ana.until("Juan: adiós");
    let complaints = server.complaints();
    assert!(complaints.contains("El historial falla"), "{complaints}");
    assert!(complaints.lines().count() <= 5, "{complaints}");
    // With room again, the gap is in the file or the lines are.
    let mut desk = Desk::open(&dir);
    desk.keep(line(GENERAL, 0, "otra vez"));
    assert_eq!(desk.last(GENERAL, 1), ["otra vez"]);
    let sound: String = dir.sql().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
}
