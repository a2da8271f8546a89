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

/// The zone of one field of a mirror, as contracts look it up when they are compiled.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ZoneEntry {
    /// The field's name.
    pub name: &'static str,
    /// Its zone.
    pub zone: Zone,
    /// The fields of a nested context.
    pub nested: &'static [ZoneEntry],
}

/// The zone of the field at a path of names joined by dots. A path that leads nowhere is refused by the guard, so what is
/// said of it does not matter.
#[doc(hidden)]
#[must_use]
pub const fn zone_at(entries: &[ZoneEntry], path: &str) -> Zone {
    let bytes = path.as_bytes();
    let mut entries = entries;
    let mut start = 0;
    let mut zone = Zone::Data;
    while start < bytes.len() {
        let mut end = start;
        while end < bytes.len() && bytes[end] != b'.' {
            end += 1;
        }
        let mut found: &[ZoneEntry] = &[];
        let mut at = 0;
        while at < entries.len() {
            if is_name(entries[at].name.as_bytes(), bytes, start, end) {
                zone = entries[at].zone;
                found = entries[at].nested;
            }
            at += 1;
        }
        entries = found;
        start = end + 1;
    }
    zone
}

const fn is_name(name: &[u8], path: &[u8], start: usize, end: usize) -> bool {
    if name.len() != end - start {
        return false;
    }
    let mut at = 0;
    while at < name.len() {
        if name[at] != path[start + at] {
            return false;
        }
        at += 1;
    }
    true
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

#[cfg(test)]
mod tests {
    use super::*;

    const MOTOR: &[ZoneEntry] = &[ZoneEntry { name: "sig_stop", zone: Zone::Signal, nested: &[] }];
    const ENTRIES: &[ZoneEntry] = &[
        ZoneEntry { name: "a", zone: Zone::Data, nested: &[] },
        ZoneEntry { name: "ab", zone: Zone::Meta, nested: &[] },
        ZoneEntry { name: "motor", zone: Zone::Data, nested: MOTOR },
    ];

    #[test]
    fn a_path_is_looked_up_by_whole_names() {
        const FOUND: Zone = zone_at(ENTRIES, "motor.sig_stop");
        assert_eq!(FOUND, Zone::Signal);
        assert_eq!(zone_at(ENTRIES, "a"), Zone::Data);
        assert_eq!(zone_at(ENTRIES, "ab"), Zone::Meta);
        assert_eq!(zone_at(ENTRIES, "motor"), Zone::Data);
        assert_eq!(zone_at(MOTOR, "sig_stop"), Zone::Signal);
    }
}
