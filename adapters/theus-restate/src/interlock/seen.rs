//! What a process knows of the interlock, and for how long.

use std::time::Duration;

use theus_core::audit::Interlock;

use super::status::Status;

/// What a process knows of the interlock: an answer, and when it was asked for. Times are of one monotonic clock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seen<L = Interlock> {
    answer: Option<(Duration, Status<L>)>,
}

impl<L> Default for Seen<L> {
    fn default() -> Self {
        Self { answer: None }
    }
}

/// What that comes to at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'a, L = Interlock> {
    /// Runs may begin.
    Open,
    /// It is latched.
    Latched(&'a Status<L>),
    /// Nobody knows: since so long, where it was ever known.
    Unknown(Option<Duration>),
}

impl<L> Seen<L> {
    /// An answer has come to what was asked at this time. One that was asked for earlier than the last, and has come later, says nothing.
    pub fn answered(&mut self, asked: Duration, status: Status<L>) {
        let is_newer = self.answer.as_ref().is_none_or(|(last, known)| asked >= *last && status.epoch >= known.epoch);
        if is_newer {
            self.answer = Some((asked, status));
        }
    }

    /// What is known at this time, where an answer is good for so long.
    #[must_use]
    pub fn at(&self, now: Duration, lasting: Duration) -> Found<'_, L> {
        let Some((asked, status)) = &self.answer else { return Found::Unknown(None) };
        if status.latched.is_some() {
            // That it is latched does not pass by itself.
            return Found::Latched(status);
        }
        match now.checked_sub(asked.saturating_add(lasting)) {
            // At its end it is over.
            Some(since) => Found::Unknown(Some(since)),
            None => Found::Open,
        }
    }

    /// The last epoch that is known.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.answer.as_ref().map_or(0, |(_, status)| status.epoch)
    }
}
