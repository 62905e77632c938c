//! Expulsions: operators of the server put people out of the chat, and let them come back.
//!
//! Invariant: every door asks: connecting, taking a name, renaming, logging in, taking over, and the first of them after a restart.
//! The wall clock says when one is over, for it outlives the server.

use std::collections::BTreeSet;

use super::listed_expulsion::ListedExpulsion;
use super::{Chat, Fact, Member, MemberId, Name, Origin};
use crate::chat::account::AccountKey;
use crate::chat::effect::LogEntry;
use crate::chat::expulsion::{Expelled, Expulsion, ExpulsionNews, ExpulsionRefusal};
use crate::chat::name::Skeleton;
use crate::chat::text::Text;
use crate::chat::time::UnixMillis;
use crate::limits::{EXPULSION_REASON_CHARS, EXPULSIONS_LISTED, EXPULSIONS_MAX};

/// Whom an operator means.
struct Target {
    account: Option<AccountKey>,
    name: Option<Name>,
    origin: Option<Origin>,
    /// Other accounts whose passwords the person has given on their connection.
    others: Vec<(AccountKey, Name)>,
    /// Others who are connected from the same address, which is left out for their sake.
    spared: Option<(Origin, usize)>,
}

impl Chat {
    /// What a client from there is told, if it may not be here.
    pub(in crate::chat) fn expelled_address(&self, origin: Origin, now: UnixMillis) -> Option<Expelled> {
        self.spend(self.expulsions.len());
        let all = self.expulsions.iter().map(|entry| &entry.expulsion);
        all.filter(|expulsion| expulsion.origin == Some(origin)).find_map(|it| it.told(now))
    }

    /// What a person of that name, and of that account perhaps, is told, if they may not be here.
    pub(in crate::chat) fn expelled_name(
        &self,
        name: &Name,
        account: Option<AccountKey>,
        now: UnixMillis,
    ) -> Option<Expelled> {
        if self.expulsions.is_empty() {
            return None;
        }
        self.expelled_alike(&name.skeleton(), account, now)
    }

    /// The same, where it is known what the name looks like.
    pub(super) fn expelled_alike(
        &self,
        skeleton: &Skeleton,
        account: Option<AccountKey>,
        now: UnixMillis,
    ) -> Option<Expelled> {
        self.spend(self.expulsions.len());
        let skeleton = skeleton.hashes();
        let entries = self
            .expulsions
            .iter()
            .filter(|entry| entry.names(skeleton, account, self.account_index.as_ref()));
        entries.map(|entry| &entry.expulsion).find_map(|expulsion| expulsion.told(now))
    }

    /// Who is expelled.
    pub(in crate::chat) fn listed_expulsions(&self, now: UnixMillis) -> ExpulsionNews {
        let newest = self.expulsions.iter().rev().take(EXPULSIONS_LISTED);
        let listed = newest.map(|entry| entry.expulsion.clone()).collect();
        ExpulsionNews::List { now, listed, total: self.expulsions.len() }
    }

    /// Expels `whom`, a name or an address, for so many minutes and for that reason, if these are given. `operator` is the
    /// member who decides it, if it is one. So many who have no name yet come from where that person is. Gives what is told.
    ///
    /// # Errors
    ///
    /// Nobody of that name, or nobody from there, may be expelled.
    pub(super) fn expel(
        &mut self,
        operator: Option<MemberId>,
        whom: &Text,
        (minutes, reason): (Option<u32>, Option<Text>),
        nameless: usize,
    ) -> Result<ExpulsionNews, ExpulsionRefusal> {
        let by = self.decided_by(operator)?;
        self.forget_expulsions_that_are_over();
        let target = self.target(operator, whom, nameless)?;
        // Counted before any is taken back: what is refused changes nothing.
        let replaced = {
            let about = self.about(&target);
            self.expulsions.iter().filter(|entry| about(entry)).count()
        };
        if self.expulsions.len() - replaced + target.others.len() >= EXPULSIONS_MAX {
            return Err(ExpulsionRefusal::TooMany);
        }
        self.strike_expulsions(&target);
        let at = self.at.wall;
        let expulsion = Expulsion {
            number: 0,
            account: target.account,
            name: target.name,
            origin: target.origin,
            until: minutes.map(|minutes| UnixMillis(at.0.saturating_add(i64::from(minutes) * 60_000))),
            reason: reason.map(|reason| shortened(&reason)),
            by,
            at,
        };
        // The last one is the one that is told.
        let others = target.others.into_iter().map(|(account, name)| Expulsion {
            account: Some(account),
            name: Some(name),
            origin: None,
            ..expulsion.clone()
        });
        let all: Vec<Expulsion> = others.chain([expulsion.clone()]).collect();
        all.into_iter().for_each(|expulsion| self.add_expulsion(expulsion));
        let expulsion = Expulsion { number: self.last_expulsion, ..expulsion };
        Ok(ExpulsionNews::Done(Box::new(expulsion), target.spared))
    }

