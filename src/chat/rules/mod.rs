//! The chat: people, rooms, and what was decided about them. What several nodes would share; it knows of no connection.
//!
//! Invariants: [`Chat::apply`] is the only door by which anything changes, and the same changes give the same chat and the same
//! facts; the chat gives out all numbers: of members, rooms, accounts, messages and expulsions.

mod account_edits;
mod accounts;
mod administration;
mod audience;
mod change;
mod crowds;
mod decided;
mod decision_rooms;
mod entering;
mod expulsions;
mod fact;
mod founding;
mod keys;
mod letter_writer;
mod listed_expulsion;
mod moving;
mod nodes;
mod offline_messages;
mod options;
mod ordering;
mod presence;
mod proofs;
mod proposal;
mod proven;
mod records;
mod reentry;
mod returning;
mod rooms;
mod state;
mod talking;

use std::cell::Cell;
use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

pub(super) use change::{Change, Deed, Recipient};
pub(super) use fact::{Arrival, Fact};
pub(super) use founding::ChatFounding;
pub(super) use options::ChatOptions;
pub use proposal::Proposal;
pub(super) use reentry::Reentry;
pub(super) use state::COUNTS_MAX;

use super::account::AccountKey;
use super::account_index::AccountIndex;
use super::effect::{Audience, CloseReason, RoomId};
use super::event::{Event, Farewell, NameRefusal, RoomRefusal};
use super::expulsion::ExpulsionNews;
use super::hiding::Hiding;
use super::left_behind::LeftBehind;
use super::letters::Letters;
use super::member::Member;
use super::member_id::MemberId;
use super::message::MessageId;
use super::mono_time::MonoTime;
use super::name::Name;
use super::node_name::NodeName;
use super::nodes::{LivingNodes, Stranded};
use super::origin::Origin;
use super::people::People;
use super::refusal::{Done, Refusal};
use super::room::Room;
use super::rooms::Rooms;
use super::slots::SlotSet;
use super::time::Time;
use super::work::Work;

/// The room that everybody enters.
pub const GENERAL: RoomId = RoomId::FIRST;

/// A buffer that held more facts than this is not kept.
const FACTS_KEPT: usize = 64;

/// People, rooms and decisions.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Chat {
    /// The time of the change that is being applied, or was last.
    #[serde(skip)]
    at: Time,
    /// What has come of it, and has not been taken yet.
    #[serde(skip)]
    facts: Vec<Fact>,
    /// What was looked at, since it was last asked.
    #[serde(skip)]
    work: Cell<Work>,
    people: People,
    /// [`GENERAL`] is always there.
    rooms: Rooms,
    /// None: there are no accounts here.
    account_index: Option<AccountIndex>,
    options: ChatOptions,
    /// The number of the next message.
    next_message: MessageId,
    /// The number of the next account; none: the last one is given.
    next_account: Option<AccountKey>,
    hiding: Hiding,
    /// How many are hidden beyond what each member may hide, by all together.
    hidden_beyond: usize,
    decided: decision_rooms::DecisionRooms,
    proven: proofs::Proofs,
    /// Members without a connection: private words for them wait.
    detached: SlotSet,
    /// Who wrote the last letters, oldest first; at most [`LETTER_WRITERS`](crate::limits::LETTER_WRITERS).
    writers: VecDeque<letter_writer::LetterWriter>,
    /// Who wrote those of which it is not known yet whether they are kept.
    posting: Vec<(MemberId, letter_writer::LetterWriter)>,
    /// Private messages that wait for absent people; none of a server alone, which has them in its file.
    letters: Letters,
    /// Who may not be here, in the order in which it was decided.
    expulsions: Vec<listed_expulsion::ListedExpulsion>,
    last_expulsion: u64,
    /// None, where there is one only.
    nodes: LivingNodes,
    stranded: Stranded,
    /// What members had who left with their node.
    left_behind: LeftBehind,
    /// The node whose change is being applied; none: there is one only.
    #[serde(skip)]
    by: Option<NodeName>,
}

/// What a change gives, beside its facts, when it was not refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing more.
    Done,
    /// Nothing: the name that is wanted is that of an account, whose password has to be given.
    Registered(AccountKey, Name),
    /// What is told of an expulsion to the one who decided it.
    Expulsion(ExpulsionNews),
}

