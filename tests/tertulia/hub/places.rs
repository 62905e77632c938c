//! Places and rooms when few are left: no address has them all, and who is registered comes in.

use tertulia::chat::{AccountChange, ChatConfig, CloseReason, Command, Input, RoomKey, RoomRecord};
use tertulia::limits::{
    LINE_MAX_STEPS, NEWCOMER_GRACE, ROOMS_MAX, ROOMS_PER_PERSON, SHARED_PLACES_MIN, TRIAL_TIMEOUT, TRIALS,
};

use super::{Book, Chat, SECOND, address, join, leave, name, nick, text};

const ACCOUNTS: [(&str, &str); 2] = [("María", "girasol"), ("Juan", "tres tristes tigres")];

/// A chat with so many places, with or without accounts.
fn places(places: usize, accounts: &[(&str, &str)]) -> Chat {
    let book = Book::of(accounts);
    let registered = (!accounts.is_empty()).then(|| book.accounts());
    Chat::with(ChatConfig { places: Some(places), accounts: registered, ..ChatConfig::default() }, book)
}

/// Lets `count` people in from `10.0.0.number`, called `p<first>` and so on.
fn crowd(chat: &mut Chat, number: u8, first: usize, count: usize) {
    for n in first..first + count {
        chat.enters_from(address(number), &format!("p{n}"));
    }
}

#[test]
fn address_with_more_than_half_gets_none_of_the_last_tenth() {
    let mut chat = places(100, &[]);
    crowd(&mut chat, 1, 0, 50);
    crowd(&mut chat, 2, 50, 40);
    crowd(&mut chat, 1, 90, 1);
    let refused = chat.connects_from(address(1));
    assert_eq!(chat.hears(refused), ["Crowded"]);
    assert_eq!(chat.closed, [(refused, CloseReason::Full)]);
    crowd(&mut chat, 3, 91, 9);
    let late = chat.connects_from(address(3));
    assert_eq!(chat.hears(late), ["Full(100)"]);
}

#[test]
fn address_without_neighbours_has_all_but_the_last_tenth() {
    let mut chat = places(200, &[]);
    crowd(&mut chat, 1, 0, 181);
    let refused = chat.connects_from(address(1));
    assert_eq!(chat.hears(refused), ["Crowded"]);
    // One of them leaves, and there is a tenth again.
    let leaving = chat.id_of("p0");
    chat.quits(leaving);
    crowd(&mut chat, 1, 181, 1);
}

#[test]
fn address_of_a_small_class_has_all_places() {
    let mut chat = places(SHARED_PLACES_MIN - 1, &[]);
    crowd(&mut chat, 1, 0, SHARED_PLACES_MIN - 1);
    let late = chat.connects_from(address(1));
    assert_eq!(chat.hears(late), ["Full(99)"]);
}

#[test]
fn registered_person_takes_the_place_of_the_idlest_guest_of_the_largest_address() {
    let mut chat = places(5, &ACCOUNTS);
    let alone = chat.enters_from(address(1), "Alba");
    let juan = chat.logs_in_from(address(2), "Juan", "tres tristes tigres");
    let [eva, luis, ines] = ["Eva", "Luis", "Inés"].map(|name| {
        chat.waits(SECOND);
        chat.enters_from(address(2), name)
    });
    chat.says(eva, "hola");
    chat.hush();
    let maria = chat.connects_from(address(3));
    assert_eq!(chat.hears(maria), ["OnlyRegistered { crowded: false }", "name?"]);
    chat.says(maria, "Olga");
    assert_eq!(chat.hears(maria), ["no place for Olga", "name?"]);
    chat.says(maria, "María");
    chat.types_secret(maria, "girasol");
    assert_eq!(chat.hears(maria), ["password?", "welcome María", "<<< Luis"]);
    assert_eq!(chat.hears(luis), ["GaveWay"], "longest silent where most are");
    assert_eq!(chat.closed, [(luis, CloseReason::Full)]);
    assert_eq!(chat.hears(alone), [">>> María", "<<< Luis"]);
    [alone, juan, eva, ines, maria].into_iter().for_each(|id| assert!(chat.is_here(id)));
}

#[test]
fn login_at_a_full_server_is_charged_for_all_guests_that_are_looked_at() {
    let all = 1_000;
    let mut chat = places(all, &ACCOUNTS);
    (0..all).for_each(|n| crowd(&mut chat, (n % 100) as u8, n, 1));
    chat.hush();
    let maria = chat.connects_from(address(200));
    chat.says(maria, "María");
    let before = chat.hub.work();
    chat.types_secret(maria, "girasol");
    assert_eq!(chat.closed.len(), 1, "one of them gives way");
    let steps = (chat.hub.work() - before).steps;
    assert!(steps >= 2 * all as u64, "{steps} steps: each with what its address has, and what it may do");
    assert!(steps * 20 <= LINE_MAX_STEPS, "{steps} steps: too many for 20,000");
}

