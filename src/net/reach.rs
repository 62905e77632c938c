//! How other machines reach this one: what a class has to type, for the server's console.

use std::net::{IpAddr, SocketAddr};

/// Addresses told at most: a machine with containers may have dozens, and one is enough.
const TOLD_MAX: usize = 4;

/// How the names of interfaces begin that lead to containers and virtual machines on this machine, not out of it.
const VIRTUAL: [&str; 6] = ["docker", "br-", "veth", "virbr", "vboxnet", "cni"];

/// One address of one network interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceAddr {
    /// The interface: `eth0`.
    pub interface: String,
    /// Its address.
    pub ip: IpAddr,
}

/// The addresses of this machine's network interfaces that are up. None if the system does not tell.
pub fn interface_addrs() -> Vec<InterfaceAddr> {
    let all = if_addrs::get_if_addrs().unwrap_or_default();
    let up = all.into_iter().filter(if_addrs::Interface::is_oper_up);
    up.map(|found| InterfaceAddr { ip: found.ip(), interface: found.name }).collect()
}

/// The addresses by which this machine may be called, its own name for itself left out: not those of containers, which come and go, and
/// none that needs an interface beside it.
pub fn own_addresses() -> Vec<IpAddr> {
    let found = interface_addrs().into_iter().filter(|at| !is_virtual(&at.interface));
    found.map(|at| at.ip).filter(|&ip| is_usable(ip)).collect()
}

/// Where other machines reach a server whose sockets are `bound`, the likeliest first. `None`: only from this machine.
pub fn reachable(bound: &[SocketAddr], interfaces: &[InterfaceAddr]) -> Option<Vec<SocketAddr>> {
    let open: Vec<SocketAddr> = bound.iter().copied().filter(|address| !address.ip().is_loopback()).collect();
    if open.is_empty() {
        return None;
    }
    let mut found: Vec<SocketAddr> = open.iter().copied().filter(|address| is_usable(address.ip())).collect();
    for wildcard in open.iter().filter(|address| address.ip().is_unspecified()) {
        let mut usable: Vec<&InterfaceAddr> = interfaces.iter().filter(|at| is_usable(at.ip)).collect();
        // All who have IPv6 have IPv4 too where this machine has both, and can type it.
        usable.sort_by_key(|at| (at.ip.is_ipv6(), is_virtual(&at.interface)));
        let family = usable.first().map(|at| at.ip.is_ipv6());
        let outward = usable.iter().any(|at| !is_virtual(&at.interface));
        usable.retain(|at| Some(at.ip.is_ipv6()) == family && !(outward && is_virtual(&at.interface)));
        found.extend(usable.iter().map(|at| SocketAddr::new(at.ip, wildcard.port())));
    }
    let mut told: Vec<SocketAddr> = Vec::new();
    for address in found {
        if !told.contains(&address) && told.len() < TOLD_MAX {
            told.push(address);
        }
    }
    Some(told)
}

/// Whether an address is of this machine or of a private network.
pub fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// Whether another machine can come in by this address. Of a link-local one it would have to know its own interface.
fn is_usable(ip: IpAddr) -> bool {
    let link_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    !(ip.is_loopback() || ip.is_unspecified() || ip.is_multicast() || link_local)
}

fn is_virtual(interface: &str) -> bool {
    VIRTUAL.iter().any(|prefix| interface.starts_with(prefix))
}
