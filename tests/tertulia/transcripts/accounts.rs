//! Registered names, passwords and letters, as they are typed and read in both languages.

use tertulia::chat::Language::{English, Spanish};
use tertulia::chat::{ChatConfig, Language, UnixMillis};

use super::Wire;

const ACCOUNTS: [(&str, &str); 1] = [("María", "girasol")];

fn wire(language: Language) -> Wire {
    // 2026-11-23 12:00 UTC.
    let mut wire = Wire::with_accounts(ChatConfig::default(), &ACCOUNTS, language);
    wire.clock_says(UnixMillis(1_795_435_200_000));
    wire
}

/// What somebody reads who types these lines, one after the other.
fn reads(wire: &mut Wire, lines: &[&str]) -> String {
    let seat = wire.connects();
    lines.iter().for_each(|line| wire.types(seat, &format!("{line}\n")));
    wire.reads(seat)
}

#[test]
fn name_is_registered_and_asked_for_its_password() {
    let ana = ["Ana", "/registrar", "uno y dos", "uno y dos", "salir"];
    assert_eq!(
        reads(&mut wire(Spanish), &ana),
        "Ingresa tu nombre: \nBienvenido al chat, Ana!\nEscribe 'salir' para desconectarte.\n\n\
         No hay nadie más por ahora.\nPara ver los comandos: /ayuda\n\
         Nueva contraseña: Repite la contraseña: \
         El nombre 'Ana' es tuyo desde ahora: para entrar con él hará falta la contraseña.\n"
    );
    assert_eq!(
        reads(&mut wire(English), &ana),
        "Enter your name: \nWelcome to the chat, Ana!\nType 'quit' to disconnect.\n\n\
         Nobody else is here yet.\nTo see the commands: /help\n\
         New password: Repeat the password: \
         The name 'Ana' is yours from now on: entering with this name requires its password.\n"
    );
    let maria = ["María", "margarita", "girasol", "salir"];
    assert_eq!(
        reads(&mut wire(Spanish), &maria),
        "Ingresa tu nombre: Contraseña: Nombre o contraseña incorrectos.\n\
         Con una línea vacía vuelves al nombre.\nContraseña: \n\
         Bienvenido al chat, María!\nEscribe 'salir' para desconectarte.\n\n\
         No hay nadie más por ahora.\nPara ver los comandos: /ayuda\n"
    );
    assert_eq!(
        reads(&mut wire(English), &maria),
        "Enter your name: Password: Wrong name or password.\n\
         An empty line takes you back to the name.\nPassword: \n\
         Welcome to the chat, María!\nType 'quit' to disconnect.\n\n\
         Nobody else is here yet.\nTo see the commands: /help\n"
    );
}

#[test]
fn password_is_changed() {
    let lines = ["María", "girasol", "/clave", "girasol", "otra más", "otra más", "salir"];
    let heard = reads(&mut wire(Spanish), &lines);
    let tail = "Contraseña actual: Nueva contraseña: Repite la contraseña: Contraseña cambiada.\n";
    assert!(heard.ends_with(tail), "{heard}");
    let heard = reads(&mut wire(English), &lines);
    let tail =
        "Current password: New password: Repeat the password: You have another password from now on.\n";
    assert!(heard.ends_with(tail), "{heard}");
}

#[test]
fn answer_to_a_question_is_no_command_and_no_message() {
    for password in
        ["/salir ya", "salir ya", "////////", "/registrar", "  con espacios  ", "\u{1F33B} ✓ ß más"]
    {
        let mut wire = wire(Spanish);
        let luis = wire.connects();
        wire.types(luis, "Luis\n");
        wire.hush();
        let ana = ["Ana", "/registrar", password, password];
        let heard = reads(&mut wire, &ana);
        assert!(heard.contains("El nombre 'Ana' es tuyo desde ahora"), "{password}: {heard}");
        assert_eq!(wire.reads(luis), ">>> Ana se unió al chat\n", "{password}");
        let seat = wire.connects();
        wire.types(seat, &format!("Ana\n{password}\n"));
        assert!(wire.reads(seat).contains("Bienvenido al chat, Ana!"), "{password}");
    }
}

