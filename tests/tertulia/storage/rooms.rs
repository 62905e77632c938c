//! Rooms over restarts: those that somebody registered has, and in which there is something to go on with.

use tertulia::chat::{
    AccountKey, ClientId, Language, Look, MonoTime, Name, Reply, RoomChange, RoomFact, RoomKey, RoomList,
    RoomRecord, Text,
};
use tertulia::config::Config;
use tertulia::limits::{
    DECISIONS_MAX, DECISIONS_PER_ROOM, HISTORY_CHANGES_IN_HAND_BYTES, HISTORY_CHANGES_MAX_BYTES,
    HISTORY_QUEUE_MAX_BYTES, RELOADED_LINES_PER_ROOM,
};
use tertulia::locale::number;
use tertulia::storage::{Storage, StorageEvent, Store};

use super::support::{DEADLINE, Desk, Dir, Server, line, name, room, texts};
use crate::turns::house::House;

/// A room of `owner`.
fn owned(key: u64, called: &str, owner: AccountKey) -> RoomRecord {
    RoomRecord { owners: vec![owner], ..room(key, called) }
}

/// The rooms that go on after a stop, but for the one of everybody.
fn survivors(dir: &Dir) -> Vec<RoomRecord> {
    let mut rooms = Desk::open(dir).storage.take_rooms();
    assert_eq!(rooms.remove(0).key, RoomKey(0));
    rooms
}

#[test]
fn room_of_somebody_registered_goes_on_if_there_is_something_in_it() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let (ana, luis) = (desk.account("Ana", "secreto"), desk.account("Luis", "secreto"));
    let names = vec![name("Pedro"), name("Дарья")];
    let all = RoomRecord {
        topic: Some(Text::clean("de todo")),
        lock: Some(Text::clean("ábrete, sésamo")),
        moderated: true,
        owners: vec![ana, luis],
        banned: names.clone(),
        muted: vec![name("Juan")],
        ..room(1, "todo")
    };
    let topic = RoomRecord { topic: Some(Text::clean("tema")), ..owned(2, "tema", ana) };
    let lock = RoomRecord { lock: Some(Text::clean("llave")), ..owned(3, "llave", ana) };
    let ban = RoomRecord { banned: names, ..owned(4, "veto", ana) };
    let (said, empty) = (owned(5, "dicho", ana), owned(6, "nada", ana));
    let nobodys = RoomRecord { topic: Some(Text::clean("de nadie")), ..room(7, "nadie") };
    let gone = RoomRecord { topic: Some(Text::clean("adiós")), ..owned(8, "ida", ana) };
    let moderated = RoomRecord { moderated: true, ..owned(9, "silencio", ana) };
    for record in [&all, &topic, &lock, &ban, &said, &empty, &nobodys, &gone, &moderated] {
        desk.storage.room(record);
    }
    desk.keep(line(RoomKey(5), 1, "hola"));
    desk.keep(line(RoomKey(7), 1, "hola"));
    desk.storage.forget(RoomKey(8));
    assert!(desk.storage.close(DEADLINE));
    assert_eq!(survivors(&dir), [all.clone(), topic, lock, ban, said, moderated.clone()]);
    let left = "SELECT count(*) FROM room WHERE lock IS NOT NULL AND gone_at IS NOT NULL";
    assert_eq!(
        dir.sql().query_row(left, [], |row| row.get::<_, i64>(0)),
        Ok(0),
        "no key of a room that is gone"
    );

    // What is decided later counts, and so does what is taken back.
    let mut desk = Desk::open(&dir);
    let changed = RoomRecord { topic: None, lock: None, moderated: false, banned: vec![], ..all };
    desk.storage.room(&changed);
    desk.storage.room(&owned(2, "tema", ana));
    desk.storage.room(&room(3, "llave"));
    desk.storage.room(&RoomRecord { moderated: false, ..moderated });
    assert!(desk.storage.close(DEADLINE));
    let kept: Vec<RoomRecord> = survivors(&dir);
    assert_eq!(kept[0], changed);
    assert_eq!(kept.iter().map(|room| room.key.0).collect::<Vec<_>>(), [1, 4, 5]);
}

