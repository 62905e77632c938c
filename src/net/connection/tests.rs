//! One connection alone, at its end and at a prompt.

use std::io::{Read, Write};

use super::*;

/// A peer that takes everything, sends nothing but its end, and may be gone when ours comes.
#[derive(Default)]
struct Silent {
    gone: bool,
    taken: Vec<u8>,
}

impl Read for Silent {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

impl Write for Silent {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.taken.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for Silent {
    fn end_writing(&mut self) -> io::Result<()> {
        if self.gone { Err(io::ErrorKind::NotConnected.into()) } else { Ok(()) }
    }
}

fn lines() -> Protocol {
    Protocol::lines(Language::default())
}

#[test]
fn closed_connection_lingers_only_for_a_peer_that_may_still_send() {
    let now = MonoTime::START;
    for (ended, gone) in [(false, false), (true, false), (false, true)] {
        let mut conn = Conn::new(1, Silent { gone, ..Silent::default() }, lines());
        if ended {
            assert_eq!(conn.fill(&mut [0; 8], &mut Vec::new(), now), Filled::Ended);
        }
        conn.begin_close(CloseReason::Quit, now);
        conn.flush(&Broadcast::default(), now);
        let over = ended || gone;
        assert_eq!((conn.is_dead(), conn.is_lingering()), (over, !over), "{ended} {gone}");
    }
}
#[test]
fn prompt_is_left_before_anything_else_and_nothing_else_is() {
    let (now, broadcast) = (MonoTime::START, Broadcast::default());
    let mut conn = Conn::new(1, Silent::default(), lines());
    conn.answer(Encoding { bytes: b"Nombre: ", is_prompt: true }, &broadcast, now);
    conn.answer(Encoding::whole(b"una\n"), &broadcast, now);
    conn.answer(Encoding::whole(b"\x15\x03"), &broadcast, now);
    conn.answer(Encoding::whole(b"otra\n"), &broadcast, now);
    conn.flush(&broadcast, now);
    assert_eq!(conn.stream.taken, b"Nombre: \nuna\n\x15\x03otra\n");
}

#[test]
fn line_of_a_room_is_taken_at_once_by_a_reader_who_keeps_up() {
    let mut broadcast = Broadcast::default();
    let mut conn = Conn::new(1, Silent::default(), lines());
    for words in [b"una\n".as_slice(), b"otra\n"] {
        broadcast.begin_line();
        let line = broadcast.line(Format::Line { language: Language::default(), crlf: false }, true, || {
            Encoding::whole(words)
        });
        assert!(conn.share_line(line), "without a look at anything else");
        assert_eq!(conn.held(), 0, "and without memory of its own");
    }
    conn.flush(&broadcast, MonoTime::START);
    assert_eq!(conn.stream.taken, b"una\notra\n");
}

#[test]
fn reply_does_not_release_what_waits_for_the_log() {
    let (now, rate) = (MonoTime::START, Rate::new(0));
    let mut conn = Conn::new(1, Silent::default(), lines());
    conn.standing = HubStanding::InChat;
    conn.await_log();
    conn.await_reply(Awaited { request: 1, until: now + Duration::from_secs(1) });
    assert!(conn.take_awaited(|awaited| awaited.request == 1));
    assert_eq!(conn.next_command(rate, now), Err(Pause::Later));
    assert!(conn.take_log_wait());
    assert_eq!(conn.next_command(rate, now), Err(Pause::NoLine));
}
