//! A type that is seen outside of its file has a name that no other type of its crate has.
//!
//! A type of one file alone is called after its kind of thing there: `State`, `Stored`, `Shown`. Types inside of functions and of unit
//! tests are not looked at.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{home, rust_files};

/// Files that stand in for a feature that is switched off, and the files of that: their types have the names of the real ones.
const STAND_INS: [(&str, &str); 3] = [
    ("src/net/nodes/absent.rs", "src/net/nodes"),
    ("src/tls/absent.rs", "src/tls"),
    ("src/bin/tertulia/no_tls.rs", "src/bin/tertulia/tls"),
];

/// A file, and what it says.
type SourceFile = (PathBuf, String);

/// One type as a file defines it.
#[derive(Debug, PartialEq, Eq)]
struct Definition<'a> {
    name: &'a str,
    is_public: bool,
}

fn read(files: Vec<PathBuf>) -> Vec<SourceFile> {
    let text = |file: &PathBuf| fs::read_to_string(file).expect("source is text");
    files.into_iter().map(|file| (file.clone(), text(&file))).collect()
}

/// The types that a text defines, but for those inside of something else.
fn definitions(text: &str) -> impl Iterator<Item = Definition<'_>> {
    text.lines().filter_map(|line| {
        let (is_public, rest) = match line.strip_prefix("pub") {
            Some(rest) if rest.starts_with('(') => (true, rest.split_once(") ")?.1),
            Some(rest) => (true, rest.strip_prefix(' ')?),
            None => (false, line),
        };
        let (kind, rest) = rest.split_once(' ')?;
        let is_type = matches!(kind, "struct" | "enum" | "trait" | "type" | "union");
        let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
        is_type.then_some(Definition { name, is_public })
    })
}

/// Whether a text takes `name` from the module that it stands in, which may show its children what it shows nobody else.
fn takes_from_parent(text: &str, name: &str) -> bool {
    let imports = text.split("\nuse super::").skip(1).filter_map(|import| import.split(';').next());
    let mut words = imports.flat_map(|import| import.split(|c: char| !c.is_alphanumeric() && c != '_'));
    words.any(|word| word == name)
}

/// The folder of a file's child modules.
fn folder_of_children(file: &Path) -> PathBuf {
    match file.file_name().is_some_and(|name| name == "mod.rs") {
        true => file.with_file_name(""),
        false => file.with_extension(""),
    }
}

/// The names with more than one meaning in a crate that consists of `files`, each with the files that define it.
fn ambiguous(files: &[SourceFile]) -> BTreeMap<&str, Vec<&Path>> {
    let mut meanings: BTreeMap<&str, (bool, Vec<&Path>)> = BTreeMap::new();
    for (file, text) in files {
        let children = folder_of_children(file);
        let is_child = |other: &Path| other != file && other.starts_with(&children);
        for Definition { name, is_public } in definitions(text) {
            let is_seen = is_public
                || files.iter().any(|(other, text)| is_child(other) && takes_from_parent(text, name));
            let (seen, defined) = meanings.entry(name).or_default();
            *seen |= is_seen;
            defined.push(file);
        }
    }
    let several = meanings.into_iter().filter(|(_, (seen, defined))| *seen && defined.len() > 1);
    several.map(|(name, (_, defined))| (name, defined)).collect()
}

#[test]
fn name_has_one_meaning() {
    let (client, stand_ins) = (home("src/bin"), STAND_INS.map(|(file, _)| home(file)));
    let (client, server): (Vec<PathBuf>, Vec<PathBuf>) = rust_files(&home("src"))
        .into_iter()
        .filter(|file| !stand_ins.contains(file))
        .partition(|file| file.starts_with(&client));
    for files in [client, server] {
        assert_eq!(ambiguous(&read(files)), BTreeMap::new(), "each with the files that give it a meaning");
    }
}

#[test]
fn stand_in_has_the_names_of_the_real_thing() {
    for (stand_in, real) in STAND_INS {
        let (stand_in, mut real) = (home(stand_in), rust_files(&home(real)));
        real.retain(|file| *file != stand_in);
        let (stand_in, real) = (read(vec![stand_in]), read(real));
        let (file, text) = &stand_in[0];
        let names: Vec<&str> =
            real.iter().flat_map(|(_, text)| definitions(text)).map(|it| it.name).collect();
        assert!(definitions(text).count() > 0, "{} stands in for nothing", file.display());
        for Definition { name, .. } in definitions(text) {
            assert!(names.contains(&name), "{}: {name} stands in for nothing", file.display());
        }
    }
}

#[test]
fn names_with_two_meanings_are_found() {
    let found = |sources: &[(&str, &str)]| -> Vec<String> {
        let files: Vec<SourceFile> =
            sources.iter().map(|&(file, text)| (file.into(), text.to_owned())).collect();
        ambiguous(&files).into_keys().map(str::to_owned).collect()
    };
    let state = ("src/a.rs", "struct State;\n");
    assert_eq!(found(&[state, ("src/b.rs", "enum State {}\n")]), [""; 0], "each file has its own");
    for seen in
        ["pub enum State {}\n", "pub(in crate::b) type State = u8;\n", "pub(super) trait State<T> {\n"]
    {
        assert_eq!(found(&[state, ("src/b.rs", seen)]), ["State"], "{seen}");
    }
    assert_eq!(found(&[state, ("src/b.rs", "pub struct StateOfB;\n    struct State;\n")]), [""; 0]);
    // Seen by a child, though by nobody else.
    let parent = ("src/b/mod.rs", "enum State {}\n");
    assert_eq!(
        found(&[state, parent, ("src/b/c.rs", "//! C.\n\nuse super::{\n    Other, State,\n};\n")]),
        ["State"]
    );
    let parent = ("src/b.rs", "enum State {}\n");
    assert_eq!(found(&[state, parent, ("src/b/c.rs", "//! C.\n\nuse super::State;\n")]), ["State"]);
    assert_eq!(found(&[state, parent, ("src/c.rs", "//! C.\n\nuse super::State;\n")]), [""; 0]);
}
