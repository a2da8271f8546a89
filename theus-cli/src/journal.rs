//! The steps of a session: listed, and written as JSON lines.

use serde::Serialize;
use serde_json::Value;
use theus_core::context::REDACTED;
use theus_core::engine::{JournalError, LinesError, Redaction};
use theus_core::store::{EffectAnswer, JournalEntry, shown};
use theus_core::{Context, Engine};

use crate::command::Verdict;
use crate::error::CliError;
use crate::out::{Out, at, counted, value};
use crate::sessions::{found, size};

#[derive(Serialize)]
struct Line<'a> {
    step: u64,
    time: String,
    process: &'a str,
    command: Value,
    changed: Vec<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    raised: &'a [String],
    /// What it asked its effects, where that is recorded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    asked: Vec<Asked>,
}

#[derive(Serialize)]
struct Asked {
    call: String,
    with: Value,
    gave: Option<Value>,
}

impl<'a> Line<'a> {
    fn of(entry: &'a JournalEntry, redaction: &Redaction) -> Self {
        let hides_effects = redaction.hides_effects(&entry.process);
        Self {
            step: entry.step,
            time: at(entry.at),
            process: &entry.process,
            command: redaction.command(&entry.process, shown(&entry.command)),
            changed: entry.parts.iter().map(|part| part.path.as_str()).collect(),
            raised: &entry.raised,
            asked: entry.answers.iter().flatten().map(|answer| Asked::of(answer, hides_effects)).collect(),
        }
    }

    fn text(&self) -> String {
        let Self { step, time, process, command, changed, raised, asked } = self;
        let changed = match changed.as_slice() {
            [] => "nothing".to_owned(),
            changed => changed.join(", "),
        };
        let raised = match raised {
            [] => String::new(),
            raised => format!("; raised {}", raised.join(", ")),
        };
        let asked: String = asked.iter().map(|asked| format!("; {}", asked.text())).collect();
        format!("{step}  {time}  {process} {}  changed {changed}{raised}{asked}", value(command))
    }
}

impl Asked {
    fn of(answer: &EffectAnswer, is_hidden: bool) -> Self {
        let EffectAnswer { effect, call, asked, gave } = answer;
        // A key is asked of nobody.
        let call = if effect.is_empty() { call.clone() } else { format!("{effect}.{call}") };
        let seen = |bytes: &[u8]| if is_hidden { Value::from(REDACTED) } else { shown(bytes) };
        Self { call, with: seen(asked), gave: gave.as_deref().map(seen) }
    }

    fn text(&self) -> String {
        let gave = self.gave.as_ref().map_or_else(|| "nothing yet".to_owned(), value);
        format!("{} {} gave {gave}", self.call, value(&self.with))
    }
}

pub(crate) fn list<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    session: &str,
    from: u64,
    most: u64,
    json: bool,
    out: &mut Out<'_>,
) -> Result<Verdict, CliError> {
    let last = found(engine, session)?.step;
    let journal = engine.journal(session)?;
    let redaction = engine.redaction();
    let first = journal.begins_after() + 1;
    if from > last.max(1) {
        return Err(JournalError::NoStep { session: session.to_owned(), step: from, last }.into());
    }
    if !json && first > 1 && from < first {
        out.line(format!("{} before step {first} were pruned", counted(first - 1, "step")))?;
    }
    let mut next = from.max(first);
    let mut left = most;
    let mut is_empty = true;
    while left > 0 {
        let page = journal.entries(next, size(left))?;
        let Some(entry) = page.last() else { break };
        (is_empty, next) = (false, entry.step + 1);
        left = left.saturating_sub(page.len() as u64);
        for entry in &page {
            match json {
                true => out.json(&Line::of(entry, &redaction))?,
                false => out.line(Line::of(entry, &redaction).text())?,
            }
        }
    }
    if !json && is_empty {
        out.line(format!("{session} has no steps that are kept"))?;
    } else if !json && next <= last {
        out.line(format!("… and {} more: --from {next}", counted(last + 1 - next, "step")))?;
    }
    Ok(Verdict::Sound)
}

pub(crate) fn export<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    session: &str,
    out: &mut Out<'_>,
) -> Result<Verdict, CliError> {
    found(engine, session)?;
    match engine.journal(session)?.write_lines(out) {
        Ok(_) => Ok(Verdict::Sound),
        Err(LinesError::Journal(error)) => Err(error.into()),
        Err(LinesError::Io { error, .. }) => Err(error.into()),
        Err(other) => Err(CliError::File { file: session.to_owned(), error: other }),
    }
}
