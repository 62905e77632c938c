//! Events about rooms, private words and operators as short lines.

use super::brief_accounts;
use tertulia::chat::{
    Decision, Event, Expelled, Expulsion, ExpulsionNews, Name, PutOut, RoomListing, RoomRefusal,
};
use tertulia::limits::BANS_LISTED;

/// An event of those that have to do with rooms or with one person only.
pub fn brief(event: &Event) -> String {
    match event {
        Event::Entered { room, created: true, .. } => format!("made #{room}"),
        Event::Entered { room, people, topic: None, .. } => format!("in #{room}: {}", people.total),
        Event::Entered { room, people, topic: Some(topic), .. } => {
            format!("in #{room}: {} ({topic})", people.total)
        }
        Event::Left { room, current: None } => format!("left #{room}, nowhere now"),
        Event::Left { room, current: Some(current) } => format!("left #{room}, in #{current} now"),
        Event::RoomRefused(refusal) => brief_refusal(refusal),
        Event::Rooms { rooms, total } => {
            let rows: Vec<String> = rooms.iter().map(brief_row).collect();
            format!("{total} rooms: {}", rows.join(", "))
        }
        Event::Topic { room, topic: None } => format!("#{room} is about nothing"),
        Event::Topic { room, topic: Some(topic) } => format!("#{room} is about {topic}"),
        Event::Decided { room, by, decision } => format!("#{room} {by}: {}", brief_decision(decision)),
        Event::PutOut { room, cause } => format!("out of #{room}: {}", brief_cause(cause)),
        Event::RenamedAndOut { room, from, to } => format!("<<< {from} is {to}, banned from #{room}"),
        Event::Speaking(None) => "nowhere now".into(),
        Event::Speaking(Some(room)) => format!("in #{room} now"),
        Event::Bans { room, banned, muted } => {
            format!("#{room} bans [{}], mutes [{}]", brief_list(banned), brief_list(muted))
        }
        Event::Invited { room, by } => format!("{by} invites to #{room}"),
        Event::Private { from, text, .. } => format!("[{from}] {text}"),
        Event::PrivateSent { to, text, away: None, .. } => format!("[to {to}] {text}"),
        Event::PrivateSent { to, text, away: Some(away), .. } => format!("[to {to}] {text} (away: {away})"),
        Event::NobodyToAnswer => "nobody to answer".into(),
        Event::HasLeft(name) => format!("{name} has left"),
        Event::KeysTried { room, tries, by } => format!("{tries} tries at #{room}, {by} last"),
        Event::Expulsion(news) => brief_expulsion(news),
        Event::Place(news) => format!("{news:?}"),
        other => brief_accounts::brief(other),
    }
}

fn brief_expulsion(news: &ExpulsionNews) -> String {
    let whom = |expulsion: &Expulsion| {
        let name = expulsion.name.as_ref().map(Name::to_string);
        let parts = [name, expulsion.origin.map(|origin| origin.to_string())];
        parts.into_iter().flatten().collect::<Vec<_>>().join("+")
    };
    match news {
        ExpulsionNews::Told(Expelled { rest: None, .. }) => "you are expelled".into(),
        ExpulsionNews::Told(Expelled { rest: Some(rest), .. }) => {
            format!("you are expelled {}s", rest.as_secs())
        }
        ExpulsionNews::Done(expulsion, None) => format!("expelled {}", whom(expulsion)),
        ExpulsionNews::Done(expulsion, Some((origin, others))) => {
            format!("expelled {}, {others} others at {origin}", whom(expulsion))
        }
        ExpulsionNews::Readmitted(expulsion) => format!("readmitted {}", whom(expulsion)),
        ExpulsionNews::List { listed, total, .. } => {
            format!("{total} expelled: {}", listed.iter().map(whom).collect::<Vec<_>>().join(", "))
        }
        ExpulsionNews::Refused(refusal) => format!("refused: {refusal:?}"),
    }
}

