//! The rule as a child would write it down: a room's lines are for those who are in that very room when they are told.

use super::doors::{Door, Fact, Place, Query, Shelf, Window};
use super::steps::Step;
use super::stories::{Seat, Story};

/// How things stand in one stage of a story.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Which room of that name it is, if there is one.
    room: Option<usize>,
    /// Whether somebody speaks there.
    spoken: bool,
    keyed: bool,
    /// Where the reader is, as the story says.
    seat: Seat,
    /// Whether they are in the first room.
    general: bool,
    /// Which connection is the reader's; of one that is lost, none is like it.
    connection: usize,
    /// Whether the reader has a name.
    named: bool,
    /// Whether the reader is called Rita.
    rita: bool,
    /// Whether somebody else is.
    other_rita: bool,
    /// Whose that name is, if it is somebody's: which one of those who registered it.
    owner: Option<usize>,
    /// How many have registered it.
    owners: usize,
    /// Whether the reader has just given the password of their name.
    identified: bool,
    /// Whether they go on where an older connection of theirs was.
    resumed: bool,
    /// Whether a newer connection of theirs, which is greeted as the reader, went on where the reader was, who is watched then.
    gave_way: bool,
    /// Whether the reader hides Olga.
    deaf: bool,
}

impl Page {
    fn first(keyed: bool) -> Page {
        Page {
            room: Some(0),
            spoken: true,
            keyed,
            seat: Seat::Out,
            general: true,
            connection: 0,
            named: true,
            rita: true,
            other_rita: false,
            owner: None,
            owners: 0,
            identified: false,
            resumed: false,
            gave_way: false,
            deaf: false,
        }
    }

    /// The next page, but for the seat.
    fn turned(mut self, step: Step, keyed: bool) -> Page {
        match step {
            Step::LeavesGeneral => self.general = false,
            Step::EntersGeneral | Step::TurnsAway => self.general = true,
            Step::Ignores => self.deaf = !self.deaf,
            Step::Renamed => self.rita = false,
            Step::RenamedBack => self.rita = true,
            Step::Locked => self.keyed = true,
            Step::Opened => self.keyed = false,
            Step::Vanishes | Step::LeavesLast | Step::LostLast => self.room = None,
            Step::Remade | Step::Makes => (self.room, self.spoken, self.keyed) = (Some(1), true, keyed),
            Step::Deserted | Step::Restarted => self.spoken = false,
            Step::Peopled => self.spoken = true,
            Step::RestartedWithout | Step::UnregisteredAndGone => self.room = None,
            _ => {}
        }
        self.turn_account(step);
        (self.named, self.rita, self.general) = match step {
            Step::Lost | Step::LostLast | Step::Nameless => (false, false, false),
            Step::Unregistered | Step::UnregisteredAndGone => (false, false, false),
            Step::Restarted | Step::RestartedWithout => (false, false, false),
            Step::Replaced | Step::Ousted | Step::Guesses | Step::Hesitates => (false, false, false),
            Step::Back | Step::BackElsewhere | Step::Usurped | Step::Named => (true, true, true),
            Step::Returns | Step::Claimed | Step::ClaimedByMember => (true, true, true),
            Step::IsRosa | Step::IsDora | Step::IsRosaAtLast => (true, false, self.general),
            Step::IsRitaAgain => (true, true, self.general),
            Step::BackAsAnother | Step::Heir => (true, false, true),
            _ => (self.named, self.rita, self.general),
        };
        self
    }

    /// Whose the name of Rita is on the next page.
    fn turn_account(&mut self, step: Step) {
        match step {
            Step::Registers | Step::Claimed | Step::ClaimedByMember | Step::Ousted => {
                self.owners += 1;
                self.owner = Some(self.owners);
            }
            Step::Unregistered | Step::UnregisteredAndGone => self.owner = None,
            _ => {}
        }
        self.other_rita = match step {
            Step::Replaced | Step::Ousted => true,
            Step::Guesses | Step::Hesitates => self.rita,
            Step::Restarted | Step::RestartedWithout => false,
            _ => self.other_rita,
        };
        self.resumed = step == Step::TakenOver;
        self.gave_way = step == Step::Replaced;
        let owners = [Step::Returns, Step::IsRitaAgain, Step::Claimed, Step::ClaimedByMember];
        self.identified = self.resumed || owners.contains(&step);
    }

    fn inside(&self, place: Place) -> bool {
        match place {
            Place::Room => self.seat != Seat::Out,
            Place::General => self.general,
        }
    }

    /// Where the reader's words go.
    fn current(&self) -> Option<Place> {
        match self.seat {
            Seat::In => Some(Place::Room),
            _ => self.general.then_some(Place::General),
        }
    }
}

/// A story as it is expected to go, page by page.
pub struct Diary(Vec<Page>);

impl Diary {
    pub fn of(story: &Story, keyed: bool) -> Diary {
        let mut pages = vec![Page::first(keyed)];
        for &(step, seat) in story.steps {
            let last = *pages.last().expect("there is a first page");
            let mut page = last.turned(step, keyed);
            if step.changes_connection() {
                page.connection = pages.len();
                // Who goes on hides whom they hid.
                page.deaf = page.deaf && page.resumed;
            }
            page.seat = match seat {
                Seat::InIfOpen if keyed => Seat::Out,
                Seat::InIfOpen => Seat::In,
                seat => seat,
            };
            pages.push(page);
        }
        Diary(pages)
    }

    pub fn stages(&self) -> usize {
        self.0.len()
    }

