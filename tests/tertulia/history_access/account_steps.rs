//! The steps that have to do with registered names and with a server that is started again.

use super::accounts::{ANOTHER, password};
use super::steps::Step;
use super::world::{ROOM, World};
use crate::hub::{leave, nick, text};
use tertulia::chat::Command;

/// Takes the step.
pub fn take(step: Step, world: &mut World) {
    match step {
        Step::Registers => {
            let id = world.reader.expect("the reader is here");
            world.registers(id, world.name);
        }
        Step::OlgaRegisters => world.registers(world.person("Olga"), "Olga"),
        Step::IsRosa | Step::IsDora => {
            let name = if step == Step::IsRosa { "Rosa" } else { "Dora" };
            world.reader_logs_in(name, &password(name));
            world.name = name;
        }
        Step::IsRitaAgain => {
            world.reader_does(nick("Rita"));
            world.reader_types(&password("Rita"));
            world.name = "Rita";
        }
        Step::Fails => world.reader_logs_in("Rosa", ANOTHER),
        Step::IsAsked => world.reader_does(Command::Login(text("Rosa"))),
        Step::Waits => {
            world.slows_down();
            world.reader_logs_in("Rosa", &password("Rosa"));
        }
        Step::IsRosaAtLast => {
            world.settles();
            world.name = "Rosa";
        }
        Step::IsTooLate => world.settles(),
        Step::Unregistered | Step::UnregisteredAndGone => {
            let name = world.name;
            world.changes_accounts(|book| book.remove(name));
            // With the account the connections end that gave its password.
            world.reader = world.reader.filter(|&id| world.slots.holds(id));
        }
        Step::Deserted => {
            world.lets("Olga", leave(ROOM));
            world.spoken_in = false;
        }
        Step::Peopled => {
            world.lets("Olga", Command::Join { room: text(ROOM), key: Some(text(world.key)) });
            world.spoken_in = true;
        }
        Step::Restarted | Step::RestartedWithout => world.restarts(),
        other => changes_reader(other, world),
    }
}

fn changes_reader(step: Step, world: &mut World) {
    let before = world.reader;
    match step {
        Step::Returns => {
            world.reader_is("Rita");
            world.reader_types(&password("Rita"));
        }
        Step::TakenOver | Step::Replaced => {
            world.reader_is(world.name);
            world.reader_types(&password(world.name));
        }
        Step::Claimed | Step::Ousted => {
            world.changes_accounts(|book| book.add("Rita", ANOTHER));
            world.reader_is("Rita");
            world.reader_types(ANOTHER);
        }
        Step::ClaimedByMember => {
            world.changes_accounts(|book| book.add("Rita", ANOTHER));
            world.reader_is("Invitada");
            world.reader_logs_in("Rita", ANOTHER);
            world.name = "Rita";
        }
        Step::Guesses => {
            world.reader_is("Rita");
            world.reader_types(ANOTHER);
        }
        Step::Hesitates => world.reader_is("Rita"),
        other => unreachable!("{other:?} is taken elsewhere"),
    }
    if matches!(step, Step::Replaced | Step::Ousted) {
        world.reader = before;
    }
}
