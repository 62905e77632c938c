//! A set of slots: of members or of clients, by number.
//!
//! Invariants: one among thousands is found by looking at one bit; a set of a few costs a few bytes, also when it
//! was one of many: 16 bytes for each slot at the most.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Slots beyond which a set may be kept as bits, one for each slot that there may be.
const FEW_MAX: usize = 256;

/// A list that is shorter than this part of the memory it has gives some back.
const SPARE: usize = 4;

/// Slots, each once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum SlotSet {
    /// In order.
    Few(Vec<u32>),
    /// By number, 64 in a word; and how many they are.
    Many(Vec<u64>, usize),
}

impl Default for SlotSet {
    fn default() -> SlotSet {
        SlotSet::Few(Vec::new())
    }
}

impl SlotSet {
    /// An empty set for many slots below `bound`.
    pub(super) fn of_many(bound: usize) -> SlotSet {
        SlotSet::Many(vec![0; bound.div_ceil(64)], 0)
    }

    pub(super) fn insert(&mut self, slot: u32) {
        match self {
            SlotSet::Few(slots) => {
                let Err(at) = slots.binary_search(&slot) else { return };
                slots.insert(at, slot);
                // With a word of bits for each slot it takes no more than as a list that has just grown.
                let words = slots.last().map_or(0, |&last| place(last).0 + 1);
                if slots.len() > FEW_MAX.max(words) {
                    let few = std::mem::take(slots);
                    *self = SlotSet::Many(vec![0; words], 0);
                    few.into_iter().for_each(|slot| self.insert(slot));
                }
            }
            SlotSet::Many(words, count) => {
                let (word, bit) = place(slot);
                let grows = words.len() <= word;
                if grows {
                    words.resize(word + 1, 0);
                }
                *count += usize::from(words[word] & bit == 0);
                words[word] |= bit;
                if grows {
                    self.thin_out();
                }
            }
        }
    }

    pub(super) fn remove(&mut self, slot: u32) {
        match self {
            SlotSet::Few(slots) => {
                if let Ok(at) = slots.binary_search(&slot) {
                    slots.remove(at);
                    if slots.capacity() > SPARE * slots.len().max(1) {
                        slots.shrink_to(SPARE / 2 * slots.len());
                    }
                }
            }
            SlotSet::Many(words, count) => {
                let (word, bit) = place(slot);
                if let Some(word) = words.get_mut(word) {
                    *count -= usize::from(*word & bit != 0);
                    *word &= !bit;
                }
                self.thin_out();
            }
        }
    }

    pub(super) fn contains(&self, slot: u32) -> bool {
        match self {
            SlotSet::Few(slots) => slots.binary_search(&slot).is_ok(),
            SlotSet::Many(words, _) => {
                let (word, bit) = place(slot);
                words.get(word).is_some_and(|word| word & bit != 0)
            }
        }
    }

    /// Adds all of `other`; of two large sets 64 slots at a time.
    pub(super) fn unite(&mut self, other: &SlotSet) {
        match (&mut *self, other) {
            (SlotSet::Many(words, count), SlotSet::Many(more, _)) => {
                words.resize(words.len().max(more.len()), 0);
                words.iter_mut().zip(more).for_each(|(word, more)| *word |= more);
                *count = ones(words);
            }
            (SlotSet::Few(_), SlotSet::Many(..)) => {
                let few = std::mem::replace(self, other.clone());
                few.iter().for_each(|slot| self.insert(slot));
            }
            _ => other.iter().for_each(|slot| self.insert(slot)),
        }
    }

    /// Takes all of `other` out; of two large sets 64 slots at a time.
    pub(super) fn subtract(&mut self, other: &SlotSet) {
        match (&mut *self, other) {
            (SlotSet::Many(words, count), SlotSet::Many(less, _)) => {
                words.iter_mut().zip(less).for_each(|(word, less)| *word &= !less);
                *count = ones(words);
            }
            (SlotSet::Few(slots), _) => slots.retain(|&slot| !other.contains(slot)),
            _ => other.iter().for_each(|slot| self.remove(slot)),
        }
    }

    /// Steps of work that it takes to go through the set as a whole: 64 bytes each.
    pub(super) fn steps(&self) -> usize {
        1 + match self {
            SlotSet::Few(slots) => slots.len() / 16,
            SlotSet::Many(words, _) => words.len() / 8,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn len(&self) -> usize {
        match self {
            SlotSet::Few(slots) => slots.len(),
            SlotSet::Many(_, count) => *count,
        }
    }

    /// A set of too few for bits becomes a list.
    fn thin_out(&mut self) {
        if let SlotSet::Many(words, count) = self
            && 2 * *count < words.len()
        {
            *self = SlotSet::Few(self.iter().collect());
        }
    }

    /// Whether these are all, each once.
    pub(super) fn is_of(&self, slots: &BTreeSet<u32>) -> bool {
        self.len() == slots.len() && self.iter().eq(slots.iter().copied())
    }

    /// All of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        let (few, words): (&[u32], &[u64]) = match self {
            SlotSet::Few(slots) => (slots, &[]),
            SlotSet::Many(words, _) => (&[], words),
        };
        let bits = |(at, &word): (usize, &u64)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some(at as u32 * u64::BITS + bit)
            })
        };
        few.iter().copied().chain(words.iter().enumerate().flat_map(bits))
    }
}

fn ones(words: &[u64]) -> usize {
    words.iter().map(|word| word.count_ones() as usize).sum()
}

fn place(slot: u32) -> (usize, u64) {
    ((slot / u64::BITS) as usize, 1 << (slot % u64::BITS))
}
