//! Words for somebody who is not there: whoever the account is of gets them, once, and nobody else, whatever they are
//! called and whatever they look for.

use std::collections::BTreeMap;

use tertulia::chat::{ClientId, Command};

use super::accounts::{ANOTHER, password};
use super::doors::{Door, Fact, Window};
use super::world::{Pace, World};
use crate::hub::{message, nick, text};

/// How it is with Olga, who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sender {
    Plain,
    /// Has a name of her own.
    Registered,
    /// Has another name afterwards.
    Renamed,
    /// Goes afterwards.
    Gone,
}

/// How the words are sent to Marta, who is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    ToTheName,
    InAnotherSpelling,
    /// To whoever wrote last, who was Marta.
    InAnswer,
}

/// How it is with Gala, who is not meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Third {
    There,
    /// Guesses Marta's password.
    Guesses,
    /// Is asked for Marta's password and does not answer.
    Hesitates,
    /// Tries to be called as the sender was.
    LikeSender,
    /// Has an account of her own.
    Registered,
}

/// How Marta comes, in the stages from the first on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coming {
    Plain,
    InAnotherSpelling,
    /// As a guest, who logs in.
    AsGuest,
    /// As a guest, who takes the name.
    ByNick,
    /// Is lost at once and comes again.
    Lost,
    /// Says something, is lost, and comes again.
    SeenAndLost,
    /// Leaves in good order, having done nothing, and comes again.
    Quit,
    /// Comes on a second connection at once.
    TakenOver,
    /// Says something before.
    SeenAndTakenOver,
    /// Has another name when the letters arrive, and takes her own again.
    LateAndRenamed,
    /// Is lost when the letters arrive, and comes again.
    LateAndLost,
    /// Comes on a second connection before the letters arrive for the first one.
    LateAndTakenOver,
    /// After the server was started again.
    AfterARestart,
    /// Her account was removed, and she comes as a guest.
    Removed,
    /// Her account was removed, and Gala has the name.
    RemovedAndTaken,
    /// Her account was removed, and the name is somebody else's, who comes.
    RegisteredByAnother,
    /// Her account was removed, and somebody comes as a guest and registers the name.
    RegisteredByGuest,
    /// Her account is removed before the letters arrive, and the name is somebody else's.
    LateAndRegisteredByAnother,
}

const SENDERS: [Sender; 4] = [Sender::Plain, Sender::Registered, Sender::Renamed, Sender::Gone];
const HOWS: [How; 3] = [How::ToTheName, How::InAnotherSpelling, How::InAnswer];
const THIRDS: [Third; 5] =
    [Third::There, Third::Guesses, Third::Hesitates, Third::LikeSender, Third::Registered];
const WATCHED: [&str; 3] = ["Olga", "Marta", "Gala"];

/// Each with the stages in which Marta is handed the letter: once, but for who may not have seen it.
const COMINGS: [(Coming, &[usize]); 18] = [
    (Coming::Plain, &[1]),
    (Coming::InAnotherSpelling, &[1]),
    (Coming::AsGuest, &[1]),
    (Coming::ByNick, &[1]),
    (Coming::Lost, &[1, 2]),
    (Coming::SeenAndLost, &[1]),
    (Coming::Quit, &[1]),
    (Coming::TakenOver, &[1, 2]),
    (Coming::SeenAndTakenOver, &[1]),
    (Coming::LateAndRenamed, &[2]),
    (Coming::LateAndLost, &[2]),
    (Coming::LateAndTakenOver, &[2]),
    (Coming::AfterARestart, &[1]),
    (Coming::Removed, &[]),
    (Coming::RemovedAndTaken, &[]),
    (Coming::RegisteredByAnother, &[]),
    (Coming::RegisteredByGuest, &[]),
    (Coming::LateAndRegisteredByAnother, &[]),
];

/// One combination, while it is tried.
struct Trial {
    world: World,
    watched: &'static str,
}

