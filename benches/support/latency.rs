//! How long many things took, counted in a few kilobytes: percentiles to within two percent.

use std::time::Duration;

/// Parts of each doubling: what lies in one part counts as equal.
const PARTS: u32 = 64;

/// Counts of durations, from a nanosecond to centuries.
pub(crate) struct Latencies {
    counts: Vec<u64>,
    total: u64,
}

impl Default for Latencies {
    fn default() -> Latencies {
        Latencies { counts: vec![0; ((u64::BITS + 1) * PARTS) as usize], total: 0 }
    }
}

impl Latencies {
    pub(crate) fn add(&mut self, took: Duration) {
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        // The highest bits that tell parts apart, and how many there are below them.
        let below = (u64::BITS - nanoseconds.leading_zeros()).saturating_sub(PARTS.ilog2() + 1);
        self.counts[(nanoseconds >> below) as usize + (below * PARTS) as usize] += 1;
        self.total += 1;
    }

    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// What this share of all did not exceed.
    pub(crate) fn within(&self, share: f64) -> Duration {
        let rank = (self.total as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank && seen > 0 {
                // The first doubling with parts of its own has twice as many: it shares with nobody.
                let below = (index as u32 / PARTS).saturating_sub(1);
                let part = index as u64 - u64::from(below * PARTS);
                return Duration::from_nanos(((part + 1) << below) - 1);
            }
        }
        Duration::ZERO
    }
}
