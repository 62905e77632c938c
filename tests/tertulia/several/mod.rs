//! Several real servers and a real Redis: what people at their connections and administrators see of it.

mod bad_luck;
mod failover;
mod keeping;
mod proxied;
mod rounds;
mod running;
mod sealing;
mod starting;
mod upgrading;

use std::process::{Command, Output};

use rustix::process::Signal;

use crate::engine::server::RedisServer;
use crate::support::server::Server;

/// What a node says when it is there.
const THERE: &str = "Este nodo forma parte del chat desde la entrada";

/// A Redis with a log that has been founded.
struct Several {
    redis: RedisServer,
}

impl Several {
    /// None where there is no Redis on this machine, and a test may do without.
    fn founded() -> Option<Several> {
        Some(Several::with(RedisServer::start()?))
    }

    /// The same, of a Redis that a test kills: it has in its file what it has answered to, also where its disk is slow.
    fn steady() -> Option<Several> {
        Some(Several::with(RedisServer::steady()?))
    }

    fn with(redis: RedisServer) -> Several {
        let several = Several { redis };
        let founded = order(&["cluster", "init", "--cluster", &several.redis.url()]);
        assert!(founded.status.success(), "{founded:?}");
        several
    }

    /// Starts a node, and waits until it is there.
    #[track_caller]
    fn node(&self, name: &str) -> Server {
        let server = self.started(name);
        server.console_find(|line| line.contains(THERE));
        server
    }

    /// Starts a node.
    #[track_caller]
    fn started(&self, name: &str) -> Server {
        let url = self.redis.url();
        Server::start(&["--cluster", &url, "--node", name, "--rate-limit", "0"])
    }
}

/// Gives one of the program's commands; what came of it.
#[track_caller]
fn order(words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia-server"));
    command.args(words).env("LC_ALL", "C.UTF-8").output().expect("a program")
}

/// What a command says about why it failed: one line.
#[track_caller]
fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let words = String::from_utf8(output.stderr.clone()).expect("words");
    assert_eq!(words.lines().count(), 1, "{words}");
    words
}

/// Ends a server as a failing machine would.
#[track_caller]
fn kill(server: &mut Server) {
    server.signal(Signal::KILL);
    server.wait();
}
