//! What a newcomer reads, in Spanish.

/// What a newcomer is asked, in Spanish.
pub const PROMPT: &str = "Ingresa tu nombre: ";

/// What follows a good name in any company, in Spanish.
pub fn opening(name: &str) -> String {
    format!("\nBienvenido al chat, {name}!\nEscribe 'salir' para desconectarte.\n\n")
}

/// What follows a good name when nobody else is there, in Spanish.
pub fn welcome(name: &str) -> String {
    welcome_to(name, "No hay nadie más por ahora.")
}

/// What follows a good name where `company` is: `Aquí está Ana.`
pub fn welcome_to(name: &str, company: &str) -> String {
    format!("{}{company}\n{HELP}\n", opening(name))
}

/// The last line of a greeting.
pub const HELP: &str = "Para ver los comandos: /ayuda";
