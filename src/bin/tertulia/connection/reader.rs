//! The connection seen from the network: coming in, the name, getting lost, coming back.
//!
//! Invariant: what was heard is shown first and counts afterwards.

use std::io;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{ANNOUNCEMENT, Connection, ConnectionState, News, Password, Stream, is_silent};
use crate::address::Address;
use crate::notice::{self, End};
use crate::prompt_parser::{FENCE, Heard, PromptParser, Question};
use crate::safe::Safe;
use crate::tls;

/// How long a server that took leave without a reason is looked for unasked: an upgrade takes seconds, and a user wants to know
/// when it is more than that.
const UNASKED_MAX: Duration = Duration::from_secs(120);

/// Bytes read at once.
const READ_BYTES: usize = 16 * 1024;

impl Connection {
    /// Reads until it is over; gives the exit status.
    pub(crate) fn run(&self, show: &mut impl FnMut(News)) -> u8 {
        // The addresses at which there was no connection since the last pause, and why.
        let mut failed = Vec::new();
        let status = loop {
            let address = &self.options.addresses[self.lock().attempts.current()];
            let end = self.converse(address, show).unwrap_or_else(|end| end);
            let mut state = self.lock();
            (state.stream, state.question, state.inside) = (None, None, false);
            // Where a person was before the first loss is where they want to be after the second one.
            let rooms = std::mem::take(&mut state.rooms);
            if state.been_inside && state.returning.is_none() {
                state.returning = Some(rooms);
            }
            let took_leave = address.tls && matches!(end, End::Lost) && !state.was_told();
            let now = Instant::now();
            if self.person && state.been_inside && took_leave {
                state.coming_back.get_or_insert(now + UNASKED_MAX);
            }
            if let Some(status) = self.status(&state, &end, now) {
                drop(state);
                failed.retain(|_| end.never_began());
                failed.push((address, end));
                failed.iter().for_each(|(address, end)| self.say_why(address, end, status, show));
                break status;
            }
            let pause = state.attempts.go_on(matches!(end, End::Refused), now);
            let next = &self.options.addresses[state.attempts.current()];
            let english = state.parser.english();
            drop(state);
            show(News::Notice(match pause {
                Duration::ZERO => notice::next(&end, next, english),
                _ => notice::retry(&end, pause, english),
            }));
            show(News::Settled);
            if end.never_began() && pause.is_zero() {
                failed.push((address, end));
            } else {
                failed.clear();
            }
            let left = |state: &mut ConnectionState| !(state.leaving || state.input_ended);
            let wait = self.changed.wait_timeout_while(self.lock(), pause, left);
            let (state, _) = wait.unwrap_or_else(PoisonError::into_inner);
            if state.leaving || state.input_ended {
                break 0;
            }
        };
        self.lock().over = Some(status);
        self.changed.notify_all();
        show(News::Settled);
        status
    }

