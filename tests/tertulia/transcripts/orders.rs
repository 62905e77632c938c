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

/// Olga types each line; the whole room reads what is beside it, she too, but for Luis if he is put out.
fn play(language: Language, rows: &[(&str, &str)]) {
    for (typed, line) in rows {
        let (mut wire, [olga, ana, luis]) = sala(language);
        wire.types(olga, &format!("{typed}\n"));
        let put_out = ["/echar", "/kick", "/vetar", "/ban "].iter().any(|word| typed.starts_with(word));
        for seat in [olga, ana].into_iter().chain((!put_out).then_some(luis)) {
            let read = wire.reads(seat);
            let read = if typed.contains('\n') { read.lines().last() } else { read.lines().next() };
            assert_eq!(read, Some(*line), "{typed:?}");
        }
    }
}

#[test]
fn decisions_are_told_to_the_room() {
    play(
        Spanish,
        &[
            ("/llave sésamo", "--- Olga ha cerrado #sala con llave"),
            ("/llave", "--- Olga ha abierto #sala: ya no hace falta llave"),
            ("/invitar Ana", "--- Olga ha invitado a Ana a #sala"),
            ("/echar luis", "--- Olga ha echado a Luis de #sala"),
            ("/echar Luis por pesado", "--- Olga ha echado a Luis de #sala (por pesado)"),
            ("/vetar Luis", "--- Olga ha vetado a Luis en #sala"),
            ("/vetar Luis\n/unban Luis", "--- Olga deja volver a Luis a #sala"),
            ("/silenciar Luis", "--- Olga ha silenciado a Luis en #sala"),
            ("/silenciar", "--- Olga: en #sala solo hablan los operadores"),
            ("/op Ana", "--- Olga ha hecho operador de #sala a Ana"),
        ],
    );
}

#[test]
fn decisions_are_told_to_the_room_in_english() {
    play(
        English,
        &[
            ("/key sesame", "--- Olga set a key that one must know to enter #sala"),
            ("/key", "--- Olga opened #sala: no key is needed any more"),
            ("/invite Ana", "--- Olga invited Ana to #sala"),
            ("/kick luis", "--- Olga put Luis out of #sala"),
            ("/kick Luis too loud", "--- Olga put Luis out of #sala (too loud)"),
            ("/ban Luis", "--- Olga banned Luis from #sala"),
            ("/ban Luis\n/perdonar Luis", "--- Olga lets Luis come back to #sala"),
            ("/mute Luis", "--- Olga silenced Luis in #sala"),
            ("/mute", "--- Olga: only operators may speak in #sala"),
            ("/op Ana", "--- Olga made Ana an operator of #sala"),
        ],
    );
}

