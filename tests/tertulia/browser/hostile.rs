//! Hostile words: whatever is a name, a topic, a message or a link, it is shown as the text that it is.

use serde_json::{Value, json};

use super::devtools::{Tab, quoted};
use super::reader::Reader;
use super::{luis_and_ana, missing, server};
use crate::support::peer::Peer;

/// What would be seen to run, load or change something, were it not only text.
const PAYLOADS: [&str; 22] = [
    "<script>pwned = 1</script>",
    "<img src=x onerror=pwned=1>",
    "<svg onload=pwned=1><script>pwned=1</script></svg>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "</textarea></title></style><b onmouseover=pwned=1 style=position:fixed;inset:0>x</b>",
    "<a href=javascript:pwned=1>x</a>",
    "<style>*{display:none!important}</style><link rel=stylesheet href=//example.org/x.css>",
    "<base href=//example.org/><meta http-equiv=refresh content=0;url=//example.org/>",
    "<form action=//example.org/><input name=q autofocus onfocus=pwned=1>",
    "<math><mtext></p><img src=x onerror=pwned=1>",
    "javascript:pwned=1",
    "javascript://example.org/%0apwned=1",
    "data:text/html,<script>pwned=1</script>",
    "JaVaScRiPt:pwned=1 https://example.org/\"onmouseover=\"pwned=1",
    "http://example.org/<img/src/onerror=pwned=1>",
    "https://example.org@evil.example/ https://user:pass@example.org/",
    "http://[::1 https://% http://",
    "${pwned=1} {{constructor.constructor('pwned=1')()}} $& $1 {0} {1}",
    "\"'`><img src=x onerror=pwned=1>&lt;b&gt;&#60;i&#62;",
    "__proto__ constructor toString hasOwnProperty",
    "\u{202e}nrut\u{202c} \u{2066}\u{2067}abc \u{200f}\u{61c}\u{feff}",
    "\u{2028}\u{2029}\u{85}e\u{301}\u{301}\u{301}\u{301} 👩‍👩‍👧‍👦🏳️‍🌈",
];

/// What is wrong with the page, beyond the elements that it has by itself: nothing.
const WRONG: &str = "(() => {
    const wrong = [];
    if ('pwned' in globalThis) wrong.push('a script has run');
    const allowed = new Set(['HTML', 'HEAD', 'META', 'TITLE', 'LINK', 'SCRIPT', 'BODY', 'MAIN', 'FORM', 'IMG', 'H1', 'H2', 'P', 'LABEL',
        'INPUT', 'DIV', 'BUTTON', 'NOSCRIPT', 'NAV', 'B', 'UL', 'LI', 'HEADER', 'SPAN', 'TEXTAREA', 'ASIDE', 'DIALOG', 'svg', 'path',
        'BDI', 'TIME', 'A', 'MARK', 'SMALL', 'PRE']);
    for (const each of document.querySelectorAll(':not(.logo *)')) {
        if (!allowed.has(each.tagName)) wrong.push(each.tagName);
        for (const { name, value } of each.attributes) {
            if (name.startsWith('on')) wrong.push(`${each.tagName} ${name}`);
            if (name === 'style' && each.id !== 'line' && each !== document.documentElement) wrong.push(`${each.tagName} style ${value}`);
        }
    }
    const inside = document.querySelectorAll('#app :is(script, link, meta, form:not(#compose), input:not(#filter)), #app img[src]:not([src=\"icon.svg\"])');
    for (const each of inside) wrong.push(each.outerHTML);
    if (document.scripts.length !== 1 || document.querySelectorAll('link[rel=stylesheet]').length !== 1) wrong.push('head');
    for (const link of document.links) {
        const { protocol, username, password } = new URL(link.href);
        if (!/^https?:$/.test(protocol) || username || password) wrong.push(link.href);
        if (link.rel !== 'noopener noreferrer nofollow' || link.target !== '_blank') wrong.push(link.outerHTML);
        if (link.textContent !== link.getAttribute('href') && new URL(link.textContent).href !== link.href) wrong.push(link.outerHTML);
    }
    if (/[\\u061c\\u202a-\\u202e\\u2066-\\u2069]/.test(document.body.textContent + document.title)) wrong.push('direction');
    return wrong;
})()";

/// A payload as it is shown: without what directs other text, and without control characters.
fn shown(payload: &str) -> String {
    payload.chars().filter(|c| !matches!(c, '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{80}'..='\u{9f}')).collect()
}

#[test]
fn words_of_others_never_become_markup_or_script() {
    if missing() {
        return;
    }
    let server = server();
    let (mut luis, mut ana) = luis_and_ana(&server);
    ana.0.wait("document.getElementById('folkList').textContent.includes('Luis')");
    for payload in PAYLOADS {
        for command in ["", "/yo ", "/tema ", "/msg Ana ", "/ausente ", "/nombre ", "/entrar "] {
            luis.say(&format!("{command}{payload}"));
            luis.say("/entrar general");
        }
        let mut guest = Peer::enter(&server, "Eva");
        guest.say(&format!("/salir {payload}"));
        guest.rest();
        luis.say("/salas");
        luis.say("/quien");
        ana.say(&format!("mía: {payload}"));
    }
    luis.say("/nombre Luis");
    luis.say("se acabó");
    ana.sees("se acabó");
    // All that the page has: people, rooms, searches, private messages, several lines at once, and another look at what was said.
    ana.0.evaluate("document.querySelector('.person').click()");
    assert_eq!(ana.0.evaluate(WRONG), json!([]));
    let seen = ana.0.evaluate("document.getElementById('log').textContent");
    let seen = seen.as_str().expect("a text");
    for payload in ["<img src=x onerror=pwned=1>", "</textarea></title>", "javascript:pwned=1", "${pwned=1}"]
    {
        assert!(seen.contains(payload), "{payload} is shown as it is");
    }
    for open in ["#find", "#find2", "#me"] {
        ana.click(open);
        ana.0.wait("document.getElementById('dialog').open");
        assert_eq!(ana.0.evaluate(WRONG).as_array().map(Vec::len), Some(0), "{open}");
        ana.0.evaluate("document.getElementById('dialog').close()");
    }
    ana.come_back();
    ana.sees("se acabó");
    assert_eq!(ana.0.evaluate(WRONG), json!([]));
    ana.expect_no_complaints();
}

