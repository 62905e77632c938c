//! What the server says about rooms, in Spanish.

use std::fmt::{Result, Write};

use super::words::{WORDS, number, persons};
use crate::chat::{Crowd, Decision, Name, PutOut, RoomListing, RoomRefusal, Text};
use crate::limits::{ROOMS_MAX, ROOMS_PER_PERSON};
use crate::protocol::phrases::{self, Phrases, wait};

pub(super) fn arrived(crowd: &Crowd, room: Option<&Name>, out: &mut String) -> Result {
    let (who, one) = (WORDS.crowd(crowd), crowd.count() == 1);
    match (room, one) {
        (None, true) => writeln!(out, ">>> {who} se unió al chat"),
        (None, false) => writeln!(out, ">>> {who} se unieron al chat"),
        (Some(room), true) => writeln!(out, ">>> {who} entró en #{room}"),
        (Some(room), false) => writeln!(out, ">>> {who} entraron en #{room}"),
    }
}

pub(super) fn departed(crowd: &Crowd, room: Option<&Name>, out: &mut String) -> Result {
    let (who, one) = (WORDS.crowd(crowd), crowd.count() == 1);
    match (room, one) {
        (None, true) => writeln!(out, "<<< {who} salió del chat"),
        (None, false) => writeln!(out, "<<< {who} salieron del chat"),
        (Some(room), true) => writeln!(out, "<<< {who} dejó #{room}"),
        (Some(room), false) => writeln!(out, "<<< {who} dejaron #{room}"),
    }
}

pub(super) fn entered(
    room: &Name,
    people: usize,
    topic: Option<&Text>,
    created: bool,
    out: &mut String,
) -> Result {
    if created {
        return writeln!(out, "Has creado #{room} y eres su operador. Ahora hablas aquí.");
    }
    writeln!(out, "Estás en #{room}, {}. Ahora hablas aquí.", persons(people))?;
    topic.map_or(Ok(()), |topic| writeln!(out, "Tema de #{room}: {topic}"))
}

pub(super) fn left(room: &Name, current: Option<&Name>, out: &mut String) -> Result {
    match current {
        Some(current) => writeln!(out, "Dejaste #{room}. Ahora hablas en #{current}."),
        None => writeln!(out, "Dejaste #{room}. No estás en ninguna sala: /entrar general"),
    }
}

pub(super) fn refused(refusal: &RoomRefusal, out: &mut String) -> Result {
    match refusal {
        RoomRefusal::Malformed => {
            writeln!(
                out,
                "Nombre de sala no válido: valen las mismas reglas que para los nombres de persona."
            )
        }
        RoomRefusal::NoSuchRoom(room) => writeln!(out, "No hay ninguna sala '{room}'. Prueba /salas."),
        RoomRefusal::NotIn(room) => writeln!(out, "No estás en #{room}."),
        RoomRefusal::Nowhere => writeln!(out, "No estás en ninguna sala: /entrar general"),
        RoomRefusal::Banned(room) => writeln!(out, "No puedes entrar en #{room}: te han vetado."),
        RoomRefusal::KeyWait(room, rest) => writeln!(
            out,
            "Demasiadas llaves incorrectas para #{room} desde tu dirección. Prueba dentro de {}.",
            wait(*rest)
        ),
        RoomRefusal::BannedOnArrival(room) => {
            writeln!(out, "No puedes entrar en #{room}: te han vetado. Para ver las demás salas: /salas")
        }
        RoomRefusal::Closed(room) => {
            writeln!(out, "#{room} está cerrada: para entrar, escribe la llave detrás de /entrar {room}")
        }
        RoomRefusal::WrongKey(room) => writeln!(out, "Esa no es la llave de #{room}."),
        RoomRefusal::TooMany => writeln!(out, "Ya estás en {ROOMS_PER_PERSON} salas: deja alguna antes."),
        RoomRefusal::NoneLeft => writeln!(out, "Ya hay {} salas, y no caben más.", number(ROOMS_MAX)),
        RoomRefusal::OverShare => {
            writeln!(out, "Desde tu dirección se han creado más de la mitad de las salas, y caben pocas más.")
        }
        RoomRefusal::NotOperator(room) => {
            writeln!(out, "Eso solo lo pueden hacer los operadores de #{room}.")
        }
        RoomRefusal::MayNotSpeak(room) => writeln!(out, "Ahora no puedes hablar en #{room}. No se envió."),
        RoomRefusal::NotThere(name, room) => writeln!(out, "En #{room} no hay nadie que se llame '{name}'."),
        RoomRefusal::Everybodys(room) => writeln!(out, "#{room} es de todos: no se puede cerrar."),
        RoomRefusal::NotBanned(name, room) => writeln!(out, "En #{room} no hay ningún veto contra '{name}'."),
        RoomRefusal::Yourself => writeln!(out, "A ti mismo no. Para salir de la sala: /dejar"),
    }
}

