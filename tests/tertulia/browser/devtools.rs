//! Chromium, spoken to over its DevTools protocol: commands and their answers, and events that are kept until they are asked for.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde_json::{Value, json};
use tungstenite::{Error, Message, WebSocket};

use crate::support::DEADLINE;
use crate::support::dir::Dir;
use crate::support::process::Process;

/// A name that is not the server's, and leads to this machine all the same: as that of a page which has rebound its name.
pub const REBOUND: &str = "lejos.example";

/// The browser that the tests of the moment share; it ends with the last of them.
static SHARED: Mutex<Weak<Browser>> = Mutex::new(Weak::new());

/// A running browser.
struct Browser {
    // Its files go when it is gone: in this order. The lock is there for tests of several threads, and nobody takes it.
    _process: Mutex<Process>,
    _profile: Dir,
    /// Where it listens: `127.0.0.1:PORT`.
    address: String,
    /// The path of its own WebSocket there.
    path: String,
}

impl Browser {
    fn shared() -> Arc<Browser> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let browser = Arc::new(Browser::start());
            *shared = Arc::downgrade(&browser);
            browser
        })
    }

    fn start() -> Browser {
        let profile = Dir::new();
        let mut command = Command::new("chromium");
        command
            // Tests run as root where nothing else is on the machine.
            .args(["--headless", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"])
            .args([
                "--no-first-run",
                "--no-proxy-server",
                "--disable-background-networking",
                "--disable-sync",
            ])
            .args([
                "--disable-extensions",
                "--disable-component-update",
                "--disable-breakpad",
                "--mute-audio",
            ])
            .args(["--remote-debugging-port=0", "--js-flags=--expose-gc"])
            .arg(format!("--host-resolver-rules=MAP {REBOUND} 127.0.0.1"))
            .arg(format!("--user-data-dir={}", profile.arg()))
            .env("HOME", profile.path())
            .stdin(Stdio::null())
            .stderr(Stdio::piped());
        let process = Process::start(&mut command);
        let mut said = Vec::new();
        let listening = loop {
            let Some(line) = process.stderr.next() else { panic!("the browser did not start: {said:?}") };
            if let Some(place) = line.strip_prefix("DevTools listening on ws://") {
                break place.to_owned();
            }
            said.push(line);
        };
        let (address, path) = listening.split_once('/').expect("an address and a path");
        let (address, path) = (address.to_owned(), format!("/{path}"));
        Browser { _process: Mutex::new(process), _profile: profile, address, path }
    }
}

/// A connection to the browser, or to one of its tabs.
struct Link {
    socket: WebSocket<TcpStream>,
    calls: u64,
    /// Events that have come and were not asked for.
    events: VecDeque<Value>,
}

impl Link {
    #[track_caller]
    fn open(address: &str, path: &str) -> Link {
        let stream = TcpStream::connect(address).expect("a browser that listens");
        stream.set_nodelay(true).expect("a connection");
        stream.set_read_timeout(Some(DEADLINE)).expect("a connection");
        let (socket, _) = tungstenite::client(format!("ws://{address}{path}"), stream).expect("a WebSocket");
        Link { socket, calls: 0, events: VecDeque::new() }
    }

    /// The next message; `None` if none came in time.
    fn receive(&mut self) -> Option<Value> {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => {
                    return Some(serde_json::from_str(text.as_str()).expect("JSON"));
                }
                Ok(_) => {}
                Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => return None,
                Err(error) => panic!("the browser: {error}"),
            }
        }
    }

    /// Carries out a command; `None` if that took too long.
    #[track_caller]
    fn try_call(&mut self, method: &str, parameters: &Value) -> Option<Value> {
        self.calls += 1;
        let call = json!({"id": self.calls, "method": method, "params": parameters});
        self.socket.send(Message::text(call.to_string())).expect("a browser that reads");
        loop {
            let mut message = self.receive()?;
            if message["id"] == self.calls {
                assert!(message.get("error").is_none(), "{method} {parameters}: {message}");
                return Some(message["result"].take());
            }
            // Without an id it is an event; with one, the answer to a call that was given up.
            if message.get("id").is_none() {
                self.events.push_back(message);
            }
        }
    }

    #[track_caller]
    fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.try_call(method, parameters).unwrap_or_else(|| panic!("{method} {parameters}: no answer"))
    }

    #[track_caller]
    fn event(&mut self, method: &str) -> Value {
        loop {
            if let Some(at) = self.events.iter().position(|event| event["method"] == method) {
                return self.events.remove(at).expect("it is there")["params"].take();
            }
            let event = self.receive().unwrap_or_else(|| panic!("{method} did not happen"));
            self.events.push_back(event);
        }
    }
}

/// A tab with a profile of its own: it knows nothing of the others.
pub struct Tab {
    link: Link,
    /// The profile goes when this connection does.
    _owner: Link,
    _browser: Arc<Browser>,
}

