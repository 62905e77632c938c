//! Who has to wait behind wrong passwords, and who must not: one address or many, one name or many. No clock, no thread.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use proptest::prelude::*;
use tertulia::auth::{Claim, LoginThrottle, Subject};
use tertulia::chat::{MonoTime, Name, Origin};
use tertulia::limits::{
    FAILURE_DELAY, FAILURE_DELAY_MAX, FAILURES_FORGOTTEN, FAILURES_REMEMBERED, FREE_FAILURES,
    FREE_FAILURES_PER_ADDRESS, FREE_FAILURES_PER_NAME, REGISTRATIONS_PER_ADDRESS, REGISTRATIONS_WINDOW,
};

const NOW: MonoTime = MonoTime::START;
const SECOND: Duration = Duration::from_secs(1);

fn address(number: u32) -> Origin {
    Origin::of(IpAddr::from((0x0A00_0000 + number).to_be_bytes()))
}

fn name(number: u32) -> Subject {
    Subject::of(&Name::new(&format!("n{number}")).unwrap())
}

fn stranger(origin: Origin, subject: Subject) -> Claim {
    Claim { origin, subject, trusted: false }
}

fn owner(origin: Origin, subject: Subject) -> Claim {
    Claim { origin, subject, trusted: true }
}

/// Guesses as soon as it may, at the next of `names` each time; how many were taken until `end`.
fn guesses(throttle: &mut LoginThrottle, claims: impl Iterator<Item = Claim>, end: MonoTime) -> usize {
    let (mut now, mut taken) = (NOW, 0);
    for claim in claims {
        while let Some(rest) = throttle.rest(claim, now) {
            now = now + rest;
        }
        if now >= end {
            break;
        }
        throttle.failed(claim.origin, claim.subject, now);
        taken += 1;
    }
    taken
}

#[test]
fn wrong_passwords_cost_nothing_then_twice_as_much_each_and_are_forgotten() {
    let mut throttle = LoginThrottle::default();
    let claim = stranger(address(1), name(1));
    for _ in 0..FREE_FAILURES {
        throttle.failed(address(1), name(1), NOW);
        assert_eq!(throttle.rest(claim, NOW), None);
    }
    let (mut now, mut delay) = (NOW, FAILURE_DELAY);
    for _ in 0..9 {
        throttle.failed(address(1), name(1), now);
        assert_eq!(throttle.rest(claim, now), Some(delay));
        let almost = now + (delay - Duration::from_micros(1));
        assert_eq!(throttle.rest(claim, almost), Some(Duration::from_micros(1)));
        now = now + delay;
        assert_eq!(throttle.rest(claim, now), None);
        delay = FAILURE_DELAY_MAX.min(delay * 2);
    }
    let last = now;
    throttle.failed(address(1), name(1), last);
    let almost = last + (FAILURES_FORGOTTEN - Duration::from_micros(1));
    throttle.failed(address(1), name(1), almost);
    assert_eq!(throttle.rest(claim, almost), Some(FAILURE_DELAY_MAX), "remembered as long as they go on");
    let later = almost + FAILURES_FORGOTTEN;
    for _ in 0..FREE_FAILURES {
        throttle.failed(address(1), name(1), later);
        assert_eq!(throttle.rest(claim, later), None, "a new life");
    }
}

#[test]
fn address_at_one_name_stops_nobody_else_there() {
    let mut throttle = LoginThrottle::default();
    let (lab, vera, nora) = (address(1), name(1), name(2));
    (0..25).for_each(|_| throttle.failed(lab, vera, NOW));
    assert_eq!(throttle.rest(stranger(lab, vera), NOW), Some(FAILURE_DELAY_MAX));
    assert_eq!(
        throttle.rest(owner(lab, vera), NOW),
        Some(FAILURE_DELAY_MAX),
        "who is guessing cannot be told"
    );
    assert_eq!(throttle.rest(stranger(lab, nora), NOW), None);
    assert_eq!(throttle.rest(owner(lab, nora), NOW), None);
    assert_eq!(throttle.rest(owner(address(2), vera), NOW), None);
}