/// What a member is told who is no longer in a room.
pub(super) fn put_out(room: &Name, cause: &PutOut, out: &mut String) -> Result {
    match cause {
        PutOut::Kicked(by, None) => writeln!(out, "--- {} te ha echado de #{room}", decider(by)),
        PutOut::Kicked(by, Some(why)) => writeln!(out, "--- {} te ha echado de #{room} ({why})", decider(by)),
        PutOut::Banned(by) => {
            writeln!(out, "--- {} te ha vetado en #{room}: no puedes volver a entrar", decider(by))
        }
        PutOut::Name(name) => {
            writeln!(out, "--- El nombre {name} está vetado en #{room}: has salido de la sala")
        }
        PutOut::Person => writeln!(out, "--- Te habían vetado en #{room}: has salido de la sala"),
    }
}

pub(super) fn bans(room: &Name, banned: &[Name], muted: &[Name], out: &mut String) -> Result {
    if banned.is_empty() && muted.is_empty() {
        return writeln!(out, "En #{room} no hay nadie con veto ni en silencio.");
    }
    for (title, list) in [("Con veto", banned), ("En silencio", muted)] {
        if !list.is_empty() {
            writeln!(out, "{title} en #{room}, {}:", persons(list.len()))?;
            Phrases::newest(list, |rest| format!("… y {} más, de hace más tiempo", number(rest)), out)?;
        }
    }
    Ok(())
}

pub(super) fn list(rooms: &[RoomListing], total: usize, out: &mut String) -> Result {
    writeln!(out, "{} {}:", number(total), if total == 1 { "sala" } else { "salas" })?;
    for row in rooms {
        write!(out, "  #{}, {}", row.name, persons(row.people))?;
        out.push_str(if row.keyed { ", con llave" } else { "" });
        out.push_str(match (row.current, row.member) {
            (true, _) => " (hablas aquí)",
            (false, true) => " (estás)",
            (false, false) => "",
        });
        row.topic.as_ref().map_or(Ok(()), |topic| write!(out, ": {topic}"))?;
        out.push('\n');
    }
    match total - rooms.len() {
        0 => Ok(()),
        rest => writeln!(out, "  … y {} más, con menos gente", number(rest)),
    }
}

pub(super) fn decided(room: &Name, by: &Name, decision: &Decision, out: &mut String) -> Result {
    let by = decider(by);
    match decision {
        Decision::Topic(Some(topic)) => writeln!(out, "--- {by} ha puesto el tema de #{room}: {topic}"),
        Decision::Topic(None) => writeln!(out, "--- {by} ha borrado el tema de #{room}"),
        Decision::Keyed(true) => writeln!(out, "--- {by} ha cerrado #{room} con llave"),
        Decision::Keyed(false) => writeln!(out, "--- {by} ha abierto #{room}: ya no hace falta llave"),
        Decision::Invited(name) => writeln!(out, "--- {by} ha invitado a {name} a #{room}"),
        Decision::Kicked(name, None) => writeln!(out, "--- {by} ha echado a {name} de #{room}"),
        Decision::Kicked(name, Some(why)) => writeln!(out, "--- {by} ha echado a {name} de #{room} ({why})"),
        Decision::Banned(name) => writeln!(out, "--- {by} ha vetado a {name} en #{room}"),
        Decision::Unbanned(name) => writeln!(out, "--- {by} deja volver a {name} a #{room}"),
        Decision::Muted(name, true) => writeln!(out, "--- {by} ha silenciado a {name} en #{room}"),
        Decision::Muted(name, false) => writeln!(out, "--- {by} devuelve la palabra a {name} en #{room}"),
        Decision::Moderated(true) => writeln!(out, "--- {by}: en #{room} solo hablan los operadores"),
        Decision::Moderated(false) => writeln!(out, "--- {by}: en #{room} vuelven a hablar todos"),
        Decision::Opped(name) => writeln!(out, "--- {by} ha hecho operador de #{room} a {name}"),
    }
}

pub(super) fn keys_tried(room: &Name, tries: u32, by: &Name, out: &mut String) -> Result {
    writeln!(out, "--- Alguien está probando llaves en #{room}: {tries} intentos, el último de {by}")
}

/// Whose decision it is: a member's, or the server's administrator's.
fn decider(by: &Name) -> &str {
    phrases::decider(by, "El servidor")
}
