//! The steps that stories consist of, as they are taken in the chat.

use super::account_steps;
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
    /// The name of the reader is theirs from now on.
    Registers,
    /// The name of Olga is hers from now on, and the room that she made.
    OlgaRegisters,
    /// Gives the password of Rosa, who may do everything everywhere.
    IsRosa,
    /// Gives the password of Dora, who may not.
    IsDora,
    /// Is Rita again, by the password.
    IsRitaAgain,
    /// Gives a wrong password for Rosa.
    Fails,
    /// Wants to be Rosa and has not given the password yet.
    IsAsked,
    /// Has given Rosa's password, and hears nothing yet.
    Waits,
    /// Hears that they are Rosa.
    IsRosaAtLast,
    /// Somebody who is not here would hear that they are Rosa.
    IsTooLate,
    /// The account of the reader is removed, and they are put out of the chat if they are in it.
    Unregistered,
    /// The account of the reader is removed, and with it the room, in which nobody is.
    UnregisteredAndGone,
    /// All others leave the room, which stays: it is somebody's, or the reader is there.
    Deserted,
    /// Olga is in the room again.
    Peopled,
    /// Another server goes on with the room; nobody is there, and the reader is not here.
    Restarted,
    /// The same, but the room was nobody's and is no more.
    RestartedWithout,
    /// Is here again and gives the password of Rita.
    Returns,
    /// Comes on a second connection and is the reader there.
    TakenOver,
    /// Comes on a second connection; the first one is watched.
    Replaced,
    /// The name of Rita has become somebody else's, who comes and is the reader from now on.
    Claimed,
    /// The same, but the owner comes as a guest and logs in then.
    ClaimedByMember,
    /// The same as the first, but who was called Rita is watched.
    Ousted,
    /// Somebody comes who wants to be Rita, gives a wrong password, and is the reader from now on.
    Guesses,
    /// Somebody comes who wants to be Rita, gives no password, and is the reader from now on.
    Hesitates,
}

impl Step {
    /// Whether the reader's connection is no more after it, or another one.
    pub fn changes_connection(self) -> bool {
        use Step::{Back, BackAsAnother, BackElsewhere, Heir, Lost, LostLast, Nameless, Usurped};
        use Step::{Claimed, ClaimedByMember, Guesses, Hesitates, Ousted, Replaced, TakenOver};
        use Step::{Restarted, RestartedWithout, Returns, Unregistered, UnregisteredAndGone};
        let coming = [Lost, LostLast, Back, BackElsewhere, BackAsAnother, Heir, Usurped, Nameless];
        let owning = [Returns, TakenOver, Replaced, Claimed, ClaimedByMember, Ousted, Guesses, Hesitates];
        coming.contains(&self)
            || owning.contains(&self)
            || [Restarted, RestartedWithout, Unregistered, UnregisteredAndGone].contains(&self)
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
            Step::Kicked => world.lets("Olga", Command::Kick { room: None, whom: text(name), reason: None }),
            Step::Banned => world.lets("Olga", Command::Ban { room: None, whom: text(name) }),
            Step::Unbanned => world.lets("Olga", Command::Unban { room: None, whom: text(name) }),
            Step::Invited => world.lets("Olga", Command::Invite { room: None, whom: text(name) }),
            Step::Muted => world.lets("Olga", Command::Mute { room: None, whom: Some(text(name)) }),
            Step::Hushed => world.lets("Olga", Command::Mute { room: None, whom: None }),
            Step::Opped => world.lets("Olga", Command::Op { room: None, whom: text(name) }),
            Step::Ignored => world.lets("Olga", ignore(name)),
            Step::Ignores => world.reader_does(ignore("Olga")),
            Step::Renamed => is_called(world, "Ronda"),
            Step::RenamedBack => is_called(world, "Rita"),
            Step::Locked => {
                world.key = "otra";
                world.lets("Olga", Command::Key { room: None, key: Some(text("otra")) });
            }
            Step::Opened => world.lets("Olga", Command::Key { room: None, key: None }),
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
            Step::Lost
            | Step::Back
            | Step::BackElsewhere
            | Step::BackAsAnother
            | Step::Heir
            | Step::Usurped
            | Step::Nameless
            | Step::Named => changes_connection(self, world),
            other => account_steps::take(other, world),
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
        does(world, Command::Key { room: None, key: Some(text(KEY)) });
    }
    world.lets("Olga", Command::Join { room: text(ROOM), key: Some(text(KEY)) });
    does(world, Command::Op { room: None, whom: text("Olga") });
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
            world.reader_does(Command::Say { room: None, text: text("Rita") });
        }
        other => unreachable!("{other:?} is taken elsewhere"),
    }
}
