//! What a monitor reads: that it is true, that Prometheus takes it, that it says nothing of anybody, and who is let in to read it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tertulia::config::{Config, Door};
use tertulia::limits::{METRICS_CONNECTIONS, OPENING_WAIT};
use tertulia::protocol::metrics::{Figures, REASONS};

use crate::support::dir::Dir;
use crate::support::owned::Owned;
use crate::support::peer::{Peer, answer};
use crate::support::process::has;
use crate::support::series::series;
use crate::support::server::Server;
use crate::support::{DEADLINE, file, snippet};
use crate::turns::house::House;
use crate::upgrade::upgrade;
use crate::web::{NEAR, comes, house, program, sends};

/// The value of one of them.
#[track_caller]
fn value(page: &str, series: &str) -> f64 {
    let found = page.lines().filter_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    let found: Vec<&str> = found.collect();
    assert_eq!(found.len(), 1, "{series} in {page}");
    found[0].parse().expect("a number")
}

/// A server with metrics, and where they are.
#[track_caller]
fn measured(options: &[&str]) -> (Server, SocketAddr) {
    let server = Server::start(&[&["--metrics", "127.0.0.1:0"], options].concat());
    let shown = server.stdout().next().expect("the address of the metrics");
    (server, shown.parse().expect("an address"))
}

/// The page.
#[track_caller]
fn scrape(address: SocketAddr) -> String {
    let answer = answer(address, "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain\r\n\r\n");
    let (head, page) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8"), "{head}");
    page.to_owned()
}

/// How many connections of lines, requests and WebSockets there are, and such that nobody knows.
fn open(house: &House) -> [u64; 4] {
    let [plain, tls] = house.server.figures().connections;
    assert_eq!(tls, [0; 4]);
    let [undecided, line, http, websocket] = plain;
    [line, http, websocket, undecided]
}

fn ended(house: &House, reason: &str) -> u64 {
    let at = REASONS.iter().position(|(_, label)| *label == reason).expect("a reason");
    house.server.figures().ended[at]
}

#[test]
fn figures_count_messages_and_bytes_of_both_directions() {
    let mut house = House::new(Config { rate_limit: 0, ..Config::default() });
    let people: Vec<usize> = (0..3).map(|_| house.connect()).collect();
    people.iter().for_each(|&who| house.says(who, format!("p{who}\n")));
    house.waits(Duration::from_secs(20));
    let before = house.server.figures();
    assert_eq!((before.people, before.rooms, before.accepted), (3, 1, 3));
    let taken: usize = people.iter().map(|&who| house.taken(who)).sum();
    assert_eq!((before.received_bytes, before.sent_bytes), (3 * 3, taken as u64));
    house.says(people[0], "hola\n");
    house.says(people[1], "/idioma\n");
    let after = house.server.figures();
    assert_eq!(after.received_messages - before.received_messages, 2, "lines");
    assert_eq!(after.received_bytes - before.received_bytes, 5 + 8);
    assert_eq!(after.said - before.said, 1, "of which one is a message");
    assert_eq!(after.sent_messages - before.sent_messages, 2 + 1, "for two, and an answer");
    let heard = "p0: hola\n".len() * 2 + "Te hablo en español. For English: /lang en\n".len();
    assert_eq!(after.sent_bytes - before.sent_bytes, heard as u64);
}

