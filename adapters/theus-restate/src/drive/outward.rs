//! What leaves a session.

use serde_json::Value;

use super::ask::{EmitAsk, RunAsk};

/// A message that a process has sent, and that leaves with the commit.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// The session that has sent it.
    pub session: &'a str,
    /// Its number in its session.
    pub number: u64,
    /// Its type, as the contract of the process has it.
    pub topic: &'a str,
    /// What it says.
    pub body: &'a Value,
}

/// Where a message goes: to a session of this or another object, once.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Delivery {
    /// As an event.
    Event {
        /// The object.
        object: String,
        /// The session.
        session: String,
        /// The event.
        event: EmitAsk,
    },
    /// As a run of a process.
    Run {
        /// The object.
        object: String,
        /// The session.
        session: String,
        /// The run.
        run: RunAsk,
    },
}

impl Delivery {
    /// To a session of an object, as an event.
    #[must_use]
    pub fn event(
        object: impl Into<String>,
        session: impl Into<String>,
        event: impl Into<String>,
        with: impl Into<Value>,
    ) -> Self {
        let event = EmitAsk { event: event.into(), with: with.into(), urgent: false };
        Self::Event { object: object.into(), session: session.into(), event }
    }

    /// To a session of an object, as a run of a process.
    #[must_use]
    pub fn run(
        object: impl Into<String>,
        session: impl Into<String>,
        process: impl Into<String>,
        with: impl Into<Value>,
    ) -> Self {
        let run = RunAsk { process: process.into(), with: with.into() };
        Self::Run { object: object.into(), session: session.into(), run }
    }
}
