//! What the server says about rooms, in English.

use std::fmt::{Result, Write};

use super::words::{WORDS, number, persons};
use crate::chat::{Crowd, Decision, Name, PutOut, RoomListing, RoomRefusal, Text};
use crate::limits::{ROOMS_MAX, ROOMS_PER_PERSON};
use crate::protocol::phrases::{self, Phrases, wait};

pub(super) fn arrived(crowd: &Crowd, room: Option<&Name>, out: &mut String) -> Result {
    match room {
        None => writeln!(out, ">>> {} joined the chat", WORDS.crowd(crowd)),
        Some(room) => writeln!(out, ">>> {} entered #{room}", WORDS.crowd(crowd)),
    }
}

pub(super) fn departed(crowd: &Crowd, room: Option<&Name>, out: &mut String) -> Result {
    match room {
        None => writeln!(out, "<<< {} left the chat", WORDS.crowd(crowd)),
        Some(room) => writeln!(out, "<<< {} left #{room}", WORDS.crowd(crowd)),
    }
}

pub(super) fn entered(
    room: &Name,
    people: usize,
    topic: Option<&Text>,
    created: bool,
    out: &mut String,
) -> Result {
    if created {
        return writeln!(out, "You made #{room} and are its operator. Now you speak here.");
    }
    writeln!(out, "You are in #{room}, {}. Now you speak here.", persons(people))?;
    topic.map_or(Ok(()), |topic| writeln!(out, "Topic of #{room}: {topic}"))
}

pub(super) fn left(room: &Name, current: Option<&Name>, out: &mut String) -> Result {
    match current {
        Some(current) => writeln!(out, "You left #{room}. Now you speak in #{current}."),
        None => writeln!(out, "You left #{room}. You are in no room: /join general"),
    }
}

pub(super) fn refused(refusal: &RoomRefusal, out: &mut String) -> Result {
    match refusal {
        RoomRefusal::Malformed => writeln!(out, "Not a valid name for a room: same rules as for names."),
        RoomRefusal::NoSuchRoom(room) => writeln!(out, "There is no room '{room}'. Try /rooms."),
        RoomRefusal::NotIn(room) => writeln!(out, "You are not in #{room}."),
        RoomRefusal::Nowhere => writeln!(out, "You are in no room: /join general"),
        RoomRefusal::Banned(room) => writeln!(out, "You cannot enter #{room}: you were banned."),
        RoomRefusal::KeyWait(room, rest) => {
            writeln!(out, "Too many wrong keys to #{room} from your address. Try again in {}.", wait(*rest))
        }
        RoomRefusal::BannedOnArrival(room) => {
            writeln!(out, "You cannot enter #{room}: you were banned. To see the other rooms: /rooms")
        }
        RoomRefusal::Closed(room) => {
            writeln!(out, "#{room} is closed: to enter, type its key after /join {room}")
        }
        RoomRefusal::WrongKey(room) => writeln!(out, "That is not the key of #{room}."),
        RoomRefusal::TooMany => writeln!(out, "You are in {ROOMS_PER_PERSON} rooms: leave one first."),
        RoomRefusal::NoneLeft => {
            writeln!(out, "There are {} rooms already, and no more fit.", number(ROOMS_MAX))
        }
        RoomRefusal::OverShare => {
            writeln!(out, "More than half of the rooms were made from your address, and few more fit.")
        }
        RoomRefusal::NotOperator(room) => writeln!(out, "Only the operators of #{room} can do that."),
        RoomRefusal::MayNotSpeak(room) => writeln!(out, "You may not speak in #{room} now. It was not sent."),
        RoomRefusal::NotThere(name, room) => writeln!(out, "Nobody in #{room} is called '{name}'."),
        RoomRefusal::Everybodys(room) => writeln!(out, "#{room} is everybody's: it cannot be closed."),
        RoomRefusal::NotBanned(name, room) => writeln!(out, "There is no ban on '{name}' in #{room}."),
        RoomRefusal::Yourself => writeln!(out, "Not yourself. To leave the room: /leave"),
    }
}

