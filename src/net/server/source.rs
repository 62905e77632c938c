//! Where connections come from: from their peers, or from where those say that are believed.
//!
//! Invariant: what is believed was said by a proxy that is trusted, and not by its client, however much that has said before.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::config::Network;

/// Where a connection comes from.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct ConnectionSource {
    /// The client's address, as far as it is known. Port 0: a proxy has told none.
    pub(super) address: SocketAddr,
    /// Whether its peer is a proxy that is believed.
    pub(super) behind_proxy: bool,
}

impl ConnectionSource {
    /// Whether nobody can read on the way what comes from there: it is of this machine, or from a proxy, which is to see to it itself.
    pub(super) fn is_guarded(self) -> bool {
        self.behind_proxy || self.address.ip().to_canonical().is_loopback()
    }
}

/// The proxies that are believed.
#[derive(Debug)]
pub(super) struct Proxies(Vec<Network>);

impl Proxies {
    pub(super) fn new(networks: Vec<Network>) -> Proxies {
        Proxies(networks)
    }

    /// Whether one at this address is believed.
    pub(super) fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// The client of a request that came from `address`: each proxy adds at the end of `forwarded_for` from where it came to it. The last
    /// address that is none of a proxy is the client's; what stands before that is the client's own word.
    pub(super) fn client(&self, mut address: SocketAddr, forwarded_for: &[String]) -> SocketAddr {
        for element in forwarded_for.iter().rev() {
            if !self.trust(address.ip()) {
                break;
            }
            // A proxy that hides its client, or does not know it, speaks for it.
            let Some(before) = forwarded(element) else { break };
            address = before;
        }
        address
    }
}

/// The address in an element of `X-Forwarded-For`, which may have a port.
fn forwarded(element: &str) -> Option<SocketAddr> {
    let bare = element.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(element);
    let address = bare.parse().map(|ip: IpAddr| SocketAddr::new(ip, 0));
    address.or_else(|_| element.parse()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_is_the_last_that_is_no_proxy() {
        let networks = ["10.0.0.0/8", "2001:db8::1"].map(|typed| typed.parse().unwrap());
        let proxies = Proxies::new(networks.into());
        for (peer, chain, client) in [
            ("10.0.0.1:5", "203.0.113.7", "203.0.113.7:0"),
            ("10.0.0.1:5", "198.51.100.1, 203.0.113.7", "203.0.113.7:0"),
            ("10.0.0.1:5", "203.0.113.7, 10.0.0.2", "203.0.113.7:0"),
            ("10.0.0.1:5", "203.0.113.7, ::ffff:10.0.0.2, 2001:db8::1", "203.0.113.7:0"),
            ("[::ffff:10.0.0.1]:5", "203.0.113.7:80", "203.0.113.7:80"),
            ("10.0.0.1:5", "[2001:db8::7]:80", "[2001:db8::7]:80"),
            ("10.0.0.1:5", "[2001:db8::7]", "[2001:db8::7]:0"),
            ("10.0.0.1:5", "10.0.0.3, 10.0.0.2", "10.0.0.3:0"),
            // Nothing is told, or nothing that is an address.
            ("10.0.0.1:5", "", "10.0.0.1:5"),
            ("10.0.0.1:5", "203.0.113.7, unknown", "10.0.0.1:5"),
            ("10.0.0.1:5", "203.0.113.7, ", "10.0.0.1:5"),
            ("10.0.0.1:5", "203.0.113.7, <script>, 10.0.0.2", "10.0.0.2:0"),
            // Not a proxy.
            ("203.0.113.9:5", "10.0.0.1, 198.51.100.1", "203.0.113.9:5"),
        ] {
            let chain: Vec<String> =
                chain.split(", ").map(str::to_owned).filter(|_| !chain.is_empty()).collect();
            assert_eq!(
                proxies.client(peer.parse().unwrap(), &chain),
                client.parse().unwrap(),
                "{peer} {chain:?}"
            );
        }
        let nobody = Proxies::new(Vec::new());
        let peer = "127.0.0.1:5".parse().unwrap();
        assert_eq!(nobody.client(peer, &["203.0.113.7".into()]), peer);
    }
}
