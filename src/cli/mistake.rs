//! What is wrong about a value of the command line, in two languages.

use std::error::Error;
use std::fmt;

use crate::chat::Language;

/// Why a value cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    /// A whole number is needed, at least this one.
    Number(u32),
    /// A whole number is needed, from the one to the other.
    Between(u32, u32),
    /// The address lacks a port; with it it would be written so.
    NoPort(String),
    /// The port is not a number from 0 to 65535.
    Port(String),
    /// An IPv6 address stands in brackets.
    Brackets,
    /// It does not say for whom the chat is: the port.
    NoHost(String),
}

impl Mistake {
    /// The end of a sentence, without a full stop.
    pub(super) fn describe(&self, language: Language) -> String {
        match (self, language) {
            (Mistake::Number(0), Language::Spanish) => "hace falta un número entero".into(),
            (Mistake::Number(0), Language::English) => "a whole number is needed".into(),
            (Mistake::Number(least), Language::Spanish) => format!("hace falta un número, al menos {least}"),
            (Mistake::Number(least), Language::English) => format!("a number is needed, at least {least}"),
            (Mistake::Between(least, most), Language::Spanish) => {
                format!("hace falta un número de {least} a {most}")
            }
            (Mistake::Between(least, most), Language::English) => {
                format!("a number is needed, from {least} to {most}")
            }
            (Mistake::NoPort(with_it), Language::Spanish) => format!("falta el puerto, como en {with_it}"),
            (Mistake::NoPort(with_it), Language::English) => format!("the port is missing, as in {with_it}"),
            (Mistake::Port(port), Language::Spanish) => {
                format!("el puerto es un número de 0 a 65535, no {port}")
            }
            (Mistake::Port(port), Language::English) => {
                format!("the port is a number from 0 to 65535, not {port}")
            }
            (Mistake::Brackets, Language::Spanish) => {
                "una dirección IPv6 va entre corchetes, como en [::1]:65434".into()
            }
            (Mistake::Brackets, Language::English) => {
                "an IPv6 address stands in brackets, as in [::1]:65434".into()
            }
            (Mistake::NoHost(port), Language::Spanish) => {
                format!("di para quién: localhost:{port} para este equipo, 0.0.0.0:{port} para todos")
            }
            (Mistake::NoHost(port), Language::English) => {
                format!("say for whom: localhost:{port} for this machine, 0.0.0.0:{port} for all")
            }
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(Language::English))
    }
}

impl Error for Mistake {}