    /// One connection, to its end; an error, if it never began.
    fn converse(&self, address: &Address, show: &mut impl FnMut(News)) -> Result<End, End> {
        show(News::Connecting(address));
        let start = Instant::now();
        let stream = Stream::open(address, &self.options, self.person, &mut |line| show(News::Notice(line)))?;
        let stream = Arc::new(stream);
        let connecting = start.elapsed();
        let (mut give, news) = {
            let mut state = self.lock();
            let news = state.attempts.connect().map(|before| {
                let exposed = self.options.addresses[before].tls && !address.tls;
                notice::connected(address, exposed, state.parser.english())
            });
            (state.parser, state.broken) = (PromptParser::new(self.options.english), false);
            (state.turned_away, state.has_spoken, state.typed) = (false, false, None);
            state.gave_password = false;
            state.stream = Some(stream.clone());
            (state.name.clone(), news)
        };
        self.changed.notify_all();
        news.into_iter().for_each(|news| show(News::Notice(news)));
        if is_silent(&stream, connecting) {
            self.speak_first(&stream);
        }
        let mut safe = Safe::default();
        let mut bytes = vec![0; READ_BYTES];
        loop {
            let (count, failed) = match stream.read(&mut bytes) {
                Ok(count) => (count, false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => (0, true),
            };
            let text = if count == 0 { safe.finish() } else { safe.feed(&bytes[..count]) };
            let mut heard = self.lock().parser.hear(&text);
            if count == 0 {
                heard.extend(self.lock().parser.finish());
            }
            // All is shown before any of it counts: a thread that waits for it wakes up to a screen that has it.
            heard.iter().for_each(|heard| show(News::Heard(heard)));
            for heard in &heard {
                if let Some(end) = self.take_in(heard, &mut give, &stream, show) {
                    return Ok(end);
                }
            }
            self.changed.notify_all();
            show(News::Settled);
            if count == 0 {
                return Ok(if failed && stream.is_encrypted() { End::Cut } else { End::Lost });
            }
        }
    }

    /// Announces itself to a silent server, unless something was sent already. Under the lock, so that no line comes before it: one
    /// byte into an empty buffer does not wait.
    fn speak_first(&self, stream: &Stream) {
        let mut state = self.lock();
        if !std::mem::replace(&mut state.has_spoken, true) {
            // If it fails, reading tells why.
            let _ = stream.write_all(&ANNOUNCEMENT);
        }
    }

    /// Lets what was heard count; gives the end of this connection, if it is one.
    fn take_in(
        &self,
        heard: &Heard,
        give: &mut Option<String>,
        stream: &Stream,
        show: &mut impl FnMut(News),
    ) -> Option<End> {
        let mut state = self.lock();
        let mut end = None;
        state.asked |= matches!(heard, Heard::Question(_));
        match heard {
            Heard::Text(_) | Heard::Replayed(_) => {}
            Heard::Entered(room) => state.rooms.entered(room),
            Heard::Left(left, current) => {
                left.iter().for_each(|room| state.rooms.left(room));
                state.rooms.current.clone_from(current);
            }
            Heard::Fence if state.returning.is_some() => {
                state.returning = None;
                let notice = notice::back(&state.rooms.joined, state.parser.english());
                drop(state);
                show(News::Notice(notice));
            }
            Heard::Language(_) | Heard::Fence => {}
            Heard::PasswordTaken(name) => {
                let name = name.clone().or(state.name.clone());
                state.keep_typed(name);
            }
            Heard::Renamed(old, new) => {
                if old.is_none() {
                    state.keep_typed(Some(new.clone()));
                }
                if old.is_none() || *old == state.name {
                    state.name = Some(new.clone());
                }
            }
            Heard::Question(question) => end = self.take_question(*question, state, give, stream, show),
            Heard::Replaced => state.replaced = true,
            Heard::TurnedAway => state.turned_away = true,
            Heard::Accepted => {
                (state.inside, state.been_inside, state.refused) = (true, true, false);
                (state.question, state.coming_back) = (None, None);
                state.attempts.enter();
                state.name = state.tried.take().or(state.name.take());
                state.rooms.entered_chat();
                let way = state.returning.as_ref().map_or(Vec::new(), |before| state.rooms.way_back(before));
                if way.is_empty() {
                    state.returning = None;
                } else {
                    // The answer to the last one, which changes nothing, tells that all before it was done.
                    let lines: String = way.iter().map(|line| format!("{line}\n")).collect();
                    state.rooms.keys =
                        state.returning.iter().flat_map(|before| before.keys.clone()).collect();
                    state.parser.sent(FENCE);
                    drop(state);
                    let _ = stream.write_all(format!("{lines}{FENCE}").as_bytes());
                }
            }
            Heard::Refused => {
                (state.question, state.refused) = (None, true);
                // Where the name alone is refused nothing is known of the password.
                if std::mem::take(&mut state.gave_password) {
                    state.password = None;
                }
                // A member of before waits for the name to be free again; a script has no user to ask for another.
                let for_good = state.been_inside || (!self.person && self.options.name.is_some());
                end = for_good.then_some(End::Refused);
                if !state.been_inside {
                    state.name = None;
                }
            }
        }
        self.changed.notify_all();
        end
    }

    /// Answers what is asked, if that is known; else the user is to do it. Gives the end of the connection, if it is not to be answered.
    fn take_question(
        &self,
        question: Question,
        mut state: MutexGuard<ConnectionState>,
        give: &mut Option<String>,
        stream: &Stream,
        show: &mut impl FnMut(News),
    ) -> Option<End> {
        if question == Question::Name
            && let Some(name) = give.take()
        {
            state.tried = Some(name.clone());
            state.parser.sent(&name);
            drop(state);
            let _ = stream.write_all(format!("{name}\n").as_bytes());
            show(News::Answered(&name));
        } else if question == Question::Password
            && let Some(kept) = state.password_to_come_back()
        {
            let line = (stream.is_encrypted() || !kept.encrypted).then(|| kept.line.clone());
            state.parser.sent("");
            state.gave_password = true;
            drop(state);
            show(News::Answered("")); // the user has nothing to type there
            let Some(line) = line else { return Some(End::Exposed) };
            let _ = stream.write_all(&line);
        } else {
            state.question = Some(question);
        }
        None
    }

    /// The exit status, unless there will be another attempt.
    fn status(&self, state: &ConnectionState, end: &End, now: Instant) -> Option<u8> {
        let refused = !state.been_inside && (state.refused || !state.asked);
        let heard_all = self.person || !(refused || matches!(end, End::Cut));
        // A goodbye to a server that never asked for a name was not heard.
        if (state.leaving && state.asked) || (state.input_ended && heard_all) {
            return Some(0);
        }
        // Two that both come back would throw each other out for ever.
        let final_end = end.is_final() || matches!(end, End::Refused) && refused;
        let comes_back = self.options.reconnect || state.coming_back.is_some_and(|until| now < until);
        // The first connection is looked for at each address, asked for or not.
        let begins = !state.asked && end.never_began() && state.attempts.has_next();
        let again = (comes_back || begins) && !state.replaced && !final_end;
        if again && !state.input_ended { None } else { Some(1) }
    }

    fn say_why(&self, address: &Address, end: &End, status: u8, show: &mut impl FnMut(News)) {
        let english = self.options.english;
        match end {
            End::Unreachable(error) => show(News::Notice(notice::unreachable(address, error, english))),
            End::Insecure(failure) => {
                let lines = tls::lines(failure, address, english);
                lines.into_iter().for_each(|line| show(News::Notice(line)));
            }
            // A client that was replaced or turned away has just been told.
            End::Lost | End::Cut if status != 0 && !self.lock().was_told() => {
                let say = if matches!(end, End::Cut) { notice::cut } else { notice::lost };
                let english = self.lock().parser.english();
                show(News::Notice(say(english).to_string()));
            }
            End::Lost | End::Cut | End::Refused | End::Exposed => {}
        }
    }
}

impl ConnectionState {
    /// Whether the server has said why it hangs up.
    fn was_told(&self) -> bool {
        self.replaced || self.turned_away
    }