impl Tab {
    /// A tab with nothing in it, as wide and high as this.
    #[track_caller]
    pub fn open(width: u32, height: u32) -> Tab {
        let browser = Browser::shared();
        let mut owner = Link::open(&browser.address, &browser.path);
        let profile = owner.call("Target.createBrowserContext", &json!({"disposeOnDetach": true}));
        let target = owner.call(
            "Target.createTarget",
            &json!({"url": "about:blank", "browserContextId": profile["browserContextId"]}),
        );
        let target = target["targetId"].as_str().expect("an id");
        let link = Link::open(&browser.address, &format!("/devtools/page/{target}"));
        let mut tab = Tab { link, _owner: owner, _browser: browser };
        for domain in ["Page", "Runtime", "Log"] {
            tab.call(&format!("{domain}.enable"), &json!({}));
        }
        tab.call("Emulation.setFocusEmulationEnabled", &json!({"enabled": true}));
        tab.resize(width, height);
        tab.speaks("es-ES");
        // What the policy of a page forbids is told as an event; here it becomes a complaint.
        tab.before_the_page(
            "addEventListener('securitypolicyviolation', (event) => \
             console.error('forbidden', event.violatedDirective, event.blockedURI), true)",
        );
        tab
    }

    pub fn resize(&mut self, width: u32, height: u32) {
        self.call(
            "Emulation.setDeviceMetricsOverride",
            &json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}),
        );
    }

    /// The language that its reader wants.
    pub fn speaks(&mut self, language: &str) {
        let agent = self.evaluate("navigator.userAgent");
        self.call("Emulation.setUserAgentOverride", &json!({"userAgent": agent, "acceptLanguage": language}));
    }

    /// Runs a script in each page that is loaded from now on, before its own.
    pub fn before_the_page(&mut self, script: &str) {
        self.call("Page.addScriptToEvaluateOnNewDocument", &json!({"source": script}));
    }

    /// Carries out a command of the DevTools protocol.
    #[track_caller]
    pub fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.link.call(method, parameters)
    }

    /// Loads a page, to its end.
    #[track_caller]
    pub fn visit(&mut self, url: &str) {
        self.link.events.retain(|event| event["method"] != "Page.loadEventFired");
        self.call("Page.navigate", &json!({"url": url}));
        self.link.event("Page.loadEventFired");
    }

    #[track_caller]
    pub fn reload(&mut self) {
        self.link.events.retain(|event| event["method"] != "Page.loadEventFired");
        self.call("Page.reload", &json!({}));
        self.link.event("Page.loadEventFired");
    }

    /// The value of an expression in the page, or what it promises.
    #[track_caller]
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let answer = self.call("Runtime.evaluate", &evaluation(expression));
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Waits until the expression is true in the page, and gives its value.
    #[track_caller]
    pub fn wait(&mut self, condition: &str) -> Value {
        let waiting = format!(
            "new Promise((done) => {{
                const look = () => {{
                    try {{
                        const found = {condition};
                        if (found) done(found);
                    }} catch {{ /* what it is about is not there yet */ }}
                }};
                const all = {{ attributes: true, characterData: true, childList: true, subtree: true }};
                new MutationObserver(look).observe(document, all);
                for (const kind of ['input', 'focusin', 'scroll', 'close']) addEventListener(kind, look, true);
                look();
            }})"
        );
        let Some(answer) = self.link.try_call("Runtime.evaluate", &evaluation(&waiting)) else {
            let shown = self.evaluate("document.body.innerText");
            panic!("{condition} did not come true: {shown}");
        };
        assert!(answer.get("exceptionDetails").is_none(), "{condition}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Types text at the focus.
    #[track_caller]
    pub fn write(&mut self, text: &str) {
        self.call("Input.insertText", &json!({"text": text}));
    }

    /// Presses a key, with Alt or Shift if its name begins so: `Alt+ArrowUp`.
    #[track_caller]
    pub fn press(&mut self, key: &str) {
        let (modifier, name) = key.split_once('+').unwrap_or(("", key));
        let modifiers = match modifier {
            "Alt" => 1,
            "Shift" => 8,
            _ => 0,
        };
        let (code, text) = match name {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            "Escape" => (27, ""),
            " " => (32, " "),
            "ArrowUp" => (38, ""),
            "ArrowDown" => (40, ""),
            _ => panic!("{name} is on no keyboard"),
        };
        let mut event = json!({
            "type": "rawKeyDown", "key": name, "code": if name == " " { "Space" } else { name },
            "windowsVirtualKeyCode": code, "modifiers": modifiers,
        });
        if !text.is_empty() {
            event["type"] = json!("keyDown");
            event["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", &event);
        event["type"] = json!("keyUp");
        self.call("Input.dispatchKeyEvent", &event);
    }

    /// Everything that the browser complains of: errors of scripts, what policies forbid, what cannot be loaded.
    pub fn complaints(&mut self) -> Vec<String> {
        self.evaluate("0");
        let events = std::mem::take(&mut self.link.events);
        let complaint = |event: Value| {
            let parameters = &event["params"];
            let bad = match event["method"].as_str()? {
                "Runtime.exceptionThrown" | "Page.javascriptDialogOpening" => true,
                "Runtime.consoleAPICalled" => {
                    parameters["type"] == "error" || parameters["type"] == "warning"
                }
                "Log.entryAdded" => parameters["entry"]["level"] == "error",
                _ => false,
            };
            bad.then(|| event.to_string())
        };
        events.into_iter().filter_map(complaint).collect()
    }

    #[track_caller]
    pub fn expect_no_complaints(&mut self) {
        assert_eq!(self.complaints(), [""; 0]);
    }
}

fn evaluation(expression: &str) -> Value {
    json!({"expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true})
}

/// A text as it stands in a script.
pub fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
