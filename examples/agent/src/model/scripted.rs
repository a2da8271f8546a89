//! A model that says what a script has for it: offline, and the same every time.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use super::{Answer, Model, Purpose, Question, RateLimited, Refused, Unavailable};
use crate::script::Line;

/// Says the lines of its part in their order.
#[derive(Debug)]
pub(crate) struct ScriptedModel {
    lines: Mutex<BTreeMap<Purpose, VecDeque<Line>>>,
}

impl ScriptedModel {
    pub(crate) fn new(lines: BTreeMap<Purpose, VecDeque<Line>>) -> Self {
        Self { lines: Mutex::new(lines) }
    }
}

impl ScriptedModel {
    /// It has said its next line of each of these parts before: in an earlier start of the program. What it was busy with then is
    /// over, for how often it was asked in vain is in no journal.
    pub(crate) fn has_said(&self, purposes: &[Purpose]) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let not_busy = |lines: &mut VecDeque<Line>| {
            while lines.front() == Some(&Line::Busy) {
                lines.pop_front();
            }
        };
        for purpose in purposes {
            let Some(lines) = lines.get_mut(purpose) else { continue };
            not_busy(lines);
            lines.pop_front();
        }
        if !purposes.is_empty() {
            lines.values_mut().for_each(not_busy);
        }
    }
}

impl Model for ScriptedModel {
    fn answer(&self, question: &Question) -> Result<Answer, Refused> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        match lines.get_mut(&question.purpose).and_then(VecDeque::pop_front) {
            Some(Line::Say(text)) => Ok(Answer { tokens: words(&question.prompt) + words(&text), text }),
            Some(Line::Busy) => Err(Refused::RateLimited(RateLimited)),
            None => Err(Refused::Unavailable(Unavailable("the script is at its end".to_owned()))),
        }
    }
}

/// A token is a word, which is near enough.
fn words(text: &str) -> u64 {
    text.split_whitespace().count() as u64
}
