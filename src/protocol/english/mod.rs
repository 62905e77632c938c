//! What the server says, in English. Lines end in `\n`; the encoder puts the reader's ending.

mod accounts;
mod expulsions;
mod nodes;
mod places;
mod rooms;
mod words;

use std::fmt::Write;

use crate::chat::{
    CloseReason, Decision, Event, Farewell, Language, LogNews, MessageFault, Name, NameList, NameRefusal,
    Occasion, Person, Reach, ServerNews, Text, Trouble, Verb, Wording,
};
use crate::clock::Zone;
use crate::limits::{LINE_MAX_BYTES, NAME_MAX_CHARS, SEARCH_WORDS_MAX};
use crate::locale;
use crate::protocol::line::verbs;
use words::{WORDS, number, persons};

/// Writes `event` to `out`.
pub(super) fn write(event: &Event, zone: &Zone, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = match event {
        Event::NamePrompt => write!(out, "Enter your name: "),
        Event::NameRefused(refusal) => refused(refusal, out),
        Event::PasswordPrompt(question, _) => write!(out, "{}", accounts::prompt(*question)),
        Event::PasswordAgain => writeln!(out, "An empty line takes you back to the name."),
        Event::AccountRefused(refusal) => accounts::refused(refusal, out),
        Event::Account(news) => accounts::news(news, out),
        Event::Posted(posted) => accounts::posted(*posted, out),
        Event::OfflineMessages { now, messages } => accounts::offline_messages(messages, *now, zone, out),
        Event::Welcome { name, others, .. } => welcome(name, others.as_ref(), out),
        Event::Resumed { name, .. } => writeln!(out, "You are still in the chat as {name}."),
        Event::Message { message, .. } | Event::Missed { message, .. } => WORDS.message(message, out),
        Event::Private { from, text, .. } => writeln!(out, "[private] {from}: {text}"),
        Event::PrivateSent { to, text, away, .. } => private_sent(to, text, away.as_ref(), out),
        Event::Recalled { .. } => recalled(event, zone, out),
        Event::HistoryBusy => writeln!(out, "The history is busy. Try again in a moment."),
        Event::Motd(lines) => lines.iter().try_for_each(|line| writeln!(out, "{line}")),
        Event::NobodyToAnswer => writeln!(out, "Nobody has written to you privately."),
        Event::HasLeft(name) => writeln!(out, "{name} has left."),
        Event::Arrived { crowd, room } => rooms::arrived(crowd, room.as_ref(), out),
        Event::Departed { name, farewell } => departed(name, farewell, out),
        Event::ManyDeparted { crowd, room } => rooms::departed(crowd, room.as_ref(), out),
        Event::Entered { room, people, topic, created } => {
            rooms::entered(room, people.total, topic.as_ref(), *created, out)
        }
        Event::Left { room, current } => rooms::left(room, current.as_ref(), out),
        Event::PutOut { room, cause } => rooms::put_out(room, cause, out),
        Event::RenamedAndOut { room, from, to } => {
            writeln!(out, "<<< {from} is now {to} and has left #{room} because of a ban")
        }
        Event::Speaking(Some(room)) => writeln!(out, "Now you speak in #{room}."),
        Event::Speaking(None) => writeln!(out, "You are in no room any more. To see which there are: /rooms"),
        Event::Bans { room, banned, muted } => rooms::bans(room, banned, muted, out),
        Event::RoomRefused(refusal) => rooms::refused(refusal, out),
        Event::Rooms { rooms, total } => rooms::list(rooms, *total, out),
        Event::Topic { room, topic: Some(topic) } => writeln!(out, "Topic of #{room}: {topic}"),
        Event::Topic { room, topic: None } => writeln!(out, "#{room} has no topic."),
        Event::Decided { room, by, decision } => rooms::decided(room, by, decision, out),
        Event::KeysTried { room, tries, by } => rooms::keys_tried(room, *tries, by, out),
        Event::Invited { room, by } => writeln!(out, "--- {by} invites you to #{room}: /join {room}"),
        Event::Renamed { from, to } => writeln!(out, "--- {from} is now {to}"),
        Event::Present { room, people, total } => present(room, people, *total, out),
        Event::AwaySet(reason) => writeln!(out, "You are marked away: {reason}"),
        Event::AwayCleared => writeln!(out, "You are no longer away."),
        Event::NotAway => writeln!(out, "You were not away. To be: /away reason"),
        Event::Ignoring(name) => {
            writeln!(out, "You no longer see what {name} says. To see it again: /ignore {name}")
        }
        Event::NoLongerIgnoring(name) => writeln!(out, "You see what {name} says again."),
        Event::IgnoreList(names) if names.is_empty() => writeln!(out, "You ignore nobody."),
        Event::IgnoreList(names) => writeln!(out, "You ignore {}.", WORDS.list(names)),
        Event::IgnoreListFull(most) => writeln!(out, "You cannot ignore more than {most} people."),
        Event::NoSuchPerson(name) => writeln!(out, "Nobody here is called '{name}'."),
        Event::ThatIsYou => writeln!(out, "That is your own name."),
        Event::LanguageSet => writeln!(out, "From now on I speak English to you."),
        Event::LanguageIs => writeln!(out, "I speak English to you. En español: /idioma es"),
        Event::Help(verb) => help(*verb, out),
        Event::Trouble(trouble) => self::trouble(trouble, out),
        Event::Skipped(lines) => skipped(*lines, out),
        Event::NameTimeout => writeln!(out, "The time to give a name is over."),
        Event::Place(news) => places::news(*news, out),
        Event::Expulsion(news) => expulsions::news(news, zone, out),
        Event::Server(news) => server_news(news, out),
        Event::Log(news) => writeln!(out, "--- {}", log_news(*news)),
        Event::Nodes(nodes) => nodes::list(nodes, out),
        Event::Stopping => writeln!(out, "--- The server is stopping."),
    };
}

