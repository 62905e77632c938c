//! Text that is safe on another person's screen.
//!
//! Invariant: the only way to a [`Text`] is [`Text::clean`], so nothing unsafe can reach a screen or a log.

use std::fmt;

use arcstr::ArcStr;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use crate::limits::{TEXT_MAX_JOINED, TEXT_MAX_MARKS};

const ESC: char = '\x1b';
const ZWNJ: char = '\u{200C}';
const ZWJ: char = '\u{200D}';

/// Variation selector 16: the symbol before it in colour.
const EMOJI_STYLE: char = '\u{FE0F}';

/// Black flag; with tags behind it, that of a part of a country.
const FLAG: char = '\u{1F3F4}';

/// What nobody sees, or what moves what is seen; sorted. From Unicode 18: `Default_Ignorable_Code_Point`
/// (DerivedCoreProperties.txt), general category Cf (DerivedGeneralCategory.txt), and U+2028 and U+2029.
///
/// Left out on purpose: ZWNJ and ZWJ, without which Persian, Sinhala or a family emoji fall apart, and the Cf that
/// are drawn: U+0600–0605, U+06DD, U+070F, U+0890–0891, U+08E2, U+110BD, U+110CD (`Prepended_Concatenation_Mark`).
const INVISIBLE: [(char, char); 19] = [
    ('\u{AD}', '\u{AD}'),       // soft hyphen
    ('\u{34F}', '\u{34F}'),     // combining grapheme joiner
    ('\u{61C}', '\u{61C}'),     // Arabic letter mark (bidi)
    ('\u{115F}', '\u{1160}'),   // Hangul fillers
    ('\u{17B4}', '\u{17B5}'),   // Khmer inherent vowels
    ('\u{180B}', '\u{180F}'),   // Mongolian variation selectors and vowel separator
    ('\u{200B}', '\u{200B}'),   // zero width space
    ('\u{200E}', '\u{200F}'),   // left-to-right and right-to-left mark (bidi)
    ('\u{2028}', '\u{202E}'),   // line and paragraph separator; embeddings and overrides (bidi)
    ('\u{2060}', '\u{206F}'),   // word joiner, invisible operators, isolates (bidi), deprecated controls
    ('\u{3164}', '\u{3164}'),   // Hangul filler
    ('\u{FE00}', '\u{FE0F}'),   // variation selectors; see `takes_emoji_style`
    ('\u{FEFF}', '\u{FEFF}'),   // byte order mark
    ('\u{FFA0}', '\u{FFA0}'),   // halfwidth Hangul filler
    ('\u{FFF0}', '\u{FFFB}'),   // unassigned ignorables, interlinear annotation
    ('\u{13430}', '\u{1343F}'), // Egyptian hieroglyph joiners
    ('\u{1BCA0}', '\u{1BCA3}'), // shorthand format controls
    ('\u{1D173}', '\u{1D17A}'), // musical beams and slurs
    ('\u{E0000}', '\u{E0FFF}'), // tags, see `flag_end`; variation selectors supplement
];

/// One line of words for people: no control characters, no terminal sequences, nothing invisible or reordering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(ArcStr);

impl Text {
    /// Makes `raw`, a line without its ending, safe: whole terminal sequences (ECMA-48), control characters but TAB,
    /// bidi controls, invisible characters but ZWJ and ZWNJ, and marks beyond [`TEXT_MAX_MARKS`] on one letter and
    /// letters joined to one beyond [`TEXT_MAX_JOINED`] are taken out. What only ends a line elsewhere becomes a space. An emoji keeps its U+FE0F, a flag its tags.
    ///
    /// Cleaning twice changes nothing: no ESC and no C1 is ever kept, so what is left cannot join into a sequence.
    pub fn clean(raw: &str) -> Text {
        match first_doubtful(raw) {
            None => Text(raw.into()),
            // A flag and its tags are looked at together.
            Some(at) if raw[..at].ends_with(FLAG) => Text(strip(raw, at - FLAG.len_utf8()).into()),
            Some(at) => Text(strip(raw, at).into()),
        }
    }

    /// The words from the first that is seen and understood on.
    pub fn trim_start(&self) -> &str {
        self.0.trim_start_matches(|c| is_blank(c) || c == char::REPLACEMENT_CHARACTER)
    }

    /// Whether nothing would be seen of it.
    pub fn is_blank(&self) -> bool {
        self.0.chars().all(is_blank)
    }

