//! The accounts as the loop sees them: whose a name is, and whether somebody is who they say they are, later.
//!
//! Laws: nothing here waits, for a hash or for a disk; a name is granted when it is on the disk; a name that nobody has
//! takes the same work as one that somebody has.

mod attempts;
mod hasher;
mod likenesses;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::IpAddr;

pub use attempts::{Attempts, Turn};
pub(super) use hasher::make;
use hasher::{Hashed, Hasher, Work, decoy};
pub(super) use likenesses::Likenesses;

use super::affair::{AccountRow, Affair, Registration, account_key};
use super::archive::Answer;
use crate::chat::{Account, AccountKey, ClientId, Matter, Moment, Name, Origin, Petition, Verdict};
use crate::limits::ACCOUNTS_MAX;

/// Passwords in the thread's hands: one that it works at, and one so that it need not wait for us.
const IN_HAND: usize = 2;

/// All accounts, and what is wanted of them.
#[derive(Debug)]
pub(super) struct Accounts {
    known: BTreeMap<AccountKey, Known>,
    likenesses: Likenesses,
    attempts: Attempts<(ClientId, Petition)>,
    hasher: Hasher,
    in_hand: usize,
    /// What is being hashed or written, by ticket.
    under_way: HashMap<u64, UnderWay>,
    next_ticket: u64,
    /// Why a password could not be hashed, until somebody asks.
    failure: Option<String>,
    /// Passwords hashed so far: for whoever wants to know that one was.
    hashed: u64,
}

#[derive(Debug)]
struct Known {
    name: Name,
    /// A PHC string.
    password: String,
}

#[derive(Debug)]
struct UnderWay {
    id: ClientId,
    origin: Origin,
    matter: Matter,
    /// The PHC string that is being written.
    password: Option<String>,
}

/// What is said to the history's thread; whether it found a place.
pub(super) type Post<'a> = &'a mut dyn FnMut(Affair) -> bool;

