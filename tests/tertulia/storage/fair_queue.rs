//! Passwords that wait: each address has its turn, and who has most gives way. No clock and no thread.

use std::net::IpAddr;

use proptest::prelude::*;
use tertulia::auth::{FairQueue, Subject};
use tertulia::chat::{Name, Origin};
use tertulia::limits::AUTH_REQUESTS_WAITING;

fn address(number: usize) -> Origin {
    Origin::of(IpAddr::from((0x0A00_0000 + number as u32).to_be_bytes()))
}

fn name(number: usize) -> Subject {
    Subject::of(&Name::new(&format!("n{number}")).unwrap())
}

/// What is served, from first to last.
fn served<T>(mut queue: FairQueue<Subject, T>) -> Vec<T> {
    std::iter::from_fn(|| queue.pop()).map(|(_, _, job)| job).collect()
}

#[test]
fn queue_filled_by_one_address_lets_another_in() {
    let mut queue = FairQueue::new(AUTH_REQUESTS_WAITING);
    for job in 0..AUTH_REQUESTS_WAITING {
        assert_eq!(queue.push(address(0), name(job), job), None, "while there is room nobody is refused");
    }
    assert_eq!(queue.push(address(0), name(777), 777), Some(777), "its own newest is this one");
    let newest = AUTH_REQUESTS_WAITING - 1;
    assert_eq!(queue.push(address(1), name(0), 888), Some(newest), "loses its newest for another address");
    assert_eq!(queue.len(), AUTH_REQUESTS_WAITING);
    assert_eq!(served(queue)[..3], [0, 888, 1], "who comes into a flood is next");
}

#[test]
fn six_addresses_that_flood_keep_nobody_out() {
    let mut queue = FairQueue::new(AUTH_REQUESTS_WAITING);
    let mut refused = [0; 7];
    for round in 0..200 {
        for attacker in 0..6 {
            if let Some(loser) = queue.push(address(attacker), name(attacker), attacker) {
                refused[loser] += 1;
            }
        }
        // A class of ten comes in through one address, in the middle of it.
        if round % 20 == 10 {
            let loser = queue.push(address(6), name(100 + round), 6);
            assert_ne!(loser, Some(6));
        }
    }
    assert_eq!(refused[6], 0);
    assert_eq!(queue.len(), AUTH_REQUESTS_WAITING);
    let order = served(queue);
    let last = order.iter().rposition(|&who| who == 6).unwrap();
    assert!(last < 7 * 10, "each in its turn: {last}");
}

#[test]
fn name_that_floods_keeps_no_other_out_at_its_address() {
    let mut queue = FairQueue::new(AUTH_REQUESTS_WAITING);
    (0..AUTH_REQUESTS_WAITING).for_each(|_| assert_eq!(queue.push(address(0), name(0), "flood"), None));
    assert_eq!(queue.push(address(0), name(1), "Nora"), Some("flood"));
    assert_eq!(queue.push(address(0), name(0), "more"), Some("more"));
    assert_eq!(served(queue)[..2], ["flood", "Nora"]);
}

#[test]
fn addresses_with_the_same_share_are_served_as_they_came() {
    let mut queue = FairQueue::new(AUTH_REQUESTS_WAITING);
    (0..AUTH_REQUESTS_WAITING).for_each(|job| assert_eq!(queue.push(address(job), name(job), job), None));
    assert_eq!(queue.push(address(777), name(777), 777), Some(777));
    assert_eq!(queue.push(address(5), name(5), 5), Some(5));
    assert_eq!(served(queue), (0..AUTH_REQUESTS_WAITING).collect::<Vec<_>>());
}

#[test]
fn of_two_that_flood_alike_the_one_who_came_last_gives_way() {
    for last in [0, 1] {
        let mut queue = FairQueue::new(AUTH_REQUESTS_WAITING);
        let came = (0..AUTH_REQUESTS_WAITING - 2).map(|job| job % 2).chain([1 - last, last]);
        came.for_each(|who| assert_eq!(queue.push(address(who), name(who), who), None));
        assert_eq!(queue.push(address(2), name(2), 2), Some(last));
    }
}

#[test]
fn requests_one_after_the_other_are_no_advantage() {
    // Two addresses that always have one waiting are served in turns, also where one of them has had many before.
    let mut queue = FairQueue::new(AUTH_REQUESTS_WAITING);
    queue.push(address(0), name(0), 0);
    queue.push(address(0), name(0), 0);
    queue.pop();
    queue.push(address(1), name(1), 1);
    let mut order = Vec::new();
    for _ in 0..20 {
        let (_, _, who) = queue.pop().expect("two wait");
        order.push(who);
        queue.push(address(who), name(who), who);
    }
    assert_eq!(order, [0, 1].repeat(10));
}

proptest! {
    /// Whoever is the first of their address and name is passed by once at most by each other address, and once by each other
    /// name; nothing is lost or doubled, and what gives way is the newest of who has most.
    #[test]
    fn request_is_not_passed_by_again_and_again(
        steps in prop::collection::vec((0_usize..6, 0_usize..3, 0_usize..8), 1..600),
    ) {
        let mut queue = FairQueue::new(AUTH_REQUESTS_WAITING);
        // What waits, oldest first, and since when each first one was passed by which addresses.
        let mut waiting: Vec<(usize, usize, usize)> = Vec::new();
        let mut passed = [[0; 6]; 6];
        for (job, (from, about, pops)) in steps.into_iter().enumerate() {
            let held = |waiting: &[(usize, usize, usize)], from| waiting.iter().filter(|w| w.0 == from).count();
            let before = waiting.len();
            let loser = queue.push(address(from), name(about), (from, about, job));
            waiting.push((from, about, job));
            prop_assert_eq!(loser.is_some(), before == AUTH_REQUESTS_WAITING);
            if let Some(loser) = loser {
                let most = (0..6).map(|from| held(&waiting, from)).max().unwrap();
                prop_assert!(held(&waiting, loser.0) == most || loser.0 == from);
                prop_assert!(held(&waiting, from) >= most || loser.0 != from || held(&waiting, from) + 1 > most);
                let newest = waiting.iter().rfind(|w| (w.0, w.1) == (loser.0, loser.1)).copied();
                prop_assert_eq!(newest, Some(loser));
                waiting.retain(|w| *w != loser);
            }
            // Mostly more come than are served, so that it fills up.
            if pops > 0 {
                continue;
            }
            let (origin, subject, served) = queue.pop().expect("one waits");
            prop_assert_eq!((origin, subject), (address(served.0), name(served.1)));
            let first = waiting.iter().find(|w| (w.0, w.1) == (served.0, served.1)).copied();
            prop_assert_eq!(first, Some(served), "in their order");
            waiting.retain(|w| *w != served);
            passed[served.0] = [0; 6];
            for other in (0..6).filter(|&other| other != served.0 && held(&waiting, other) > 0) {
                passed[other][served.0] += 1;
                prop_assert!(passed[other][served.0] <= 1, "{} is passed by {} again", other, served.0);
            }
            for other in (0..6).filter(|&other| held(&waiting, other) == 0) {
                passed[other] = [0; 6];
            }
        }
        prop_assert_eq!(queue.len(), waiting.len());
    }
}
