//! The Data zone as stored fields, and back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::context::zone::Data;
use crate::context::{Context, DataSource, DataVisitor, DurableFields, Keyed, REDACTED};
use crate::source::did_you_mean;
use crate::store::{DecodeError, EncodeError, Entry, Field, Part, StoreError, decode_whole, encode};
use crate::transaction::{Cell, Storage};

/// So many entries are written whole: that takes no rows of their own.
const SMALL_MAP: usize = 32;

/// What a run has written: to be asked while its drafts stand beside the committed values.
pub(in crate::engine) fn written<F: DurableFields>(
    fields: &F,
    outputs: &[Box<[usize]>],
    parts: &mut Vec<Part>,
) -> Result<(), StoreError> {
    let mut written = Written { path: Path::default(), parts };
    outputs.iter().try_for_each(|path| fields.look(path, &mut written))
}

/// All of the committed state.
pub(in crate::engine) fn whole<F: DurableFields>(fields: &F) -> Result<Vec<Field>, StoreError> {
    let mut whole = Whole { path: Path::default(), fields: Vec::new() };
    fields.look(&[], &mut whole)?;
    Ok(whole.fields)
}

/// Makes the stored values the committed ones. A field that is not stored stays as it is; a stored one that the context has not is
/// refused.
pub(in crate::engine) fn bring_back<D: Context<Fields: DurableFields>>(
    fields: &mut D::Fields,
    session: &str,
    stored: Vec<Field>,
) -> Result<(), StoreError> {
    let left = stored.into_iter().map(|field| (field.path.clone(), field)).collect();
    let mut source = Stored { path: Path::default(), session, left, known: Vec::new() };
    fields.fill(&mut source).map_err(|error| match error {
        // Who reads it tells of the value.
        StoreError::Decode { session, path, .. } if D::schema().redacts(path.split('.')) => {
            StoreError::Decode { session, path, error: DecodeError::new(REDACTED.to_owned()) }
        }
        error => error,
    })?;
    let Stored { left, known, .. } = source;
    match left.into_keys().next() {
        None => Ok(()),
        Some(path) => {
            let near = did_you_mean(&path, known.iter().map(String::as_str));
            let help = near.map(|help| format!("; {help}")).unwrap_or_default();
            Err(StoreError::UnknownField { session: session.to_owned(), path, help })
        }
    }
}

/// Where a visitor is: the names from the outside inwards.
#[derive(Default)]
struct Path(Vec<&'static str>);

impl Path {
    fn of(&self, name: &str) -> String {
        match self.0.as_slice() {
            [] => name.to_owned(),
            outer => format!("{}.{name}", outer.join(".")),
        }
    }
}

struct Written<'a> {
    path: Path,
    parts: &'a mut Vec<Part>,
}

impl DataVisitor for Written<'_> {
    type Error = StoreError;

    fn field<T, S: Storage<T>>(&mut self, name: &'static str, cell: &Cell<T, Data, S>) -> Result<(), StoreError>
    where
        for<'a> &'a T: Serialize,
    {
        let Some(value) = cell.draft() else { return Ok(()) };
        let path = self.path.of(name);
        match encode(&value) {
            Ok(value) => {
                self.parts.push(Part::whole(path, value));
                Ok(())
            }
            Err(error) => Err(StoreError::Encode { path, error }),
        }
    }

    fn keyed<T, S: Storage<T>>(&mut self, name: &'static str, cell: &Cell<T, Data, S>) -> Result<(), StoreError>
    where
        T: Keyed<Key: Serialize, Value: Serialize>,
        for<'a> &'a T: Serialize,
    {
        let Some(value) = cell.draft() else { return Ok(()) };
        // A store has it whole once a commit has written it.
        if cell.version() == 0 || value.size() <= SMALL_MAP {
            return self.field(name, cell);
        }
        let changed = entries(value, cell.committed());
        match changed.map_err(|error| StoreError::Encode { path: self.path.of(name), error })? {
            Some(entries) if entries.is_empty() => Ok(()),
            Some(entries) => {
                self.parts.push(Part { path: self.path.of(name), value: None, entries });
                Ok(())
            }
            None => self.field(name, cell),
        }
    }

    fn around(&mut self) -> &mut Vec<&'static str> {
        &mut self.path.0
    }
}

/// The entries that are others than before, in the order of the bytes of their keys; none where most are.
fn entries<T>(value: &T, before: &T) -> Result<Option<Vec<Entry>>, EncodeError>
where
    T: Keyed<Key: Serialize, Value: Serialize>,
{
    let most = value.size() / 2;
    let mut entries = BTreeMap::new();
    let told = crate::panics::caught(|| {
        value.changes(before, |key, value| {
            if entries.len() > most {
                return Err(None);
            }
            let key = encode(key).map_err(Some)?;
            match value {
                Some(value) => drop(entries.insert(key, Some(encode(value).map_err(Some)?))),
                None => drop(entries.entry(key).or_insert(None)),
            }
            Ok(())
        })
    });
    match told {
        Ok(Ok(())) => Ok(Some(entries.into_iter().map(|(key, value)| Entry { key, value }).collect())),
        Ok(Err(None)) => Ok(None),
        Ok(Err(Some(error))) => Err(error),
        // The order of the keys is code of a user's type.
        Err(panic) => Err(EncodeError::refused(format!("the order of its keys panicked: {}", panic.message()))),
    }
}

struct Whole {
    path: Path,
    fields: Vec<Field>,
}

impl DataVisitor for Whole {
    type Error = StoreError;

    fn field<T, S: Storage<T>>(&mut self, name: &'static str, cell: &Cell<T, Data, S>) -> Result<(), StoreError>
    where
        for<'a> &'a T: Serialize,
    {
        let path = self.path.of(name);
        match encode(&cell.committed()) {
            Ok(value) => {
                self.fields.push(Field::whole(path, value, cell.version() > 0));
                Ok(())
            }
            Err(error) => Err(StoreError::Encode { path, error }),
        }
    }

    fn around(&mut self) -> &mut Vec<&'static str> {
        &mut self.path.0
    }
}

struct Stored<'a> {
    path: Path,
    session: &'a str,
    left: BTreeMap<String, Field>,
    known: Vec<String>,
}

impl DataSource for Stored<'_> {
    type Error = StoreError;

    fn field<T, S: Storage<T>>(&mut self, name: &'static str, cell: &mut Cell<T, Data, S>) -> Result<(), StoreError>
    where
        T: for<'de> Deserialize<'de>,
        for<'a> &'a T: Serialize,
    {
        let path = self.path.of(name);
        if let Some(field) = self.left.remove(&path) {
            let value = field.merged().and_then(|bytes| decode_whole::<T>(&bytes, |value| encode(&value)));
            match value {
                Ok(value) => cell.bring_back(value, field.written),
                Err(error) => return Err(unfit(self.session, path, error)),
            }
        }
        self.known.push(path);
        Ok(())
    }

    fn around(&mut self) -> &mut Vec<&'static str> {
        &mut self.path.0
    }
}

fn unfit(session: &str, path: String, error: DecodeError) -> StoreError {
    StoreError::Decode { session: session.to_owned(), path, error }
}