impl Accounts {
    /// Goes on with the accounts of the file.
    pub(super) fn new(rows: Vec<AccountRow>, wake: impl Fn() + Send + 'static) -> io::Result<Accounts> {
        let mut accounts = Accounts {
            known: BTreeMap::new(),
            likenesses: Likenesses::default(),
            attempts: Attempts::default(),
            hasher: Hasher::start(wake)?,
            in_hand: 0,
            under_way: HashMap::new(),
            next_ticket: 0,
            failure: None,
            hashed: 0,
        };
        accounts.reload(rows);
        Ok(accounts)
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<Account> {
        self.known.iter().map(|(&key, known)| Account { key, name: known.name.clone() }).collect()
    }

    /// Why a password could not be hashed, if one could not since this was asked last.
    pub(super) fn take_failure(&mut self) -> Option<String> {
        self.failure.take()
    }

    /// Passwords hashed so far.
    pub(super) fn hashed(&self) -> u64 {
        self.hashed
    }

    /// Takes what is in the file now for the accounts.
    pub(super) fn reload(&mut self, rows: Vec<AccountRow>) {
        self.known.clear();
        self.likenesses = Likenesses::default();
        for row in rows {
            // Rows that somebody else wrote, and whose names would be taken for those of others, are passed over.
            if let (Some(key), Ok(name)) = (account_key(row.key), Name::new(&row.name)) {
                self.learn(key, name, row.password);
            }
        }
    }

    /// Takes a petition. Without an answer it comes later: the answer is this one's, since nobody waits while the thread
    /// has nothing to do.
    pub(super) fn petition(
        &mut self,
        id: ClientId,
        from: IpAddr,
        petition: Petition,
        now: Moment,
    ) -> Option<Answer> {
        let origin = Origin::of(from);
        match self.refusal(origin, &petition, now) {
            Some(verdict) => Some(Answer::Verdict(id, petition.matter(), verdict)),
            None => {
                self.attempts.wait(origin, (id, petition));
                self.hand_over(now).pop()
            }
        }
    }

    /// Why a petition is not even looked at.
    fn refusal(&mut self, origin: Origin, petition: &Petition, now: Moment) -> Option<Verdict> {
        if let Some(rest) = self.attempts.rest(origin, now) {
            return Some(Verdict::Wait(rest));
        }
        if !self.attempts.has_room(origin) {
            return Some(Verdict::Busy);
        }
        let Petition::Register { name, .. } = petition else { return None };
        if self.likenesses.clash(name) {
            return Some(Verdict::Wrong);
        }
        if self.known.len() >= ACCOUNTS_MAX {
            return Some(Verdict::NoneLeft);
        }
        self.attempts.registers(origin, now).err().map(Verdict::Wait)
    }

    /// Hears what has been hashed.
    pub(super) fn hear(&mut self, now: Moment, send: Post<'_>) -> Vec<Answer> {
        let mut answers = Vec::new();
        while let Some((ticket, hashed)) = self.hasher.done() {
            self.in_hand -= 1;
            self.hashed += 1;
            let Some(under_way) = self.under_way.remove(&ticket) else { continue };
            let (id, matter) = (under_way.id, under_way.matter.clone());
            let verdict = self.judge(ticket, under_way, hashed, now, send);
            answers.extend(verdict.map(|verdict| Answer::Verdict(id, matter, verdict)));
        }
        answers.extend(self.hand_over(now));
        answers
    }

    /// What comes of a hash. None: something has to be written first.
    fn judge(
        &mut self,
        ticket: u64,
        mut under_way: UnderWay,
        hashed: Hashed,
        now: Moment,
        send: Post<'_>,
    ) -> Option<Verdict> {
        // An account may have gone meanwhile, by another program's hand.
        let hers = |key: &AccountKey| self.known.contains_key(key);
        let affair = match (&under_way.matter, hashed) {
            (Matter::Login(Some(key)), Hashed::Right) if hers(key) => {
                send(Affair::Seen { account: key.0.get() });
                return Some(Verdict::Granted(*key));
            }
            (_, Hashed::Right | Hashed::Wrong) => {
                self.attempts.failed(under_way.origin, now);
                return Some(Verdict::Wrong);
            }
            (_, Hashed::Failed(why)) => {
                self.failure = Some(why);
                return Some(Verdict::Failed);
            }
            (Matter::Login(_), Hashed::Made(_)) => return Some(Verdict::Failed), // nobody asked for it
            (Matter::Register(name), Hashed::Made(password)) => {
                under_way.password = Some(password.clone());
                Affair::Register { ticket, name: name.as_str().to_owned(), password }
            }
            (Matter::Change(key), Hashed::Made(password)) => {
                under_way.password = Some(password.clone());
                Affair::Change { ticket, account: key.0.get(), password }
            }
        };
        if !send(affair) {
            return Some(Verdict::Failed);
        }
        self.under_way.insert(ticket, under_way);
        None
    }

    /// Hears what came of writing a new account.
    pub(super) fn registered(&mut self, ticket: u64, registration: Registration) -> Option<Answer> {
        let UnderWay { id, matter, password, .. } = self.under_way.remove(&ticket)?;
        let Matter::Register(name) = &matter else { return None };
        let verdict = match registration {
            Registration::Made(number) => {
                let key = account_key(number)?;
                self.learn(key, name.clone(), password?);
                Verdict::Granted(key)
            }
            Registration::Taken => Verdict::Wrong,
            Registration::NoneLeft => Verdict::NoneLeft,
            Registration::Failed => Verdict::Failed,
        };
        Some(Answer::Verdict(id, matter, verdict))
    }

    /// Hears whether another password was written.
    pub(super) fn changed(&mut self, ticket: u64, written: bool) -> Option<Answer> {
        let UnderWay { id, matter, password, .. } = self.under_way.remove(&ticket)?;
        let Matter::Change(key) = matter else { return None };
        if let (true, Some(known)) = (written, self.known.get_mut(&key)) {
            known.password = password?;
        }
        let verdict = if written { Verdict::Granted(key) } else { Verdict::Failed };
        Some(Answer::Verdict(id, matter, verdict))
    }

    fn learn(&mut self, key: AccountKey, name: Name, password: String) {
        if self.known.len() < ACCOUNTS_MAX && !self.likenesses.clash(&name) {
            self.likenesses.insert(&name, key.0.get());
            self.known.insert(key, Known { name, password });
        }
    }

    /// Gives the thread what it may have in hand.
    fn hand_over(&mut self, now: Moment) -> Vec<Answer> {
        let mut answers = Vec::new();
        while self.in_hand < IN_HAND
            && let Some(turn) = self.attempts.next(now)
        {
            let (origin, (id, petition)) = match turn {
                Turn::Do(origin, wanted) => (origin, wanted),
                Turn::Refuse((id, petition), rest) => {
                    answers.push(Answer::Verdict(id, petition.matter(), Verdict::Wait(rest)));
                    continue;
                }
            };
            let (matter, ticket) = (petition.matter(), self.next_ticket);
            self.next_ticket += 1;
            if self.hasher.hand_over(ticket, self.work(petition)) {
                self.in_hand += 1;
                self.under_way.insert(ticket, UnderWay { id, origin, matter, password: None });
            } else {
                answers.push(Answer::Verdict(id, matter, Verdict::Failed));
            }
        }
        answers
    }

    fn work(&self, petition: Petition) -> Work {
        let of = |key: AccountKey| self.known.get(&key).map_or_else(decoy, |known| known.password.clone());
        match petition {
            Petition::Login { account, password } => {
                Work::Verify { password, against: account.map_or_else(decoy, of) }
            }
            Petition::Register { password, .. } => Work::Make { password },
            Petition::Change { account, old, new } => Work::Remake { old, against: of(account), new },
        }
    }
}
