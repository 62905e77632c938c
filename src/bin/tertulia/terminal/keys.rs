//! Bytes from the keyboard as keys.
//!
//! Invariant: pure; however the bytes are cut into reads, the same keys come out. Sequences that mean nothing here are
//! passed over whole.

/// Bytes of a paste that are kept; what is beyond is dropped up to its end. A paste that has so many may be cut.
pub(super) const PASTE_MAX_BYTES: usize = 1024 * 1024;

/// Longest sequence of a terminal that is waited for, in bytes.
const SEQUENCE_MAX_BYTES: usize = 64;

const PASTE_END: &[u8] = b"\x1b[201~";

/// One key, or one paste.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Key {
    Char(char),
    /// With Ctrl held: the letter in lower case.
    Control(char),
    /// With Alt held, or behind Escape.
    Alt(char),
    Enter,
    Tab,
    Backspace,
    Delete,
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    WordLeft,
    WordRight,
    /// Alt or Ctrl with Backspace.
    DeleteWord,
    /// A text that was pasted (bracketed paste).
    Paste(String),
}

/// What has come of the keyboard and is no key yet.
#[derive(Default)]
pub(crate) struct Keyboard {
    bytes: Vec<u8>,
    /// The paste that is under way.
    paste: Option<Vec<u8>>,
    /// The last key was CR: an LF behind it belongs to it.
    after_cr: bool,
}

impl Keyboard {
    /// Takes the next bytes.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<Key> {
        self.bytes.extend_from_slice(bytes);
        let mut keys = Vec::new();
        let mut at = 0;
        while at < self.bytes.len() {
            if self.paste.is_some() {
                let (next, paste) = self.feed_paste(at);
                at = next;
                let Some(paste) = paste else { break };
                keys.push(paste);
                continue;
            }
            let Some((taken, key)) = self.key(at) else { break };
            at += taken;
            let line_feed = key == Some(Key::Control('j'));
            if line_feed && std::mem::take(&mut self.after_cr) {
                continue;
            }
            self.after_cr = key == Some(Key::Enter);
            keys.extend(if line_feed { Some(Key::Enter) } else { key });
        }
        self.bytes.drain(..at);
        keys
    }

    /// Takes bytes of a paste from `at`; says up to where, and gives the key that it is when its end has come.
    fn feed_paste(&mut self, at: usize) -> (usize, Option<Key>) {
        let rest = &self.bytes[at..];
        let end = rest.windows(PASTE_END.len()).position(|window| window == PASTE_END);
        // The beginning of an end may stand last.
        let held = (1..PASTE_END.len()).rev().find(|&count| rest.ends_with(&PASTE_END[..count])).unwrap_or(0);
        let upto = end.unwrap_or(rest.len() - held);
        let paste = self.paste.get_or_insert_default();
        let room = PASTE_MAX_BYTES.saturating_sub(paste.len());
        paste.extend_from_slice(&rest[..upto.min(room)]);
        if end.is_none() {
            return (at + upto, None);
        }
        let text = self.paste.take().unwrap_or_default();
        (at + upto + PASTE_END.len(), Some(Key::Paste(String::from_utf8_lossy(&text).into_owned())))
    }

    /// The key at `at` and how many bytes it has; without one if more has to come.
    fn key(&mut self, at: usize) -> Option<(usize, Option<Key>)> {
        let bytes = &self.bytes[at..];
        Some(match bytes[0] {
            b'\r' => (1, Some(Key::Enter)),
            b'\t' => (1, Some(Key::Tab)),
            0x08 | 0x7f => (1, Some(Key::Backspace)),
            0x1b => return self.sequence(at),
            0 => (1, None),
            control @ 1..=26 => (1, Some(Key::Control(char::from(control - 1 + b'a')))),
            0x1c..=0x1f => (1, None),
            _ => return character(bytes),
        })
    }

    /// What begins with ESC.
    fn sequence(&mut self, at: usize) -> Option<(usize, Option<Key>)> {
        let bytes = &self.bytes[at..];
        match bytes.get(1)? {
            b'[' => {
                let end = bytes.iter().skip(2).position(|byte| (0x40..=0x7e).contains(byte));
                let Some(end) = end.map(|end| end + 2) else {
                    return (bytes.len() > SEQUENCE_MAX_BYTES).then_some((bytes.len(), None));
                };
                let sequence = &bytes[2..=end];
                if sequence == b"200~" {
                    self.paste = Some(Vec::new());
                    return Some((end + 1, None));
                }
                Some((end + 1, named(sequence)))
            }
            b'O' => Some((3, named(&bytes[2..=2.min(bytes.len() - 1)]))).filter(|_| bytes.len() > 2),
            0x7f | 0x08 => Some((2, Some(Key::DeleteWord))),
            // Escape twice: the first one meant nothing.
            0x1b => Some((1, None)),
            _ => {
                let (taken, key) = character(&bytes[1..])?;
                let key = key.map(|key| if let Key::Char(c) = key { Key::Alt(c) } else { key });
                Some((taken + 1, key))
            }
        }
    }
}