#[test]
fn registered_person_takes_first_the_place_of_who_has_no_name() {
    let mut chat = places(2, &ACCOUNTS);
    let (ana, silent) = (chat.enters("Ana"), chat.connects());
    chat.hears(silent);
    let maria = chat.connects();
    assert_eq!(chat.hears(maria), ["OnlyRegistered { crowded: false }", "name?"]);
    chat.waits(NEWCOMER_GRACE);
    chat.says(maria, "María");
    chat.types_secret(maria, "girasol");
    assert_eq!(chat.hears(silent), ["MadeRoom"]);
    assert!(chat.is_here(ana) && chat.is_here(maria));
}

#[test]
fn address_that_gets_no_place_displaces_nobody() {
    let mut chat = places(100, &[]);
    crowd(&mut chat, 1, 0, 60);
    crowd(&mut chat, 2, 60, 39);
    let silent = chat.connects_from(address(3));
    chat.hears(silent);
    chat.waits(NEWCOMER_GRACE);
    let refused = chat.connects_from(address(1));
    assert_eq!(chat.hears(refused), ["Crowded"]);
    assert!(chat.is_here(silent) && chat.hears(silent).is_empty());
    let let_in = chat.connects_from(address(4));
    assert_eq!(chat.hears(let_in), ["name?"]);
    assert_eq!(chat.hears(silent), ["MadeRoom"]);
}

#[test]
fn own_earlier_connection_needs_no_other_place() {
    let mut chat = places(2, &ACCOUNTS);
    let (old, ana) = (chat.logs_in("María", "girasol"), chat.enters("Ana"));
    let new = chat.connects();
    chat.says(new, "María");
    chat.types_secret(new, "girasol");
    assert_eq!(chat.closed, [(old, CloseReason::Replaced)]);
    assert!(chat.is_here(ana));
    let late = chat.connects();
    assert_eq!(chat.hears(late), ["OnlyRegistered { crowded: false }", "name?"], "it is as full as before");
}

#[test]
fn account_earns_one_place_under_whatever_name_it_goes_on() {
    let mut chat = places(5, &ACCOUNTS);
    let guests = ["Alba", "Eva", "Luis", "Inés", "Olga"].map(|name| chat.enters_from(address(2), name));
    let own = ["Gato", "Perro", "Pato"].map(|name| {
        let id = chat.logs_in_from(address(1), "María", "girasol");
        chat.does(id, nick(name));
        id
    });
    let gone =
        [(guests[0], CloseReason::Full), (own[0], CloseReason::Replaced), (own[1], CloseReason::Replaced)];
    assert_eq!(chat.closed, gone);
    assert_eq!(chat.hears(own[0]).last().map(String::as_str), Some("replaced"));
    // Whose name it has again keeps their rooms, as ever.
    let back = chat.logs_in_from(address(1), "María", "girasol");
    chat.logs_in_from(address(1), "María", "girasol");
    assert_eq!(chat.closed[3..], [(own[2], CloseReason::Replaced), (back, CloseReason::Replaced)]);
    assert_eq!(chat.hub.people(), 5);
}

#[test]
fn account_earns_one_place_at_a_crowded_address() {
    let mut chat = places(100, &ACCOUNTS);
    crowd(&mut chat, 1, 0, 91);
    let own = ["Gato", "Perro"].map(|name| {
        let id = chat.logs_in_from(address(1), "María", "girasol");
        chat.does(id, nick(name));
        id
    });
    assert_eq!(chat.closed, [(own[0], CloseReason::Replaced)]);
    assert_eq!(chat.hub.people(), 92);
    // From where there are places for everybody it is another matter.
    chat.logs_in_from(address(2), "María", "girasol");
    assert!(chat.is_here(own[1]));
}

#[test]
fn earlier_connection_that_another_account_goes_on_with_keeps_its_place() {
    let mut chat = places(2, &ACCOUNTS);
    let (juan, eva) = (chat.logs_in("María", "girasol"), chat.enters("Eva"));
    chat.does(juan, Command::Login(text("Juan")));
    chat.types_secret(juan, "tres tristes tigres");
    chat.logs_in("María", "girasol");
    assert_eq!(chat.closed, [(eva, CloseReason::Full)]);
    assert!(chat.is_here(juan));
}

