//! `tertulia`: talks to a chat server, at a terminal or in a pipe.
//!
//! Invariant: without the features `prompt` and `tls` it needs the standard library only, and nothing of the server's in any case:
//! `rustc --edition 2024` on this file builds it with those beside it.

mod address;
mod args;
mod connection;
mod fingerprint;
mod notice;
mod plain;
mod prompt_parser;
mod safe;
mod say;
mod socket;
#[cfg(feature = "prompt")]
mod terminal;
#[cfg(not(feature = "prompt"))]
#[path = "no_terminal.rs"]
mod terminal;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "no_tls.rs"]
mod tls;

use std::env;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use args::Asked;
use connection::Connection;

fn main() -> ExitCode {
    let english = args::is_english(|name| env::var(name).ok());
    match args::parse(env::args_os().skip(1), english) {
        Ok(Asked::Talk(options))
            if !tls::AVAILABLE && options.addresses.iter().any(|address| address.tls) =>
        {
            let _ = writeln!(io::stderr(), "tertulia: {}", notice::no_tls(english));
            ExitCode::from(2)
        }
        Ok(Asked::Talk(options)) if options.say.is_some() => ExitCode::from(say::run(options)),
        Ok(Asked::Talk(options)) => {
            let person = io::stdin().is_terminal() && io::stdout().is_terminal();
            let plain = options.plain || !person;
            let connection = Arc::new(Connection::new(options.clone(), person));
            let status = if plain { None } else { terminal::run(&connection, &options) };
            ExitCode::from(status.unwrap_or_else(|| plain::run(&connection, person)))
        }
        Ok(Asked::Help) => answer(args::help(english)),
        Ok(Asked::Version) => {
            answer(&format!("tertulia {}\n", option_env!("CARGO_PKG_VERSION").unwrap_or("(suelto)")))
        }
        Err(mistake) => {
            let hint = if english { "try --help" } else { "prueba --help" };
            let _ = writeln!(io::stderr(), "tertulia: {mistake} ({hint})");
            ExitCode::from(2)
        }
    }
}

fn answer(text: &str) -> ExitCode {
    let _ = io::stdout().write_all(text.as_bytes()); // a closed pipe is no reason to complain
    ExitCode::SUCCESS
}