#[test]
fn figures_count_connections_by_what_they_speak() {
    let mut house = house();
    let silent = comes(&mut house, NEAR);
    assert_eq!(open(&house), [0, 0, 0, 1]);
    house.says(silent, "Ana\n");
    assert_eq!(open(&house), [1, 0, 0, 0]);
    let request = house.connect_through(Door::Http, NEAR);
    assert_eq!(open(&house), [1, 1, 0, 0]);
    house.says(request, "GET /salud HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(open(&house), [1, 1, 0, 0], "it is answered, and not gone");
    house.breaks(request);
    house.settle();
    let bot = program(&mut house, "bot");
    assert_eq!(open(&house), [1, 0, 1, 0]);
    // One that says nothing is one of lines.
    comes(&mut house, NEAR);
    house.waits(OPENING_WAIT);
    house.settle();
    assert_eq!(open(&house), [2, 0, 1, 0]);
    sends(&mut house, bot, &json!({"type": "quit"}));
    house.breaks(bot);
    house.says(silent, "salir\n");
    house.breaks(silent);
    house.settle();
    assert_eq!(open(&house), [1, 0, 0, 0]);
    let figures = house.server.figures();
    assert_eq!((figures.accepted, figures.answered, ended(&house, "quit")), (4, 1, 2));
    assert_eq!(figures.ended.iter().sum::<u64>(), 2, "each for one reason");
}

#[test]
fn figures_keep_why_a_connection_was_closed_whatever_its_end_is_like() {
    let mut house = House::new(Config { rate_limit: 0, ..Config::default() });
    let people: Vec<usize> = (0..3).map(|_| house.connect()).collect();
    people.iter().for_each(|&who| house.says(who, format!("p{who}\n")));
    house.says(people[0], "\x16\x03\x01\0");
    house.says(people[1], "salir\n");
    // The peer is gone before it has been told.
    people.iter().for_each(|&who| house.breaks(who));
    house.settle();
    assert_eq!((ended(&house, "quit"), ended(&house, "lost")), (1, 2));
    assert_eq!(house.server.figures().ended.iter().sum::<u64>(), 3);
}

#[test]
fn figures_count_lines_that_pass_by_who_does_not_read() {
    let mut house = House::new(Config { rate_limit: 0, ..Config::default() });
    let people: Vec<usize> = (0..2).map(|_| house.connect()).collect();
    people.iter().for_each(|&who| house.says(who, format!("p{who}\n")));
    house.waits(Duration::from_secs(20));
    house.deafen(people[1]);
    let line = "x".repeat(1_000) + "\n";
    (0..100).for_each(|_| house.says(people[0], &line));
    let figures = house.server.figures();
    assert!(figures.queue_bytes > 50_000, "{} bytes wait", figures.queue_bytes);
    house.listen(people[1]);
    house.reads_again(people[1]);
    house.settle();
    let heard = house.heard(people[1]);
    let arrived = heard.lines().filter(|line| line.starts_with("p0: x")).count() as u64;
    assert_eq!(arrived + figures.skipped_lines, 100, "each has come, or is counted");
    assert!(figures.skipped_lines > 10, "{} have passed by", figures.skipped_lines);
    assert_eq!(house.server.figures().queue_bytes, 0);
}

#[test]
fn metrics_of_a_real_server_are_true_and_say_nothing_of_anybody() {
    let dir = Dir::new();
    let (server, address) = measured(&["--rate-limit", "0", "--data", dir.arg()]);
    let mut ana = Peer::enter(&server, "Jacinta");
    let mut luis = Peer::enter(&server, "Bonifacio");
    ana.say("/entrar sotano");
    ana.say("/tema melocotones");
    luis.say("/privado Jacinta albaricoque");
    luis.say("ciruela");
    luis.say("/idioma");
    luis.until("Te hablo en español");
    // Registered by nobody: what comes behind it may be a password.
    let mut eva = Peer::enter(&server, "Leocadia");
    eva.say("/identificar Jacinta\nzarzamora1");
    eva.end_input();
    eva.rest();
    let page = scrape(address);
    for (name, expected) in [
        ("tertulia_people", 2.0),
        ("tertulia_rooms", 2.0),
        ("tertulia_connections_accepted_total", 3.0),
        ("tertulia_room_messages_total", 1.0),
        ("tertulia_history_missing_lines_total", 0.0),
        ("tertulia_history_displaced", 0.0),
        ("tertulia_logins_total{result=\"granted\"}", 0.0),
    ] {
        assert_eq!(value(&page, name), expected, "{name}");
    }
    let lower = page.to_lowercase();
    for word in
        ["jacinta", "bonifacio", "leocadia", "sotano", "melocot", "albaric", "zarza", "ciruela", "127.0.0.1"]
    {
        assert!(!lower.contains(word), "{word} in {page}");
    }
    let (turns, started) =
        (value(&page, "tertulia_turn_duration_seconds_count"), value(&page, "process_start_time_seconds"));
    assert!(turns >= 5.0 && started > 1.6e9, "{page}");
    assert!(value(&page, "process_resident_memory_bytes") > 1e6, "{page}");
    // What is answered behind the page is answered in a later turn.
    luis.say("/idioma");
    luis.until("Te hablo en español");
    assert!(value(&scrape(address), "tertulia_turn_duration_seconds_count") > turns);
}

#[test]
fn logins_are_counted_by_what_came_of_them() {
    let dir = Dir::new();
    let path = dir.path().join("clave");
    fs::write(&path, "quien manda aquí\n").expect("a file");
    let file = path.to_str().expect("a plain path");
    let (server, address) = measured(&["--rate-limit", "0", "--operator-password-file", file]);
    let tries = |peer: &mut Peer, password: &str| {
        peer.say("/identificar operador");
        peer.expect("Contraseña: ");
        peer.say(password);
        peer.line()
    };
    let (mut ana, mut luis) = (Peer::join(&server, "Ana"), Peer::join(&server, "Luis"));
    ana.expect_line(">>> Luis se unió al chat");
    let answer = tries(&mut ana, "quien manda aquí");
    assert!(answer.starts_with("Eres operador"), "{answer}");
    let wrong = (0..20).take_while(|_| tries(&mut luis, "adivinanza").starts_with("Esa no es")).count();
    let page = scrape(address);
    for (result, expected) in [("granted", 1), ("wrong", wrong), ("throttled", 1), ("busy", 0)] {
        let series = format!("tertulia_logins_total{{result=\"{result}\"}}");
        assert_eq!(value(&page, &series), expected as f64, "{result}");
    }
}

/// What Debian's `promtool` has to say about text that it reads.
#[track_caller]
pub(crate) fn promtool(words: &[&str], input: &str) {
    let mut command = Command::new("promtool");
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut promtool = Owned::start(&mut command);
    promtool.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
    let mut said = String::new();
    promtool.stdout.take().expect("a pipe").read_to_string(&mut said).expect("words");
    promtool.stderr.take().expect("a pipe").read_to_string(&mut said).expect("words");
    let status = promtool.wait().expect("a child that is still ours");
    assert!(status.success() && !said.contains("no HELP"), "promtool {words:?}: {said}");
}

#[test]
fn metrics_are_as_prometheus_wants_them() {
    if has("promtool") {
        let (_server, address) = measured(&[]);
        promtool(&["check", "metrics"], &scrape(address));
    }
}

#[test]
fn metrics_have_help_and_type_once_and_each_series_once() {
    let page = Figures { process: Some(Default::default()), ..Figures::default() }.render();
    let all = series(&page);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{page}");
    for kind in ["# HELP ", "# TYPE "] {
        let names: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix(kind)).collect();
        let names: Vec<&str> = names.iter().map(|line| line.split(' ').next().expect("a name")).collect();
        let distinct: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(distinct.len(), names.len(), "{kind}");
        let base = |series: &str| {
            let name = series.split('{').next().expect("a name");
            let suffix = ["_bucket", "_sum", "_count"].into_iter().find_map(|end| name.strip_suffix(end));
            suffix.filter(|base| distinct.contains(base)).unwrap_or(name).to_owned()
        };
        assert!(all.iter().all(|series| distinct.contains(base(series).as_str())), "{kind}");
    }
}

