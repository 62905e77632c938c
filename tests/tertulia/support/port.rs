//! Ports for programs that are told which to take.

use std::net::{Ipv4Addr, TcpListener};
use std::process;
use std::sync::atomic::{AtomicU16, Ordering};

/// A port on which nothing listens; none of those that the system gives out by itself, or another test might have it before the
/// program does.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let ports = (0..10_000).map(|_| {
        let number = u32::from(NEXT.fetch_add(1, Ordering::Relaxed)) + process::id() * 16;
        20_000 + (number % 10_000) as u16
    });
    let mut free = ports.filter(|&port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok());
    free.next().expect("a free port")
}
