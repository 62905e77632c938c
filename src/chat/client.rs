//! One person at the other end of a connection.

use super::id::ClientId;
use super::moment::Moment;
use super::name::{Likeness, Name};
use super::text::Text;

/// A client of the hub; in the chat once it has a name. Kept small: there may be 20,000 of them, mostly silent.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) id: ClientId,
    pub(super) name: Option<Name>,
    /// When they last sent a line.
    pub(super) active: Moment,
    /// Where they stand among the members of their room.
    pub(super) place: u32,
    /// Whether the others were told that they came.
    pub(super) announced: bool,
    extras: Option<Box<Extras>>,
}

/// What few people have.
#[derive(Debug, Default)]
struct Extras {
    away: Option<Text>,
    hidden: Vec<(Name, Likeness)>,
}

impl Client {
    pub(super) fn new(id: ClientId, now: Moment) -> Client {
        Client { id, name: None, active: now, place: 0, announced: false, extras: None }
    }

    /// Marks away with a reason, or back.
    pub(super) fn set_away(&mut self, reason: Option<Text>) {
        if reason.is_some() || self.extras.is_some() {
            self.extras.get_or_insert_default().away = reason;
            self.trim();
        }
    }

    pub(super) fn hide(&mut self, name: Name) {
        let likeness = name.likeness();
        self.extras.get_or_insert_default().hidden.push((name, likeness));
    }

    /// Shows a hidden person again; says whether they were hidden.
    pub(super) fn show(&mut self, likeness: &Likeness) -> bool {
        let Some(extras) = &mut self.extras else { return false };
        let before = extras.hidden.len();
        extras.hidden.retain(|(_, hidden)| !hidden.clashes(likeness));
        let found = extras.hidden.len() < before;
        self.trim();
        found
    }

    /// A hidden person has another name now: they stay hidden.
    pub(super) fn rename_hidden(&mut self, old: &Likeness, new: &Name) {
        let Some(extras) = &mut self.extras else { return };
        if !extras.hidden.iter().any(|(_, hidden)| hidden.clashes(old)) {
            return;
        }
        // The new name may be hidden on its own account already.
        let likeness = new.likeness();
        extras.hidden.retain(|(_, hidden)| hidden.clashes(old) || !hidden.clashes(&likeness));
        for entry in extras.hidden.iter_mut().filter(|(_, hidden)| hidden.clashes(old)) {
            *entry = (new.clone(), likeness.clone());
        }
    }

    pub(super) fn away(&self) -> Option<&Text> {
        self.extras.as_ref()?.away.as_ref()
    }

    pub(super) fn hides(&self, likeness: &Likeness) -> bool {
        self.hidden().any(|(_, hidden)| hidden.clashes(likeness))
    }

    pub(super) fn hidden(&self) -> impl Iterator<Item = &(Name, Likeness)> {
        self.extras.iter().flat_map(|extras| &extras.hidden)
    }

    /// Extras exist only while they say something.
    fn trim(&mut self) {
        if self.extras.as_ref().is_some_and(|extras| extras.away.is_none() && extras.hidden.is_empty()) {
            self.extras = None;
        }
    }
}