impl Trial {
    /// Somebody comes as the one whom the letter is for, and is watched from the first moment, if that one is.
    fn comes(&mut self, name: &str) -> ClientId {
        let id = self.world.connects();
        if self.watched == "Marta" {
            self.world.reader = Some(id);
        }
        self.world.does(id, Command::Say { room: None, text: text(name) });
        id
    }

    fn logs_in(&mut self) -> ClientId {
        let id = self.comes("Marta");
        self.world.types(id, &password("Marta"));
        id
    }

    /// The watched person looks for the words wherever they can, and the next stage begins.
    fn goes_on(&mut self, stage: usize) {
        self.world.reader_asks_for("recado");
        self.world.answers_arrive();
        self.world.begins(stage);
    }

    fn olga_writes(&mut self, sender: Sender, how: How) {
        let Trial { world, watched } = self;
        let olga = world.person("Olga");
        if sender == Sender::Registered {
            world.registers(olga, "Olga");
        }
        if how == How::InAnswer {
            let marta = world.enters("Marta");
            world.does(marta, message("Olga", "hasta luego"));
            world.does(marta, Command::Quit(None));
        }
        world.reader = (*watched != "Marta").then(|| world.person(watched));
        match how {
            How::ToTheName => world.does(olga, message("Marta", "recado0")),
            How::InAnotherSpelling => world.does(olga, message("MARTA", "recado0")),
            How::InAnswer => world.does(olga, Command::Reply(text("recado0"))),
        }
        match sender {
            Sender::Plain | Sender::Registered => {}
            Sender::Renamed => world.does(olga, nick("Oria")),
            Sender::Gone => world.is_lost(olga),
        }
    }

    fn gala_does(&mut self, third: Third) {
        let world = &mut self.world;
        let gala = world.person("Gala");
        let login = |name: &str| Command::Login(text(name));
        match third {
            Third::There => {}
            Third::Guesses => {
                world.does(gala, login("Marta"));
                world.types(gala, ANOTHER);
            }
            Third::Hesitates => world.does(gala, nick("Marta")),
            Third::LikeSender => world.does(gala, nick("Olga")),
            Third::Registered => {
                world.does(gala, login("Dora"));
                world.types(gala, &password("Dora"));
            }
        }
    }

    fn marta_comes(&mut self, coming: Coming) {
        match coming {
            Coming::Plain => drop(self.logs_in()),
            Coming::InAnotherSpelling => {
                let id = self.comes("MARTA");
                self.world.types(id, &password("Marta"));
            }
            Coming::AsGuest | Coming::ByNick => {
                let id = self.comes("Invitada");
                let name = text("Marta");
                let by_nick = coming == Coming::ByNick;
                self.world.does(id, if by_nick { Command::Nick(name) } else { Command::Login(name) });
                self.world.types(id, &password("Marta"));
            }
            Coming::Lost | Coming::SeenAndLost => {
                let id = self.logs_in();
                if coming == Coming::SeenAndLost {
                    self.world.does(id, Command::Say { room: None, text: text("ya") });
                }
                self.world.is_lost(id);
                self.goes_on(2);
                self.logs_in();
            }
            Coming::Quit => {
                let id = self.logs_in();
                self.world.does(id, Command::Quit(None));
                self.goes_on(2);
                self.logs_in();
            }
            Coming::TakenOver | Coming::SeenAndTakenOver => {
                let id = self.logs_in();
                if coming == Coming::SeenAndTakenOver {
                    self.world.does(id, Command::Say { room: None, text: text("ya") });
                }
                self.world.begins(2);
                self.logs_in();
            }
            Coming::AfterARestart => {
                self.world.restarts();
                if self.watched != "Marta" {
                    self.world.reader = Some(self.world.person(self.watched));
                }
                self.logs_in();
            }
            Coming::LateAndRenamed
            | Coming::LateAndLost
            | Coming::LateAndTakenOver
            | Coming::LateAndRegisteredByAnother => self.letters_are_late(coming),
            _ => self.marta_has_no_account(coming),
        }
    }

