//! What the server says about places, in English.

use std::fmt::{Result, Write};

use super::words::persons;
use crate::chat::PlaceNews;

pub(super) fn news(news: PlaceNews, out: &mut String) -> Result {
    match news {
        PlaceNews::Full(places) => {
            writeln!(out, "The chat is full ({}). Try again later.", persons(places))
        }
        PlaceNews::Crowded => writeln!(
            out,
            "There are many connections from your address, and few places left. Try again later."
        ),
        PlaceNews::OnlyRegistered { crowded: false } => {
            writeln!(out, "The chat is full: only somebody with a registered name can come in now.")
        }
        PlaceNews::OnlyRegistered { crowded: true } => writeln!(
            out,
            "There are many connections from your address, and few places left: only somebody with a registered name \
             can come in now."
        ),
        PlaceNews::MadeRoom => {
            writeln!(out, "The chat is full and you have not given a name. Try again later.")
        }
        PlaceNews::GaveWay => writeln!(
            out,
            "--- The chat is full, and your place is now that of somebody with a registered name. Try again later."
        ),
    }
}
