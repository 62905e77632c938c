//! The page for people who do not see it well, or not at all: what axe-core finds in its views.

use std::{env, fs};

use serde_json::json;

use super::reader::Reader;
use super::{missing, server};
use crate::support::peer::Peer;

/// What is wrong, each with where and why.
const RUN: &str = "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`)))";

/// A page whose views are looked at.
struct Looked(Reader, String);

impl Looked {
    #[track_caller]
    fn at(&mut self, view: &str) {
        let found = self.0.0.evaluate(RUN);
        assert_eq!(found, json!([]), "{view}, {}", self.1);
    }
}

#[test]
fn page_has_no_violations_of_accessibility_in_any_view() {
    if missing() {
        return;
    }
    let Some(file) = env::var_os("TERTULIA_AXE") else {
        eprintln!("skipped: TERTULIA_AXE does not say where axe-core is");
        return;
    };
    let axe = fs::read_to_string(file).expect("axe-core");
    let server = server();
    let mut luis = Peer::enter(&server, "Luis");
    luis.say("/tema De libros: https://example.org/");
    luis.say("hola a todos");
    luis.say("/yo saluda");
    for (width, height) in [(360, 740), (1280, 800)] {
        for scheme in ["light", "dark"] {
            let mut reader = Reader::visit(&server);
            reader.0.resize(width, height);
            reader.0.call("Page.setBypassCSP", &json!({"enabled": true}));
            let features = [("prefers-color-scheme", scheme), ("prefers-reduced-motion", "reduce")]
                .map(|(name, value)| json!({"name": name, "value": value}));
            reader.0.call("Emulation.setEmulatedMedia", &json!({"features": features}));
            reader.0.reload();
            reader.0.evaluate(&format!("{axe}; 0"));
            let mut looked = Looked(reader, format!("{width} × {height}, {scheme}"));
            views(&mut looked, &mut luis, width < 600);
        }
    }
}

#[track_caller]
fn views(looked: &mut Looked, luis: &mut Peer, narrow: bool) {
    looked.at("the name");
    looked.0.come_in("Ana");
    luis.until("Ana se unió");
    looked.0.say("hola, Luis");
    luis.say("hola, Ana: mira https://example.org/x");
    luis.say("/msg Ana ¿vienes?");
    looked.0.sees("mira https://example.org/x");
    looked.0.0.wait("document.querySelector('#privateTabs .badge').textContent");
    looked.at("a room");
    looked.0.0.write("/");
    looked.0.0.wait("!document.getElementById('hints').hidden");
    looked.at("commands");
    looked.0.say("7clave girasol123");
    looked.0.0.wait("document.getElementById('hint').textContent");
    looked.at("a hint");
    if narrow {
        looked.0.click("#openSide");
        looked.at("the rooms");
        looked.0.click("#shade");
        looked.0.click("#openFolk");
    }
    looked.0.click(".person[aria-expanded]");
    looked.0.0.wait("document.querySelector('.acts')");
    looked.at("the people");
    if narrow {
        looked.0.click("#shade");
    }
    for (open, inside) in [("#me", ".check"), ("#find", ".choice"), ("#find2", "input")] {
        looked.0.click(open);
        looked.0.0.wait(&format!("document.querySelector('dialog[open] {inside}')"));
        looked.at(open);
        looked.0.0.press("Escape");
        looked.0.0.wait("!document.getElementById('dialog').open");
    }
    looked.0.turn_to("Luis");
    looked.0.looks_at("Luis");
    looked.at("a private talk");
    looked.0.say("/salir");
    luis.until("Ana salió");
}