    fn letters_are_late(&mut self, coming: Coming) {
        self.world.slows_down();
        let id = self.logs_in();
        self.world.settles_so_far();
        match coming {
            Coming::LateAndRenamed => {
                self.world.does(id, nick("Marisa"));
                self.world.settles();
                self.goes_on(2);
                self.world.does(id, nick("Marta"));
                self.world.types(id, &password("Marta"));
            }
            Coming::LateAndLost => {
                self.world.is_lost(id);
                self.goes_on(2);
                self.world.settles();
                self.logs_in();
            }
            Coming::LateAndTakenOver => {
                let first = self.world.waiting.replace(Vec::new()).expect("they take their time");
                self.world.begins(2);
                self.logs_in();
                self.world.settles_so_far();
                self.world.waiting.as_mut().expect("they still do").extend(first);
                self.world.settles();
            }
            _ => {
                self.world.changes_accounts(|book| {
                    book.remove("Marta");
                    book.add("Marta", ANOTHER);
                });
                self.world.settles();
            }
        }
    }

    fn marta_has_no_account(&mut self, coming: Coming) {
        self.world.changes_accounts(|book| book.remove("Marta"));
        match coming {
            Coming::Removed => drop(self.comes("Marta")),
            Coming::RemovedAndTaken => self.world.lets("Gala", nick("Marta")),
            Coming::RegisteredByAnother => {
                self.world.changes_accounts(|book| book.add("Marta", ANOTHER));
                let id = self.comes("Marta");
                self.world.types(id, ANOTHER);
            }
            Coming::RegisteredByGuest => {
                let id = self.comes("Marta");
                self.world.registers(id, "Marta");
                // And comes once more, by the password.
                self.world.is_lost(id);
                self.logs_in();
            }
            other => unreachable!("{other:?} has an account"),
        }
    }
}

/// What the watched person learns of the words, in which stage, on which way, and how often.
fn told(
    sender: Sender,
    how: How,
    third: Third,
    coming: Coming,
    watched: &'static str,
) -> BTreeMap<(usize, &'static str), usize> {
    let mut trial = Trial { world: World::new(false, Pace::OneByOne), watched };
    trial.olga_writes(sender, how);
    trial.gala_does(third);
    trial.goes_on(1);
    trial.marta_comes(coming);
    trial.goes_on(3);
    trial.goes_on(4);
    let told = trial.world.told.into_iter().filter(|((fact, ..), _)| *fact == Fact::OfflineMessage(0));
    let way = |door: Door| match door {
        Door::OfflineMessages => "handed over",
        Door::Sent => "sent",
        _ => "learned otherwise",
    };
    let mut ways = BTreeMap::new();
    for ((_, door, Window { told, .. }), count) in told {
        *ways.entry((told, way(door))).or_default() += count;
    }
    ways
}

#[test]
fn letters_are_for_the_account_and_nobody_else() {
    let (mut tried, mut handed_over) = (0, 0);
    for (sender, how) in SENDERS.into_iter().flat_map(|sender| HOWS.map(|how| (sender, how))) {
        for (third, watched) in THIRDS.into_iter().flat_map(|third| WATCHED.map(|name| (third, name))) {
            for (coming, stages) in COMINGS {
                let due: BTreeMap<_, _> = match watched {
                    "Olga" => [((0, "sent"), 1)].into(),
                    "Marta" => stages.iter().map(|&stage| ((stage, "handed over"), 1)).collect(),
                    _ => BTreeMap::new(),
                };
                let told = told(sender, how, third, coming, watched);
                assert_eq!(
                    told, due,
                    "a law is broken: sender {sender:?}, {how:?}, third {third:?}, {coming:?}: what {watched} \
                     learned in which stage, and what they should"
                );
                tried += 1;
                handed_over += usize::from(told.keys().any(|(_, way)| *way == "handed over"));
            }
        }
    }
    let others = SENDERS.len() * HOWS.len() * THIRDS.len();
    assert_eq!(tried, others * WATCHED.len() * COMINGS.len(), "none is passed over");
    assert_eq!(handed_over, others * 13, "to Marta, unless she has no account");
    println!("{tried} combinations, {handed_over} of them handed over");
}