impl Chat {
    /// Does what follows from `change`, which was made at `at`, by that node if there are several; what is so then is added to the
    /// [facts](Self::take_facts).
    ///
    /// # Errors
    ///
    /// It is refused: who asked is told so, and nobody else is told anything that was wanted. What the attempt itself leaves (a wrong
    /// key counts, and operators hear of many) is so nevertheless.
    pub(super) fn apply(
        &mut self,
        at: Time,
        by: Option<NodeName>,
        change: Change,
    ) -> Result<Outcome, Refusal> {
        (self.at, self.by) = (at, by);
        match change {
            Change::Detach(member) | Change::Attach(member, _) | Change::Leave(member, ..)
                if self.is_elsewhere(member) => {}
            Change::Do(member, deed) => return self.act(member, deed),
            Change::Active(member) => self.note_active(member),
            Change::Enter { origin, wanted, placed } => return self.take_name(origin, &wanted, placed),
            Change::EnterByAccount(origin, credential) => self.enter_by_account(origin, credential)?,
            Change::Identify(member, credential) => self.identify(member, credential)?,
            Change::Empower(member) => self.empower(member),
            Change::Detach(member) => self.detach(member),
            Change::Attach(member, origin) => self.attach(member, origin),
            Change::Leave(member, farewell, reason) => self.depart(member, farewell, reason),
            Change::NodeJoined(node) => self.node_joined(node),
            Change::NodeGone(node) => self.node_gone(&node),
            Change::LeaveWithNode => self.leave_with_node(),
            Change::Reenter(reentry) => return self.reenter(*reentry),
            Change::Elapse => self.elapse(),
            Change::TellMovements(room) => self.tell_movements(room),
            Change::Register(account, member) => self.register(account, member),
            Change::Renew(account, member) => self.renew(account, member),
            Change::MakeAccount(member, name, password) => self.make_account(member, name, password)?,
            Change::SetPassword(member, credential, password) => {
                self.change_password(member, credential, password)?;
            }
            Change::EditAccount(edit) => self.edit_account(edit)?,
            Change::Accounts(changes) => self.accounts_changed(changes),
            Change::Posted(member, posted) => self.posted(member, posted),
            Change::HandOver(member, last) => self.handed_over(member, &last),
            Change::Read(account, up_to) => self.read(account, up_to),
            Change::GoOnBehind(last) => self.next_message = self.next_message.max(last.next()),
            Change::Expire => self.forget_expulsions_that_are_over(),
            Change::Expel { operator, whom, minutes, reason, nameless } => {
                let news = self.expel(operator, &whom, (minutes, reason), nameless)?;
                return Ok(Outcome::Expulsion(news));
            }
            Change::Readmit(operator, whom) => {
                return Ok(Outcome::Expulsion(self.readmit(operator, &whom)?));
            }
            Change::ServerSay(room, text) => self.server_says(room.as_ref(), text)?,
            Change::ServerKick { whom, room, reason } => self.server_kicks(&whom, room.as_ref(), reason)?,
        }
        Ok(Outcome::Done)
    }

    /// Gives out the facts that came of the last changes.
    pub(super) fn take_facts(&mut self) -> Vec<Fact> {
        std::mem::take(&mut self.facts)
    }

    /// Takes the buffer of the facts that it gave out back, so that the next change allocates none; of very many it keeps none.
    pub(super) fn keep_buffer(&mut self, emptied: Vec<Fact>) {
        if emptied.capacity() <= FACTS_KEPT {
            self.facts = emptied;
        }
    }

    fn act(&mut self, id: MemberId, deed: Deed) -> Result<Outcome, Refusal> {
        let Some(name) = self.name(id).cloned() else { return Ok(Outcome::Done) };
        let name = &name;
        self.note_active(id);
        let done = match deed {
            Deed::Rename(wanted) => return self.rename(id, name, &wanted),
            Deed::Say { room, kind, text } => self.say(id, name, room.as_ref(), (kind, text)),
            Deed::Message { to, text, full } => self.message(id, name, to, (text, full)),
            Deed::Join { room, key } => self.join(id, name, &room, key),
            Deed::Part(room) => self.leave(id, name, room),
            Deed::Topic { room, topic } => self.topic(id, name, room.as_ref(), topic),
            Deed::Lock { room, key } => self.lock(id, name, room.as_ref(), key),
            Deed::Invite { room, whom } => self.invite(id, name, room.as_ref(), &whom),
            Deed::Kick { room, whom, reason } => self.kick(id, name, room.as_ref(), (&whom, reason)),
            Deed::Ban { room, whom } => self.ban(id, name, room.as_ref(), &whom),
            Deed::Unban { room, whom } => self.unban(id, name, room.as_ref(), &whom),
            Deed::Mute { room, whom } => self.mute(id, name, room.as_ref(), whom),
            Deed::Op { room, whom } => self.op(id, name, room.as_ref(), &whom),
            Deed::Away(reason) => self.away(id, reason),
            Deed::Ignore(Some(whom)) => self.toggle_ignored(id, name, whom),
            Deed::Ignore(None) => self.list_ignored(id),
        };
        done.map(|()| Outcome::Done)
    }

    fn note_active(&mut self, id: MemberId) {
        let now = self.now();
        self.member_mut(id).into_iter().for_each(|member| member.active = now);
    }

    /// The monotonic time of the change.
    fn now(&self) -> MonoTime {
        self.at.mono
    }

    /// Tells one member.
    fn tell(&mut self, id: MemberId, event: Event) {
        self.facts.push(Fact::Deliver { to: Audience::One(id), event });
    }

