//! `tertulia-server account`: which names are registered, as the administrator decides it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[cfg(feature = "cluster")]
use super::cluster::ClusterTask;
use super::command::{Expel, Kick, Readmit, Say};
use super::place::Place;
use crate::chat::Language;

/// What is to be done instead of serving.
#[derive(Clone, Debug, Subcommand)]
pub enum Task {
    /// Add, change, remove or list accounts: names protected by a password.
    #[command(subcommand)]
    Account(AccountTask),
    /// Have the running server say something to everybody, or to a room.
    Say(Say),
    /// Close somebody's connection, or put them out of a room; they may come back.
    Kick(Kick),
    /// Put a person or an address out of the chat, and keep them out.
    Expel(Expel),
    /// Let a person or an address that was expelled come back.
    Readmit(Readmit),
    /// List who is connected: name, address, seconds idle, rooms; separated by tabs, and - for nothing.
    Who(Place),
    /// Ask the running server whether it is well: exit status 0 and ok if it answers.
    Health(Place),
    /// Stop the running server in good order, and wait until it has stopped.
    Stop(Place),
    /// Found the log by which several servers are one chat, or mend it.
    #[cfg(feature = "cluster")]
    #[command(subcommand)]
    Cluster(Box<ClusterTask>),
    /// Have the program that is installed by now go on in the running server's place; nobody is disconnected.
    Upgrade(Place),
}

impl Task {
    /// How to talk about it.
    pub fn language(&self) -> Language {
        let place = match self {
            Task::Account(order) => order.place(),
            Task::Say(say) => &say.place,
            Task::Kick(kick) => &kick.place,
            Task::Expel(expel) => &expel.place,
            Task::Readmit(readmit) => &readmit.place,
            #[cfg(feature = "cluster")]
            Task::Cluster(task) => return task.language(),
            Task::Who(place) | Task::Health(place) | Task::Stop(place) | Task::Upgrade(place) => place,
        };
        place.lang
    }
}

/// What is to be done with the accounts, also while a server is running.
#[derive(Clone, Debug, Subcommand)]
pub enum AccountTask {
    /// Register a name.
    Add(Named<Secret>),
    /// Give a registered name another password.
    Passwd(Named<Secret>),
    /// Let everybody have a registered name again; messages waiting for it are deleted.
    Remove(Named<Nothing>),
    /// List the accounts: name, when made, when last seen; separated by tabs.
    List(Place),
}

/// An order about one name.
#[derive(Clone, Debug, Args)]
pub struct Named<T: Args> {
    /// The name.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Where the accounts are.
    #[command(flatten)]
    pub place: Place,
    /// What else has to be known.
    #[command(flatten)]
    pub with: T,
}

/// Where the password comes from: never from the command line, which everybody on the machine can read.
#[derive(Clone, Debug, Args)]
pub struct Secret {
    /// Take the first line of this file for the password; - is the standard input [default: ask at the terminal].
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// Nothing else.
#[derive(Clone, Debug, Args)]
pub struct Nothing {}

impl AccountTask {
    /// Where the accounts are, and how to talk about them.
    pub fn place(&self) -> &Place {
        match self {
            AccountTask::Add(order) | AccountTask::Passwd(order) => &order.place,
            AccountTask::Remove(order) => &order.place,
            AccountTask::List(place) => place,
        }
    }
}
