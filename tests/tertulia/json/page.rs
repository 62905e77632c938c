//! What the page knows of the server, held to what that says.

use super::codes::quoted;
use crate::support::file;
use crate::transcripts::commands::VERBS;

/// The page knows the same commands, for it completes them, and acts on the codes that there are.
#[test]
fn page_knows_the_commands_and_codes_of_the_server() {
    let (commands, page) = (file("src/web/commands.js"), file("src/web/chat.js"));
    let (_, names) = commands.split_once("NAMES = `").expect("the list");
    let names = names.split('`').next().unwrap_or_default();
    let pairs = names.split(',').map(|pair| pair.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    let mut known: Vec<Vec<String>> = pairs.collect();
    known.sort();
    let mut verbs: Vec<Vec<String>> =
        VERBS.map(|(_, spanish, english)| vec![spanish.to_owned(), english.to_owned()]).into();
    verbs.sort();
    assert_eq!(known, verbs);
    let between = |text: &str, start: &str, end: &str| -> Vec<String> {
        let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start}"));
        let list = rest.split(end).next().unwrap_or_default();
        list.split('\'').skip(1).step_by(2).map(str::to_owned).collect()
    };
    // What the page does itself, it does for a command that there is.
    let (_, own) = page.split_once("const DO = {\n").expect("they are there");
    let own = own.split("\n};\n").next().unwrap_or_default().lines().filter_map(|line| {
        let name = line.strip_prefix("  ")?.split(['(', ':']).next()?;
        (!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase())).then_some(name)
    });
    for name in own {
        assert!(VERBS.iter().any(|(_, _, english)| *english == name), "/{name} is no command");
    }
    let codes = quoted(&file("src/protocol/json/write.rs"), "error");
    let lists = [between(&page, "const VOID = [", "]"), between(&page, "const MENDED = [", "]")];
    let asked = between(&page, "wish && [", "]");
    for code in lists.into_iter().flatten().chain(asked) {
        assert!(codes.contains(&code), "no error has the code {code}");
    }
}
