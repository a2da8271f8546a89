//! What an earlier version of a context has stored, as this one has it.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::fields::{bring_back, whole};
use crate::context::{Context, DurableFields};
use crate::panics::caught;
use crate::store::{Field, StoreError};

/// From one version of a context to a later one.
pub(in crate::engine) struct Migration {
    pub(in crate::engine) from: u32,
    pub(in crate::engine) to: u32,
    run: MigrateFn,
}

type MigrateFn = Box<dyn Fn(&str, Vec<Field>) -> Result<Vec<Field>, StoreError> + Send + Sync>;

impl Migration {
    pub(in crate::engine) fn new<A, B, X>(migrate: impl Fn(A) -> Result<B, X> + Send + Sync + 'static) -> Self
    where
        A: Context + Default,
        A::Fields: DurableFields,
        B: Context,
        B::Fields: DurableFields,
        X: Display,
    {
        let (from, to) = (A::VERSION, B::VERSION);
        let run = move |session: &str, stored: Vec<Field>| {
            let refused = |reason: String| StoreError::Migration { session: session.to_owned(), from, to, reason };
            let written: BTreeMap<String, bool> =
                stored.iter().map(|field| (field.path.clone(), field.written)).collect();
            // Code of the user's types.
            let migrated = caught(|| {
                let mut fields = A::default().into_fields();
                bring_back::<A>(&mut fields, session, stored)?;
                let migrated = migrate(A::from_fields(&fields)).map_err(|error| refused(error.to_string()))?;
                whole(&migrated.into_fields())
            });
            let mut fields =
                migrated.unwrap_or_else(|panic| Err(refused(format!("it panicked: {}", panic.message()))))?;
            for field in &mut fields {
                field.written = written.get(&field.path).copied().unwrap_or(false);
            }
            Ok(fields)
        };
        Self { from, to, run: Box::new(run) }
    }
}

/// All that is known of earlier versions, and the version of now.
pub(in crate::engine) struct Migrations {
    version: u32,
    from: BTreeMap<u32, Migration>,
}

/// What is wrong with a list of migrations.
pub(in crate::engine) struct WrongMigration {
    pub(in crate::engine) from: u32,
    pub(in crate::engine) to: u32,
    pub(in crate::engine) reason: String,
}

impl Migrations {
    pub(in crate::engine) fn new(version: u32, migrations: Vec<Migration>) -> Result<Self, WrongMigration> {
        let mut from = BTreeMap::new();
        for migration in migrations {
            let wrong = |reason: String| Err(WrongMigration { from: migration.from, to: migration.to, reason });
            if migration.from >= migration.to {
                return wrong(
                    "a migration leads to a later version: give the later context its `#[context(version = ..)]`"
                        .into(),
                );
            }
            if migration.to > version {
                return wrong(format!("this program's context has the version {version}"));
            }
            if from.contains_key(&migration.from) {
                return wrong("another one begins at the same version: which of them is meant?".into());
            }
            from.insert(migration.from, migration);
        }
        let ends = from.values().find(|migration| migration.to != version && !from.contains_key(&migration.to));
        match ends {
            Some(Migration { from, to, .. }) => {
                let reason = format!("none leads on from there to {version}, the version of this program's context");
                Err(WrongMigration { from: *from, to: *to, reason })
            }
            None => Ok(Self { version, from }),
        }
    }

    /// The fields as this version has them; none where they are of it.
    pub(in crate::engine) fn bring_up(
        &self,
        session: &str,
        schema: u32,
        fields: &[Field],
    ) -> Result<Option<Vec<Field>>, StoreError> {
        let (mut at, mut migrated) = (schema, None);
        if at > self.version {
            let (session, found, known) = (session.to_owned(), at, self.version);
            return Err(StoreError::LaterContext { session, found, known });
        }
        while at < self.version {
            let Some(migration) = self.from.get(&at) else {
                let (session, found, known) = (session.to_owned(), at, self.version);
                return Err(StoreError::NoMigration { session, found, known });
            };
            let before = migrated.take().unwrap_or_else(|| fields.to_vec());
            migrated = Some((migration.run)(session, before)?);
            at = migration.to;
        }
        Ok(migrated)
    }
}
