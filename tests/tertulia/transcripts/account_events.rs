//! Examples of every event that has to do with accounts.

use std::time::Duration;

use tertulia::chat::{
    AccountNews, AccountRefusal, Event, Message, MessageId, MessageKind, Name, OfflineMessage, PasswordError,
    Posted, Question, ResumedRoom, RoomKey, TOKEN_BYTES, Text, Token, UnixMillis,
};

/// What a session is told that goes on.
fn resumed() -> [Event; 2] {
    let [name, room] = ["Juan", "cocina"].map(|name| Name::new(name).unwrap());
    let (from, kind, text) = (Name::new("Ana").unwrap(), MessageKind::Said, Text::clean("hola"));
    let message = Message { id: MessageId(1), room: RoomKey(1), at: UnixMillis(1), from, kind, text };
    let inside = ResumedRoom { room: room.clone(), topic: None, people: 1, names: vec![name.clone()] };
    let (current, token) = (Some(room.clone()), Some(Token([7; TOKEN_BYTES])));
    [
        Event::Resumed { name, rooms: vec![inside], current, token },
        Event::Missed { room, here: true, message },
    ]
}

/// What can come of a private message for somebody who is not there.
fn posted() -> impl Iterator<Item = Posted> {
    [
        Posted::Kept,
        Posted::Full,
        Posted::OverShare,
        Posted::NoneLeft,
        Posted::OverShareOfAll,
        Posted::Failed,
        Posted::Displaced,
    ]
    .into_iter()
}

pub(super) fn events() -> Vec<Event> {
    let ana = Name::new("Ana").unwrap();
    let mut events = vec![Event::OfflineMessages {
        now: UnixMillis(86_400_000),
        messages: vec![OfflineMessage {
            id: MessageId(1),
            from: ana.clone(),
            sender: None,
            at: UnixMillis(1),
            text: Text::clean("hola"),
        }],
    }];
    events.extend(
        [Question::Password, Question::Operator, Question::Current, Question::New, Question::Again]
            .map(|question| Event::PasswordPrompt(question, None)),
    );
    events.push(Event::PasswordAgain);
    events.extend(resumed());
    events.extend(posted().map(Event::Posted));
    for error in [
        PasswordError::Blank,
        PasswordError::TooLong,
        PasswordError::TooShort,
        PasswordError::Control,
        PasswordError::NotUtf8,
    ] {
        events.push(Event::AccountRefused(AccountRefusal::Unfit(error)));
    }
    for refusal in [
        AccountRefusal::NoAccounts,
        AccountRefusal::Differ,
        AccountRefusal::Wrong,
        AccountRefusal::WrongCurrent,
        AccountRefusal::NotOperators,
        AccountRefusal::Busy,
        AccountRefusal::Wait(Duration::from_millis(1_001)),
        AccountRefusal::RegisteredMany(Duration::from_millis(1_001)),
        AccountRefusal::NoneLeft,
        AccountRefusal::OverShare,
        AccountRefusal::ManyHere,
        AccountRefusal::InClear,
        AccountRefusal::Failed,
        AccountRefusal::Displaced,
        AccountRefusal::Yours(ana.clone()),
        AccountRefusal::Taken(ana.clone()),
        AccountRefusal::NotYours(ana.clone()),
    ] {
        events.push(Event::AccountRefused(refusal));
    }
    for news in [
        AccountNews::Registered(ana.clone()),
        AccountNews::Identified(ana.clone()),
        AccountNews::Operator,
        AccountNews::PasswordChanged,
        AccountNews::Replaced,
        AccountNews::Renewed(ana.clone()),
        AccountNews::Removed(ana.clone()),
        AccountNews::Reclaimed(ana.clone()),
        AccountNews::Resumed { rooms: vec![], current: None },
        AccountNews::Resumed { rooms: vec![Name::new("general").unwrap(), ana.clone()], current: Some(ana) },
    ] {
        events.push(Event::Account(news));
    }
    events
}
