//! Which name is whose, and whether a name looks like one in use: of people, and of rooms.
//!
//! Keeps half of the hashes of skeletons, not the skeletons: eight bytes a name, and the rare equal hash is settled
//! by looking at the names themselves. A `BTreeSet` would take 18 bytes for each of these eight, and these runs take 10.
//!
//! Invariants: the entries are in order over all runs; no run is empty, or has place for more than [`RUN_MAX`]; of two runs side
//! by side a quarter is used.

use super::name::Skeleton;

/// Half of a hash, and the number (a slot, a room's number) of the one that is called so.
type IndexEntry = (u32, u32);

/// Entries of a run: as many as are moved in no time.
const RUN_MAX: usize = 128;

/// The names in use.
#[derive(Clone, Debug, Default)]
pub(super) struct NameIndex {
    runs: Vec<Vec<IndexEntry>>,
}

impl NameIndex {
    pub(super) fn insert(&mut self, skeleton: &Skeleton, holder: u32) {
        for hash in skeleton.hashes() {
            self.insert_entry((hash as u32, holder));
        }
    }

    pub(super) fn remove(&mut self, skeleton: &Skeleton, holder: u32) {
        for hash in skeleton.hashes() {
            self.remove_entry((hash as u32, holder));
        }
    }

    /// The holders of names that may clash with `skeleton`, each perhaps twice; the caller compares the names.
    pub(super) fn candidates(&self, skeleton: &Skeleton) -> impl Iterator<Item = u32> + use<'_> {
        skeleton.hashes().into_iter().flat_map(|hash| self.holders(hash as u32))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Whether no name is anybody's but the holder's.
    pub(super) fn is_only(&self, holder: u32) -> bool {
        self.runs.iter().flatten().all(|&(_, other)| other == holder)
    }

    fn holders(&self, hash: u32) -> impl Iterator<Item = u32> + use<'_> {
        let at = self.run_of((hash, 0));
        let before = self.runs.get(at).map_or(0, |run| run.partition_point(|&entry| entry < (hash, 0)));
        let entries = self.runs[at.min(self.runs.len())..].iter().flatten().skip(before);
        entries.take_while(move |&&(other, _)| other == hash).map(|&(_, holder)| holder)
    }

    /// The run in which the entry is, if it is anywhere.
    fn run_of(&self, entry: IndexEntry) -> usize {
        self.runs.partition_point(|run| run[0] <= entry).saturating_sub(1)
    }

    fn insert_entry(&mut self, entry: IndexEntry) {
        let mut at = self.run_of(entry);
        if self.runs.get(at).is_some_and(|run| run.len() == RUN_MAX) {
            self.make_place(at);
            at = self.run_of(entry);
        }
        let Some(run) = self.runs.get_mut(at) else {
            self.runs.push(vec![entry]);
            return;
        };
        if let Err(place) = run.binary_search(&entry) {
            run.insert(place, entry);
        }
    }

    /// Moves some entries of a full run into the next one, or into a new one if that is nearly full as well.
    fn make_place(&mut self, at: usize) {
        let next = self.runs.get(at + 1).map_or(RUN_MAX, Vec::len);
        let moved = if next <= RUN_MAX * 3 / 4 {
            (RUN_MAX - next) / 2
        } else {
            self.runs.insert(at + 1, Vec::with_capacity(RUN_MAX));
            RUN_MAX / 2
        };
        if let [full, next, ..] = &mut self.runs[at..] {
            next.splice(0..0, full.drain(RUN_MAX - moved..));
            debug_assert!(full.len() < RUN_MAX && next.len() < RUN_MAX, "both have a place");
        }
    }

    fn remove_entry(&mut self, entry: IndexEntry) {
        let at = self.run_of(entry);
        let Some(run) = self.runs.get_mut(at) else { return };
        let Ok(place) = run.binary_search(&entry) else { return };
        run.remove(place);
        if !run.is_empty() {
            self.join(at);
            self.join(at.saturating_sub(1));
        } else if self.runs.len() > 1 {
            self.runs.remove(at);
        } else {
            self.runs = Vec::new();
        }
    }

    /// Makes one run of this and the next if both are short.
    fn join(&mut self, first: usize) {
        if let [run, next, ..] = &mut self.runs[first..]
            && run.len() + next.len() <= RUN_MAX / 2
        {
            run.append(next);
            self.runs.remove(first + 1);
        }
    }
}
