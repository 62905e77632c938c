//! Words for one person only: however the two are called and wherever they are, nobody else learns them, and no history.

use std::collections::HashMap;

use tertulia::chat::Command;

use super::doors::{Door, Fact, Window};
use super::world::{Pace, ROOM, World};
use crate::hub::{away, ignore, join, leave, message, nick, text};

/// How it is with Olga, who writes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sender {
    Plain,
    Renamed,
    Back,
    Nowhere,
}

/// How it is with Zulema, to whom she writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Recipient {
    Plain,
    Renamed,
    Back,
    Away,
    Hides,
    Nowhere,
}

/// How it is with Gala, who is not meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Third {
    /// In all rooms where the two are.
    There,
    Nowhere,
    /// Tries to be called as the sender was.
    LikeSender,
    /// Tries to be called as the recipient was.
    LikeRecipient,
    /// Has the slot that the recipient had, if the recipient came back.
    OnTheSlot,
}

/// How the words are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    ToTheName,
    ToTheFirstName,
    /// By the recipient, to whoever wrote last.
    InAnswer,
}

const SENDERS: [Sender; 4] = [Sender::Plain, Sender::Renamed, Sender::Back, Sender::Nowhere];
const RECIPIENTS: [Recipient; 6] = [
    Recipient::Plain,
    Recipient::Renamed,
    Recipient::Back,
    Recipient::Away,
    Recipient::Hides,
    Recipient::Nowhere,
];
const THIRDS: [Third; 5] =
    [Third::There, Third::Nowhere, Third::LikeSender, Third::LikeRecipient, Third::OnTheSlot];
const HOWS: [How; 3] = [How::ToTheName, How::ToTheFirstName, How::InAnswer];
const WATCHED: [&str; 3] = ["Olga", "Zulema", "Gala"];

/// Who hears the words, if anybody does; and who sees that they were sent. A name is all that one knows of a person whom
/// one writes to; an answer is for who wrote, and a guest who left and came back may be anybody.
fn rule(
    sender: Sender,
    recipient: Recipient,
    third: Third,
    how: How,
) -> (Option<&'static str>, Option<&'static str>) {
    let heard = (recipient != Recipient::Hides).then_some("Zulema");
    match how {
        How::ToTheFirstName if recipient == Recipient::Renamed => match third {
            Third::LikeRecipient => (Some("Gala"), Some("Olga")),
            _ => (None, None),
        },
        How::ToTheName | How::ToTheFirstName => (heard, Some("Olga")),
        How::InAnswer if sender == Sender::Back => (None, None),
        How::InAnswer => (heard.and(Some("Olga")), heard),
    }
}

fn leaves_all(world: &mut World, name: &'static str) {
    for room in ["general", ROOM] {
        world.lets(name, leave(room));
    }
}

fn enters_both(world: &mut World, name: &'static str) {
    world.lets(name, join("general"));
    world.lets(name, join(ROOM));
}

fn comes_back(world: &mut World, name: &'static str) {
    world.enters(name);
    enters_both(world, name);
}

fn recipient_is(world: &mut World, recipient: Recipient, third: Third) {
    match recipient {
        Recipient::Plain => {}
        Recipient::Renamed => world.lets("Zulema", nick("Zoe")),
        Recipient::Back => {
            world.loses("Zulema");
            if third == Third::OnTheSlot {
                world.loses("Gala");
                comes_back(world, "Gala");
            }
            comes_back(world, "Zulema");
        }
        Recipient::Away => world.lets("Zulema", away("café")),
        Recipient::Hides => world.lets("Zulema", ignore("Olga")),
        Recipient::Nowhere => leaves_all(world, "Zulema"),
    }
}

/// What the watched person learns of the words, and how often.
fn told(
    sender: Sender,
    recipient: Recipient,
    third: Third,
    how: How,
    watched: &'static str,
) -> HashMap<Door, usize> {
    let mut world = World::new(false, Pace::OneByOne);
    WATCHED.into_iter().for_each(|name| enters_both(&mut world, name));
    let now = if recipient == Recipient::Renamed { "Zoe" } else { "Zulema" };
    recipient_is(&mut world, recipient, third);
    if how == How::InAnswer {
        world.lets("Olga", message(now, "hola"));
    }
    match sender {
        Sender::Plain => {}
        Sender::Renamed => world.lets("Olga", nick("Oria")),
        Sender::Back => {
            world.loses("Olga");
            comes_back(&mut world, "Olga");
        }
        Sender::Nowhere => leaves_all(&mut world, "Olga"),
    }
    match third {
        Third::There | Third::OnTheSlot => {}
        Third::Nowhere => leaves_all(&mut world, "Gala"),
        Third::LikeSender => world.lets("Gala", nick("Olga")),
        Third::LikeRecipient => world.lets("Gala", nick("Zulema")),
    }
    world.rests();
    world.watches(watched);
    match how {
        How::ToTheName => world.lets("Olga", message(now, "recado0")),
        How::ToTheFirstName => world.lets("Olga", message("Zulema", "recado0")),
        How::InAnswer => world.lets("Zulema", Command::Reply(text("recado0"))),
    }
    world.reader_asks_for("recado");
    world.answers_arrive();
    let window = Window { asked: 0, told: 0 };
    let told = world.told.into_iter().filter(|((fact, ..), _)| *fact == Fact::OfflineMessage(0));
    told.map(|((_, door, when), count)| {
        assert_eq!(when, window);
        (door, count)
    })
    .collect()
}

#[test]
fn private_words_are_for_the_two_only() {
    let mut tried = 0;
    let (mut heard, mut unheard) = (0, 0);
    for sender in SENDERS {
        for recipient in RECIPIENTS {
            for third in THIRDS {
                for (how, watched) in HOWS.into_iter().flat_map(|how| WATCHED.map(|name| (how, name))) {
                    let (hears, sees) = rule(sender, recipient, third, how);
                    let private = (hears == Some(watched)).then_some((Door::Private, 1));
                    let sent = (sees == Some(watched)).then_some((Door::Sent, 1));
                    let due = private.into_iter().chain(sent).collect();
                    let told = told(sender, recipient, third, how, watched);
                    assert_eq!(
                        told, due,
                        "a law is broken: sender {sender:?}, recipient {recipient:?}, third {third:?}, {how:?}: \
                         what {watched} learned, and what they should"
                    );
                    tried += 1;
                    *(if told.is_empty() { &mut unheard } else { &mut heard }) += 1;
                }
            }
        }
    }
    let all = SENDERS.len() * RECIPIENTS.len() * THIRDS.len() * HOWS.len() * WATCHED.len();
    assert_eq!(tried, all, "none is passed over");
    assert!(heard > 0 && unheard > 0);
    println!("{tried} combinations, {heard} of them heard");
}
