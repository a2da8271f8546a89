//! The three zones of a context's fields, as a value ([`Zone`]) and as types (what the mirror's cells carry).

use std::fmt;

use serde::Serialize;

/// What a field guarantees. It follows from the field's name, or from `#[zone(..)]` on it.
///
/// | zone | name | guarantee |
/// |---|---|---|
/// | Data | no prefix | persisted, audited, replayed strictly |
/// | Signal | `sig_`, `cmd_` | transient: reaches the signal bus after the commit, reset once dispatched |
/// | Meta | `meta_` | diagnostics: never persisted by default, never decides business logic |
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Zone {
    /// Persisted, audited, replayed strictly.
    Data,
    /// A transient event.
    Signal,
    /// Diagnostics.
    Meta,
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Data => "data",
            Self::Signal => "signal",
            Self::Meta => "meta",
        })
    }
}

/// The Data zone as a type.
#[derive(Clone, Copy, Debug)]
pub enum Data {}

/// The Signal zone as a type.
#[derive(Clone, Copy, Debug)]
pub enum Signal {}

/// The Meta zone as a type.
#[derive(Clone, Copy, Debug)]
pub enum Meta {}

/// Stands in for a zone where a whole nested context was named by mistake; nothing that compiles has it.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Whole {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Data {}
    impl Sealed for super::Signal {}
    impl Sealed for super::Meta {}
    impl Sealed for super::Whole {}
}

/// A zone as a type: [`Data`], [`Signal`] or [`Meta`]. Sealed.
pub trait ZoneType: sealed::Sealed + Send + Sync + 'static {
    /// The same zone as a value.
    const ZONE: Zone;
}

impl ZoneType for Data {
    const ZONE: Zone = Zone::Data;
}

impl ZoneType for Signal {
    const ZONE: Zone = Zone::Signal;
}

impl ZoneType for Meta {
    const ZONE: Zone = Zone::Meta;
}

impl ZoneType for Whole {
    const ZONE: Zone = Zone::Data;
}
