//! Where a client comes from, as far as it tells one person from another.

use std::net::IpAddr;

/// Where a client comes from, as far as one person has it to themselves: an IPv4 address, or an IPv6 network (/64), of
/// whose addresses one machine has as many as it likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// An address, also one that came as `::ffff:1.2.3.4`.
    V4(u32),
    /// The first half of an address.
    V6(u64),
}

impl Origin {
    /// Where `address` is.
    pub fn of(address: IpAddr) -> Origin {
        match address.to_canonical() {
            IpAddr::V4(v4) => Origin::V4(v4.to_bits()),
            IpAddr::V6(v6) => Origin::V6((v6.to_bits() >> 64) as u64),
        }
    }
}
