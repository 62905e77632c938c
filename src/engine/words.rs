//! What is wrong with an engine, in two languages, one line each.

use std::io::ErrorKind;

use super::EngineTrouble;
use super::address::EngineAddressError;
use super::error::{EngineCause, EngineError, EngineWarning};
use super::fault::EngineFault;
use super::sealing::SealingError;
use crate::chat::Language::{self, English, Spanish};
use crate::locale::reason;

impl EngineAddressError {
    /// The one line for the person who typed the address.
    pub fn describe(self, language: Language) -> &'static str {
        match (language, self) {
            (Spanish, EngineAddressError::Malformed) => {
                "hace falta la dirección de un Redis: redis://anfitrión:6379/, rediss:// con TLS, o unix:///camino; en \
                 una contraseña se escribe %40 por @ y %2F por /"
            }
            (Spanish, EngineAddressError::WithoutTls) => {
                "este programa se construyó sin TLS: no conoce rediss://"
            }
            (English, EngineAddressError::Malformed) => {
                "the address of a Redis is needed: redis://host:6379/, rediss:// with TLS, or unix:///path; in a \
                 password @ is written %40, and / is %2F"
            }
            (English, EngineAddressError::WithoutTls) => {
                "this program was built without TLS: it knows no rediss://"
            }
        }
    }
}

impl EngineError {
    /// The one line for the person who started the node, or typed the command.
    pub fn describe(&self, language: Language) -> String {
        let address = &self.address;
        let what = self.cause.describe(language);
        let EngineCause::Fault(fault) = &self.cause else { return format!("{address}: {what}") };
        let hint = self.may_be_tls(fault).map_or("", |hint| hint.describe(language));
        match language {
            Spanish => format!("El Redis de {address} no sirve: {what}.{hint}"),
            English => format!("The Redis at {address} is of no use: {what}.{hint}"),
        }
    }

    /// Whether what is wrong looks as it does where one end speaks TLS and the other does not.
    fn may_be_tls(&self, fault: &EngineFault) -> Option<TlsHint> {
        let hint = if self.address.starts_with("rediss:") { TlsHint::Without } else { TlsHint::With };
        match (fault, hint) {
            (EngineFault::Silent, TlsHint::Without) => Some(hint),
            (EngineFault::Connection(error), _) if error.kind() == ErrorKind::ConnectionReset => Some(hint),
            _ => None,
        }
    }
}

/// How the engine's port may speak instead.
#[derive(Clone, Copy)]
enum TlsHint {
    With,
    Without,
}

impl TlsHint {
    fn describe(self, language: Language) -> &'static str {
        match (language, self) {
            (Spanish, TlsHint::With) => " ¿Habla TLS en ese puerto? Sería rediss://",
            (Spanish, TlsHint::Without) => " ¿Habla TLS en ese puerto? Si no, es redis://",
            (English, TlsHint::With) => " Does it speak TLS on that port? Then it is rediss://",
            (English, TlsHint::Without) => " Does it speak TLS on that port? If not, it is redis://",
        }
    }
}

impl EngineCause {
    fn describe(&self, language: Language) -> String {
        match language {
            Spanish => self.spanish(),
            English => self.english(),
        }
    }

    fn spanish(&self) -> String {
        match self {
            EngineCause::Fault(fault) => fault.describe(Spanish),
            EngineCause::OtherSoftware => "no es Redis ni Valkey.".into(),
            EngineCause::TooOld(version) => {
                format!("es la versión {version}, y hace falta Redis 6.2 o posterior, o Valkey.")
            }
            EngineCause::Sharded => {
                "es un Redis Cluster, que reparte las claves; hace falta uno que las tenga todas.".into()
            }
            EngineCause::InTheClear => {
                "lo que se dice iría por la red sin cifrar, y quien la escuche podría también escribir. Usa rediss:// o \
                 --cluster-key-file; --cluster-unsafe sigue sin ello."
                    .into()
            }
            EngineCause::Forgetful => {
                "no guarda en el disco lo que se le da. Ponle «appendonly yes»; --cluster-unsafe sigue sin ello.".into()
            }
            EngineCause::Evicting(policy) => format!(
                "si le falta memoria tira lo que tiene (maxmemory-policy {policy}). Ponle «noeviction»; --cluster-unsafe \
                 sigue sin ello."
            ),
            EngineCause::OtherType { key, kind } => {
                format!("{key} es otra cosa ({kind}) y no un registro. Para usar otras claves: --cluster-prefix")
            }
            EngineCause::NotFounded(key) => {
                format!("no hay ningún registro {key}. Se funda una sola vez: tertulia-server cluster init")
            }
            EngineCause::NoSnapshot(key) => format!(
                "hay un registro, pero falta {key}, de donde parte cada nodo. Hay que fundarlo de nuevo: docs/nodes.md dice cómo."
            ),
            EngineCause::Founded(key) => {
                format!("{key} ya existe. Para fundar otro registro: --cluster-prefix, o borra antes esa clave")
            }
            EngineCause::NoEntry(id) => format!("en el registro no hay ninguna entrada {id}."),
            EngineCause::Applied(id) => {
                format!("hay una copia del estado posterior a {id}: esa entrada ya se aplicó y no se puede quitar.")
            }
            EngineCause::Running => "hay nodos en marcha. Páralos todos antes.".into(),
            EngineCause::Sealing(error) => error.spanish().into(),
            EngineCause::System(error) => reason(error, Spanish),
        }
    }

