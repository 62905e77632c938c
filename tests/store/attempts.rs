//! Who may try a password, and when: delays, and turns that are fair between addresses. No clock and no thread.

use std::net::IpAddr;
use std::time::Duration;

use proptest::prelude::*;
use tertulia::chat::{Moment, Origin};
use tertulia::keep::{Attempts, Turn};
use tertulia::limits::{
    FAILURE_DELAY, FAILURE_DELAY_MAX, FAILURES_ADDRESSES, FAILURES_FORGOTTEN, FREE_FAILURES,
    PETITIONS_PER_ADDRESS, PETITIONS_WAITING, REGISTRATIONS_PER_ADDRESS,
};

const NOW: Moment = Moment::START;

fn from(address: &str) -> Origin {
    Origin::of(address.parse().unwrap())
}

fn number(number: usize) -> Origin {
    Origin::of(IpAddr::from((0x0A00_0000 + number as u32).to_be_bytes()))
}

/// All that waits, in the order in which it is served.
fn served<T>(attempts: &mut Attempts<T>) -> Vec<T> {
    let turns = std::iter::from_fn(|| attempts.next(NOW));
    turns
        .map(|turn| match turn {
            Turn::Do(_, job) => job,
            Turn::Refuse(..) => panic!("nobody failed"),
        })
        .collect()
}

#[test]
fn an_origin_is_an_address_or_a_network_of_version_6() {
    assert_eq!(from("10.0.0.1"), from("::ffff:10.0.0.1"));
    assert_ne!(from("10.0.0.1"), from("10.0.0.2"));
    assert_eq!(from("2001:db8::1"), from("2001:db8::ffff:0:1:2"));
    assert_ne!(from("2001:db8::1"), from("2001:db8:0:1::1"));
    assert_ne!(from("127.0.0.1"), from("::1"));
}

#[test]
fn wrong_passwords_cost_nothing_then_twice_as_much_each_and_are_forgotten() {
    let mut attempts = Attempts::<()>::default();
    let (her, him) = (from("10.0.0.1"), from("10.0.0.2"));
    for _ in 0..FREE_FAILURES {
        attempts.failed(her, NOW);
        assert_eq!(attempts.rest(her, NOW), None);
    }
    let mut now = NOW;
    let mut delay = FAILURE_DELAY;
    for _ in 0..40 {
        attempts.failed(her, now);
        assert_eq!(attempts.rest(her, now), Some(delay));
        let almost = now + (delay - Duration::from_micros(1));
        assert_eq!(attempts.rest(her, almost), Some(Duration::from_micros(1)));
        now = now + delay;
        assert_eq!(attempts.rest(her, now), None);
        delay = FAILURE_DELAY_MAX.min(delay * 2);
    }
    assert_eq!(attempts.rest(him, now), None);
    attempts.failed(her, now + (FAILURES_FORGOTTEN - Duration::from_secs(61)));
    assert!(attempts.rest(her, now + (FAILURES_FORGOTTEN - Duration::from_secs(61))).is_some());
    now = now + FAILURES_FORGOTTEN * 2;
    for _ in 0..FREE_FAILURES {
        attempts.failed(her, now);
        assert_eq!(attempts.rest(her, now), None, "a new life");
    }
}

#[test]
fn so_many_register_from_one_address_until_that_is_forgotten() {
    let mut attempts = Attempts::<()>::default();
    let (class, other) = (from("10.0.0.1"), from("10.0.0.2"));
    for _ in 0..REGISTRATIONS_PER_ADDRESS {
        assert_eq!(attempts.registers(class, NOW), Ok(()));
    }
    assert_eq!(attempts.registers(class, NOW), Err(FAILURES_FORGOTTEN));
    let later = NOW + Duration::from_secs(1);
    assert_eq!(attempts.registers(class, later), Err(FAILURES_FORGOTTEN - Duration::from_secs(1)));
    assert_eq!(attempts.registers(other, later), Ok(()));
    assert_eq!(attempts.registers(class, NOW + FAILURES_FORGOTTEN), Ok(()));
}

#[test]
fn of_too_many_addresses_the_one_that_was_quiet_longest_is_forgotten() {
    let mut attempts = Attempts::<()>::default();
    let at = |number: usize| NOW + Duration::from_micros(number as u64);
    for _ in 0..=FREE_FAILURES {
        attempts.failed(number(0), NOW);
        attempts.failed(number(1), NOW);
    }
    for other in 2..FAILURES_ADDRESSES {
        attempts.failed(number(other), at(other));
    }
    attempts.failed(number(1), at(FAILURES_ADDRESSES));
    assert!(attempts.rest(number(0), at(FAILURES_ADDRESSES)).is_some());
    attempts.failed(number(FAILURES_ADDRESSES), at(FAILURES_ADDRESSES));
    assert_eq!(attempts.remembered(), FAILURES_ADDRESSES);
    assert_eq!(attempts.rest(number(0), at(FAILURES_ADDRESSES)), None);
    assert!(attempts.rest(number(1), at(FAILURES_ADDRESSES)).is_some());
}