#[test]
fn general_goes_on_with_all_that_was_decided_there_but_has_no_key() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    let general = RoomRecord {
        topic: Some(Text::clean("meriendas")),
        moderated: true,
        owners: vec![ana],
        banned: vec![name("Pedro"), name("Дарья")],
        muted: vec![name("Juan")],
        ..room(0, "general")
    };
    desk.storage.room(&general);
    assert!(desk.storage.close(DEADLINE));
    assert_eq!(Desk::open(&dir).storage.take_rooms()[0], general);
    dir.sql().execute("UPDATE room SET lock = 'sal', name = 'otra' WHERE key = 0", []).unwrap();
    assert_eq!(Desk::open(&dir).storage.take_rooms()[0], general, "whatever another program wrote");
}

#[test]
fn room_goes_with_the_account_of_its_last_operator() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let (ana, luis) = (desk.account("Ana", "secreto"), desk.account("Luis", "secreto"));
    let topic = Some(Text::clean("tema"));
    desk.storage.room(&RoomRecord { topic: topic.clone(), ..owned(1, "suya", ana) });
    desk.storage.room(&RoomRecord { topic: topic.clone(), owners: vec![ana, luis], ..room(2, "de-dos") });
    assert!(desk.storage.close(DEADLINE));
    dir.sql().execute("DELETE FROM account WHERE name = 'Ana'", []).unwrap();
    assert_eq!(survivors(&dir), [RoomRecord { topic, ..owned(2, "de-dos", luis) }]);
    assert_eq!(Desk::open(&dir).storage.next_key(), 3);
}

#[test]
fn last_lines_are_there_at_once_in_their_order() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    for key in [1, 2] {
        desk.storage.room(&owned(key, &format!("sala{key}"), ana));
    }
    for number in 0..150 {
        for key in 0..3 {
            desk.keep(line(RoomKey(key), number, &format!("{key}: {number}")));
        }
    }
    assert!(desk.storage.close(DEADLINE));
    let mut desk = Desk::open(&dir);
    for (key, lines) in [(0, 150), (1, RELOADED_LINES_PER_ROOM), (2, RELOADED_LINES_PER_ROOM)] {
        let look = Look::Entering(RoomKey(key), 1_000);
        let Some(StorageEvent::Reply { reply: Reply::Found(found), .. }) =
            desk.look(ClientId::new(1, 1), look)
        else {
            panic!("it comes at once")
        };
        let expected: Vec<String> = (150 - lines..150).map(|number| format!("{key}: {number}")).collect();
        assert_eq!(texts(&found.lines), expected);
    }
}

/// As they could be made before marks were folded, and while words of the server's were no matter.
#[test]
fn rooms_of_clashing_and_reserved_names_go_on() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    let known = |key, called| {
        let topic = Some(Text::clean("tema"));
        RoomRecord { name: Name::known(called).unwrap(), topic, ..owned(key, "sala", ana) }
    };
    let rooms = [known(1, "café"), known(2, "cafe"), known(3, "contraseñas"), known(4, "Admin")];
    rooms.iter().for_each(|room| desk.storage.room(room));
    let marked = RoomRecord { banned: vec![Name::known("Password").unwrap()], ..known(5, "veto") };
    desk.storage.room(&marked);
    assert!(desk.storage.close(DEADLINE));
    assert_eq!(survivors(&dir), [&rooms[..], &[marked]].concat());
}

#[test]
fn rows_that_somebody_else_wrote_are_passed_over() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    let kept = RoomRecord { topic: Some(Text::clean("tema")), ..owned(1, "sala", ana) };
    desk.storage.room(&kept);
    assert!(desk.storage.close(DEADLINE));
    dir.sql()
        .execute_batch(
            "INSERT INTO room (key, name, topic, made_at) VALUES
                 (2, 'no name', 'x', 0), (3, 'sala', 'x', 0), (4, 'servidor', 'x', 0);
             INSERT INTO room_operator SELECT key, 1 FROM room WHERE key > 1;
             INSERT INTO room_operator VALUES (1, 77), (99, 1);
             INSERT INTO room_mark VALUES (1, 'ban', 'no name'), (99, 'mute', 'Juan');",
        )
        .unwrap();
    assert_eq!(survivors(&dir), [kept]);
}

