//! The Data zone of a session, and what differs between two steps.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use theus_core::engine::{Difference, JournalError};
use theus_core::store::{SessionState, shown};
use theus_core::workflow::Position;
use theus_core::{Context, Engine};

use crate::command::Verdict;
use crate::error::CliError;
use crate::out::{Out, counted, value};
use crate::sessions::found;

/// What is shown of a session.
#[derive(Serialize)]
struct Shown<'a> {
    session: &'a str,
    step: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow: Option<Workflow>,
    /// How many events wait; not known of an earlier step.
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<usize>,
    data: BTreeMap<String, Value>,
}

#[derive(Serialize)]
struct Workflow {
    name: String,
    states: Vec<String>,
}

pub(crate) fn show<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    session: &str,
    at: Option<u64>,
    json: bool,
    out: &mut Out<'_>,
) -> Result<Verdict, CliError> {
    let stored = found(engine, session)?;
    let mut shown = match at {
        None => as_it_is(session, &stored)?,
        Some(step) => {
            let data = engine.journal(session)?.at(step)?;
            Shown { session, step, workflow: None, events: None, data }
        }
    };
    let redaction = engine.redaction();
    for (path, value) in &mut shown.data {
        *value = redaction.field(path, value.take());
    }
    if json {
        out.json(&shown)?;
        return Ok(Verdict::Sound);
    }
    out.line(format!("{session} after step {}", shown.step))?;
    if let Some(Workflow { name, states }) = &shown.workflow {
        out.line(format!("  workflow {name} in {}", states.join(", ")))?;
    }
    if let Some(events) = shown.events.filter(|events| *events > 0) {
        let wait = if events == 1 { "waits" } else { "wait" };
        out.line(format!("  {} {wait}", counted(events as u64, "event")))?;
    }
    for (path, it) in &shown.data {
        out.line(format!("  {path}: {}", value(it)))?;
    }
    Ok(Verdict::Sound)
}

fn as_it_is<'a>(session: &'a str, stored: &SessionState) -> Result<Shown<'a>, CliError> {
    let data = stored.fields.iter().map(|field| {
        let whole = field.merged().map_err(|error| JournalError::Damaged {
            session: session.to_owned(),
            step: stored.step,
            reason: format!("`{}`: {error}", field.path),
        })?;
        Ok((field.path.clone(), shown(&whole)))
    });
    let data = data.collect::<Result<_, CliError>>()?;
    // What is no position is for the workflow to refuse, not for who looks at the data.
    let position = stored.position.as_deref().and_then(|text| serde_json::from_str::<Position>(text).ok());
    let workflow = position.map(|position| Workflow {
        name: position.workflow().to_owned(),
        states: match position.active() {
            [] => vec!["(not begun)".to_owned()],
            active => active.to_vec(),
        },
    });
    Ok(Shown { session, step: stored.step, workflow, events: Some(stored.events.len()), data })
}

pub(crate) fn diff<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    session: &str,
    (before, after): (u64, u64),
    json: bool,
    out: &mut Out<'_>,
) -> Result<Verdict, CliError> {
    found(engine, session)?;
    let differences = engine.journal(session)?.difference(before, after)?;
    let redaction = engine.redaction();
    for Difference { path, before, after } in &differences {
        let seen = |value: &Option<Value>| value.clone().map(|value| redaction.field(path, value));
        let difference = Difference { path: path.clone(), before: seen(before), after: seen(after) };
        match json {
            true => out.json(&difference)?,
            false => {
                let text =
                    |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), crate::out::value);
                out.line(format!("{}: {} -> {}", difference.path, text(&difference.before), text(&difference.after)))?;
            }
        }
    }
    if differences.is_empty() && !json {
        out.line(format!("steps {before} and {after} of {session} have the same data"))?;
    }
    Ok(Verdict::Sound)
}