/// The first four lines are where those of the system before this one were.
fn welcome(name: &Name, others: Option<&NameList>, out: &mut String) -> std::fmt::Result {
    writeln!(out, "\nWelcome to the chat, {name}!\nType 'quit' to disconnect.\n")?;
    match others.map(|others| (others.total, WORDS.names(others))) {
        None => {}
        Some((0, _)) => writeln!(out, "Nobody else is here yet.")?,
        Some((1, who)) => writeln!(out, "{who} is here.")?,
        Some((_, who)) => writeln!(out, "{who} are here.")?,
    }
    writeln!(out, "To see the commands: /help")
}

fn private_sent(to: &Name, text: &Text, away: Option<&Text>, out: &mut String) -> std::fmt::Result {
    writeln!(out, "[private to {to}] {text}")?;
    away.map_or(Ok(()), |reason| writeln!(out, "{to} is away: {reason}"))
}

/// Words that no member can say: their lines begin with their names, and nobody else is called so.
fn skipped(lines: u64, out: &mut String) -> std::fmt::Result {
    match lines {
        0 => writeln!(out, "[… {}]", (WORDS.missing)(0)),
        1 => writeln!(out, "[… 1 message skipped; /history to see it]"),
        _ => writeln!(
            out,
            "[… {} messages skipped; /history to see them]",
            locale::number(lines, Language::English)
        ),
    }
}

fn log_news(news: LogNews) -> &'static str {
    match news {
        LogNews::Away => "The chat is waiting for its log. What you type waits as well, and is said later.",
        LogNews::Back => "The chat goes on.",
        LogNews::Unsaid => "What you typed last may not have been said.",
        LogNews::Gap => "The log has lost what was said last: others may not have heard it.",
    }
}

fn server_news(news: &ServerNews, out: &mut String) -> std::fmt::Result {
    match news {
        ServerNews::Said { room: None, text } => writeln!(out, "--- Server: {text}"),
        ServerNews::Said { room: Some(room), text } => writeln!(out, "--- Server (#{room}): {text}"),
        ServerNews::Disconnected(None) => writeln!(out, "--- The server closes your connection."),
        ServerNews::Disconnected(Some(reason)) => {
            writeln!(out, "--- The server closes your connection: {reason}")
        }
    }
}

