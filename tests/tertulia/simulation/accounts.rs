//! Accounts of the simulated world: what is known of their passwords, and the laws of who is who.

use super::dice::Dice;
use super::errand::{About, Errand, FENCE};
use super::person::Person;
use super::slips;
use super::world::World;
use tertulia::limits;
use tertulia::storage::SimulatedHelpers;

/// Every password that is typed begins so, and nothing else does.
pub const SECRET: &str = "s3cr3t";
/// What stands for a hash begins so.
const HASHED: &str = "$simulated$";

const PASSWORD: &str = "Contraseña: ";
const CURRENT: &str = "Contraseña actual: ";
const NEW: &str = "Nueva contraseña: ";
const AGAIN: &str = "Repite la contraseña: ";

/// A registered name, or one that may be.
#[derive(Debug)]
pub struct Account {
    pub name: String,
    /// One of these is its password; mostly there is one.
    pub passwords: Vec<String>,
    /// It is registered for certain, since that turn.
    pub since: Option<usize>,
    /// When its password was changed last, in turns.
    changed: usize,
    /// Somebody is changing it, and what came of it has not been heard.
    pub changing: bool,
    /// It is no more.
    pub gone: bool,
}

/// All of them, and how many passwords have been thought of.
#[derive(Debug, Default)]
pub struct Accounts {
    pub all: Vec<Account>,
    secrets: usize,
    renames: usize,
}

impl Accounts {
    /// A password that nobody has had before.
    pub fn secret(&mut self) -> String {
        self.secrets += 1;
        format!("{SECRET}{}x", self.secrets)
    }

    /// There is an account of that name, since that turn, or perhaps there is one.
    pub fn add(&mut self, name: &str, password: &str, since: Option<usize>) -> usize {
        let passwords = vec![password.to_owned()];
        let changing = since.is_none();
        self.all.push(Account { name: name.to_owned(), passwords, since, changed: 0, changing, gone: false });
        self.all.len() - 1
    }

    /// The account of that name, or the one that may become it.
    pub fn called(&self, name: &str) -> Option<usize> {
        self.all.iter().position(|account| account.name == name && !account.gone)
    }

    /// One that is there for certain, beside the two of those who keep the world in order.
    pub fn any(&self, dice: &mut Dice) -> Option<usize> {
        let there = |&at: &usize| self.all[at].since.is_some() && !self.all[at].gone;
        let there: Vec<usize> = (2..self.all.len()).filter(there).collect();
        (!there.is_empty()).then(|| there[dice.below(there.len())])
    }
}

impl World {
    /// Somebody who has a name does something about accounts, names or the room of few.
    pub fn somebody_sees_to_their_account(&mut self, index: usize) {
        let World { accounts, dice, people, turns, orders, .. } = self;
        let name = people[index].name.clone();
        let right = dice.one_in(2);
        let (about, command, answers) = match dice.below(7) {
            0 | 1 if accounts.called(&name).is_none() && !orders.is_tried(&name) => {
                let secret = accounts.secret();
                let again = if dice.one_in(4) { accounts.secret() } else { secret.clone() };
                let account = accounts.add(&name, &secret, None);
                let answers = vec![(NEW, secret.clone()), (AGAIN, again)];
                (About::Register(account, secret), slips::command("registrar", dice), answers)
            }
            2 => match accounts.any(dice) {
                Some(account) => {
                    let typed = slips::command("identificar", dice);
                    login(accounts, account, right, dice, |name| typed.replace('\n', &format!(" {name}\n")))
                }
                None => {
                    let secret = accounts.secret();
                    (About::Nobody, "/identificar Nadie\n".to_owned(), vec![(PASSWORD, secret)])
                }
            },
            3 => match accounts.called(&name).filter(|&at| at >= 2 && !accounts.all[at].changing) {
                Some(account) if accounts.all[account].since.is_some() => {
                    let (wrong, new) = (accounts.secret(), accounts.secret());
                    let old = if right { accounts.all[account].passwords[0].clone() } else { wrong };
                    accounts.all[account].changing = true;
                    accounts.all[account].passwords.push(new.clone());
                    let answers = vec![(CURRENT, old), (NEW, new.clone()), (AGAIN, new.clone())];
                    (About::Change(account, new), slips::command("clave", dice), answers)
                }
                _ => return,
            },
            4 => {
                accounts.renames += 1;
                // One that may not be here is tried as well, if no password is asked for it.
                let unwanted = if right { orders.unwanted(accounts, dice) } else { None };
                let new = unwanted.unwrap_or_else(|| format!("q{}", accounts.renames));
                (About::Rename, format!("/nombre {new}\n{FENCE}"), vec![])
            }
            // In sight of everybody, if the server let it.
            // What is asked for is known to a program: it types nothing ahead.
            5 if right || people[index].web.is_some() => {
                let secret = accounts.secret();
                let line = match dice.below(8) {
                    0 => format!(" /registrar {secret}\n"),
                    1 => format!("/identificar Vera {secret}\n"),
                    _ => slips::line(&secret, dice),
                };
                (About::Nobody, line, vec![(PASSWORD, secret)])
            }
            5 => (About::Nobody, slips::pasted(accounts, dice), vec![]),
            _ => {
                people[index].goes_elsewhere = true;
                return people[index].say(b"/entrar sala\n/entrar general\n", None);
            }
        };
        people[index].begin(*turns, about, &command, answers);
    }

