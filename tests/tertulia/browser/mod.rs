//! The page in a real browser: Chromium without a window, against the real server.
//!
//! The tests that run at a time share one browser; each has a profile of its own in it. Nothing sleeps: what is waited for is
//! a condition in the page, looked at again whenever the page changes.

mod access;
mod crowd;
mod devtools;
mod elsewhere;
mod examples;
mod hostile;
mod keyboard;
mod lost;
mod reader;
mod talking;

use reader::Reader;

use crate::support::peer::Peer;
use crate::support::process::has;
use crate::support::server::Server;

/// Whether there is a browser; says so if a test has to do without.
fn missing() -> bool {
    !has("chromium")
}

/// A server that takes everybody on one port, and people who may write as fast as they like.
#[track_caller]
fn server() -> Server {
    Server::start(&["--listen", "127.0.0.1:0", "--rate-limit", "0"])
}

/// Luis, who speaks lines, and Ana at the page; he has heard that she came.
#[track_caller]
fn luis_and_ana(server: &Server) -> (Peer, Reader) {
    luis_and_ana_with(server, "")
}

/// The same, with a script that runs before the page's own.
#[track_caller]
fn luis_and_ana_with(server: &Server, script: &str) -> (Peer, Reader) {
    let mut luis = Peer::enter(server, "Luis");
    let ana = Reader::join_with(server, "Ana", script);
    luis.until("Ana se unió");
    (luis, ana)
}