    /// Gives an expulsion its number, and remembers it.
    fn add_expulsion(&mut self, expulsion: Expulsion) {
        self.last_expulsion += 1;
        let expulsion = Expulsion { number: self.last_expulsion, ..expulsion };
        self.facts.push(Fact::Expelled(Box::new(expulsion.clone())));
        self.facts.push(Fact::Log(LogEntry::Expelled(Box::new(expulsion.clone()))));
        self.expulsions.push(ListedExpulsion::new(expulsion));
    }

    /// Lets `whom`, a name or an address, come back. Gives what is told.
    ///
    /// # Errors
    ///
    /// They are not expelled.
    pub(super) fn readmit(
        &mut self,
        operator: Option<MemberId>,
        whom: &Text,
    ) -> Result<ExpulsionNews, ExpulsionRefusal> {
        let by = self.decided_by(operator)?;
        self.forget_expulsions_that_are_over();
        let typed = whom.as_str().trim();
        let (origin, name) = (Origin::parse(typed), Name::known(typed).ok());
        let account = name.as_ref().and_then(|name| self.owner_of(name));
        let target = Target { account, name, origin, others: Vec::new(), spared: None };
        let not_expelled = || ExpulsionRefusal::NotExpelled(whom.clone());
        let struck = Box::new(self.strike_expulsions(&target).ok_or_else(not_expelled)?);
        self.facts.push(Fact::Log(LogEntry::Readmitted(by, struck.clone())));
        Ok(ExpulsionNews::Readmitted(struck))
    }

    /// What a member is told who may not be here any more.
    pub(in crate::chat) fn expelled_member(&self, id: MemberId, now: UnixMillis) -> Option<Expelled> {
        let Member { name, account, .. } = self.member(id)?;
        let told = self.expelled_name(name, *account, now);
        let proven = || self.proven_names(id).into_iter();
        let told = told
            .or_else(|| proven().find_map(|(account, name)| self.expelled_name(&name, Some(account), now)));
        told.or_else(|| self.expelled_address(self.origin(id).unwrap_or(Origin::UNKNOWN), now))
    }

    /// The name of the one who decides about expulsions: an operator of the server, or the administrator.
    ///
    /// # Errors
    ///
    /// That member is no operator.
    pub(in crate::chat) fn decided_by(&self, operator: Option<MemberId>) -> Result<Name, ExpulsionRefusal> {
        let Some(id) = operator else { return Ok(Name::server()) };
        self.name(id).filter(|_| self.is_admin(id)).cloned().ok_or(ExpulsionRefusal::NotOperator)
    }

    /// Where the person comes from whom `whom` means, if it means one.
    pub(in crate::chat) fn origin_meant(&self, whom: &Text) -> Option<Origin> {
        self.origin(self.person_called(whom.as_str())?.0)
    }

    /// Whom an operator means, if they may be expelled.
    fn target(
        &self,
        operator: Option<MemberId>,
        whom: &Text,
        nameless: usize,
    ) -> Result<Target, ExpulsionRefusal> {
        let typed = whom.as_str().trim();
        if let Some(origin) = Origin::parse(typed) {
            self.may_expel_address(operator, origin)?;
            let others = Vec::new();
            return Ok(Target { account: None, name: None, origin: Some(origin), others, spared: None });
        }
        let wanted = Name::known(typed).map_err(|_| ExpulsionRefusal::Malformed(whom.clone()))?;
        let person = self.person_called(typed);
        let mut others = person.as_ref().map(|(id, _)| self.proven_names(*id)).unwrap_or_default();
        let (name, account) = match &person {
            // Under another name it is still the person of their account.
            Some((id, name)) => {
                (name.clone(), self.account(*id).or_else(|| others.last().map(|(key, _)| *key)))
            }
            None => {
                let account = self.owner_of(&wanted);
                let known = account.and_then(|key| self.account_index.as_ref()?.name(key)).cloned();
                (known.unwrap_or(wanted), account)
            }
        };
        if person.as_ref().is_some_and(|(id, _)| Some(*id) == operator) {
            return Err(ExpulsionRefusal::Yourself);
        }
        others.retain(|(key, _)| Some(*key) != account);
        let mut owners = others.iter().map(|(key, _)| *key).chain(account).chain(self.owner_of(&name));
        let registered = owners.any(|key| self.options.operators.contains(&key));
        if registered || person.as_ref().is_some_and(|(id, _)| self.is_admin(*id)) {
            return Err(ExpulsionRefusal::Operator(name));
        }
        let (mut origin, mut spared) = (None, None);
        // A guest comes back under another name; who has an account is known by it.
        if let (Some((id, _)), None) = (person, account)
            && let Some(from) = self.origin(id)
            && self.may_expel_address(operator, from).is_ok()
        {
            let others = nameless + self.people.count_from(from).saturating_sub(1);
            match others {
                0 => origin = Some(from),
                others => spared = Some((from, others)),
            }
        }
        Ok(Target { account, name: Some(name), origin, others, spared })
    }

