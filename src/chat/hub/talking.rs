//! Words and actions on their way to the room.

use super::{Audience, Event, GENERAL, Hub, Name, Output};
use crate::chat::id::ClientId;
use crate::chat::output::Note;
use crate::chat::text::Text;

impl Hub {
    /// Words for the room; blank ones are nothing.
    pub(super) fn say(&mut self, id: ClientId, name: &Name, text: Text, out: &mut Vec<Output>) {
        if text.is_blank() {
            return;
        }
        self.announce(id, out);
        let to = Audience::Room { room: GENERAL, except: Some(id), from: Some(name.clone()) };
        out.push(Output::Note(Note::Said(name.clone(), text.clone())));
        out.push(Output::Deliver { to, event: Event::Said { from: name.clone(), text } });
    }

    /// An action for the room.
    pub(super) fn act(&mut self, id: ClientId, name: &Name, text: Text, out: &mut Vec<Output>) {
        self.announce(id, out);
        let to = Audience::Room { room: GENERAL, except: Some(id), from: Some(name.clone()) };
        out.push(Output::Note(Note::Acted(name.clone(), text.clone())));
        out.push(Output::Deliver { to, event: Event::Acted { from: name.clone(), text } });
    }
}
