//! Events to objects.

use serde::Serialize;

use super::expulsions;
use super::listing;
use super::object::{Object, Reference};
use super::session::{Inside, written};
use crate::chat::{
    AccountNews, AccountRefusal, CloseReason, Crowd, Decision, Event, ExpulsionNews, Farewell, Language,
    LogNews, Message, MessageFault, MessageKind, Name, NameRefusal, Occasion, PlaceNews, Posted, PutOut,
    Question, Reach, RoomRefusal, ServerNews, Text, Trouble, UnixMillis,
};
use crate::clock::Zone;
use crate::protocol::{english, spanish};

/// Adds `event` to `out`, for a session in `language`.
pub fn write(
    event: &Event,
    language: Language,
    zone: &Zone,
    reference: Option<&Reference>,
    out: &mut String,
) {
    let told = match event {
        Event::Message { room, message } => return said(room, message, reference, out),
        Event::Missed { room, message, .. } => return said(room, message, None, out),
        Event::Private { from, to, text, at } => return private((from, to), text, *at, out).end(None),
        Event::PrivateSent { from, to, text, at, here, away } => {
            let mut object = private((from, to), text, *at, out);
            object.maybe("absent", (!here).then_some(true)).maybe("away", away.as_ref().map(Text::as_str));
            return object.end(reference);
        }
        Event::Arrived { crowd, room } => {
            let mut object = Object::new("joined", out);
            object.put("room", room.as_ref().unwrap_or(&Name::general()).as_str());
            moved(&mut object, crowd, room.is_none());
            return object.end(None);
        }
        Event::ManyDeparted { crowd, room } => {
            let mut object = Object::new("left", out);
            object.maybe("room", room.as_ref().map(Name::as_str));
            moved(&mut object, crowd, room.is_none());
            return object.end(None);
        }
        Event::Departed { name, farewell } => return departed(name, farewell, out),
        Event::Renamed { from, to } => {
            let mut object = Object::new("renamed", out);
            object.put("from", from.as_str()).put("to", to.as_str());
            return object.end(None);
        }
        Event::NamePrompt => return Object::new("name", out).end(None),
        event => event,
    };
    let text = sentence(told, language, zone);
    let mut object = fact(told, language, out);
    object.maybe("text", text);
    object.end(reference.filter(|_| answers(told)));
}

/// What a program shows that does not know the event. None: it is a list, of as many lines as there are in it.
fn sentence(event: &Event, language: Language, zone: &Zone) -> Option<String> {
    let mut words = String::new();
    match event {
        Event::Present { .. } | Event::Rooms { .. } | Event::OfflineMessages { .. } => return None,
        Event::Recalled { reach: Reach::All, .. } => return None,
        Event::Recalled { reach, .. } => {
            // Writing to a String cannot fail.
            let _ = match language {
                Language::Spanish => spanish::reach(*reach, &mut words),
                Language::English => english::reach(*reach, &mut words),
            };
        }
        event => match language {
            Language::Spanish => spanish::write(event, zone, &mut words),
            Language::English => english::write(event, zone, &mut words),
        },
    }
    Some(words.trim().trim_start_matches("--- ").to_owned())
}

/// Adds that a command was carried out, of which there is nothing else to tell.
pub fn ok(reference: &Reference, out: &mut String) {
    Object::new("ok", out).end(Some(reference));
}

/// Adds the last message before the end of a connection.
pub fn farewell(reason: CloseReason, language: Language, out: &mut String) {
    let text = match language {
        Language::Spanish => spanish::ending(reason),
        Language::English => english::ending(reason),
    };
    let mut object = Object::new("bye", out);
    object.put("reason", ending(reason)).put("text", text);
    object.end(None);
}

/// Whether an event is the answer to a command of its recipient.
pub fn answers(event: &Event) -> bool {
    !matches!(
        event,
        Event::NamePrompt
            | Event::Arrived { .. }
            | Event::ManyDeparted { .. }
            | Event::Departed { .. }
            | Event::Renamed { .. }
            | Event::Private { .. }
            | Event::Invited { .. }
            | Event::KeysTried { .. }
            | Event::PutOut { .. }
            | Event::RenamedAndOut { .. }
            | Event::Motd(_)
            | Event::Skipped(_)
            | Event::NameTimeout
            | Event::Server(_)
            | Event::Log(_)
            | Event::Stopping
            | Event::OfflineMessages { .. }
            | Event::Place(_)
    )
}