#[test]
fn room_change_writes_what_is_different_and_no_other_row() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let (ana, luis) = (desk.account("Ana", "secreto"), desk.account("Luis", "secreto"));
    let names =
        |letter: char| (0..DECISIONS_PER_ROOM - 1).map(|number| name(&format!("{letter}{number}"))).collect();
    let mut record = RoomRecord { banned: names('b'), muted: names('m'), ..owned(1, "sala", ana) };
    desk.storage.room(&record);
    assert!(desk.storage.close(DEADLINE));
    let count = |of: &str, on: &str| {
        format!("CREATE TRIGGER {on}_{of} AFTER {on} ON {of} BEGIN INSERT INTO written VALUES ('{of}'); END;")
    };
    let mut triggers = "CREATE TABLE written (what TEXT);".to_owned();
    for of in ["room", "room_operator", "room_mark"] {
        ["INSERT", "UPDATE", "DELETE"].iter().for_each(|on| triggers.push_str(&count(of, on)));
    }
    dir.sql().execute_batch(&triggers).unwrap();

    let on = |list, raw: &str, is| RoomFact::Listed(list, name(raw), is);
    let facts = [
        // Each of them alone, and how many rows it touches.
        (RoomFact::Topic(Some(Text::clean("recetas"))), 1),
        (RoomFact::Key(Some(Text::clean("sal"))), 1),
        (RoomFact::Moderated(true), 1),
        (RoomFact::Operator(luis, true), 1),
        (RoomFact::Operator(ana, false), 1),
        (on(RoomList::Bans, "Pedro", true), 1),
        (on(RoomList::Mutes, "m7", false), 1),
        // Back again it is the last one.
        (on(RoomList::Bans, "b0", true), 2),
    ];
    let mut desk = Desk::open(&dir);
    for (what, rows) in facts {
        dir.sql().execute("DELETE FROM written", []).unwrap();
        record.apply(what.clone());
        desk.storage.room_changed(&RoomChange { room: RoomKey(1), what: what.clone() });
        desk.last(RoomKey(0), 1);
        let written = dir.sql().query_row("SELECT count(*) FROM written", [], |row| row.get::<_, i64>(0));
        assert_eq!(written, Ok(rows), "rows written for {what:?}");
    }
    let made = RoomChange { room: RoomKey(2), what: RoomFact::Made(name("cueva")) };
    desk.storage.room_changed(&made);
    for what in [RoomFact::Operator(ana, true), RoomFact::Topic(Some(Text::clean("ecos")))] {
        desk.storage.room_changed(&RoomChange { what, ..made.clone() });
    }
    assert!(desk.storage.close(DEADLINE));
    let cave = RoomRecord { topic: Some(Text::clean("ecos")), ..owned(2, "cueva", ana) };
    assert_eq!(survivors(&dir), [record, cave]);
}

#[test]
fn room_changes_of_one_thing_count_in_their_order() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    let mut record = owned(1, "sala", ana);
    desk.storage.room(&record);
    desk.last(RoomKey(0), 1);
    // While somebody else writes, they wait.
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    let pedro = |is| RoomFact::Listed(RoomList::Bans, name("Pedro"), is);
    let juan = |is| RoomFact::Listed(RoomList::Bans, name("Juan"), is);
    for what in [pedro(true), juan(true), pedro(false), pedro(true), juan(false), juan(true), juan(false)] {
        record.apply(what.clone());
        desk.storage.room_changed(&RoomChange { room: RoomKey(1), what });
    }
    sql.execute_batch("COMMIT").unwrap();
    assert!(desk.storage.close(DEADLINE));
    assert_eq!(record.banned, [name("Pedro")]);
    assert_eq!(survivors(&dir), [record]);
}

/// Room 1 with 1,000 bans and 1,000 mutes, in the file.
fn crowded(dir: &Dir) -> (Desk, RoomRecord) {
    let mut desk = Desk::open(dir);
    let ana = desk.account("Ana", "secreto");
    let names =
        |letter: char| (0..1_000).map(|n| name(&format!("{}{n}", letter.to_string().repeat(15)))).collect();
    let record = RoomRecord { banned: names('b'), muted: names('m'), ..owned(1, "sala", ana) };
    desk.storage.room(&record);
    desk.last(RoomKey(0), 1);
    (desk, record)
}

