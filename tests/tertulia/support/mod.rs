//! What several tests stand on.

pub mod book;
pub mod dir;
pub(crate) mod fake_server;
pub mod greeting;
pub mod log;
pub mod owned;
pub mod peer;
pub mod port;
#[cfg(target_os = "linux")]
pub mod proc;
pub mod process;
// Without the editor nobody looks at everything that a terminal shows.
#[cfg_attr(not(feature = "prompt"), allow(dead_code))]
pub(crate) mod pty;
pub mod records;
pub mod seeds;
pub mod series;
pub mod server;
pub mod shell;
#[cfg(feature = "tls")]
pub mod tls_client;
#[cfg(feature = "tls")]
pub(crate) mod tls_front;
pub mod twin;

use std::fs;
use std::path::Path;
use std::time::Duration;

/// How long anything may take that should happen at once, on a machine that is busy with something else: a test that waits it
/// out has failed.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// The text of a file of the repository.
#[track_caller]
pub fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

/// The blocks of code in `language` in a file of the repository that have `mark` in them.
#[track_caller]
pub fn snippets(path: &str, language: &str, mark: &str) -> Vec<String> {
    let (text, opening) = (file(path), format!("```{language}\n"));
    let blocks = text.split(&opening).skip(1).map(|rest| rest.split("```").next().expect("a block"));
    blocks.filter(|block| block.contains(mark)).map(str::to_owned).collect()
}

/// The only one.
#[track_caller]
pub fn snippet(path: &str, language: &str, mark: &str) -> String {
    let mut found = snippets(path, language, mark);
    assert_eq!(found.len(), 1, "blocks of {language} with {mark:?} in {path}");
    found.remove(0)
}
