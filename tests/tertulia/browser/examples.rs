//! What the docs say that a page of one's own may do.

use super::devtools::Tab;
use super::{missing, server};
use crate::support::peer::Peer;
use crate::support::snippet;

#[test]
fn example_in_javascript_answers_what_it_hears() {
    if missing() {
        return;
    }
    let server = server();
    let script = snippet("docs/json.md", "javascript", "");
    assert!(script.contains("localhost:65434"));
    let mut luis = Peer::join(&server, "Luis");
    let mut tab = Tab::open(1280, 800);
    // A page of the server itself; others have to be allowed.
    tab.visit(&format!("http://{}/", server.shown));
    tab.evaluate(&script.replace("localhost:65434", &server.shown));
    luis.expect_line(">>> eco se unió al chat");
    luis.say("¿qué tal?");
    luis.expect_line("eco: ¿qué tal?");
    tab.expect_no_complaints();
}