#[test]
fn room_changes_of_one_thing_wait_in_the_bytes_of_a_few() {
    let dir = Dir::new();
    let (mut desk, mut record) = crowded(&dir);
    // While somebody else writes, they wait.
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    for number in 0..9_800 {
        let what = RoomFact::Topic(Some(Text::clean(&format!("{number:0>400}"))));
        record.apply(what.clone());
        desk.storage.room_changed(&RoomChange { room: RoomKey(1), what });
        let (in_hand, waiting) = desk.storage.unwritten_bytes();
        assert!(
            in_hand <= HISTORY_CHANGES_IN_HAND_BYTES && waiting <= 1_000,
            "{in_hand} and {waiting} bytes"
        );
    }
    sql.execute_batch("COMMIT").unwrap();
    assert!(desk.storage.close(DEADLINE));
    assert_eq!(survivors(&dir), [record]);
}

#[test]
fn room_that_changes_beyond_all_bytes_is_written_as_a_whole() {
    let dir = Dir::new();
    let (mut desk, mut record) = crowded(&dir);
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    for number in 0..30_000 {
        for is in [true, false] {
            let what = RoomFact::Listed(RoomList::Bans, name(&format!("p{number}")), is);
            desk.storage.room_changed(&RoomChange { room: RoomKey(1), what });
        }
    }
    let what = RoomFact::Topic(Some(Text::clean("recetas")));
    record.apply(what.clone());
    desk.storage.room_changed(&RoomChange { room: RoomKey(1), what });
    let (_, waiting) = desk.storage.unwritten_bytes();
    assert!(waiting <= HISTORY_CHANGES_MAX_BYTES, "{waiting} bytes wait");
    sql.execute_batch("COMMIT").unwrap();
    let stale = loop {
        if let Some(room) = desk.storage.next_stale_room(false) {
            break room;
        }
        desk.wait();
    };
    assert_eq!(stale, RoomKey(1));
    desk.storage.room(&record);
    assert_eq!(desk.storage.next_stale_room(true), None);
    assert!(desk.storage.close(DEADLINE));
    assert_eq!(survivors(&dir), [record]);
}

#[test]
fn longest_lines_wait_in_bounded_bytes_and_what_is_missing_is_counted() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    desk.last(RoomKey(0), 1);
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    let long = "x".repeat(4_000);
    let handed_in = 2 * HISTORY_QUEUE_MAX_BYTES / long.len();
    (0..handed_in).for_each(|at| desk.keep(line(RoomKey(0), at as i64, &long)));
    let (in_hand, _) = desk.storage.unwritten_bytes();
    assert!(
        (HISTORY_QUEUE_MAX_BYTES - 5_000..=HISTORY_QUEUE_MAX_BYTES).contains(&in_hand),
        "{in_hand} bytes"
    );
    let missing = desk.storage.complaint(MonoTime::START).expect("it is told").lines;
    sql.execute_batch("COMMIT").unwrap();
    assert!(desk.storage.close(DEADLINE));
    let kept = "SELECT count(*) FROM line WHERE kind = 0";
    let kept: u64 = dir.sql().query_row(kept, [], |row| row.get(0)).unwrap();
    assert_eq!(kept + missing, handed_in as u64);
}

/// Rows of `room_mark`: so many of each kind in each of so many rooms, the oldest first.
fn write_marks(dir: &Dir, rooms: u64, each: u64) {
    dir.sql()
        .execute_batch(&format!(
            "INSERT INTO account (name, password, made_at) VALUES ('Ana', '', 0);
             WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {rooms})
             INSERT INTO room (key, name, made_at, topic) SELECT n, 'sala' || n, 0, 'tema' FROM n;
             INSERT INTO room_operator (room, account) SELECT key, 1 FROM room;
             WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < {each})
             INSERT INTO room_mark (room, kind, name)
             SELECT key, kind, 'p' || n FROM n, room, (SELECT 'ban' AS kind UNION SELECT 'mute')
             WHERE key > 0 ORDER BY n, key, kind"
        ))
        .unwrap();
}

