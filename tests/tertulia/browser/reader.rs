//! A person who reads and writes at the page.

use super::devtools::{Tab, quoted};
use crate::support::server::Server;

/// A tab with the page in it.
pub struct Reader(pub Tab);

impl Reader {
    /// Opens the page, as on a laptop, and says no name.
    #[track_caller]
    pub fn visit(server: &Server) -> Reader {
        Reader::visit_with(server, "")
    }

    /// The same, with a script that runs before the page's own.
    #[track_caller]
    pub fn visit_with(server: &Server, script: &str) -> Reader {
        let mut tab = Tab::open(1280, 800);
        tab.before_the_page(script);
        tab.visit(&format!("http://{}/", server.shown));
        Reader(tab)
    }

    /// Opens the page and comes in under this name.
    #[track_caller]
    pub fn join(server: &Server, name: &str) -> Reader {
        Reader::join_with(server, name, "")
    }

    /// The same, with a script that runs before the page's own.
    #[track_caller]
    pub fn join_with(server: &Server, name: &str, script: &str) -> Reader {
        let mut reader = Reader::visit_with(server, script);
        reader.come_in(name);
        reader
    }

    #[track_caller]
    pub fn come_in(&mut self, name: &str) {
        self.0.wait("document.activeElement.id === 'name'");
        self.0.write(name);
        self.0.press("Enter");
        self.expect_inside();
    }

    /// Loads the page again, and is in the chat as before.
    #[track_caller]
    pub fn come_back(&mut self) {
        self.0.reload();
        self.expect_inside();
    }

    /// The chat is shown, and a room in it.
    #[track_caller]
    pub fn expect_inside(&mut self) {
        self.0.wait("!document.getElementById('app').hidden && document.querySelector('li.active')");
    }

    /// Writes at the bottom and sends it.
    #[track_caller]
    pub fn say(&mut self, line: &str) {
        self.0.evaluate("document.getElementById('line').select()");
        self.0.write(line);
        self.0.press("Enter");
    }

    /// Waits until these words stand in the conversation.
    #[track_caller]
    pub fn sees(&mut self, words: &str) {
        self.0.wait(&format!("document.getElementById('log').textContent.includes({})", quoted(words)));
    }

    /// Waits until these words stand over the line that is written.
    #[track_caller]
    pub fn hint(&mut self, words: &str) {
        self.0.wait(&format!("document.getElementById('hint').textContent.includes({})", quoted(words)));
    }

    /// Waits until the room that is shown is this one.
    #[track_caller]
    pub fn looks_at(&mut self, title: &str) {
        self.0.wait(&format!("document.getElementById('title').textContent === {}", quoted(title)));
    }

    /// Clicks on what this selector finds first, when it is there.
    #[track_caller]
    pub fn click(&mut self, selector: &str) {
        self.0.wait(&format!("document.querySelector({})", quoted(selector)));
        self.0.evaluate(&format!("document.querySelector({}).click()", quoted(selector)));
    }

    /// Clicks on the tab of a room or of a person.
    #[track_caller]
    pub fn turn_to(&mut self, name: &str) {
        self.0.evaluate(&format!(
            "[...document.querySelectorAll('.tab')].find((tab) => tab.querySelector('bdi').textContent === {}).click()",
            quoted(name)
        ));
    }

    /// What has been said in the room that is shown: each line's words.
    #[track_caller]
    pub fn words(&mut self) -> Vec<String> {
        let words =
            self.0.evaluate("[...document.querySelectorAll('#log .text')].map((each) => each.textContent)");
        serde_json::from_value(words).expect("texts")
    }

    #[track_caller]
    pub fn expect_no_complaints(&mut self) {
        self.0.expect_no_complaints();
    }
}
