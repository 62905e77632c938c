//! The table of limits in the docs says what `limits.rs` says.

use crate::support::file;

/// The value of a constant as it stands in the source: products of numbers and of other constants.
fn value(source: &str, name: &str) -> u64 {
    let (_, rest) = source.split_once(&format!("pub const {name}: ")).unwrap_or_else(|| panic!("no {name}"));
    let (_, rest) = rest.split_once('=').expect("a value");
    let (value, _) = rest.split_once(';').expect("an end");
    let factor = |factor: &str| {
        let factor = factor.trim();
        factor.replace('_', "").parse().unwrap_or_else(|_| value_of_other(source, factor))
    };
    value.split('*').map(factor).product()
}

fn value_of_other(source: &str, name: &str) -> u64 {
    assert!(name.chars().all(|c| c.is_ascii_uppercase() || c == '_'), "{name} is no constant");
    value(source, name)
}

#[test]
fn limits_table_in_the_docs_is_true() {
    let parts = ["", "/cluster", "/handover", "/storage", "/lost_sessions", "/metrics", "/transport"];
    let source = parts.map(|name| file(&format!("src/limits{name}.rs"))).concat();
    let docs = file("docs/limits.md");
    let rows = docs.lines().filter_map(|line| line.strip_prefix("| `"));
    let mut names = Vec::new();
    for row in rows {
        let (name, rest) = row.split_once("` | ").expect("a name");
        let (stated, _) = rest.split_once(" | ").expect("a value");
        assert_eq!(stated.parse(), Ok(value(&source, name)), "{name}");
        names.push(name);
    }
    // Whatever memory may be is made of these: none may be missing in the table.
    let memory = file("src/limits/memory.rs");
    let (_, sum) = memory.split_once("pub const fn memory_max_bytes").expect("the sum of all");
    let words = sum.split(|c: char| !c.is_ascii_uppercase() && c != '_');
    let used = words.filter(|word| word.contains('_') && word.len() > 4);
    for word in used.filter(|word| {
        ![
            "PROGRAM",
            "PLACE",
            "ROOM_",
            "DECISION_",
            "ACCOUNT_",
            "HIDDEN_MAX",
            "HIDER_",
            "FAILURE_",
            "HANDSHAKE_",
            "EXPULSION_",
            "BELONGINGS_",
            "TLS_SESSION",
        ]
        .iter()
        .any(|own| word.starts_with(own))
    }) {
        assert!(names.contains(&word), "{word} is missing in the table");
    }
}
