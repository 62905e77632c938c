//! Much is said: the page keeps up, and does not grow.

use std::fmt::Write;

use serde_json::json;

use super::reader::Reader;
use super::{missing, server};
use crate::support::peer::Peer;

/// Nodes that the page has after everything that can go has gone.
#[track_caller]
fn nodes(ana: &mut Reader) -> u64 {
    ana.0.call("HeapProfiler.collectGarbage", &json!({}));
    ana.0.call("Memory.getDOMCounters", &json!({}))["nodes"].as_u64().expect("a number")
}

#[test]
fn page_keeps_so_many_lines_and_no_more() {
    if missing() {
        return;
    }
    let server = server();
    let mut ana = Reader::join(&server, "Ana");
    let mut luis = Peer::enter(&server, "Luis");
    let mut say = |ana: &mut Reader, from: u32, to: u32| {
        // As many at a time as a reader's queue holds.
        for number in (from..to).step_by(250) {
            let lines = (number..number + 250).fold(String::new(), |mut lines, number| {
                let _ = writeln!(lines, "línea {number}, con https://example.org/{number} y algo para Ana");
                lines
            });
            luis.send(lines.as_bytes());
            ana.sees(&format!("línea {},", number + 249));
        }
        let lines =
            ana.0.evaluate("document.getElementById('log').childElementCount").as_u64().expect("a number");
        assert!(lines <= 1000, "{lines} lines");
        (nodes(ana), lines)
    };
    say(&mut ana, 0, 1500);
    let before = say(&mut ana, 1500, 2000);
    let after = say(&mut ana, 2000, 5000);
    // As many lines are there as before, or a hundred more or less: they go in hundreds.
    let (most, least) = (before.0.max(after.0), before.0.min(after.0));
    assert!(most <= least + least / 5, "{before:?} {after:?}");
    assert_eq!(
        ana.0.evaluate(
            "document.querySelector('#log > :last-child .text').textContent.startsWith('línea 4999,')"
        ),
        true
    );
    ana.expect_no_complaints();
}
