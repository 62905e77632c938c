//! The ways of standing to a room that come with registered names: offices that last, connections that follow one
//! another, and names that are not for everybody.

use super::steps::Step::*;
use super::stories::Seat::{Aside, In, InIfOpen, Out};
use super::stories::{Story, story};

pub const ACCOUNT_STORIES: &[Story] = &[
    // An operator of the server may go everywhere, and has to.
    story("runs the chat and stays outside", &[(IsRosa, Out), (Nothing, Out), (Nothing, Out)]),
    story(
        "runs the chat and enters",
        &[(IsRosa, Out), (EntersWithoutKey, In), (Leaves, Out), (Nothing, Out)],
    ),
    story("runs the chat, tried a wrong key", &[(IsRosa, Out), (EntersWithWrongKey, In)]),
    story("runs the chat, banned", &[(IsRosa, Out), (Banned, Out), (Nothing, Out), (EntersWithoutKey, In)]),
    story("runs the chat, banned inside", &[(IsRosa, Out), (Enters, In), (Banned, Out), (Enters, In)]),
    story("banned as a guest, runs the chat", &[(Enters, In), (Banned, Out), (IsRosa, Out), (Enters, In)]),
    story("a member who runs the chat", &[(Enters, In), (IsRosa, In), (Kicked, Out), (EntersWithoutKey, In)]),
    story("ran the chat", &[(IsRosa, Out), (Renamed, Out), (EntersWithoutKey, InIfOpen)]),
    story("ran the chat, banned", &[(IsRosa, Out), (Banned, Out), (Renamed, Out), (Enters, Out)]),
    story("ran the chat, a member", &[(IsRosa, Out), (Enters, In), (Renamed, In), (Leaves, Out)]),
    story(
        "ran the chat, unregistered",
        &[(IsRosa, Out), (Unregistered, Out), (Back, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story(
        "runs the chat, and the room is another one",
        &[(IsRosa, Out), (Enters, In), (LeavesLast, Out), (Remade, Out), (EntersWithoutKey, In)],
    ),
    story("somebody registered", &[(IsDora, Out), (EntersWithoutKey, InIfOpen)]),
    story("registered, banned", &[(IsDora, Out), (Banned, Out), (Enters, Out)]),
    // Passwords that are wrong, or not given yet.
    story("gives a wrong password", &[(Fails, Out), (EntersWithoutKey, InIfOpen)]),
    story("a member who gives a wrong password", &[(Enters, In), (Fails, In), (Leaves, Out)]),
    story("a member who is asked for a password", &[(Enters, In), (IsAsked, In), (Nothing, In)]),
    story("asked for a password, put out", &[(Enters, In), (IsAsked, In), (Kicked, Out), (Nothing, Out)]),
    story("asked for a password outside", &[(IsAsked, Out), (EntersWithoutKey, InIfOpen)]),
    story("waits for the verdict", &[(Waits, Out), (EntersWithoutKey, InIfOpen), (Nothing, InIfOpen)]),
    story(
        "waited for the verdict",
        &[(Waits, Out), (Nothing, Out), (IsRosaAtLast, Out), (EntersWithoutKey, In)],
    ),
    story("a member who waits", &[(Enters, In), (Waits, In), (Leaves, Out), (IsRosaAtLast, Out)]),
    story(
        "the verdict comes when they came again",
        &[(Waits, Out), (Lost, Out), (Back, Out), (IsTooLate, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story(
        "the verdict comes for who had the slot",
        &[(Waits, Out), (Heir, Out), (IsTooLate, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story(
        "guesses the password of a member",
        &[(Registers, Out), (Enters, In), (Guesses, Out), (Nothing, Out)],
    ),
    story("is asked for the password of a member", &[(Registers, Out), (Enters, In), (Hesitates, Out)]),
    story(
        "guesses the password of an owner, who is gone",
        &[(Registers, Out), (Enters, In), (Opped, In), (Lost, Out), (Guesses, Out), (Returns, Out)],
    ),
    // Who decides there for good comes in as they like.
    story("an owner", &[(Registers, Out), (Enters, In), (Opped, In), (Leaves, Out), (EntersWithoutKey, In)]),
    story(
        "registers when an operator",
        &[(Enters, In), (Opped, In), (Registers, In), (Leaves, Out), (EntersWithoutKey, In)],
    ),
    story(
        "an owner who came back",
        &[(Registers, Out), (Enters, In), (Opped, In), (Lost, Out), (Returns, Out), (EntersWithoutKey, In)],
    ),
    story(
        "an owner, kicked",
        &[(Registers, Out), (Enters, In), (Opped, In), (Kicked, Out), (Nothing, Out), (EntersWithoutKey, In)],
    ),
    story("an owner, banned", &[(Registers, Out), (Enters, In), (Opped, In), (Banned, Out), (Enters, Out)]),
    story(
        "an owner, banned and unbanned",
        &[
            (Registers, Out),
            (Enters, In),
            (Opped, In),
            (Banned, Out),
            (Unbanned, Out),
            (EntersWithoutKey, InIfOpen),
        ],
    ),
    story(
        "an owner under another name",
        &[
            (Registers, Out),
            (Enters, In),
            (Opped, In),
            (Leaves, Out),
            (Renamed, Out),
            (EntersWithoutKey, InIfOpen),
        ],
    ),
    story(
        "an owner, renamed and back",
        &[
            (Registers, Out),
            (Enters, In),
            (Opped, In),
            (Leaves, Out),
            (Renamed, Out),
            (IsRitaAgain, Out),
            (EntersWithoutKey, In),
        ],
    ),
    story(
        "an owner, unregistered",
        &[
            (Registers, Out),
            (Enters, In),
            (Opped, In),
            (Leaves, Out),
            (Unregistered, Out),
            (Back, Out),
            (EntersWithoutKey, InIfOpen),
        ],
    ),
    story(
        "an owner, unregistered inside",
        &[
            (Registers, Out),
            (Enters, In),
            (Opped, In),
            (Unregistered, Out),
            (Nothing, Out),
            (Back, Out),
            (EntersWithoutKey, InIfOpen),
        ],
    ),
    story(
        "an owner, unregistered while away; somebody else registers",
        &[
            (Registers, Out),
            (Enters, In),
            (Opped, In),
            (Lost, Out),
            (Unregistered, Out),
            (Claimed, Out),
            (EntersWithoutKey, InIfOpen),
        ],
    ),
    story(
        "an owner, unregistered while away; a guest comes",
        &[
            (Registers, Out),
            (Enters, In),
            (Opped, In),
            (Lost, Out),
            (Unregistered, Out),
            (Back, Out),
            (EntersWithoutKey, InIfOpen),
        ],
    ),
    // One connection after the other.
    story(
        "goes on on another connection",
        &[(Registers, Out), (Enters, In), (TakenOver, In), (Nothing, In), (Leaves, Out)],
    ),
    story(
        "goes on aside",
        &[(Registers, Out), (Enters, In), (TurnsAway, Aside), (TakenOver, Aside), (TurnsBack, In)],
    ),
    story(
        "goes on in that room only",
        &[(Registers, Out), (Enters, In), (LeavesGeneral, In), (TakenOver, In), (Nothing, In)],
    ),
    story("goes on nowhere", &[(Registers, Out), (LeavesGeneral, Out), (TakenOver, Out), (Nothing, Out)]),
    story("goes on outside", &[(Registers, Out), (TakenOver, Out), (EntersWithoutKey, InIfOpen)]),
    story(
        "goes on twice",
        &[(Registers, Out), (Enters, In), (TakenOver, In), (TakenOver, In), (Leaves, Out)],
    ),
    story(
        "goes on after leaving",
        &[(Registers, Out), (Enters, In), (Leaves, Out), (TakenOver, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story(
        "goes on, kicked",
        &[(Registers, Out), (Enters, In), (TakenOver, In), (Kicked, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story(
        "kicked, goes on",
        &[(Registers, Out), (Enters, In), (Kicked, Out), (TakenOver, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story(
        "banned, goes on",
        &[(Registers, Out), (Enters, In), (Banned, Out), (TakenOver, Out), (Enters, Out)],
    ),
    story("banned as a guest, goes on", &[(Banned, Out), (IsDora, Out), (TakenOver, Out), (Enters, Out)]),
    story("invited, goes on", &[(Registers, Out), (Invited, Out), (TakenOver, Out), (EntersWithoutKey, In)]),
    story(
        "invited, goes on, banned",
        &[
            (Registers, Out),
            (Invited, Out),
            (TakenOver, Out),
            (Banned, Out),
            (Unbanned, Out),
            (EntersWithoutKey, InIfOpen),
        ],
    ),
    story(
        "ignoring, goes on",
        &[(Registers, Out), (Enters, In), (Ignores, In), (TakenOver, In), (Ignores, In)],
    ),
    story(
        "runs the chat, goes on",
        &[(IsRosa, Out), (Enters, In), (TakenOver, In), (Leaves, Out), (EntersWithoutKey, In)],
    ),
    story(
        "an operator, goes on",
        &[(IsDora, Out), (Enters, In), (Opped, In), (TakenOver, In), (Leaves, Out), (EntersWithoutKey, In)],
    ),
    story("went on elsewhere", &[(Registers, Out), (Enters, In), (Replaced, Out), (Nothing, Out)]),
    story(
        "went on elsewhere, an operator",
        &[(Registers, Out), (Enters, In), (Opped, In), (Replaced, Out), (Deserted, Out)],
    ),
    story(
        "went on elsewhere, aside",
        &[(Registers, Out), (Enters, In), (TurnsAway, Aside), (Replaced, Out), (Nothing, Out)],
    ),
    // A name that has become somebody else's.
    story(
        "the owner of a member's name",
        &[(Enters, In), (Claimed, Out), (Nothing, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story(
        "the owner of a member's name, as a guest first",
        &[(Enters, In), (ClaimedByMember, Out), (Nothing, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story(
        "the owner of an operator's name",
        &[(Enters, In), (Opped, In), (Claimed, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story(
        "the owner of an invited one's name",
        &[(Invited, Out), (Claimed, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story("the owner of a banned one's name", &[(Enters, In), (Banned, Out), (Claimed, Out), (Enters, Out)]),
    story(
        "the owner of the name of who was alone there",
        &[
            (Enters, In),
            (OlgaRegisters, In),
            (Deserted, In),
            (Claimed, Out),
            (Nothing, Out),
            (EntersWithoutKey, InIfOpen),
        ],
    ),
    story("lost a member's name", &[(Enters, In), (Ousted, Out), (Nothing, Out)]),
    story("lost an operator's name", &[(Enters, In), (Opped, In), (Ousted, Out), (Nothing, Out)]),
    story("lost an outsider's name", &[(Ousted, Out), (Nothing, Out)]),
    // Words that are kept for who is not here.
    story(
        "has letters",
        &[(Registers, Out), (Lost, Out), (Nothing, Out), (Returns, Out), (Lost, Out), (Returns, Out)],
    ),
    story(
        "has letters after a restart",
        &[(Registers, Out), (OlgaRegisters, Out), (Restarted, Out), (Nothing, Out), (Returns, Out)],
    ),
    story(
        "has letters for their other name",
        &[(Registers, Out), (Renamed, Out), (Nothing, Out), (IsRitaAgain, Out)],
    ),
    story(
        "has letters of the one before",
        &[(Registers, Out), (Lost, Out), (Nothing, Out), (Unregistered, Out), (Claimed, Out), (Lost, Out)],
    ),
    story(
        "guesses for letters",
        &[(Registers, Out), (Lost, Out), (Guesses, Out), (Hesitates, Out), (Returns, Out)],
    ),
];
