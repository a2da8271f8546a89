//! What has come of runs and events on the way, as far as a client is told.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use theus_axum::account;
use theus_core::audit::Violation;
use theus_core::workflow::{AnswerFailure, Handled, StepOutcome};

/// What has failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The process, where it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
    /// The name of the declared error, where it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Of a declared error, or of arguments that were wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What is told of a process that was not started.
const WRONG_ARGUMENTS: &str =
    "it was not started: what it takes is missing in what the event brings along, or is of another type";

impl From<AnswerFailure> for Failure {
    fn from(failure: AnswerFailure) -> Self {
        let is_declared = failure.error.is_some();
        if !is_declared {
            // What a panic has said is not the client's.
            tracing::info!(target: "theus::restate", process = ?failure.process, cause = failure.message, "what an event led to has failed");
        }
        let message = match failure.wrong_arguments {
            true => Some(WRONG_ARGUMENTS.to_owned()),
            false => is_declared.then_some(failure.message),
        };
        Self { process: failure.process, error: failure.error, message }
    }
}

/// What has come of what was done in one step, or in several.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heard {
    /// Whether a state had a use for the event that was asked by; none where it was not come to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_taken: Option<bool>,
    /// What has failed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// What has failed on the way of something that is not over: it may be what it fails by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing: Option<Failure>,
    /// What the audit has found, as a client is told it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Value>,
}

impl Heard {
    /// A part of something that goes on in the next step.
    pub(super) fn hears_part(&mut self, part: &Handled) {
        for step in part.steps.iter().chain(&part.compensations) {
            self.violates(&step.violations);
        }
        let failing = |step: &StepOutcome| {
            let error = step.result.as_ref().err()?;
            let declared = error.process_error();
            Some(Failure {
                process: Some(step.process.to_owned()),
                error: declared.map(|declared| declared.name().to_owned()),
                message: declared.map(ToString::to_string),
            })
        };
        self.failing = part.steps.iter().rev().find_map(failing);
    }

    /// Something was handled.
    pub(super) fn hears(&mut self, handled: &Handled) {
        for step in handled.steps.iter().chain(&handled.compensations) {
            self.violates(&step.violations);
        }
        if let Some(failure) = AnswerFailure::of(handled) {
            self.failure = Some(failure.into());
        }
    }

    pub(super) fn violates(&mut self, violations: &[Violation]) {
        self.violations.extend(violations.iter().map(account));
    }

    /// What came after it.
    pub(super) fn then(&mut self, later: Self) {
        self.is_taken = self.is_taken.or(later.is_taken);
        // That it has failed is known at its end, and by what in the step in which it began to.
        let failure = later.failure.map(|failure| match failure == Failure::default() {
            true => self.failing.take().unwrap_or(failure),
            false => failure,
        });
        self.failure = failure.or(self.failure.take());
        self.failing = later.failing.or(self.failing.take());
        self.violations.extend(later.violations);
    }
}
