//! What one turn of a server's loop does of what was read of the log: so much, and the rest in the next ones.

use tertulia::cluster::NodeInput;
use tertulia::config::{Config, Share};
use tertulia::limits::STRANDED_PER_TURN;

use super::servers::{SECOND, World};

/// People of a server that nobody hears of any more; and of the other one Ana, who is there all the time.
const STRANDED: usize = 2 * STRANDED_PER_TURN + 200;

/// All are there, and the first server has read that the second one is gone, and has had no turn since.
pub(super) fn stranded() -> (World, (usize, usize)) {
    let mut world = World::new();
    let ana = world.connects(0, "Ana");
    for person in 0..STRANDED {
        world.connects(1, &format!("p{person}"));
    }
    assert_eq!(world.houses[0].server.hub().people(), STRANDED + 1);
    world.asleep[1] = true;
    world.heard(ana);
    while !world.houses[0].server.hub().has_stranded() {
        world.waits(SECOND);
        world.houses[0].turn();
        world.writes(0);
        world.reads(0);
        // By these turns the beat is read, until the one in which the node is gone.
        while world.houses[0].server.is_behind_log() && !world.houses[0].server.hub().has_stranded() {
            world.houses[0].turn();
        }
    }
    (world, ana)
}

#[test]
fn members_of_a_node_that_is_gone_leave_some_in_each_turn_and_are_told_of_together() {
    let (mut world, ana) = stranded();
    let mut people = vec![world.houses[0].server.hub().people()];
    // In the middle of it a person is answered.
    world.houses[0].send(ana.1, b"/ayuda\n");
    let mut heard = String::new();
    while world.houses[0].server.hub().has_stranded() {
        world.houses[0].turn();
        heard += &world.heard(ana);
        people.push(world.houses[0].server.hub().people());
    }
    assert_eq!(people, [STRANDED_PER_TURN + 201, 201, 1]);
    assert!(heard.contains("/entrar"), "{heard}");
    world.houses[0].settle();
    heard += &world.heard(ana);
    assert_eq!(heard.matches("<<<").count(), 1, "{heard}");
}

#[test]
fn server_that_stops_while_members_of_another_leave_has_them_leave_first() {
    let (mut world, _) = stranded();
    let house = &mut world.houses[0];
    house.server.log_happened(NodeInput::Leave, house.now);
    assert_eq!(house.server.hub().people(), 1);
    assert!(!house.server.hub().has_stranded());
}

#[test]
fn turn_takes_of_the_log_as_much_as_it_may_do_and_goes_on_within_an_entry() {
    const PEOPLE: usize = 20;
    const STEPS: u64 = 2_000;
    let share = Share { steps: STEPS, ..Share::default() };
    let mut world = World::of(Config { rate_limit: 0, share, ..Config::default() });
    let luis = world.connects(1, "Luis");
    let people: Vec<_> = (0..PEOPLE).map(|person| world.connects(0, &format!("p{person}"))).collect();
    world.asleep[1] = true;
    world.waits(5 * SECOND);
    world.heard(luis);
    // What all say in one turn is one entry.
    people.into_iter().for_each(|(_, who)| world.houses[0].send(who, b"hola\n"));
    world.houses[0].turn();
    world.writes(0);
    world.reads(1);
    let (mut turns, mut before) = (0, world.houses[1].server.work().total());
    while world.houses[1].server.is_behind_log() {
        world.houses[1].turn();
        let now = world.houses[1].server.work().total();
        assert!(now - before < 2 * STEPS, "{} steps", now - before);
        (turns, before) = (turns + 1, now);
    }
    assert!(turns > 2, "{turns} turns");
    world.houses[1].settle();
    assert_eq!(world.heard(luis).matches(": hola").count(), PEOPLE);
}
