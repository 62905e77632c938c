//! kill -9 at any moment: what anybody was shown is there afterwards, and the file is sound.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use std::{env, fs};

use super::support::{Dir, Peer, Server};

/// How many times the server is killed; `TERTULIA_KILLS=200` for more.
fn rounds() -> u64 {
    env::var("TERTULIA_KILLS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(20)
}

/// The words of a line of history: `[12:03] Juan: words`.
fn words(line: &str) -> Option<String> {
    let (time, rest) = line.strip_prefix('[')?.split_once("] Pedro: ")?;
    (time.len() >= 5).then(|| rest.to_owned())
}

#[test]
fn history_survives_kill() {
    let dir = Dir::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut shown = 0;
    for round in 0..rounds() {
        let server = Server::keeping(&dir);
        // Not the clock: a round that fails is tried again with the same pause.
        let pause = Duration::from_micros(1_000 + round.wrapping_mul(0x9E37_79B9_7F4A_7C15) % 250_000);
        let pedro = Peer::enter(&server, "Pedro");
        let mut ana = Peer::enter(&server, "Ana");
        let over = AtomicBool::new(false);
        let heard = thread::scope(|scope| {
            let mut writing = pedro.writer();
            scope.spawn(move || {
                // Until the server is no more.
                for number in 0.. {
                    if writing.write_all(format!("{round}-{number}\n").as_bytes()).is_err() {
                        break;
                    }
                    if number % 50 == 0 {
                        thread::yield_now();
                    }
                }
            });
            let mut asking = ana.writer();
            let over = &over;
            scope.spawn(move || {
                while !over.load(Ordering::Relaxed) && asking.write_all(b"/historial 200\n").is_ok() {
                    thread::sleep(Duration::from_millis(3)); // how often Ana asks; nothing is waited for
                }
            });
            let reader = scope.spawn(move || {
                let mut heard = Vec::new();
                while let Some(line) = ana.hear() {
                    heard.extend(words(&line));
                }
                heard
            });
            thread::sleep(pause); // the moment of the kill is what is tried
            drop(server);
            over.store(true, Ordering::Relaxed);
            reader.join().unwrap()
        });
        shown += heard.len();
        seen.extend(heard);
        let sql = dir.sql();
        let sound: String = sql.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok", "round {round}");
        let mut stored = sql.prepare("SELECT text FROM line WHERE kind = 0").unwrap();
        let stored: BTreeSet<String> =
            stored.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let lost: Vec<&String> = seen.difference(&stored).collect();
        assert!(lost.is_empty(), "round {round}: {lost:?} were shown and are not there");
        if round % 20 == 19 {
            println!("{} kills: {} lines stored, {shown} shown", round + 1, stored.len());
        }
    }
    assert!(!seen.is_empty(), "history was looked at");
    assert!(fs::metadata(dir.file()).unwrap().len() > 0);
}

#[test]
fn registration_survives_kill() {
    let dir = Dir::new();
    for round in 0..5 {
        let server = Server::keeping(&dir);
        for before in 0..round {
            let mut person = Peer::connect(&server);
            person.say(&format!("Ana{before}\nsecreto {before}"));
            let heard = person.until("Escribe 'salir'");
            assert!(heard.iter().any(|line| line.contains("Contraseña:")), "{heard:?}");
            person.say("salir");
        }
        let mut ana = Peer::enter(&server, &format!("Ana{round}"));
        ana.say(&format!("/registrar\nsecreto {round}\nsecreto {round}"));
        ana.until("es tuyo desde ahora");
        drop(server);
    }
}
