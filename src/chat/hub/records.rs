//! What each of several nodes keeps of the chat in its files, when it goes on from another state of that.

use super::{Effect, Hub};

impl Hub {
    /// Has all of the chat kept that outlives the node, and nothing else: what was kept before may be of another place of the log. A
    /// room whose last lines the node has not kept has a mark there.
    pub(super) fn push_records(&mut self) {
        let Hub { chat, effects, at, .. } = self;
        effects.push(Effect::Retain(Box::new(chat.retained())));
        let accounts = chat.accounts().into_iter().flat_map(|accounts| accounts.records());
        effects.extend(accounts.map(|record| Effect::Account(Box::new(record))));
        effects.extend(chat.room_records().map(|record| Effect::RoomRecord(Box::new(record))));
        effects.extend(chat.expulsions().map(|expulsion| Effect::Expelled(Box::new(expulsion.clone()))));
        effects.extend(chat.letters().map(|letter| Effect::Letter(Box::new(letter.clone()))));
        effects.extend(chat.last_messages(at.wall).into_iter().map(Effect::Keep));
    }
}
