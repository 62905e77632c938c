//! Lost connections: nothing is missed, nothing is said twice, and the others notice nothing.

use super::reader::Reader;
use super::{luis_and_ana, luis_and_ana_with, missing, server};
use crate::support::peer::Peer;
use crate::support::server::Server;

/// Lets a test break the connection of the page, as a network does.
const REACH: &str = "globalThis.WebSocket = class extends WebSocket {
    constructor(...all) {
        super(...all);
        globalThis.connection = this;
    }
};";

/// Luis in the room of everybody, and Ana there and in another one, with a script that runs before the page's own.
#[track_caller]
fn luis_and_ana_in_the_kitchen_too(server: &Server, script: &str) -> (Peer, Reader) {
    let (luis, mut ana) = luis_and_ana_with(server, script);
    ana.say("/entrar cocina");
    ana.looks_at("#cocina");
    ana.turn_to("general");
    (luis, ana)
}

#[test]
fn page_takes_a_lost_connection_up_again_and_misses_nothing() {
    if missing() {
        return;
    }
    let server = server();
    let (mut luis, mut ana) = luis_and_ana_in_the_kitchen_too(&server, REACH);
    luis.say("uno");
    ana.sees("uno");
    ana.0.evaluate("connection.close()");
    ana.0.wait("!document.getElementById('bar').hidden");
    luis.say("dos");
    luis.say("/msg Ana en privado");
    luis.say("tres");
    ana.0.wait("document.getElementById('bar').hidden");
    ana.sees("tres");
    ana.say("cuatro");
    let heard = luis.until("Ana: cuatro");
    assert!(heard.iter().all(|line| !line.contains("salió") && !line.contains("se unió")), "{heard:?}");
    ana.sees("cuatro");
    assert_eq!(ana.words(), ["uno", "dos", "tres", "cuatro"]);
    // The mark stands where she stopped.
    assert_eq!(
        ana.0.evaluate(
            "document.querySelector('#log > :has(.mark)').nextSibling.querySelector('.text').textContent"
        ),
        "dos"
    );
    ana.turn_to("Luis");
    ana.sees("en privado");
    assert_eq!(ana.words(), ["en privado"]);
    // Both rooms are there.
    assert_eq!(ana.0.evaluate("document.querySelectorAll('#roomTabs li:not(.gone)').length"), 2);
    ana.expect_no_complaints();
}

#[test]
fn page_that_is_loaded_again_is_still_the_same_person() {
    if missing() {
        return;
    }
    let server = server();
    let (mut luis, mut ana) = luis_and_ana(&server);
    ana.say("uno");
    luis.until("Ana: uno");
    ana.come_back();
    ana.sees("uno");
    ana.say("dos");
    assert_eq!(luis.until("Ana: dos"), ["Ana: dos"]);
    ana.sees("dos");
    assert_eq!(ana.words(), ["uno", "dos"]);
    ana.expect_no_complaints();
}

/// The first attempt to go on is refused, as when there is no place for the moment.
const REFUSED: &str = "globalThis.WebSocket = class extends WebSocket {
    constructor(...all) {
        super(...all);
        globalThis.connection = this;
    }

    send(text) {
        const { type, ref } = JSON.parse(text);
        if (type !== 'resume' || globalThis.refused) return super.send(text);
        globalThis.refused = true;
        const data = JSON.stringify({ type: 'error', code: 'name_unregistered', text: 'lleno', ref });
        this.dispatchEvent(new MessageEvent('message', { data }));
    }
};";

#[test]
fn page_that_is_refused_for_now_keeps_its_token() {
    if missing() {
        return;
    }
    let server = server();
    let (mut luis, mut ana) = luis_and_ana_with(&server, REFUSED);
    ana.0.evaluate("connection.close()");
    ana.0.wait("globalThis.refused && document.getElementById('bar').hidden");
    ana.say("sigo");
    assert_eq!(luis.until("Ana: sigo"), ["Ana: sigo"]);
    ana.expect_no_complaints();
}

#[test]
fn page_that_is_loaded_again_shows_the_room_that_its_reader_had() {
    if missing() {
        return;
    }
    let server = server();
    let (mut luis, mut ana) = luis_and_ana_in_the_kitchen_too(&server, "");
    ana.say("uno");
    luis.until("Ana: uno");
    ana.come_back();
    ana.looks_at("#general");
    ana.say("dos");
    luis.until("Ana: dos");
    ana.expect_no_complaints();
}

#[test]
fn room_with_a_key_asks_for_it() {
    if missing() {
        return;
    }
    let server = server();
    let (mut luis, mut ana) = luis_and_ana(&server);
    luis.say("/entrar cocina");
    luis.say("/llave sal");
    luis.until("cerrado");
    ana.say("/entrar cocina");
    ana.0.wait("document.getElementById('dialog').open");
    ana.0.write("sal");
    ana.0.press("Enter");
    ana.looks_at("#cocina");
    ana.expect_no_complaints();
}

