//! Several nodes and one log: the rules one by one, and all of them together over a log that is simulated.

mod founded;
mod ledger;
mod node;
mod simulation;
