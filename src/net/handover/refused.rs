//! Why the server goes on as it is.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use thiserror::Error;

use crate::chat::Language;
use crate::locale::reason;

/// Why an upgrade is not made. Nothing has changed then.
#[derive(Debug, Error)]
pub enum UpgradeRefused {
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
    /// One is being made already.
    #[error("an upgrade is under way")]
    UnderWay,
    /// The program cannot be started.
    #[error("{}: {}", .0.display(), .1)]
    Program(PathBuf, io::Error),
    /// The program does not take the state; what it says.
    #[error("{}: {}", .0.display(), .1)]
    State(PathBuf, String),
    /// The program has not looked at the state in time.
    #[error("{} takes too long", .0.display())]
    Late(PathBuf),
    /// The program is not the one any more that has looked at the state.
    #[error("{} has changed meanwhile", .0.display())]
    Changed(PathBuf),
    /// The history cannot be written now.
    #[error("the history cannot be written")]
    History,
    /// The system has no room for what is to be handed over.
    #[error(transparent)]
    Files(#[from] io::Error),
}

impl UpgradeRefused {
    /// One line that says why.
    pub fn describe(&self, language: Language) -> String {
        use Language::{English, Spanish};
        match (self, language) {
            (UpgradeRefused::Stopping, Spanish) => "el servidor se está deteniendo".into(),
            (UpgradeRefused::Stopping, English) => "the server is stopping".into(),
            (UpgradeRefused::UnderWay, Spanish) => "ya hay una actualización en marcha".into(),
            (UpgradeRefused::UnderWay, English) => "an upgrade is under way already".into(),
            (UpgradeRefused::Program(path, error), _) => {
                format!("{}: {}", path.display(), reason(error, language))
            }
            (UpgradeRefused::State(path, words), Spanish) => {
                format!("{} no acepta el estado de este servidor: {words}", path.display())
            }
            (UpgradeRefused::State(path, words), English) => {
                format!("{} does not take the state of this server: {words}", path.display())
            }
            (UpgradeRefused::Late(path), Spanish) => {
                format!("{} tarda demasiado en mirar el estado de este servidor", path.display())
            }
            (UpgradeRefused::Late(path), English) => {
                format!("{} takes too long to look at the state of this server", path.display())
            }
            (UpgradeRefused::Changed(path), Spanish) => {
                format!("{} ha cambiado mientras miraba el estado de este servidor", path.display())
            }
            (UpgradeRefused::Changed(path), English) => {
                format!("{} has changed while it looked at the state of this server", path.display())
            }
            (UpgradeRefused::History, Spanish) => "ahora no se puede escribir el historial".into(),
            (UpgradeRefused::History, English) => "the history cannot be written now".into(),
            (UpgradeRefused::Files(error), Spanish) if error.kind() == ErrorKind::FileTooLarge => {
                "hay demasiado que entregar al programa nuevo".into()
            }
            (UpgradeRefused::Files(error), English) if error.kind() == ErrorKind::FileTooLarge => {
                "there is too much to hand over to the new program".into()
            }
            (UpgradeRefused::Files(error), _) => reason(error, language),
        }
    }
}
