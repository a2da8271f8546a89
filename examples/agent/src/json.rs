//! The summary for programs.

use serde::Serialize;
use theus_core::source::printable_json;
use theus_core::workflow::trace::Trace;

use crate::session::Outcome;

/// What `--json` prints; `--help` says what the keys mean.
#[derive(Serialize)]
struct Summary<'a> {
    final_state: Option<&'a str>,
    status: &'static str,
    events: usize,
    committed: usize,
    rejected: usize,
    result: Option<&'a serde_json::Value>,
    tokens: u64,
    cost: u64,
    tool_calls: u32,
    rooms: Vec<String>,
    booked: Vec<String>,
    recorded: &'a [String],
    advice: &'a [String],
    trace: Option<&'a Trace>,
}

/// The summary in one line; where nothing could be started, of nothing.
pub(crate) fn line(outcome: Option<&Outcome>) -> Result<String, serde_json::Error> {
    let line = serde_json::to_string(&outcome.map_or_else(Summary::of_nothing, Summary::of))?;
    Ok(printable_json(&line).into_owned())
}

impl<'a> Summary<'a> {
    fn of(outcome: &'a Outcome) -> Self {
        let usage = &outcome.memory.usage;
        Self {
            final_state: Some(&outcome.state),
            status: outcome.status.kind(),
            events: outcome.events,
            committed: outcome.committed,
            rejected: outcome.rejected,
            result: outcome.result.as_ref(),
            tokens: usage.tokens,
            cost: usage.cost,
            tool_calls: usage.tool_calls,
            rooms: outcome.world.rooms.history(),
            booked: outcome.world.rooms.taken(),
            recorded: &outcome.recorded,
            advice: &outcome.memory.advice,
            trace: Some(&outcome.trace),
        }
    }

    fn of_nothing() -> Self {
        Self {
            final_state: None,
            status: "not_started",
            events: 0,
            committed: 0,
            rejected: 0,
            result: None,
            tokens: 0,
            cost: 0,
            tool_calls: 0,
            rooms: Vec::new(),
            booked: Vec::new(),
            recorded: &[],
            advice: &[],
            trace: None,
        }
    }
}
