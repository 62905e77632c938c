//! Lines of the line protocol within a program's messages, and what they are about.

use serde_json::json;
use tertulia::chat::{Command, Language, Text, Trouble};
use tertulia::limits::LINE_MAX_BYTES;
use tertulia::protocol::json::read;

fn typed(room: Option<&str>, text: &str) -> Command {
    read(&json!({"type": "line", "room": room, "text": text}).to_string(), None).command
}

fn text(words: &str) -> Text {
    Text::clean(words)
}

#[test]
fn line_is_about_the_room_beside_it_if_it_names_none() {
    let here = || Some(text("general"));
    for (line, command) in [
        ("hola", Command::Say { room: here(), text: text("hola") }),
        ("//barra", Command::Say { room: here(), text: text("/barra") }),
        ("/yo saluda", Command::Act { room: here(), text: text("saluda") }),
        ("/topic De todo", Command::Topic { room: here(), topic: Some(text("De todo")) }),
        ("/quien", Command::Who(here())),
        ("/quien cocina", Command::Who(Some(text("cocina")))),
        ("/dejar", Command::Leave(here())),
        ("/llave", Command::Key { room: here(), key: None }),
        ("/invitar Eva", Command::Invite { room: here(), whom: text("Eva") }),
        (
            "/echar Eva por eso",
            Command::Kick { room: here(), whom: text("Eva"), reason: Some(text("por eso")) },
        ),
        ("/vetar Eva", Command::Ban { room: here(), whom: text("Eva") }),
        ("/perdonar Eva", Command::Unban { room: here(), whom: text("Eva") }),
        ("/vetados", Command::Bans { room: here() }),
        ("/silenciar", Command::Mute { room: here(), whom: None }),
        ("/operador Eva", Command::Op { room: here(), whom: text("Eva") }),
        ("/entrar cocina", Command::Join { room: text("cocina"), key: None }),
        ("/msg Eva hola", Command::Message { to: text("Eva"), text: text("hola") }),
        ("/salas", Command::Rooms),
        ("/idioma en", Command::Language(Some(Language::English))),
        ("salir", Command::Quit(None)),
    ] {
        assert_eq!(typed(Some("general"), line), command, "{line}");
    }
    assert_eq!(typed(None, "/yo saluda"), Command::Act { room: None, text: text("saluda") });
    assert!(
        matches!(typed(Some("general"), "/historial 5"), Command::History { room: Some(room), lines: Some(5), .. } if room.as_str() == "general")
    );
}

#[test]
fn line_that_is_wrong_or_a_slip_is_not_said() {
    let long = "x".repeat(LINE_MAX_BYTES + 1);
    for line in ["/xyzzy", "/msg", "7clave girasol1", "clave girasol1", "/registrar girasol1", &long] {
        assert!(matches!(typed(Some("general"), line), Command::Unclear(_)), "{line:.80}");
    }
    assert_eq!(typed(None, &long), Command::Unclear(Trouble::TooLong));
}

#[test]
fn private_message_of_a_program_that_may_be_a_password_is_not_said() {
    let private =
        |text| read(&json!({"type": "message", "to": "Eva", "text": text}).to_string(), None).command;
    assert!(matches!(private("clave girasol1"), Command::Unclear(Trouble::Slip(_))));
    assert_eq!(private("la clave"), Command::Message { to: text("Eva"), text: text("la clave") });
}
