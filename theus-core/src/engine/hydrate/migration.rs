//! A session that was stored with an earlier version of the context.

use super::super::core::Core;
use super::super::durable::{DurableEngine, Handle};
use super::unexpected;
use crate::audit::Text;
use crate::context::{Context, Fields};
use crate::store::{Field, JournalEntry, Part, SessionState, StoreError, Write, called, encode};

/// A session that has an earlier version of the context is brought up to this one: a step of its journal.
pub(super) fn migrate<D: Context, G: Context, E: Send + Sync + 'static>(
    core: &Core<D, G, E>,
    durable: &DurableEngine<D>,
    store: &Handle,
    name: &Text,
    stored: &mut SessionState,
) -> Result<(), StoreError> {
    let Some(fields) = durable.migrations.bring_up(name, stored.schema, &stored.fields)? else { return Ok(()) };
    // What does not fit is told before anything is written.
    let held = core.session.hold_beside_lease(|| core.request("migrate", None));
    let mut apart = held.map_err(|_| unexpected())?.fields.share();
    (durable.fields.bring_back)(&mut apart, name, fields.clone())?;
    let path = || format!("the migration of `{name}`");
    let command = encode(&(stored.schema, D::VERSION)).map_err(|error| StoreError::Encode { path: path(), error })?;
    let parts: Vec<Part> = fields.iter().map(|field| Part::whole(field.path.clone(), field.value.clone())).collect();
    let (step, version) = (stored.step + 1, stored.version.wrapping_add(1));
    let mut entry = JournalEntry {
        step,
        version,
        process: MIGRATION.to_owned(),
        command,
        parts,
        raised: Vec::new(),
        at: store.now(),
        chain: stored.chain,
        schema: Some(D::VERSION),
        answers: None,
        code: None,
    };
    let chain = stored.chain.after(&entry);
    entry.chain = chain;
    let session = name.as_str().into();
    let write = Write { session, expected: stored.step, entry: Some(entry), ..Write::default() };
    match store.write(&core.shared.auditor, write) {
        Ok(()) => {}
        // Another program has brought it up, or gone on with it.
        Err(StoreError::Conflict { .. } | StoreError::InDoubt { .. }) => {
            let loaded = called(&*store.store, |store| store.load(name))?;
            let Some(loaded) = loaded.filter(|loaded| loaded.schema == D::VERSION) else {
                let (session, found, known) = (name.to_string(), stored.schema, D::VERSION);
                return Err(StoreError::NoMigration { session, found, known });
            };
            *stored = loaded;
            return Ok(());
        }
        Err(error) => return Err(error),
    }
    (stored.step, stored.version, stored.chain, stored.schema) = (step, version, chain, D::VERSION);
    // As the store has them: each was written by the step.
    stored.fields = fields.into_iter().map(|field| Field { written: true, ..field }).collect();
    Ok(())
}

/// What the journal calls a migration.
const MIGRATION: &str = "(migration)";
