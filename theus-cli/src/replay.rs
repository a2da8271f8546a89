//! Whether the runs of a journal give the same again.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::Serialize;
use theus_core::engine::{Journal, LinesError, Replay};
use theus_core::{Context, Engine};

use crate::command::Verdict;
use crate::error::CliError;
use crate::out::{Out, counted};
use crate::sessions::found;

#[derive(Serialize)]
struct Line<'a> {
    session: &'a str,
    #[serde(flatten)]
    replay: &'a Replay,
}

pub(crate) fn session<D: Context + Default, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    session: &str,
    json: bool,
    out: &mut Out<'_>,
) -> Result<Verdict, CliError> {
    found(engine, session)?;
    tell(session, &engine.replay(session)?, json, out)
}

pub(crate) fn file<D: Context + Default, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    path: &Path,
    json: bool,
    out: &mut Out<'_>,
) -> Result<Verdict, CliError> {
    let wrong = |error| CliError::File { file: path.display().to_string(), error };
    let file = File::open(path).map_err(|error| wrong(LinesError::Io { line: 1, error }))?;
    let journal = Journal::read_lines(BufReader::new(file)).map_err(wrong)?;
    tell(journal.session(), &engine.replay_of(&journal)?, json, out)
}

fn tell(session: &str, replay: &Replay, json: bool, out: &mut Out<'_>) -> Result<Verdict, CliError> {
    let verdict = if replay.divergence.is_none() { Verdict::Sound } else { Verdict::Wrong };
    if json {
        out.json(&Line { session, replay })?;
        return Ok(verdict);
    }
    let (made, begins) = (
        counted(replay.made, "step"),
        match replay.before {
            0 => String::new(),
            before => format!(", from step {} on", before + 1),
        },
    );
    out.line(format!("{session}: {made} made again, with the same result{begins}"))?;
    for taken in &replay.taken_over {
        out.line(format!(
            "  {} of {} taken from the journal: {}",
            counted(taken.steps, "step"),
            taken.process,
            taken.why
        ))?;
    }
    if let Some(divergence) = &replay.divergence {
        out.line(format!("{session} diverges: {divergence}"))?;
    }
    Ok(verdict)
}
