//! What a node is told to keep, and which numbers messages have when the log was lost.

use tertulia::chat::{
    Account, AccountEdit, AccountKey, AccountRecord, AdminRefusal, AdminReply, AuthResult, ChatConfig,
    ChatSnapshot, ClientId, Command, Effect, Hub, Input, Letter, Matter, Message, MessageId, MonoTime, Name,
    OfflineMessage, Origin, Password, PasswordHash, Reply, RoomKey, Text, Time, UnixMillis,
};

use crate::support::log;

/// The one node of a log, in which each change comes back at once.
struct Node {
    hub: Hub,
    effects: Vec<Effect>,
    at: Time,
}

impl Node {
    fn of(config: ChatConfig, kept: MessageId) -> Node {
        let chat = ChatSnapshot::from(Hub::new(config.clone()).snapshot());
        let at = Time { mono: MonoTime::START, wall: UnixMillis(1_800_000_000_000) };
        let hub = Hub::of_node(chat, config).expect("a sound chat");
        let mut node = Node { hub, effects: Vec::new(), at };
        node.apply(log::joined(at));
        node.apply(Input::Living(kept));
        node
    }

    fn apply(&mut self, input: Input) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            self.hub.apply(self.at, input);
            let mut effects = Vec::new();
            self.hub.effects(&mut effects);
            self.effects.append(&mut effects);
            let mut proposed = Vec::new();
            self.hub.proposed(&mut proposed);
            inputs.extend(proposed.into_iter().rev().map(|proposed| log::comes_back(proposed, self.at)));
        }
    }

    fn enters(&mut self, number: u32, name: &str) -> ClientId {
        let id = ClientId::new(0, number);
        self.apply(Input::Connected(id, Origin::UNKNOWN));
        self.does(id, Command::Nick(Text::clean(name)));
        id
    }

    fn does(&mut self, id: ClientId, command: Command) {
        self.apply(Input::Command(id, command));
    }

    fn says(&mut self, id: ClientId, words: &str) {
        self.does(id, Command::Say { room: None, text: Text::clean(words) });
    }

    fn kept(&self) -> Vec<&Message> {
        let mut kept = Vec::new();
        for effect in &self.effects {
            if let Effect::Keep(message) = effect {
                kept.push(message);
            }
        }
        kept
    }

    fn edits(&mut self, edit: AccountEdit) -> AdminReply {
        self.apply(Input::EditAccount(7, edit));
        match self.effects.iter().rev().find(|effect| matches!(effect, Effect::AdminReply(..))) {
            Some(Effect::AdminReply(7, reply)) => reply.clone(),
            other => panic!("{other:?}"),
        }
    }
}

fn name(name: &str) -> Name {
    Name::new(name).expect("a good name")
}

fn hash(word: &str) -> PasswordHash {
    PasswordHash::new(word.to_owned())
}

fn accounts() -> ChatConfig {
    ChatConfig { accounts: Some(Vec::new()), ..ChatConfig::default() }
}

#[test]
fn number_of_a_message_that_a_node_has_kept_is_given_to_no_other() {
    for (kept, next) in [(0, 1), (50, 51)] {
        let mut node = Node::of(ChatConfig::default(), MessageId(kept));
        let ana = node.enters(1, "Ana");
        node.says(ana, "hola");
        assert_eq!(node.kept()[0].id, MessageId(next));
    }
}

#[test]
fn node_that_goes_on_from_a_state_is_told_all_that_is_kept_and_what_is_missing() {
    let mut before = Node::of(accounts(), MessageId::default());
    let ana = before.enters(1, "Ana");
    before.edits(AccountEdit::Add(name("María"), hash("girasol")));
    before.does(ana, Command::Message { to: Text::clean("María"), text: Text::clean("te espero") });
    before.says(ana, "uno");
    before.does(ana, Command::Join { room: Text::clean("cocina"), key: None });
    before.says(ana, "dos");
    before.does(ana, Command::Join { room: Text::clean("patio"), key: None });
    let last: Vec<(RoomKey, MessageId)> = before.kept().iter().map(|line| (line.room, line.id)).collect();
    let mut after = Node::of(accounts(), MessageId::default());
    after.effects.clear();
    after.hub.go_on_from(before.at, before.hub.chat_snapshot()).expect("a sound chat");
    after.hub.effects(&mut after.effects);
    let Some(Effect::Retain(retained)) = after.effects.first() else { panic!("{:?}", after.effects) };
    assert_eq!((retained.accounts.len(), retained.rooms.len(), retained.letters.len()), (1, 3, 1));
    let told = |is: fn(&Effect) -> bool| after.effects.iter().filter(|effect| is(effect)).count();
    assert_eq!(
        told(|effect| matches!(effect, Effect::Account(record) if record.password == hash("girasol"))),
        1
    );
    assert_eq!(told(|effect| matches!(effect, Effect::RoomRecord(_))), 3);
    assert_eq!(
        told(
            |effect| matches!(effect, Effect::Letter(letter) if letter.message.text.as_str() == "te espero")
        ),
        1
    );
    // A mark has the number of the last line that it stands for: who has kept that one passes over it.
    let marks: Vec<_> =
        after.kept().iter().map(|mark| (mark.room, mark.id, mark.missing(), mark.at)).collect();
    let expected = last.into_iter().map(|(room, id)| (room, id, Some(0), before.at.wall));
    assert_eq!(marks, expected.collect::<Vec<_>>());
}