fn said(room: &Name, message: &Message, reference: Option<&Reference>, out: &mut String) {
    let mut object = Object::new("said", out);
    object.put("id", message.id.0.to_string()).put("room", room.as_str()).put("from", message.from.as_str());
    object.put("text", message.text.as_str()).put("at", message.at.0);
    object.maybe("action", (message.kind == MessageKind::Acted).then_some(true));
    object.end(reference);
}

fn private<'a>((from, to): (&Name, &Name), text: &Text, at: UnixMillis, out: &'a mut String) -> Object<'a> {
    let mut object = Object::new("private", out);
    object.put("from", from.as_str()).put("to", to.as_str()).put("text", text.as_str()).put("at", at.0);
    object
}

/// The names that all recipients may be told, and how many more there are: of the others it is not known who hides them. `chat`: they
/// came into the chat, or left it, and not only a room.
fn moved(object: &mut Object<'_>, crowd: &Crowd, chat: bool) {
    let told = names(crowd.named());
    object.more(crowd.count() - told.len()).put("names", told).put("chat", chat);
}

fn departed(name: &Name, farewell: &Farewell, out: &mut String) {
    let mut object = Object::new("left", out);
    object.put("names", [name.as_str()]).put("chat", true);
    let (reason, words) = match farewell {
        Farewell::Plain => ("quit", None),
        Farewell::Words(words) => ("quit", Some(words)),
        Farewell::Lost => ("lost", None),
        Farewell::Expelled(words) => ("expelled", words.as_ref()),
        Farewell::Kicked(words) => ("kicked", words.as_ref()),
    };
    object.put("reason", reason).maybe("words", words.map(Text::as_str));
    object.end(None);
}

/// The fields of an event, but for its sentence.
fn fact<'a>(event: &Event, language: Language, out: &'a mut String) -> Object<'a> {
    match event {
        Event::PasswordPrompt(question, whose) => {
            let mut object = Object::new("password", out);
            object.put("question", asked(*question)).maybe("for", whose.as_ref().map(Name::as_str));
            object
        }
        Event::Welcome { name, room, topic, others, token } => {
            let mut object = Object::new("welcome", out);
            object.put("name", name.as_str()).put("lang", code(language));
            object.put("version", env!("CARGO_PKG_VERSION"));
            object.put("room", room.as_ref().map(Name::as_str));
            if let Some(others) = others {
                object.put("names", names(others.names.iter().chain([name])));
                object.more(others.total - others.names.len());
            }
            object.maybe("topic", topic.as_ref().map(Text::as_str));
            object.maybe("token", token.as_ref().map(written));
            object
        }
        Event::Resumed { name, rooms, current, token } => {
            let mut object = Object::new("resumed", out);
            object.put("name", name.as_str()).put("lang", code(language));
            object.put("rooms", rooms.iter().map(Inside::of).collect::<Vec<_>>());
            object.put("room", current.as_ref().map(Name::as_str));
            object.maybe("token", token.as_ref().map(written));
            object
        }
        Event::Recalled { occasion: Occasion::Searched, room, lines, .. } => {
            let mut object = Object::new("found", out);
            let found =
                lines.iter().map(|(elsewhere, line)| Line::of(line, elsewhere.as_ref().or(room.as_ref())));
            object.put("lines", found.collect::<Vec<_>>());
            object
        }
        Event::Recalled { occasion, room, lines, more, .. } => {
            let mut object = Object::new("history", out);
            object.maybe("room", room.as_ref().map(Name::as_str));
            object.put("entering", *occasion == Occasion::Entering).put("more", more);
            object.put("lines", lines.iter().map(|(_, message)| Line::of(message, None)).collect::<Vec<_>>());
            object
        }
        Event::OfflineMessages { messages, .. } => {
            let mut object = Object::new("offline", out);
            let line = |from, text, at| LetterFields { from, text, at };
            let lines = messages.iter().map(|kept| line(kept.from.as_str(), kept.text.as_str(), kept.at.0));
            object.put("lines", lines.collect::<Vec<_>>());
            object
        }
        Event::IgnoreList(list) => {
            let mut object = Object::new("ignored", out);
            object.put("names", names(list));
            object
        }
        Event::Skipped(lines) => {
            let mut object = Object::new("skipped", out);
            object.put("lines", lines);
            object
        }
        Event::Account(news) => account(news, out),
        event => about_room(event, language, out),
    }
}

