//! The ways of standing to a room. Each step says where the reader is after it; that is the rule, not what came out.

use super::steps::Step::{self, *};
use Seat::{Aside, In, InIfOpen, Out};

/// Where the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    /// Not in the room.
    Out,
    /// In the room, and their words go there.
    In,
    /// In the room, and their words go elsewhere.
    Aside,
    /// In the room, if it was open at first, and not if it was closed.
    InIfOpen,
}

/// One way of standing to a room. It begins with a reader who is in the chat and was never in the room.
pub struct Story {
    pub name: &'static str,
    pub steps: &'static [(Step, Seat)],
}

pub const fn story(name: &'static str, steps: &'static [(Step, Seat)]) -> Story {
    Story { name, steps }
}

pub const STORIES: &[Story] = &[
    // In or not.
    story("never entered", &[(Nothing, Out), (Nothing, Out)]),
    story("has no name", &[(Nameless, Out), (Nothing, Out), (Named, Out), (Enters, In)]),
    story("a member", &[(Enters, In), (Nothing, In)]),
    story("a member who speaks elsewhere", &[(Enters, In), (TurnsAway, Aside), (TurnsBack, In)]),
    story("left", &[(Enters, In), (Leaves, Out), (Nothing, Out)]),
    story("left from elsewhere", &[(Enters, In), (TurnsAway, Aside), (Leaves, Out)]),
    story("left and came back", &[(Enters, In), (Leaves, Out), (Enters, In)]),
    story("left and has no key any more", &[(Enters, In), (Leaves, Out), (EntersWithoutKey, InIfOpen)]),
    story("is in no room", &[(LeavesGeneral, Out), (Enters, In), (Leaves, Out), (EntersGeneral, Out)]),
    story(
        "left the first room",
        &[(Enters, In), (LeavesGeneral, In), (EntersGeneral, Aside), (TurnsBack, In)],
    ),
    // Put out.
    story("kicked", &[(Enters, In), (Kicked, Out), (Nothing, Out)]),
    story("kicked while speaking elsewhere", &[(Enters, In), (TurnsAway, Aside), (Kicked, Out)]),
    story("kicked out of the only room", &[(Enters, In), (LeavesGeneral, In), (Kicked, Out)]),
    story("kicked and came back", &[(Enters, In), (Kicked, Out), (Enters, In)]),
    story("kicked, comes without the key", &[(Enters, In), (Kicked, Out), (EntersWithoutKey, InIfOpen)]),
    story("banned while a member", &[(Enters, In), (Banned, Out), (Enters, Out)]),
    story(
        "banned while speaking elsewhere",
        &[(Enters, In), (TurnsAway, Aside), (Banned, Out), (Enters, Out)],
    ),
    story("banned before entering", &[(Banned, Out), (Enters, Out)]),
    story("banned by name while not here", &[(Lost, Out), (Banned, Out), (Back, Out), (Enters, Out)]),
    story("banned, came back", &[(Enters, In), (Banned, Out), (Lost, Out), (Back, Out), (Enters, Out)]),
    story(
        "banned, came back elsewhere",
        &[(Enters, In), (Banned, Out), (Lost, Out), (BackElsewhere, Out), (Enters, Out)],
    ),
    story("unbanned", &[(Enters, In), (Banned, Out), (Unbanned, Out), (Nothing, Out)]),
    story("unbanned and came back", &[(Enters, In), (Banned, Out), (Unbanned, Out), (Enters, In)]),
    story("banned before entering, unbanned", &[(Banned, Out), (Unbanned, Out), (Enters, In)]),
    story("banned and invited", &[(Enters, In), (Banned, Out), (Invited, Out), (EntersWithoutKey, In)]),
    // Under other names, on other connections.
    story("renamed before", &[(Renamed, Out), (Enters, In), (RenamedBack, In)]),
    story("renamed while a member", &[(Enters, In), (Renamed, In), (Leaves, Out)]),
    story("renamed afterwards", &[(Enters, In), (Leaves, Out), (Renamed, Out), (EntersWithoutKey, InIfOpen)]),
    story("kicked under a new name", &[(Enters, In), (Renamed, In), (Kicked, Out), (RenamedBack, Out)]),
    story("banned, renamed", &[(Enters, In), (Banned, Out), (Renamed, Out), (Enters, Out)]),
    story(
        "banned under a new name",
        &[(Renamed, Out), (Enters, In), (Banned, Out), (RenamedBack, Out), (Enters, Out)],
    ),
    story("banned before entering, renamed", &[(Banned, Out), (Renamed, Out), (Enters, Out)]),
    // A ban holds for the connection and for the name; that of somebody who is not here, for the name only.
    story(
        "banned by name, came as another",
        &[(Lost, Out), (Banned, Out), (BackAsAnother, Out), (Enters, In), (RenamedBack, Out)],
    ),
    story("came back", &[(Enters, In), (Lost, Out), (Back, Out), (Nothing, Out)]),
    story("came back and entered", &[(Enters, In), (Lost, Out), (Back, Out), (Enters, In)]),
    story("came back on another slot", &[(Enters, In), (Lost, Out), (BackElsewhere, Out), (Enters, In)]),
    story(
        "came back without the key",
        &[(Enters, In), (Lost, Out), (Back, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story("has the slot of a member", &[(Enters, In), (Heir, Out), (Nothing, Out)]),
    story("has the slot of a member and enters", &[(Enters, In), (Heir, Out), (Enters, In)]),
    story("has the slot of an outsider", &[(Heir, Out), (EntersWithoutKey, InIfOpen)]),
    story("has the slot of an invited one", &[(Invited, Out), (Heir, Out), (EntersWithoutKey, InIfOpen)]),
    story("has the slot of a banned one", &[(Enters, In), (Banned, Out), (Heir, Out), (Enters, In)]),
    story(
        "has the slot of an operator",
        &[(Enters, In), (Opped, In), (Heir, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story("has the name of a member", &[(Enters, In), (Usurped, Out), (EntersWithoutKey, InIfOpen)]),
    story("has the name of a banned one", &[(Enters, In), (Banned, Out), (Usurped, Out), (Enters, Out)]),
    story("has the name of an invited one", &[(Invited, Out), (Usurped, Out), (EntersWithoutKey, InIfOpen)]),
    story(
        "no name, on the slot of a member",
        &[(Enters, In), (Nameless, Out), (Named, Out), (EntersWithoutKey, InIfOpen)],
    ),
    // Keys and invitations.
    story("does not know the key", &[(EntersWithoutKey, InIfOpen), (Nothing, InIfOpen)]),
    story("tried a wrong key", &[(EntersWithWrongKey, InIfOpen), (Nothing, InIfOpen)]),
    story("tried a wrong key, then knew it", &[(EntersWithWrongKey, InIfOpen), (Leaves, Out), (Enters, In)]),
    story("invited and stayed away", &[(Invited, Out), (Nothing, Out)]),
    story("invited and entered", &[(Invited, Out), (EntersWithoutKey, In), (Nothing, In)]),
    story("invited and tried a wrong key", &[(Invited, Out), (EntersWithWrongKey, In)]),
    story(
        "invited, for once",
        &[(Invited, Out), (EntersWithoutKey, In), (Leaves, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story("invited, renamed", &[(Invited, Out), (Renamed, Out), (EntersWithoutKey, In)]),
    story("invited, came back", &[(Invited, Out), (Lost, Out), (Back, Out), (EntersWithoutKey, InIfOpen)]),
    story("invited, then banned", &[(Invited, Out), (Banned, Out), (EntersWithoutKey, Out)]),
    story(
        "invited, then banned and unbanned",
        &[(Invited, Out), (Banned, Out), (Unbanned, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story(
        "invited while inside, kicked",
        &[(Enters, In), (Invited, In), (Kicked, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story(
        "invited while inside, banned and unbanned",
        &[(Enters, In), (Invited, In), (Banned, Out), (Unbanned, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story(
        "invited while inside, left",
        &[(Enters, In), (Invited, In), (Leaves, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story("the room was closed around them", &[(Enters, In), (Locked, In), (Leaves, Out), (Enters, Out)]),
    story("the room was closed before", &[(Locked, Out), (Enters, Out), (EntersWithoutKey, Out)]),
    story("the room was opened", &[(EntersWithoutKey, InIfOpen), (Opened, InIfOpen), (Locked, InIfOpen)]),
    story(
        "the room was opened and closed again",
        &[(Opened, Out), (EntersWithoutKey, In), (Leaves, Out), (Locked, Out), (Enters, Out)],
    ),
    // What does not matter for reading.
    story("muted", &[(Enters, In), (Muted, In), (Leaves, Out), (Muted, Out)]),
    story("muted before entering", &[(Muted, Out), (Enters, In)]),
    story("in a hushed room", &[(Enters, In), (Hushed, In), (Hushed, In)]),
    story("outside a hushed room", &[(Hushed, Out), (EntersWithoutKey, InIfOpen)]),
    story("an operator", &[(Enters, In), (Opped, In), (Leaves, Out), (EntersWithoutKey, InIfOpen)]),
    story("an operator, kicked", &[(Enters, In), (Opped, In), (Kicked, Out), (EntersWithoutKey, InIfOpen)]),
    story("an operator, banned", &[(Enters, In), (Opped, In), (Banned, Out), (Enters, Out)]),
    story("ignored", &[(Enters, In), (Ignored, In), (Leaves, Out)]),
    story("ignored outside", &[(Ignored, Out), (EntersWithoutKey, InIfOpen)]),
    story("ignoring", &[(Enters, In), (Ignores, In), (Nothing, In), (Ignores, In)]),
    story("ignoring before entering", &[(Ignores, Out), (Enters, In), (Leaves, Out)]),
    story("ignoring, invited", &[(Ignores, Out), (Invited, Out), (EntersWithoutKey, In)]),
    // A room made again is another one.
    story(
        "left, and the room was made again",
        &[(Enters, In), (Leaves, Out), (Vanishes, Out), (Remade, Out), (Nothing, Out)],
    ),
    story("left last, entered the new room", &[(Enters, In), (LeavesLast, Out), (Remade, Out), (Enters, In)]),
    story(
        "lost last, entered the new room",
        &[(Enters, In), (LostLast, Out), (Remade, Out), (Back, Out), (Enters, In)],
    ),
    story(
        "entered the new room without the key",
        &[(Enters, In), (LeavesLast, Out), (Remade, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story("made the room again", &[(Enters, In), (LeavesLast, Out), (Makes, In), (Leaves, Out)]),
    story("made the room", &[(Vanishes, Out), (Makes, In), (Kicked, Out), (EntersWithoutKey, InIfOpen)]),
    story("banned from the old room", &[(Banned, Out), (Vanishes, Out), (Remade, Out), (Enters, In)]),
    story(
        "invited to the old room",
        &[(Invited, Out), (Vanishes, Out), (Remade, Out), (EntersWithoutKey, InIfOpen)],
    ),
];
