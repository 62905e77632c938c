//! A program that a test starts: it ends with its owner, and with it all that it has started itself.

use std::fs;
use std::ops::{Deref, DerefMut};
use std::process::{Child, Command, Output};

use rustix::process::{Pid, Signal, kill_process};

/// A child of the test, killed when this is dropped, with its own children: `faketime` and a shell start the server as a
/// child of theirs, which would go on for ever.
pub struct Owned(Option<Child>);

impl Owned {
    /// Starts a program.
    #[track_caller]
    pub fn start(command: &mut Command) -> Owned {
        Owned(Some(command.spawn().expect("a program to start")))
    }

    /// Waits for its end; gives what it wrote to its pipes.
    pub fn output(mut self) -> Output {
        // Its number may be another's when it has ended.
        let child = self.0.take().expect("it is there until it is dropped");
        child.wait_with_output().expect("a child that is still ours")
    }
}

impl Deref for Owned {
    type Target = Child;

    fn deref(&self) -> &Child {
        self.0.as_ref().expect("it is there until it is dropped")
    }
}

impl DerefMut for Owned {
    fn deref_mut(&mut self) -> &mut Child {
        self.0.as_mut().expect("it is there until it is dropped")
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        let Some(child) = &mut self.0 else { return };
        // Of one that has ended by itself the number may be another's.
        if let Ok(None) = child.try_wait() {
            let id = Pid::from_child(child);
            let mut all = vec![id];
            stop(id, &mut all);
            for id in all {
                let _ = kill_process(id, Signal::KILL);
            }
            let _ = child.wait();
        }
    }
}

/// Stops a process, so that it starts no others, and gathers those that it has started, and theirs.
fn stop(id: Pid, all: &mut Vec<Pid>) {
    let _ = kill_process(id, Signal::STOP);
    for child in children(id) {
        all.push(child);
        stop(child, all);
    }
}

/// The children of a process, where the system tells (Linux).
fn children(id: Pid) -> Vec<Pid> {
    let threads = fs::read_dir(format!("/proc/{}/task", id.as_raw_nonzero())).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let numbers = lists.flat_map(|list| list.split_whitespace().map(str::parse).collect::<Vec<_>>());
    numbers.filter_map(|number| Pid::from_raw(number.ok()?)).collect()
}
