//! The thread that answers questions from a file, beside the one that writes: neither waits for the other.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;
use std::time::Instant;

use super::reply::WorkerEvent;
use super::request::RequestId;
use super::sqlite::{Reader, Watch, fault};
use crate::chat::Look;
use crate::threads;

/// Takes questions. How many there are is the asker's business.
#[derive(Debug)]
pub(super) struct Answerer {
    questions: Sender<(RequestId, Look)>,
    /// None: there is none, and who takes the questions answers them.
    thread: Option<(Arc<Watch>, JoinHandle<()>)>,
}

impl Answerer {
    /// A thread that says what it finds, and calls `wake` then.
    pub(super) fn start(
        reader: Reader,
        words: Sender<WorkerEvent>,
        wake: impl Fn() + Send + 'static,
    ) -> io::Result<Answerer> {
        let (questions, theirs) = mpsc::channel();
        let watch = Arc::clone(reader.watch());
        let work = move || answer(&reader, &theirs, &words, &wake);
        let thread = threads::spawn("questions", work)?;
        Ok(Answerer { questions, thread: Some((watch, thread)) })
    }

    /// Without a thread: the holder of the other end answers.
    pub(super) fn by_hand() -> (Answerer, Receiver<(RequestId, Look)>) {
        let (questions, theirs) = mpsc::channel();
        (Answerer { questions, thread: None }, theirs)
    }

    pub(super) fn ask(&self, id: RequestId, look: Look) {
        // A thread that has died answers nothing; who asked is told after a while.
        let _ = self.questions.send((id, look));
    }

    /// Ends the thread, whatever it is doing, and closes its way into the file.
    pub(super) fn end(self) {
        drop(self.questions);
        if let Some((watch, thread)) = self.thread {
            watch.stop();
            let _ = thread.join();
        }
    }
}

fn answer(
    reader: &Reader,
    questions: &Receiver<(RequestId, Look)>,
    words: &Sender<WorkerEvent>,
    wake: &impl Fn(),
) {
    threads::yield_to_the_loop();
    for (id, look) in questions {
        let start = Instant::now();
        let _ = words.send(match reader.find(&look) {
            Ok(sought) => WorkerEvent::Found { id, look, sought, cost: start.elapsed() },
            Err(error) => WorkerEvent::Unreadable { id, look, why: fault(&error) },
        });
        wake();
    }
}