/// What is told of the metrics.
const DOCS: &str = "docs/metrics.md";

/// The rows of the table in the docs: name, type, meaning.
fn documented() -> BTreeSet<(String, String, String)> {
    let docs = file(DOCS);
    let rows =
        docs.lines().filter(|line| line.starts_with("| `tertulia_") || line.starts_with("| `process_"));
    let rows = rows.filter_map(|line| line.strip_prefix("| `"));
    let cells =
        rows.map(|row| row.trim_end_matches(" |").split(" | ").map(str::to_owned).collect::<Vec<_>>());
    cells
        .map(|cells| (cells[0].trim_end_matches('`').to_owned(), cells[1].clone(), cells[3].clone()))
        .collect()
}

#[test]
fn metrics_are_those_of_the_docs() {
    let page = Figures { process: Some(Default::default()), ..Figures::default() }.render();
    let mut lines = page.lines();
    let mut told = BTreeSet::new();
    while let Some(line) = lines.next() {
        let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|line| line.split_once(' ')) else {
            continue;
        };
        let kind = lines.next().and_then(|line| line.rsplit_once(' ')).expect("a type").1;
        told.insert((name.to_owned(), kind.to_owned(), help.to_owned()));
    }
    assert_eq!(documented(), told, "docs/metrics.md, and what is rendered");
    let docs = file(DOCS);
    for series in series(&page).into_iter().filter(|series| !series.contains("le=")) {
        let labels = series.split(['{', ',', '}']).skip(1).filter_map(|label| label.split_once('='));
        for (label, value) in labels.filter(|(label, _)| *label != "version") {
            let value = value.trim_matches('"');
            assert!(docs.contains(&format!("`{label}`")) && docs.contains(&format!("`{value}`")), "{series}");
        }
    }
}