#[test]
fn address_at_many_names_is_slowed_and_who_is_known_there_comes_in() {
    let mut throttle = LoginThrottle::default();
    let lab = address(1);
    let all_names = (0..).map(|number| stranger(lab, name(number)));
    let hour = NOW + Duration::from_secs(3600);
    let taken = guesses(&mut throttle, all_names, hour);
    let most = FREE_FAILURES_PER_ADDRESS as usize + 7 + 60;
    assert!((60..=most).contains(&taken), "{taken} guesses in an hour");

    let now = hour;
    let throttle = &mut LoginThrottle::default();
    (0..1_000).for_each(|number| throttle.failed(lab, name(number), now));
    assert_eq!(throttle.rest(stranger(lab, name(2_000)), now), Some(FAILURE_DELAY_MAX));
    assert_eq!(throttle.rest(owner(lab, name(2_000)), now), None, "has logged in from there before");
    (1..FREE_FAILURES).for_each(|_| throttle.failed(lab, name(0), now));
    assert_eq!(throttle.rest(owner(lab, name(0)), now), None, "with some of her guesses left");
    throttle.failed(lab, name(0), now);
    assert_eq!(throttle.rest(owner(lab, name(0)), now), Some(FAILURE_DELAY_MAX), "with none left");
}

#[test]
fn names_known_at_an_address_give_its_guesses_no_end() {
    // All of a class have logged in through one tunnel; each of them is guessed at in turn.
    const CLASS: u32 = 30;
    let mut throttle = LoginThrottle::default();
    let claims = (0..).map(|turn| owner(address(1), name(turn % CLASS)));
    let hour = NOW + Duration::from_secs(3600);
    let taken = guesses(&mut throttle, claims, hour);
    let free = (CLASS * (FREE_FAILURES + 1)) as usize;
    assert!(taken <= free + 7 + 60, "{taken} guesses in an hour");
}

#[test]
fn addresses_at_one_name_are_slowed_and_its_owner_comes_in() {
    let mut throttle = LoginThrottle::default();
    let vera = name(1);
    let many = (0..).map(|number| stranger(address(number), vera));
    let hour = NOW + Duration::from_secs(3600);
    let taken = guesses(&mut throttle, many, hour);
    let most = FREE_FAILURES_PER_NAME as usize + 7 + 60;
    assert!((60..=most).contains(&taken), "{taken} guesses in an hour");

    let now = hour;
    let mut throttle = LoginThrottle::default();
    (0..1_000).for_each(|number| throttle.failed(address(number), vera, now));
    let home = address(2_000);
    assert!(throttle.rest(stranger(home, vera), now).is_some());
    assert_eq!(throttle.rest(owner(home, vera), now), None, "from where she logged in before");
    assert_eq!(throttle.rest(stranger(home, name(2)), now), None, "another one from there");
    (0..=FREE_FAILURES).for_each(|_| throttle.failed(home, vera, now));
    assert_eq!(
        throttle.rest(owner(home, vera), now),
        Some(FAILURE_DELAY),
        "her own slips cost what they cost"
    );
}

#[test]
fn addresses_at_many_names_leave_others_alone() {
    let mut throttle = LoginThrottle::default();
    for number in 0..2_000 {
        throttle.failed(address(number), name(number % 100), NOW);
    }
    assert_eq!(throttle.rest(stranger(address(5_000), name(500)), NOW), None);
    assert_eq!(throttle.rest(owner(address(5_000), name(1)), NOW), None, "guessed at from everywhere");
}

#[test]
fn right_password_takes_back_what_was_guessed_at_it_there_and_no_more() {
    let mut throttle = LoginThrottle::default();
    let (lab, mallory) = (address(1), name(9));
    for number in 0..=FREE_FAILURES_PER_ADDRESS {
        throttle.failed(lab, name(number / 5), NOW);
        // Who guesses at others and gives a right password in between is no better for it.
        throttle.succeeded(lab, mallory);
    }
    assert_eq!(throttle.rest(stranger(lab, name(100)), NOW), Some(FAILURE_DELAY));
    let vera = name(200);
    (0..=FREE_FAILURES_PER_NAME).for_each(|_| throttle.failed(address(2), vera, NOW));
    throttle.succeeded(address(2), vera);
    assert_eq!(throttle.rest(owner(address(2), vera), NOW), None);
    assert_eq!(
        throttle.rest(stranger(address(3), vera), NOW),
        Some(FAILURE_DELAY),
        "for strangers as before"
    );
}

