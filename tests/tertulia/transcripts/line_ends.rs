//! Whoever ends lines with CR LF reads lines that end with CR LF, all of them.

use std::time::Duration;

use super::Wire;
use tertulia::chat::Language::{English, Spanish};

fn all_crlf(read: &str) -> bool {
    read.matches('\n').count() == read.matches("\r\n").count()
        && read.matches('\r').count() == read.matches("\r\n").count()
}

#[test]
fn sender_of_crlf_reads_crlf_everywhere() {
    for language in [Spanish, English] {
        let (mut wire, [juan, ana]) = Wire::of(language, "\r\n", ["Juan", "Ana"]);
        wire.types(ana, "hola\r\n/yo salta\r\n/nombre Anita\r\n");
        wire.types(
            juan,
            "/ayuda\r\n/ayuda quien\r\n/quien\r\n/x\r\n/yo\r\n/idioma\r\n/ausente a\r\n/ignorar\r\n",
        );
        wire.types(juan, &format!("{}\r\n", "x".repeat(5000)));
        wire.waits(Duration::from_secs(1));
        wire.types(ana, "salir\r\n");
        let read = wire.reads(juan);
        assert!(read.lines().count() > 20, "{read}");
        assert!(all_crlf(&read), "{read:?}");
        assert!(read.ends_with("\r\n"));
    }
}

#[test]
fn welcome_has_the_ending_of_the_name() {
    for (ending, expected) in [("\n", "\n"), ("\r\n", "\r\n"), ("\r\0", "\r\n"), ("\r", "\r\n")] {
        let mut wire = Wire::new(Spanish);
        let juan = wire.connects();
        wire.types(juan, &format!("2{ending}Juan{ending}"));
        let read = wire.reads(juan);
        let welcome = "\nBienvenido al chat, Juan!\nEscribe 'salir' para desconectarte.\n\n\
                       No hay nadie más por ahora.\nPara ver los comandos: /ayuda\n";
        assert!(read.ends_with(&welcome.replace('\n', expected)), "{read:?}");
        assert_eq!(all_crlf(&read), expected == "\r\n", "{read:?}");
    }
}

#[test]
fn room_is_read_with_the_ending_of_each_reader() {
    let (mut wire, [juan, ana]) = Wire::of(Spanish, "\n", ["Juan", "Ana"]);
    let telnet = wire.connects();
    wire.types(telnet, "Eva\r\n");
    wire.hush();
    wire.types(juan, "hola\r\n");
    assert_eq!(wire.reads(ana), "Juan: hola\n");
    assert_eq!(wire.reads(telnet), "Juan: hola\r\n");
    wire.types(telnet, "qué tal\n");
    assert_eq!(wire.reads(juan), "Eva: qué tal\n", "what one used first stays");
}

#[test]
fn cr_is_answered_at_once_and_its_lf_may_come_later() {
    for second in ["\n", "\0", ""] {
        let (mut wire, [ana]) = Wire::of(Spanish, "\n", ["Ana"]);
        let pedro = wire.connects();
        wire.types(pedro, "Pedro\r");
        assert!(wire.reads(pedro).contains("Bienvenido al chat, Pedro!\r\n"));
        wire.types(pedro, &format!("{second}hola\r"));
        wire.types(pedro, second);
        wire.types(pedro, &format!("adiós\r{second}"));
        assert_eq!(wire.reads(ana), ">>> Pedro se unió al chat\nPedro: hola\nPedro: adiós\n", "{second:?}");
        assert_eq!(wire.reads(pedro), "");
    }
}
