//! How other machines reach the server, as the console says it.

use std::net::{IpAddr, SocketAddr, TcpStream};

use tertulia::chat::Language::{English, Spanish};
use tertulia::net::{InterfaceAddr, interface_addrs, is_near, reachable};
use tertulia::protocol::console;

use crate::support::server::Server;

fn bound(addresses: &[&str]) -> Vec<SocketAddr> {
    addresses.iter().map(|address| address.parse().expect("an address")).collect()
}

fn interfaces(addresses: &[(&str, &str)]) -> Vec<InterfaceAddr> {
    let found = |(interface, ip): &(&str, &str)| InterfaceAddr {
        interface: (*interface).into(),
        ip: ip.parse::<IpAddr>().expect("an address"),
    };
    addresses.iter().map(found).collect()
}

const LAPTOP: [(&str, &str); 7] = [
    ("lo", "127.0.0.1"),
    ("lo", "::1"),
    ("docker0", "172.17.0.1"),
    ("wlan0", "192.168.1.20"),
    ("wlan0", "2001:db8::20"),
    ("wlan0", "fe80::20"),
    ("eth1", "169.254.3.4"),
];

#[test]
fn reach_is_told_by_what_is_bound_and_what_the_machine_has() {
    let only_v6 = [("lo", "::1"), ("eth0", "2001:db8::20"), ("eth0", "fe80::20")];
    let containers = [("docker0", "172.17.0.1"), ("veth3", "10.0.0.1")];
    let many: Vec<(&str, &str)> = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"]
        .into_iter()
        .map(|ip| ("eth0", ip))
        .collect();
    for (listens, has, told) in [
        (&["127.0.0.1:1", "[::1]:1"][..], &LAPTOP[..], None),
        (&["0.0.0.0:65434"], &LAPTOP, Some("192.168.1.20:65434")),
        (&["[::]:65434"], &LAPTOP, Some("192.168.1.20:65434")),
        (&["0.0.0.0:7", "[::]:7"], &LAPTOP, Some("192.168.1.20:7")),
        (&["0.0.0.0:7", "[::]:8"], &LAPTOP, Some("192.168.1.20:7 192.168.1.20:8")),
        (&["127.0.0.1:1", "192.168.1.20:2"], &LAPTOP, Some("192.168.1.20:2")),
        (&["[fe80::20]:7"], &LAPTOP, Some("")),
        (&["[::]:7"], &only_v6, Some("[2001:db8::20]:7")),
        (&["0.0.0.0:7"], &containers, Some("172.17.0.1:7 10.0.0.1:7")),
        (&["0.0.0.0:7"], &LAPTOP[..2], Some("")),
        (&["0.0.0.0:7"], &many, Some("10.0.0.1:7 10.0.0.2:7 10.0.0.3:7 10.0.0.4:7")),
    ] {
        let told = told.map(|told| bound(&told.split_whitespace().collect::<Vec<_>>()));
        assert_eq!(reachable(&bound(listens), &interfaces(has)), told, "{listens:?} with {has:?}");
    }
}

#[test]
fn addresses_of_this_machine_and_of_private_networks_are_near() {
    let near = ["127.0.0.1", "10.0.0.1", "192.168.1.20", "169.254.1.1", "::1", "fd00::20", "fe80::20"];
    let far = ["203.0.113.7", "172.32.0.1", "2001:db8::20", "::", "0.0.0.0"];
    for (addresses, expected) in [(&near[..], true), (&far, false)] {
        for address in addresses {
            assert_eq!(is_near(address.parse().expect("an address")), expected, "{address}");
        }
    }
    assert!(is_near("::ffff:10.0.0.1".parse().expect("an address")), "it is 10.0.0.1");
}

#[test]
fn reach_is_said_as_it_is_typed() {
    let address = |text: &str| text.parse::<SocketAddr>().expect("an address");
    assert_eq!(
        console::from_elsewhere(address("192.168.1.20:65434"), Spanish),
        "Desde otra máquina: nc 192.168.1.20 65434"
    );
    assert_eq!(
        console::from_elsewhere(address("[2001:db8::20]:65434"), English),
        "From another machine: nc 2001:db8::20 65434"
    );
    let none = "Este equipo no está en ninguna red: por ahora solo se puede entrar desde él mismo";
    assert_eq!(console::no_network(Spanish), none);
    assert_eq!(
        console::no_network(English),
        "This machine is on no network: for now one can only come in from here"
    );
}

#[test]
fn reach_of_a_real_server_leads_to_it() {
    let server = Server::start(&["--listen", "0.0.0.0:0"]);
    server.expect_console(&format!("Servidor de chat multiusuario en {}", server.shown));
    let wildcard: SocketAddr = server.shown.parse().expect("an address");
    let told = reachable(&[wildcard], &interface_addrs()).expect("it is for others");
    for address in &told {
        server.expect_console(&console::from_browser(*address, false, Spanish));
    }
    for address in told {
        server.expect_console(&console::from_elsewhere(address, Spanish));
        drop(TcpStream::connect(address).expect("the address that was told"));
    }
}

#[test]
fn reach_of_a_server_for_this_machine_is_not_told() {
    let server = Server::start(&[]);
    server.expect_console(&format!("Servidor de chat multiusuario en {}", server.shown));
    let _ana = crate::support::peer::Peer::join(&server, "Ana");
    let before = server.console_find(|line| line.contains("Ana se ha conectado"));
    assert_eq!(before, [""; 0]);
}