#[test]
fn among_registered_people_nobody_gives_way() {
    let mut chat = places(1, &ACCOUNTS);
    let juan = chat.logs_in("Juan", "tres tristes tigres");
    let maria = chat.connects();
    chat.hears(maria);
    chat.says(maria, "María");
    chat.types_secret(maria, "girasol");
    assert_eq!(chat.hears(maria), ["password?", "Full(1)"]);
    assert_eq!(chat.closed, [(maria, CloseReason::Full)]);
    assert!(chat.is_here(juan));
    // A name of one's own that one takes up again is no second place.
    chat.does(juan, nick("Juanito"));
    assert_eq!(chat.hub.people(), 1);
}

#[test]
fn client_that_shows_nothing_in_time_has_to_go() {
    let mut chat = places(1, &ACCOUNTS);
    let ana = chat.enters("Ana");
    chat.waits(SECOND);
    let (late, end) = (chat.connects(), chat.now + TRIAL_TIMEOUT);
    assert_eq!(chat.hub.next_due(), Some(end));
    chat.says(late, "María");
    chat.types_secret(late, "margarita");
    chat.waits(TRIAL_TIMEOUT);
    assert_eq!(
        chat.hears(late),
        [
            "OnlyRegistered { crowded: false }",
            "name?",
            "password?",
            "wrong",
            "or back",
            "password?",
            "Full(1)"
        ]
    );
    assert_eq!(chat.closed, [(late, CloseReason::Full)]);
    assert_eq!(chat.hub.next_due(), None);
    chat.quits(ana);
    assert!(chat.hub.is_empty());
}

#[test]
fn place_that_becomes_free_is_for_who_waits_on_trial_too() {
    let mut chat = places(1, &ACCOUNTS);
    let ana = chat.enters("Ana");
    let (eva, luis) = (chat.connects(), chat.connects());
    [eva, luis].into_iter().for_each(|id| drop(chat.hears(id)));
    chat.quits(ana);
    chat.says(luis, "Luis");
    assert_eq!(chat.hears(luis), ["welcome Luis"]);
    chat.says(eva, "Eva");
    assert_eq!(chat.hears(eva), ["no place for Eva", "name?"]);
    chat.waits(TRIAL_TIMEOUT);
    assert!(chat.is_here(luis) && !chat.is_here(eva), "who has a place keeps it");
}

#[test]
fn trials_of_one_address_do_not_keep_another_out() {
    let mut chat = places(1, &ACCOUNTS);
    chat.enters("Ana");
    let flood: Vec<_> = (0..TRIALS).map(|_| chat.connects_from(address(1))).collect();
    let more = chat.connects_from(address(1));
    assert_eq!(chat.hears(more), ["Full(1)"]);
    let maria = chat.connects_from(address(2));
    assert_eq!(chat.hears(maria), ["OnlyRegistered { crowded: false }", "name?"]);
    let newest = *flood.last().unwrap();
    assert_eq!(chat.closed, [(more, CloseReason::Full), (newest, CloseReason::Full)]);
    for _ in 0..2 * TRIALS {
        chat.connects_from(address(1));
    }
    chat.says(maria, "María");
    chat.types_secret(maria, "girasol");
    assert_eq!(chat.hears(maria), ["password?", "welcome María", "<<< Ana"]);
}

#[test]
fn registered_person_comes_in_from_a_crowded_address() {
    let mut chat = places(100, &ACCOUNTS);
    crowd(&mut chat, 1, 0, 91);
    let guest = chat.connects_from(address(1));
    chat.hears(guest);
    chat.says(guest, "Eva");
    assert_eq!(chat.hears(guest), ["no place for Eva", "name?"]);
    let maria = chat.logs_in_from(address(1), "María", "girasol");
    assert_eq!(chat.hears(maria)[0], "OnlyRegistered { crowded: true }");
    assert_eq!(chat.hub.people(), 92, "nobody has to go while there are places");
    let other = chat.enters_from(address(2), "Otra");
    assert!(chat.is_here(other));
}

#[test]
fn trial_is_no_place_of_its_address() {
    let mut chat = places(100, &ACCOUNTS);
    crowd(&mut chat, 1, 0, 51);
    crowd(&mut chat, 2, 51, 40);
    let trial = chat.connects_from(address(1));
    assert_eq!(chat.hears(trial), ["OnlyRegistered { crowded: true }", "name?"]);
    let leaving = chat.id_of("p0");
    chat.quits(leaving);
    crowd(&mut chat, 2, 91, 1);
    // Half of all places are no more than half.
    chat.says(trial, "Olga");
    assert_eq!(chat.hears(trial), ["welcome Olga"]);
    let refused = chat.connects_from(address(1));
    assert_eq!(chat.hears(refused), ["OnlyRegistered { crowded: true }", "name?"]);
}

