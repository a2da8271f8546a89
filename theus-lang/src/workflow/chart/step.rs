//! What runs in a chain.

use std::time::Duration;

use super::id::StateId;
use super::retry::Retry;
use super::source::Place;
use crate::condition::Expression;
use crate::process::Contract;

/// A step of a chain.
#[derive(Clone, Debug)]
pub enum Step {
    /// A process.
    Run(Box<Run>),
    /// One of two chains (`flux: if`).
    If {
        /// What decides.
        when: Expression,
        /// Where it holds.
        then: Vec<Step>,
        /// Where it does not.
        otherwise: Vec<Step>,
        /// Where it stands.
        place: Place,
    },
    /// A chain again and again (`flux: while`).
    While {
        /// For as long as it holds, asked before each round.
        when: Expression,
        /// The chain.
        body: Vec<Step>,
        /// Where it stands.
        place: Place,
    },
    /// A chain for each element of a list, which is read once (`flux: for_each`).
    ForEach {
        /// The list.
        list: Expression,
        /// What expressions in the chain call the element.
        item: String,
        /// The chain.
        body: Vec<Step>,
        /// Whether it is done for several elements at once: then the chain is one process.
        side_by_side: Option<SideBySide>,
        /// Where it stands.
        place: Place,
    },
    /// Processes side by side: their contracts do not conflict (`parallel`).
    Parallel {
        /// The processes.
        branches: Vec<Run>,
        /// Where it stands.
        place: Place,
    },
}

/// How a loop goes through several elements at once (`parallel` of a `for_each`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SideBySide {
    /// How many are under way at once, at most.
    pub most: usize,
    /// Whether the first that fails for good has the rest cancelled; else they go on to their end.
    pub cancels: bool,
}

impl SideBySide {
    /// How many may be under way at once.
    pub const MOST: usize = 256;
    /// The words for what a failure does to the rest, without and with it being cancelled.
    pub const ON_FAILURE: [&'static str; 2] = ["go_on", "cancel"];

    /// What a failure does to the rest, as a file has it.
    #[must_use]
    pub const fn on_failure(self) -> &'static str {
        if self.cancels { "cancel" } else { "go_on" }
    }
}

/// A loop that goes through several elements at once.
#[derive(Clone, Copy, Debug)]
pub struct Multiple<'d> {
    /// What is run for each.
    pub run: &'d Run,
    /// What its expressions call the element.
    pub item: &'d str,
    /// How many at once.
    pub side_by_side: SideBySide,
}

impl Step {
    /// What is run for several elements at once, where it is a loop that does so.
    #[must_use]
    pub fn multiple(&self) -> Option<Multiple<'_>> {
        match self {
            Self::ForEach { item, body, side_by_side: Some(side_by_side), .. } => match body.as_slice() {
                [Self::Run(run)] => Some(Multiple { run, item, side_by_side: *side_by_side }),
                _ => None,
            },
            _ => None,
        }
    }
}

/// A process to run, and what to do about it.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its contract.
    pub contract: &'static Contract,
    /// Where its arguments come from, in the order of the contract.
    pub arguments: Vec<(&'static str, ArgumentSource)>,
    /// How often it is tried again after a declared error.
    pub retry: Option<Retry>,
    /// What becomes of it where the program ended while it ran, and nobody knows what it has done outside. Where it is not said: as
    /// `again` where it is [tried again](Self::retry) anyway, else as `fail`.
    pub restart: Option<Restart>,
    /// How long an `async` process may take; then it is dropped, which rolls it back.
    pub timeout: Option<Duration>,
    /// Where its declared errors lead.
    pub on_error: Vec<Recovery>,
    /// What the expressions after it call what it returns (`as`).
    pub gives: Option<Box<str>>,
    /// What makes its commit good when a later step of the chain fails.
    pub compensate: Option<Box<Run>>,
    /// Where it stands.
    pub place: Place,
}

impl Run {
    /// Whether it must not begin a second time where nobody knows what became of the first: it touches the world outside, and the file
    /// does not say that it may be done again.
    #[must_use]
    pub const fn begins_once(&self) -> bool {
        let may_again = match self.restart {
            Some(Restart::Again) => true,
            Some(Restart::Fail) => false,
            None => self.retry.is_some(),
        };
        !self.contract.effects.is_empty() && !may_again
    }

    /// Whether it is begun anew where it was let go of under way.
    #[must_use]
    pub const fn begins_anew(&self) -> bool {
        self.contract.effects.is_empty() || matches!(self.restart, Some(Restart::Again))
    }
}

/// What becomes of a step with effects where the program ended while it ran (`restart`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// It is done again: whoever is asked takes it that it comes twice, as by its key.
    Again,
    /// Its chain fails, and what it had committed before is made good.
    Fail,
}

impl Restart {
    /// Its word in a file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Again => "again",
            Self::Fail => "fail",
        }
    }
}

/// Where a value comes from.
#[derive(Clone, Debug)]
pub enum ArgumentSource {
    /// From the file.
    Literal(serde_json::Value),
    /// From the Data zone, the event's payload or a loop's element, when the step runs: `${ domain.total }`.
    Expression(Expression),
}

/// The name by which `on_error` and `retry` call it that a process was not done within its `timeout`.
pub const TIMEOUT: &str = "Timeout";

/// Where a declared error leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// The name of the error's type, as the contract has it; `None` for any (`"*"`).
    pub error: Option<&'static str>,
    /// The state.
    pub target: StateId,
    /// Where it stands.
    pub place: Place,
}
