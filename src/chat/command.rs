//! What a client asks, whatever the dialect it asked in.

use serde::{Deserialize, Serialize};

use super::account::{Password, PasswordError};
use super::message::MessageId;
use super::session_token::Token;
use super::text::Text;
use crate::limits::{KEY_MAX_BYTES, REASON_MAX_BYTES, TOPIC_MAX_BYTES};

/// One request of one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Words for a room; from a client without a name, the name.
    Say {
        /// The room; without one, the current one.
        room: Option<Text>,
        /// The words.
        text: Text,
    },
    /// An action, told in the third person.
    Act {
        /// The room; without one, the current one.
        room: Option<Text>,
        /// What is done.
        text: Text,
    },
    /// Another name.
    Nick(Text),
    /// Who is in a room: the current one, or the one named.
    Who(Option<Text>),
    /// The rooms.
    Rooms,
    /// Enters a room and makes it the current one.
    Join {
        /// The room, with or without its `#`.
        room: Text,
        /// What one has to know to enter, if one does.
        key: Option<Text>,
    },
    /// Leaves a room: the current one, or the one named.
    Leave(Option<Text>),
    /// Shows the topic of a room, or sets it; `-` clears it.
    Topic {
        /// The room; without one, the current one.
        room: Option<Text>,
        /// Another one.
        topic: Option<Text>,
    },
    /// Says something to one person only.
    Message {
        /// Whom.
        to: Text,
        /// What.
        text: Text,
    },
    /// Says something to the sender of the last private message.
    Reply(Text),
    /// Closes a room by a key; without one, opens it.
    Key {
        /// The room; without one, the current one.
        room: Option<Text>,
        /// What one has to know to enter from now on.
        key: Option<Text>,
    },
    /// Lets one person into a room.
    Invite {
        /// The room; without one, the current one.
        room: Option<Text>,
        /// Whom.
        whom: Text,
    },
    /// Puts a member out of a room, with a reason perhaps.
    Kick {
        /// The room; without one, the current one.
        room: Option<Text>,
        /// Whom.
        whom: Text,
        /// Why.
        reason: Option<Text>,
    },
    /// Puts a person out of a room for good.
    Ban {
        /// The room; without one, the current one.
        room: Option<Text>,
        /// Whom.
        whom: Text,
    },
    /// Lets a person come back.
    Unban {
        /// The room; without one, the current one.
        room: Option<Text>,
        /// Whom.
        whom: Text,
    },
    /// Who is banned from a room, and who is silenced there.
    Bans {
        /// The room; without one, the current one.
        room: Option<Text>,
    },
    /// Silences a person in a room, or lets them speak again.
    Mute {
        /// The room; without one, the current one.
        room: Option<Text>,
        /// Whom; without a name, all but operators.
        whom: Option<Text>,
    },
    /// Makes a member an operator of a room.
    Op {
        /// The room; without one, the current one.
        room: Option<Text>,
        /// Whom.
        whom: Text,
    },
    /// Puts a person out of the chat.
    Expel {
        /// A name or an address.
        whom: Text,
        /// For how long.
        minutes: Option<u32>,
        /// Why.
        reason: Option<Text>,
    },
    /// Lets an expelled person come back, by name or address.
    Readmit(Text),
    /// Who is expelled.
    Expelled,
    /// The nodes of the chat.
    Nodes,
    /// The last lines of a room.
    History {
        /// The room; without one, the current one.
        room: Option<Text>,
        /// How many; without a number, the server decides.
        lines: Option<usize>,
        /// Only those that were said before the message of this number, which need not be one of the room.
        before: Option<MessageId>,
    },
    /// Lines with these words, of rooms that one may read.
    Search(Text),
    /// Makes the name theirs.
    Register,
    /// Takes a registered name.
    Login(Text),
    /// Changes the password.
    ChangePassword,
    /// Goes on where another connection was, instead of giving a name.
    Resume {
        /// What that connection was given; none: something that cannot have been given.
        token: Option<Token>,
        /// The last message that is known; without it, no lines are wanted.
        after: Option<MessageId>,
    },
    /// The answer to a question for a password.
    Secret(Result<Password, PasswordError>),
    /// Marks away with a reason; without one, back.
    Away(Option<Text>),
    /// Hides a person, or shows them again; without a name, lists the hidden.
    Ignore(Option<Text>),
    /// The language of what the server says; without one, which it is.
    Language(Option<Language>),
    /// The commands, or one of them.
    Help(Option<Verb>),
    /// Whether the server is there.
    Ping,
    /// Leaves the chat, with or without last words.
    Quit(Option<Text>),
    /// A line that made no command.
    Unclear(Trouble),
}

impl Command {
    /// Makes it about this room, if it can be about one and names none.
    pub fn be_about(&mut self, here: Text) {
        if let Command::Say { room, .. }
        | Command::Act { room, .. }
        | Command::Who(room)
        | Command::Leave(room)
        | Command::Topic { room, .. }
        | Command::Key { room, .. }
        | Command::Invite { room, .. }
        | Command::Kick { room, .. }
        | Command::Ban { room, .. }
        | Command::Unban { room, .. }
        | Command::Bans { room }
        | Command::Mute { room, .. }
        | Command::Op { room, .. }
        | Command::History { room, .. } = self
        {
            room.get_or_insert(here);
        }
    }

