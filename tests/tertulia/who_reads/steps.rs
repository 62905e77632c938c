//! The steps that stories consist of, as they are taken in the chat.

use super::world::{KEY, ROOM, World};
use crate::hub::{ignore, join, leave, nick, text};
use tertulia::chat::{ClientId, Command};

/// What happens to the reader or to the room. Olga decides there, whatever is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Nothing,
    /// Knows the key, if there is one.
    Enters,
    EntersWithoutKey,
    EntersWithWrongKey,
    /// Speaks in the first room from now on, and is in both.
    TurnsAway,
    TurnsBack,
    Leaves,
    LeavesGeneral,
    EntersGeneral,
    Kicked,
    Banned,
    Unbanned,
    Invited,
    /// Silenced, or allowed to speak again.
    Muted,
    /// Only operators may speak, or everybody again.
    Hushed,
    Opped,
    /// Olga hides the reader.
    Ignored,
    /// The reader hides Olga, or shows her again.
    Ignores,
    /// Is Ronda from now on.
    Renamed,
    /// Is Rita again.
    RenamedBack,
    Lost,
    /// Is here again, in the old slot.
    Back,
    /// Is here again; somebody else sits in the old slot.
    BackElsewhere,
    /// Is here again as Ronda, in the old slot.
    BackAsAnother,
    /// Somebody else comes into the old slot and is the reader from now on.
    Heir,
    /// Rita takes another name; somebody comes, takes hers, and is the reader from now on.
    Usurped,
    /// Rita is gone; somebody without a name is the reader.
    Nameless,
    /// Takes the name of Rita.
    Named,
    /// All others leave the room.
    Vanishes,
    /// All others leave the room, then the reader does.
    LeavesLast,
    /// All others leave the room, then the reader's connection is lost.
    LostLast,
    /// Berta makes the room again, as it was.
    Remade,
    /// The reader makes the room, as it was.
    Makes,
    /// The room is closed by another key.
    Locked,
    Opened,
}

impl Step {
    /// Whether the reader's connection is no more after it, or another one.
    pub fn changes_connection(self) -> bool {
        use Step::{Back, BackAsAnother, BackElsewhere, Heir, Lost, LostLast, Nameless, Usurped};
        [Lost, LostLast, Back, BackElsewhere, BackAsAnother, Heir, Usurped, Nameless].contains(&self)
    }

    /// Takes the step; `keyed` is whether the room was closed at first.
    pub fn take(self, world: &mut World, keyed: bool) {
        let key = |key: &str| Command::Join { room: text(ROOM), key: Some(text(key)) };
        let name = world.name;
        match self {
            Step::Nothing => {}
            Step::Enters => world.reader_does(key(KEY)),
            Step::EntersWithoutKey | Step::TurnsBack => world.reader_does(join(ROOM)),
            Step::EntersWithWrongKey => world.reader_does(key("cebada")),
            Step::TurnsAway | Step::EntersGeneral => world.reader_does(join("general")),
            Step::Leaves => world.reader_does(leave(ROOM)),
            Step::LeavesGeneral => world.reader_does(leave("general")),
            Step::Kicked => world.lets("Olga", Command::Kick { whom: text(name), reason: None }),
            Step::Banned => world.lets("Olga", Command::Ban(text(name))),
            Step::Unbanned => world.lets("Olga", Command::Unban(text(name))),
            Step::Invited => world.lets("Olga", Command::Invite(text(name))),
            Step::Muted => world.lets("Olga", Command::Mute(Some(text(name)))),
            Step::Hushed => world.lets("Olga", Command::Mute(None)),
            Step::Opped => world.lets("Olga", Command::Op(text(name))),
            Step::Ignored => world.lets("Olga", ignore(name)),
            Step::Ignores => world.reader_does(ignore("Olga")),
            Step::Renamed => is_called(world, "Ronda"),
            Step::RenamedBack => is_called(world, "Rita"),
            Step::Locked => {
                world.key = "otra";
                world.lets("Olga", Command::Key(Some(text("otra"))));
            }
            Step::Opened => world.lets("Olga", Command::Key(None)),
            Step::Vanishes | Step::LeavesLast | Step::LostLast => vanishes(self, world),
            Step::Remade => {
                world.enters("Berta");
                world.lets("Berta", join(ROOM));
                is_made(world, keyed, |world, command| world.lets("Berta", command));
            }
            Step::Makes => {
                world.reader_does(join(ROOM));
                is_made(world, keyed, |world, command| world.reader_does(command));
            }
            _ => changes_connection(self, world),
        }
    }
}

fn is_called(world: &mut World, name: &'static str) {
    world.reader_does(nick(name));
    world.name = name;
}

fn vanishes(step: Step, world: &mut World) {
    world.lets("Olga", leave(ROOM));
    world.spoken_in = false;
    match step {
        Step::LeavesLast => world.reader_does(leave(ROOM)),
        Step::LostLast => world.reader_is_lost(),
        _ => {}
    }
}

/// Whoever made the room closes it, if it is to be closed, and Olga is its operator again.
fn is_made(world: &mut World, keyed: bool, does: impl Fn(&mut World, Command)) {
    if keyed {
        does(world, Command::Key(Some(text(KEY))));
    }
    world.lets("Olga", Command::Join { room: text(ROOM), key: Some(text(KEY)) });
    does(world, Command::Op(text("Olga")));
    world.spoken_in = true;
}

fn changes_connection(step: Step, world: &mut World) {
    let before = world.reader.map(ClientId::slot);
    match step {
        Step::Lost => world.reader_is_lost(),
        Step::Back => world.reader_is("Rita"),
        Step::BackElsewhere => {
            world.connects();
            world.reader_is("Rita");
        }
        Step::BackAsAnother => world.reader_is("Ronda"),
        Step::Heir => {
            world.reader_is_lost();
            world.reader_is("Hilda");
            assert_eq!(world.reader.map(ClientId::slot), before, "the slot is used again");
        }
        Step::Usurped => {
            world.reader_does(nick("Ronda"));
            world.reader_is("Rita");
        }
        Step::Nameless => {
            world.reader_is_lost();
            world.reader = Some(world.connects());
        }
        Step::Named => {
            world.name = "Rita";
            world.reader_does(Command::Say(text("Rita")));
        }
        other => unreachable!("{other:?} is taken elsewhere"),
    }
}
