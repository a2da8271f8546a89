//! One call: the results of its steps, put together.

use theus_core::audit::Counted;

use super::ask::Ask;
use super::counting;
use super::entry::Entry;
use super::heard::Heard;
use super::hosted::{Hosted, StepInput};
use super::outward::{Delivery, Sent};
use super::recorded::Recorded;
use super::stepped::{Rest, Stepped};
use super::told::Told;

/// One call, from what is kept to what is kept next. Its steps are made by whoever keeps their results; everything else follows from those.
#[derive(Debug)]
pub struct Turn {
    session: String,
    invocation: String,
    began: u64,
    entry: Option<Entry>,
    ask: Option<Ask>,
    /// The event that it is asked by.
    asked: Option<String>,
    heard: Heard,
    deliveries: Vec<Delivery>,
    recorded: Vec<Recorded>,
    counted: Vec<Counted>,
    last: Option<Stepped>,
    refused: Option<serde_json::Value>,
    result: Option<serde_json::Value>,
    steps: u32,
}

/// What is left to do when a call is over, in this order: the deliveries, what is recorded, what is
/// counted, the tick, the entry.
#[derive(Debug, PartialEq)]
pub struct After {
    /// What is answered.
    pub told: Told,
    /// What is sent to other sessions.
    pub deliveries: Vec<Delivery>,
    /// What the audit has put on record, for the ledger.
    pub recorded: Vec<Recorded>,
    /// What it has added to counters that machines share, by rule.
    pub counted: Vec<Counted>,
    /// The session is to be driven again: at that time, in so many milliseconds.
    pub tick: Option<(u64, u64)>,
    /// What is kept of it.
    pub entry: Option<Entry>,
}

impl Turn {
    /// Begins one.
    #[must_use]
    pub fn new(session: &str, invocation: &str, entry: Option<Entry>, ask: Ask) -> Self {
        Self {
            session: session.to_owned(),
            invocation: invocation.to_owned(),
            began: entry.as_ref().map_or(0, |entry| entry.turn),
            entry,
            asked: ask.asked().map(str::to_owned),
            ask: Some(ask),
            heard: Heard::default(),
            deliveries: Vec::new(),
            recorded: Vec::new(),
            counted: Vec::new(),
            last: None,
            refused: None,
            result: None,
            steps: 0,
        }
    }

    /// The step that is to be made next; none where the call is over.
    #[must_use]
    pub fn next_step(&mut self) -> Option<StepInput> {
        let ask = match (self.ask.take(), &self.last) {
            // A tick that another one has taken the place of.
            (Some(Ask::Tick(due)), _) if self.entry.as_ref().is_none_or(|entry| entry.armed != Some(due)) => {
                return None;
            }
            (Some(ask), _) => ask,
            (None, Some(Stepped { rest: Rest::More, .. })) => {
                Ask::GoOn(self.asked.clone().filter(|_| self.heard.is_taken.is_none()))
            }
            (None, _) => return None,
        };
        let (session, invocation) = (self.session.clone(), self.invocation.clone());
        let (entry, counted) = (self.entry.clone(), self.counted.clone());
        Some(StepInput { session, entry, invocation, began: self.began, ask, counted })
    }

    /// What that has come to.
    pub fn has_stepped(&mut self, hosted: &dyn Hosted, mut stepped: Stepped) {
        self.steps += 1;
        self.entry = Some(stepped.entry.clone());
        self.heard.then(std::mem::take(&mut stepped.heard));
        self.refused = self.refused.take().or(stepped.refused.take());
        self.result = self.result.take().or(stepped.result.take());
        for message in &stepped.sent {
            let (number, topic, body) = (message.number, message.topic.as_str(), &message.body);
            self.deliveries.extend(hosted.deliveries(Sent { session: &self.session, number, topic, body }));
        }
        self.recorded.append(&mut stepped.recorded);
        counting::add(&mut self.counted, std::mem::take(&mut stepped.counted));
        self.last = Some(stepped);
    }

    /// How many steps it has taken.
    #[must_use]
    pub const fn steps(&self) -> u32 {
        self.steps
    }

    /// What is left to do; none where nothing was done: a tick that came too late.
    #[must_use]
    pub fn over(self) -> Option<After> {
        let last = self.last?;
        let mut entry = self.entry;
        let due = match last.rest {
            Rest::Idle(due) => due,
            Rest::Retries(due) | Rest::Halted(due) => Some(due),
            Rest::More => Some(last.at),
            Rest::Paused | Rest::Over => None,
        };
        let armed = entry.as_ref().and_then(|entry| entry.armed);
        // One that comes earlier looks again, and sees to the later one.
        let tick = due.filter(|due| armed.is_none_or(|armed| armed > *due));
        if let (Some(entry), Some(due)) = (&mut entry, tick) {
            entry.armed = Some(due);
        }
        let heard = self.heard;
        let told = Told {
            refused: self.refused,
            result: self.result,
            states: last.states,
            status: last.status,
            reply: last.reply,
            failure: heard.failure,
            violations: heard.violations,
            version: entry.as_ref().map_or(0, |entry| entry.state.version),
            is_under_way: matches!(last.rest, Rest::Retries(_) | Rest::More),
        };
        let tick = tick.map(|due| (due, due.saturating_sub(last.at)));
        Some(After { told, deliveries: self.deliveries, recorded: self.recorded, counted: self.counted, tick, entry })
    }
}