#[test]
fn text_that_cannot_be_a_password_is_refused_with_its_reason() {
    let long = "x".repeat(513);
    let very_long = "x".repeat(1_000_000);
    for (typed, spanish, english) in [
        (long.as_str(), "caben 512 bytes.", "512 bytes fit."),
        (very_long.as_str(), "caben 512 bytes.", "512 bytes fit."),
        ("a\tb", "contiene caracteres de control.", "it contains control characters."),
        ("a\u{1b}[31mb", "contiene caracteres de control.", "it contains control characters."),
        ("a\u{85}b", "contiene caracteres de control.", "it contains control characters."),
    ] {
        let heard = reads(&mut wire(Spanish), &["María", typed, "", "Luis"]);
        let again = "Con una línea vacía vuelves al nombre.\nContraseña: Ingresa tu nombre: \n";
        let refused = format!("Contraseña: Contraseña no válida: {spanish}\n{again}");
        assert!(heard.contains(&refused), "{heard}");
        let heard = reads(&mut wire(English), &["Ana", "/register", typed, ""]);
        let refused = format!("New password: Invalid password: {english}\nNew password: ");
        assert!(heard.ends_with(&(refused + "Invalid password: it is empty.\n")), "{heard}");
    }
    for (language, told) in [
        (
            Spanish,
            "Nueva contraseña: Contraseña no válida: tiene que tener al menos 8 caracteres.\nNueva contraseña: ",
        ),
        (English, "New password: Invalid password: it needs at least 8 characters.\nNew password: "),
    ] {
        let heard = reads(&mut wire(language), &["Ana", "/register", "siete ñ"]);
        assert!(heard.ends_with(told), "{heard}");
    }
    for blank in ["", "   ", "\t"] {
        let heard = reads(&mut wire(Spanish), &["María", blank, "Luis"]);
        assert!(heard.starts_with("Ingresa tu nombre: Contraseña: Ingresa tu nombre: \n"), "{heard}");
    }
}

#[test]
fn wrong_current_password_is_told_at_once() {
    for (language, told) in [
        (Spanish, "Contraseña actual: Tu contraseña actual es otra. No ha cambiado nada.\n"),
        (English, "Current password: Your current password is another one. Nothing has changed.\n"),
    ] {
        let heard = reads(&mut wire(language), &["María", "girasol", "/clave", "margarita"]);
        assert!(heard.ends_with(told), "{heard}");
    }
}

#[test]
fn erased_letters_are_not_in_the_password() {
    let heard = reads(&mut wire(Spanish), &["María", "girax\u{8}sok\u{7f}l"]);
    assert!(heard.contains("Bienvenido al chat, María!"), "{heard}");
}

#[test]
fn password_in_another_encoding_is_refused() {
    let mut wire = wire(Spanish);
    let seat = wire.connects();
    wire.types(seat, "María\n");
    wire.types_bytes(seat, b"gir\xe1sol\n");
    assert!(
        wire.reads(seat)
            .ends_with("Contraseña: Contraseña no válida: tu terminal no envía UTF-8.\nCon una línea vacía vuelves al nombre.\nContraseña: ")
    );
}

#[test]
fn password_is_the_same_from_every_keyboard() {
    let mut wire = wire(Spanish);
    reads(&mut wire, &["Ana", "/registrar", "caf\u{e9} solo", "cafe\u{301} solo", "salir"]);
    let heard = reads(&mut wire, &["Ana", "cafe\u{301} solo"]);
    assert!(heard.contains("Bienvenido al chat, Ana!"), "{heard}");
}

#[test]
fn command_with_a_password_behind_it_is_refused() {
    let heard = reads(&mut wire(Spanish), &["Ana", "/registrar secreta", "/clave secreta"]);
    assert!(heard.ends_with("Se usa así: /registrar\nSe usa así: /clave\n"), "{heard}");
    assert!(!heard.contains("secreta"));
}

#[test]
fn letters_wait_and_are_handed_over() {
    for (language, sent, waiting) in [
        (
            Spanish,
            "[privado a María] nos vemos luego\nNo está ahora: lo leerá cuando vuelva.\n",
            "Mientras no estabas:\n[12:00] [privado] Juan: nos vemos luego\n",
        ),
        (
            English,
            "[private to María] nos vemos luego\nThey are not here now: they will read it when they come back.\n",
            "While you were away:\n[12:00] [private] Juan: nos vemos luego\n",
        ),
    ] {
        let mut wire = wire(language);
        let heard = reads(&mut wire, &["Juan", "/privado maría nos vemos luego", "salir"]);
        assert!(heard.ends_with(sent), "{heard}");
        let heard = reads(&mut wire, &["María", "girasol", "salir"]);
        assert!(heard.ends_with(waiting), "{heard}");
        assert!(!reads(&mut wire, &["María", "girasol", "salir"]).contains("Juan"));
    }
}

#[test]
fn old_connection_is_told_why_it_ends() {
    for (language, told) in [
        (Spanish, "--- Has entrado desde otro sitio: esta conexión se cierra.\n"),
        (English, "--- You came in from somewhere else: this connection ends.\n"),
    ] {
        let mut wire = wire(language);
        let old = wire.connects();
        wire.types(old, "María\ngirasol\n/entrar cocina\n");
        wire.hush();
        let heard = reads(&mut wire, &["María", "girasol"]);
        assert_eq!(wire.reads(old), told);
        assert!(!wire.is_open(old));
        let resumed = match language {
            Spanish => "Sigues donde estabas: #general, #cocina. Hablas en #cocina.\n",
            English => "You go on where you were: #general, #cocina. You speak in #cocina.\n",
        };
        assert!(heard.ends_with(resumed), "{heard}");
    }
}
