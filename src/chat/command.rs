//! What a client asks, whatever the dialect it asked in.

use super::text::Text;

/// One request of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Words for the current room; from somebody without a name, the name.
    Say(Text),
    /// An action, told in the third person.
    Act(Text),
    /// Another name.
    Nick(Text),
    /// Who is here.
    Who,
    /// Marks away with a reason; without one, back.
    Away(Option<Text>),
    /// Hides a person, or shows them again; without a name, lists the hidden.
    Ignore(Option<Text>),
    /// The language of what the server says; without one, which it is.
    Language(Option<Language>),
    /// The commands, or one of them.
    Help(Option<Verb>),
    /// Leaves the chat, with or without last words.
    Quit(Option<Text>),
    /// A line that made no command.
    Unclear(Trouble),
}

/// A language that the server speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Spanish, as the system before this one spoke.
    #[default]
    Spanish,
    /// English.
    English,
}

/// The commands that can be typed, each under a name in either language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// `/help`, `/ayuda`
    Help,
    /// `/who`, `/quien`
    Who,
    /// `/nick`, `/nombre`
    Nick,
    /// `/me`, `/yo`
    Me,
    /// `/away`, `/ausente`
    Away,
    /// `/ignore`, `/ignorar`
    Ignore,
    /// `/lang`, `/idioma`
    Lang,
    /// `/quit`, `/salir`
    Quit,
}

/// What was wrong with a line; its sender alone is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Longer than a line may be; it was dropped.
    TooLong,
    /// Not UTF-8; what could not be read became U+FFFD and the rest stands.
    NotUtf8,
    /// No such command; perhaps another was meant.
    NoSuchCommand {
        /// The word as it was typed, without its slash.
        word: Text,
        /// The command whose name is nearest, if one is near.
        nearest: Option<Verb>,
    },
    /// The command needs something behind it, or something else.
    Usage(Verb),
}
