//! Who may read what: every way of standing to a room, every kind of room, every door, every time; none leaks.
//!
//! A new way of standing to a room is a row in `stories.rs`, in `account_stories.rs` if it takes a registered name, or in
//! `lasting_stories.rs` if the room is left empty or the server is started again. A new thing that can happen is a step in
//! `steps.rs` and, if it changes more than where the reader is, a line in `Page::turned` of `rule.rs`.

mod account_steps;
mod account_stories;
mod accounts;
mod doors;
mod lasting_stories;
mod offline_messages;
mod private;
mod rule;
mod steps;
mod stories;
mod world;

use std::collections::HashSet;

use account_stories::ACCOUNT_STORIES;
use doors::{AT_ONCE, Door, Fact, QUERIES, SHELVES, Window};
use lasting_stories::LASTING_STORIES;
use rule::Diary;
use stories::{STORIES, Story};
use tertulia::limits::SEARCH_LINES;
use world::{Pace, World};

const PACES: [Pace; 2] = [Pace::OneByOne, Pace::InACrowd];

/// What came of a story in one kind of room.
#[derive(Default)]
struct Count {
    /// Combinations that were compared.
    tried: usize,
    /// Those of them in which the reader learned something.
    learned: usize,
    /// On which ways they did.
    ways: HashSet<Door>,
    /// The first combination that went against the rule.
    broken: Option<String>,
}

/// All ways and times in so many stages.
fn ways(stages: usize) -> impl Iterator<Item = (Door, Window)> {
    let recalled = QUERIES.into_iter().flat_map(|query| SHELVES.map(|shelf| Door::Recalled(query, shelf)));
    let doors = AT_ONCE.into_iter().chain(recalled);
    doors
        .flat_map(move |door| Window::all(stages).map(move |window| (door, window)))
        .filter(|(door, window)| matches!(door, Door::Recalled(..)) || window.is_one_stage())
}

/// Tells a story and compares all that the reader learned with the rule.
fn tell(story: &Story, keyed: bool, pace: Pace) -> Count {
    let diary = Diary::of(story, keyed);
    let mut world = World::new(keyed, pace);
    for stage in 0..diary.stages() {
        world.begins(stage);
        if stage > 0 {
            story.steps[stage - 1].0.take(&mut world, keyed);
        }
        world.happens();
        world.reader_asks_for("noticia");
        world.is_over();
    }
    let name = story.name;
    let kind = if keyed { "closed" } else { "open" };
    let mut count = Count::default();
    for fact in Fact::all(diary.stages()) {
        for (door, window) in ways(diary.stages()) {
            let due = diary.learned(fact, door, window);
            let told = world.told.remove(&(fact, door, window)).unwrap_or(0);
            if told != usize::from(due) && count.broken.is_none() {
                count.broken = Some(format!(
                    "{name}, {kind} room, {pace:?}: {fact:?} through {door:?}, {window:?}: learned {told} times, \
                     and not {}",
                    usize::from(due)
                ));
            }
            count.tried += 1;
            if due {
                count.learned += 1;
                count.ways.insert(door);
            }
        }
    }
    assert!(world.told.is_empty(), "{name}: {:?} is in no combination", world.told);
    assert_eq!(world.whispers_unheard(), 0, "{name}: two people hear what is for them only");
    count
}

#[test]
fn combinations_are_all_tried_and_none_leaks() {
    let mut sum = Count::default();
    let (mut generated, mut laws) = (0, Vec::new());
    for story in STORIES.iter().chain(ACCOUNT_STORIES).chain(LASTING_STORIES) {
        let stages = story.steps.len() + 1;
        assert!(2 * stages <= SEARCH_LINES, "{}: a search finds all lines of a story", story.name);
        let windows = stages * (stages + 1) / 2;
        let ways = AT_ONCE.len() * stages + QUERIES.len() * SHELVES.len() * windows;
        generated += 2 * PACES.len() * stages * Fact::KINDS * ways;
        for (keyed, pace) in [false, true].into_iter().flat_map(|keyed| PACES.map(|pace| (keyed, pace))) {
            let Count { tried, learned, ways, broken } = tell(story, keyed, pace);
            laws.extend(broken);
            sum.tried += tried;
            sum.learned += learned;
            sum.ways.extend(ways);
        }
    }
    assert!(laws.is_empty(), "a law is broken, first of all:\n{}", laws.join("\n"));
    assert_eq!(sum.tried, generated, "none is passed over");
    let unused: Vec<Door> = AT_ONCE.into_iter().filter(|door| !sum.ways.contains(door)).collect();
    assert_eq!(unused, [Door::Sent, Door::Other], "something is learned through all others");
    assert_eq!(sum.ways.len(), AT_ONCE.len() - 2 + QUERIES.len() * SHELVES.len());
    let stories = STORIES.len() + ACCOUNT_STORIES.len() + LASTING_STORIES.len();
    println!("{stories} stories, {} combinations, {} of them read", sum.tried, sum.learned);
}
