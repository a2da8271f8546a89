//! The committed state at one version.

use std::fmt;
use std::ops::Deref;

use serde::{Serialize, Serializer};

use crate::context::{Context, SerializeData};

/// The committed domain at one version. Taking it copies handles, never values.
///
/// It dereferences to the mirror of the context: `snapshot.balance` is the field's cell, which dereferences to the value.
/// Serialising it gives the Data zone only.
///
/// ```
/// use theus_core::prelude::*;
///
/// #[derive(Clone, Default, Context)]
/// struct Tank { level: i64, sig_full: bool }
///
/// let engine = Engine::builder(Tank { level: 7, sig_full: true }).build()?;
/// let snapshot = engine.snapshot()?;
/// assert_eq!((*snapshot.level, snapshot.version()), (7, 0));
/// assert_eq!(serde_json::to_string(&snapshot)?, r#"{"level":7}"#);
/// let tank: Tank = snapshot.to_context();
/// assert!(tank.sig_full);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Snapshot<D: Context> {
    fields: D::Fields,
    version: u64,
}

impl<D: Context> Snapshot<D> {
    pub(super) const fn new(fields: D::Fields, version: u64) -> Self {
        Self { fields, version }
    }

    /// How many commits and signal resets led to this state.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// A copy of the values, all zones.
    #[must_use]
    pub fn to_context(&self) -> D {
        D::from_fields(&self.fields)
    }
}

impl<D: Context> Deref for Snapshot<D> {
    type Target = D::Fields;
    fn deref(&self) -> &D::Fields {
        &self.fields
    }
}

impl<D: Context> Serialize for Snapshot<D>
where
    D::Fields: SerializeData,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields.serialize_data(serializer)
    }
}

impl<D: Context> fmt::Debug for Snapshot<D>
where
    D::Fields: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("version", &self.version).field("fields", &self.fields).finish()
    }
}
