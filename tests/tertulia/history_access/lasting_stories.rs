//! The ways of standing to a room that stays when nobody is in it, and after the server was started again.

use super::steps::Step::*;
use super::stories::Seat::{In, InIfOpen, Out};
use super::stories::{Story, story};

pub const LASTING_STORIES: &[Story] = &[
    // Rooms that stay.
    story(
        "an owner, when everybody has left",
        &[(Registers, Out), (Enters, In), (Opped, In), (Deserted, In), (Leaves, Out), (EntersWithoutKey, In)],
    ),
    story(
        "an owner, lost when everybody has left",
        &[
            (Registers, Out),
            (Enters, In),
            (Opped, In),
            (Deserted, In),
            (Lost, Out),
            (Returns, Out),
            (EntersWithoutKey, In),
            (Peopled, In),
        ],
    ),
    story(
        "the room is gone with its owner's account",
        &[
            (Registers, Out),
            (Enters, In),
            (Opped, In),
            (Deserted, In),
            (Leaves, Out),
            (UnregisteredAndGone, Out),
            (Back, Out),
            (Makes, In),
        ],
    ),
    story(
        "stays outside a room that stayed",
        &[(Enters, In), (OlgaRegisters, In), (Leaves, Out), (Deserted, Out), (Peopled, Out)],
    ),
    story(
        "never entered a room that stayed",
        &[(OlgaRegisters, Out), (Deserted, Out), (Enters, In), (Peopled, In)],
    ),
    story(
        "has no key of a room that stayed",
        &[(OlgaRegisters, Out), (Deserted, Out), (EntersWithoutKey, InIfOpen), (Peopled, InIfOpen)],
    ),
    story(
        "left last a room that stayed",
        &[(Enters, In), (OlgaRegisters, In), (Deserted, In), (Leaves, Out), (Enters, In)],
    ),
    story(
        "banned from a room that stayed",
        &[(Enters, In), (OlgaRegisters, In), (Banned, Out), (Deserted, Out), (Enters, Out), (Peopled, Out)],
    ),
    story(
        "invited to a room that stayed",
        &[
            (OlgaRegisters, Out),
            (Invited, Out),
            (Deserted, Out),
            (EntersWithoutKey, In),
            (Leaves, Out),
            (EntersWithoutKey, InIfOpen),
        ],
    ),
    // A server that is started again.
    story(
        "a member before a restart",
        &[(Enters, In), (OlgaRegisters, In), (Restarted, Out), (Back, Out), (Peopled, Out), (Nothing, Out)],
    ),
    story(
        "a member before a restart, with the key",
        &[(Enters, In), (OlgaRegisters, In), (Restarted, Out), (Back, Out), (Enters, In), (Peopled, In)],
    ),
    story(
        "has no key after a restart",
        &[(Enters, In), (OlgaRegisters, In), (Restarted, Out), (Back, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story(
        "invited before a restart",
        &[(OlgaRegisters, Out), (Invited, Out), (Restarted, Out), (Back, Out), (EntersWithoutKey, InIfOpen)],
    ),
    story(
        "banned before a restart",
        &[
            (Enters, In),
            (OlgaRegisters, In),
            (Banned, Out),
            (Restarted, Out),
            (Back, Out),
            (Enters, Out),
            (Peopled, Out),
        ],
    ),
    story(
        "banned from outside before a restart, tries again",
        &[
            (OlgaRegisters, Out),
            (Banned, Out),
            (Restarted, Out),
            (Back, Out),
            (Peopled, Out),
            (Enters, Out),
            (Unbanned, Out),
            (Enters, In),
        ],
    ),
    story(
        "muted before a restart",
        &[
            (OlgaRegisters, Out),
            (Enters, In),
            (Muted, In),
            (Restarted, Out),
            (Back, Out),
            (Enters, In),
            (Peopled, In),
        ],
    ),
    story(
        "in a hushed room over a restart",
        &[
            (OlgaRegisters, Out),
            (Enters, In),
            (Hushed, In),
            (Restarted, Out),
            (Back, Out),
            (Enters, In),
            (Peopled, In),
        ],
    ),
    story(
        "the room was closed before a restart",
        &[
            (OlgaRegisters, Out),
            (Enters, In),
            (Locked, In),
            (Restarted, Out),
            (Back, Out),
            (Enters, Out),
            (EntersWithoutKey, Out),
        ],
    ),
    story(
        "the room was opened before a restart",
        &[(OlgaRegisters, Out), (Opened, Out), (Restarted, Out), (Back, Out), (EntersWithoutKey, In)],
    ),
    story(
        "an owner over a restart",
        &[
            (Registers, Out),
            (Enters, In),
            (Opped, In),
            (Restarted, Out),
            (Returns, Out),
            (EntersWithoutKey, In),
            (Peopled, In),
        ],
    ),
    story(
        "an owner over a restart, who stays outside",
        &[
            (Registers, Out),
            (Enters, In),
            (Opped, In),
            (Restarted, Out),
            (Returns, Out),
            (Peopled, Out),
            (Nothing, Out),
        ],
    ),
    story(
        "an owner over a restart, as a guest",
        &[
            (Registers, Out),
            (Enters, In),
            (Opped, In),
            (Restarted, Out),
            (BackAsAnother, Out),
            (EntersWithoutKey, InIfOpen),
        ],
    ),
    story(
        "an operator without a name of their own over a restart",
        &[
            (Enters, In),
            (Opped, In),
            (OlgaRegisters, In),
            (Restarted, Out),
            (Back, Out),
            (EntersWithoutKey, InIfOpen),
        ],
    ),
    story(
        "runs the chat over a restart",
        &[(OlgaRegisters, Out), (Restarted, Out), (Back, Out), (IsRosa, Out), (EntersWithoutKey, In)],
    ),
    story(
        "the room of a guest over a restart",
        &[(Enters, In), (RestartedWithout, Out), (Back, Out), (Remade, Out), (Nothing, Out)],
    ),
    story(
        "the room of a guest over a restart, made again",
        &[(Enters, In), (RestartedWithout, Out), (Back, Out), (Remade, Out), (Enters, In)],
    ),
    story(
        "makes the room of a guest again after a restart",
        &[(Enters, In), (RestartedWithout, Out), (Back, Out), (Makes, In), (Leaves, Out)],
    ),
    story(
        "banned from the room of a guest before a restart",
        &[(Banned, Out), (RestartedWithout, Out), (Back, Out), (Remade, Out), (Enters, In)],
    ),
    story(
        "the room of an owner without an account, over a restart",
        &[
            (Registers, Out),
            (Enters, In),
            (Opped, In),
            (Unregistered, Out),
            (RestartedWithout, Out),
            (Back, Out),
            (Makes, In),
        ],
    ),
];
