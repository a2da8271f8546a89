//! The summary for programs.

use std::borrow::Cow;
use std::fmt::Write;

use serde::Serialize;
use theus_core::source::printable;
use theus_core::workflow::Status;
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
    Ok(without_what_steers(line))
}

/// JSON may have characters in its strings that steer a terminal; as escapes they say the same.
fn without_what_steers(line: String) -> String {
    if matches!(printable(&line), Cow::Borrowed(_)) {
        return line;
    }
    let mut shown = String::with_capacity(line.len() + 64);
    for it in line.chars() {
        let mut text = [0; 4];
        match printable(it.encode_utf8(&mut text)) {
            Cow::Borrowed(as_it_is) => shown.push_str(as_it_is),
            // Writing to a `String` does not fail.
            Cow::Owned(_) => {
                for unit in it.encode_utf16(&mut [0; 2]) {
                    let _ = write!(shown, "\\u{unit:04x}");
                }
            }
        }
    }
    shown
}

/// A word for how the workflow stands.
pub(crate) const fn word(status: &Status) -> &'static str {
    match status {
        Status::Running => "running",
        Status::Finished => "finished",
        Status::Failed { .. } => "failed",
        Status::Aborted { .. } => "aborted",
        Status::Cancelled { .. } => "cancelled",
        Status::Halted { .. } => "halted",
    }
}

impl<'a> Summary<'a> {
    fn of(outcome: &'a Outcome) -> Self {
        let usage = &outcome.memory.usage;
        Self {
            final_state: Some(&outcome.state),
            status: word(&outcome.status),
            events: outcome.events,
            committed: outcome.committed,
            rejected: outcome.rejected,
            result: outcome.result.as_ref(),
            tokens: usage.tokens,
            cost: usage.cost,
            tool_calls: usage.tool_calls,
            rooms: outcome.ports.rooms.history(),
            booked: outcome.ports.rooms.taken(),
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

    use super::*;

    #[test]
    fn a_line_of_json_steers_no_terminal_and_says_the_same() {
        let text = "a\u{9b}2J \u{202e}\u{7f}\u{e0041} \u{1b} é 東";
        let line = without_what_steers(serde_json::to_string(text).unwrap());
        assert_eq!(line, r#""a\u009b2J \u202e\u007f\udb40\udc41 \u001b é 東""#);
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
        assert_eq!(without_what_steers("{}".to_owned()), "{}");
    }
}
