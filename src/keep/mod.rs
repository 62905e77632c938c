//! What is remembered behind the core: it hands lines out and gets back what was looked for.

mod memory;
mod words;

pub use memory::Memory;
pub use words::fold;
