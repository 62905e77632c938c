//! Orders, as values and as lines of text: fields behind tabs, and an empty field for one that was not given.

use serde::{Deserialize, Serialize};

use crate::chat::{AdminOrder, Language, Text};
use crate::limits::EXPULSION_MINUTES_MAX;

/// What the administrator wants of a running server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ControlOrder {
    /// Something about the accounts.
    Account(AccountOrder),
    /// Something in the chat, and the language of the answer. An order that is answered without words goes without a language,
    /// and comes out with the default one.
    Chat(AdminOrder, Language),
    /// List all who are connected.
    Who,
    /// Stop in good order, and answer when that is done.
    Stop,
    /// Have the program that is in its place by now go on, and answer in that language when it does.
    Upgrade(Language),
}

/// Something about the accounts. Plain values, because another thread carries it out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountOrder {
    /// Which account has this name, or one that looks like it?
    Find {
        /// The name.
        name: String,
    },
    /// Make an account.
    Add {
        /// The name.
        name: String,
        /// The hash of its password, a PHC string.
        hash: String,
    },
    /// Give an account another password.
    Change {
        /// The name.
        name: String,
        /// The hash of its password, a PHC string.
        hash: String,
    },
    /// Delete an account.
    Remove {
        /// The name.
        name: String,
    },
    /// All accounts.
    List,
}

impl AccountOrder {
    /// Whether nothing is changed by it.
    pub fn only_reads(&self) -> bool {
        matches!(self, AccountOrder::Find { .. } | AccountOrder::List)
    }
}

impl ControlOrder {
    /// The line that says it, with its end.
    pub fn encode(&self) -> String {
        let optional =
            |text: &Option<Text>| text.as_ref().map_or_else(String::new, |text| field(text.as_str()));
        let fields = match self {
            ControlOrder::Account(AccountOrder::Find { name }) => vec!["account-find".into(), field(name)],
            ControlOrder::Account(AccountOrder::Add { name, hash }) => {
                vec!["account-add".into(), field(name), field(hash)]
            }
            ControlOrder::Account(AccountOrder::Change { name, hash }) => {
                vec!["account-passwd".into(), field(name), field(hash)]
            }
            ControlOrder::Account(AccountOrder::Remove { name }) => {
                vec!["account-remove".into(), field(name)]
            }
            ControlOrder::Account(AccountOrder::List) => vec!["account-list".into()],
            ControlOrder::Chat(AdminOrder::Say { room, text }, _) => {
                vec!["say".into(), optional(room), field(text.as_str())]
            }
            ControlOrder::Chat(AdminOrder::Kick { whom, room, reason }, _) => {
                vec!["kick".into(), field(whom.as_str()), optional(room), optional(reason)]
            }
            ControlOrder::Chat(AdminOrder::Expel { whom, minutes, reason }, language) => {
                let minutes = minutes.map_or_else(String::new, |minutes| minutes.to_string());
                vec!["expel".into(), tag(*language).into(), field(whom.as_str()), minutes, optional(reason)]
            }
            ControlOrder::Chat(AdminOrder::Readmit(whom), language) => {
                vec!["readmit".into(), tag(*language).into(), field(whom.as_str())]
            }
            ControlOrder::Who => vec!["who".into()],
            ControlOrder::Stop => vec!["stop".into()],
            ControlOrder::Upgrade(language) => vec!["upgrade".into(), tag(*language).into()],
        };
        fields.join("\t") + "\n"
    }

    /// What a line without its end says. None: nothing that this version knows.
    pub fn decode(line: &str) -> Option<ControlOrder> {
        let text = |field: &str| Text::clean(field);
        let optional = |field: &str| (!field.is_empty()).then(|| Text::clean(field));
        let fields: Vec<&str> = line.split('\t').collect();
        Some(match *fields.as_slice() {
            ["account-find", name] => ControlOrder::Account(AccountOrder::Find { name: name.into() }),
            ["account-add", name, hash] => {
                ControlOrder::Account(AccountOrder::Add { name: name.into(), hash: hash.into() })
            }
            ["account-passwd", name, hash] => {
                ControlOrder::Account(AccountOrder::Change { name: name.into(), hash: hash.into() })
            }
            ["account-remove", name] => ControlOrder::Account(AccountOrder::Remove { name: name.into() }),
            ["account-list"] => ControlOrder::Account(AccountOrder::List),
            ["say", room, words] => {
                let order = AdminOrder::Say { room: optional(room), text: text(words) };
                ControlOrder::Chat(order, Language::default())
            }
            ["kick", whom, room, reason] => {
                let (room, reason) = (optional(room), optional(reason));
                ControlOrder::Chat(AdminOrder::Kick { whom: text(whom), room, reason }, Language::default())
            }
            ["expel", tag, whom, minutes, reason] => {
                let minutes = if minutes.is_empty() { None } else { Some(self::minutes(minutes)?) };
                let order = AdminOrder::Expel { whom: text(whom), minutes, reason: optional(reason) };
                ControlOrder::Chat(order, language(tag)?)
            }
            ["readmit", tag, whom] => ControlOrder::Chat(AdminOrder::Readmit(text(whom)), language(tag)?),
            ["who"] => ControlOrder::Who,
            ["stop"] => ControlOrder::Stop,
            ["upgrade", tag] => ControlOrder::Upgrade(language(tag)?),
            _ => return None,
        })
    }
}

fn tag(language: Language) -> &'static str {
    match language {
        Language::Spanish => "es",
        Language::English => "en",
    }
}

fn language(tag: &str) -> Option<Language> {
    [Language::Spanish, Language::English].into_iter().find(|&language| self::tag(language) == tag)
}

/// For how many minutes, if it is that.
fn minutes(field: &str) -> Option<u32> {
    field.parse().ok().filter(|minutes| (1..=EXPULSION_MINUTES_MAX).contains(minutes))
}

/// Words as a field: on one line, and without a tab.
pub(super) fn field(words: &str) -> String {
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