/// The metrics that an expression names, which there have to be.
#[track_caller]
pub(crate) fn metrics_exist(expression: &str) {
    let page = Figures { process: Some(Default::default()), ..Figures::default() }.render();
    let all: BTreeSet<&str> =
        series(&page).iter().map(|series| series.split('{').next().expect("a name")).collect();
    let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let named: Vec<&str> =
        words.filter(|word| word.starts_with("tertulia_") || word.starts_with("process_")).collect();
    assert!(named.iter().all(|name| all.contains(name)), "{expression}: {named:?}");
}

#[test]
fn dashboard_shows_metrics_that_exist_by_expressions_that_prometheus_takes() {
    let board: Value = serde_json::from_str(&file("contrib/grafana/tertulia.json")).expect("JSON");
    let panels = board["panels"].as_array().expect("panels");
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().expect("targets"));
    let expressions: Vec<&str> =
        targets.map(|target| target["expr"].as_str().expect("an expression")).collect();
    expressions.iter().for_each(|expression| metrics_exist(expression));
    for variable in board["templating"]["list"].as_array().expect("variables") {
        metrics_exist(variable["definition"].as_str().unwrap_or_default());
    }
    let ids: BTreeSet<u64> = panels.iter().map(|panel| panel["id"].as_u64().expect("a number")).collect();
    assert_eq!(ids.len(), panels.len(), "each has its own number");
    // Whatever is measured of the chat is to be seen.
    let page = Figures::default().render();
    for line in page.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let name = line.split(' ').next().expect("a name");
        assert!(expressions.iter().any(|expression| expression.contains(name)), "{name} is in no panel");
    }
    if has("promtool") {
        let rules = expressions.iter().enumerate().map(|(number, expression)| {
            // Grafana puts these in.
            let expression = expression.replace("$__rate_interval", "1m").replace("$__range", "6h");
            format!("      - record: panel:{number}\n        expr: '{expression}'\n")
        });
        let dir = Dir::new();
        let path = dir.path().join("rules");
        let text = format!("groups:\n  - name: panels\n    rules:\n{}", rules.collect::<String>());
        fs::write(&path, text).expect("a file");
        promtool(&["check", "rules", path.to_str().expect("a plain path")], "");
    }
}

#[test]
fn metrics_of_the_alerts_exist_and_prometheus_takes_what_the_docs_say() {
    let [rules, config] = ["groups:", "scrape_configs:"].map(|mark| snippet(DOCS, "yaml", mark));
    let expressions: Vec<&str> =
        rules.lines().filter_map(|line| line.trim().strip_prefix("expr: ")).collect();
    assert!(expressions.len() >= 5, "{rules}");
    expressions.into_iter().for_each(metrics_exist);
    if has("promtool") {
        let dir = Dir::new();
        for (words, text) in [(["check", "rules"], rules), (["check", "config"], config)] {
            let path = dir.path().join(words[1]);
            fs::write(&path, text).expect("a file");
            promtool(&[&words[..], &[path.to_str().expect("a plain path")]].concat(), "");
        }
    }
}

