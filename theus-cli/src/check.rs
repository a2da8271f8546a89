//! Whether what is stored can go on with this program.

use std::path::Path;

use theus_core::engine::StoredFinding;
use theus_core::workflow::WorkflowManager;
use theus_core::{Context, Engine};

use crate::command::Verdict;
use crate::error::CliError;
use crate::out::{Out, counted};

pub(crate) fn check<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    workflow: Option<&Path>,
    json: bool,
    out: &mut Out<'_>,
) -> Result<Verdict, CliError> {
    let check = match workflow {
        None => engine.check_stored()?,
        Some(path) => WorkflowManager::from_file(engine, path).map_err(Box::new)?.check_stored()?,
    };
    let verdict = if check.is_clean() { Verdict::Sound } else { Verdict::Wrong };
    if json {
        out.json(&check)?;
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
    Ok(verdict)
}
