//! Names that people, or the client, would take for the server's.
//!
//! Invariant: neither case nor marks nor letters that look alike help, for [`Skeleton`] is what is compared.

use std::sync::LazyLock;

use super::skeleton::{Skeleton, TILDE, fold};

/// What the server calls itself and the reader.
const OWN: [&str; 4] = ["Tú", "You", "servidor", "server"];

/// What a question for a password has in it, in either language: the client goes by that (`prompt_parser.rs`), and so do
/// people. Nobody has such a word in their name, at whatever place.
const QUESTIONS: [&str; 2] = ["contraseña", "password"];

/// Words for whom could ask for one. Only as a whole word, so that Servando and Systemina can come in.
const OFFICES: [&str; 12] = [
    "servidor",
    "server",
    "sistema",
    "system",
    "admin",
    "administrador",
    "administrator",
    "operador",
    "operator",
    "moderador",
    "moderator",
    "tertulia",
];

/// Why a name is reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reservation {
    /// The server calls itself or the reader so.
    Own,
    /// It looks like a question for a password.
    Question,
    /// It has the name of an office in it; the administrator may give it.
    Office,
}

/// Why nobody can take `name`, if so.
pub(super) fn reservation(name: &str) -> Option<Reservation> {
    static WORDS: LazyLock<Words> =
        LazyLock::new(|| Words { own: looks(&OWN), questions: looks(&QUESTIONS), offices: looks(&OFFICES) });
    let look = PlainSkeleton::of(name);
    if WORDS.own.iter().any(|own| own.is(&look)) {
        return Some(Reservation::Own);
    }
    if WORDS.questions.iter().any(|question| question.is_in(&look)) {
        return Some(Reservation::Question);
    }
    let parts = name.split(['-', '_']).map(|part| part.trim_matches(char::is_numeric));
    let mut parts = parts.filter(|part| !part.is_empty()).map(PlainSkeleton::of);
    parts.any(|part| WORDS.offices.iter().any(|office| office.is(&part))).then_some(Reservation::Office)
}

/// Whether `name`, in NFC, is what the server calls itself or the reader, in whatever case.
pub(super) fn is_servers(name: &str) -> bool {
    let folded = fold(name);
    OWN.iter().any(|own| fold(own) == folded)
}

/// Whether `name` is the word for the server's operator, in either language.
pub(super) fn is_operators(name: &str) -> bool {
    let look = PlainSkeleton::of(name);
    looks(&["operador", "operator"]).iter().any(|word| word.is(&look))
}

struct Words {
    own: Vec<PlainSkeleton>,
    questions: Vec<PlainSkeleton>,
    offices: Vec<PlainSkeleton>,
}

/// A skeleton for which an ñ is an n.
struct PlainSkeleton {
    folded: String,
    drawn: String,
}

/// In capitals too, where they draw alike what small letters tell apart: `SERVlDOR` with a small L.
fn looks(words: &[&str]) -> Vec<PlainSkeleton> {
    words.iter().flat_map(|word| [PlainSkeleton::of(word), PlainSkeleton::of(&word.to_uppercase())]).collect()
}

impl PlainSkeleton {
    fn of(composed: &str) -> PlainSkeleton {
        let Skeleton { folded, drawn, .. } = Skeleton::of(composed);
        PlainSkeleton { folded: folded.replace(TILDE, ""), drawn: drawn.replace(TILDE, "") }
    }

    fn is(&self, other: &PlainSkeleton) -> bool {
        self.folded == other.folded || self.drawn == other.drawn
    }

    fn is_in(&self, other: &PlainSkeleton) -> bool {
        other.folded.contains(&self.folded) || other.drawn.contains(&self.drawn)
    }
}
