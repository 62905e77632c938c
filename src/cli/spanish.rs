//! The command line in Spanish: what clap builds from the options speaks English.

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command};

use super::mistake::Mistake;
use crate::config::NetworkError;
#[cfg(feature = "cluster")]
use crate::limits::NODE_NAME_MAX_BYTES;

/// What each option and argument does, by its id; where commands differ, by that of the command too.
const ARGUMENTS: [(&str, &str); 50] = [
    ("listen", "Escucha aquí; se puede repetir; el puerto 0 toma uno libre"),
    ("lang", "Idioma de la consola, y el de cada persona hasta que elija uno"),
    (
        "max_clients",
        "Personas conectadas a la vez [si no se da: lo que permita el límite de archivos abiertos]",
    ),
    ("login_timeout", "Segundos para dar un nombre; 0: sin límite"),
    ("rate_limit", "Mensajes por segundo y persona; lo que pase de ahí se lee más tarde; 0: sin límite"),
    ("data", "Guarda lo que se dice en esta carpeta [si no se da: solo en memoria]"),
    ("keep_days", "Borra lo que se dijo hace más de estos días [si no se da: nada]"),
    ("accounts_only", "Solo deja entrar a quien tenga su nombre registrado"),
    ("operator", "Deja que este nombre registrado lo haga todo en todas partes; se puede repetir"),
    (
        "operator_password_file",
        "Deja que quien sepa la contraseña de este archivo lo haga todo en todas partes: /identificar operador",
    ),
    ("replay", "Líneas de una sala que se repiten a quien entra; 0: ninguna"),
    ("motd", "Muestra este texto a todo el que llega"),
    (
        "host_name",
        "Atiende a los navegadores también con este nombre, además de direcciones y localhost; se puede repetir",
    ),
    ("allow_origin", "Deja que las páginas de este sitio también hablen aquí; se puede repetir"),
    (
        "trust_proxy",
        "Se fía de los proxies de esta dirección o red cuando dicen de dónde vienen sus clientes; se puede repetir",
    ),
    (
        "metrics",
        "Cuenta a Prometheus cómo está el servidor, en /metrics; un puerto solo es para este equipo [si no se da: en ninguna parte]",
    ),
    (
        "tls_dir",
        "Guarda en esta carpeta la clave y el certificado de TLS, que se crean si no están [si no se da: la de --data]",
    ),
    ("tls_cert", "Usa este certificado para TLS, con los que lo avalan, en formato PEM"),
    ("tls_key", "La clave privada de --tls-cert, en formato PEM"),
    ("require_tls", "No admite contraseñas sin TLS, salvo desde este equipo y a través de --trust-proxy"),
    ("cluster", "Es un solo chat con todos los servidores que usan este Redis o Valkey"),
    (
        "cluster_file",
        "La primera línea de este archivo es la dirección de --cluster: una contraseña en la línea de órdenes la ven todos",
    ),
    ("cluster_prefix", "Con qué empiezan allí las claves"),
    (
        "cluster_key_file",
        "Cifra lo que hay allí con la clave de la primera línea de este archivo: 64 cifras hexadecimales",
    ),
    ("cluster_unsafe", "Sigue aunque ese Redis pueda perder lo que se le da"),
    ("node", "El nombre de este servidor entre ellos: a-z, 0-9 y -"),
    ("entry", "La entrada: dos números con un guion en medio"),
    ("log_level", "Cuánto se registra"),
    ("log_file", "Añade el registro también a este archivo [si no se da: solo la consola]"),
    ("color", "Colores en la consola; auto los pone en una terminal, salvo con NO_COLOR"),
    ("quiet", "Registra solo avisos y errores: --log-level warn"),
    ("verbose", "Registra más: -v es --log-level debug, -vv es trace"),
    ("help", "Muestra esta ayuda"),
    ("version", "Muestra la versión"),
    ("name", "El nombre"),
    ("room", "Solo en esta sala [si no se da: en todo el chat]"),
    ("reason", "El motivo; se le dice, y también a los demás"),
    ("text", "Lo que se dice"),
    ("whom", "Un nombre o una dirección"),
    ("minutes", "Durante estos minutos [si no se da: hasta que se le readmita]"),
    (
        "password_file",
        "Toma como contraseña la primera línea de este archivo; - es la entrada estándar [si no se da: la pregunta en la terminal]",
    ),
    ("add data", "La carpeta con la que se lanza el servidor"),
    ("passwd data", "La carpeta con la que se lanza el servidor"),
    ("remove data", "La carpeta con la que se lanza el servidor"),
    ("list data", "La carpeta con la que se lanza el servidor"),
    (
        "init data",
        "Empieza con el chat de esta carpeta, que desde entonces pertenece al registro [si no se da: con un chat vacío]",
    ),
    ("leave data", "La carpeta con la que se lanzaba el servidor"),
    ("kick room", "Solo lo echa de esta sala [si no se da: cierra su conexión]"),
    ("running data", "La carpeta con la que se lanzó el servidor"),
    ("task lang", "Idioma de lo que se dice aquí"),
];