#[test]
fn door_of_the_metrics_shows_nothing_else() {
    let (server, address) = measured(&["--listen", "127.0.0.1:0"]);
    let request = |head: &str| answer(address, format!("{head} HTTP/1.1\r\nHost: x\r\n\r\n"));
    let status = |answer: &str| answer.split(' ').nth(1).map(str::to_owned);
    for (head, expected) in [
        ("GET /metrics", "200"),
        ("GET /metrics?x=1", "200"),
        ("HEAD /metrics", "200"),
        ("GET /", "404"),
        ("GET /chat", "404"),
        ("GET /metrics/", "404"),
        ("POST /metrics", "405"),
        ("DELETE /", "405"),
    ] {
        assert_eq!(status(&request(head)).as_deref(), Some(expected), "{head}");
    }
    assert!(request("POST /metrics").contains("\r\nAllow: GET, HEAD\r\n"));
    let head = request("HEAD /metrics");
    assert!(head.ends_with("\r\n\r\n") && !head.contains("Content-Length: 0"), "{head}");
    assert_eq!(status(&answer(address, "Ana\nhola\n\n")).as_deref(), Some("400"), "no chat here");
    let long = format!("GET /{} HTTP/1.1\r\n", "x".repeat(100_000));
    assert!(matches!(status(&answer(address, &long)).as_deref(), Some("414")), "a head has an end");
    // At the chat's own port there is nothing of it.
    let chat = answer(server.address, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(chat.starts_with("HTTP/1.1 404 "), "{chat}");
}

#[test]
fn scrapers_that_are_slow_or_silent_keep_no_others_out_and_nobody_from_the_chat() {
    let (server, address) = measured(&[]);
    let mut ana = Peer::join(&server, "Ana");
    // Many more of them than there are places, with half a request each.
    let slow: Vec<TcpStream> = (0..20 * METRICS_CONNECTIONS)
        .map(|_| {
            let mut stream = TcpStream::connect_timeout(&address, DEADLINE).expect("a door");
            stream.write_all(b"GET /metrics HTTP/1.1\r\n").expect("a server that reads");
            stream
        })
        .collect();
    ana.say("/idioma");
    ana.until("Te hablo en español");
    let page = scrape(address);
    assert_eq!(value(&page, "tertulia_connections{protocol=\"line\",transport=\"plain\"}"), 1.0);
    assert_eq!(value(&page, "tertulia_connections_accepted_total"), 1.0, "they are no clients of the chat");
    drop(slow);
    scrape(address);
}

#[test]
fn hundreds_of_scrapes_at_once_are_all_answered() {
    let (_server, address) = measured(&[]);
    let request = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
    let streams: Vec<TcpStream> = (0..300)
        .map(|_| {
            let mut stream = TcpStream::connect_timeout(&address, DEADLINE).expect("a door");
            stream.set_read_timeout(Some(DEADLINE)).expect("a connection");
            stream.write_all(request).expect("a server that reads");
            stream
        })
        .collect();
    // Each is closed when it has its answer, as a scraper does it: the server waits a while for those who do not.
    for mut stream in streams {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an orderly end");
        assert!(answer.ends_with("\n") && answer.contains("tertulia_people 0\n"), "{answer}");
    }
}

#[test]
fn metrics_stay_where_they_are_over_upgrades() {
    let (server, address) = measured(&[]);
    for _ in 0..2 {
        // The port was given by the system: looked for anew, it would be another one.
        upgrade(&server);
        scrape(address);
    }
    let complaints = server.complaints();
    assert!(!complaints.contains("--metrics"), "{complaints}");
}

#[test]
fn metrics_are_announced_and_a_door_for_everybody_is_warned_of() {
    let (server, address) = measured(&[]);
    server.console_until(&format!("Métricas en http://{address}/metrics"));
    let console = server.complaints();
    assert!(!console.contains("métricas"), "{console}");
    let server = Server::start(&["--metrics", "0.0.0.0:0", "--lang", "en"]);
    let shown = server.stdout().next().expect("an address");
    let words = format!("Anybody who can reach {shown} can read the metrics: they ask for no password.");
    server.console_find(|line| line == format!("[WARN] {words}"));
}

#[test]
fn metrics_on_a_port_that_is_taken_keep_the_server_from_starting() {
    let (server, _) = measured(&[]);
    let taken = SocketAddr::from((Ipv4Addr::LOCALHOST, server.address.port())).to_string();
    let mut second = crate::support::server::command(&["--metrics", &taken]);
    let output = second.stdin(Stdio::null()).output().expect("a server that ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("El puerto {taken} ya está en uso")), "{said}");
}