    /// As much of it as `max_bytes` hold, in whole characters.
    pub fn cut(&self, max_bytes: usize) -> Text {
        if self.0.len() <= max_bytes {
            return self.clone();
        }
        let end = (0..=max_bytes).rev().find(|&at| self.0.is_char_boundary(at)).unwrap_or(0);
        Text(self.0[..end].into())
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// What is not safe is taken out here, too.
impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        String::deserialize(deserializer).map(|raw| Text::clean(&raw))
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where the first character stands that perhaps does not stay: nearly every line has none, and ASCII is passed quickly.
fn first_doubtful(raw: &str) -> Option<usize> {
    let (mut at, mut marks, mut joined, mut links) = (0, 0, 0, false);
    loop {
        let ascii =
            raw.as_bytes()[at..].iter().take_while(|byte| matches!(byte, b'\t' | b' '..=b'~')).count();
        at += ascii;
        let c = raw[at..].chars().next()?;
        if ascii > 0 {
            (marks, joined, links) = (0, 0, false);
        }
        // Also those that take room of their own: they are told apart only where there are many.
        if c >= '\u{300}' && is_combining_mark(c) {
            marks += 1;
            if is_virama(c) {
                (joined, links) = (joined + 1, true);
            }
        } else if Jamo::of(c).is_some() {
            // Told apart only where there are many, too.
            (marks, joined, links) = (0, joined + 1, false);
        } else if !is_joiner(c) {
            (marks, joined, links) = (0, if links { joined } else { 0 }, false);
        }
        if is_removed(c) || marks > TEXT_MAX_MARKS || joined > TEXT_MAX_JOINED {
            return Some(at);
        }
        at += c.len_utf8();
    }
}

/// How a terminal sequence begins, which tells how it ends.
enum Introducer {
    /// Up to one final byte, behind parameters and intermediates.
    Csi,
    /// OSC, DCS, SOS, PM, APC: up to BEL or ST.
    Str,
    /// Any other: up to one final byte, behind intermediates.
    Escape,
}

/// What remains of `raw`, of which everything before byte `unsafe_from` stays.
fn strip(raw: &str, unsafe_from: usize) -> String {
    let (safe, mut rest) = raw.split_at(unsafe_from);
    let mut kept = String::with_capacity(raw.len());
    kept.push_str(safe);
    let mut pile = Pile::behind(safe);
    // Once no end of a string sequence lies ahead, none will: a line full of openings is searched once.
    let mut string_may_end = true;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match opening(c, after) {
            Some((Introducer::Csi, body)) => {
                skip_final(body.trim_start_matches(|c| matches!(c, ' '..='?')), '@')
            }
            Some((Introducer::Escape, body)) => {
                skip_final(body.trim_start_matches(|c| matches!(c, ' '..='/')), '0')
            }
            Some((Introducer::Str, body)) => {
                let end = if string_may_end { string_end(body) } else { None };
                string_may_end = end.is_some();
                &body[end.unwrap_or(0)..]
            }
            None if c == FLAG => {
                let (flag, after) = rest.split_at(c.len_utf8() + flag_end(after).unwrap_or(0));
                pile = Pile::default();
                kept.push_str(flag);
                after
            }
            None => {
                let c = if ends_lines(c) { ' ' } else { c };
                let stays = !is_removed(c) || c == EMOJI_STYLE && kept.ends_with(takes_emoji_style);
                if stays && pile.takes(c) {
                    kept.push(c);
                }
                after
            }
        };
    }
    kept
}

/// Whether a sequence opens with `c`, before `after`; and what comes behind its opening.
fn opening(c: char, after: &str) -> Option<(Introducer, &str)> {
    match c {
        '\u{9B}' => Some((Introducer::Csi, after)),
        '\u{90}' | '\u{98}' | '\u{9D}' | '\u{9E}' | '\u{9F}' => Some((Introducer::Str, after)),
        ESC => Some(match after.as_bytes().first() {
            Some(b'[') => (Introducer::Csi, &after[1..]),
            Some(b'P' | b'X' | b']' | b'^' | b'_') => (Introducer::Str, &after[1..]),
            _ => (Introducer::Escape, after),
        }),
        _ => None,
    }
}

/// `body` without its final byte, which lies between `lowest` and `~`, if it is there: a sequence may be cut off.
fn skip_final(body: &str, lowest: char) -> &str {
    body.strip_prefix(|c| (lowest..='~').contains(&c)).unwrap_or(body)
}

/// Where the string sequence that `body` belongs to is over, BEL or ST included. None: it was left open, and
/// what follows is as likely their words as a payload.
fn string_end(body: &str) -> Option<usize> {
    body.match_indices(['\x07', ESC, '\u{9C}']).find_map(|(at, end)| match end {
        "\x1b" => body[at..].starts_with("\x1b\\").then_some(at + 2),
        _ => Some(at + end.len()),
    })
}

/// Whether `c` does not stay as it is, wherever it stands (U+FE0F alone depends on what is before it).
fn is_removed(c: char) -> bool {
    match c {
        '\t' | ' '..='~' => false,
        '\0'..='\u{9F}' => true,
        _ => {
            let next = INVISIBLE.partition_point(|&(_, last)| last < c);
            INVISIBLE.get(next).is_some_and(|&(first, _)| first <= c)
        }
    }
}

/// Whether `c` ends a line for some programs (Unicode 5.8), which a line of ours cannot contain: words before and behind
/// it are apart.
fn ends_lines(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// A letter of Hangul that is drawn into a block with those beside it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Jamo {
    /// Begins a block, or goes on with its beginning.
    Leading,
    /// A vowel or what is behind it: always goes on with a block.
    Following,
}

impl Jamo {
    fn of(c: char) -> Option<Jamo> {
        match c {
            '\u{1100}'..='\u{115F}' | '\u{A960}'..='\u{A97C}' => Some(Jamo::Leading),
            '\u{1160}'..='\u{11FF}' | '\u{D7B0}'..='\u{D7FB}' => Some(Jamo::Following),
            _ => None,
        }
    }
}

/// The marks on the letter before, and what is drawn into one with it.
#[derive(Default)]
struct Pile {
    marks: usize,
    joined: usize,
    /// Whether a virama joins the next letter.
    links: bool,
    jamo: Option<Jamo>,
}

impl Pile {
    /// What there is at the end of `kept`.
    fn behind(kept: &str) -> Pile {
        // Nothing is drawn into one with ASCII.
        let from = kept.bytes().rposition(|byte| byte.is_ascii()).unwrap_or(0);
        let mut pile = Pile::default();
        for c in kept[from..].chars() {
            pile.takes(c);
        }
        pile
    }

