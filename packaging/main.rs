//! Writes the manual pages and the completions into a directory: `cargo run --example pages -- target/pages`.

#[path = "pages.rs"]
mod pages;

use std::env;
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = env::args_os().nth(1).ok_or("a directory is needed")?;
    pages::write(Path::new(&dir))
}