    /// The words in it that others will see, if it has any.
    pub fn shown(&self) -> Option<&Text> {
        match self {
            Command::Say { text, .. }
            | Command::Act { text, .. }
            | Command::Message { text, .. }
            | Command::Reply(text)
            | Command::Nick(text)
            | Command::Join { room: text, .. } => Some(text),
            Command::Topic { topic: words, .. }
            | Command::Kick { reason: words, .. }
            | Command::Expel { reason: words, .. }
            | Command::Away(words)
            | Command::Quit(words) => words.as_ref(),
            Command::Who(_)
            | Command::Rooms
            | Command::Leave(_)
            | Command::Key { .. }
            | Command::Invite { .. }
            | Command::Ban { .. }
            | Command::Unban { .. }
            | Command::Bans { .. }
            | Command::Mute { .. }
            | Command::Op { .. }
            | Command::Readmit(_)
            | Command::Expelled
            | Command::Nodes
            | Command::Ignore(_)
            | Command::History { .. }
            | Command::Search(_)
            | Command::Register
            | Command::Login(_)
            | Command::ChangePassword
            | Command::Secret(_)
            | Command::Resume { .. }
            | Command::Language(_)
            | Command::Help(_)
            | Command::Ping
            | Command::Unclear(_) => None,
        }
    }
}

/// A language that the server speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    /// Spanish, as the system before this one spoke.
    #[default]
    Spanish,
    /// English.
    English,
}

/// The commands that can be typed, each under a name in either language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// `/rooms`, `/salas`
    Rooms,
    /// `/join`, `/entrar`
    Join,
    /// `/leave`, `/dejar`
    Leave,
    /// `/topic`, `/tema`
    Topic,
    /// `/msg`, `/privado`
    Message,
    /// `/reply`, `/responder`
    Reply,
    /// `/history`, `/historial`
    History,
    /// `/search`, `/buscar`
    Search,
    /// `/register`, `/registrar`
    Register,
    /// `/login`, `/identificar`
    Login,
    /// `/password`, `/clave`
    Password,
    /// `/key`, `/llave`
    Key,
    /// `/invite`, `/invitar`
    Invite,
    /// `/kick`, `/echar`
    Kick,
    /// `/ban`, `/vetar`
    Ban,
    /// `/unban`, `/perdonar`
    Unban,
    /// `/bans`, `/vetados`
    Bans,
    /// `/mute`, `/silenciar`
    Mute,
    /// `/op`, `/operador`
    Op,
    /// `/expel`, `/expulsar`
    Expel,
    /// `/readmit`, `/readmitir`
    Readmit,
    /// `/expelled`, `/expulsados`
    Expelled,
    /// `/nodes`, `/nodos`
    Nodes,
    /// `/quit`, `/salir`
    Quit,
}

impl Verb {
    /// How many lines follow it that are passwords, when it is not refused.
    pub fn secrets(self) -> u8 {
        match self {
            Verb::Login => 1,
            Verb::Register => 2,
            Verb::Password => 3,
            _ => 0,
        }
    }
}

/// What was wrong with a line; its sender alone is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// More words than are kept of that; nothing was done.
    Exceeds(Wording),
    /// It looks like this command with something secret behind it, after a slip of a key; it was not said.
    Slip(Verb),
    /// It was sent before the answer to a command that asks for a password could be read, and may be one; it was not said.
    TypedAhead,
    /// It is the password that its sender has just typed, and that nothing came of; it was not said.
    Repeated,
    /// Some of it was lost; the rest was not said.
    Incomplete,
    /// A message of a program could not be understood.
    Message(MessageFault),
}

/// What is wrong with a message that a program sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MessageFault {
    /// It is no JSON object: why.
    NoJson(Text),
    /// There is no message of this type.
    UnknownType(Text),
    /// A field is missing, or has a value that it cannot have: which, or why.
    Field(Text),
    /// A password has been asked for, which has to be given, or given up by an empty one, before anything else.
    PasswordAsked,
    /// No password has been asked for.
    NothingAsked,
}

impl Trouble {
    /// The command that was meant, as far as that is known.
    pub fn about(&self) -> Option<Verb> {
        match self {
            Trouble::Usage(verb)
            | Trouble::Slip(verb)
            | Trouble::NoSuchCommand { nearest: Some(verb), .. } => Some(*verb),
            _ => None,
        }
    }
}

/// Words that are kept and shown again, and are shorter than a line for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wording {
    /// What a room is about.
    Topic,
    /// What one has to know to enter a room.
    Key,
    /// Why a member is away, or was put out.
    Reason,
}

impl Wording {
    /// How many bytes there may be.
    pub fn max_bytes(self) -> usize {
        match self {
            Wording::Topic => TOPIC_MAX_BYTES,
            Wording::Key => KEY_MAX_BYTES,
            Wording::Reason => REASON_MAX_BYTES,
        }
    }

    /// What is wrong with `words`, if they are too many.
    pub(super) fn trouble(self, words: Option<&Text>) -> Option<Trouble> {
        words.is_some_and(|words| words.as_str().len() > self.max_bytes()).then_some(Trouble::Exceeds(self))
    }
}
