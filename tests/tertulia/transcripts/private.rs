//! Private words as the two people read them.

use super::Wire;
use tertulia::chat::Language::{English, Spanish};

#[test]
fn private_messages_go_there_and_back() {
    let (mut wire, [juan, maria, ana]) = Wire::of(Spanish, "\n", ["Juan", "María", "Ana"]);
    wire.types(juan, "/privado María nos vemos luego\n");
    assert_eq!(wire.reads(maria), "[privado] Juan: nos vemos luego\n");
    assert_eq!(wire.reads(juan), "[privado a María] nos vemos luego\n");
    wire.types(maria, "/responder a las ocho\n");
    assert_eq!(wire.reads(juan), "[privado] María: a las ocho\n");
    assert_eq!(wire.reads(maria), "[privado a Juan] a las ocho\n");
    wire.types(maria, "/ausente cenando\n");
    wire.types(juan, "/msg maría   vale,  hasta luego \n");
    assert_eq!(wire.reads(maria), "Quedas como ausente: cenando\n[privado] Juan: vale,  hasta luego\n");
    assert_eq!(wire.reads(juan), "[privado a María] vale,  hasta luego\nMaría está ausente: cenando\n");
    assert_eq!(wire.reads(ana), "");
}

#[test]
fn private_messages_go_there_and_back_in_english() {
    let (mut wire, [juan, maria, ana]) = Wire::of(English, "\n", ["Juan", "María", "Ana"]);
    wire.types(juan, "/msg María see you later\n");
    assert_eq!(wire.reads(maria), "[private] Juan: see you later\n");
    assert_eq!(wire.reads(juan), "[private to María] see you later\n");
    wire.types(maria, "/away dining\n/reply at eight\n");
    assert_eq!(wire.reads(juan), "[private] María: at eight\n");
    wire.types(juan, "/reply fine\n");
    assert_eq!(wire.reads(juan), "[private to María] fine\nMaría is away: dining\n");
    assert_eq!(wire.reads(ana), "");
}

#[test]
fn words_that_find_nobody() {
    let (mut wire, [juan, ana]) = Wire::of(Spanish, "\n", ["Juan", "Ana"]);
    for (typed, spanish, english) in [
        ("/responder hola", "Nadie te ha escrito en privado.", "Nobody has written to you privately."),
        ("/msg Eva hola", "Aquí no hay nadie que se llame 'Eva'.", "Nobody here is called 'Eva'."),
        ("/privado juan hola", "Ese es tu nombre.", "That is your own name."),
    ] {
        wire.types(juan, &format!("/lang es\n{typed}\n/lang en\n{typed}\n"));
        let answers = wire.reads(juan);
        let lines: Vec<&str> = answers.lines().collect();
        assert_eq!([lines[1], lines[3]], [spanish, english]);
    }
    assert_eq!(wire.reads(ana), "");
}

#[test]
fn private_words_are_safe_on_a_screen() {
    let (mut wire, [juan, ana]) = Wire::of(Spanish, "\n", ["Juan", "Ana"]);
    wire.types(juan, "/privado Ana \x1b[31mrojo\x1b[0m \u{202E}al revés\x07\n");
    assert_eq!(wire.reads(ana), "[privado] Juan: rojo al revés\n");
}