    fn english(&self) -> String {
        match self {
            EngineCause::Fault(fault) => fault.describe(English),
            EngineCause::OtherSoftware => "neither Redis nor Valkey.".into(),
            EngineCause::TooOld(version) => {
                format!("it is version {version}, and Redis 6.2 or later is needed, or Valkey.")
            }
            EngineCause::Sharded => {
                "it is a Redis Cluster, which shares keys out; one that has all of them is needed.".into()
            }
            EngineCause::InTheClear => {
                "what is said would pass over the network in the clear, and who listens there could write as well. Use \
                 rediss:// or --cluster-key-file; --cluster-unsafe goes on without."
                    .into()
            }
            EngineCause::Forgetful => {
                "it does not keep on its disk what it is given. Set 'appendonly yes'; --cluster-unsafe goes on without.".into()
            }
            EngineCause::Evicting(policy) => format!(
                "short of memory it drops what it has (maxmemory-policy {policy}). Set 'noeviction'; --cluster-unsafe goes \
                 on without."
            ),
            EngineCause::OtherType { key, kind } => {
                format!("{key} is something else ({kind}) and no log. To use other keys: --cluster-prefix")
            }
            EngineCause::NotFounded(key) => {
                format!("there is no log {key}. It is founded once: tertulia-server cluster init")
            }
            EngineCause::NoSnapshot(key) => format!(
                "there is a log, but {key} is missing, which each node begins from. It has to be founded again: docs/nodes.md says how."
            ),
            EngineCause::Founded(key) => {
                format!("{key} is there already. To found another log: --cluster-prefix, or delete that key before")
            }
            EngineCause::NoEntry(id) => format!("there is no entry {id} in the log."),
            EngineCause::Applied(id) => {
                format!("there is a snapshot of a place behind {id}: it has been applied and cannot be taken out.")
            }
            EngineCause::Running => "nodes are running. Stop all of them before.".into(),
            EngineCause::Sealing(error) => error.english().into(),
            EngineCause::System(error) => reason(error, English),
        }
    }
}

impl SealingError {
    fn spanish(self) -> &'static str {
        match self {
            SealingError::NoKey => "el registro está cifrado, y no se ha dado la clave: --cluster-key-file",
            SealingError::NotSealed => {
                "el registro no está cifrado, y se ha dado una clave. Se cifra al fundarlo: tertulia-server cluster init \
                 --cluster-key-file, con otro --cluster-prefix"
            }
            SealingError::OtherKey => "el registro está cifrado con otra clave que la de --cluster-key-file.",
        }
    }

    fn english(self) -> &'static str {
        match self {
            SealingError::NoKey => "the log is sealed, and no key was given: --cluster-key-file",
            SealingError::NotSealed => {
                "the log is not sealed, and a key was given. It is sealed from its founding on: tertulia-server cluster \
                 init --cluster-key-file, with another --cluster-prefix"
            }
            SealingError::OtherKey => "the log is sealed with another key than that of --cluster-key-file.",
        }
    }
}

impl EngineWarning {
    /// The one line for the log.
    pub fn describe(&self, language: Language) -> String {
        match (language, self) {
            (Spanish, EngineWarning::InTheClear) => {
                "Lo que se dice va por la red hasta Redis sin cifrar, y quien la escuche puede también escribir: usa \
                 rediss:// o --cluster-key-file."
                    .into()
            }
            (Spanish, EngineWarning::Forgetful) => {
                "Redis no guarda en el disco lo que se le da (appendonly no): si se cae, el chat se pierde.".into()
            }
            (Spanish, EngineWarning::Evicting(policy)) => format!(
                "Si le falta memoria, Redis tira lo que tiene (maxmemory-policy {policy}): el chat puede perderse."
            ),
            (English, EngineWarning::InTheClear) => {
                "What is said passes over the network to Redis in the clear, and who listens there can write as well: use \
                 rediss:// or --cluster-key-file."
                    .into()
            }
            (English, EngineWarning::Forgetful) => {
                "Redis does not keep on its disk what it is given (appendonly no): when it fails, the chat is lost.".into()
            }
            (English, EngineWarning::Evicting(policy)) => format!(
                "Short of memory Redis drops what it has (maxmemory-policy {policy}): the chat may be lost."
            ),
        }
    }
}