#[test]
fn rooms_of_one_address_are_not_all_there_may_be() {
    let mut chat = Chat::new();
    let people = |chat: &mut Chat, number, from: usize, count: usize| {
        // Who has made 19 rooms beside #general makes no more.
        (0..count.div_ceil(ROOMS_PER_PERSON - 1)).for_each(|n| {
            let id = chat.enters_from(address(number), &format!("m{number}-{}", from + n));
            let rooms = (ROOMS_PER_PERSON - 1).min(count - n * (ROOMS_PER_PERSON - 1));
            (0..rooms).for_each(|room| chat.does(id, join(&format!("s{number}-{}-{room}", from + n))));
        });
    };
    // The first room is everybody's.
    people(&mut chat, 1, 0, ROOMS_MAX * 9 / 10);
    let more = chat.enters_from(address(1), "Eva");
    chat.hush();
    chat.does(more, join("otra"));
    assert_eq!(chat.hears(more), ["over share of rooms"]);
    chat.does(more, join("s1-0-0"));
    assert_eq!(chat.hears(more), ["in #s1-0-0: 2"], "a room that is there is another thing");
    let other = chat.enters_from(address(2), "Olga");
    chat.hush();
    chat.does(other, join("otra"));
    assert_eq!(chat.hears(other), ["made #otra"]);
    // One of theirs goes, and there is a tenth again.
    let first = chat.id_of("m1-0");
    chat.does(first, leave("s1-0-1"));
    chat.does(other, leave("otra"));
    chat.hush();
    chat.does(more, join("nueva"));
    assert_eq!(chat.hears(more), ["made #nueva"]);
}

#[test]
fn rooms_that_go_on_count_for_the_address_of_the_account_that_made_them() {
    let book = Book::of(&ACCOUNTS);
    let [maria, juan] = ["María", "Juan"].map(|name| book.key(name));
    let record = |number: usize| RoomRecord {
        owners: vec![maria, juan],
        ..RoomRecord::new(RoomKey(number as u64), name(&format!("s{number}")))
    };
    let mut rooms: Vec<_> = (1..=ROOMS_MAX * 9 / 10).map(record).collect();
    // The first room is everybody's, whoever operates it.
    rooms.push(RoomRecord { owners: vec![maria], ..RoomRecord::new(RoomKey(0), name("general")) });
    let config = ChatConfig {
        accounts: Some(book.accounts()),
        account_addresses: [(maria, address(1)), (juan, address(2))].into(),
        rooms,
        next_key: ROOMS_MAX as u64,
        ..ChatConfig::default()
    };
    let mut chat = Chat::with(config, book);
    let [eva, olga] = [(1, "Eva"), (2, "Olga")].map(|(number, name)| chat.enters_from(address(number), name));
    chat.hush();
    chat.does(eva, join("otra"));
    assert_eq!(chat.hears(eva), ["over share of rooms"]);
    chat.does(olga, join("otra"));
    assert_eq!(chat.hears(olga), ["made #otra"]);
    // They go with the account, and all that is counted with them.
    let gone = [maria, juan].map(AccountChange::Removed).to_vec();
    chat.apply(Input::AccountsChanged(gone));
    chat.does(eva, join("nueva"));
    assert_eq!(chat.hears(eva), ["made #nueva"]);
    [eva, olga].into_iter().for_each(|id| chat.quits(id));
    assert!(chat.hub.is_empty());
}

#[test]
fn share_of_an_address_is_forgotten_with_the_last_of_it() {
    let mut chat = places(300, &ACCOUNTS);
    for round in 0..3 {
        for number in 1..=60 {
            let id = chat.enters_from(address(number), &format!("p{number}"));
            chat.does(id, join(&format!("s{number}")));
            if round == 1 {
                chat.ends(id, CloseReason::Lost);
            }
        }
        let here: Vec<_> =
            (1..=60).filter(|_| round != 1).map(|number| chat.id_of(&format!("p{number}"))).collect();
        here.into_iter().for_each(|id| chat.quits(id));
        chat.hush();
        assert!(chat.hub.is_empty());
        let silent = chat.connects();
        chat.does(silent, Command::Quit(None));
        assert!(chat.hub.is_empty());
        assert_eq!(chat.hears(silent), ["name?"]);
        chat.closed.clear();
    }
}
