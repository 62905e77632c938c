//! Where a client comes from, as far as it tells one person from another.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

/// Where a client comes from, as far as one person has it to themselves: an IPv4 address, or an IPv6 network (/64), of
/// whose addresses one machine has as many as it likes. Eight bytes.
///
/// Shown as it is typed: `203.0.113.7`, `2001:db8::/64`, and `?` for [`UNKNOWN`](Self::UNKNOWN).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin(u64);

/// IPv4 addresses are numbered as networks of `0:1::/32`. All of `::/8` is reserved (RFC 4291 §2.5.2): nobody else is there.
const V4: u64 = 1 << 32;

impl Origin {
    /// The one of all whose address nobody knows: it was gone when it was asked for, or there is none.
    pub const UNKNOWN: Origin = Origin(2 << 32);

    /// Where `address` is; `::ffff:1.2.3.4` is where `1.2.3.4` is.
    pub const fn of(address: IpAddr) -> Origin {
        match address.to_canonical() {
            IpAddr::V4(v4) => Origin(V4 | v4.to_bits() as u64),
            IpAddr::V6(v6) => Origin((v6.to_bits() >> 64) as u64),
        }
    }

    /// The origin that `typed` is: an address, or a network as [`Origin`] shows it. None: it is neither, or a network of
    /// another size.
    pub fn parse(typed: &str) -> Option<Origin> {
        let (address, prefix) =
            typed.split_once('/').map_or((typed, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().ok()?;
        let whole = if address.is_ipv4() { "32" } else { "64" };
        prefix.is_none_or(|prefix| prefix == whole).then(|| Origin::of(address))
    }

    /// Whether it is this machine, or all of its network alike: any person may be there, and no one of them is told
    /// from another. Behind `ssh -L` all are here.
    pub fn is_everybodys(self) -> bool {
        match self.v4() {
            Some(v4) => v4.is_loopback(),
            // `::1`, and the link-local addresses of all neighbours, which share one /64.
            None => self.0 == 0 || self.0 >> 54 == 0xfe80 >> 6 || self == Origin::UNKNOWN,
        }
    }

    fn v4(self) -> Option<Ipv4Addr> {
        (self.0 >> 32 == V4 >> 32).then(|| Ipv4Addr::from_bits(self.0 as u32))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.v4() {
            _ if *self == Origin::UNKNOWN => f.write_str("?"),
            Some(v4) => write!(f, "{v4}"),
            None if self.0 == 0 => f.write_str("::1"),
            None => write!(f, "{}/64", Ipv6Addr::from_bits(u128::from(self.0) << 64)),
        }
    }
}
