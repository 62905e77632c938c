//! The longest line in any command costs little to be read: no table of all letters against all letters, no second copy
//! of a copy.

use tertulia::config::Config;
use tertulia::limits::LINE_MAX_BYTES;
use tertulia::protocol::Codec;

use crate::turns::house::House;

/// What a line is filled with: words and one word, letters of all lengths, accents without end, what is taken out.
const FILLERS: [&str; 12] =
    ["x", "hola ", "á", "a\u{301}", "\u{301}\u{323}", "字", "😀", "1", "-", "\x1b[31m", "\u{202e}", "\u{8}"];

/// What may be allocated for one line: twelve copies of it. The line itself, its text, its argument and its words are
/// some, and each grew by doubling.
const MAX_BYTES: u64 = 12 * LINE_MAX_BYTES as u64;
/// Each name of a command that may be near is compared in two small rows of its own.
const MAX_ALLOCATIONS: u64 = 256;

/// All names of commands, as help tells them.
fn commands() -> Vec<String> {
    let mut house = House::new(Config::default());
    let somebody = house.connect();
    house.listen(somebody);
    house.says(somebody, "Ana\n/ayuda\n/idioma en\n/help\n");
    let help = house.heard(somebody);
    let groups = help.lines().filter(|line| line.starts_with("  "));
    groups
        .flat_map(str::split_whitespace)
        .filter_map(|word| word.strip_prefix('/'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn longest_line_in_any_command_is_read_within_bounds() {
    let commands = commands();
    assert!(commands.len() >= 52, "{commands:?}");
    let begin = |name: &String| [format!("/{name} "), format!("/{name}"), format!("/ayuda {name}")];
    let beginnings = commands.iter().flat_map(begin).chain(["/".into(), "//".into(), String::new()]);
    for beginning in beginnings {
        for filler in FILLERS {
            let filled = filler.repeat((LINE_MAX_BYTES - 1 - beginning.len()) / filler.len());
            let line = format!("{beginning}{filled}\n");
            let mut codec = Codec::new(Default::default());
            let spent = allocation_counter::measure(|| {
                codec.push(line.as_bytes(), &mut Vec::new());
                assert!(codec.next_command().is_some());
            });
            let what = format!("{beginning:?} and {filler:?}");
            assert!(spent.bytes_total <= MAX_BYTES, "{what}: {} bytes", spent.bytes_total);
            assert!(spent.count_total <= MAX_ALLOCATIONS, "{what}: {} allocations", spent.count_total);
        }
    }
}
