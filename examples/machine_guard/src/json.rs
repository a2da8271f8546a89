//! The summary for programs.

use serde::Serialize;
use theus_core::source::printable_json;

use crate::guard::Outcome;
use crate::tally::Acted;

/// What `--json` prints; `--help` says what the keys mean.
#[derive(Debug, Serialize)]
struct Summary<'a> {
    readings: u64,
    committed: u64,
    rejected: u64,
    violations: u64,
    warnings: u64,
    actions: &'a [Acted],
    final_state: Option<&'a str>,
    halted: bool,
    status: &'static str,
}

/// The summary in one line; where the guard could not even start, of nothing.
pub(crate) fn line(outcome: Option<&Outcome>) -> Result<String, serde_json::Error> {
    let line = serde_json::to_string(&outcome.map_or_else(Summary::of_nothing, Summary::of))?;
    Ok(printable_json(&line).into_owned())
}

impl<'a> Summary<'a> {
    fn of(outcome: &'a Outcome) -> Self {
        let tally = &outcome.tally;
        Self {
            readings: tally.readings,
            committed: tally.committed,
            rejected: tally.rejected,
            violations: tally.violations,
            warnings: tally.warnings,
            actions: &tally.actions,
            final_state: Some(&outcome.state),
            halted: outcome.halted,
            status: outcome.status.kind(),
        }
    }

    const fn of_nothing() -> Self {
        Self {
            readings: 0,
            committed: 0,
            rejected: 0,
            violations: 0,
            warnings: 0,
            actions: &[],
            final_state: None,
            halted: false,
            status: "not_started",
        }
    }
}