    /// A newcomer gives a registered name, and one password or another.
    pub fn newcomer_logs_in(&mut self, index: usize, account: usize) {
        let World { accounts, dice, people, turns, .. } = self;
        let right = !dice.one_in(3);
        let (about, command, answers) = login(accounts, account, right, dice, |name| format!("{name}\n"));
        people[index].begin(*turns, about, &command, answers);
    }

    /// Everybody reads what came of their errands, and goes on with them; says whether somebody typed something.
    pub fn heed(&mut self) -> bool {
        let mut typed = false;
        for index in 1..self.people.len() {
            match self.people[index].heed() {
                Some(Ok(())) => typed = true,
                Some(Err((about, told))) => {
                    self.errand_is_over(index, about, &told);
                    typed = true; // perhaps
                }
                None => {}
            }
        }
        typed
    }

    fn errand_is_over(&mut self, index: usize, about: About, told: &str) {
        self.perhaps_types_it_again(index, &about, told);
        let granted = |words: &str| told.starts_with(words);
        let person_began = self.people[index].errand_began;
        match about {
            About::Rename | About::Nobody => {}
            About::Login(account, secret) => {
                let known = &self.accounts.all[account];
                if granted("Bienvenido") || granted("Te has identificado") {
                    self.people[index].sessions.insert(account, secret);
                    if granted("Bienvenido") {
                        // They may go on in the room of few, where the witness hears nothing of what they say.
                        self.people[index].say(b"/entrar general\n", None);
                    }
                    return;
                }
                // It may have been another one when it was compared.
                let certain = !known.changing && !known.gone && person_began > known.changed;
                let right = certain && known.passwords == [secret];
                let refused = granted("Nombre o contraseña incorrectos");
                assert!(
                    !right || !refused,
                    "{} gave the right password of {known:?}",
                    self.people[index].name
                );
                // Whoever has shown in time who they are gets a guest's place, if there is none.
                let late = self.now >= self.people[index].connected + limits::TRIAL_TIMEOUT;
                let could = right && !late && person_began > self.last_without_guests;
                assert!(!could || !granted("El chat está lleno ("), "no place for {known:?}, beside guests");
            }
            About::Register(account, secret) if told.contains("es tuyo desde ahora") => {
                self.accounts.all[account].since = Some(self.turns);
                self.accounts.all[account].changing = false;
                self.people[index].sessions.insert(account, secret);
            }
            // It was not made; if somebody else was faster, that is another account.
            About::Register(account, _) => self.accounts.all[account].gone = true,
            About::Change(account, new) => {
                let changed = granted("Contraseña cambiada");
                if changed {
                    self.people[index].sessions.insert(account, new.clone());
                }
                self.password_is(account, &new, changed);
            }
        }
    }

    /// Somebody who was refused types the same once more: it is the next line, and nobody hears it.
    fn perhaps_types_it_again(&mut self, index: usize, about: &About, told: &str) {
        const REFUSED: [&str; 2] = ["Nombre o contraseña incorrectos.", "Las dos contraseñas"];
        let (About::Login(_, secret) | About::Register(_, secret)) = about else { return };
        let person = &mut self.people[index];
        // Of the two the second one was typed last; at the question for a name another line has followed it.
        let last = if told.starts_with(REFUSED[1]) { person.typed.last() } else { Some(secret) };
        if let Some(last) = last.cloned()
            && REFUSED.iter().any(|refused| told.starts_with(refused))
            && person.named.is_some()
            && self.dice.one_in(2)
        {
            person.say(format!("{last}\n").as_bytes(), None);
        }
    }

