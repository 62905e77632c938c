//! `tertulia`: talks to a chat server, at a terminal or in a pipe.
//!
//! Law: without the feature `prompt` it needs the standard library only, and nothing of the server's in any case:
//! `rustc --edition 2024` on this file alone builds it.

#[path = "tertulia/args.rs"]
mod args;
#[path = "tertulia/bare.rs"]
mod bare;
#[path = "tertulia/editor/mod.rs"]
mod editor;
#[path = "tertulia/link.rs"]
mod link;
#[path = "tertulia/notice.rs"]
mod notice;
#[path = "tertulia/safe.rs"]
mod safe;
#[path = "tertulia/talk.rs"]
mod talk;

use std::env;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use args::Asked;
use link::Link;

fn main() -> ExitCode {
    match args::parse(env::args_os().skip(1)) {
        Ok(Asked::Talk(options)) => {
            let person = io::stdin().is_terminal() && io::stdout().is_terminal();
            let plain = options.plain || !person;
            let link = Arc::new(Link::new(options, person));
            let status = if plain { None } else { editor::run(&link) };
            ExitCode::from(status.unwrap_or_else(|| bare::run(&link, person)))
        }
        Ok(Asked::Help) => answer(args::HELP),
        Ok(Asked::Version) => {
            answer(&format!("tertulia {}\n", option_env!("CARGO_PKG_VERSION").unwrap_or("(suelto)")))
        }
        Err(mistake) => {
            let _ = writeln!(io::stderr(), "tertulia: {mistake} (prueba --help)");
            ExitCode::from(2)
        }
    }
}

fn answer(text: &str) -> ExitCode {
    let _ = io::stdout().write_all(text.as_bytes()); // a closed pipe is no reason to complain
    ExitCode::SUCCESS
}
