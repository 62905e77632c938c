//! What was said before: shown on entering, on asking, on searching, and to nobody who may not read it.

use std::time::Duration;

use super::Wire;
use tertulia::chat::Language::{English, Spanish};
use tertulia::chat::{ChatConfig, Text, UnixMillis};
use tertulia::limits::HISTORY_LINES_PER_ROOM;

/// 2026-11-23, 12:03 and some seconds, UTC.
const NOON: UnixMillis = UnixMillis(1_795_435_385_000);

fn wire() -> Wire {
    at_noon(ChatConfig { replay: 10, ..ChatConfig::default() })
}

fn at_noon(config: ChatConfig) -> Wire {
    let mut wire = Wire::with(config, Spanish);
    wire.clock_says(NOON);
    wire
}

fn enters(wire: &mut Wire, name: &str) -> usize {
    let seat = wire.connects();
    wire.types(seat, &format!("{name}\n"));
    seat
}

fn greeting(name: &str, company: &str) -> String {
    format!(
        "Ingresa tu nombre: \nBienvenido al chat, {name}!\nEscribe 'salir' para desconectarte.\n\n{company}\n\
         Para ver los comandos: /ayuda\n"
    )
}

#[test]
fn last_lines_are_shown_again_to_who_enters_with_their_times() {
    let mut wire = wire();
    let juan = enters(&mut wire, "Juan");
    for number in 1..=12 {
        wire.types(juan, &format!("línea {number}\n"));
    }
    wire.waits(Duration::from_secs(60));
    wire.types(juan, "/yo saluda\n");
    let ana = enters(&mut wire, "Ana");
    let lines: String = (4..=12).map(|number| format!("[12:03] Juan: línea {number}\n")).collect();
    assert_eq!(wire.reads(ana), greeting("Ana", "Aquí está Juan.") + &lines + "[12:04] * Juan saluda\n");
}

#[test]
fn replay_is_empty_where_nothing_was_said_or_it_is_not_wanted() {
    let mut wire = wire();
    let juan = enters(&mut wire, "Juan");
    assert_eq!(wire.reads(juan), greeting("Juan", "No hay nadie más por ahora."));
    let mut silent = at_noon(ChatConfig::default());
    let juan = enters(&mut silent, "Juan");
    silent.types(juan, "hola\n");
    let ana = enters(&mut silent, "Ana");
    assert_eq!(silent.reads(ana), greeting("Ana", "Aquí está Juan."));
}

#[test]
fn history_shows_as_many_lines_as_asked_and_the_date_of_another_day() {
    let mut wire = wire();
    let juan = enters(&mut wire, "Juan");
    wire.types(juan, "ayer\n");
    wire.waits(Duration::from_secs(86_400));
    wire.types(juan, "hoy\n//y más\n");
    wire.hush();
    wire.types(juan, "/historial\n");
    assert_eq!(wire.reads(juan), "[2026-11-23 12:03] Juan: ayer\n[12:03] Juan: hoy\n[12:03] Juan: /y más\n");
    wire.types(juan, "/history 1\n");
    assert_eq!(wire.reads(juan), "[12:03] Juan: /y más\n");
    for wrong in ["/historial 0", "/historial muchas", "/historial -3"] {
        wire.types(juan, &format!("{wrong}\n"));
        assert_eq!(wire.reads(juan), "Se usa así: /historial [n]\n", "{wrong}");
    }
}

#[test]
fn history_has_the_clock_of_each_line_however_it_was_set_since() {
    let mut wire = Wire::new(Spanish);
    let juan = enters(&mut wire, "Juan");
    wire.clock_says(UnixMillis(-60_000));
    wire.types(juan, "sin pila\n");
    wire.waits(Duration::from_secs(90));
    wire.types(juan, "todavía\n");
    wire.clock_says(NOON);
    wire.types(juan, "en hora\n/historial\n");
    let line = "[1969-12-31 23:59] Juan: sin pila\n[1970-01-01 00:00] Juan: todavía\n[12:03] Juan: en hora\n";
    assert_eq!(wire.reads(juan), greeting("Juan", "No hay nadie más por ahora.") + line);
    wire.clock_says(UnixMillis(NOON.0 - 86_400_000));
    wire.types(juan, "un día antes\n/historial 2\n");
    assert_eq!(wire.reads(juan), "[2026-11-23 12:03] Juan: en hora\n[12:03] Juan: un día antes\n");
}

#[test]
fn history_shows_the_hour_that_clocks_showed_before_they_were_changed() {
    let mut wire = Wire::new(Spanish);
    wire.in_zone("Europe/Madrid");
    let juan = enters(&mut wire, "Juan");
    // 2026-03-29: clocks go from 02:00 to 03:00, at 01:00 UTC.
    let spring = 1_774_746_000_000;
    for (minutes, words) in [(-150, "la víspera"), (-1, "antes"), (0, "después")] {
        wire.clock_says(UnixMillis(spring + minutes * 60_000));
        wire.types(juan, &format!("{words}\n"));
    }
    wire.hush();
    wire.types(juan, "/historial\n");
    let lines = "[2026-03-28 23:30] Juan: la víspera\n[01:59] Juan: antes\n[03:00] Juan: después\n";
    assert_eq!(wire.reads(juan), lines);
}