impl EngineTrouble {
    /// The one line for the log.
    pub fn describe(&self, language: Language) -> String {
        match (language, self) {
            (Spanish, EngineTrouble::StillLost(fault)) => {
                format!("No se llega a Redis: {}.", fault.describe(language))
            }
            (Spanish, EngineTrouble::Unreadable(id)) => {
                format!("La copia del estado en {id} no se puede leer; se usa la anterior.")
            }
            (Spanish, EngineTrouble::NotWritten(fault)) => {
                format!("No se pudo guardar en Redis una copia del estado: {}.", fault.describe(language))
            }
            (Spanish, EngineTrouble::NothingToGoOnFrom) => "No se pudo hacer una copia del estado: falta en Redis la anterior, o lo que \
                 venía detrás en el registro. Los nodos siguen, pero no puede entrar ninguno más: docs/nodes.md."
                .into(),
            (Spanish, EngineTrouble::Blocked(id)) => format!(
                "No se puede guardar en Redis ninguna copia del estado: hay una en {id}, adonde el registro no ha llegado, que no \
                 es de ningún nodo. docs/nodes.md dice cómo quitarla."
            ),
            (Spanish, EngineTrouble::Later(version)) => format!(
                "No se pudo hacer una copia del estado: en el registro se escribe ya en la versión {version}, que este \
                 programa no conoce."
            ),
            (English, EngineTrouble::StillLost(fault)) => {
                format!("Redis cannot be reached: {}.", fault.describe(language))
            }
            (English, EngineTrouble::Unreadable(id)) => {
                format!("The snapshot at {id} cannot be read; the one before is used.")
            }
            (English, EngineTrouble::NotWritten(fault)) => {
                format!("No snapshot could be kept in Redis: {}.", fault.describe(language))
            }
            (English, EngineTrouble::NothingToGoOnFrom) => "No snapshot could be made: the last one is missing in Redis, or what came \
                 behind it in the log. The nodes go on, but no other can join them: docs/nodes.md."
                .into(),
            (English, EngineTrouble::Blocked(id)) => format!(
                "No snapshot can be kept in Redis: there is one at {id}, which the log has not reached and no node has written. \
                 docs/nodes.md says how to take it out."
            ),
            (English, EngineTrouble::Later(version)) => format!(
                "No snapshot could be made: the log is written in version {version} already, which this program does not \
                 know."
            ),
        }
    }
}

impl EngineFault {
    /// What is wrong, as the end of a sentence, without a full stop.
    pub fn describe(&self, language: Language) -> String {
        match (language, self) {
            (_, EngineFault::Connection(error)) => reason(error, language),
            (Spanish, EngineFault::Silent) => "no contesta".into(),
            (Spanish, EngineFault::WrongPassword) => "no acepta ese usuario con esa contraseña".into(),
            (Spanish, EngineFault::NoPassword) => {
                "pide una contraseña (redis://usuario:contraseña@anfitrión/)".into()
            }
            (Spanish, EngineFault::Denied(command)) => {
                format!("su usuario no tiene permiso para {command} (ACL; la lista está en docs/nodes.md)")
            }
            (Spanish, EngineFault::Loading) => "todavía carga lo que tiene en el disco".into(),
            (Spanish, EngineFault::ReadOnly) => {
                "es una réplica, o le faltan las suyas, y no deja escribir".into()
            }
            (Spanish, EngineFault::Disk) => "no puede escribir en su disco".into(),
            (Spanish, EngineFault::Memory) => "no le queda memoria (maxmemory)".into(),
            (Spanish, EngineFault::Other(words)) => format!("dice «{}»", words.as_str()),
            (Spanish, EngineFault::Shape) => "contesta como no lo haría un Redis".into(),
            (English, EngineFault::Silent) => "it does not answer".into(),
            (English, EngineFault::WrongPassword) => "it does not accept that user with that password".into(),
            (English, EngineFault::NoPassword) => {
                "it asks for a password (redis://user:password@host/)".into()
            }
            (English, EngineFault::Denied(command)) => {
                format!("its user has no permission for {command} (ACL; the list is in docs/nodes.md)")
            }
            (English, EngineFault::Loading) => "it is still loading what it has on its disk".into(),
            (English, EngineFault::ReadOnly) => {
                "it is a replica, or lacks its own, and takes no writes".into()
            }
            (English, EngineFault::Disk) => "it cannot write to its disk".into(),
            (English, EngineFault::Memory) => "it has no memory left (maxmemory)".into(),
            (English, EngineFault::Other(words)) => format!("it says '{}'", words.as_str()),
            (English, EngineFault::Shape) => "it answers as no Redis would".into(),
        }
    }
}
