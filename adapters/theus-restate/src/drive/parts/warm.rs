//! Fields in places of their own, of sessions that this process has seen last, so that they need not be read again.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use theus_core::store::{ChainHash, Entry as FieldEntry, Field};

use super::super::entry::Entry;

/// Fields of sessions that have places of their own, as they were last seen here: those of a turn that has come to nothing, too.
pub struct Warm(Cache<Arc<str>, Arc<Seen>, Bytes>);

struct Seen {
    life: String,
    /// Its chain says what the fields are: each commit is in it, with what it has changed.
    chain: ChainHash,
    schema: u32,
    /// Where the parts are that these fields are kept in.
    parts: Vec<super::Kept>,
    fields: Vec<Field>,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Arc<str>, Arc<Seen>> for Bytes {
    fn weight(&self, name: &Arc<str>, seen: &Arc<Seen>) -> u64 {
        let entry = |entry: &FieldEntry| 64 + entry.key.len() + entry.value.as_ref().map_or(0, Vec::len);
        let entries = |field: &Field| field.entries.iter().map(entry).sum::<usize>();
        let field = |field: &Field| 128 + field.path.len() + field.value.len() + entries(field);
        (256 + name.len() + seen.fields.iter().map(field).sum::<usize>()) as u64
    }
}

impl Warm {
    /// Of so many bytes at most.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        // A session of a kilobyte is a small one here.
        let sessions = usize::try_from(bytes / 1_024).unwrap_or(usize::MAX).clamp(16, 1_000_000);
        Self(Cache::with_weighter(sessions, bytes, Bytes))
    }

    /// The fields of a session that is as this entry says; none where they are not known here.
    #[must_use]
    pub fn fields(&self, session: &str, entry: &Entry) -> Option<Vec<Field>> {
        let seen = self.0.get(session)?;
        let is_it = seen.life == entry.life
            && seen.chain == entry.state.chain
            && seen.schema == entry.state.schema
            && entry.parts.as_ref() == Some(&seen.parts);
        is_it.then(|| seen.fields.clone())
    }

    /// They are these from now on.
    pub fn sees(&self, session: &str, entry: &Entry, fields: Vec<Field>) {
        let (life, chain, schema) = (entry.life.clone(), entry.state.chain, entry.state.schema);
        let parts = entry.parts.clone().unwrap_or_default();
        self.0.insert(session.into(), Arc::new(Seen { life, chain, schema, parts, fields }));
    }
}

impl std::fmt::Debug for Warm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Warm").field("sessions", &self.0.len()).field("bytes", &self.0.weight()).finish()
    }
}