    /// The password that was typed last in the chat is that of `name`.
    fn keep_typed(&mut self, name: Option<String>) {
        if let (Some((line, encrypted)), Some(name)) = (self.typed.take(), name) {
            self.password = Some(Password { name, line, encrypted });
        }
    }

    /// The password that is asked for again while we come back: only for the name for which it was given.
    fn password_to_come_back(&self) -> Option<&Password> {
        let comes_back = self.been_inside && !self.inside;
        self.password.as_ref().filter(|kept| comes_back && self.tried.as_ref() == Some(&kept.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Options;

    #[test]
    fn server_that_left_without_a_reason_is_looked_for_unasked_for_two_minutes() {
        let now = Instant::now();
        let tried = |reconnect, later| {
            let addresses = vec![Address { tls: true, ..Address::default() }];
            let options = Options { addresses, reconnect, ..Options::default() };
            let state = ConnectionState {
                been_inside: true,
                asked: true,
                coming_back: Some(now + UNASKED_MAX),
                ..ConnectionState::default()
            };
            let end = End::Unreachable(io::ErrorKind::ConnectionRefused.into());
            Connection::new(options, true).status(&state, &end, now + later).is_none()
        };
        let last = UNASKED_MAX - Duration::from_nanos(1);
        assert_eq!([Duration::ZERO, last, UNASKED_MAX].map(|later| tried(false, later)), [true, true, false]);
        assert!(tried(true, 10 * UNASKED_MAX), "it was asked for");
    }
}
