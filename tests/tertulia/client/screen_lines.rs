//! Colours of lines, names seen in them, and what Tab makes of a word.

#[path = "../../../src/bin/tertulia/terminal/completion.rs"]
mod completion;
#[path = "../../../src/bin/tertulia/terminal/paint.rs"]
mod paint;

use completion::Names;

fn seen(lines: &[&str]) -> Names {
    let mut names = Names::default();
    lines.iter().for_each(|line| names.note(line));
    names
}

fn completed(names: &Names, line: &str) -> Vec<String> {
    let (start, found) = names.complete(line, line.len());
    found.iter().map(|word| format!("{}{word}", &line[..start])).collect()
}

#[test]
fn names_are_found_where_they_stand() {
    for (line, expected) in [
        ("Ana: hola", "Ana"),
        ("* Ana saluda", "Ana"),
        (">>> Ana se unió al chat", "Ana"),
        ("<<< Ana salió del chat (me voy)", "Ana"),
        (">>> Ana, Luis y 37 más se unieron al chat", "Ana Luis"),
        ("<<< Ana, Luis and 37 more left the chat", "Ana Luis"),
        ("--- Ana ahora es Anita", "Anita"),
        ("--- Ana is now Anita", "Anita"),
        ("#cocina Ana: ya está el café", "Ana"),
        ("[12:03] Ana: hola", "Ana"),
        ("[privado] Ana: hola", "Ana"),
        (">>> Ana entró en #cocina", "Ana"),
        ("María-José_2: qué tal", "María-José_2"),
        ("Bienvenido al chat, Juan!", ""),
        ("No existe /x. Prueba /ayuda.", ""),
        ("una frase: larga", ""),
        ("", ""),
    ] {
        let names = seen(&[line]);
        let mut found: Vec<String> = Vec::new();
        for letter in ["a", "l", "m"] {
            found.extend(completed(&names, letter).iter().map(|name| name.replace(": ", "")));
        }
        assert_eq!(found.join(" "), expected, "{line:?}");
    }
}

#[test]
fn tab_completes_names_everywhere_and_commands_at_the_beginning() {
    let names = seen(&["Ana: hola", "Álvaro: hola", "--- Ana ahora es Anita", ">>> Luis se unió al chat"]);
    assert_eq!(completed(&names, "an"), ["Anita: "]);
    assert_eq!(completed(&names, "ÁL"), ["Álvaro: "]);
    assert_eq!(completed(&names, "hola lu"), ["hola Luis "]);
    assert_eq!(completed(&names, "/privado á"), ["/privado Álvaro "]);
    assert_eq!(completed(&names, "/AY"), ["/ayuda "]);
    assert_eq!(completed(&names, "/ign"), ["/ignorar ", "/ignore "]);
    assert!(completed(&names, "di /ay").is_empty());
    assert!(completed(&names, "").is_empty() && completed(&names, "hola ").is_empty());
}

#[test]
fn a_name_has_one_colour_and_the_text_is_untouched() {
    let line = paint::paint("Ana: hola");
    let (colour, rest) = line.strip_prefix("\x1b[").unwrap().split_once('m').unwrap();
    assert_eq!(rest, "Ana\x1b[0m: hola");
    assert_eq!(paint::paint("#sala Ana: sí"), format!("#sala \x1b[{colour}mAna\x1b[0m: sí"));
    assert_eq!(paint::paint("* Ana ríe"), format!("* \x1b[{colour}mAna\x1b[0m ríe"));
    assert_eq!(paint::paint(">>> Ana se unió al chat"), "\x1b[2m>>> Ana se unió al chat\x1b[0m");
    for plain in ["Bienvenido al chat, Juan!", "", "Prueba /ayuda: ahí está todo"] {
        assert_eq!(paint::paint(plain), plain);
    }
    assert!(paint::is_notice("--- x") && !paint::is_notice("-- x"));
    let different =
        ["Ana", "Luis", "Eva", "Juan"].map(|name| paint::paint(&format!("{name}: x"))[..5].to_string());
    assert!(different.iter().any(|colour| *colour != different[0]));
}
