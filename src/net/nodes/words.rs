//! What the administrator of a node is told of the log and of the other nodes.

use super::node_end::NodeEnd;
use crate::chat::Language::{self, English, Spanish};
use crate::cluster::{EpochEnd, News, StopReason};
use crate::limits::NODES_MAX;
use crate::net::server::RestoreError;
use crate::storage::ForeignDirectory;

/// The line of the console.
pub(super) fn of_news(news: &News, language: Language) -> String {
    match (language, news) {
        (Spanish, News::Away) => "Redis no contesta: lo que se escribe espera.".into(),
        (Spanish, News::Back) => "Redis vuelve a contestar: lo que esperaba se dice ahora.".into(),
        (Spanish, News::Gap) => {
            "El registro en Redis no es el que era: se sigue con lo que conserva, y puede faltar lo último que se dijo.".into()
        }
        (Spanish, News::Living(id)) => format!("Este nodo forma parte del chat desde la entrada {id}"),
        (Spanish, News::HeldForDead) => {
            "Los otros nodos han dado por caído a este, que vuelve a entrar con su gente.".into()
        }
        (Spanish, News::NodeGone(node, EpochEnd::Left)) => format!("El nodo {node} ha terminado"),
        (Spanish, News::NodeGone(node, EpochEnd::Dead)) => format!("El nodo {node} no da señales: se le da por caído"),
        (Spanish, News::NodeGone(node, EpochEnd::Replaced)) => format!("El nodo {node} ha vuelto a empezar"),
        (Spanish, News::Differs(node)) => {
            format!("El nodo {node} ha sacado del mismo registro algo distinto que los demás.")
        }
        (Spanish, News::Garbage(id)) => format!("La entrada {id} no la ha escrito ningún nodo; no se tiene en cuenta."),
        (Spanish, News::MoreGarbage(more)) => {
            format!("Y en un minuto otras {more} entradas que no ha escrito ningún nodo; no se tienen en cuenta.")
        }
        (Spanish, News::ClocksApart { by, ahead }) => format!(
            "El reloj de Redis va {} s {} respecto al de este equipo; cuenta el de Redis.",
            by.as_secs(),
            if *ahead { "adelantado" } else { "atrasado" }
        ),
        (English, News::Away) => "Redis does not answer: what is typed waits.".into(),
        (English, News::Back) => "Redis answers again: what waited is said now.".into(),
        (English, News::Gap) => {
            "The log in Redis is not what it was: the chat goes on from what there is, and what was said last may be missing.".into()
        }
        (English, News::Living(id)) => format!("This node is part of the chat since entry {id}"),
        (English, News::HeldForDead) => {
            "The other nodes hold this one for dead; it comes in again, and its people with it.".into()
        }
        (English, News::NodeGone(node, EpochEnd::Left)) => format!("Node {node} has ended"),
        (English, News::NodeGone(node, EpochEnd::Dead)) => format!("Node {node} gives no sign of life: it is held for dead"),
        (English, News::NodeGone(node, EpochEnd::Replaced)) => format!("Node {node} has begun again"),
        (English, News::Differs(node)) => {
            format!("Node {node} has made something else of the same log than the others.")
        }
        (English, News::Garbage(id)) => format!("No node has written entry {id}; it does not count."),
        (English, News::MoreGarbage(more)) => {
            format!("And in a minute {more} other entries that no node has written; they do not count.")
        }
        (English, News::ClocksApart { by, ahead }) => format!(
            "The clock of Redis is {} s {} that of this machine; that of Redis counts.",
            by.as_secs(),
            if *ahead { "ahead of" } else { "behind" }
        ),
    }
}

/// Connections were lost so often beside those that were told of.
pub(super) fn lost_again(count: u64, language: Language) -> String {
    match (language, count) {
        (Spanish, 1) => "Redis ha dejado de contestar otra vez en un minuto.".into(),
        (Spanish, _) => format!("Redis ha dejado de contestar otras {count} veces en un minuto."),
        (English, 1) => "Redis has stopped answering once more within a minute.".into(),
        (English, _) => format!("Redis has stopped answering {count} times more within a minute."),
    }
}

