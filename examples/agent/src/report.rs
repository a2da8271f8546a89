//! The report for people.

use std::fmt::Write;

use theus_core::source::printable;
use theus_core::workflow::Status;

use crate::context::Limits;
use crate::session::Outcome;

/// The chart, what was done, the trace. What may be the words of a model stays in one line, so that it looks like no other.
pub(crate) fn report(outcome: &Outcome, chart: &str) -> String {
    let mut text = String::new();
    // Writing to a `String` does not fail.
    let _ = write(&mut text, outcome, chart);
    text
}

fn write(text: &mut String, outcome: &Outcome, chart: &str) -> std::fmt::Result {
    let memory = &outcome.memory;
    writeln!(text, "THE TASK\n\n  {}\n", printable(&memory.task))?;
    writeln!(text, "THE CHART\n")?;
    indented(text, chart)?;
    writeln!(text, "\nTHE TRACE\n")?;
    write!(text, "{}", outcome.trace)?;

    writeln!(text, "\nTHE DESK\n")?;
    list(text, &outcome.world.rooms.history())?;
    writeln!(text, "\nWHAT PEOPLE WERE TOLD\n")?;
    list(text, &outcome.world.people.told())?;
    if !outcome.recorded.is_empty() {
        writeln!(text, "\nPUT ON RECORD\n")?;
        list(text, &outcome.recorded)?;
    }
    if !memory.notes.is_empty() {
        writeln!(text, "\nITS NOTES\n")?;
        memory
            .notes
            .iter()
            .try_for_each(|(path, note)| writeln!(text, "  {}: {}", printable(path), printable(note)))?;
    }

    writeln!(text, "\nHOW IT ENDED\n")?;
    writeln!(text, "  {} ({}) after {} plans", outcome.state, outcome.status.kind(), memory.rounds)?;
    if let Status::Failed { reason }
    | Status::Aborted { reason }
    | Status::Cancelled { reason }
    | Status::Halted { reason } = &outcome.status
    {
        writeln!(text, "  {}", printable(&reason.to_string()))?;
    }
    if let Some(result) = &outcome.result {
        writeln!(text, "  result: {result}")?;
    }
    let Outcome { events, committed, rejected, .. } = outcome;
    writeln!(text, "  {events} events, {committed} runs committed, {rejected} rolled back")?;
    let (usage, price) = (&memory.usage, Limits::default().price);
    writeln!(text, "  {} tokens at {price}/1000 cent: {:.2} cent", usage.tokens, usage.cost as f64 / 1_000.0)?;
    writeln!(text, "  {} calls of tools", usage.tool_calls)
}

fn indented(text: &mut String, lines: &str) -> std::fmt::Result {
    lines.lines().try_for_each(|line| writeln!(text, "{}", format!("  {line}").trim_end()))
}

fn list(text: &mut String, lines: &[String]) -> std::fmt::Result {
    if lines.is_empty() {
        return writeln!(text, "  nothing");
    }
    lines.iter().try_for_each(|line| writeln!(text, "  {}", printable(line)))
}
