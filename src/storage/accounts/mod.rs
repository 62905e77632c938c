//! The accounts as the loop sees them: whose a name is, and whether a password is right, later.
//!
//! Invariants: nothing here waits, for a hash or for a disk; a name is granted when it is on the disk; a name that nobody has
//! takes the same work as a registered one.

mod reload;
mod skeleton_index;
mod stored;
mod taking_in;

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU32;

use reload::Reload;
pub(super) use skeleton_index::SkeletonIndex;
pub(super) use stored::StoredAccounts;

use log::debug;

use super::reply::StorageEvent;
use super::request::{DiskRequest, RequestId};
use super::row::{AccountRow, account_key};
use crate::auth::{Claim, FairQueue, GuessLog, HashJob, Hashed, Hasher, LoginThrottle, Subject, decoy};
use crate::chat::{
    Account, AccountChange, AccountKey, AuthRequest, AuthResult, Matter, MonoTime, Name, Origin,
    PasswordHash, Reply,
};
use crate::limits::{ACCOUNTS_MAX, AUTH_REQUESTS_WAITING, TRUSTED_ADDRESSES, is_over_share};

/// What stands for the server's operator where guesses are counted by account: no account ever gets so far.
const OPERATOR: AccountKey = AccountKey(NonZeroU32::MAX);

/// Passwords in the thread's hands: one that it works at, and one so that it need not wait for us.
const IN_HAND: usize = 2;

/// All accounts, and what is wanted of them.
#[derive(Debug)]
pub(super) struct Accounts {
    known: BTreeMap<AccountKey, Known>,
    skeletons: SkeletonIndex,
    /// How many were made from each address.
    made: HashMap<Origin, usize>,
    waiting: FairQueue<Subject, (RequestId, AuthRequest)>,
    throttle: LoginThrottle,
    guesses: GuessLog,
    hasher: Hasher,
    /// The server's operator, who has no account.
    operator: Option<Known>,
    in_hand: usize,
    /// What is being hashed or written, by the request's number.
    under_way: HashMap<u64, RequestUnderWay>,
    /// A password could not be hashed, and nobody has been told.
    failed: bool,
    /// Passwords hashed so far.
    hashed: u64,
    /// The accounts of the file, as far as they have not been taken in.
    reload: Option<Reload>,
    /// Several nodes have the same: what they are comes from the chat, and a new password is hashed here and no more.
    shared: bool,
}

#[derive(Clone, Debug)]
struct Known {
    name: Name,
    /// A PHC string.
    hash: String,
    /// From where it was made, if in the chat.
    made_from: Option<Origin>,
    /// From where they have logged in, the last one first; bounded by [`TRUSTED_ADDRESSES`].
    trusted: Vec<Origin>,
}

#[derive(Debug)]
struct RequestUnderWay {
    id: RequestId,
    origin: Origin,
    subject: Subject,
    matter: Matter,
    /// Which account it will be, if one is being made.
    key: Option<AccountKey>,
    /// The PHC string that is being written.
    hash: Option<String>,
    /// That of the account when a password was given to be compared with it.
    against: Option<String>,
}

/// What is said to the history's thread; whether it found a place.
pub(super) type Post<'a> = &'a mut dyn FnMut(DiskRequest) -> bool;

impl Accounts {
    /// Goes on with the accounts of the file; `hasher` hashes.
    pub(super) fn new(rows: Vec<AccountRow>, hasher: Hasher) -> Accounts {
        let mut accounts = Accounts {
            known: BTreeMap::new(),
            skeletons: SkeletonIndex::default(),
            made: HashMap::new(),
            waiting: FairQueue::new(AUTH_REQUESTS_WAITING),
            throttle: LoginThrottle::default(),
            guesses: GuessLog::default(),
            hasher,
            operator: None,
            in_hand: 0,
            under_way: HashMap::new(),
            failed: false,
            hashed: 0,
            reload: None,
            shared: false,
        };
        rows.into_iter().for_each(|row| drop(accounts.take_in(row)));
        accounts
    }

    /// Lets a member become the server's operator by the password that has this PHC string.
    pub(super) fn set_operator(&mut self, hash: String) {
        let name = Name::given("operador").expect("a good name");
        self.operator = Some(Known { name, hash, made_from: None, trusted: Vec::new() });
    }

    /// Several nodes have the same accounts from now on.
    pub(super) fn share(&mut self) {
        self.shared = true;
    }