impl NodeEnd {
    /// The one line for the administrator.
    pub fn describe(&self, language: Language) -> String {
        let reason = match self {
            NodeEnd::Stopped(reason) => reason,
            NodeEnd::Restore(RestoreError::Snapshot(error)) => {
                return format!("{}: {error}", state(language));
            }
            NodeEnd::Restore(RestoreError::Directory(ForeignDirectory::OtherLog)) => &StopReason::AnotherLog,
            NodeEnd::Restore(RestoreError::Directory(ForeignDirectory::OwnPast)) => {
                return own_past(language).into();
            }
        };
        match (language, reason) {
            (Spanish, StopReason::Replaced) => {
                "Otro proceso usa el nombre de este nodo (--node), que se detiene.".into()
            }
            (Spanish, StopReason::Left) => "El nodo ha terminado.".into(),
            (Spanish, StopReason::AnotherLog) => {
                "Los datos de --data son de otro registro que el de --cluster. Un nodo empieza con una carpeta vacía, o con una copia \
                 de la de otro."
                    .into()
            }
            (Spanish, StopReason::NoLog) => {
                "El registro está vacío o ha perdido lo que hace falta para seguir: hay que fundarlo de nuevo \
                 (tertulia-server cluster init; docs/nodes.md dice cómo)."
                    .into()
            }
            (Spanish, StopReason::TooOld(version)) => {
                format!("Los nodos escriben ya en la versión {version}, que este programa no conoce: hay que actualizarlo.")
            }
            (Spanish, StopReason::TooNew(version)) => {
                format!("Los nodos escriben en la versión {version}, que este programa ya no conoce: hay que actualizar los demás.")
            }
            (Spanish, StopReason::Option(option)) => format!("Los demás nodos tienen otro valor de {option}: dale a este el mismo."),
            (Spanish, StopReason::TooManyNodes) => format!(
                "El registro conoce ya {NODES_MAX} nombres de nodos, y no admite otro: usa uno de ellos (--node; /nodos los enseña)."
            ),
            (Spanish, StopReason::Differs) => {
                "Este nodo ha sacado dos veces del registro algo distinto que los demás, y se detiene.".into()
            }
            (English, StopReason::Replaced) => "Another process has the name of this node (--node), which stops.".into(),
            (English, StopReason::Left) => "The node has ended.".into(),
            (English, StopReason::AnotherLog) => {
                "What is in --data is of another log than that of --cluster. A node begins with an empty directory, or with a \
                 copy of another one's."
                    .into()
            }
            (English, StopReason::NoLog) => {
                "The log is empty, or has lost what it takes to go on: it has to be founded again (tertulia-server cluster init; \
                 docs/nodes.md says how)."
                    .into()
            }
            (English, StopReason::TooOld(version)) => {
                format!("The nodes write in version {version} already, which this program does not know: it has to be upgraded.")
            }
            (English, StopReason::TooNew(version)) => {
                format!("The nodes write in version {version}, which this program does not know any more: upgrade the others.")
            }
            (English, StopReason::Option(option)) => format!("The other nodes have another value of {option}: give this one the same."),
            (English, StopReason::TooManyNodes) => format!(
                "The log knows {NODES_MAX} names of nodes already, and takes no other: use one of them (--node; /nodes shows them)."
            ),
            (English, StopReason::Differs) => {
                "This node has made something else of the log than the others, twice, and stops.".into()
            }
        }
    }
}

fn own_past(language: Language) -> &'static str {
    match language {
        Spanish => {
            "La carpeta de --data ya tiene su propio chat. Un nodo empieza con una carpeta vacía, o con una copia de la de otro; un \
             registro nuevo puede empezar con ese chat: tertulia-server cluster init --data."
        }
        English => {
            "The directory of --data has a chat of its own. A node begins with an empty directory, or with a copy of another \
             one's; a new log can begin with that chat: tertulia-server cluster init --data."
        }
    }
}

fn state(language: Language) -> &'static str {
    match language {
        Spanish => "No se puede seguir con el estado del chat que hay en Redis",
        English => "The state of the chat in Redis cannot be gone on from",
    }
}
