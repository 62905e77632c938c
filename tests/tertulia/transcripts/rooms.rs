//! Rooms as people read them, word by word, in both languages.

use std::time::Duration;

use super::{Wire, logged};
use tertulia::chat::Language::{self, English, Spanish};
use tertulia::chat::{Expulsion, LogEntry, MessageKind, Name, Text, UnixMillis};
use tertulia::protocol::console;

/// Juan in #general only, María and Ana in #cocina, of which María is the operator.
fn kitchen(language: Language) -> (Wire, [usize; 3]) {
    let (mut wire, seats) = Wire::of(language, "\n", ["Juan", "María", "Ana"]);
    wire.types(seats[1], "/entrar cocina\n");
    wire.types(seats[2], "/join #cocina\n");
    wire.hush();
    (wire, seats)
}

/// What Juan types, what he reads, and what María reads, whose current room is #cocina.
type Row = (&'static str, &'static str, &'static str);

fn play(language: Language, rows: &[Row]) {
    let (mut wire, [juan, maria, _]) = kitchen(language);
    for (typed, own, others) in rows {
        wire.types(juan, &format!("{typed}\n"));
        assert_eq!(wire.reads(juan), *own, "{typed:?}");
        assert_eq!(wire.reads(maria), *others, "{typed:?}");
    }
}

#[test]
fn visit_to_another_room_reads_well() {
    play(
        Spanish,
        &[
            (
                "/entrar cocina",
                "Estás en #cocina, 3 personas. Ahora hablas aquí.\n",
                ">>> Juan entró en #cocina\n",
            ),
            ("ya está el café", "", "Juan: ya está el café\n"),
            ("/yo sirve", "", "* Juan sirve\n"),
            ("/tema", "#cocina no tiene tema.\n", ""),
            (
                "/tema recetas",
                "--- Juan ha puesto el tema de #cocina: recetas\n",
                "--- Juan ha puesto el tema de #cocina: recetas\n",
            ),
            ("/tema", "Tema de #cocina: recetas\n", ""),
            (
                "/salas",
                "2 salas:\n  #cocina, 3 personas (hablas aquí): recetas\n  #general, 3 personas (estás)\n",
                "",
            ),
            ("/entrar #general", "Estás en #general, 3 personas. Ahora hablas aquí.\n", ""),
            ("hola", "", "#general Juan: hola\n"),
            ("/yo saluda", "", "#general * Juan saluda\n"),
            (
                "/entrar Cocina",
                "Estás en #cocina, 3 personas. Ahora hablas aquí.\nTema de #cocina: recetas\n",
                "",
            ),
            (
                "/tema -",
                "--- Juan ha borrado el tema de #cocina\n",
                "--- Juan ha borrado el tema de #cocina\n",
            ),
            ("/dejar cocina", "Dejaste #cocina. Ahora hablas en #general.\n", "<<< Juan dejó #cocina\n"),
            (
                "/dejar",
                "Dejaste #general. No estás en ninguna sala: /entrar general\n",
                "<<< Juan dejó #general\n",
            ),
            ("hola", "No estás en ninguna sala: /entrar general\n", ""),
        ],
    );
}

#[test]
fn visit_to_another_room_reads_well_in_english() {
    play(
        English,
        &[
            (
                "/join cocina",
                "You are in #cocina, 3 people. Now you speak here.\n",
                ">>> Juan entered #cocina\n",
            ),
            ("coffee is ready", "", "Juan: coffee is ready\n"),
            ("/topic", "#cocina has no topic.\n", ""),
            (
                "/topic recipes",
                "--- Juan set the topic of #cocina: recipes\n",
                "--- Juan set the topic of #cocina: recipes\n",
            ),
            ("/topic", "Topic of #cocina: recipes\n", ""),
            (
                "/rooms",
                "2 rooms:\n  #cocina, 3 people (you speak here): recipes\n  #general, 3 people (you are here)\n",
                "",
            ),
            ("/join general", "You are in #general, 3 people. Now you speak here.\n", ""),
            ("hello", "", "#general Juan: hello\n"),
            (
                "/topic -",
                "--- Juan cleared the topic of #general\n",
                "--- Juan cleared the topic of #general\n",
            ),
            ("/leave cocina", "You left #cocina. Now you speak in #general.\n", "<<< Juan left #cocina\n"),
            ("/leave", "You left #general. You are in no room: /join general\n", "<<< Juan left #general\n"),
            ("hello", "You are in no room: /join general\n", ""),
        ],
    );
}

#[test]
fn lines_of_other_rooms_carry_their_room() {
    let (mut wire, [juan, maria, ana]) = kitchen(Spanish);
    wire.types(ana, "/entrar general\n");
    wire.reads(ana);
    wire.types(juan, "/entrar cocina\n");
    wire.types(juan, "ya está el café\n/yo sirve\n");
    assert_eq!(wire.reads(maria), ">>> Juan entró en #cocina\nJuan: ya está el café\n* Juan sirve\n");
    let elsewhere = ">>> Juan entró en #cocina\n#cocina Juan: ya está el café\n#cocina * Juan sirve\n";
    assert_eq!(wire.reads(ana), elsewhere);
    let telnet = wire.connects();
    wire.types(telnet, "Luis\r\n/lang en\r\n/join cocina\r\n/join general\r\n");
    wire.hush();
    wire.types(juan, "¿quién quiere?\n");
    assert_eq!(wire.reads(maria), "Juan: ¿quién quiere?\n");
    assert_eq!(wire.reads(ana), "#cocina Juan: ¿quién quiere?\n");
    assert_eq!(wire.reads(telnet), "#cocina Juan: ¿quién quiere?\r\n");
}

#[test]
fn making_a_room() {
    let (mut wire, [juan, _, ana]) = kitchen(Spanish);
    wire.types(juan, "/entrar #Azotea\n/quien\n");
    let answer = "Has creado #Azotea y eres su operador. Ahora hablas aquí.\nEn #Azotea, 1 persona:\n  Juan (tú; operador)\n";
    assert_eq!(wire.reads(juan), answer);
    wire.types(juan, "/idioma en\n/join Terraza\n");
    assert!(wire.reads(juan).ends_with("You made #Terraza and are its operator. Now you speak here.\n"));
    assert_eq!(wire.reads(ana), "");
}

#[test]
fn list_of_people_in_another_room() {
    let (mut wire, [juan, ..]) = kitchen(Spanish);
    wire.types(juan, "/quien cocina\n");
    assert_eq!(wire.reads(juan), "En #cocina, 2 personas:\n  Ana (hace 2 s)\n  María (hace 2 s; operador)\n");
    wire.types(juan, "/lang en\n/who #cocina\n");
    assert!(
        wire.reads(juan).ends_with("In #cocina, 2 people:\n  Ana (2 s ago)\n  María (2 s ago; operator)\n")
    );
}

#[test]
fn arrivals_in_a_room_at_once_read_well() {
    for (language, came, left) in [
        (Spanish, ">>> p5, p6 y 2 más entraron en #cocina\n", "<<< p5, p6 y 2 más dejaron #cocina\n"),
        (English, ">>> p5, p6 and 2 more entered #cocina\n", "<<< p5, p6 and 2 more left #cocina\n"),
    ] {
        let (mut wire, [_, maria, _]) = kitchen(language);
        let seats: Vec<usize> = (0..9)
            .map(|i| {
                let seat = wire.connects();
                wire.types(seat, &format!("p{i}\n"));
                seat
            })
            .collect();
        for (command, line) in [("/entrar cocina\n", came), ("/dejar cocina\n", left)] {
            wire.hush();
            seats.iter().for_each(|&seat| wire.types(seat, command));
            assert_eq!(wire.reads(maria).lines().count(), 5);
            wire.waits(Duration::from_secs(1));
            assert_eq!(wire.reads(maria), line);
        }
    }
}

#[test]
fn room_that_cannot_be_had_is_told_why() {
    let (mut wire, [juan, ..]) = kitchen(Spanish);
    for (typed, spanish, english) in [
        (
            "/entrar 2",
            "Nombre de sala no válido: valen las mismas reglas que para los nombres de persona.",
            "Not a valid name for a room: same rules as for names.",
        ),
        (
            "/dejar salón",
            "No hay ninguna sala 'salón'. Prueba /salas.",
            "There is no room 'salón'. Try /rooms.",
        ),
        ("/quien Ana", "No hay ninguna sala 'Ana'. Prueba /salas.", "There is no room 'Ana'. Try /rooms."),
        ("/dejar cocina", "No estás en #cocina.", "You are not in #cocina."),
    ] {
        wire.types(juan, &format!("/lang es\n{typed}\n/lang en\n{typed}\n"));
        let answers = wire.reads(juan);
        let lines: Vec<&str> = answers.lines().collect();
        assert_eq!([lines[1], lines[3]], [spanish, english]);
    }
    wire.types(juan, "/lang es\n");
    (1..20).for_each(|i| wire.types(juan, &format!("/entrar r{i}\n")));
    wire.reads(juan);
    wire.types(juan, "/entrar cocina\n/lang en\n/join cocina\n");
    let answers = wire.reads(juan);
    assert!(answers.starts_with("Ya estás en 20 salas: deja alguna antes.\n"), "{answers}");
    assert!(answers.ends_with("You are in 20 rooms: leave one first.\n"), "{answers}");
}

#[test]
fn console_shows_which_room() {
    let (general, cocina) = (Name::new("general").unwrap(), Name::new("cocina").unwrap());
    let juan = Name::new("Juan").unwrap();
    for (note, line) in [
        (logged(&general, &juan, MessageKind::Said, "hola"), "Juan: hola"),
        (logged(&general, &juan, MessageKind::Acted, "hola"), "* Juan hola"),
        (logged(&cocina, &juan, MessageKind::Said, "hola"), "#cocina Juan: hola"),
        (logged(&cocina, &juan, MessageKind::Acted, "hola"), "#cocina * Juan hola"),
    ] {
        assert_eq!(console::note(&note, Spanish).as_deref(), Some(line));
    }
}

#[test]
fn console_says_that_the_server_expelled() {
    let expulsion = Box::new(Expulsion {
        number: 1,
        account: None,
        name: Some(Name::new("Pepe").unwrap()),
        origin: None,
        until: Some(UnixMillis(60_000)),
        reason: Some(Text::clean("insultos")),
        by: Name::server(),
        at: UnixMillis(0),
    });
    let (expelled, readmitted) =
        (LogEntry::Expelled(expulsion.clone()), LogEntry::Readmitted(Name::server(), expulsion));
    for (note, spanish, english) in [
        (
            expelled,
            "El servidor ha expulsado a Pepe (1 min): insultos",
            "The server expelled Pepe (1 min): insultos",
        ),
        (readmitted, "El servidor ha readmitido a Pepe", "The server readmitted Pepe"),
    ] {
        assert_eq!(console::note(&note, Spanish).as_deref(), Some(spanish));
        assert_eq!(console::note(&note, English).as_deref(), Some(english));
    }
}