/// What a member is told who is no longer in a room.
pub(super) fn put_out(room: &Name, cause: &PutOut, out: &mut String) -> Result {
    match cause {
        PutOut::Kicked(by, None) => writeln!(out, "--- {} put you out of #{room}", decider(by)),
        PutOut::Kicked(by, Some(why)) => writeln!(out, "--- {} put you out of #{room} ({why})", decider(by)),
        PutOut::Banned(by) => {
            writeln!(out, "--- {} banned you from #{room}: you cannot come back", decider(by))
        }
        PutOut::Name(name) => writeln!(out, "--- The name {name} is banned from #{room}: you have left it"),
        PutOut::Person => writeln!(out, "--- You had been banned from #{room}: you have left it"),
    }
}

pub(super) fn bans(room: &Name, banned: &[Name], muted: &[Name], out: &mut String) -> Result {
    if banned.is_empty() && muted.is_empty() {
        return writeln!(out, "Nobody is banned from #{room} or silenced there.");
    }
    for (title, list) in [("Banned from", banned), ("Silenced in", muted)] {
        if !list.is_empty() {
            writeln!(out, "{title} #{room}, {}:", persons(list.len()))?;
            Phrases::newest(list, |rest| format!("… and {} more, from longer ago", number(rest)), out)?;
        }
    }
    Ok(())
}

pub(super) fn list(rooms: &[RoomListing], total: usize, out: &mut String) -> Result {
    writeln!(out, "{} {}:", number(total), if total == 1 { "room" } else { "rooms" })?;
    for row in rooms {
        write!(out, "  #{}, {}", row.name, persons(row.people))?;
        out.push_str(if row.keyed { ", with a key" } else { "" });
        out.push_str(match (row.current, row.member) {
            (true, _) => " (you speak here)",
            (false, true) => " (you are here)",
            (false, false) => "",
        });
        row.topic.as_ref().map_or(Ok(()), |topic| write!(out, ": {topic}"))?;
        out.push('\n');
    }
    match total - rooms.len() {
        0 => Ok(()),
        rest => writeln!(out, "  … and {} more, with fewer people", number(rest)),
    }
}

pub(super) fn decided(room: &Name, by: &Name, decision: &Decision, out: &mut String) -> Result {
    let by = decider(by);
    match decision {
        Decision::Topic(Some(topic)) => writeln!(out, "--- {by} set the topic of #{room}: {topic}"),
        Decision::Topic(None) => writeln!(out, "--- {by} cleared the topic of #{room}"),
        Decision::Keyed(true) => writeln!(out, "--- {by} set a key that one must know to enter #{room}"),
        Decision::Keyed(false) => writeln!(out, "--- {by} opened #{room}: no key is needed any more"),
        Decision::Invited(name) => writeln!(out, "--- {by} invited {name} to #{room}"),
        Decision::Kicked(name, None) => writeln!(out, "--- {by} put {name} out of #{room}"),
        Decision::Kicked(name, Some(why)) => writeln!(out, "--- {by} put {name} out of #{room} ({why})"),
        Decision::Banned(name) => writeln!(out, "--- {by} banned {name} from #{room}"),
        Decision::Unbanned(name) => writeln!(out, "--- {by} lets {name} come back to #{room}"),
        Decision::Muted(name, true) => writeln!(out, "--- {by} silenced {name} in #{room}"),
        Decision::Muted(name, false) => writeln!(out, "--- {by} lets {name} speak again in #{room}"),
        Decision::Moderated(true) => writeln!(out, "--- {by}: only operators may speak in #{room}"),
        Decision::Moderated(false) => writeln!(out, "--- {by}: everybody may speak in #{room} again"),
        Decision::Opped(name) => writeln!(out, "--- {by} made {name} an operator of #{room}"),
    }
}

pub(super) fn keys_tried(room: &Name, tries: u32, by: &Name, out: &mut String) -> Result {
    writeln!(out, "--- Somebody is trying keys to #{room}: {tries} tries, the last one by {by}")
}

/// Whose decision it is: a member's, or the server's administrator's.
fn decider(by: &Name) -> &str {
    phrases::decider(by, "The server")
}
