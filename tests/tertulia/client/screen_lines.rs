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
    let (start, found) = names.complete(line, line.len(), false);
    found.iter().map(|word| format!("{}{word}", &line[..start])).collect()
}

#[test]
fn names_are_found_where_they_stand() {
    for (line, expected) in [
        ("Ana: hola", "Ana"),
        ("* Ana saluda", "Ana"),
        (">>> Ana se unió al chat", "Ana"),
        ("<<< Ana salió del chat (me voy)", ""),
        ("  Ana (hace 5 min)", "Ana"),
        (">>> Ana, Luis y 37 más se unieron al chat", "Ana Luis"),
        ("<<< Ana, Luis and 37 more left the chat", ""),
        ("<<< Ana dejó #cocina", ""),
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
        ("Luis: >>> Ana se unió al chat", "Luis"),
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
    assert_eq!(completed(&names, "/privado ál"), ["/privado Álvaro "]);
    assert_eq!(completed(&names, "/AY"), ["/ayuda "]);
    assert_eq!(completed(&names, "al"), ["Álvaro: "]);
    assert_eq!(completed(&names, "/ign"), ["/ignorar "]);
    assert_eq!(completed(&names, "/igno"), ["/ignorar "]);
    assert_eq!(completed(&names, "/ignore"), ["/ignore "]);
    assert_eq!(names.complete("/ign", 4, true).1, ["/ignore "]);
    assert!(completed(&names, "di /ay").is_empty());
    assert!(completed(&names, "").is_empty() && completed(&names, "hola ").is_empty());
}

#[test]
fn tab_completes_rooms_that_were_seen() {
    let names = seen(&[
        "  #cocina, 3 personas",
        "Estás en #café, 1 persona. Ahora hablas aquí.",
        "Ana: ven a #patio",
    ]);
    assert_eq!(completed(&names, "/entrar co"), ["/entrar cocina "]);
    assert_eq!(completed(&names, "ven a #ca"), ["ven a #café "]);
    assert_eq!(completed(&names, "/entrar"), ["/entrar "]);
}

#[test]
fn tab_goes_as_far_as_all_agree() {
    let agreed =
        |words: &[&str]| completion::common(&words.iter().map(|word| word.to_string()).collect::<Vec<_>>());
    assert_eq!(agreed(&["Anabel: ", "Anita: "]), "An");
    assert_eq!(agreed(&["ñandú", "ñoño"]), "ñ");
    assert_eq!(
        (agreed(&["/salas "]).as_str(), agreed(&["a", "b"]).as_str(), agreed(&[]).as_str()),
        ("/salas ", "", "")
    );
}

#[test]
fn client_that_has_left_is_not_offered() {
    let names = seen(&["Ana: hola", "Anita: hola", "<<< Ana salió del chat", ">>> Anabel se unió al chat"]);
    assert_eq!(completed(&names, "an"), ["Anabel: ", "Anita: "]);
}

#[test]
fn own_name_is_marked_as_a_word_of_its_own() {
    let marked = |line: &str| paint::mention(line, "Ana").map(|range| line[range].to_string());
    assert_eq!(marked("Luis: oye, ana: ven").as_deref(), Some("ana"));
    assert_eq!(marked("Luis: ANA").as_deref(), Some("ANA"));
    assert_eq!((marked("Luis: mañana"), marked("Luis: Ana-María"), marked("Ana entró")), (None, None, None));
    let line = "Luis: hola Ana!";
    let painted = paint::paint(line, paint::mention(line, "Ana"));
    assert!(painted.ends_with(": hola \x1b[7mAna\x1b[0m!"), "{painted:?}");
    assert!(paint::is_private("[privado] Ana: hola") && !paint::is_private("Ana: [privado] hola"));
    assert_eq!(paint::clock(false).len(), 5);
}

#[test]
fn name_has_one_colour_and_the_text_is_untouched() {
    let line = paint::paint("Ana: hola", None);
    let (colour, rest) = line.strip_prefix("\x1b[").unwrap().split_once('m').unwrap();
    assert_eq!(rest, "Ana\x1b[0m: hola");
    assert_eq!(paint::paint("#sala Ana: sí", None), format!("#sala \x1b[{colour}mAna\x1b[0m: sí"));
    assert_eq!(paint::paint("* Ana ríe", None), format!("* \x1b[{colour}mAna\x1b[0m ríe"));
    assert_eq!(paint::paint(">>> Ana se unió al chat", None), "\x1b[2m>>> Ana se unió al chat\x1b[0m");
    for plain in ["Bienvenido al chat, Juan!", "", "Prueba /ayuda: ahí está todo"] {
        assert_eq!(paint::paint(plain, None), plain);
    }
    assert!(paint::is_notice("--- x") && !paint::is_notice("-- x"));
    let different =
        ["Ana", "Luis", "Eva", "Juan"].map(|name| paint::paint(&format!("{name}: x"), None)[..5].to_string());
    assert!(different.iter().any(|colour| *colour != different[0]));
}