/// What each command does.
const COMMANDS: [(&str, &str); 18] = [
    (
        "tertulia-server",
        "Un servidor de chat para una clase, un equipo o un laboratorio: se le habla con nc, telnet o tertulia",
    ),
    ("account", "Crea, cambia, borra o lista cuentas: nombres protegidos con una contraseña"),
    ("add", "Registra un nombre"),
    ("passwd", "Da otra contraseña a un nombre registrado"),
    ("remove", "Deja libre un nombre registrado; se borran los mensajes que esperan a su dueño"),
    ("list", "Lista las cuentas: nombre, cuándo se creó, última vez que entró; con tabuladores"),
    ("say", "Hace que el servidor en marcha diga algo a todos, o a una sala"),
    ("kick", "Cierra la conexión de una persona o la echa de una sala; puede volver"),
    ("expel", "Expulsa del chat a una persona o una dirección, y no la deja volver"),
    ("readmit", "Deja volver a una persona o una dirección que fue expulsada"),
    ("who", "Lista quién está conectado: nombre, dirección, segundos sin escribir, salas; con tabuladores"),
    ("health", "Pregunta al servidor en marcha si está bien: si responde, ok y estado de salida 0"),
    ("stop", "Detiene en orden el servidor en marcha, y espera a que acabe"),
    ("cluster", "Funda el registro que comparten varios servidores que son un solo chat, o lo repara"),
    ("init", "Funda el registro, una vez, antes de lanzar el primer servidor"),
    ("skip", "Quita del registro una entrada que hace caer a todos los servidores: la que nombran al caer"),
    ("leave", "Saca una carpeta del registro al que pertenece, para un servidor que esté solo"),
    (
        "upgrade",
        "Hace que el programa instalado ahora siga en lugar del servidor en marcha; no se desconecta a nadie",
    ),
];

/// What stands for a value.
const VALUES: [(&str, &str); 19] = [
    ("ADDR:PORT", "DIRECCIÓN:PUERTO"),
    ("[ADDR:]PORT", "[DIRECCIÓN:]PUERTO"),
    ("LANG", "IDIOMA"),
    ("SECS", "SEGUNDOS"),
    ("DIR", "CARPETA"),
    ("NAME", "NOMBRE"),
    ("FILE", "ARCHIVO"),
    ("LEVEL", "NIVEL"),
    ("WHEN", "CUÁNDO"),
    ("TEXT", "TEXTO"),
    ("ROOM", "SALA"),
    ("REASON", "MOTIVO"),
    ("NAME|ADDRESS", "NOMBRE|DIRECCIÓN"),
    ("CIDR", "CIDR"),
    ("URL", "URL"),
    ("WORD", "PALABRA"),
    ("NODE", "NODO"),
    ("ENTRY", "ENTRADA"),
    ("N", "N"),
];

/// The command line with all its words in Spanish.
pub(super) fn translated(command: Command) -> Command {
    let command = turned(command, true);
    // What is shown as usage depends on all the rest.
    let mut built = command.clone();
    built.build();
    with_usage(command, &mut built)
}

/// A line of usage that clap made, in Spanish.
pub(super) fn usage(line: &str) -> String {
    line.replace("[OPTIONS]", "[OPCIONES]").replace("[COMMAND]", "[ORDEN]").replace("<COMMAND>", "<ORDEN>")
}

fn turned(command: Command, outermost: bool) -> Command {
    let name = command.get_name().to_owned();
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help);
    let mut command = command
        .disable_help_flag(true)
        .arg(help)
        .help_template("{about-with-newline}\nUso: {usage}\n\n{all-args}{after-help}")
        .subcommand_help_heading("Órdenes")
        .subcommand_value_name("ORDEN");
    if outermost {
        let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
        command = command.disable_version_flag(true).arg(version);
    }
    if let Some(about) = lookup(&COMMANDS, &name) {
        command = command.about(about);
    }
    command.mut_args(|arg| turned_argument(arg, &name, outermost)).mut_subcommands(|task| turned(task, false))
}