/// A WebSocket without a server, so that the page can be told what no server of ours would.
const STAGE: &str = "globalThis.WebSocket = class {
    readyState = 1;
    constructor() { globalThis.stage = this; setTimeout(() => this.onopen()); }
    send(text) { this.sent = text; }
    close() {}
    tell(message) { this.onmessage({ data: JSON.stringify(message) }); }
};";

/// Everything that a server can tell, with this text wherever there is one.
fn everything(text: &str) -> Vec<Value> {
    let line = |id: u32| json!({"id": id.to_string(), "from": text, "text": text, "at": 1_764_115_200_123_u64, "room": "general"});
    vec![
        json!({"type": "said", "id": "10", "room": "general", "from": text, "text": text, "at": 1}),
        json!({"type": "said", "id": "11", "room": "general", "from": text, "text": text, "at": 1, "action": true}),
        json!({"type": "said", "id": text, "room": text, "from": text, "text": text, "at": text}),
        json!({"type": "private", "from": text, "text": text, "away": text}),
        json!({"type": "private", "to": text, "text": text, "away": text}),
        json!({"type": "offline", "lines": [{"from": text, "text": text, "at": 5}]}),
        json!({"type": "joined", "room": "general", "names": [text, "Eva"]}),
        json!({"type": "left", "room": "general", "names": ["Eva"], "words": text}),
        json!({"type": "left", "names": [text], "chat": true, "reason": text, "words": text}),
        json!({"type": "joined", "room": "general", "names": [text]}),
        json!({"type": "renamed", "from": "Luis", "to": text}),
        json!({"type": "topic", "room": "general", "topic": text, "by": text}),
        json!({"type": "topic", "room": text, "topic": text}),
        json!({"type": "people", "room": "general", "people": [{"name": text, "away": text, "operator": text}, {"name": "Ana", "you": true}]}),
        json!({"type": "people", "room": text, "people": [{"name": text}]}),
        json!({"type": "rooms", "rooms": [{"room": text, "people": 1, "topic": text, "closed": true}], "total": 5}),
        json!({"type": "entered", "room": text, "people": 1, "created": true, "topic": text, "names": [text]}),
        json!({"type": "found", "lines": [line(3), line(4)], "text": text}),
        json!({"type": "decided", "room": "general", "by": text, "what": text, "name": text, "text": text}),
        json!({"type": "bans", "room": "general", "banned": [text], "muted": [text], "text": text}),
        json!({"type": "invited", "room": text, "by": text, "text": text}),
        json!({"type": "ignored", "names": [text]}),
        json!({"type": "account", "what": text, "text": text}),
        json!({"type": "notice", "code": text, "text": text}),
        json!({"type": "skipped", "lines": 3, "text": text}),
        json!({"type": "error", "code": text, "text": text}),
        json!({"type": text, "text": text}),
        json!({"type": "__proto__", "text": text}),
        json!({"type": "constructor", "text": text}),
        json!({"type": "out", "room": "general", "reason": text, "by": text, "words": text, "text": text}),
        json!({"type": "password", "question": text, "for": text, "text": text}),
    ]
}

#[test]
fn page_takes_nothing_for_markup_whatever_a_server_says() {
    if missing() {
        return;
    }
    let server = server();
    let mut tab = Tab::open(1280, 800);
    tab.before_the_page(STAGE);
    tab.visit(&format!("http://{}/", server.shown));
    let mut ana = Reader(tab);
    ana.0.wait("document.activeElement.id === 'name'");
    ana.0.write("Ana");
    ana.0.press("Enter");
    for payload in PAYLOADS {
        let mut told = vec![json!({"type": "name"})];
        told.push(json!({"type": "welcome", "name": "Ana", "room": "general", "names": ["Luis", payload, "Ana"], "topic": payload}));
        told.extend(everything(payload));
        // All at once, and then one after the other has been drawn.
        let script = format!(
            "new Promise((done) => {{
                for (const each of {}) stage.tell(each);
                requestAnimationFrame(() => setTimeout(() => done({WRONG}), 150));
            }})",
            Value::from(told)
        );
        assert_eq!(ana.0.evaluate(&script), json!([]), "{payload:?}");
        let words = quoted(&shown(payload));
        assert_eq!(
            ana.0.evaluate(&format!("document.body.textContent.includes({words})")),
            true,
            "{payload:?}"
        );
        ana.0.evaluate("document.getElementById('dialog').close()");
    }
    ana.expect_no_complaints();
}