    /// Whether an address may be expelled: not where anybody may be, nor where an operator of the server is.
    fn may_expel_address(&self, operator: Option<MemberId>, origin: Origin) -> Result<(), ExpulsionRefusal> {
        if origin.is_everybodys() {
            return Err(ExpulsionRefusal::Everybodys(origin));
        }
        if operator.and_then(|id| self.origin(id)) == Some(origin) {
            return Err(ExpulsionRefusal::OwnAddress(origin));
        }
        let operators = self.options.operators.iter().filter_map(|&key| {
            let name = self.account_index.as_ref()?.name(key)?;
            Some((self.origin(self.holder_of(key)?)?, name.clone()))
        });
        let sessions = self.proven.operators().iter();
        let sessions = sessions.filter_map(|&id| Some((self.origin(id)?, self.name(id)?.clone())));
        match operators.into_iter().chain(sessions).find(|(from, _)| *from == origin) {
            Some((_, name)) => Err(ExpulsionRefusal::OperatorsAddress(origin, name)),
            None => Ok(()),
        }
    }

    /// The members whom an expulsion is about.
    pub(in crate::chat) fn meant_by(&self, expulsion: &Expulsion) -> Vec<MemberId> {
        let named =
            expulsion.name.as_ref().and_then(|name| self.person_called(name.as_str())).map(|(id, _)| id);
        let all = self.people.iter();
        self.spend(self.people.slots() / 8);
        let proven: BTreeSet<MemberId> =
            expulsion.account.into_iter().flat_map(|key| self.proven.members(key)).collect();
        let meant = all.filter(|(id, member)| {
            Some(*id) == named
                || proven.contains(id)
                || Some(self.people.holding(member).origin) == expulsion.origin
        });
        meant.map(|(id, _)| id).collect()
    }

    /// Tells of an expulsion whether it is about this person, or this address.
    fn about(&self, target: &Target) -> impl Fn(&ListedExpulsion) -> bool {
        let skeleton = target.name.as_ref().map(|name| name.skeleton().hashes());
        let account_index = self.account_index.as_ref();
        move |entry| match skeleton {
            Some(skeleton) => entry.names(skeleton, target.account, account_index),
            None => entry.expulsion.name.is_none() && entry.expulsion.origin == target.origin,
        }
    }

    /// Takes back what was decided about a person or an address; gives the last of it.
    fn strike_expulsions(&mut self, target: &Target) -> Option<Expulsion> {
        let expulsions = std::mem::take(&mut self.expulsions);
        let (struck, left): (Vec<_>, Vec<_>) = expulsions.into_iter().partition(self.about(target));
        self.expulsions = left;
        self.facts.extend(struck.iter().map(|entry| Fact::Readmitted(entry.expulsion.number)));
        struck.into_iter().next_back().map(|entry| entry.expulsion)
    }

    pub(super) fn forget_expulsions_that_are_over(&mut self) {
        let now = self.at.wall;
        let over = self.expulsions.extract_if(.., |entry| entry.expulsion.told(now).is_none());
        self.facts.extend(over.map(|entry| Fact::Readmitted(entry.expulsion.number)));
    }
}

/// As much of a reason as is kept.
fn shortened(reason: &Text) -> Text {
    match reason.as_str().char_indices().nth(EXPULSION_REASON_CHARS) {
        None => reason.clone(),
        Some((end, _)) => Text::clean(&reason.as_str()[..end]),
    }
}
