//! The examples of a hub alone, told to hubs whose changes come back from a log.

use std::process::Command;

use crate::support::log::ORDER;

/// Those that say something else there, and why.
const OTHERWISE: [(&str, &[&str]); 5] = [
    (
        "who is expelled, or whose password is none any more, leaves by a change of their own: behind what the operator is told",
        &[
            "accounts::sessions_end_with_the_password_that_opened_them_whatever_they_are_called",
            "expulsions::expelled_account_cannot_log_in_from_anywhere",
            "expulsions::expelled_guest_goes_and_is_known_by_name_and_address",
            "expulsions::neighbours_of_an_expelled_guest_stay",
            "expulsions::operators_and_where_anybody_may_be_are_safe",
        ],
    ),
    (
        "that a silent member does something is noted once a minute",
        &[
            "closing::closed_room_shows_little_outside",
            "presence::away_",
            "presence::who_lists_",
            "rooms::list_of_people_in_another_room_can_be_asked_for",
        ],
    ),
    (
        "times are the log's, in milliseconds",
        &[
            "administration::description_shows_the_rooms",
            "expulsions::expulsions_hold_after_a_restart_and_while_the_clock_says_so",
            "storms::arrivals_are_told_one_by_one_up_to_five_and_the_rest_together",
            "room_storms::tick_tells_so_many_rooms",
            "room_storms::room_that_vanishes_in_a_storm_leaves_nothing_to_tell",
        ],
    ),
    (
        "whether a letter has room is decided by the chat, and not where it is kept",
        &["absent::answer_goes_to_the_writer_of_the_letter_whatever_the_clock_said"],
    ),
    (
        "it looks at what follows from one input",
        &[
            "administration::server_words_for_a_room_stay_there",
            "hiding_crowds::crowd_is_told_in_few_lines_whatever_each_member_hides",
        ],
    ),
];

#[test]
fn examples_of_a_hub_alone_hold_behind_a_log() {
    let otherwise = OTHERWISE.iter().flat_map(|(_, names)| names.iter());
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["hub::", "--quiet"]).env(ORDER.0, ORDER.1);
    for name in otherwise {
        command.args(["--skip", name]);
    }
    let output = command.output().expect("it starts");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    let passed = told.split("test result: ok. ").nth(1).and_then(|rest| rest.split(' ').next());
    let passed: Option<usize> = passed.and_then(|count| count.parse().ok());
    assert!(passed.is_some_and(|count| count >= 250), "{passed:?} of some 290 were tried");
}
