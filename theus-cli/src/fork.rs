//! Another session that begins where one was.

use theus_core::engine::JournalError;
use theus_core::store::StoreError;
use theus_core::{Context, Engine};

use crate::command::Verdict;
use crate::error::CliError;
use crate::out::Out;
use crate::sessions::found;

pub(crate) fn fork<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    session: &str,
    step: u64,
    name: &str,
    out: &mut Out<'_>,
) -> Result<Verdict, CliError> {
    found(engine, session)?;
    match engine.fork(session, step, name) {
        Ok(()) => out.line(format!("{name} begins with the data that {session} had after step {step}"))?,
        Err(JournalError::Store(StoreError::Exists { session })) => return Err(CliError::Exists { session }),
        Err(error) => return Err(error.into()),
    }
    Ok(Verdict::Sound)
}