    /// Answers one member, which is all that there is to do.
    fn answer(&mut self, id: MemberId, event: Event) -> Done {
        self.tell(id, event);
        Ok(())
    }

    /// Counts things that were looked at. To be called wherever their number is not bounded by a small one.
    pub(super) fn spend(&self, steps: usize) {
        self.work.set(self.work.get() + Work { steps: steps as u64, heard: 0 });
    }

    /// What was looked at since it was last asked.
    pub(super) fn take_work(&self) -> Work {
        self.work.take()
    }

    /// The member who is meant by `name`. Nobody here, if it means an account whose owner is not here, while
    /// that of another is whose name looks like it.
    pub(super) fn person_called(&self, name: &str) -> Option<(MemberId, Name)> {
        let wanted = Name::known(name.trim()).ok()?;
        let skeleton = wanted.skeleton();
        let id = wanted.meant(self.people.alike(&skeleton))?;
        let account = self.account(id);
        if account.is_some() && account != self.owner_of(&wanted) {
            return None;
        }
        Some((id, self.name(id)?.clone()))
    }

    /// The member who is logged in to an account.
    pub(super) fn holder_of(&self, account: AccountKey) -> Option<MemberId> {
        let members = self.proven.members(account);
        members.into_iter().find(|&id| self.account(id) == Some(account))
    }

    /// The registered name that nobody here has now, and that `name` is.
    fn absent_called(&self, name: &str) -> Option<(AccountKey, Name)> {
        let key = self.owner_of(&Name::known(name.trim()).ok()?)?;
        Some((key, self.account_index.as_ref()?.name(key)?.clone()))
    }

    pub(super) fn member(&self, id: MemberId) -> Option<&Member> {
        self.people.get(id)
    }

    fn member_mut(&mut self, id: MemberId) -> Option<&mut Member> {
        self.people.get_mut(id)
    }

    /// Who is in that slot.
    pub(super) fn in_slot(&self, slot: u32) -> Option<MemberId> {
        self.people.in_slot(slot)
    }

    /// How many members there are, with a connection or without.
    pub(super) fn count(&self) -> usize {
        self.people.count()
    }

    /// How many slots of members there are, taken or not.
    pub(super) fn slots(&self) -> usize {
        self.people.slots()
    }

    /// How many members come from there.
    pub(super) fn count_from(&self, origin: Origin) -> usize {
        self.people.count_from(origin)
    }

    /// The name of a member.
    pub(super) fn name(&self, id: MemberId) -> Option<&Name> {
        self.member(id).map(|member| &member.name)
    }

    /// Where a member comes from.
    pub(super) fn origin(&self, id: MemberId) -> Option<Origin> {
        self.people.origin(id)
    }

    pub(super) fn room(&self, room: RoomId) -> Option<&Room> {
        self.rooms.get(room)
    }

    /// All rooms.
    pub(super) fn all_rooms(&self) -> &Rooms {
        &self.rooms
    }

    fn room_mut(&mut self, room: RoomId) -> Option<&mut Room> {
        self.rooms.get_mut(room)
    }

    /// Where a member's words go.
    pub(super) fn current(&self, id: MemberId) -> Result<RoomId, RoomRefusal> {
        self.member(id).and_then(|member| member.current).ok_or(RoomRefusal::Nowhere)
    }

    /// The rooms of a member, in the order in which they came.
    pub(super) fn rooms_of(&self, id: MemberId) -> impl Iterator<Item = RoomId> {
        self.member(id).into_iter().flat_map(Member::memberships).map(|membership| membership.room)
    }

    /// The number of the next message.
    pub(super) fn next_message(&self) -> MessageId {
        self.next_message
    }

    /// The number of the last message, or of none.
    pub(super) fn last_message(&self) -> MessageId {
        MessageId(self.next_message.0.saturating_sub(1))
    }

    /// Whether a member is here without a connection.
    fn is_detached(&self, id: MemberId) -> bool {
        !self.detached.is_empty() && self.detached.contains(id.place())
    }

    /// The option that decides, and is another one in `options`.
    pub(super) fn differs_in(&self, options: &ChatOptions) -> Option<&'static str> {
        self.options.differs_from(options)
    }

    /// The registered names, if there may be any.
    pub(super) fn accounts(&self) -> Option<&AccountIndex> {
        self.account_index.as_ref()
    }

    /// Whether the person who said a line is hidden from a member.
    pub(super) fn hides_line(&self, id: MemberId, line: MessageId, from: &Name) -> bool {
        self.hiding.hides_line(id.place(), line, from)
    }

    /// Whether nothing is left of anybody.
    pub(super) fn is_empty(&self) -> bool {
        self.people.is_empty()
            && self.rooms.is_empty()
            && self.hiding.is_empty()
            && self.hidden_beyond == 0
            && self.decided.is_empty()
            && self.proven.is_empty()
            && self.detached.is_empty()
            && self.nodes.is_empty()
            && self.stranded.is_empty()
    }
}