/// The last words to a program, by which its connection ends.
pub(super) fn ending(reason: CloseReason) -> &'static str {
    match reason {
        CloseReason::Quit | CloseReason::EndOfInput | CloseReason::GoneAway | CloseReason::Lost => {
            "You have left the chat."
        }
        CloseReason::Stalled => "You read nothing any more: this connection is closed.",
        CloseReason::NameTimeout => "The time to give a name is over.",
        CloseReason::Full => "The chat is full. Try again later.",
        CloseReason::Foreign => "That is no protocol of the chat.",
        CloseReason::Replaced => "Your name goes on in another connection.",
        CloseReason::Expelled => "You have been expelled from the chat.",
        CloseReason::Kicked => "The server closes your connection.",
        CloseReason::Revoked => "The password that you gave is no longer valid.",
        CloseReason::ServerStops => "The server is stopping.",
    }
}

/// What was decided about a room, as the console tells it.
pub(super) fn decision(room: &Name, by: &Name, decision: &Decision) -> String {
    let mut told = String::new();
    let _ = rooms::decided(room, by, decision, &mut told);
    told.trim_end().trim_start_matches("--- ").to_owned()
}

fn departed(name: &Name, farewell: &Farewell, out: &mut String) -> std::fmt::Result {
    match farewell {
        Farewell::Plain => writeln!(out, "<<< {name} left the chat"),
        Farewell::Words(words) => writeln!(out, "<<< {name} left the chat ({words})"),
        Farewell::Expelled(None) => writeln!(out, "<<< {name} left the chat (expelled)"),
        Farewell::Expelled(Some(why)) => writeln!(out, "<<< {name} left the chat (expelled: {why})"),
        Farewell::Lost => writeln!(out, "<<< {name} left the chat (connection lost)"),
        Farewell::Kicked(None) => writeln!(out, "<<< {name} left the chat (disconnected by the server)"),
        Farewell::Kicked(Some(reason)) => {
            writeln!(out, "<<< {name} left the chat (disconnected by the server: {reason})")
        }
    }
}

fn recalled(event: &Event, zone: &Zone, out: &mut String) -> std::fmt::Result {
    let Event::Recalled { occasion, now, lines, reach, .. } = event else { return Ok(()) };
    match occasion {
        Occasion::Asked if lines.is_empty() && *reach != Reach::Displaced => {
            writeln!(out, "Nothing has been said here yet.")?
        }
        Occasion::Searched if lines.is_empty() && *reach != Reach::Newest => {
            writeln!(out, "There is nothing with those words in your rooms.")?;
        }
        _ => WORDS.recalled(lines, *now, zone, out)?,
    }
    self::reach(*reach, out)
}

/// Why some of what was looked for may not be there.
pub(super) fn reach(reach: Reach, out: &mut String) -> std::fmt::Result {
    match reach {
        Reach::All => Ok(()),
        Reach::Displaced => writeln!(
            out,
            "[… the server has lost its data directory: what is said since then is not kept, and is not here]"
        ),
        Reach::FirstWords => {
            writeln!(out, "[… only the first {SEARCH_WORDS_MAX} words that you search for count]")
        }
        Reach::Newest => writeln!(
            out,
            "[… the search took too long: only the newest messages were looked at. Try fewer words, or longer ones]"
        ),
    }
}