fn brief_cause(cause: &PutOut) -> String {
    match cause {
        PutOut::Kicked(by, None) => format!("{by} kicked"),
        PutOut::Kicked(by, Some(why)) => format!("{by} kicked ({why})"),
        PutOut::Banned(by) => format!("{by} banned"),
        PutOut::Name(name) => format!("{name} is banned"),
        PutOut::Person => "banned".into(),
    }
}

/// In order, and of very many the last ones.
fn brief_list(names: &[Name]) -> String {
    let mut shown: Vec<&str> = names.iter().take(BANS_LISTED).map(Name::as_str).collect();
    shown.sort_by_cached_key(|name| name.to_lowercase());
    let (cut, shown) = (shown.len() < names.len(), shown.join(", "));
    if cut { format!("{shown} of {}", names.len()) } else { shown }
}

fn brief_refusal(refusal: &RoomRefusal) -> String {
    match refusal {
        RoomRefusal::Malformed => "no name for a room".into(),
        RoomRefusal::NoSuchRoom(room) => format!("no room: {room}"),
        RoomRefusal::NotIn(room) => format!("not in #{room}"),
        RoomRefusal::Nowhere => "nowhere".into(),
        RoomRefusal::Banned(room) => format!("banned from #{room}"),
        RoomRefusal::KeyWait(room, rest) => format!("#{room} takes no key for {}s", rest.as_secs_f64()),
        RoomRefusal::Closed(room) => format!("#{room} is closed"),
        RoomRefusal::TooMany => "too many rooms".into(),
        RoomRefusal::NoneLeft => "no rooms left".into(),
        RoomRefusal::OverShare => "over share of rooms".into(),
        RoomRefusal::NotOperator(room) => format!("no operator of #{room}"),
        RoomRefusal::MayNotSpeak(room) => format!("silent in #{room}"),
        RoomRefusal::NotThere(name, room) => format!("nobody in #{room}: {name}"),
        RoomRefusal::Everybodys(room) => format!("#{room} is everybody's"),
        RoomRefusal::WrongKey(room) => format!("#{room} has another key"),
        RoomRefusal::BannedOnArrival(room) => format!("banned from #{room}, nowhere"),
        RoomRefusal::NotBanned(name, room) => format!("no ban in #{room}: {name}"),
        RoomRefusal::Yourself => "not yourself".into(),
    }
}

fn brief_decision(decision: &Decision) -> String {
    let because = |why: &Option<tertulia::chat::Text>| match why {
        Some(why) => format!(" ({why})"),
        None => String::new(),
    };
    match decision {
        Decision::Topic(None) => "topic cleared".into(),
        Decision::Topic(Some(topic)) => format!("topic {topic}"),
        Decision::Keyed(true) => "locked".into(),
        Decision::Keyed(false) => "unlocked".into(),
        Decision::Invited(name) => format!("invited {name}"),
        Decision::Kicked(name, why) => format!("kicked {name}{}", because(why)),
        Decision::Banned(name) => format!("banned {name}"),
        Decision::Unbanned(name) => format!("unbanned {name}"),
        Decision::Muted(name, true) => format!("muted {name}"),
        Decision::Muted(name, false) => format!("unmuted {name}"),
        Decision::Moderated(true) => "hushed".into(),
        Decision::Moderated(false) => "unhushed".into(),
        Decision::Opped(name) => format!("opped {name}"),
    }
}

/// `#cocina 2`, `#cocina* 2 closed (recetas)`; a star behind a room one is in.
fn brief_row(row: &RoomListing) -> String {
    let member = if row.member { "*" } else { "" };
    let closed = if row.keyed { " closed" } else { "" };
    let topic = row.topic.as_ref().map(|topic| format!(" ({topic})")).unwrap_or_default();
    format!("#{}{member} {}{closed}{topic}", row.name, row.people)
}
