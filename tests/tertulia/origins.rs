//! Where a client comes from: which addresses are one, and how they are written.

use std::net::IpAddr;

use proptest::prelude::*;
use tertulia::chat::Origin;

fn from(address: &str) -> Origin {
    Origin::of(address.parse().unwrap())
}

#[test]
fn origin_is_an_address_or_a_network_of_version_6() {
    assert_eq!(from("10.0.0.1"), from("::ffff:10.0.0.1"));
    assert_ne!(from("10.0.0.1"), from("10.0.0.2"));
    assert_eq!(from("2001:db8::1"), from("2001:db8::ffff:0:1:2"));
    assert_ne!(from("2001:db8::1"), from("2001:db8:0:1::1"));
    assert_ne!(from("127.0.0.1"), from("::1"));
    assert_eq!(size_of::<Origin>(), 8);
}

#[test]
fn origin_is_read_as_it_is_written() {
    for (typed, shown) in [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7/32", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("0.0.0.0", "0.0.0.0"),
        ("255.255.255.255", "255.255.255.255"),
        ("2001:db8::5", "2001:db8::/64"),
        ("2001:DB8:0:1::/64", "2001:db8:0:1::/64"),
        ("fe80::1", "fe80::/64"),
        ("::1", "::1"),
    ] {
        assert_eq!(Origin::parse(typed).unwrap().to_string(), shown);
    }
    for neither in
        ["203.0.113.0/24", "2001:db8::/48", "2001:db8::/", "1.2.3", "Ana", "", "?", "1.2.3.4:80", "[::1]"]
    {
        assert_eq!(Origin::parse(neither), None, "{neither}");
    }
    assert_eq!(Origin::UNKNOWN.to_string(), "?");
}

#[test]
fn origin_that_tells_nobody_apart_is_shared() {
    for address in
        ["127.0.0.1", "127.9.8.7", "::1", "::ffff:127.0.0.1", "fe80::1", "fe80:0:0:7::1", "febf::1"]
    {
        assert!(from(address).is_everybodys(), "{address}");
    }
    for address in ["10.0.0.1", "128.0.0.1", "0.0.0.1", "2001:db8::1", "fec0::1", "fd00::1", "::1:0:0:0:1"] {
        assert!(!from(address).is_everybodys(), "{address}");
    }
    assert!(Origin::UNKNOWN.is_everybodys());
}

proptest! {
    #[test]
    fn origins_that_are_written_alike_are_one(first in any::<u32>(), second in any::<u128>(), other in any::<u64>()) {
        let (v4, v6) = (Origin::of(IpAddr::from(first.to_be_bytes())), Origin::of(IpAddr::from(second.to_be_bytes())));
        prop_assert_eq!(Origin::parse(&v4.to_string()), Some(v4));
        prop_assert_eq!(Origin::parse(&v6.to_string()), Some(v6));
        let neighbour = second & !u128::from(u64::MAX) | u128::from(other);
        prop_assert_eq!(Origin::of(IpAddr::from(neighbour.to_be_bytes())), v6);
        prop_assert_ne!(v4, Origin::UNKNOWN);
    }
}
