//! One person in the chat, whatever connection they go on under, or none for a while.

use std::slice;

use serde::{Deserialize, Serialize};

use super::account::AccountKey;
use super::correspondent::Correspondent;
use super::effect::RoomId;
use super::hiding::HiddenId;
use super::holdings::HolderId;
use super::member_id::MemberId;
use super::mono_time::MonoTime;
use super::name::Name;
use super::text::Text;

/// A member of the chat. Kept small: there may be 20,000 of them, mostly silent, and nearly all of them in one room only.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Member {
    /// Which tenant of its slot it is.
    pub(super) serial: u32,
    pub(super) name: Name,
    /// Whose password they gave: the name is theirs.
    pub(super) account: Option<AccountKey>,
    /// When they last sent a line.
    pub(super) active: MonoTime,
    /// Where plain words go.
    pub(super) current: Option<RoomId>,
    first: Option<Membership>,
    extras: Option<Box<Extras>>,
    /// Where they come from.
    pub(super) holder: HolderId,
}

const _: () = assert!(size_of::<Option<Member>>() <= 48);

/// Where a member is in one room. Eight bytes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Membership {
    pub(super) room: RoomId,
    /// Where they stand among the members, twice; and one more if the others were told that they came.
    place_and_announced: u32,
}

impl Membership {
    pub(super) fn new(room: RoomId, place: u32, announced: bool) -> Membership {
        Membership { room, place_and_announced: place << 1 | u32::from(announced) }
    }

    /// Where they stand among the members.
    pub(super) fn place(self) -> u32 {
        self.place_and_announced >> 1
    }

    /// Whether the others were told that they came.
    pub(super) fn announced(self) -> bool {
        self.place_and_announced & 1 == 1
    }

    pub(super) fn set_place(&mut self, place: u32) {
        *self = Membership::new(self.room, place, self.announced());
    }

    pub(super) fn announce(&mut self) {
        self.place_and_announced |= 1;
    }
}

/// What not all people have: further rooms, and what few have.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Extras {
    memberships: FurtherRooms,
    rare: Option<Box<Rare>>,
}

/// Two rooms take 48 bytes more than one, as the allocator counts.
const _: () = assert!(size_of::<Extras>() <= 40);

/// What few people have.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Rare {
    away: Option<Text>,
    hidden: Vec<HiddenId>,
    /// Who wrote to them last.
    correspondent: Option<Correspondent>,
    /// What they are to the recipients of their private messages.
    contact: Option<Correspondent>,
}

/// Where a member is beside their first room, in the order in which they came. The second room needs no memory of its own.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
enum FurtherRooms {
    #[default]
    None,
    One(Membership),
    /// Two at least.
    Many(Vec<Membership>),
}

impl FurtherRooms {
    fn as_slice(&self) -> &[Membership] {
        match self {
            FurtherRooms::None => &[],
            FurtherRooms::One(membership) => slice::from_ref(membership),
            FurtherRooms::Many(memberships) => memberships,
        }
    }

    fn as_mut_slice(&mut self) -> &mut [Membership] {
        match self {
            FurtherRooms::None => &mut [],
            FurtherRooms::One(membership) => slice::from_mut(membership),
            FurtherRooms::Many(memberships) => memberships,
        }
    }

    fn push(&mut self, membership: Membership) {
        match self {
            FurtherRooms::None => *self = FurtherRooms::One(membership),
            FurtherRooms::One(one) => *self = FurtherRooms::Many(vec![*one, membership]),
            FurtherRooms::Many(memberships) => memberships.push(membership),
        }
    }

    /// Takes one out, and closes the gap.
    fn remove(&mut self, at: usize) -> Option<Membership> {
        let removed = self.as_slice().get(at).copied()?;
        match self {
            FurtherRooms::None | FurtherRooms::One(_) => *self = FurtherRooms::None,
            FurtherRooms::Many(memberships) => {
                memberships.remove(at);
                if let [one] = memberships[..] {
                    *self = FurtherRooms::One(one);
                }
            }
        }
        Some(removed)
    }
}

impl Member {
    pub(super) fn new(serial: u32, name: Name, holder: HolderId, now: MonoTime) -> Member {
        Member { serial, name, account: None, active: now, current: None, first: None, extras: None, holder }
    }

    pub(super) fn join(&mut self, membership: Membership) {
        if self.first.is_none() {
            self.first = Some(membership);
        } else {
            self.extras.get_or_insert_default().memberships.push(membership);
        }
    }