/// The same of an event that is about a room, of an error, and of all else.
fn about_room<'a>(event: &Event, language: Language, out: &'a mut String) -> Object<'a> {
    match event {
        Event::Entered { room, people, topic, created } => {
            let mut object = Object::new("entered", out);
            object.put("room", room.as_str()).put("created", created);
            object.put("names", names(&people.names)).more(people.total - people.names.len());
            object.maybe("topic", topic.as_ref().map(Text::as_str));
            object
        }
        Event::Left { room, current } => {
            let mut object = Object::new("parted", out);
            object.put("room", room.as_str()).put("room_now", current.as_ref().map(Name::as_str));
            object
        }
        Event::Speaking(current) => {
            let mut object = Object::new("speaking", out);
            object.put("room_now", current.as_ref().map(Name::as_str));
            object
        }
        Event::PutOut { room, cause } => put_out(room, cause, out),
        Event::RenamedAndOut { room, from, to } => {
            let mut object = Object::new("renamed", out);
            object.put("from", from.as_str()).put("to", to.as_str()).put("left", room.as_str());
            object
        }
        Event::Bans { room, banned, muted } => {
            let mut object = Object::new("bans", out);
            object.put("room", room.as_str()).put("banned", names(banned)).put("muted", names(muted));
            object
        }
        Event::Rooms { rooms, total } => listing::rooms(rooms, *total, out),
        Event::Nodes(nodes) => listing::nodes(nodes, out),
        Event::Topic { room, topic } => {
            let mut object = Object::new("topic", out);
            object.put("room", room.as_str()).put("topic", topic.as_ref().map(Text::as_str));
            object
        }
        Event::Decided { room, by, decision: Decision::Topic(topic) } => {
            let mut object = Object::new("topic", out);
            object
                .put("room", room.as_str())
                .put("topic", topic.as_ref().map(Text::as_str))
                .put("by", by.as_str());
            object
        }
        Event::Decided { room, by, decision } => decided(room, by, decision, out),
        Event::Invited { room, by } => {
            let mut object = Object::new("invited", out);
            object.put("room", room.as_str()).put("by", by.as_str());
            object
        }
        Event::Present { room, people, total } => listing::people(room, people, *total, out),
        Event::Expulsion(ExpulsionNews::Done(expulsion, spared)) => {
            expulsions::expelled(expulsion, *spared, out)
        }
        Event::Expulsion(ExpulsionNews::Readmitted(expulsion)) => expulsions::readmitted(expulsion, out),
        Event::Expulsion(ExpulsionNews::List { listed, total, .. }) => expulsions::list(listed, *total, out),
        event => error_or_notice(event, language, out),
    }
}

fn error_or_notice<'a>(event: &Event, language: Language, out: &'a mut String) -> Object<'a> {
    let (kind, code) = match error(event) {
        Some(code) => ("error", code),
        None => ("notice", notice(event)),
    };
    let mut object = Object::new(kind, out);
    object.put("code", code);
    match event {
        Event::Ignoring(name) | Event::NoLongerIgnoring(name) | Event::HasLeft(name) => {
            object.put("name", name.as_str());
        }
        Event::KeysTried { room, tries, by } => {
            object.put("room", room.as_str()).put("tries", tries).put("by", by.as_str());
        }
        Event::AwaySet(reason) => {
            object.put("reason", reason.as_str());
        }
        Event::LanguageSet | Event::LanguageIs => {
            object.put("lang", self::code(language));
        }
        Event::Log(news) => {
            object.put("news", log_news(*news));
        }
        Event::Expulsion(ExpulsionNews::Told(expelled))
        | Event::NameRefused(NameRefusal::Expelled(_, expelled)) => expulsions::terms(expelled, &mut object),
        Event::AccountRefused(AccountRefusal::Wait(rest) | AccountRefusal::RegisteredMany(rest))
        | Event::RoomRefused(RoomRefusal::KeyWait(_, rest)) => {
            object.put("wait", expulsions::seconds(*rest));
        }
        Event::Server(ServerNews::Said { room, text }) => {
            object.maybe("room", room.as_ref().map(Name::as_str)).put("words", text.as_str());
        }
        _ => {}
    }
    object
}

fn put_out<'a>(room: &Name, cause: &PutOut, out: &'a mut String) -> Object<'a> {
    let mut object = Object::new("out", out);
    let (reason, by, words) = match cause {
        PutOut::Kicked(by, words) => ("kicked", Some(by), words.as_ref()),
        PutOut::Banned(by) => ("banned", Some(by), None),
        PutOut::Name(_) => ("name_banned", None, None),
        PutOut::Person => ("banned_before", None, None),
    };
    object.put("room", room.as_str()).put("reason", reason);
    object.maybe("by", by.map(Name::as_str)).maybe("words", words.map(Text::as_str));
    object
}

