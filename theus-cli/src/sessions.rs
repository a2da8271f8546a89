//! The sessions of a store: listed, gone through, looked for.

use serde::Serialize;
use theus_core::source::did_you_mean;
use theus_core::store::{SessionRow, SessionState};
use theus_core::{Context, Engine};

use crate::command::Verdict;
use crate::error::CliError;
use crate::out::{Out, counted, time};

/// How many are read at once.
pub(crate) const PAGE: u64 = 256;
/// Among how many the one that was meant is looked for.
const MOST_COMPARED: usize = 10_000;

#[derive(Serialize)]
struct Line<'a> {
    session: &'a str,
    step: u64,
    ready: bool,
    due: Option<String>,
}

/// Lists them.
pub(crate) fn list<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    after: Option<&str>,
    most: u64,
    json: bool,
    out: &mut Out<'_>,
) -> Result<Verdict, CliError> {
    let mut left = most;
    let mut last = after.map(str::to_owned);
    let mut is_empty = true;
    while left > 0 {
        let page = engine.stored_sessions(last.as_deref(), size(left))?;
        let Some(row) = page.last() else { break };
        (is_empty, last) = (false, Some(row.name.clone()));
        left = left.saturating_sub(page.len() as u64);
        for row in &page {
            match json {
                true => {
                    out.json(&Line { session: &row.name, step: row.step, ready: row.ready, due: row.due.map(time) })?
                }
                false => out.line(text(row))?,
            }
        }
    }
    if json {
        return Ok(Verdict::Sound);
    }
    match (&last, after) {
        (_, None) if is_empty => out.line("the store has no sessions")?,
        (_, Some(after)) if is_empty => out.line(format!("the store has no sessions after `{after}`"))?,
        (Some(last), _) if left == 0 && !engine.stored_sessions(Some(last), 1)?.is_empty() => {
            out.line(format!("… and more: --after {last}"))?;
        }
        _ => {}
    }
    Ok(Verdict::Sound)
}

fn text(row: &SessionRow) -> String {
    let SessionRow { name, step, ready, due, .. } = row;
    let doing = match (ready, due) {
        (true, _) => ", has something to do".to_owned(),
        (false, Some(due)) => format!(", waits for {}", time(*due)),
        (false, None) => String::new(),
    };
    format!("{name}: {}{doing}", counted(*step, "step"))
}

/// Goes through all of them.
pub(crate) fn each<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    mut look: impl FnMut(&str) -> Result<(), CliError>,
) -> Result<(), CliError> {
    let mut last: Option<String> = None;
    loop {
        let page = engine.stored_sessions(last.as_deref(), size(PAGE))?;
        let Some(row) = page.last() else { return Ok(()) };
        last = Some(row.name.clone());
        page.iter().try_for_each(|row| look(&row.name))?;
    }
}

/// So many of those that are left as are read at once.
pub(crate) fn size(left: u64) -> usize {
    usize::try_from(left.min(PAGE)).unwrap_or(usize::MAX)
}

/// The session of this name.
pub(crate) fn found<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    session: &str,
) -> Result<SessionState, CliError> {
    match engine.stored_session(session)? {
        Some(state) => Ok(state),
        None => Err(missing(engine, session)?),
    }
}

/// There is none of this name.
fn missing<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    session: &str,
) -> Result<CliError, CliError> {
    let names: Vec<String> = engine.stored_sessions(None, MOST_COMPARED)?.into_iter().map(|row| row.name).collect();
    let help = did_you_mean(session, names.iter().map(String::as_str));
    let help = help.unwrap_or_else(|| "it has none at all".to_owned());
    Ok(CliError::NoSession { session: session.to_owned(), help })
}