/// A character in UTF-8. A byte that cannot be one is passed over.
fn character(bytes: &[u8]) -> Option<(usize, Option<Key>)> {
    let length = match bytes[0] {
        0x00..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Some((1, None)),
    };
    let Some(encoded) = bytes.get(..length) else {
        let whole = bytes[1..].iter().all(|byte| byte & 0xc0 == 0x80);
        return if whole { None } else { Some((1, None)) };
    };
    match str::from_utf8(encoded) {
        Ok(text) => Some((length, text.chars().next().filter(|c| !c.is_control()).map(Key::Char))),
        Err(_) => Some((1, None)),
    }
}

/// The key that a terminal sends as `ESC [` or `ESC O` and this.
fn named(sequence: &[u8]) -> Option<Key> {
    let modified = sequence.contains(&b';');
    Some(match (sequence.last()?, modified) {
        (b'A', _) => Key::Up,
        (b'B', _) => Key::Down,
        (b'C', false) => Key::Right,
        (b'D', false) => Key::Left,
        (b'C', true) => Key::WordRight,
        (b'D', true) => Key::WordLeft,
        (b'H', _) => Key::Home,
        (b'F', _) => Key::End,
        (b'~', _) => match sequence.split(|byte| matches!(byte, b'~' | b';')).next()? {
            b"1" | b"7" => Key::Home,
            b"4" | b"8" => Key::End,
            b"3" => Key::Delete,
            _ => return None,
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &[u8] = "ñ\x1b[A\x1b[1;5C\x1bf\x1b\x7f\x01\r\n\n\x1b[200~uno\r\n\tdos\x1b[20\x1b[201~\x1bOH\x1b[3~\x1b[99;1uz".as_bytes();

    fn expected() -> Vec<Key> {
        vec![
            Key::Char('ñ'),
            Key::Up,
            Key::WordRight,
            Key::Alt('f'),
            Key::DeleteWord,
            Key::Control('a'),
            Key::Enter,
            Key::Enter,
            Key::Paste("uno\r\n\tdos\x1b[20".into()),
            Key::Home,
            Key::Delete,
            Key::Char('z'),
        ]
    }

    #[test]
    fn keys_are_the_same_however_they_are_cut() {
        assert_eq!(Keyboard::default().feed(SAMPLE), expected());
        for size in 1..SAMPLE.len() {
            let mut keyboard = Keyboard::default();
            let keys: Vec<Key> = SAMPLE.chunks(size).flat_map(|piece| keyboard.feed(piece)).collect();
            assert_eq!(keys, expected(), "pieces of {size}");
        }
    }

    #[test]
    fn bytes_that_are_no_keys_are_passed_over() {
        assert_eq!(
            Keyboard::default().feed(b"a\xff\xc3(b\x00\x1c"),
            "a(b".chars().map(Key::Char).collect::<Vec<_>>()
        );
        let mut keyboard = Keyboard::default();
        keyboard.feed(b"\x1b[");
        for _ in 0..100 {
            keyboard.feed(b"0");
        }
        assert!(keyboard.bytes.len() <= SEQUENCE_MAX_BYTES + 1);
    }
}
