//! Networks of addresses, as they are typed.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use thiserror::Error;

/// All addresses that begin alike: `10.0.0.0/8`, `2001:db8::/32`. An address alone is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    is_v4: bool,
    /// The first address, its first bit first; those of IPv4 are the upper 32.
    bits: u128,
    /// How many bits all have in common.
    prefix: u8,
}

/// Why what was typed is no network: the end of a sentence, without a full stop.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NetworkError {
    /// It is no address, with or without a number behind `/`.
    #[error("an address or a network is needed, as 10.0.0.7 or 10.0.0.0/8")]
    NoNetwork,
    /// The number behind `/` is more than this.
    #[error("the number behind / is at most {0}")]
    PrefixMax(u8),
    /// The address has bits behind the prefix; without them it is this network.
    #[error("the network with that address is {0}")]
    Inside(Network),
}

impl Network {
    /// Whether an address lies in it; `::ffff:10.0.0.7` lies where `10.0.0.7` does.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (is_v4, bits) = bits(address.to_canonical());
        is_v4 == self.is_v4 && bits & mask(self.prefix) == self.bits
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(typed: &str) -> Result<Network, NetworkError> {
        let (address, prefix) =
            typed.split_once('/').map_or((typed, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| NetworkError::NoNetwork)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => most,
            Some(digits) if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                return Err(NetworkError::NoNetwork);
            }
            Some(digits) => {
                let prefix = digits.parse().ok().filter(|&prefix| prefix <= most);
                prefix.ok_or(NetworkError::PrefixMax(most))?
            }
        };
        // A network of `::ffff:0.0.0.0/96` is one of IPv4.
        let (address, prefix) = match address.to_canonical() {
            v4 if address.is_ipv6() && v4.is_ipv4() && prefix >= 96 => (v4, prefix - 96),
            _ => (address, prefix),
        };
        let (is_v4, typed) = bits(address);
        let network = Network { is_v4, bits: typed & mask(prefix), prefix };
        if network.bits == typed { Ok(network) } else { Err(NetworkError::Inside(network)) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_v4 {
            true => write!(f, "{}/{}", Ipv4Addr::from_bits((self.bits >> 96) as u32), self.prefix),
            false => write!(f, "{}/{}", Ipv6Addr::from_bits(self.bits), self.prefix),
        }
    }
}

fn bits(address: IpAddr) -> (bool, u128) {
    match address {
        IpAddr::V4(v4) => (true, u128::from(v4.to_bits()) << 96),
        IpAddr::V6(v6) => (false, v6.to_bits()),
    }
}

fn mask(prefix: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_holds_the_addresses_that_begin_as_it_does() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("10.0.0.7", "10.0.0.7", "10.0.0.6"),
            ("10.0.0.7", "::ffff:10.0.0.7", "::10.0.0.7"),
            ("::ffff:10.0.0.0/104", "10.1.2.3", "::ffff:11.0.0.1"),
            ("192.168.1.128/25", "192.168.1.128", "192.168.1.127"),
            ("0.0.0.0/0", "203.0.113.7", "2001:db8::1"),
            ("::/0", "2001:db8::1", "203.0.113.7"),
            ("2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"),
            ("::1", "::1", "::"),
        ] {
            let parsed: Network = network.parse().unwrap();
            let holds = |address: &str| parsed.contains(address.parse().unwrap());
            assert!(holds(inside) && !holds(outside), "{network}");
        }
    }

    #[test]
    fn network_that_is_none_is_refused_with_what_it_should_be() {
        for typed in
            ["", "/", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0", "casa", "[::1]", "10.0.0.1:80"]
        {
            assert_eq!(typed.parse::<Network>(), Err(NetworkError::NoNetwork), "{typed}");
        }
        for (typed, most) in
            [("10.0.0.0/33", 32), ("10.0.0.0/256", 32), ("::/129", 128), ("::/9999999999", 128)]
        {
            assert_eq!(typed.parse::<Network>(), Err(NetworkError::PrefixMax(most)), "{typed}");
        }
        for (typed, meant) in [("10.1.2.3/8", "10.0.0.0/8"), ("2001:db8::1/64", "2001:db8::/64")] {
            let error = typed.parse::<Network>().unwrap_err();
            assert_eq!(error.to_string(), format!("the network with that address is {meant}"));
        }
    }
}
