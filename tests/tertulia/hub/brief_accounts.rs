//! Events about registered names, passwords and letters as short lines.

use tertulia::chat::{AccountNews, AccountRefusal, Event, Name, Posted, Question};

/// An event of those that have to do with accounts.
pub fn brief(event: &Event) -> String {
    match event {
        Event::PasswordPrompt(Question::Password | Question::Operator, _) => "password?".into(),
        Event::PasswordPrompt(Question::Current, _) => "current password?".into(),
        Event::PasswordPrompt(Question::New, _) => "new password?".into(),
        Event::PasswordPrompt(Question::Again, _) => "again?".into(),
        Event::PasswordAgain => "or back".into(),
        Event::AccountRefused(refusal) => brief_refusal(refusal),
        Event::Account(news) => brief_news(news),
        Event::Posted(Posted::Kept) => "kept".into(),
        Event::Posted(posted) => format!("not kept: {posted:?}"),
        Event::OfflineMessages { messages, .. } => {
            let messages: Vec<String> =
                messages.iter().map(|letter| format!("[{}] {}", letter.from, letter.text)).collect();
            format!("letters: {}", messages.join(", "))
        }
        other => format!("{other:?}"),
    }
}

fn brief_refusal(refusal: &AccountRefusal) -> String {
    match refusal {
        AccountRefusal::NoAccounts => "no accounts".into(),
        AccountRefusal::Unfit(error) => format!("unfit: {error:?}"),
        AccountRefusal::Differ => "they differ".into(),
        AccountRefusal::Wrong => "wrong".into(),
        AccountRefusal::WrongCurrent => "wrong current".into(),
        AccountRefusal::NotOperators => "not the operator's password".into(),
        AccountRefusal::Busy => "busy".into(),
        AccountRefusal::Wait(rest) => format!("wait {rest:?}"),
        AccountRefusal::RegisteredMany(rest) => format!("registered many, wait {rest:?}"),
        AccountRefusal::OverShare => "over share of accounts".into(),
        AccountRefusal::ManyHere => "many on this connection".into(),
        AccountRefusal::InClear => "in clear".into(),
        AccountRefusal::NoneLeft => "no accounts left".into(),
        AccountRefusal::Failed => "failed".into(),
        AccountRefusal::Displaced => "displaced".into(),
        AccountRefusal::Yours(name) => format!("registered already: {name}"),
        AccountRefusal::Taken(name) => format!("somebody else's: {name}"),
        AccountRefusal::NotYours(name) => format!("not registered: {name}"),
    }
}

fn brief_news(news: &AccountNews) -> String {
    match news {
        AccountNews::Registered(name) => format!("registered: {name}"),
        AccountNews::Identified(name) => format!("identified: {name}"),
        AccountNews::Operator => "operator of the server".into(),
        AccountNews::PasswordChanged => "changed".into(),
        AccountNews::Replaced => "replaced".into(),
        AccountNews::Renewed(name) => format!("another password: {name}"),
        AccountNews::Removed(name) => format!("no longer registered: {name}"),
        AccountNews::Reclaimed(name) => format!("reclaimed: {name}"),
        AccountNews::Resumed { rooms, current } => {
            let rooms: Vec<&str> = rooms.iter().map(Name::as_str).collect();
            format!("resumed {} in {}", rooms.join(", "), current.as_ref().map_or("none", Name::as_str))
        }
    }
}
