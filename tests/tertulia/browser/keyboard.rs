//! The page without a mouse.

use super::reader::Reader;
use super::{luis_and_ana, missing, server};

const FOCUS: &str = "document.activeElement.id || document.activeElement.className";

/// Presses Tab until the focus is on what has this id; gives how often.
#[track_caller]
fn tab_to(ana: &mut Reader, id: &str) -> usize {
    let mut passed = Vec::new();
    while ana.0.evaluate(FOCUS) != id {
        passed.push(ana.0.evaluate(FOCUS));
        assert!(passed.len() < 40, "{id} is not reached by Tab: {passed:?}");
        ana.0.press("Tab");
    }
    passed.len()
}

#[test]
fn keyboard_alone_is_enough() {
    if missing() {
        return;
    }
    let server = server();
    let (mut luis, mut ana) = luis_and_ana(&server);
    ana.0.wait("document.activeElement.id === 'line'");
    ana.0.wait("document.getElementById('folkList').textContent.includes('Luis')");
    // Completion of names and recall of lines.
    ana.0.write("lu");
    ana.0.press("Tab");
    assert_eq!(ana.0.evaluate("document.activeElement.value"), "Luis: ");
    ana.0.write("hola");
    ana.0.press("Enter");
    luis.until("Ana: Luis: hola");
    ana.0.press("ArrowUp");
    assert_eq!(ana.0.evaluate("document.activeElement.value"), "Luis: hola");
    ana.0.press("ArrowDown");
    assert_eq!(ana.0.evaluate("document.activeElement.value"), "");
    // Everything on the page is reached and left again, and Escape leads back to the line.
    for id in ["me", "find", "find2", "openFolk", "scroll", "line"] {
        tab_to(&mut ana, id);
    }
    tab_to(&mut ana, "me");
    ana.0.press("Enter");
    ana.0.wait("document.getElementById('dialog').open");
    ana.0.wait("document.activeElement.classList.contains('choice')");
    ana.0.press("Enter");
    ana.0.wait("document.activeElement.value === 'Ana'");
    ana.0.evaluate("document.activeElement.select()");
    ana.0.write("Anita");
    ana.0.press("Enter");
    luis.until("Ana ahora es Anita");
    ana.0.press("Escape");
    ana.0.wait("document.activeElement.id === 'line'");
    // Rooms.
    ana.say("/entrar cocina");
    ana.looks_at("#cocina");
    ana.0.press("Alt+ArrowDown");
    ana.looks_at("#general");
    ana.0.press("Alt+ArrowUp");
    ana.looks_at("#cocina");
    ana.expect_no_complaints();
}