fn decided<'a>(room: &Name, by: &Name, decision: &Decision, out: &'a mut String) -> Object<'a> {
    let mut object = Object::new("decided", out);
    object.put("room", room.as_str()).put("by", by.as_str());
    if let Decision::Kicked(_, words) = decision {
        object.maybe("words", words.as_ref().map(Text::as_str));
    }
    let (what, name) = match decision {
        Decision::Topic(_) => ("topic", None),
        Decision::Keyed(true) => ("key", None),
        Decision::Keyed(false) => ("opened", None),
        Decision::Invited(name) => ("invited", Some(name)),
        Decision::Kicked(name, _) => ("kicked", Some(name)),
        Decision::Banned(name) => ("banned", Some(name)),
        Decision::Unbanned(name) => ("unbanned", Some(name)),
        Decision::Muted(name, true) => ("muted", Some(name)),
        Decision::Muted(name, false) => ("unmuted", Some(name)),
        Decision::Moderated(true) => ("moderated", None),
        Decision::Moderated(false) => ("unmoderated", None),
        Decision::Opped(name) => ("op", Some(name)),
    };
    object.put("what", what).maybe("name", name.map(Name::as_str));
    object
}

fn account<'a>(news: &AccountNews, out: &'a mut String) -> Object<'a> {
    let mut object = Object::new("account", out);
    match news {
        AccountNews::Registered(name) => object.put("what", "registered").put("name", name.as_str()),
        AccountNews::Identified(name) => object.put("what", "logged_in").put("name", name.as_str()),
        AccountNews::Operator => object.put("what", "operator"),
        AccountNews::PasswordChanged => object.put("what", "password_changed"),
        AccountNews::Replaced => object.put("what", "replaced"),
        AccountNews::Renewed(_) => object.put("what", "password_renewed"),
        AccountNews::Removed(_) => object.put("what", "removed"),
        AccountNews::Reclaimed(_) => object.put("what", "reclaimed"),
        AccountNews::Resumed { rooms, current } => object
            .put("what", "resumed")
            .put("rooms", names(rooms))
            .put("room_now", current.as_ref().map(Name::as_str)),
    };
    object
}

/// The code of an event that tells its recipient that nothing came of a command. None: it tells something else.
fn error(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::NameRefused(refusal) => match refusal {
            NameRefusal::Malformed | NameRefusal::Spaced | NameRefusal::MixedScripts(_) => "name_bad",
            NameRefusal::InUse(_) => "name_in_use",
            NameRefusal::Reserved(_) => "name_reserved",
            NameRefusal::Yours(_) => "name_yours",
            NameRefusal::Unregistered(_) | NameRefusal::NoPlace(_) => "name_unregistered",
            NameRefusal::Expelled(..) => "expelled",
            NameRefusal::NoSession => "no_session",
            NameRefusal::Missing => "name_missing",
        },
        Event::AccountRefused(refusal) => match refusal {
            AccountRefusal::NoAccounts => "no_accounts",
            AccountRefusal::Unfit(_) => "password_bad",
            AccountRefusal::Differ => "passwords_differ",
            AccountRefusal::Wrong | AccountRefusal::WrongCurrent | AccountRefusal::NotOperators => {
                "wrong_password"
            }
            AccountRefusal::Busy | AccountRefusal::Wait(_) | AccountRefusal::RegisteredMany(_) => "too_fast",
            AccountRefusal::Yours(_) => "registered_already",
            AccountRefusal::Taken(_) => "name_registered",
            AccountRefusal::NotYours(_) => "not_registered",
            AccountRefusal::InClear => "tls_required",
            AccountRefusal::ManyHere | AccountRefusal::NoneLeft | AccountRefusal::OverShare => "too_many",
            AccountRefusal::Displaced | AccountRefusal::Failed => "failed",
        },
        Event::RoomRefused(refusal) => match refusal {
            RoomRefusal::Malformed => "room_bad",
            RoomRefusal::NoSuchRoom(_) => "no_such_room",
            RoomRefusal::NotIn(_) | RoomRefusal::Nowhere => "not_there",
            RoomRefusal::Banned(_) | RoomRefusal::BannedOnArrival(_) => "banned",
            RoomRefusal::Closed(_) => "closed",
            RoomRefusal::WrongKey(_) => "wrong_key",
            RoomRefusal::KeyWait(..) => "too_fast",
            RoomRefusal::TooMany | RoomRefusal::NoneLeft | RoomRefusal::OverShare => "too_many",
            RoomRefusal::NotOperator(_) | RoomRefusal::Everybodys(_) | RoomRefusal::Yourself => "not_allowed",
            RoomRefusal::MayNotSpeak(_) => "muted",
            RoomRefusal::NotThere(..) => "no_such_person",
            RoomRefusal::NotBanned(..) => "not_banned",
        },
        Event::Posted(posted) => match posted {
            Posted::Kept => return None,
            Posted::Full | Posted::OverShare | Posted::NoneLeft | Posted::OverShareOfAll => "too_many",
            Posted::Failed | Posted::Displaced => "failed",
        },
        Event::Expulsion(ExpulsionNews::Refused(_)) => "not_allowed",
        Event::Expulsion(ExpulsionNews::Told(_)) => "expelled",
        Event::NoSuchPerson(_) | Event::NobodyToAnswer | Event::HasLeft(_) => "no_such_person",
        Event::ThatIsYou => "that_is_you",
        Event::IgnoreListFull(_) => "too_many",
        Event::HistoryBusy => "busy",
        Event::NameTimeout => "name_timeout",
        Event::Place(PlaceNews::Full(_) | PlaceNews::Crowded | PlaceNews::OnlyRegistered { .. }) => "full",
        Event::Trouble(trouble) => match trouble {
            Trouble::TooLong | Trouble::Exceeds(_) => "too_long",
            Trouble::Message(MessageFault::UnknownType(_)) => "unknown_type",
            Trouble::Message(MessageFault::PasswordAsked) => "password_asked",
            Trouble::Message(_) => "bad_message",
            Trouble::NoSuchCommand { .. } => "no_such_command",
            Trouble::Slip(_) | Trouble::TypedAhead | Trouble::Repeated => "may_be_a_password",
            _ => "bad_message",
        },
        _ => return None,
    })
}