    /// Whether there is a password by which one becomes the server's operator.
    pub(super) fn has_operator(&self) -> bool {
        self.operator.is_some()
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<Account> {
        self.known.iter().map(|(&key, known)| Account { key, name: known.name.clone() }).collect()
    }

    /// From which addresses they were registered, of those of which that is known.
    pub(super) fn addresses(&self) -> BTreeMap<AccountKey, Origin> {
        self.known.iter().filter_map(|(&key, known)| Some((key, known.made_from?))).collect()
    }

    /// Whether a password could not be hashed since this was asked last.
    pub(super) fn take_failure(&mut self) -> bool {
        std::mem::take(&mut self.failed)
    }

    /// Wrong passwords, to be told.
    pub(super) fn guesses(&mut self) -> &mut GuessLog {
        &mut self.guesses
    }

    /// When there are wrong passwords to be told.
    pub(super) fn next_due(&self) -> Option<MonoTime> {
        self.guesses.next_due()
    }

    /// Passwords hashed so far.
    pub(super) fn hashed(&self) -> u64 {
        self.hashed
    }

    /// The accounts in the file have been changed by another hand, and are these now: [`go_on`](Self::go_on) takes them in.
    pub(super) fn begin_reload(&mut self, rows: Vec<AccountRow>) {
        self.reload = Some(Reload::of(rows));
    }

    /// Whether there are accounts to be taken in.
    pub(super) fn is_reloading(&self) -> bool {
        self.reload.is_some()
    }

    /// Takes in some of the accounts of the file; gives what is different, and whether that is all. None: there are none to
    /// be taken in.
    pub(super) fn go_on(&mut self) -> Option<(Vec<AccountChange>, bool)> {
        let mut reload = self.reload.take()?;
        let (changes, all) = self.take_some_in(&mut reload);
        self.reload = (!all).then_some(reload);
        Some((changes, all))
    }

    /// Takes a request. An answer at once that is not a refusal is this one's, since nobody waits while the thread has
    /// nothing to do.
    pub(super) fn authenticate(
        &mut self,
        id: RequestId,
        from: Origin,
        auth_request: AuthRequest,
        now: MonoTime,
    ) -> Vec<StorageEvent> {
        let subject = self.subject(&auth_request);
        let matter = auth_request.matter();
        if let Some(auth_result) = self.refusal(from, subject, &auth_request, now) {
            return vec![StorageEvent::to(id, Reply::AuthResult(matter, auth_result))];
        }
        let busy = |(id, auth_request): (RequestId, AuthRequest)| {
            StorageEvent::to(id, Reply::AuthResult(auth_request.matter(), AuthResult::Busy))
        };
        match self.waiting.push(from, subject, (id, auth_request)) {
            Some(loser) if loser.0 == id => vec![busy(loser)],
            loser => self.hand_over(now).into_iter().chain(loser.map(busy)).collect(),
        }
    }

    /// The subject of a request's guesses: an account whatever spelling was typed, or the name that nobody has registered.
    fn subject(&self, auth_request: &AuthRequest) -> Subject {
        let known = |key: &AccountKey| self.known.get(key).map(|known| &known.name);
        match auth_request {
            AuthRequest::Login { account, name, .. } => {
                Subject::of(account.as_ref().and_then(known).unwrap_or(name))
            }
            AuthRequest::Register { name, .. } => Subject::of(name),
            AuthRequest::Check { account, .. } | AuthRequest::Change { account, .. } => {
                known(account).map_or_else(Subject::nobody, Subject::of)
            }
            AuthRequest::Operator { .. } => {
                self.operator.as_ref().map_or_else(Subject::nobody, |operator| Subject::of(&operator.name))
            }
        }
    }

    /// Why a request is not even looked at.
    fn refusal(
        &mut self,
        origin: Origin,
        subject: Subject,
        auth_request: &AuthRequest,
        now: MonoTime,
    ) -> Option<AuthResult> {
        let account = match auth_request {
            AuthRequest::Login { account, .. } => *account,
            AuthRequest::Check { account, .. } | AuthRequest::Change { account, .. } => Some(*account),
            AuthRequest::Operator { .. } => None,
            AuthRequest::Register { name, .. } => {
                // A name is free or not where the chat says so.
                if !self.shared && self.skeletons.clash(name) {
                    return Some(AuthResult::Wrong);
                }
                if self.known.len() >= ACCOUNTS_MAX {
                    return Some(AuthResult::NoneLeft);
                }
                let (made, free) = (self.made.get(&origin).copied(), ACCOUNTS_MAX - self.known.len());
                if is_over_share(made.unwrap_or(0), free, ACCOUNTS_MAX) {
                    return Some(AuthResult::OverShare);
                }
                return self.throttle.registrations_rest(origin, now).map(AuthResult::Wait);
            }
        };
        let known = match auth_request {
            AuthRequest::Operator { .. } => self.operator.as_ref(),
            _ => account.and_then(|key| self.known.get(&key)),
        };
        let trusted = known.is_some_and(|known| known.trusted.contains(&origin));
        self.throttle.rest(Claim { origin, subject, trusted }, now).map(AuthResult::Wait)
    }

    /// Hears what has been hashed.
    pub(super) fn receive(&mut self, now: MonoTime, send: Post<'_>) -> Vec<StorageEvent> {
        let mut answers = Vec::new();
        while let Some((number, hashed)) = self.hasher.done() {
            self.in_hand -= 1;
            self.hashed += 1;
            let Some(under_way) = self.under_way.remove(&number) else { continue };
            let (id, matter) = (under_way.id, under_way.matter.clone());
            let reply = match hashed {
                Hashed::Made(hash) if self.shared && self.is_current(&under_way) => {
                    Some(Reply::Hashed(matter, PasswordHash::new(hash)))
                }
                hashed => self
                    .judge(under_way, hashed, now, send)
                    .map(|auth_result| Reply::AuthResult(matter, auth_result)),
            };
            answers.extend(reply.map(|reply| StorageEvent::to(id, reply)));
        }
        answers.extend(self.hand_over(now));
        answers
    }

    /// Whether the account that a new password is for has still the password that was given for the change.
    fn is_current(&self, under_way: &RequestUnderWay) -> bool {
        match &under_way.matter {
            Matter::Register(_) => true,
            matter => under_way.against.is_some() && self.against(matter) == under_way.against,
        }
    }

    /// What comes of a hash. None: something has to be written first.
    fn judge(
        &mut self,
        mut under_way: RequestUnderWay,
        hashed: Hashed,
        now: MonoTime,
        send: Post<'_>,
    ) -> Option<AuthResult> {
        // Meanwhile another program may have removed the account, or changed its password.
        let from = under_way.origin;
        let has_still_that_password = |key: &AccountKey| {
            self.known.get(key).is_some_and(|known| under_way.against.as_ref() == Some(&known.hash))
        };
        let request = match (&under_way.matter, hashed) {
            (Matter::Login(Some(key)), Hashed::Right) if has_still_that_password(key) => {
                self.throttle.succeeded(under_way.origin, under_way.subject);
                self.trust(*key, under_way.origin);
                send(DiskRequest::Seen { account: *key, from });
                return Some(AuthResult::Granted(*key));
            }
            (Matter::Check(key), Hashed::Right) if has_still_that_password(key) => {
                self.throttle.succeeded(under_way.origin, under_way.subject);
                return Some(AuthResult::Granted(*key));
            }
            (Matter::Operator, Hashed::Right) => {
                self.throttle.succeeded(under_way.origin, under_way.subject);
                if let Some(operator) = &mut self.operator {
                    operator.trust(under_way.origin);
                }
                return Some(AuthResult::Operator);
            }
            (_, Hashed::Right | Hashed::Wrong) => {
                self.throttle.failed(under_way.origin, under_way.subject, now);
                let account = match under_way.matter {
                    Matter::Operator => self.operator.as_ref().map(|known| (OPERATOR, known.name.clone())),
                    _ => account_of(&under_way.matter)
                        .and_then(|key| Some((key, self.known.get(&key)?.name.clone()))),
                };
                self.guesses.note(account, under_way.origin, now);
                return Some(AuthResult::Wrong);
            }
            (_, Hashed::Failed(why)) => {
                debug!("Argon2: {why}");
                self.failed = true;
                return Some(AuthResult::Failed);
            }
            (Matter::Register(name), Hashed::Made(hash)) => {
                under_way.hash = Some(hash.clone());
                let Some(key) = under_way.key else { return Some(AuthResult::Failed) };
                DiskRequest::Register { id: under_way.id, key, name: name.clone(), hash, from }
            }
            (Matter::Change(key), Hashed::Made(hash)) if has_still_that_password(key) => {
                under_way.hash = Some(hash.clone());
                let old = under_way.against.clone().unwrap_or_default();
                DiskRequest::Change { id: under_way.id, account: *key, old, hash, from }
            }
            // Nobody asked for the one, and the other was made with a password that is none any more.
            (Matter::Login(_) | Matter::Check(_) | Matter::Operator, Hashed::Made(_)) => {
                return Some(AuthResult::Failed);
            }
            (Matter::Change(_), Hashed::Made(_)) => return Some(AuthResult::Wrong),
        };
        if !send(request) {
            return Some(AuthResult::Failed);
        }
        self.under_way.insert(under_way.id.number, under_way);
        None
    }

    /// Hears what came of writing a new account, or another password.
    pub(super) fn written(&mut self, id: RequestId, auth_result: AuthResult) -> Option<StorageEvent> {
        let RequestUnderWay { origin, subject, matter, hash, .. } = self.under_way.remove(&id.number)?;
        match (&matter, auth_result) {
            (Matter::Register(name), AuthResult::Granted(key)) => {
                let (name, hash) = (name.clone(), hash?);
                self.learn(key, Known { name, hash, made_from: Some(origin), trusted: vec![origin] });
            }
            (Matter::Change(_), AuthResult::Granted(key)) => {
                if let Some(known) = self.known.get_mut(&key) {
                    known.hash = hash?;
                    // An address that knew the old one is not trusted any more.
                    known.trusted = vec![origin];
                    self.throttle.succeeded(origin, subject);
                }
            }
            _ => {}
        }
        Some(StorageEvent::to(id, Reply::AuthResult(matter, auth_result)))
    }

    /// Takes a new account; says whether there is a place for it, and none of that very name.
    fn learn(&mut self, key: AccountKey, account: Known) -> bool {
        let mut alike = self.skeletons.clashing(&account.name).into_iter().filter_map(account_key);
        let twice = alike.any(|other| self.known.get(&other).is_some_and(|known| known.name == account.name));
        if self.known.len() >= ACCOUNTS_MAX || twice {
            return false;
        }
        self.skeletons.insert(&account.name, key.0.get());
        if let Some(origin) = account.made_from {
            *self.made.entry(origin).or_default() += 1;
        }
        self.known.insert(key, account);
        true
    }

    /// Notes that the owner of an account is at `origin`.
    fn trust(&mut self, key: AccountKey, origin: Origin) {
        if let Some(known) = self.known.get_mut(&key) {
            known.trust(origin);
        }
    }

    /// Gives the thread what it may have in hand.
    fn hand_over(&mut self, now: MonoTime) -> Vec<StorageEvent> {
        let mut answers = Vec::new();
        while self.in_hand < IN_HAND
            && let Some((origin, subject, (id, auth_request))) = self.waiting.pop()
        {
            let matter = auth_request.matter();
            // Much may have happened while it waited.
            if let Some(auth_result) = self.refusal(origin, subject, &auth_request, now) {
                answers.push(StorageEvent::to(id, Reply::AuthResult(matter, auth_result)));
                continue;
            }
            if let Matter::Register(_) = matter {
                self.throttle.registers(origin, now);
            }
            let key = match &auth_request {
                AuthRequest::Register { key, .. } => Some(*key),
                _ => None,
            };
            let against = self.against(&matter);
            let hash = against.clone().unwrap_or_else(decoy);
            if self.hasher.hand_over(HashJob { number: id.number, request: auth_request, against: hash }) {
                self.in_hand += 1;
                let hash = None;
                let under_way = RequestUnderWay { id, origin, subject, matter, key, hash, against };
                self.under_way.insert(id.number, under_way);
            } else {
                answers.push(StorageEvent::to(id, Reply::AuthResult(matter, AuthResult::Failed)));
            }
        }
        answers
    }

    /// The PHC string that the password given is compared with.
    fn against(&self, matter: &Matter) -> Option<String> {
        let known = match matter {
            Matter::Operator => self.operator.as_ref(),
            matter => account_of(matter).and_then(|key| self.known.get(&key)),
        };
        known.map(|known| known.hash.clone())
    }
}

impl Known {
    /// Notes that the owner is at `origin`.
    fn trust(&mut self, origin: Origin) {
        self.trusted.retain(|&other| other != origin);
        self.trusted.truncate(TRUSTED_ADDRESSES - 1);
        self.trusted.insert(0, origin);
    }
}

/// The account whose password is given.
fn account_of(matter: &Matter) -> Option<AccountKey> {
    match matter {
        Matter::Login(account) => *account,
        Matter::Check(account) | Matter::Change(account) => Some(*account),
        Matter::Register(_) | Matter::Operator => None,
    }
}
