//! What operators decide, as the room and the person read it, in both languages.

use super::Wire;
use tertulia::chat::Language::{self, English, Spanish};

/// Olga has made #sala; Ana and Luis are there too.
fn sala(language: Language) -> (Wire, [usize; 3]) {
    let (mut wire, seats) = Wire::of(language, "\n", ["Olga", "Ana", "Luis"]);
    seats.iter().for_each(|&seat| wire.types(seat, "/entrar sala\n"));
    wire.hush();
    (wire, seats)
}

/// Olga types each line; the whole room reads what is beside it, she too.
fn play(language: Language, rows: &[(&str, &str)]) {
    for (typed, line) in rows {
        let (mut wire, seats) = sala(language);
        wire.types(seats[0], &format!("{typed}\n"));
        for seat in seats {
            let read = wire.reads(seat);
            assert_eq!(read.lines().next(), Some(*line), "{typed:?}");
        }
    }
}

#[test]
fn the_room_is_told() {
    play(
        Spanish,
        &[
            ("/llave sésamo", "--- Olga ha cerrado #sala con llave"),
            ("/llave", "--- Olga ha abierto #sala: ya no hace falta llave"),
            ("/invitar Ana", "--- Olga ha invitado a Ana a #sala"),
            ("/echar luis", "--- Olga ha echado a Luis de #sala"),
            ("/echar Luis por pesado", "--- Olga ha echado a Luis de #sala (por pesado)"),
            ("/vetar Luis", "--- Olga ha vetado a Luis en #sala"),
            ("/unban Luis", "--- Olga deja volver a Luis a #sala"),
            ("/silenciar Luis", "--- Olga ha silenciado a Luis en #sala"),
            ("/silenciar", "--- Olga: en #sala solo hablan los operadores"),
            ("/op Ana", "--- Olga ha hecho operador de #sala a Ana"),
        ],
    );
}

#[test]
fn the_room_is_told_in_english() {
    play(
        English,
        &[
            ("/key sesame", "--- Olga closed #sala by a key"),
            ("/key", "--- Olga opened #sala: no key is needed any more"),
            ("/invite Ana", "--- Olga invited Ana to #sala"),
            ("/kick luis", "--- Olga put Luis out of #sala"),
            ("/kick Luis too loud", "--- Olga put Luis out of #sala (too loud)"),
            ("/ban Luis", "--- Olga banned Luis from #sala"),
            ("/perdonar Luis", "--- Olga lets Luis come back to #sala"),
            ("/mute Luis", "--- Olga silenced Luis in #sala"),
            ("/mute", "--- Olga: only operators may speak in #sala"),
            ("/op Ana", "--- Olga made Ana an operator of #sala"),
        ],
    );
}

#[test]
fn a_silence_and_its_end() {
    for (language, mute, refused, unmuted, unhushed) in [
        (
            Spanish,
            "/silenciar",
            "Ahora no puedes hablar en #sala. No se envió.\n",
            "--- Olga devuelve la palabra a Luis en #sala\n",
            "--- Olga: en #sala vuelven a hablar todos\n",
        ),
        (
            English,
            "/mute",
            "You may not speak in #sala now. It was not sent.\n",
            "--- Olga lets Luis speak again in #sala\n",
            "--- Olga: everybody may speak in #sala again\n",
        ),
    ] {
        let (mut wire, [olga, ana, luis]) = sala(language);
        for (order, end) in [(format!("{mute} Luis\n"), unmuted), (format!("{mute}\n"), unhushed)] {
            wire.types(olga, &order);
            wire.reads(luis);
            wire.reads(ana);
            wire.types(luis, "hola\n");
            assert_eq!(wire.reads(luis), refused);
            assert_eq!(wire.reads(ana), "");
            wire.types(olga, &order);
            assert_eq!(wire.reads(luis), end);
        }
    }
}

#[test]
fn outside_a_closed_room() {
    for (language, closed, invited, banned, rooms) in [
        (
            Spanish,
            "#sala está cerrada con llave: /entrar sala llave\n",
            "--- Olga te invita a #sala: /entrar sala\n",
            "No puedes entrar en #sala: te han vetado.\n",
            "2 salas:\n  #general, 4 personas (estás)\n  #sala, 3 personas, con llave\n",
        ),
        (
            English,
            "#sala is closed by a key: /join sala key\n",
            "--- Olga invites you to #sala: /join sala\n",
            "You cannot enter #sala: you were banned.\n",
            "2 rooms:\n  #general, 4 people (you are here)\n  #sala, 3 people, closed by a key\n",
        ),
    ] {
        let (mut wire, [olga, ..]) = sala(language);
        let eva = wire.connects();
        wire.types(eva, "Eva\n");
        wire.types(olga, "/llave una llave larga\n/tema secretos\n");
        wire.hush();
        for typed in ["/entrar sala\n", "/entrar sala una llave\n", "/quien sala\n"] {
            wire.types(eva, typed);
            assert_eq!(wire.reads(eva), closed);
        }
        wire.types(eva, "/salas\n");
        assert_eq!(wire.reads(eva), rooms);
        wire.types(eva, "/entrar sala una llave larga\n/dejar\n");
        assert_eq!(wire.reads(eva).lines().count(), 3, "in, its topic, and out again");
        wire.types(olga, "/invitar Eva\n");
        assert_eq!(wire.reads(eva), invited);
        wire.types(olga, "/vetar Eva\n");
        wire.types(eva, "/entrar sala\n");
        assert_eq!(wire.reads(eva), banned);
    }
}

#[test]
fn who_is_put_out_reads_where_they_are() {
    for (language, read) in [
        (Spanish, "--- Olga ha echado a Luis de #sala (ya)\nDejaste #sala. Ahora hablas en #general.\n"),
        (English, "--- Olga put Luis out of #sala (ya)\nYou left #sala. Now you speak in #general.\n"),
    ] {
        let (mut wire, [olga, _, luis]) = sala(language);
        wire.types(olga, "/echar Luis ya\n");
        assert_eq!(wire.reads(luis), read);
    }
}

#[test]
fn what_one_may_not_do_is_said() {
    let (mut wire, [olga, ana, _]) = sala(Spanish);
    for (seat, typed, spanish, english) in [
        (
            ana,
            "/echar Luis",
            "Eso solo lo pueden hacer los operadores de #sala.",
            "Only the operators of #sala can do that.",
        ),
        (olga, "/echar Eva", "En #sala no hay nadie que se llame 'Eva'.", "Nobody in #sala is called 'Eva'."),
        (olga, "/invitar Eva", "Aquí no hay nadie que se llame 'Eva'.", "Nobody here is called 'Eva'."),
    ] {
        wire.types(seat, &format!("/lang es\n{typed}\n/lang en\n{typed}\n"));
        let answers = wire.reads(seat);
        let lines: Vec<&str> = answers.lines().collect();
        assert_eq!([lines[1], lines[3]], [spanish, english]);
    }
}