/// The code of an event that is neither a fact of its own nor an error.
fn notice(event: &Event) -> &'static str {
    match event {
        Event::PasswordAgain => "password_again",
        Event::Posted(_) => "kept",
        Event::KeysTried { .. } => "keys_tried",
        Event::Motd(_) => "motd",
        Event::AwaySet(_) => "away",
        Event::AwayCleared | Event::NotAway => "back",
        Event::Ignoring(_) => "ignoring",
        Event::NoLongerIgnoring(_) => "no_longer_ignoring",
        Event::LanguageSet | Event::LanguageIs => "language",
        Event::Help(_) => "help",
        Event::Place(_) => "place",
        Event::Server(ServerNews::Said { .. }) => "server",
        Event::Server(ServerNews::Disconnected(_)) => "kicked",
        Event::Log(_) => "log",
        Event::Stopping => "stopping",
        _ => "other",
    }
}

fn log_news(news: LogNews) -> &'static str {
    match news {
        LogNews::Away => "away",
        LogNews::Back => "back",
        LogNews::Gap => "gap",
        LogNews::Unsaid => "unsaid",
    }
}

fn ending(reason: CloseReason) -> &'static str {
    match reason {
        CloseReason::Quit | CloseReason::EndOfInput | CloseReason::GoneAway | CloseReason::Lost => "quit",
        CloseReason::Stalled => "stalled",
        CloseReason::NameTimeout => "name_timeout",
        CloseReason::Full => "full",
        CloseReason::Foreign => "protocol",
        CloseReason::Replaced => "replaced",
        CloseReason::Expelled => "expelled",
        CloseReason::Kicked => "kicked",
        CloseReason::Revoked => "revoked",
        CloseReason::ServerStops => "stopping",
    }
}

fn asked(question: Question) -> &'static str {
    match question {
        Question::Password => "login",
        Question::Operator => "operator",
        Question::Current => "current",
        Question::New => "new",
        Question::Again => "repeat",
    }
}

fn code(language: Language) -> &'static str {
    match language {
        Language::Spanish => "es",
        Language::English => "en",
    }
}

fn names<'a>(names: impl IntoIterator<Item = &'a Name>) -> Vec<&'a str> {
    names.into_iter().map(Name::as_str).collect()
}

/// A line of the history, or a place where some are missing, which has neither sender nor words.
#[derive(Serialize)]
struct Line<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    at: i64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    action: bool,
    /// So many lines are missing here.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<u64>,
}

impl<'a> Line<'a> {
    fn of(message: &'a Message, room: Option<&'a Name>) -> Line<'a> {
        let missing = message.missing();
        Line {
            id: message.id.0.to_string(),
            room: room.map(Name::as_str),
            from: missing.is_none().then(|| message.from.as_str()),
            text: missing.is_none().then(|| message.text.as_str()),
            at: message.at.0,
            action: message.kind == MessageKind::Acted,
            missing,
        }
    }
}

/// A private message that was kept.
#[derive(Serialize)]
struct LetterFields<'a> {
    from: &'a str,
    text: &'a str,
    at: i64,
}
