//! Values of the core as columns have them. What comes out of a column is looked at: another program may have written it.

use std::borrow::Cow;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Result, Row, ToSql};

use crate::chat::{AccountKey, Message, MessageId, MessageKind, Name, Origin, RoomKey, Text, UnixMillis};
use crate::storage::row::account_key;

fn text(text: &str) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes()))
}

impl ToSql for Name {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(text(self.as_str()))
    }
}

impl ToSql for Text {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(text(self.as_str()))
    }
}

/// As it is shown: `203.0.113.7`, `2001:db8::/64`.
impl ToSql for Origin {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

impl ToSql for AccountKey {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(self.0.get().into())
    }
}

impl ToSql for RoomKey {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl ToSql for UnixMillis {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(self.0.into())
    }
}

impl ToSql for MessageId {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

/// What `line.kind` says.
const SAID: i64 = 0;
const ACTED: i64 = 1;
pub(super) const GAP: i64 = 2;

/// The message of a row, from columns in the order that all who read lines ask for. None: it is none of ours.
pub(super) fn message(row: &Row<'_>) -> Result<Option<Message>> {
    let (id, room) = (MessageId(row.get(0)?), RoomKey(row.get(1)?));
    let (at, text) = (UnixMillis(row.get(2)?), row.get_ref(5)?.as_str()?);
    let kind = match row.get(3)? {
        SAID => MessageKind::Said,
        ACTED => MessageKind::Acted,
        _ => return Ok(text.parse().ok().map(|count| Message::gap(id, room, at, count))),
    };
    let from = name(row, 4)?;
    Ok(from.map(|from| Message { id, room, at, from, kind, text: Text::clean(text) }))
}

/// What the columns `kind`, `who` and `text` are of a message.
pub(super) fn columns(message: &Message) -> (i64, &str, Cow<'_, str>) {
    let words = (message.from.as_str(), Cow::Borrowed(message.text.as_str()));
    match message.kind {
        MessageKind::Said => (SAID, words.0, words.1),
        MessageKind::Acted => (ACTED, words.0, words.1),
        MessageKind::Missing(count) => (GAP, "", count.to_string().into()),
    }
}

/// The name in a column, if it is one.
pub(super) fn name(row: &Row<'_>, column: usize) -> Result<Option<Name>> {
    let name = row.get_ref(column)?.as_str_or_null()?;
    Ok(name.and_then(|name| Name::known(name).ok()))
}

/// The words in a column, made safe, and no more of them than that.
pub(super) fn words(row: &Row<'_>, column: usize, max_bytes: usize) -> Result<Option<Text>> {
    let words = row.get_ref(column)?.as_str_or_null()?;
    Ok(words.map(|words| Text::clean(words).cut(max_bytes)))
}

/// The address in a column, if it is one.
pub(super) fn origin(row: &Row<'_>, column: usize) -> Result<Option<Origin>> {
    Ok(row.get_ref(column)?.as_str_or_null()?.and_then(Origin::parse))
}

/// The number of an account in a column, if it can be one.
pub(super) fn account(row: &Row<'_>, column: usize) -> Result<Option<AccountKey>> {
    let number = row.get_ref(column)?.as_i64_or_null()?;
    Ok(number.and_then(|number| account_key(u32::try_from(number).ok()?)))
}