#[test]
fn room_remembers_so_many_lines_and_one_answer_stays_bounded() {
    let mut wire = wire();
    let juan = enters(&mut wire, "Juan");
    for number in 0..HISTORY_LINES_PER_ROOM + 5 {
        wire.types(juan, &format!("{number}\n"));
    }
    wire.hush();
    wire.types(juan, "/historial 5000\n");
    let lines = wire.reads(juan);
    assert!(lines.len() < 32 * 1024, "an answer is never skipped, so it is bounded");
    assert!(lines.ends_with(&format!("[12:03] Juan: {}\n", HISTORY_LINES_PER_ROOM + 4)));
    wire.types(juan, "/buscar 4\n/buscar 5\n");
    let found = wire.reads(juan);
    assert!(!found.contains("Juan: 4\n"), "the oldest have given way");
}

#[test]
fn search_minds_neither_case_nor_accents_and_shows_the_newest() {
    let mut wire = wire();
    let juan = enters(&mut wire, "Juan");
    wire.types(juan, "¡Hola, María!\nadiós maria\nMariano no está\nla mar\n");
    wire.hush();
    wire.types(juan, "/buscar maria\n");
    let both = "[12:03] Juan: ¡Hola, María!\n[12:03] Juan: adiós maria\n[12:03] Juan: Mariano no está\n";
    assert_eq!(wire.reads(juan), both);
    wire.types(juan, "/search MARÍA hola\n");
    assert_eq!(wire.reads(juan), "[12:03] Juan: ¡Hola, María!\n");
    for nothing in ["aria", "xyz", "!!!", "\" OR *"] {
        wire.types(juan, &format!("/buscar {nothing}\n"));
        assert_eq!(wire.reads(juan), "No hay nada con esas palabras en tus salas.\n", "{nothing}");
    }
}

#[test]
fn rooms_lines_are_for_those_who_are_in_it_now() {
    let mut wire = wire();
    let (juan, ana) = (enters(&mut wire, "Juan"), enters(&mut wire, "Ana"));
    wire.types(juan, "/entrar cocina\nsecreto del cocido\n/entrar general\n");
    wire.types(ana, "/entrar cocina\n");
    wire.hush();
    wire.types(juan, "/buscar secreto\n");
    assert_eq!(
        wire.reads(juan),
        "#cocina [12:03] Juan: secreto del cocido\n",
        "with its room, which is not the current one"
    );
    wire.types(ana, "/buscar secreto\n/historial\n/dejar\n");
    let line = "[12:03] Juan: secreto del cocido\n";
    assert_eq!(wire.reads(ana), format!("{line}{line}Dejaste #cocina. Ahora hablas en #general.\n"));
    wire.types(ana, "/buscar secreto\n");
    assert_eq!(
        wire.reads(ana),
        "No hay nada con esas palabras en tus salas.\n",
        "a former member reads nothing"
    );
    wire.types(juan, "/entrar cocina\n/llave 1234\n/vetar Ana\n");
    wire.hush();
    wire.types(ana, "/entrar cocina\n/entrar cocina 1234\n/buscar secreto\n");
    assert!(!wire.reads(ana).contains("cocido"), "neither does who may not enter");
}

#[test]
fn room_made_again_under_an_old_name_has_no_past() {
    let mut wire = wire();
    let (juan, ana) = (enters(&mut wire, "Juan"), enters(&mut wire, "Ana"));
    wire.types(juan, "/entrar cocina\n/llave 1234\nsecreto\n/dejar\n");
    wire.hush();
    wire.types(ana, "/entrar cocina\n/historial\n/buscar secreto\n");
    let nothing = "Todavía no se ha dicho nada aquí.\nNo hay nada con esas palabras en tus salas.\n";
    let made = "Has creado #cocina y eres su operador. Ahora hablas aquí.\n";
    assert_eq!(wire.reads(ana), format!("{made}{nothing}"));
}

#[test]
fn private_words_are_in_nobodys_history() {
    let mut wire = wire();
    let (juan, ana) = (enters(&mut wire, "Juan"), enters(&mut wire, "Ana"));
    wire.types(juan, "/privado Ana confidencia\n");
    wire.hush();
    for seat in [juan, ana] {
        wire.types(seat, "/historial\n/buscar confidencia\n");
        assert!(!wire.reads(seat).contains("Juan:"));
    }
}

#[test]
fn motd_is_told_to_all_who_come() {
    let motd = vec![Text::clean("Aula 3."), Text::clean("Hoy hay examen.")];
    let mut wire = Wire::with(ChatConfig { motd, ..ChatConfig::default() }, English);
    let ana = enters(&mut wire, "Ana");
    let told = "Enter your name: \nWelcome to the chat, Ana!\nType 'quit' to disconnect.\n\n\
                Nobody else is here yet.\nTo see the commands: /help\nAula 3.\nHoy hay examen.\n";
    assert_eq!(wire.reads(ana), told);
}
