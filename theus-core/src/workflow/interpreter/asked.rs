//! Those who wait for what comes of an event, and what they are told.

use super::answer::Answer;

/// One who waits.
pub(super) struct Asked {
    /// By which he is known to whom he has asked.
    pub(super) number: u64,
    /// Whether he waits for what states have invoked, too.
    pub(super) and_work: bool,
    /// Whether his event has been handled to the end of its chain: what still comes, follows from that.
    pub(super) is_handled: bool,
    /// Whether the session has come to rest since: what he still waits for goes on beside.
    pub(super) has_rested: bool,
    /// What has come of it by now.
    pub(super) answer: Answer,
}

/// Those who wait, and what they are told.
#[derive(Default)]
pub(super) struct Questions {
    pub(super) waiting: Vec<Asked>,
    pub(super) answers: Vec<(u64, Answer)>,
}

impl Questions {
    pub(super) fn has_answers(&self) -> bool {
        !self.answers.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.answers.is_empty()
    }
}
