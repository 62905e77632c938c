//! What is told of the log: to very many over several turns, and to nobody what they do not have to know.

use proptest::prelude::*;
use tertulia::chat::{ChatConfig, ClientId, Input, LogNews, MonoTime};
use tertulia::limits::WRITES_PER_TURN;

use super::resuming::{loses, program, resumes};
use super::{Chat, NOTHING, resuming};

const AWAY: &str = "Log(Away)";
const BACK: &str = "Log(Back)";
const GAP: &str = "Log(Gap)";

/// A chat of so many, who have heard nothing.
fn chat_of(people: usize) -> (Chat, Vec<ClientId>) {
    let mut chat =
        Chat::with(ChatConfig { login_timeout: None, ..ChatConfig::default() }, Default::default());
    let people: Vec<ClientId> = (0..people).map(|_| chat.connects()).collect();
    chat.hush();
    (chat, people)
}

fn told(chat: &mut Chat, people: &[ClientId]) -> Vec<Vec<String>> {
    people.iter().map(|&id| chat.hears(id)).collect()
}

#[test]
fn log_news_go_to_so_many_in_each_turn() {
    for (news, words) in [(LogNews::Away, AWAY), (LogNews::Gap, GAP)] {
        let (mut chat, people) = chat_of(2 * WRITES_PER_TURN + 1);
        for turn in [WRITES_PER_TURN, WRITES_PER_TURN, 1] {
            match turn {
                _ if chat.hub.next_due().is_some() => chat.tick(),
                _ => chat.apply(Input::Log(news)),
            }
            let heard: Vec<Vec<String>> =
                told(&mut chat, &people).into_iter().filter(|heard| !heard.is_empty()).collect();
            assert_eq!(heard, vec![[words]; turn], "in one turn");
        }
        assert_eq!(chat.hub.next_due(), None);
    }
}

#[test]
fn who_has_not_heard_that_the_log_is_away_does_not_hear_that_it_is_back() {
    let (mut chat, people) = chat_of(WRITES_PER_TURN + 10);
    chat.apply(Input::Log(LogNews::Away));
    assert_eq!(chat.hub.next_due(), Some(MonoTime::START), "there is more to be done at once");
    chat.apply(Input::Log(LogNews::Back));
    assert_eq!(chat.hub.next_due(), None);
    let heard = told(&mut chat, &people);
    let heard_both = heard.iter().filter(|heard| **heard == [AWAY, BACK]).count();
    let heard_nothing = heard.iter().filter(|heard| **heard == NOTHING).count();
    assert_eq!((heard_both, heard_nothing), (WRITES_PER_TURN, 10));
}

#[test]
fn session_that_is_taken_up_hears_that_the_log_is_back() {
    let mut chat = resuming::chat_of(&[]);
    let (ana, token) = program(&mut chat, "Ana");
    chat.apply(Input::Log(LogNews::Away));
    assert_eq!(chat.hears(ana), [AWAY]);
    loses(&mut chat, ana);
    let back = resumes(&mut chat, token, None);
    let late = chat.connects();
    chat.events(back);
    assert_eq!(chat.hears(late), [AWAY, "name?"]);
    chat.apply(Input::Log(LogNews::Back));
    assert_eq!([back, late].map(|id| chat.hears(id)), [[BACK], [BACK]], "each hears it once");
    [back, late].into_iter().for_each(|id| chat.quits(id));
    assert!(chat.hub.is_empty());
}

#[test]
fn connection_that_takes_over_a_session_hears_once_that_the_log_is_back() {
    let mut chat = resuming::chat_of(&[("Ana", "caracola azul")]);
    let (ana, _) = resuming::owner(&mut chat);
    chat.apply(Input::Log(LogNews::Away));
    loses(&mut chat, ana);
    let other = chat.connects();
    chat.says(other, "Ana");
    chat.apply(Input::Log(LogNews::Back));
    chat.types_secret(other, "caracola azul");
    let heard = chat.hears(other);
    assert_eq!(heard.iter().filter(|news| *news == BACK).count(), 1, "{heard:?}");
    assert!(chat.hub.name(other).is_some());
}

#[derive(Clone, Copy, Debug)]
enum Step {
    News(LogNews),
    Tick,
    Come,
    /// So many of them, from the first on.
    Leave(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let news = prop_oneof![2 => Just(LogNews::Away), 2 => Just(LogNews::Back), 1 => Just(LogNews::Gap)];
    prop_oneof![
        3 => news.prop_map(Step::News),
        2 => Just(Step::Tick),
        1 => Just(Step::Come),
        1 => (1..200_usize).prop_map(Step::Leave),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Each hears by turns that the log is away and that it is back; and in the end what is so.
    #[test]
    fn log_news_are_true_in_the_end_and_never_twice_the_same(steps in prop::collection::vec(step(), 1..20)) {
        let (mut chat, mut people) = chat_of(2 * WRITES_PER_TURN);
        let mut away = false;
        for step in steps {
            match step {
                Step::News(news) => {
                    chat.apply(Input::Log(news));
                    match news {
                        LogNews::Away => away = true,
                        LogNews::Gap | LogNews::Unsaid => {}
                        LogNews::Back => away = false,
                    }
                }
                Step::Tick => chat.tick(),
                Step::Come => people.push(chat.connects()),
                Step::Leave(count) => {
                    for id in people.drain(..count.min(people.len())) {
                        chat.quits(id);
                    }
                }
            }
        }
        while chat.hub.next_due().is_some() {
            chat.tick();
        }
        for &id in &people {
            let heard = chat.hears(id);
            let heard: Vec<&str> = heard.iter().map(String::as_str).filter(|news| [AWAY, BACK].contains(news)).collect();
            let in_turns = heard.iter().enumerate().all(|(nth, news)| *news == [AWAY, BACK][nth % 2]);
            prop_assert!(in_turns, "{:?}", heard);
            let knows_away = heard.len() % 2 == 1;
            prop_assert_eq!(knows_away, away, "{:?}", heard);
        }
        people.into_iter().for_each(|id| chat.quits(id));
        prop_assert!(chat.hub.is_empty());
    }
}