fn turned_argument(arg: Arg, command: &str, outermost: bool) -> Arg {
    let id = arg.get_id().as_str().to_owned();
    let own = lookup(&ARGUMENTS, &format!("{command} {id}"));
    let tasks = match id.as_str() {
        "data" if !outermost => lookup(&ARGUMENTS, "running data"),
        "lang" if !outermost => lookup(&ARGUMENTS, "task lang"),
        _ => None,
    };
    let mut words = own.or(tasks).or_else(|| lookup(&ARGUMENTS, &id)).unwrap_or_default().to_owned();
    let names =
        |values: &[PossibleValue]| values.iter().map(PossibleValue::get_name).collect::<Vec<_>>().join(", ");
    let takes_value = arg.get_action().takes_values();
    if takes_value && let Some(default) = arg.get_default_values().first().and_then(|value| value.to_str()) {
        words.push_str(&format!(" [por omisión: {default}]"));
    }
    let possible = arg.get_possible_values();
    if takes_value && !possible.is_empty() {
        words.push_str(&format!(" [valores: {}]", names(&possible)));
    }
    let shown = arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
    let heading = if arg.is_positional() { "Argumentos" } else { "Opciones" };
    let arg = arg.help(words).help_heading(heading);
    if !takes_value {
        return arg;
    }
    let arg = arg.hide_default_value(true).hide_possible_values(true);
    match shown.as_deref().and_then(|name| lookup(&VALUES, name)) {
        Some(name) => arg.value_name(name),
        None => arg,
    }
}

/// What is wrong about a value: the end of a sentence, without a full stop.
pub(super) fn mistake(mistake: &Mistake) -> String {
    match mistake {
        Mistake::NoNumber => "hace falta un número entero".into(),
        Mistake::AtLeast(least) => format!("hace falta un número, al menos {least}"),
        Mistake::Between(least, most) => format!("hace falta un número de {least} a {most}"),
        Mistake::NoPort(with_it) => format!("falta el puerto, como en {with_it}"),
        Mistake::Port(port) => format!("el puerto es un número de 0 a 65535, no {port}"),
        Mistake::Brackets => "una dirección IPv6 va entre corchetes, como en [::1]:65434".into(),
        Mistake::NoHost(port) => {
            format!("di para quién: localhost:{port} para este equipo, 0.0.0.0:{port} para todos")
        }
        #[cfg(feature = "cluster")]
        Mistake::EngineAddress => {
            "no es la dirección de un Redis, como redis://localhost/ o unix:///run/redis.sock".into()
        }
        #[cfg(feature = "cluster")]
        Mistake::WithoutTls => "este programa se compiló sin TLS, que es lo que pide rediss://".into(),
        #[cfg(feature = "cluster")]
        Mistake::Prefix => "las claves empiezan con letras a-z, cifras y - _ : . { }".into(),
        #[cfg(feature = "cluster")]
        Mistake::NodeName => format!(
            "el nombre de un nodo tiene como mucho {NODE_NAME_MAX_BYTES} letras a-z, cifras y -, y empieza con una letra"
        ),
        #[cfg(feature = "cluster")]
        Mistake::Entry => "una entrada son dos números con un guion en medio, como 1764000000000-0".into(),
        Mistake::Network(NetworkError::NoNetwork) => {
            "hace falta una dirección o una red, como 10.0.0.7 o 10.0.0.0/8".into()
        }
        Mistake::Network(NetworkError::PrefixMax(most)) => {
            format!("el número tras / es como mucho {most}")
        }
        Mistake::Network(NetworkError::Inside(network)) => {
            format!("la red de esa dirección es {network}")
        }
    }
}

/// Gives each command the usage that clap made for it, in Spanish.
fn with_usage(command: Command, built: &mut Command) -> Command {
    let made = built.render_usage().to_string();
    let made = usage(made.strip_prefix("Usage: ").unwrap_or(&made));
    command.override_usage(made).mut_subcommands(|task| match built.find_subcommand_mut(task.get_name()) {
        Some(built) => with_usage(task, built),
        None => task,
    })
}

fn lookup(table: &[(&'static str, &'static str)], key: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == key).map(|(_, words)| *words)
}
