//! Values of the core as columns have them. What comes out of a column is looked at: another program may have written it.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Result, Row, ToSql};

use crate::chat::{AccountKey, Name, Origin, RoomKey, Text, UnixMillis};
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