#[test]
fn what_waits_is_bounded_for_each_address_and_for_all() {
    let mut attempts = Attempts::default();
    for job in 0..PETITIONS_PER_ADDRESS {
        assert!(attempts.has_room(number(0)));
        attempts.wait(number(0), job);
    }
    assert!(!attempts.has_room(number(0)) && attempts.has_room(number(1)));
    for job in 1..=PETITIONS_WAITING - PETITIONS_PER_ADDRESS {
        assert!(attempts.has_room(number(job)));
        attempts.wait(number(job), job);
    }
    assert!(!attempts.has_room(number(PETITIONS_WAITING)));
    assert_eq!(served(&mut attempts).len(), PETITIONS_WAITING);
    assert!(attempts.has_room(number(0)));
}

#[test]
fn who_comes_into_a_flood_is_next() {
    let mut attempts = Attempts::default();
    for _ in 0..20 {
        attempts.wait(number(0), "flood");
    }
    assert_eq!(attempts.next(NOW), Some(Turn::Do(number(0), "flood")));
    assert_eq!(attempts.next(NOW), Some(Turn::Do(number(0), "flood")));
    attempts.wait(number(1), "Ana");
    attempts.wait(number(2), "Luis");
    attempts.wait(number(1), "Ana");
    attempts.wait(number(0), "flood");
    let order = served(&mut attempts);
    assert_eq!(order[..4], ["Ana", "Luis", "flood", "Ana"], "each address in its turn");
    assert!(order[4..].iter().all(|job| *job == "flood"));
}

#[test]
fn one_after_the_other_is_no_advantage() {
    // Two addresses that always have one waiting are served in turns, also where one of them has had many before.
    let mut attempts = Attempts::default();
    attempts.wait(number(0), 0);
    attempts.wait(number(0), 0);
    for round in 0..10 {
        assert!(matches!(attempts.next(NOW), Some(Turn::Do(_, 0))), "{round}");
        attempts.wait(number(0), 0);
        attempts.wait(number(1), 1);
        assert!(matches!(attempts.next(NOW), Some(Turn::Do(_, 1))), "{round}");
    }
}

#[test]
fn what_waits_at_an_address_in_its_delay_is_refused() {
    let mut attempts = Attempts::default();
    for job in 0..3 {
        attempts.wait(number(0), job);
    }
    attempts.wait(number(1), 9);
    for _ in 0..=FREE_FAILURES {
        attempts.failed(number(0), NOW);
    }
    let turns: Vec<Turn<i32>> = std::iter::from_fn(|| attempts.next(NOW)).collect();
    let refused = |job| Turn::Refuse(job, FAILURE_DELAY);
    assert_eq!(turns, [refused(0), Turn::Do(number(1), 9), refused(1), refused(2)]);
}

proptest! {
    /// Whoever is the first of their address is passed by twice at most by any other one, and nothing is lost, doubled,
    /// or taken out of the order of its own address.
    #[test]
    fn nobody_is_passed_by_again_and_again(
        steps in prop::collection::vec((0_usize..6, any::<bool>()), 1..300),
    ) {
        let mut attempts = Attempts::default();
        // Of each address, what waits, with how often each other one was served since it came.
        let mut waiting: Vec<Vec<(usize, [usize; 6])>> = vec![Vec::new(); 6];
        for (job, (address, takes)) in steps.into_iter().enumerate() {
            if attempts.has_room(number(address)) {
                attempts.wait(number(address), (address, job));
                waiting[address].push((job, [0; 6]));
            }
            if !takes {
                continue;
            }
            let Some(Turn::Do(origin, (address, job))) = attempts.next(NOW) else { panic!("one waits") };
            prop_assert_eq!(origin, number(address));
            let (first, _) = waiting[address].remove(0);
            prop_assert_eq!(first, job, "in their order");
            for (other, theirs) in waiting.iter_mut().enumerate() {
                if other != address
                    && let Some((_, passed_by)) = theirs.first_mut()
                {
                    passed_by[address] += 1;
                    prop_assert!(passed_by[address] <= 2, "{} is passed by {} again and again", other, address);
                }
            }
        }
    }
}
