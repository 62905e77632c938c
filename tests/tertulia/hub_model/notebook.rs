//! The naive model: who is called what, who is in which room, and what each should have heard.

use tertulia::chat::ClientId;

/// The rooms that there are in the model; the first is the one that everybody enters.
pub const ROOMS: [&str; 2] = ["general", "sala"];

/// Who sits where, as a child would note it down.
#[derive(Default)]
pub struct Notebook {
    pub people: Vec<Sitter>,
    /// Who was here, and what they were called at last.
    pub gone: Vec<(ClientId, String)>,
}

pub struct Sitter {
    pub id: ClientId,
    pub name: Option<String>,
    /// Looks of the names they do not want to hear.
    deaf_to: Vec<String>,
    /// Where they are, in the order in which they came; and where they speak.
    pub rooms: Vec<&'static str>,
    pub current: Option<&'static str>,
    /// Who wrote to them last.
    last: Option<ClientId>,
    /// What they should have heard since the last look, movements aside.
    pub due: Vec<String>,
}

impl Sitter {
    pub fn new(id: ClientId) -> Sitter {
        let (deaf_to, rooms, due) = (Vec::new(), Vec::new(), vec!["name?".to_owned()]);
        Sitter { id, name: None, deaf_to, rooms, current: None, last: None, due }
    }

    pub fn enter(&mut self, room: &'static str) {
        if !self.rooms.contains(&room) {
            self.rooms.push(room);
        }
        self.current = Some(room);
    }
}

/// What a name looks like, as far as those in the model go.
pub fn looks(name: &str) -> String {
    name.to_lowercase().replace('0', "o").replace('é', "e")
}

impl Notebook {
    /// How many are in `room`.
    pub fn count(&self, room: &str) -> usize {
        self.people.iter().filter(|sitter| sitter.rooms.contains(&room)).count()
    }

    /// A line of `speaker` for their room, if they are in one.
    pub fn speak(&mut self, speaker: usize, line: &str) {
        let Some(room) = self.people[speaker].current else {
            return self.people[speaker].due.push("nowhere".into());
        };
        let line = if room == ROOMS[0] { line.to_owned() } else { format!("#{room} {line}") };
        let look = self.people[speaker].name.as_deref().map(looks).unwrap();
        for (at, sitter) in self.people.iter_mut().enumerate() {
            if at != speaker && sitter.rooms.contains(&room) && !sitter.deaf_to.contains(&look) {
                sitter.due.push(line.clone());
            }
        }
    }

    /// Words of the sitter in `seat` for whoever is called `whom`.
    pub fn whisper(&mut self, seat: usize, whom: &str, words: &str) {
        let named = |sitter: &Sitter| sitter.name.as_deref().map(looks) == Some(looks(whom));
        match self.people.iter().position(named) {
            None => self.people[seat].due.push(format!("nobody: {whom}")),
            Some(at) if at == seat => self.people[seat].due.push("ThatIsYou".into()),
            Some(at) => self.whisper_to(at, seat, words),
        }
    }

    fn whisper_to(&mut self, at: usize, seat: usize, words: &str) {
        let (id, from) = (self.people[seat].id, self.people[seat].name.clone().unwrap());
        let to = &mut self.people[at];
        if !to.deaf_to.contains(&looks(&from)) {
            to.due.push(format!("[{from}] {words}"));
            to.last = Some(id);
        }
        let answer = format!("[to {}] {words}", to.name.as_deref().unwrap());
        self.people[seat].due.push(answer);
    }

    pub fn reply(&mut self, seat: usize, words: &str) {
        let Some(last) = self.people[seat].last else {
            return self.people[seat].due.push("nobody to answer".into());
        };
        match self.people.iter().position(|sitter| sitter.id == last) {
            Some(at) => self.whisper_to(at, seat, words),
            None => {
                let (_, name) = self.gone.iter().find(|(id, _)| *id == last).expect("they were here");
                let answer = format!("{name} has left");
                self.people[seat].due.push(answer);
            }
        }
    }

    /// The sitter in `seat` leaves.
    pub fn depart(&mut self, seat: usize) {
        let sitter = self.people.remove(seat);
        self.gone.extend(sitter.name.map(|name| (sitter.id, name)));
    }

    pub fn join(&mut self, seat: usize, room: &'static str) {
        let made = room != ROOMS[0] && self.count(room) == 0;
        self.people[seat].enter(room);
        let told = if made { format!("made #{room}") } else { format!("in #{room}: {}", self.count(room)) };
        self.people[seat].due.push(told);
    }

    pub fn leave(&mut self, seat: usize) {
        let me = &mut self.people[seat];
        let Some(left) = me.current else { return me.due.push("nowhere".into()) };
        me.rooms.retain(|room| *room != left);
        me.current = me.rooms.last().copied();
        me.due.push(match me.current {
            Some(room) => format!("left #{left}, in #{room} now"),
            None => format!("left #{left}, nowhere now"),
        });
    }

    /// The answer to whoever in `seat` wants to be called `wanted`; none if they may.
    fn objection(&self, seat: usize, wanted: &str) -> Option<String> {
        let taken = |(at, sitter): (usize, &Sitter)| {
            at != seat && sitter.name.as_deref().map(looks) == Some(looks(wanted))
        };
        match wanted {
            "2x" => Some("malformed".into()),
            "tú" => Some("reserved: tú".into()),
            _ if self.people.iter().enumerate().any(taken) => Some(format!("in use: {wanted}")),
            _ if self.people[seat].name.as_deref() == Some(wanted) => Some(format!("yours: {wanted}")),
            _ => None,
        }
    }

    pub fn name(&mut self, seat: usize, wanted: &str) {
        let old = self.people[seat].name.clone();
        if let Some(objection) = self.objection(seat, wanted) {
            self.people[seat].due.push(objection);
            if old.is_none() {
                self.people[seat].due.push("name?".into());
            }
            return;
        }
        let me = &mut self.people[seat];
        me.name = Some(wanted.to_owned());
        me.deaf_to.retain(|look| *look != looks(wanted));
        let Some(old) = old else {
            me.enter(ROOMS[0]);
            return me.due.push(format!("welcome {wanted}"));
        };
        let rooms = me.rooms.clone();
        for (at, sitter) in self.people.iter_mut().enumerate() {
            if let Some(at) = sitter.deaf_to.iter().position(|look| *look == looks(&old)) {
                sitter.deaf_to.retain(|look| *look != looks(wanted) && *look != looks(&old));
                sitter.deaf_to.insert(at.min(sitter.deaf_to.len()), looks(wanted));
            }
            let shares = sitter.rooms.iter().any(|room| rooms.contains(room));
            if at == seat || shares && !sitter.deaf_to.contains(&looks(wanted)) {
                sitter.due.push(format!("--- {old} is {wanted}"));
            }
        }
    }

    pub fn ignore(&mut self, seat: usize, whom: &str) {
        let look = looks(whom);
        let holder = self.people.iter().find_map(|s| s.name.clone().filter(|name| looks(name) == look));
        let me = &mut self.people[seat];
        let own = me.name.as_deref().unwrap();
        let answer = if looks(own) == look {
            "ThatIsYou".into()
        } else if me.deaf_to.contains(&look) {
            me.deaf_to.retain(|other| *other != look);
            format!("shown: {}", holder.unwrap_or(whom.into()))
        } else if let Some(name) = holder {
            me.deaf_to.push(look);
            format!("hidden: {name}")
        } else {
            format!("nobody: {whom}")
        };
        me.due.push(answer);
    }
}
