//! Many people in one line: a few are spelled out, the rest are counted, and whoever hides somebody is spared the name.

use super::{Audience, Client, Event, Hub, Likeness, Name, Output};
use crate::chat::event::Crowd;
use crate::limits::{IGNORED_MAX, NAMES_SPELLED};

impl Hub {
    /// Tells `to` of these people. Of somebody alone nobody hears who hides them: that is in `to` already.
    pub(super) fn tell_crowd(
        &self,
        to: Audience,
        names: &[Name],
        event: impl Fn(Crowd) -> Event,
        out: &mut Vec<Output>,
    ) {
        let Some(crowd) = crowd(names.iter(), names.len()) else { return };
        if self.hiding == 0 || names.len() == 1 {
            return out.push(Output::Deliver { to, event: event(crowd) });
        }
        let (mut all, mut picky) = (Vec::new(), Vec::new());
        self.audience(&to, |id, _| {
            let client = self.client(id).expect("an audience is of clients");
            if client.hidden().next().is_some() { picky.push(client) } else { all.push(id) }
        });
        // Nobody hides the server, so all of them hear it.
        let from = Name::server();
        out.push(Output::Deliver {
            to: Audience::Several { clients: all, from: from.clone() },
            event: event(crowd),
        });
        // As many as may have to be looked at to find those that are spelled out.
        let seen = names.iter().take(IGNORED_MAX + NAMES_SPELLED + 1);
        let seen: Vec<(&Name, Likeness)> = seen.map(|name| (name, name.likeness())).collect();
        for client in picky {
            if let Some(crowd) = crowd_for(client, &seen, names.len()) {
                let to = Audience::Several { clients: vec![client.id], from: from.clone() };
                out.push(Output::Deliver { to, event: event(crowd) });
            }
        }
    }
}

/// The crowd of `total` people, of whom these come first, as somebody is told of it who hides some of them.
fn crowd_for(client: &Client, seen: &[(&Name, Likeness)], total: usize) -> Option<Crowd> {
    let shown = seen.iter().filter(|(_, likeness)| !client.hides(likeness));
    let hidden = seen.len() - shown.clone().count();
    crowd(shown.map(|(name, _)| *name), total - hidden)
}

/// `total` people as one line tells of them: one more than is spelled out is spelled out too.
fn crowd<'a>(names: impl Iterator<Item = &'a Name>, total: usize) -> Option<Crowd> {
    let spelled = if total > NAMES_SPELLED + 1 { NAMES_SPELLED } else { total };
    (total > 0).then(|| Crowd { names: names.take(spelled).cloned().collect(), more: total - spelled })
}