    /// Gives the seat in `room` up.
    pub(super) fn part(&mut self, room: RoomId) -> Option<Membership> {
        let given_up = match self.first {
            Some(membership) if membership.room == room => {
                // The next one moves up: seats stay in order, and one alone costs nothing more.
                self.first = self.extras.as_mut().and_then(|extras| extras.memberships.remove(0));
                Some(membership)
            }
            _ => {
                let memberships = &mut self.extras.as_mut()?.memberships;
                let at = memberships.as_slice().iter().position(|membership| membership.room == room)?;
                memberships.remove(at)
            }
        };
        self.trim();
        if self.current == Some(room) {
            self.current = self.memberships().last().map(|membership| membership.room);
        }
        given_up
    }

    pub(super) fn membership(&self, room: RoomId) -> Option<Membership> {
        self.memberships().find(|membership| membership.room == room)
    }

    pub(super) fn membership_mut(&mut self, room: RoomId) -> Option<&mut Membership> {
        let others = self.extras.iter_mut().flat_map(|extras| extras.memberships.as_mut_slice());
        self.first.iter_mut().chain(others).find(|membership| membership.room == room)
    }

    /// Where they are, in the order in which they came.
    pub(super) fn memberships(&self) -> impl Iterator<Item = Membership> {
        let others = self.extras.as_ref().map_or(&[][..], |extras| extras.memberships.as_slice());
        self.first.into_iter().chain(others.iter().copied())
    }

    /// Marks away with a reason, or back.
    pub(super) fn set_away(&mut self, reason: Option<Text>) {
        if reason.is_some() || self.rare().is_some() {
            self.rare_mut().away = reason;
            self.trim();
        }
    }

    pub(super) fn away(&self) -> Option<&Text> {
        self.rare()?.away.as_ref()
    }

    /// The people whom they hide, in the order in which they began to.
    pub(super) fn hidden(&self) -> &[HiddenId] {
        self.rare().map_or(&[], |rare| &rare.hidden)
    }

    pub(super) fn set_hidden(&mut self, hidden: Vec<HiddenId>) {
        if !hidden.is_empty() || self.rare().is_some() {
            self.rare_mut().hidden = hidden;
            self.trim();
        }
    }

    pub(super) fn set_correspondent(&mut self, correspondent: Correspondent) {
        self.rare_mut().correspondent = Some(correspondent);
    }

    /// Who wrote to them last.
    pub(super) fn correspondent(&self) -> Option<&Correspondent> {
        self.rare()?.correspondent.as_ref()
    }

    /// What they are to the recipients of their private messages; `id` is their own, here and below.
    pub(super) fn contact(&mut self, id: MemberId) -> Correspondent {
        let (account, name) = (self.account, self.name.clone());
        let known = &mut self.rare_mut().contact;
        known.get_or_insert_with(|| Correspondent::new(Some(id), account, name)).clone()
    }

    /// What they are to the recipients of their private messages, if they have sent any.
    pub(super) fn known_contact(&self) -> Option<&Correspondent> {
        self.rare()?.contact.as_ref()
    }

    /// They are the same to these recipients again as they were before they left.
    pub(super) fn take_up_contact(&mut self, id: MemberId, contact: Correspondent) {
        self.rare_mut().contact = Some(contact);
        self.update_contact(id);
    }

    /// Every [`Correspondent`] that is known here.
    pub(super) fn correspondents(&mut self) -> impl Iterator<Item = &mut Correspondent> {
        let rare = self.extras.as_mut().and_then(|extras| extras.rare.as_deref_mut()).into_iter();
        rare.flat_map(|rare| rare.correspondent.iter_mut().chain(&mut rare.contact))
    }

    /// Has the recipients of their private messages know their name and account as they are now.
    pub(super) fn update_contact(&self, id: MemberId) {
        self.tell_contact(Some(id));
    }

    /// Has the recipients of their private messages know that they left.
    pub(super) fn end_contact(&self) {
        self.tell_contact(None);
    }

    fn tell_contact(&self, member: Option<MemberId>) {
        if let Some(contact) = self.rare().and_then(|rare| rare.contact.as_ref()) {
            contact.update(member, self.account, self.name.clone());
        }
    }

    fn rare(&self) -> Option<&Rare> {
        self.extras.as_ref()?.rare.as_deref()
    }

    fn rare_mut(&mut self) -> &mut Rare {
        self.extras.get_or_insert_default().rare.get_or_insert_default()
    }

    /// Extras exist only while they say something.
    fn trim(&mut self) {
        let Some(extras) = &mut self.extras else { return };
        let says_nothing = |rare: &Rare| {
            let Rare { away, hidden, correspondent, contact } = rare;
            away.is_none() && hidden.is_empty() && correspondent.is_none() && contact.is_none()
        };
        if extras.rare.as_deref().is_some_and(says_nothing) {
            extras.rare = None;
        }
        if extras.rare.is_none() && extras.memberships.as_slice().is_empty() {
            self.extras = None;
        }
    }
}
