//! The file in which servers' keys are remembered: what it says, what stays in it, and how a fingerprint is spelled.

#[path = "../../../src/bin/tertulia/fingerprint.rs"]
mod fingerprint;
#[path = "../../../src/bin/tertulia/tls/known_hosts.rs"]
mod known_hosts;

use known_hosts::{KnownHosts, Trust, Verdict, place};

/// SHA-256 of nothing, and of `abc`, as `printf abc | openssl dgst -sha256 -binary | base64` has them.
const KEY: &str = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";
const OTHER: &str = "SHA256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0";

const HEADER: &str = "# keys\n";

fn hosts(text: impl AsRef<[u8]>) -> KnownHosts {
    KnownHosts::new(text.as_ref().to_vec())
}

fn key(fingerprint: &str) -> Trust {
    Trust::Key(fingerprint.to_string())
}

#[test]
fn fingerprint_has_one_spelling() {
    assert_eq!(fingerprint::parse(KEY).as_deref(), Some(KEY));
    assert_eq!(fingerprint::parse(&format!("{KEY}=")).as_deref(), Some(KEY));
    let digits = &KEY["SHA256:".len()..];
    for wrong in [
        digits.to_string(),
        format!("sha256:{digits}"),
        format!("MD5:{digits}"),
        format!("SHA256: {digits}"),
        format!("{KEY}=="),
        format!("{KEY}A"),
        KEY[..KEY.len() - 1].to_string(),
        KEY.replace('+', "-"),
        KEY.replace("SuFU", "SuFV"), // the same 32 bytes, and a bit that is none of them
        KEY.replace("SuFU", "Suñ"),
        "SHA256:".to_string(),
        String::new(),
    ] {
        assert_eq!(fingerprint::parse(&wrong), None, "{wrong}");
    }
}

#[test]
fn known_host_is_judged_by_its_lines() {
    let wrong = KEY.trim_end_matches('U');
    for (text, verdict) in [
        (String::new(), Verdict::First),
        (format!("a:1 {KEY}\n"), Verdict::Known),
        (format!("a:1 {KEY}"), Verdict::Known),
        (format!("  A:1\t{KEY}=  the one in the lab\r\n"), Verdict::Known),
        (format!("\u{feff}a:1 {KEY}\n"), Verdict::Known),
        (format!("\u{feff}# mine\na:1 {KEY}\n"), Verdict::Known),
        (format!("#a:1 {KEY}\n"), Verdict::First),
        (format!("a:2 {KEY}\nb:1 {KEY}\n[a]:1 {KEY}\n"), Verdict::First),
        (format!("{KEY}\n"), Verdict::First),
        (format!("a:1 {OTHER}\n"), Verdict::Other(vec![(1, key(OTHER))])),
        (format!("# two keys\n\na:1 {OTHER}\na:1 {KEY}\n"), Verdict::Known),
        (format!("a:1 {OTHER}\n# c\na:1 {OTHER}\n"), Verdict::Other(vec![(1, key(OTHER)), (3, key(OTHER))])),
        ("a:1 authority\n".to_string(), Verdict::Other(vec![(1, Trust::Authority)])),
        (format!("a:1 authority\na:1 {KEY}\n"), Verdict::Known),
        // What cannot be understood about a server is no leave to trust it anew.
        ("a:1\n".to_string(), Verdict::Damaged(1)),
        (format!("b:1 {KEY}\na:1 {wrong}\n"), Verdict::Damaged(2)),
        (format!("a:1 {wrong}\na:1 {OTHER}\n"), Verdict::Damaged(1)),
        (format!("a:1 {wrong}\na:1 {KEY}\n"), Verdict::Known),
    ] {
        assert_eq!(hosts(&text).judge("a:1", KEY), verdict, "{text:?}");
    }
    assert_eq!(hosts(b"a:1 \xff\n").judge("a:1", KEY), Verdict::Damaged(1));
}

#[test]
fn known_host_is_the_authoritys_if_nothing_else_is_said() {
    for (text, is) in [
        ("a:1 authority\n", true),
        ("b:1 x\na:1 authority # since May\n", true),
        ("", false),
        ("b:1 authority\n", false),
        ("a:1 authority\na:1 SHA256:\n", false),
    ] {
        assert_eq!(hosts(text).leaves_to_authority("a:1"), is, "{text:?}");
        assert_eq!(hosts(text).is_about("a:1"), text.contains("a:1"), "{text:?}");
    }
}

#[test]
fn known_hosts_keeps_all_bytes_of_others_lines() {
    let odd = b"# mine \xff\n\n  b:1 what?\r\n\xfe\xfd\nc:1 authority  yes".to_vec();
    let new = format!("a:1 {KEY}\n");
    let added = [&odd[..], b"\n", new.as_bytes()].concat();
    assert_eq!(hosts(&odd).with("a:1", &key(KEY), HEADER), added);
    assert_eq!(hosts(&added).with("a:1", &key(KEY), HEADER), added);
    assert_eq!(hosts(&added).damaged(), [3, 4]);
    assert_eq!(hosts("").with("a:1", &key(KEY), HEADER), format!("{HEADER}{new}").into_bytes());
    // All that was said about the server gives way, in its place, but for words behind it.
    let twice = format!("# x\nA:1 {OTHER}\nb:1 {OTHER}\na:1 broken");
    let replaced = format!("# x\na:1 authority\nb:1 {OTHER}\n");
    assert_eq!(hosts(twice).with("a:1", &Trust::Authority, HEADER), replaced.into_bytes());
}

#[test]
fn known_hosts_keeps_the_words_behind_a_line_that_gives_way() {
    let hosts = hosts(
        b"# x\n  A:1\t\t"
            .iter()
            .chain(OTHER.as_bytes())
            .chain(b"  the lab, \xff \r\na:1 ".iter())
            .chain(OTHER.as_bytes())
            .chain(b" before May\na:1 ".iter())
            .chain(OTHER.as_bytes())
            .chain(b"\nb:1 x".iter())
            .copied()
            .collect::<Vec<u8>>(),
    );
    let kept = b"# x\na:1 authority  the lab, \xff\n# before May\nb:1 x".to_vec();
    assert_eq!(hosts.with("a:1", &Trust::Authority, HEADER), kept);
}

#[test]
fn known_hosts_names_its_damaged_lines() {
    let text = format!(
        "# c\n\na:1 {KEY}\na:1\na:0 {KEY}\na {KEY}\n:1 {KEY}\n[::1]:65535 {KEY}\na:1 {KEY}x\n{KEY}\n \r\n"
    );
    assert_eq!(hosts(text).damaged(), [4, 5, 6, 7, 9, 10]);
}

#[test]
fn same_key_elsewhere_is_found() {
    let text = format!("a:1 {KEY}\nb:1 {OTHER}\nc:1 {KEY} old\nd:1 authority\n");
    assert_eq!(hosts(text).places_of(KEY), ["a:1", "c:1"]);
}

#[test]
fn place_is_spelled_one_way() {
    for (host, port, spelled) in [
        ("Chat.Example", 65434, "chat.example:65434"),
        ("chat.example.", 1, "chat.example:1"),
        ("::1", 7, "[::1]:7"),
        ("fe80::1%eth0", 7, "[fe80::1%eth0]:7"),
    ] {
        assert_eq!(place(host, port), spelled);
        let text = hosts("").with(spelled, &key(KEY), HEADER);
        assert_eq!(hosts(text).judge(&place(host, port), KEY), Verdict::Known, "{spelled}");
    }
}
