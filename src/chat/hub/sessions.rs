//! What belongs to connections: which of them gave the password of which account, until they end (under whatever name they go on,
//! another password or the end of the account ends them), which are the server's operators by their password, and what they are
//! being asked.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{AccountKey, ClientId, CloseReason, Event, Hub, Name};
use crate::chat::event::AccountNews;
use crate::chat::password_questions::PasswordQuestions;
use crate::limits::{ACCOUNTS_PER_CONNECTION, EXPELLED_PER_TURN};

/// Connections, by account and by client; one may be there for several accounts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub(super) struct Sessions {
    by_account: BTreeSet<(AccountKey, ClientId)>,
    #[serde(skip_serializing)]
    by_client: BTreeSet<(ClientId, AccountKey)>,
    /// Those that gave the password of the server's operator.
    operators: BTreeSet<ClientId>,
    /// Those that end, and what they are told.
    revoked: BTreeMap<ClientId, AccountNews>,
    /// What they are asked.
    pub(super) questions: PasswordQuestions,
}

/// What is stored of [`Sessions`].
#[derive(Deserialize)]
struct Stored {
    by_account: BTreeSet<(AccountKey, ClientId)>,
    operators: BTreeSet<ClientId>,
    revoked: BTreeMap<ClientId, AccountNews>,
    questions: PasswordQuestions,
}

impl From<Stored> for Sessions {
    fn from(Stored { by_account, operators, revoked, questions }: Stored) -> Sessions {
        let by_client = by_account.iter().map(|&(account, client)| (client, account)).collect();
        Sessions { by_account, by_client, operators, revoked, questions }
    }
}

impl Sessions {
    /// All clients of whom anything is known here.
    pub(super) fn all(&self) -> impl Iterator<Item = ClientId> {
        let opened = self.by_client.iter().map(|&(client, _)| client);
        let ending = self.revoked.keys().copied();
        opened.chain(self.operators.iter().copied()).chain(ending).chain(self.questions.clients())
    }

    /// A client has given the password of an account.
    pub(super) fn open(&mut self, account: AccountKey, client: ClientId) {
        self.by_account.insert((account, client));
        self.by_client.insert((client, account));
    }

    /// A client has given the password of the server's operator.
    pub(super) fn make_operator(&mut self, client: ClientId) {
        self.operators.insert(client);
    }

    /// Those who gave the password of the server's operator.
    pub(super) fn operators(&self) -> &BTreeSet<ClientId> {
        &self.operators
    }

    /// A client has left.
    pub(super) fn close(&mut self, client: ClientId) {
        self.operators.remove(&client);
        self.revoked.remove(&client);
        self.questions.take(client);
        for account in self.accounts(client) {
            self.by_account.remove(&(account, client));
            self.by_client.remove(&(client, account));
        }
    }

    /// A client goes on as another one.
    pub(super) fn follow(&mut self, old: ClientId, new: ClientId) {
        for account in self.accounts(old) {
            self.open(account, new);
        }
        if self.operators.contains(&old) {
            self.operators.insert(new);
        }
        self.close(old);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_client.is_empty()
            && self.operators.is_empty()
            && self.revoked.is_empty()
            && self.questions.is_empty()
    }

    /// Whether there are connections that have to [end](Hub::end_revoked).
    pub(super) fn has_revoked(&self) -> bool {
        !self.revoked.is_empty()
    }

    /// Whether a connection has to end.
    pub(super) fn is_revoked(&self, client: ClientId) -> bool {
        self.revoked.contains_key(&client)
    }

    /// The accounts whose passwords a client has given: at most [`ACCOUNTS_PER_CONNECTION`].
    pub(super) fn accounts(&self, client: ClientId) -> Vec<AccountKey> {
        let all = (client, AccountKey::MIN)..=(client, AccountKey::MAX);
        self.by_client.range(all).map(|&(_, account)| account).collect()
    }

    /// The connections that gave the password of an account.
    pub(super) fn clients(&self, account: AccountKey) -> Vec<ClientId> {
        let all = (account, ClientId::from_bits(0))..=(account, ClientId::from_bits(u64::MAX));
        self.by_account.range(all).map(|&(_, client)| client).collect()
    }
}

impl Hub {
    /// The registered names of which a client has given the passwords, and whose each is: what is decided about the client is
    /// about these too, whatever they are called now.
    pub(super) fn proven_names(&self, client: ClientId) -> Vec<(AccountKey, Name)> {
        let Some(account_index) = &self.account_index else { return Vec::new() };
        let accounts = self.sessions.accounts(client).into_iter();
        accounts.filter_map(|key| Some((key, account_index.name(key)?.clone()))).collect()
    }

    /// Whether a client has given the passwords of as many accounts as may be.
    pub(super) fn is_many(&self, client: ClientId) -> bool {
        self.sessions.accounts(client).len() >= ACCOUNTS_PER_CONNECTION
    }

    /// Has the connections [end](Self::end_revoked) that gave the password of an account, and tells them why; all but that
    /// one.
    pub(super) fn revoke(&mut self, account: AccountKey, except: Option<ClientId>, why: &AccountNews) {
        let clients = self.sessions.clients(account).into_iter().filter(|&client| Some(client) != except);
        for client in clients {
            self.sessions.revoked.entry(client).or_insert_with(|| why.clone());
        }
    }

    /// Ends some of the connections whose password is none any more: of very many, the rest in the next turn.
    pub(super) fn end_revoked(&mut self) {
        for _ in 0..EXPELLED_PER_TURN {
            let Some((&client, _)) = self.sessions.revoked.first_key_value() else { break };
            self.end_if_revoked(client);
        }
    }

    /// Ends a connection whose password is none any more, if this is one; says whether it is.
    pub(super) fn end_if_revoked(&mut self, client: ClientId) -> bool {
        let Some(why) = self.sessions.revoked.remove(&client) else { return false };
        self.tell(client, Event::Account(why));
        self.close(client, CloseReason::Revoked);
        true
    }

    /// Ends a client whose end is decided, and who waits for it because very many end at once; says whether they have ended.
    /// To be asked before a client does anything.
    pub(super) fn end_if_decided(&mut self, id: ClientId) -> bool {
        self.end_if_revoked(id) || self.expelling.remove(&id) && self.put_out_if_expelled(id)
    }
}