    /// It is known now whether an account has that password, which it was to be given. Those who came in by another one are
    /// not here any more.
    pub fn password_is(&mut self, account: usize, new: &str, changed: bool) {
        let known = &mut self.accounts.all[account];
        known.passwords.retain(|password| (password == new) == changed);
        known.changing = false;
        if changed {
            known.changed = self.turns;
            self.sessions_are_over(account, Some(new));
        }
    }

    /// Whoever came in by another password of this account than that is not here any more.
    pub fn sessions_are_over(&mut self, account: usize, password: Option<&str>) {
        for person in &mut self.people {
            if person.sessions.get(&account).is_some_and(|own| Some(own.as_str()) != password) {
                person.sessions.remove(&account);
                let here = person.id.is_some_and(|id| self.server.hub().name(id).is_some());
                assert!(!here, "{} is here by a password that is none any more", person.name);
            }
        }
    }

    /// Whoever came in by a password of an account has gone if it is not the one on the disk. To be called when all is done.
    pub fn sessions_are_by_what_is_on_the_disk(&self) {
        let Some(disk) = &self.disk else { return };
        for (at, account) in self.accounts.all.iter().enumerate() {
            let kept = disk.password_of(&account.name);
            for person in self.people.iter().filter(|person| person.called.is_some()) {
                let stale = person
                    .sessions
                    .get(&at)
                    .filter(|own| kept.as_ref() != Some(&SimulatedHelpers::hash(own)));
                assert!(
                    stale.is_none(),
                    "{} is here by {stale:?}, which is not that of {account:?}",
                    person.name
                );
            }
        }
    }

    /// Whether somebody is here who would have to give way to a registered person; where many wait without a place, one of
    /// them may have to as well.
    pub fn has_guests(&self) -> bool {
        let called = |account: &Account, name: &String| !account.gone && account.name == *name;
        let mut names = self.people.iter().filter_map(|person| person.called.as_ref());
        let few =
            self.people.iter().filter(|person| person.is_on_trial(&self.server)).count() < limits::TRIALS;
        few && names.any(|name| !self.accounts.all.iter().any(|account| called(account, name)))
    }

    /// Whoever has a registered name gave its password, or had the name before.
    pub fn names_are_their_owners(&self) {
        for account in self.accounts.all.iter().filter(|account| !account.gone) {
            let Some(since) = account.since else { continue };
            let holders = self.people.iter().filter(|person| person.called.as_ref() == Some(&account.name));
            for person in holders {
                let proved = account.passwords.iter().any(|password| person.typed.contains(password));
                let before = person.named_in_turn <= since;
                assert!(proved || before, "{} is called {} without its password", person.name, account.name);
            }
        }
    }
}

/// No password, and no hash of one, is in anything that anybody has read or that was logged.
pub fn nothing_was_told_of_passwords(world: &World) {
    let told = |bytes: &[u8]| {
        let has = |mark: &str| bytes.windows(mark.len()).any(|window| window == mark.as_bytes());
        has(SECRET) || has(HASHED)
    };
    for person in &world.people {
        assert!(!told(&person.received), "{} has read a password", person.name);
    }
}

/// A line of the log holds none.
pub fn is_told_of_passwords(line: &str) -> bool {
    line.contains(SECRET) || line.contains(HASHED)
}

type Typed = (About, String, Vec<(&'static str, String)>);

fn login(
    accounts: &mut Accounts,
    account: usize,
    right: bool,
    dice: &mut Dice,
    command: impl Fn(&str) -> String,
) -> Typed {
    let wrong = accounts.secret();
    let known = &accounts.all[account];
    let secret = if right { known.passwords[dice.below(known.passwords.len())].clone() } else { wrong };
    (About::Login(account, secret.clone()), command(&known.name), vec![(PASSWORD, secret)])
}

impl Person {
    /// Begins an errand.
    fn begin(&mut self, turn: usize, about: About, command: &str, answers: Vec<(&'static str, String)>) {
        self.say(FENCE.as_bytes(), None);
        let answers: Vec<(&'static str, &str)> =
            answers.iter().map(|(prompt, answer)| (*prompt, answer.as_str())).collect();
        self.errand_began = turn;
        self.errand = Some(Errand::new(about, command, &answers, (&self.received, self.named.is_none())));
    }
}