#[test]
fn page_whose_server_was_held_for_dead_shows_who_is_there_by_then() {
    if missing() {
        return;
    }
    let server = server();
    let (_luis, mut ana) = luis_and_ana_in_the_kitchen_too(&server, REACH);
    ana.0.wait("document.getElementById('folk').textContent.includes('Luis')");
    // As a server says it that is one of several: Luis left meanwhile, Eva came, and the kitchen is gone.
    ana.0.evaluate(
        "connection.onmessage({ data: JSON.stringify({ type: 'resumed', name: 'Ana', lang: 'es', room: 'general', \
         token: 'A'.repeat(32), rooms: [{ room: 'general', names: ['Eva', 'Ana'] }], text: 'Sigues' }) })",
    );
    ana.0.wait("document.getElementById('folk').textContent.includes('Eva')");
    assert_eq!(ana.0.evaluate("document.getElementById('folk').textContent.includes('Luis')"), false);
    assert_eq!(ana.0.evaluate("document.querySelectorAll('#roomTabs li.gone').length"), 1);
    assert_eq!(ana.0.evaluate("document.getElementById('app').hidden"), false);
    ana.expect_no_complaints();
}

#[test]
fn page_asks_who_is_in_each_room_when_more_have_left_the_chat_than_are_named() {
    if missing() {
        return;
    }
    let server = server();
    let (_luis, mut ana) = luis_and_ana_in_the_kitchen_too(&server, REACH);
    // As a server says it whose people all leave at once.
    ana.0.evaluate(
        "globalThis.asked = []; const send = connection.send.bind(connection); connection.send = (text) => { const said = \
         JSON.parse(text); if (said.type === 'who') asked.push(said.room); send(text); }; connection.onmessage({ data: \
         JSON.stringify({ type: 'left', chat: true, names: ['Luis'], more: 6, text: 'Luis y 6 más' }) })",
    );
    assert_eq!(ana.0.evaluate("asked.join()"), "general", "of the others when they are looked at");
    ana.turn_to("cocina");
    assert_eq!(ana.0.evaluate("asked.join()"), "general,cocina");
    ana.turn_to("general");
    assert_eq!(ana.0.evaluate("asked.join()"), "general,cocina", "once");
    ana.expect_no_complaints();
}

#[test]
fn page_whose_name_is_another_persons_behind_the_death_of_its_server_asks_for_one() {
    if missing() {
        return;
    }
    let server = server();
    let (mut luis, mut ana) = luis_and_ana_with(&server, REACH);
    ana.say("uno");
    luis.until("Ana: uno");
    // As a server says it that is one of several; this one is alone, and has her as she was: so she connects again.
    ana.0.evaluate(
        "['{\"type\":\"error\",\"code\":\"name_in_use\",\"text\":\"en uso\"}', '{\"type\":\"name\"}'] \
         .forEach((data) => connection.onmessage({ data }))",
    );
    ana.0.wait("!document.getElementById('hello').hidden && document.getElementById('app').hidden");
    assert_eq!(ana.0.evaluate("document.getElementById('trouble').textContent"), "en uso");
    ana.0.evaluate("connection.close()");
    ana.0.evaluate("document.getElementById('name').select()");
    ana.0.write("Bea");
    ana.0.press("Enter");
    ana.expect_inside();
    ana.say("dos");
    luis.until("Bea: dos");
    ana.expect_no_complaints();
}

#[test]
fn page_shows_beside_the_name_that_the_chat_waits_for_its_log() {
    if missing() {
        return;
    }
    let server = server();
    // A name to which no answer comes.
    let silent = format!("{REACH} WebSocket.prototype.send = () => {{}};");
    let mut ana = Reader::visit_with(&server, &silent);
    let tells = |ana: &mut Reader, news: &str, text: &str| {
        let notice = format!("{{type: 'notice', code: 'log', news: '{news}', text: '{text}'}}");
        ana.0.evaluate(&format!("connection.onmessage({{data: JSON.stringify({notice})}})"));
        ana.0.evaluate("document.getElementById('trouble').textContent")
    };
    ana.0.wait("document.activeElement.id === 'name'");
    ana.0.write("Ana");
    ana.0.press("Enter");
    ana.0.wait("globalThis.connection?.readyState === WebSocket.OPEN");
    assert_eq!(tells(&mut ana, "away", "El chat espera."), "El chat espera.");
    ana.0.press("Enter");
    assert_eq!(ana.0.evaluate("document.getElementById('trouble').textContent"), "El chat espera.");
    assert_eq!(tells(&mut ana, "back", "El chat sigue."), "");
    ana.expect_no_complaints();
}