#[test]
fn letters_are_bounded_by_the_chat_and_gone_when_they_have_been_read() {
    let key = AccountKey(1.try_into().expect("not 0"));
    let record = |account: Account| AccountRecord {
        account,
        password: hash("girasol"),
        made_from: None,
        made_at: UnixMillis(0),
    };
    let account = Account { key, name: name("María") };
    let (id, from, at) = (MessageId(3), name("Juan"), UnixMillis(0));
    let message = OfflineMessage { id, from, sender: None, at, text: Text::clean("de antes") };
    let config = ChatConfig {
        accounts: Some(vec![account.clone()]),
        passwords: vec![record(account)],
        letters: vec![Letter { to: key, message, from: None }],
        next_message: MessageId(4),
        ..ChatConfig::default()
    };
    let mut node = Node::of(config, MessageId::default());
    let ana = node.enters(1, "Ana");
    for _ in 0..tertulia::limits::OFFLINE_MESSAGES_MAX {
        node.does(ana, Command::Message { to: Text::clean("María"), text: Text::clean("te espero") });
    }
    let new = node.effects.iter().filter(|effect| matches!(effect, Effect::Letter(_))).count();
    assert!(new < tertulia::limits::OFFLINE_MESSAGES_MAX, "{new} beside one that waits");
    let maria = node.enters(2, "María");
    let login = Reply::AuthResult(Matter::Login(Some(key)), AuthResult::Granted(key));
    node.does(maria, Command::Secret(Password::new("girasol")));
    node.effects.clear();
    node.apply(Input::Reply(maria, login));
    node.says(maria, "ya estoy");
    let read =
        node.effects.iter().filter(|effect| matches!(effect, Effect::Ack(account, _) if *account == key));
    assert_eq!(read.count(), 1, "{:?}", node.effects);
    let state = serde_json::to_value(node.hub.chat_snapshot()).expect("a state");
    assert_eq!(state["chat"]["letters"].as_array().map(Vec::len), Some(0));
}

#[test]
fn accounts_are_edited_in_the_log() {
    let mut node = Node::of(accounts(), MessageId::default());
    let add = |called: &str| AccountEdit::Add(name(called), hash("girasol"));
    assert_eq!(node.edits(add("Ana")), AdminReply::Done);
    assert_eq!(node.edits(add("ana")), AdminReply::Refused(AdminRefusal::NameTaken(name("Ana"))));
    let made_at = node.at.wall;
    node.at.wall = UnixMillis(made_at.0 + 60_000);
    assert_eq!(node.edits(AccountEdit::Change(name("Ana"), hash("rosa"))), AdminReply::Done);
    assert_eq!(
        node.edits(AccountEdit::Remove(name("Eva"))),
        AdminReply::Refused(AdminRefusal::NoSuchAccount)
    );
    let kept: Vec<(&str, UnixMillis)> = node
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Account(record) => Some((record.password.as_str(), record.made_at)),
            _ => None,
        })
        .collect();
    assert_eq!(kept, [("girasol", made_at), ("rosa", made_at)], "it was made when the log says");
    assert_eq!(node.edits(AccountEdit::Remove(name("Ana"))), AdminReply::Done);
    assert!(node.effects.iter().any(|effect| matches!(effect, Effect::AccountGone(_))));
    let ana = node.enters(1, "Ana");
    assert!(node.hub.name(ana).is_some(), "the name is free");
}