    /// Puts `c` on it, or begins another with it; says whether it is not too many.
    fn takes(&mut self, c: char) -> bool {
        if is_joiner(c) {
            return true;
        }
        let virama = is_virama(c);
        let jamo = Jamo::of(c);
        let goes_on = match jamo {
            Some(Jamo::Leading) => self.jamo == jamo,
            Some(Jamo::Following) => true,
            None => virama,
        };
        if goes_on && self.joined >= TEXT_MAX_JOINED || is_mark(c) && self.marks >= TEXT_MAX_MARKS {
            return false;
        }
        if is_mark(c) {
            self.marks += 1;
        } else {
            self.marks = 0;
            self.joined = if goes_on || self.links { self.joined } else { 0 };
            (self.links, self.jamo) = (false, jamo);
        }
        self.joined += usize::from(goes_on);
        self.links |= virama;
        true
    }
}

/// Whether `c` stands on, under or around the letter before and takes no room of its own. Others do (Burmese မျှော် has
/// three beside and two on it), so that they cannot pile up.
pub(super) fn is_mark(c: char) -> bool {
    c >= '\u{300}' && is_combining_mark(c) && c.general_category() != GeneralCategory::SpacingMark
}

/// Whether `c` may draw the letters before and behind it into one, of which many grow downwards without end (canonical
/// combining class 9).
fn is_virama(c: char) -> bool {
    c >= '\u{94D}' && canonical_combining_class(c) == 9
}

/// Whether `c` only decides how letters join; what stands behind it may still be on the letter before.
fn is_joiner(c: char) -> bool {
    matches!(c, ZWNJ | ZWJ | EMOJI_STYLE)
}

/// Where the tags end that make a flag behind [`FLAG`] (UTS 51, annex B and C: a country in two letters, a part of it in
/// one to four letters or digits, the end). None: there are none, or others, which could carry a hidden message.
fn flag_end(after: &str) -> Option<usize> {
    let mut tags = after.char_indices().enumerate().take(7);
    tags.find_map(|(nth, (at, c))| match c {
        '\u{E0061}'..='\u{E007A}' => None,
        '\u{E0030}'..='\u{E0039}' if nth >= 2 => None,
        '\u{E007F}' if nth >= 3 => Some(Some(at + c.len_utf8())),
        _ => Some(None),
    })?
}

/// Whether U+FE0F may follow: behind a symbol, and one only, it colours (❤️) and cannot carry a hidden message. Digits
/// are not among them: a keycap does without.
fn takes_emoji_style(c: char) -> bool {
    matches!(
        c,
        '©' | '®' | '‼' | '⁉' | '™' | 'ℹ' | '\u{2190}'..='\u{2BFF}' | '〰' | '〽' | '㊗' | '㊙'
            | '\u{1F000}'..='\u{1FAFF}'
    )
}

/// Whether `c`, which [`Text::clean`] keeps, leaves no ink: joiners and, beside white space, the characters that are
/// drawn empty (a braille cell without dots, a note without head, hieroglyph blanks, the Khitan filler).
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, ZWNJ | ZWJ | '\u{2800}' | '\u{1D159}' | '\u{13441}' | '\u{13442}' | '\u{16FE4}')
}
