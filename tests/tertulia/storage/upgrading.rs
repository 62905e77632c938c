//! Files of earlier versions: they go on as they were.

use std::fs;

use rusqlite::{Connection, params};
use tertulia::chat::{ClientId, Name, OfflineMessage, Posted, Reply, Request, RoomKey, Text, UnixMillis};
use tertulia::control::{AccountOrder, AccountReply};
use tertulia::storage::{AccountFile, StorageEvent, Store, fold};

use super::history::days_ago;
use super::support::{DEADLINE, Desk, Dir, GENERAL, HOME, room};

/// What made a file of version 1, letter by letter.
const CREATE_1: &str = "
    CREATE TABLE room (
        key     INTEGER PRIMARY KEY AUTOINCREMENT,
        name    TEXT NOT NULL,
        topic   TEXT,
        made_at INTEGER NOT NULL,
        gone_at INTEGER
    ) STRICT;
    CREATE TABLE line (
        id   INTEGER PRIMARY KEY AUTOINCREMENT,
        room INTEGER NOT NULL,
        at   INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        who  TEXT NOT NULL,
        text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX line_by_room ON line (room, id);
    CREATE VIRTUAL TABLE words USING fts5 (
        room, text, content = '', detail = 'column', prefix = '1 2 3 4',
        tokenize = 'ascii'
    );
    INSERT INTO room (key, name, made_at) VALUES (0, 'general', 0);
    PRAGMA application_id = 1952805492;
    PRAGMA user_version = 1;
";

/// A directory with a file of version 1, which a server of that version has left.
fn first_version() -> Dir {
    let dir = Dir::new();
    let sql = Connection::open(dir.file()).unwrap();
    sql.execute_batch(CREATE_1).unwrap();
    sql.execute_batch(
        "UPDATE room SET topic = 'meriendas' WHERE key = 0;
         INSERT INTO room (key, name, topic, made_at) VALUES (7, 'cocina', 'recetas', 5);",
    )
    .unwrap();
    for (room, text) in [(0, "¡Hola, María!"), (7, "un secreto"), (0, "adiós")] {
        sql.execute(
            "INSERT INTO line (room, at, kind, who, text) VALUES (?1, 5, 0, 'Juan', ?2)",
            params![room, text],
        )
        .unwrap();
        sql.execute(
            "INSERT INTO words (rowid, room, text) VALUES (?1, ?2, ?3)",
            params![sql.last_insert_rowid(), format!("r{room}"), fold(text)],
        )
        .unwrap();
    }
    sql.close().unwrap();
    dir
}

fn version(dir: &Dir) -> i32 {
    dir.sql().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

#[test]
fn first_version_goes_on_with_its_lines_its_topic_and_its_keys() {
    let dir = first_version();
    for _ in 0..2 {
        let mut desk = Desk::open(&dir);
        assert_eq!(version(&dir), 6);
        let rooms = desk.storage.take_rooms();
        assert_eq!(rooms.len(), 1, "nobody could register: nobody's room goes on");
        assert_eq!(rooms[0].topic, Some(Text::clean("meriendas")));
        assert_eq!(desk.storage.next_key(), 8);
        assert_eq!(desk.search(&[GENERAL], "maria"), ["¡Hola, María!"]);
        assert_eq!(desk.search(&[RoomKey(7)], "secreto"), ["un secreto"]);
        assert_eq!(desk.last(GENERAL, 10), ["¡Hola, María!", "adiós"]);
        assert!(desk.storage.close(DEADLINE));
    }
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    let mut cellar = room(8, "bodega");
    (cellar.owners, cellar.lock) = (vec![ana], Some(Text::clean("ábrete")));
    desk.storage.room(&cellar);
    assert!(desk.storage.close(DEADLINE));
    assert_eq!(Desk::open(&dir).storage.take_rooms()[1], cellar, "and has what is new");
}

#[test]
fn first_version_is_upgraded_by_whoever_comes_first() {
    let dir = first_version();
    let mut account_file = AccountFile::try_open(dir.path(), false).unwrap().expect("nobody else is there");
    assert_eq!(account_file.order(&AccountOrder::List).unwrap(), AccountReply::Listed(Vec::new()));
    drop(account_file);
    assert_eq!(version(&dir), 6);
    let mut desk = Desk::open(&dir);
    assert_eq!(desk.last(GENERAL, 10), ["¡Hola, María!", "adiós"]);
}

#[test]
fn damaged_file_of_the_first_version_is_not_upgraded() {
    let dir = first_version();
    dir.sql().execute_batch("DROP TABLE words").unwrap();
    let before = fs::read(dir.file()).unwrap();
    assert!(Store::open(dir.path(), None).is_err());
    assert!(AccountFile::try_open(dir.path(), false).is_err());
    assert_eq!(fs::read(dir.file()).unwrap(), before);
}

#[test]
fn file_that_was_upgraded_is_laid_out_like_a_new_one() {
    let layout = |dir: &Dir| {
        let sql = dir.sql();
        let mut names = sql.prepare("SELECT type || ' ' || name FROM sqlite_schema ORDER BY 1").unwrap();
        let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let mut columns =
            sql.prepare("SELECT name, type, \"notnull\", dflt_value FROM pragma_table_info('room')").unwrap();
        let columns: Vec<(String, String, bool, Option<String>)> = columns
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        (names, columns)
    };
    let (old, new) = (first_version(), Dir::new());
    for dir in [&old, &new] {
        assert!(Desk::open(dir).storage.close(DEADLINE));
    }
    assert_eq!(layout(&old), layout(&new));
}

/// Has lines said in runs of letters without spaces, at these times; indexed as the first version did it: a run was a word, and a
/// mark was left out.
fn say_in_runs(dir: &Dir, times: impl IntoIterator<Item = i64>) {
    let sql = dir.sql();
    sql.execute_batch("BEGIN").unwrap();
    for (number, at) in times.into_iter().enumerate() {
        let line = "INSERT INTO line (room, at, kind, who, text) VALUES (0, ?1, 0, 'Juan', '今天天气很好 กินข้าว' || ?2)";
        sql.execute(line, params![at, number]).unwrap();
        let words = format!(" 今天天气很好 กนขาว{number}");
        let index = "INSERT INTO words (rowid, room, text) VALUES (?1, 'r0', ?2)";
        sql.execute(index, params![sql.last_insert_rowid(), words]).unwrap();
    }
    sql.execute_batch("COMMIT").unwrap();
}

/// How many lines are found by what only the first version put into the index.
fn found_as_before(dir: &Dir) -> u64 {
    let old = "SELECT count(*) FROM words WHERE words MATCH '\"กนขาว\"*'";
    dir.sql().query_row(old, [], |row| row.get(0)).unwrap()
}

#[test]
fn lines_of_an_earlier_version_are_found_by_what_is_inside_their_runs_later() {
    let dir = first_version();
    say_in_runs(&dir, 0..3_000);
    assert_eq!(found_as_before(&dir), 3_000);
    // Cut off again and again, it goes on where it was.
    let left =
        || dir.sql().query_row("SELECT count(*) FROM reindex", [], |row| row.get::<_, u64>(0)).unwrap();
    for _ in 0..3 {
        assert!(Desk::open(&dir).storage.close(DEADLINE));
    }
    let mut desk = Desk::open(&dir);
    let start = std::time::Instant::now();
    while left() > 0 {
        assert!(start.elapsed() < DEADLINE);
        desk.last(GENERAL, 1);
    }
    assert_eq!(desk.search(&[GENERAL], "天气").len(), 20);
    assert_eq!(desk.search(&[GENERAL], "ข้าว").len(), 20);
    assert_eq!(found_as_before(&dir), 0, "and by nothing else");
    let check = "INSERT INTO words (words) VALUES ('integrity-check')";
    dir.sql().execute_batch(check).unwrap();
}

/// The old lines are looked at before the index is.
#[test]
fn old_lines_of_an_earlier_version_leave_nothing_in_the_index() {
    let dir = first_version();
    // Of two days, so that the clock is believed.
    say_in_runs(&dir, [days_ago(8); 100].into_iter().chain([days_ago(2), days_ago(1)]));
    let mut desk = Desk::of(Store::open(dir.path(), Some(7)).unwrap());
    let count = |table| {
        let count = format!("SELECT count(*) FROM {table}");
        dir.sql().query_row(&count, [], |row| row.get::<_, u64>(0)).unwrap()
    };
    let start = std::time::Instant::now();
    while (count("line"), count("reindex")) != (2, 0) {
        assert!(start.elapsed() < DEADLINE);
        desk.last(GENERAL, 1);
    }
    assert_eq!(found_as_before(&dir), 0);
    assert_eq!(desk.search(&[GENERAL], "天气").len(), 2);
}

/// As version 3 left it: with letters of which it is not known whose account wrote them.
#[test]
fn letters_of_the_third_version_go_on() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let (ana, luis) = (desk.account("Ana", "secreto"), desk.account("Luis", "secreto"));
    assert!(desk.storage.close(DEADLINE));
    let old = "ALTER TABLE letter DROP COLUMN sender;
               INSERT INTO letter (account, at, who, text, address) VALUES (1, 5, 'Luis', 'hola', '10.0.0.1');
               DROP TABLE log; PRAGMA user_version = 3;";
    dir.sql().execute_batch(old).unwrap();
    let mut desk = Desk::open(&dir);
    assert_eq!(version(&dir), 6);
    let from = Name::new("Luis").unwrap();
    let letter = |id, sender, at, text| OfflineMessage {
        id,
        from: from.clone(),
        sender,
        at: UnixMillis(at),
        text: Text::clean(text),
    };
    let (id, next) = (ClientId::new(1, 1), desk.next_message);
    let answer = desk.request(id, HOME, Request::Post(ana, letter(next, Some(luis), 6, "y adiós")));
    assert!(matches!(desk.answer(answer), StorageEvent::Reply { reply: Reply::Posted(Posted::Kept), .. }));
    let answer = desk.request(id, HOME, Request::Fetch(ana));
    let StorageEvent::Reply { reply: Reply::OfflineMessages(_, messages), .. } = desk.answer(answer) else {
        panic!("letters")
    };
    let first = messages[0].id;
    assert!(first < next);
    assert_eq!(messages, [letter(first, None, 5, "hola"), letter(next, Some(luis), 6, "y adiós")]);
    assert!(desk.storage.close(DEADLINE));
    // Half done, it is not taken for done.
    dir.sql().execute_batch("ALTER TABLE letter DROP COLUMN sender").unwrap();
    assert!(Store::open(dir.path(), None).is_err());
}

/// As version 4 left it: with lines and letters that have the same numbers.
fn fourth_version() -> Dir {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    desk.account("Ana", "secreto");
    assert!(desk.storage.close(DEADLINE));
    let old = "INSERT INTO line (room, at, kind, who, text) VALUES (0, 1, 0, 'Luis', 'a'), (0, 2, 0, 'Luis', 'b');
               INSERT INTO letter (account, at, who, text) VALUES
                   (1, 3, 'Luis', 'uno'), (1, 4, 'Luis', 'dos'), (1, 5, 'Luis', 'tres'), (1, 6, 'Luis', 'cuatro');
               DELETE FROM letter WHERE text = 'dos';
               DROP TABLE log; PRAGMA user_version = 4;";
    dir.sql().execute_batch(old).unwrap();
    dir
}

/// The numbers of all letters, in their order, each with its words.
fn letters(dir: &Dir) -> Vec<(u64, String)> {
    let sql = dir.sql();
    let mut letters = sql.prepare("SELECT id, text FROM letter ORDER BY id").unwrap();
    let letters = letters.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    letters.map(Result::unwrap).collect()
}

#[test]
fn letters_of_the_fourth_version_get_numbers_that_no_line_has() {
    let dir = fourth_version();
    assert_eq!(letters(&dir).iter().map(|(id, _)| *id).collect::<Vec<u64>>(), [1, 3, 4]);
    let desk = Desk::open(&dir);
    assert_eq!(version(&dir), 6);
    assert_eq!(letters(&dir), [(5, "uno".into()), (7, "tres".into()), (8, "cuatro".into())]);
    assert!(desk.next_message.0 > 8);
}

#[test]
fn upgrade_of_the_fourth_version_that_is_cut_off_is_done_by_the_next_start() {
    let dir = fourth_version();
    let before = letters(&dir);
    // Before it comes to the last one.
    let cut_off = "CREATE TRIGGER cut_off BEFORE UPDATE ON letter WHEN old.text = 'cuatro'
                   BEGIN SELECT raise(ABORT, 'cut off'); END";
    dir.sql().execute_batch(cut_off).unwrap();
    assert!(Store::open(dir.path(), None).is_err());
    assert_eq!((version(&dir), letters(&dir)), (4, before), "nothing is half done");
    dir.sql().execute_batch("DROP TRIGGER cut_off").unwrap();
    Desk::open(&dir);
    assert_eq!((version(&dir), letters(&dir)[2].0), (6, 8));
}
