//! What is let go of.

use std::time::Duration;

use theus_core::engine::JournalError;
use theus_core::{Context, Engine};

use crate::command::Verdict;
use crate::error::CliError;
use crate::out::{Out, counted};
use crate::sessions::{each, found};
use crate::verify::is_damage;

pub(crate) fn prune<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    session: Option<&str>,
    keep: Option<u64>,
    answers_older_than: Option<Duration>,
    out: &mut Out<'_>,
) -> Result<Verdict, CliError> {
    let mut verdict = Verdict::Sound;
    if let Some(keep) = keep {
        match session {
            Some(session) => {
                found(engine, session)?;
                let gone = engine.prune_journal(session, keep)?;
                out.line(format!("{session}: {} let go", counted(gone, "step")))?;
            }
            None => verdict = all(engine, keep, out)?,
        }
    }
    if let Some(age) = answers_older_than {
        let gone = engine.prune_answers(age)?;
        out.line(format!("{} let go", counted(gone, "answer")))?;
    }
    Ok(verdict)
}

fn all<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    keep: u64,
    out: &mut Out<'_>,
) -> Result<Verdict, CliError> {
    let (mut sessions, mut steps, mut verdict) = (0, 0, Verdict::Sound);
    each(engine, |session| {
        match engine.prune_journal(session, keep) {
            Ok(gone) => (sessions, steps) = (sessions + 1, steps + gone),
            // It was removed meanwhile.
            Err(JournalError::NoSession { .. }) => {}
            // It stays as it is, and the others have their turn.
            Err(error @ JournalError::Damaged { .. }) => {
                verdict = Verdict::Wrong;
                out.line(error.to_string())?;
            }
            Err(JournalError::Store(error)) if is_damage(&error) => {
                verdict = Verdict::Wrong;
                out.line(error.to_string())?;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    })?;
    out.line(format!("{} of {} let go", counted(steps, "step"), counted(sessions, "session")))?;
    Ok(verdict)
}

pub(crate) fn remove<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    session: &str,
    out: &mut Out<'_>,
) -> Result<Verdict, CliError> {
    let step = found(engine, session)?.step;
    engine.remove_stored(session, step)?;
    out.line(format!("{session} is gone, with {}", counted(step, "step")))?;
    Ok(Verdict::Sound)
}