#[test]
fn registrations_from_one_address_are_so_many_until_that_is_forgotten() {
    let mut throttle = LoginThrottle::default();
    let (class, other) = (address(1), address(2));
    for _ in 0..REGISTRATIONS_PER_ADDRESS {
        assert_eq!(throttle.registrations_rest(class, NOW), None);
        throttle.registers(class, NOW);
    }
    let later = NOW + SECOND;
    assert_eq!(throttle.registrations_rest(class, later), Some(REGISTRATIONS_WINDOW - SECOND));
    assert_eq!(throttle.registrations_rest(other, later), None);
    assert_eq!(throttle.registrations_rest(class, NOW + REGISTRATIONS_WINDOW), None);
    throttle.registers(class, NOW + REGISTRATIONS_WINDOW);
    assert_eq!(throttle.registrations_rest(class, NOW + REGISTRATIONS_WINDOW), None, "counted anew");
}

#[test]
fn records_are_bounded_and_no_delay_gives_way() {
    let mut throttle = LoginThrottle::default();
    let names: Vec<Subject> = (0..100).map(name).collect();
    let (attacker, vera) = (address(0), names[0]);
    let at = |number: usize| NOW + Duration::from_micros(number as u64);
    // Each from an address of its own makes two records, and a third where the name is new.
    let fails = |throttle: &mut LoginThrottle, number: usize| {
        throttle.failed(address(number as u32), names[number % 100], at(number))
    };
    (0..25).for_each(|_| throttle.failed(attacker, vera, NOW));
    let flood = FAILURES_REMEMBERED / 2 - 100;
    (1..=flood).for_each(|number| fails(&mut throttle, number));
    assert_eq!(throttle.rest(owner(attacker, vera), NOW), Some(FAILURE_DELAY_MAX));
    throttle.failed(attacker, vera, at(flood));
    (flood..2 * flood).for_each(|number| fails(&mut throttle, number));
    assert!(throttle.rest(owner(attacker, vera), at(2 * flood)).is_some(), "as many again");
    for number in 2 * flood..5 * flood {
        fails(&mut throttle, number);
        assert!(throttle.remembered() <= 2 * (FAILURES_REMEMBERED + 2));
    }
}

proptest! {
    /// The rule as it is written down, of records that never are forgotten for want of room.
    #[test]
    fn throttle_does_what_is_written_down(
        steps in prop::collection::vec((0_u32..3, 0_u32..3, any::<bool>(), 0_u8..8, 0_u64..400), 1..400),
    ) {
        let mut throttle = LoginThrottle::default();
        let mut counts: HashMap<(Option<u32>, Option<u32>), (u32, MonoTime)> = HashMap::new();
        let mut now = NOW;
        for (from, whom, trusted, right, seconds) in steps {
            now = now + SECOND * seconds as u32;
            counts.retain(|_, (_, at)| now.since(*at) < FAILURES_FORGOTTEN);
            let until = |of: (Option<u32>, Option<u32>), free: u32| {
                let (count, at) = *counts.get(&of)?;
                let over = count.checked_sub(free + 1)?;
                Some(at + FAILURE_DELAY_MAX.min(SECOND * 2_u32.saturating_pow(over)))
            };
            let own = counts.get(&(Some(from), Some(whom))).map_or(0, |(count, _)| *count);
            let all = [
                until((Some(from), Some(whom)), 5),
                until((Some(from), None), 60).filter(|_| !trusted || own > 5),
                until((None, Some(whom)), 20).filter(|_| !trusted),
            ];
            let rest = all.into_iter().flatten().max().filter(|&until| until > now).map(|until| until.since(now));
            let claim = Claim { origin: address(from), subject: name(whom), trusted };
            prop_assert_eq!(throttle.rest(claim, now), rest);
            if rest.is_some() {
                continue;
            }
            if right == 0 {
                throttle.succeeded(address(from), name(whom));
                counts.remove(&(Some(from), Some(whom)));
                continue;
            }
            throttle.failed(address(from), name(whom), now);
            for of in [(Some(from), Some(whom)), (Some(from), None), (None, Some(whom))] {
                let count = counts.get(&of).map_or(0, |(count, _)| *count);
                counts.insert(of, (count + 1, now));
            }
        }
    }
}
