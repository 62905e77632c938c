//! Questions for passwords that are open when their node is held for dead, and is not.

use tertulia::chat::Name;
use tertulia::config::Config;
use tertulia::limits::{HISTORY_QUEUE_JOBS, HISTORY_QUEUE_MAX_BYTES};
use tertulia::net::Server;
use tertulia::storage::SimulatedHelpers;

use super::servers::{SECOND, World};

/// Two servers that know Rosa's account, and the helpers of each.
fn world_of_rosa() -> (World, [SimulatedHelpers; 2]) {
    let with_rosa = [(); 2].map(|()| {
        let accounts = vec![(Name::given("Rosa").expect("a name"), SimulatedHelpers::hash("secreto"))];
        let (storage, helpers) = SimulatedHelpers::new(accounts, HISTORY_QUEUE_JOBS, HISTORY_QUEUE_MAX_BYTES);
        (Server::remembering(Config { rate_limit: 0, ..Config::default() }, storage), helpers)
    });
    let [(a, of_a), (b, of_b)] = with_rosa;
    (World::between([a, b]), [of_a, of_b])
}

/// Ana is asked for Rosa's password when her server stands still, and another Ana comes in at the other one. She sends this while she is
/// outside.
fn without_her_name(world: &mut World, sent: &str) -> (usize, usize) {
    let ana = world.connects(0, "Ana");
    world.says(ana, "/identificar Rosa\n");
    let heard = world.heard(ana);
    assert!(heard.ends_with("Contraseña: "), "{heard}");
    world.asleep[0] = true;
    (0..12).for_each(|_| world.passes(SECOND));
    world.connects(1, "Ana");
    world.asleep[0] = false;
    world.reads(0);
    world.houses[0].turn();
    assert_eq!(world.houses[0].server.hub().outside().count(), 1);
    world.says(ana, sent);
    world.passes(SECOND);
    world.passes(3 * SECOND);
    ana
}

#[test]
fn question_is_open_no_more_when_another_name_has_to_be_chosen() {
    let (mut world, _helpers) = world_of_rosa();
    let ana = without_her_name(&mut world, "");
    let heard = world.heard(ana);
    assert!(heard.contains("en uso"), "{heard}");
    assert!(!heard.contains("Contraseña"), "{heard}");
    world.says(ana, "Bea\n");
    let heard = world.heard(ana);
    assert!(heard.contains("Bienvenido al chat, Bea"), "{heard}");
}

#[test]
fn password_that_was_sent_for_a_question_that_is_open_no_more_is_no_name() {
    let (mut world, _helpers) = world_of_rosa();
    let ana = without_her_name(&mut world, "girasoles\n");
    let heard = world.heard(ana);
    assert!(!heard.contains("girasoles"), "{heard}");
    assert_eq!(world.houses[1].server.hub().people(), 1, "{heard}");
    world.says(ana, "Bea\n");
    assert_eq!(world.houses[1].server.hub().people(), 2);
}