#[test]
fn silence_and_its_end() {
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
    for (language, closed, wrong, invited, banned, rooms) in [
        (
            Spanish,
            "#sala está cerrada: para entrar, escribe la llave detrás de /entrar sala\n",
            "Esa no es la llave de #sala.\n",
            "--- Olga te invita a #sala: /entrar sala\n",
            "No puedes entrar en #sala: te han vetado.\n",
            "2 salas:\n  #general, 4 personas (hablas aquí)\n  #sala, 3 personas, con llave\n",
        ),
        (
            English,
            "#sala is closed: to enter, type its key after /join sala\n",
            "That is not the key of #sala.\n",
            "--- Olga invites you to #sala: /join sala\n",
            "You cannot enter #sala: you were banned.\n",
            "2 rooms:\n  #general, 4 people (you speak here)\n  #sala, 3 people, with a key\n",
        ),
    ] {
        let (mut wire, [olga, ..]) = sala(language);
        let eva = wire.connects();
        wire.types(eva, "Eva\n");
        wire.types(olga, "/llave una llave larga\n/tema secretos\n");
        wire.hush();
        for (typed, answer) in
            [("/entrar sala\n", closed), ("/entrar sala una llave\n", wrong), ("/quien sala\n", closed)]
        {
            wire.types(eva, typed);
            assert_eq!(wire.reads(eva), answer);
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
fn kicked_member_reads_where_they_are() {
    for (language, kicked, banned) in [
        (
            Spanish,
            "--- Olga te ha echado de #sala (ya)\nAhora hablas en #general.\n",
            "--- Olga te ha vetado en #sala: no puedes volver a entrar\nYa no estás en ninguna sala. \
             Para ver las que hay: /salas\n",
        ),
        (
            English,
            "--- Olga put you out of #sala (ya)\nNow you speak in #general.\n",
            "--- Olga banned you from #sala: you cannot come back\nYou are in no room any more. \
             To see which there are: /rooms\n",
        ),
    ] {
        let (mut wire, [olga, ana, luis]) = sala(language);
        wire.types(olga, "/echar Luis ya\n");
        assert_eq!(wire.reads(luis), kicked);
        wire.types(ana, "/dejar general\n");
        wire.reads(ana);
        wire.types(olga, "/vetar Ana\n");
        assert_eq!(wire.reads(ana), banned);
    }
}

#[test]
fn member_who_takes_a_banned_name_is_put_out_and_told_why() {
    for (language, renamed, told, room) in [
        (
            Spanish,
            "--- Ana ahora es Luis\n",
            "--- El nombre Luis está vetado en #sala: has salido de la sala\nAhora hablas en #general.\n",
            "<<< Ana ahora es Luis y ha salido de #sala por un veto\n",
        ),
        (
            English,
            "--- Ana is now Luis\n",
            "--- The name Luis is banned from #sala: you have left it\nNow you speak in #general.\n",
            "<<< Ana is now Luis and has left #sala because of a ban\n",
        ),
    ] {
        let (mut wire, [olga, ana, luis]) = sala(language);
        wire.types(luis, "/salir\n");
        wire.types(olga, "/dejar general\n/vetar Luis\n");
        wire.hush();
        wire.types(ana, "/nombre Luis\n");
        assert_eq!(wire.reads(ana), format!("{renamed}{told}"));
        assert_eq!(wire.reads(olga), room);
    }
}

#[test]
fn bans_are_shown_to_operators() {
    for (language, none, some) in [
        (
            Spanish,
            "En #sala no hay nadie con veto ni en silencio.\n",
            "Con veto en #sala, 2 personas:\n  Eva\n  Luis\nEn silencio en #sala, 1 persona:\n  Ana\n",
        ),
        (
            English,
            "Nobody is banned from #sala or silenced there.\n",
            "Banned from #sala, 2 people:\n  Eva\n  Luis\nSilenced in #sala, 1 person:\n  Ana\n",
        ),
    ] {
        let (mut wire, [olga, ana, _]) = sala(language);
        wire.types(olga, "/vetados\n");
        assert_eq!(wire.reads(olga), none);
        wire.types(olga, "/vetar Luis\n/vetar Eva\n/silenciar Ana\n");
        wire.reads(olga);
        wire.types(olga, "/bans\n");
        assert_eq!(wire.reads(olga), some);
        wire.reads(ana);
        wire.types(ana, "/vetados\n");
        assert_eq!(wire.reads(ana).lines().count(), 1, "and to nobody else");
    }
}

#[test]
fn list_of_people_marks_operators() {
    for (language, line) in
        [(Spanish, "  Olga (hace 2 s; operador)"), (English, "  Olga (2 s ago; operator)")]
    {
        let (mut wire, [_, ana, _]) = sala(language);
        wire.types(ana, "/quien\n");
        let read = wire.reads(ana);
        assert_eq!(read.lines().nth(3), Some(line), "{read}");
    }
}

#[test]
fn command_that_is_not_allowed_is_told_why() {
    let (mut wire, [olga, ana, _]) = sala(Spanish);
    for (seat, typed, spanish, english) in [
        (
            ana,
            "/echar Luis",
            "Eso solo lo pueden hacer los operadores de #sala.",
            "Only the operators of #sala can do that.",
        ),
        (olga, "/echar Eva", "En #sala no hay nadie que se llame 'Eva'.", "Nobody in #sala is called 'Eva'."),
        (
            olga,
            "/echar Olga",
            "A ti mismo no. Para salir de la sala: /dejar",
            "Not yourself. To leave the room: /leave",
        ),
        (
            olga,
            "/perdonar Eva",
            "En #sala no hay ningún veto contra 'Eva'.",
            "There is no ban on 'Eva' in #sala.",
        ),
        (olga, "/invitar Eva", "Aquí no hay nadie que se llame 'Eva'.", "Nobody here is called 'Eva'."),
    ] {
        wire.types(seat, &format!("/lang es\n{typed}\n/lang en\n{typed}\n"));
        let answers = wire.reads(seat);
        let lines: Vec<&str> = answers.lines().collect();
        assert_eq!([lines[1], lines[3]], [spanish, english]);
    }
}
