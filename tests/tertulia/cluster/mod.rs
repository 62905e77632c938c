//! Several nodes and one log: the rules one by one, and all of them together over a log that is simulated.

pub mod founded;
mod ledger;
mod node;
pub mod simulation;
