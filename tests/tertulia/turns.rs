//! Turns of the loop: a budget that all who have input share, and a pace that knows what a command costs.

use std::time::Duration;

use tertulia::config::{Config, Share};
use tertulia::limits::{
    GOING_ON_WAITS, LINES_PER_TURN, LINES_PER_TURN_BESIDE_OTHERS, LINES_PER_TURN_GOING_ON, OTHERS_TALK,
    RATE_BURST, READ_BYTES, WRITES_PER_TURN_BESIDE_OTHERS,
};

#[path = "../../benches/worst/house.rs"]
pub mod house;

use house::House;

/// A house with so many people in the first room, who have nothing left to be told of.
fn house_of(people: usize, config: Config) -> House {
    let mut house = House::new(config);
    for index in 0..people {
        house.connect();
        house.send(index, format!("p{index}\n").as_bytes());
    }
    house.settle();
    house.waits(Duration::from_secs(20));
    house
}

fn unlimited() -> Config {
    Config { rate_limit: 0, ..Config::default() }
}

/// How many lines the server has let somebody hear.
fn lines_said(house: &mut House, people: usize, doing: impl FnOnce(&mut House)) -> usize {
    let before = house.server.work().heard;
    doing(house);
    (house.server.work().heard - before) as usize / (people - 1)
}

#[test]
fn turn_takes_so_many_lines_from_all_flooders_together() {
    const PEOPLE: usize = 120;
    let mut house = house_of(PEOPLE, unlimited());
    (0..100).for_each(|flooder| house.send(flooder, &b"hola\n".repeat(300)));
    house.listen(119);
    house.send(110, b"con permiso\n");
    let lines = lines_said(&mut house, PEOPLE, House::turn);
    assert_eq!(lines, 100 * (LINES_PER_TURN / 101) + 1, "two lines each, and the one of who has one");
    assert!(house.heard(119).contains("p110: con permiso\n"), "heard in the same turn");
    // Who comes now goes before those who go on.
    house.send(111, b"hola a todos\n");
    (0..PEOPLE.div_ceil(WRITES_PER_TURN_BESIDE_OTHERS)).for_each(|_| house.turn());
    assert!(house.heard(119).starts_with("p111: hola a todos\n"));
}

#[test]
fn sender_alone_has_the_whole_turn_and_less_when_going_on() {
    const PEOPLE: usize = 20;
    let mut house = house_of(PEOPLE, unlimited());
    house.send(0, &b"hola\n".repeat(1_000));
    assert_eq!(lines_said(&mut house, PEOPLE, House::turn), LINES_PER_TURN);
    assert_eq!(lines_said(&mut house, PEOPLE, House::turn), LINES_PER_TURN_GOING_ON);
    assert_eq!(
        lines_said(&mut house, PEOPLE, House::settle),
        1_000 - LINES_PER_TURN - LINES_PER_TURN_GOING_ON
    );
}

/// Each of them had their share of a turn, in which others get lines as well; but none of them goes on.
#[test]
fn lines_of_many_who_say_one_each_are_written_in_one_turn() {
    const PEOPLE: usize = 4 * WRITES_PER_TURN_BESIDE_OTHERS;
    let mut house = house_of(PEOPLE, unlimited());
    for speakers in 0..5 {
        let speakers = 20 * speakers..20 * (speakers + 1);
        (0..PEOPLE).for_each(|who| house.listen(who));
        speakers.clone().for_each(|who| house.send(who, b"hola\n"));
        house.turn();
        for who in 0..PEOPLE {
            let others = speakers.len() - usize::from(speakers.contains(&who));
            assert_eq!(house.heard(who).matches(": hola\n").count(), others, "p{who}, of {speakers:?}");
        }
    }
}

#[test]
fn sender_who_goes_on_takes_little_of_a_turn_while_others_have_lines() {
    const PEOPLE: usize = 20;
    let mut house = house_of(PEOPLE, unlimited());
    house.send(0, &b"hola\n".repeat(1_000));
    assert_eq!(lines_said(&mut house, PEOPLE, House::turn), LINES_PER_TURN);
    house.send(1, b"con permiso\n");
    assert_eq!(
        lines_said(&mut house, PEOPLE, House::turn),
        1,
        "which is written before anything else is taken"
    );
    // The others may have more soon.
    assert_eq!(lines_said(&mut house, PEOPLE, House::turn), LINES_PER_TURN_BESIDE_OTHERS);
    house.now = house.now + OTHERS_TALK;
    assert_eq!(lines_said(&mut house, PEOPLE, House::turn), LINES_PER_TURN_GOING_ON);
    house.settle();
}

#[test]
fn sender_who_goes_on_waits_until_the_others_lines_are_written_but_not_for_long() {
    const PEOPLE: usize = 4 * WRITES_PER_TURN_BESIDE_OTHERS;
    let mut house = house_of(PEOPLE, unlimited());
    house.send(0, &b"hola\n".repeat(1_000));
    house.turn();
    house.send(1, b"con permiso\n");
    house.turn();
    // A quarter of the room has been written to.
    assert_eq!(lines_said(&mut house, PEOPLE, House::turn), 0, "the sender waits");
    house.send(2, b"y yo\n");
    assert_eq!(lines_said(&mut house, PEOPLE, House::turn), 1, "and the others do not");
    house.now = house.now + GOING_ON_WAITS;
    assert_eq!(lines_said(&mut house, PEOPLE, House::turn), LINES_PER_TURN_BESIDE_OTHERS, "not for long");
    house.settle();
    house.listen(3);
    house.says(0, "fin\n");
    assert_eq!(house.heard(3), "p0: fin\n", "all of it was said");
}