fn refused(refusal: &NameRefusal, out: &mut String) -> std::fmt::Result {
    match refusal {
        NameRefusal::Malformed => writeln!(
            out,
            "Not a valid name: 1 to {NAME_MAX_CHARS} letters, digits, '-' or '_', beginning with a letter."
        ),
        NameRefusal::Spaced => writeln!(out, "A name holds no space: put '-' or '_' in its place."),
        NameRefusal::MixedScripts(name) => {
            writeln!(out, "The name '{name}' mixes letters of two scripts: write it with those of one.")
        }
        NameRefusal::InUse(name) => writeln!(out, "The name '{name}' is already in use."),
        NameRefusal::Reserved(name) => writeln!(out, "The name '{name}' is reserved."),
        NameRefusal::Yours(name) => writeln!(out, "Your name is already {name}."),
        NameRefusal::Unregistered(name) => {
            writeln!(out, "The name '{name}' is not registered, and only registered names may come in here.")
        }
        NameRefusal::NoSession => writeln!(out, "That session is over. Come in with your name."),
        NameRefusal::NoPlace(name) => {
            writeln!(out, "The name '{name}' is not registered, and only registered names may come in now.")
        }
        NameRefusal::Expelled(name, expelled) => expulsions::name(name, expelled, out),
        NameRefusal::Missing => writeln!(out, "First I need your name."),
    }
}

fn trouble(trouble: &Trouble, out: &mut String) -> std::fmt::Result {
    match trouble {
        Trouble::TooLong => writeln!(out, "Line too long: {LINE_MAX_BYTES} bytes fit. It was not sent."),
        Trouble::NotUtf8 => {
            writeln!(out, "Your terminal does not send UTF-8: what cannot be read appears as �.")
        }
        Trouble::NoSuchCommand { word, nearest: None } => writeln!(out, "There is no /{word}. Try /help."),
        Trouble::NoSuchCommand { word, nearest: Some(verb) } => {
            let near = verbs::describe(*verb, Language::English).name;
            writeln!(out, "There is no /{word}. Try /help. Did you mean /{near}?")
        }
        Trouble::Exceeds(wording) => {
            let what = match wording {
                Wording::Topic => "Topic",
                Wording::Key => "Key",
                Wording::Reason => "Reason",
            };
            writeln!(out, "{what} too long: {} bytes fit. Nothing was done.", wording.max_bytes())
        }
        Trouble::Usage(verb) => {
            writeln!(out, "Usage: {}", verbs::describe(*verb, Language::English).usage())
        }
        Trouble::Slip(verb) => {
            let meant = verbs::describe(*verb, Language::English).name;
            writeln!(out, "Did you mean /{meant}? To say this, put another word before it. It was not sent.")
        }
        Trouble::TypedAhead => writeln!(
            out,
            "You sent that before you could read the answer, and it might be a password. It was not sent."
        ),
        Trouble::Repeated => {
            writeln!(out, "That is the password you have just typed. It was not sent.")
        }
        Trouble::Message(fault) => match fault {
            MessageFault::NoJson(why) => writeln!(out, "The message is not a JSON object: {why}"),
            MessageFault::UnknownType(kind) => writeln!(out, "There is no message of type '{kind}'."),
            MessageFault::Field(why) => writeln!(out, "A field of the message is missing or wrong: {why}"),
            MessageFault::PasswordAsked => {
                writeln!(out, "A password has been asked for: send it, or an empty one to give up.")
            }
            MessageFault::NothingAsked => writeln!(out, "No password has been asked for."),
        },
        Trouble::Incomplete => writeln!(
            out,
            "Part of what you typed was lost: your telnet began a command and did not end it. It was not sent."
        ),
    }
}

fn present(room: &Name, people: &[Person], total: usize, out: &mut String) -> std::fmt::Result {
    writeln!(out, "In #{room}, {}:", persons(total))?;
    people.iter().try_for_each(|person| writeln!(out, "  {}", WORDS.person(person)))?;
    match total - people.len() {
        0 => Ok(()),
        rest => writeln!(out, "  … and {} more who have been idle longer", number(rest)),
    }
}

fn help(verb: Option<Verb>, out: &mut String) -> std::fmt::Result {
    match verb {
        None => {
            writeln!(out, "Everybody in your room reads what you type, except for the commands:")?;
            verbs::write_groups(Language::English, out)?;
            writeln!(out, "What each of them does: /help and its name, as in /help msg.")?;
            writeln!(out, "For a line that begins with /, type //.")
        }
        Some(verb) => verbs::write_one(verb, Language::English, "also", out),
    }
}
