//! tertulia: a chat server on one event loop. This page is the map of the house.
//!
//! A pure core decides, a thin shell does. [`chat`] knows people, rooms and rules; it has no socket, no clock, no
//! thread and no randomness. [`net`] owns every system call on sockets: one `mio::Poll`, one `slab` of connections,
//! one loop, one thread. Between them stands [`protocol`]: bytes to commands, events to bytes.
//!
//! ```text
//! limits ──► chat ──► clock ──► protocol ──► net ──► main    each imports only what stands to its left;
//!              │           ├──► storage ──────┘      │       bin/tertulia, the client, imports none of them
//!              ├──► auth ──┤                         │       (auth ──► storage, net; control ──► storage, net;
//!              │           └──► logging ──► config ──┘       config ──► net, cli; control, storage, cli ──► admin ──► main)
//!              └──► cluster ──► engine ──► config, net, admin
//! ```
//!
//! - [`limits`]: every number that can be noticed from outside, with its unit and its reason.
//! - [`chat`]: the vocabulary (commands, events, effects), names, safe text; the [`Hub`](chat::Hub) with the sessions, and behind it the
//!   rules (`chat/rules`), which know members and no connections.
//! - [`cluster`]: several nodes that are one chat: what each makes of a log that all of them read. It stands on `limits` and on the
//!   times and names of `chat` alone.
//! - [`engine`]: the threads that connect a node of `cluster` with the Redis or Valkey that has the log. Feature `cluster`; [`net`] has the
//!   server be such a node.
//! - [`clock`]: the two clocks of the machine, read once a turn, and the calendar.
//! - [`protocol`]: what a connection speaks ([`Protocol`](protocol::Protocol)), the line dialect, telnet's commands, HTTP,
//!   WebSocket, JSON, the headers of proxies, Spanish and English. `src/web` is the page that browsers are shown.
//! - [`storage`]: what was said before, in memory or in a file with a helper thread of its own; accounts, messages for the absent.
//! - [`auth`]: passwords: the thread that hashes them, whose turn it is, who has to wait.
//! - [`tls`]: TLS as a value over bytes, one of each connection that speaks it; the server's key and certificate.
//! - [`net`]: listeners, connections, write buffers, deadlines, the loop.
//! - [`control`]: what passes between `tertulia-server account` and the like and a running server.
//! - [`config`]: every option, once. [`cli`] reads the command line into it.
//! - [`logging`]: a log that cannot hold up the chat.
//! - [`threads`]: how helper threads are started.
//! - [`locale`]: numbers, and what the operating system says went wrong, in either language; [`protocol`], [`storage`], [`net`] and the
//!   log use it.
//! - [`files`]: small files that are read whole, within a bound and without waiting.
//! - [`admin`]: `tertulia-server account`, which works beside a running server.
//!
//! The way of one line of text from one socket to all others:
//!
//! ```text
//! 1  EventLoop::run          an event names a ClientId
//! 2  Server::readable        Connections finds it by slot and generation, Ingress notes it; serve_ready gives it its share of the turn
//! 3  Conn::fill              reads, until there is no more or the connection's share of the turn is used up
//! 4  Protocol::next_command  the next line becomes a Command
//! 5  Hub::apply              whose it is; Chat::apply: the rules give Facts, of which the hub makes Effect::Deliver { to, event }
//! 6  Egress::deliver         encodes once for each format; each recipient's outbox notes that it is theirs
//! 7  Egress::flush           one write per connection that has something to be written
//! ```
//!
//! Deliberately absent: threads and locks in the chat (the console, the log's file and the history's file are each written by
//! a thread of their own, because a terminal can stop and a disk be slow; a thread reads the history for questions, and one
//! hashes passwords), `async`, `unsafe`, a
//! timer wheel, a buffer pool, traits with one implementor.

pub mod admin;
pub mod auth;
pub mod chat;
pub mod cli;
pub mod clock;
pub mod cluster;
pub mod config;
pub mod control;
#[cfg(feature = "cluster")]
pub mod engine;
pub mod files;
pub mod limits;
pub mod locale;
pub mod logging;
pub mod net;
pub mod protocol;
pub mod storage;
pub mod threads;
pub mod tls;
