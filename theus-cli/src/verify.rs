//! Whether what is stored is what was written.

use serde::Serialize;
use theus_core::engine::{JournalError, StoredLedgerError};
use theus_core::store::StoreError;
use theus_core::{Context, Engine};

use crate::command::Verdict;
use crate::error::CliError;
use crate::out::{Out, counted};
use crate::sessions::{each, found};

/// How often a session is looked at again that somebody goes on with meanwhile.
const OVERTAKEN: u32 = 10;

#[derive(Serialize)]
struct SessionLine<'a> {
    session: &'a str,
    /// How many steps are as they were written.
    steps: Option<u64>,
    damage: Option<&'a str>,
}

#[derive(Serialize)]
struct LedgerLine<'a> {
    ledger: Option<u64>,
    damage: Option<&'a str>,
}

pub(crate) fn one<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    session: &str,
    json: bool,
    out: &mut Out<'_>,
) -> Result<Verdict, CliError> {
    if let Err(error) = found(engine, session) {
        // What cannot be read of it is what is to be found out.
        if !matches!(&error, CliError::Store(error) if is_damage(error)) {
            return Err(error);
        }
    }
    let checked = session_of(engine, session)?;
    if json {
        tell(session, &checked, out)?;
    }
    match &checked {
        Ok(steps) if !json => {
            out.line(format!("verified {session}, {}: nothing is damaged", counted(*steps, "step")))?
        }
        Err(damage) if !json => out.line(damage)?,
        _ => {}
    }
    Ok(if checked.is_ok() { Verdict::Sound } else { Verdict::Wrong })
}

pub(crate) fn all<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    json: bool,
    out: &mut Out<'_>,
) -> Result<Verdict, CliError> {
    let (mut sessions, mut steps, mut damaged) = (0, 0, 0);
    each(engine, |session| {
        let checked = match session_of(engine, session) {
            // It was removed meanwhile.
            Err(CliError::Journal(JournalError::NoSession { .. })) => return Ok(()),
            checked => checked?,
        };
        sessions += 1;
        match &checked {
            Ok(verified) => steps += verified,
            Err(_) => damaged += 1,
        }
        match &checked {
            _ if json => tell(session, &checked, out),
            Ok(_) => Ok(()),
            Err(damage) => Ok(out.line(damage)?),
        }
    })?;
    let (records, damage) = match engine.verify_stored_ledger() {
        Ok(verified) => (Some(verified.records), None),
        Err(error @ StoredLedgerError::Tampered(_)) => (None, Some(error.to_string())),
        Err(StoredLedgerError::Store(error)) if is_damage(&error) => (None, Some(error.to_string())),
        Err(error) => return Err(error.into()),
    };
    if json {
        out.json(&LedgerLine { ledger: records, damage: damage.as_deref() })?;
    } else {
        if let Some(damage) = &damage {
            out.line(damage)?;
        }
        let ledger = match records {
            Some(records) => counted(records, "record"),
            None => "a ledger that is damaged".to_owned(),
        };
        let damaged = match damaged {
            0 if damage.is_none() => "nothing is damaged".to_owned(),
            0 => "no session is damaged".to_owned(),
            1 => "1 session is damaged".to_owned(),
            many => format!("{} are damaged", counted(many, "session")),
        };
        out.line(format!(
            "verified {} with {}, and {ledger}: {damaged}",
            counted(sessions, "session"),
            counted(steps, "step")
        ))?;
    }
    Ok(if damaged == 0 && damage.is_none() { Verdict::Sound } else { Verdict::Wrong })
}

fn tell(session: &str, checked: &Result<u64, String>, out: &mut Out<'_>) -> Result<(), CliError> {
    let (steps, damage) = (checked.as_ref().ok().copied(), checked.as_ref().err().map(String::as_str));
    Ok(out.json(&SessionLine { session, steps, damage })?)
}

/// How many of its steps are as they were written, or what is damaged.
fn session_of<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    session: &str,
) -> Result<Result<u64, String>, CliError> {
    // From where to where it goes: a commit moves its end, who prunes it its beginning.
    let extent = || {
        let stored = engine.stored_session(session).ok().flatten();
        (stored.map(|stored| stored.step), engine.journal(session).ok().map(|journal| journal.begins_after()))
    };
    for _ in 0..OVERTAKEN {
        let before = extent();
        let checked = engine.journal(session).and_then(|journal| Ok((journal.begins_after(), journal.verify()?)));
        let damage = match checked {
            Ok((first, last)) => return Ok(Ok(last.saturating_sub(first))),
            Err(error @ JournalError::Damaged { .. }) => error.to_string(),
            Err(JournalError::Store(error)) if is_damage(&error) => error.to_string(),
            Err(error) => return Err(error.into()),
        };
        // What was committed or pruned while it was read is no damage.
        if before == extent() {
            return Ok(Err(damage));
        }
    }
    Err(StoreError::Unavailable {
        store: format!("the session `{session}`"),
        reason: "another program goes on with it all the time".to_owned(),
    }
    .into())
}

/// Whether it says that what is stored is not what was written.
pub(crate) const fn is_damage(error: &StoreError) -> bool {
    matches!(error, StoreError::Corrupt { .. } | StoreError::Decode { .. })
}