#[test]
fn turn_carries_a_whole_share_of_lines_to_a_thousand_people() {
    const PEOPLE: usize = 1_000;
    let mut house = house_of(PEOPLE, unlimited());
    let line = "x".repeat(90) + "\n";
    house.send(0, line.repeat(LINES_PER_TURN).as_bytes());
    assert_eq!(lines_said(&mut house, PEOPLE, House::turn), LINES_PER_TURN, "in one write for each of them");
}

#[test]
fn turn_does_so_much_work_whatever_the_lines_are() {
    const PEOPLE: usize = 100;
    let share = Share { steps: 5_000, ..Share::default() };
    let mut house = house_of(PEOPLE, Config { share, ..unlimited() });
    house.send(0, &b"hola\n".repeat(100));
    let lines = lines_said(&mut house, PEOPLE, House::turn);
    assert!((5..=10).contains(&lines), "{lines} lines of some 600 steps each, and the last may go beyond");
    // Of two who share a turn each does something in it.
    house.settle();
    house.listen(99);
    (0..2).for_each(|who| house.send(who, &b"hey\n".repeat(100)));
    house.turn();
    let heard = house.heard(99);
    assert!(heard.contains("p0: ") && heard.contains("p1: "), "{heard}");
    house.settle();
}

#[test]
fn passed_over_sender_is_the_first_of_the_next_turn() {
    const PEOPLE: usize = 50;
    let share = Share { lines: 10, ..Share::default() };
    let mut house = house_of(PEOPLE, Config { share, ..unlimited() });
    house.listen(49);
    (0..40).for_each(|who| house.send(who, b"uno\ndos\n"));
    let mut order = Vec::new();
    while house.server.has_work() {
        let lines = lines_said(&mut house, PEOPLE, House::turn);
        assert!(lines <= 10, "{lines} in one turn");
        order.extend(house.heard(49).lines().map(str::to_owned));
        // However many come meanwhile.
        if order.len() < 40 {
            house.send(48, b"yo primero\n");
        }
    }
    let first = |who: usize| order.iter().position(|line| *line == format!("p{who}: uno"));
    assert!((0..39).all(|who| first(who) < first(who + 1)), "in the order in which they came: {order:#?}");
    let firsts = order.iter().take(44).filter(|line| line.ends_with(": uno")).count();
    assert_eq!(firsts, 40, "nobody has two before everybody had one: {order:#?}");
}

#[test]
fn dear_command_is_charged_like_several_lines() {
    const PEOPLE: usize = 10_000;
    let mut house = house_of(PEOPLE, Config::default());
    house.waits(Duration::from_secs(60));
    house.listen(7);
    house.send(7, "/quien\n".repeat(200).as_bytes());
    house.settle();
    let answers = house.heard(7).matches("En #general").count();
    // Each looks at ten thousand people, 0.2 ms: a thousandth of the loop is two lines of ten a second.
    let half = RATE_BURST as usize / 2;
    assert!((half - 5..=half).contains(&answers), "{answers} answers at once");
    // An ordinary line is one, however many hear it.
    house.listen(8);
    house.send(9, "hola\n".repeat(200).as_bytes());
    house.settle();
    assert_eq!(house.heard(8).matches("p9: hola").count(), RATE_BURST as usize);
}

/// The refusal is not written before it is known what was sent until then, though the turn reads no more.
#[test]
fn line_that_waits_with_the_system_was_sent_before_the_answer() {
    const PEOPLE: usize = 20;
    let mut house = house_of(PEOPLE, Config::default());
    (0..2).for_each(|who| house.listen(who));
    // So many that each of them gets one read.
    (10..20).for_each(|who| house.send(who, b"hola\n"));
    let first = ["x".repeat(4_000) + "\n", "y".repeat(4_000) + "\n", "z".repeat(4_000) + "\n"].concat();
    let filler = "x".repeat(READ_BYTES - first.len() - "\n/registrar\n".len()) + "\n/registrar\n";
    house.send(0, (first + &filler + "amapolas\namapolas\nhola\n").as_bytes());
    house.settle();
    let heard = house.heard(1);
    assert!(!heard.contains("amapolas") && heard.contains("p0: hola\n"), "{heard}");
    assert_eq!(house.heard(0).matches("podría ser una contraseña").count(), 2);
    // Behind the answer.
    house.says(0, "/registrar\n");
    house.says(0, "amapolas\n");
    assert_eq!(house.heard(1), "p0: amapolas\n");
    assert_eq!(house.server.input_bytes(), 0);
}

#[test]
fn newcomer_is_charged_too() {
    let mut house = House::new(Config::default());
    let nameless = house.connect();
    house.settle();
    house.listen(nameless);
    house.send(nameless, "/nada\n".repeat(300).as_bytes());
    house.settle();
    assert_eq!(house.heard(nameless).matches("/nada").count(), RATE_BURST as usize);
}