    /// Whether the reader learns this on that way, then.
    pub fn learned(&self, fact: Fact, door: Door, window: Window) -> bool {
        let at = window.told;
        let page = &self.0[at];
        match (fact, door) {
            (Fact::Line(place, said), Door::Recalled(query, shelf)) => {
                self.is_there(place, said)
                    && self.finds(query, shelf, place, said, window.asked)
                    && self.may_read(place, said, window)
            }
            (Fact::Line(place, said), Door::Live) => {
                said == at && self.hears(place, said) && !(page.deaf && place == Place::Room)
            }
            (Fact::Topic(said), Door::Decided) => said == at && self.hears(Place::Room, said) && !page.deaf,
            (Fact::Topic(said), Door::Entered) => {
                self.turned_to_the_room(at) && self.topic(at, at - 1) == Some(said)
            }
            (Fact::Topic(said), Door::Topic) => {
                page.current() == Some(Place::Room) && self.topic(at, at) == Some(said)
            }
            (Fact::Topic(said), Door::Rooms) => self.sees_into(at) && self.topic(at, at) == Some(said),
            (Fact::Walker(there), Door::WhoThere) => {
                there == at && self.sees_into(at) && self.is_there(Place::Room, at)
            }
            (Fact::Walker(there), Door::WhoHere) => {
                there == at && page.current() == Some(Place::Room) && self.is_there(Place::Room, at)
            }
            (Fact::Walker(there), Door::Came | Door::Went | Door::Renamed) => {
                there == at && self.hears(Place::Room, there)
            }
            (Fact::OfflineMessage(sent), Door::Private) => sent == at && page.rita && !page.deaf,
            (Fact::OfflineMessage(sent), Door::OfflineMessages) => self.handed_over(sent) == Some(at),
            _ => false,
        }
    }

    /// When words for Rita reach the reader that were said while nobody was called so: when whoever the name was of
    /// then gives its password for the first time.
    fn handed_over(&self, sent: usize) -> Option<usize> {
        let then = &self.0[sent];
        let kept = then.owner.is_some() && !then.rita && !then.other_rita;
        let comes = |page: &Page| page.identified && page.rita && page.owner == then.owner;
        (sent + 1..self.stages()).find(|&at| kept && comes(&self.0[at]))
    }

    /// The rule itself: a line is for whoever is in its room when it is told. An answer is for who asked.
    fn may_read(&self, place: Place, said: usize, window: Window) -> bool {
        let [asked, told] = [window.asked, window.told].map(|at| &self.0[at]);
        asked.connection == told.connection && told.inside(place) && self.same(place, said, window.told)
    }

    /// Whether a line is among those that the history has for this question.
    fn finds(&self, query: Query, shelf: Shelf, place: Place, said: usize, asked: usize) -> bool {
        let page = &self.0[asked];
        let before = if query == Query::Entering { said < asked } else { said <= asked };
        let entered = |place| asked > 0 && self.entered(place, asked);
        before
            && match (shelf, query) {
                (Shelf::Careless, Query::Entering) => entered(Place::Room) || entered(Place::General),
                (Shelf::Careless, _) => page.current().is_some(),
                (Shelf::Careful, _) if !self.same(place, said, asked) => false,
                (Shelf::Careful, Query::Entering) => entered(place),
                (Shelf::Careful, Query::History) => page.current() == Some(place),
                (Shelf::Careful, Query::Search) => page.inside(place),
                (Shelf::Careful, Query::SearchWord) => page.inside(place) && place == Place::Room,
            }
    }

    /// Whether people and topic of the room are shown to the reader: those of a closed one to its members only.
    fn sees_into(&self, at: usize) -> bool {
        let page = &self.0[at];
        page.named && page.room.is_some() && (page.inside(Place::Room) || !page.keyed)
    }

    /// Whether there was somebody to say something.
    fn is_there(&self, place: Place, at: usize) -> bool {
        place == Place::General || self.0[at].room.is_some() && self.0[at].spoken
    }

    fn hears(&self, place: Place, at: usize) -> bool {
        self.is_there(place, at) && self.0[at].inside(place)
    }

    /// Whether it is the same room then and now.
    fn same(&self, place: Place, then: usize, now: usize) -> bool {
        place == Place::General || self.0[then].room == self.0[now].room
    }

    /// Whether the reader came into this place in that stage.
    fn entered(&self, place: Place, stage: usize) -> bool {
        let [before, now] = [stage - 1, stage].map(|at| &self.0[at]);
        if now.resumed {
            // Who goes on is told again what was said in the current room, and nothing of the others.
            return now.current() == Some(place);
        }
        let stayed = before.inside(place)
            && before.connection == now.connection
            && (place == Place::General || before.room == now.room);
        now.inside(place) && !stayed
    }

    /// Whether the reader's words go to the room from that stage on.
    fn turned_to_the_room(&self, stage: usize) -> bool {
        stage > 0 && {
            let [before, now] = [stage - 1, stage].map(|at| &self.0[at]);
            now.gave_way && before.seat == Seat::In
                || now.seat == Seat::In && (before.seat != Seat::In || before.connection != now.connection)
        }
    }

    /// In which stage, at the latest `last`, was decided what the room of stage `at` is about.
    fn topic(&self, at: usize, last: usize) -> Option<usize> {
        let room = self.0[at].room?;
        (0..=last).rev().find(|&stage| self.0[stage].room == Some(room) && self.0[stage].spoken)
    }
}
