//! What a store keeps of the agent, so that a second start goes on where the first one ended.

use std::path::Path;
use std::process::ExitCode;

use theus_cli::StoreCommand;
use theus_core::engine::JournalError;
use theus_core::prelude::*;
use theus_core::source::printable_lines;
use theus_sqlite::SqliteStore;

use crate::context::{Agent, Limits, Ports};
use crate::desk;
use crate::model::Purpose;
use crate::world::World;

/// How many steps are read at once.
const PAGE: usize = 256;

/// The world is as the journal says: what is played here begins anew with each start. Returns what the model was asked, in order.
pub(crate) fn go_on(engine: &Engine<Agent, Limits, Ports>, world: &World) -> Result<Vec<Purpose>, JournalError> {
    let journal = engine.journal(crate::session::NAME)?;
    let (mut asked, mut next) = (Vec::new(), journal.begins_after() + 1);
    loop {
        let page = journal.entries(next, PAGE)?;
        let Some(last) = page.last() else { return Ok(asked) };
        next = last.step + 1;
        let answers = page.iter().flat_map(|entry| entry.answers.iter().flatten());
        asked.extend(answers.filter_map(|answer| world.has_heard(answer)));
    }
}

/// `agent store COMMAND --store FILE`.
pub(crate) fn serve(command: &StoreCommand, file: Option<&Path>) -> ExitCode {
    let wrong = |error: &dyn std::fmt::Display| {
        eprintln!("error: {}", printable_lines(&error.to_string()));
        ExitCode::from(crate::WRONG)
    };
    let Some(file) = file else { return wrong(&"which store? `agent store COMMAND --store FILE`") };
    // Who looks makes no file.
    if let Err(error) = is_there(file) {
        return wrong(&format!("the store {} cannot be read: {error}", file.display()));
    }
    let store = match SqliteStore::open(file) {
        Ok(store) => store,
        Err(error) => return wrong(&error),
    };
    let ports = World::default().ports(crate::silent());
    let builder = desk::without_recipe(Agent::default(), Limits::default(), ports);
    match builder.store(store).session_in_memory().build() {
        Ok(engine) => command.serve(&engine),
        Err(error) => wrong(&error),
    }
}

#[expect(clippy::disallowed_methods, reason = "the program's door to files: no process comes here")]
fn is_there(file: &Path) -> std::io::Result<()> {
    std::fs::metadata(file).map(drop)
}
