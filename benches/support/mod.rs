//! What benches share: processes and what the system knows of them, people for a load, the floor, and the table.

// Each bench is a program of its own, and uses its part of this.
#![allow(dead_code)]

pub(crate) mod chart;
pub(crate) mod crowd;
pub(crate) mod departure;
pub(crate) mod dir;
pub(crate) mod fanout;
pub(crate) mod floor;
pub(crate) mod latency;
pub(crate) mod load;
pub(crate) mod place;
pub(crate) mod process;
pub(crate) mod procfs;
pub(crate) mod progress;
pub(crate) mod pub_sub;
pub(crate) mod redis;
pub(crate) mod series;
pub(crate) mod steady;
pub(crate) mod table;
pub(crate) mod thread_time;
pub(crate) mod tls;
pub(crate) mod web;

/// What went wrong, in one line.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// The middle of `values`, or nothing if there are none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[half],
        _ => f64::midpoint(values[half - 1], values[half]),
    }
}