#[test]
fn decisions_of_an_older_file_are_bounded_in_each_room_and_the_newest_stay() {
    let dir = Dir::new();
    drop(Store::open(dir.path(), None).unwrap());
    write_marks(&dir, 1, DECISIONS_PER_ROOM as u64 + 2);
    let store = Store::open(dir.path(), None).unwrap();
    assert_eq!(store.forgotten_decisions(), 4);
    let mut desk = Desk::of(store);
    let record = desk.storage.take_rooms().pop().unwrap();
    assert_eq!((record.banned.len(), record.muted.len()), (DECISIONS_PER_ROOM, DECISIONS_PER_ROOM));
    assert_eq!((record.banned[0].as_str(), record.muted[0].as_str()), ("p2", "p2"));
    assert!(desk.storage.close(DEADLINE));
    assert_eq!(Store::open(dir.path(), None).unwrap().forgotten_decisions(), 0, "they are gone");
}

#[test]
fn decisions_of_an_older_file_are_bounded_in_all_and_that_is_said() {
    let dir = Dir::new();
    drop(Store::open(dir.path(), None).unwrap());
    let (rooms, each) = (60, DECISIONS_PER_ROOM);
    write_marks(&dir, rooms, each as u64);
    let server = Server::keeping(&dir);
    let said = server.complaints();
    let forgotten = 2 * rooms as usize * each - DECISIONS_MAX;
    let many = number(forgotten as u64, Language::Spanish);
    let words = format!(
        "En el historial había más vetos y silencios de los que caben: se han olvidado los {many} más antiguos"
    );
    assert!(said.contains(&words), "{said}");
    let oldest: String = dir
        .sql()
        .query_row("SELECT name FROM room_mark ORDER BY rowid LIMIT 1", [], |row| row.get(0))
        .unwrap();
    assert_eq!(oldest, format!("p{}", forgotten / (2 * rooms as usize)));
}

/// The room that has to be written as a whole is as the server has it then.
#[test]
fn room_that_changed_beyond_all_bytes_is_in_the_file_as_it_was_at_the_stop() {
    let dir = Dir::new();
    let (mut desk, _) = crowded(&dir);
    assert!(desk.storage.close(DEADLINE));
    let mut storage = Storage::in_file(Store::open(dir.path(), None).unwrap(), || {}).unwrap();
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    for number in 0..30_000 {
        for is in [true, false] {
            let what = RoomFact::Listed(RoomList::Bans, name(&format!("p{number}")), is);
            storage.room_changed(&RoomChange { room: RoomKey(1), what });
        }
    }
    let mut house = House::of(tertulia::net::Server::remembering(Config::default(), storage));
    let eva = house.connect();
    house.listen(eva);
    for line in ["Eva\n", "/entrar sala\n", "/tema recetas\n"] {
        house.says(eva, line);
    }
    let heard = house.heard(eva);
    assert!(heard.contains("recetas"), "{heard}");
    sql.execute_batch("COMMIT").unwrap();
    house.server.stop(house.now);
    assert!(house.server.close_history(DEADLINE));
    assert_eq!(survivors(&dir)[0].topic, Some(Text::clean("recetas")));
}

/// A node that starts again finds in the log what was before it stopped: also that a room was made which its file says is gone.
#[test]
fn room_that_is_made_again_is_there() {
    let dir = Dir::new();
    let made = RoomChange { room: RoomKey(5), what: RoomFact::Made(name("cocina")) };
    let gone = || {
        let gone = "SELECT gone_at IS NOT NULL FROM room WHERE key = 5";
        dir.sql().query_row(gone, [], |row| row.get::<_, bool>(0)).expect("its row")
    };
    let mut desk = Desk::open(&dir);
    // Where no room stays, a file forgets all of them when it is opened.
    let ana = desk.account("Ana", "secreto");
    desk.storage.room(&RoomRecord { topic: Some(Text::clean("tema")), ..owned(4, "suya", ana) });
    desk.storage.room_changed(&made);
    desk.keep(line(RoomKey(5), 1, "hola"));
    assert!(desk.storage.close(DEADLINE));
    // Nobody is in it when the file is opened.
    assert!(Desk::open(&dir).storage.close(DEADLINE));
    assert!(gone());
    let mut desk = Desk::open(&dir);
    desk.storage.room_changed(&made);
    assert!(desk.storage.close(DEADLINE));
    assert!(!gone());
}
