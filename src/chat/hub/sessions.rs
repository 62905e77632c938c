//! Which connections gave the password of which account, until they end: under whatever name they go on, another password
//! or the end of the account ends them. And which of them are the server's operators by their password.

use std::collections::BTreeSet;

use super::{AccountKey, ClientId, CloseReason, Event, Hub, Moment, Output, tell};
use crate::chat::event::AccountNews;

/// Those connections, by account and by client; one may be there for several accounts.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    by_account: BTreeSet<(AccountKey, ClientId)>,
    by_client: BTreeSet<(ClientId, AccountKey)>,
    /// Those that gave the password of the server's operator.
    operators: BTreeSet<ClientId>,
}

impl Sessions {
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
        self.by_client.is_empty() && self.operators.is_empty()
    }

    fn accounts(&self, client: ClientId) -> Vec<AccountKey> {
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
    /// Ends the connections that gave the password of an account, and tells them why; all but that one.
    pub(super) fn end_sessions(
        &mut self,
        account: AccountKey,
        except: Option<ClientId>,
        why: &AccountNews,
        now: Moment,
        out: &mut Vec<Output>,
    ) {
        for client in self.sessions.clients(account) {
            if Some(client) != except {
                out.push(tell(client, Event::Account(why.clone())));
                self.close(client, CloseReason::Revoked, now, out);
            }
        }
    }
}
