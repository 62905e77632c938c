//! What the client remembers of servers from one run to the next, and what it tells about that.

use std::io;

use super::failure::Failure;
use super::known_hosts::{KnownHosts, Trust, Verdict};
use super::store::Store;
use super::verifier::{Reason, Refusal};
use super::words;

/// The file of known hosts, where there is a home for it.
pub(super) struct Memory {
    store: Option<Store>,
    english: bool,
}

impl Memory {
    /// That of this user.
    pub(super) fn of_user(english: bool) -> Memory {
        Memory { store: Store::of_user(), english }
    }

    /// All that is remembered. What cannot be understood is told.
    ///
    /// # Errors
    ///
    /// The file cannot be read: what it says about a server is not known.
    pub(super) fn recall(&self, tell: &mut dyn FnMut(String)) -> io::Result<KnownHosts> {
        let Some(store) = &self.store else { return Ok(KnownHosts::default()) };
        let known = store.read()?;
        let damaged = known.damaged();
        if !damaged.is_empty() {
            tell(words::damaged(&store.shown(), &damaged, self.english));
        }
        Ok(known)
    }

    /// Tells a user who is to look at a server's key that what is remembered cannot be read.
    pub(super) fn tell_unreadable(&self, error: &io::Error, tell: &mut dyn FnMut(String)) {
        tell(words::unreadable(&self.shown(), error, self.english));
    }

    /// Trusts a server that was never seen, and remembers it; `known`: what was remembered before it was asked.
    pub(super) fn meet(
        &self,
        place: &str,
        fingerprint: String,
        known: &KnownHosts,
        tell: &mut dyn FnMut(String),
    ) -> Result<(), Failure> {
        let trust = Trust::Key(fingerprint.clone());
        let header = words::header(self.english);
        let remembered =
            self.store.as_ref().map(|store| store.remember(place, &trust, Some(&fingerprint), header));
        let reason = match &remembered {
            // Another client, started at the same time, has seen another key.
            Some(Ok(Verdict::Other(lines))) => Some(Reason::Remembered(lines.clone())),
            Some(Ok(Verdict::Damaged(line))) => Some(Reason::Damaged(*line)),
            Some(Ok(Verdict::Known | Verdict::First) | Err(_)) | None => None,
        };
        if let Some(reason) = reason {
            return Err(self.distrust(Refusal { reason, fingerprint, authority: None }));
        }
        let elsewhere = known.places_of(&fingerprint);
        words::first_time(place, &fingerprint, &elsewhere, self.english).into_iter().for_each(&mut *tell);
        match (&self.store, remembered) {
            (Some(store), Some(Err(error))) => {
                tell(words::not_remembered(&store.shown(), &error, self.english))
            }
            (None, _) => tell(words::no_home(self.english).to_string()),
            _ => {}
        }
        Ok(())
    }

    /// A server has a certificate of an authority; `known`: what was remembered before it was asked.
    pub(super) fn note_signed(&self, place: &str, known: &KnownHosts, tell: &mut dyn FnMut(String)) {
        if known.leaves_to_authority(place) {
            return;
        }
        if known.is_about(place) {
            tell(words::signed_now(place, self.english));
        }
        if let Some(store) = &self.store {
            // If it fails, the next run asks the authorities just the same.
            let _ = store.remember(place, &Trust::Authority, None, words::header(self.english));
        }
    }

    /// Why there is no connection with a server that is not trusted.
    pub(super) fn distrust(&self, refusal: Refusal) -> Failure {
        Failure::Untrusted { refusal, file: self.shown() }
    }

    /// Why there is no connection with a server of which it is not known whether it was seen.
    pub(super) fn unreadable(&self, error: io::Error, fingerprint: String) -> Failure {
        Failure::Unreadable { error, fingerprint, file: self.shown() }
    }

    /// How the file is told to a person.
    fn shown(&self) -> String {
        self.store.as_ref().map_or(String::new(), Store::shown)
    }
}
