//! Whether what is stored can go on with this program.

use std::path::Path;

use serde::Serialize;
use theus_core::engine::{StoredCheck, StoredCoverage, StoredFinding};
use theus_core::workflow::WorkflowManager;
use theus_core::{Context, Engine};

use crate::command::Verdict;
use crate::error::CliError;
use crate::out::{Out, counted};

#[derive(Serialize)]
struct Json<'a> {
    #[serde(flatten)]
    check: &'a StoredCheck,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<StoredCoverage>,
}

pub(crate) fn check<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    workflow: Option<&Path>,
    with_coverage: bool,
    json: bool,
    out: &mut Out<'_>,
) -> Result<Verdict, CliError> {
    let manager = workflow.map(|path| WorkflowManager::from_file(engine, path)).transpose().map_err(Box::new)?;
    let check = manager.as_ref().map_or_else(|| engine.check_stored(), WorkflowManager::check_stored)?;
    let cover = || manager.as_ref().map_or_else(|| engine.stored_coverage(), WorkflowManager::stored_coverage);
    // What cannot go on is wrong; what was never reached is not.
    let verdict = if check.is_clean() { Verdict::Sound } else { Verdict::Wrong };
    if json {
        let coverage = with_coverage.then(cover).transpose()?;
        out.json(&Json { check: &check, coverage })?;
        return Ok(verdict);
    }
    let migrated = match check.to_migrate {
        0 => String::new(),
        migrated => format!(", {migrated} of them after a migration"),
    };
    let is_clean = if check.is_clean() { format!(": all can go on{migrated}") } else { String::new() };
    out.line(format!("looked at {}{is_clean}", counted(check.sessions, "session")))?;
    for StoredFinding { what, sessions, example, .. } in &check.findings {
        out.line(format!("  {} cannot go on, `{example}` first: {what}", counted(*sessions, "session")))?;
    }
    if with_coverage {
        cover()?.to_string().lines().try_for_each(|line| out.line(line))?;
    }
    Ok(verdict)
}
