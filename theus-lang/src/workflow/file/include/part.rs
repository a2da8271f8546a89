//! A fragment at its place in a workflow: what it calls its states, events, processes and paths, and what those are in the program.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::Catalog;
use super::super::outline::{Found, Outline};
use crate::condition::moved_among;
use crate::included::Place;
use crate::signal::EventName;

/// What a fragment calls so, and what that is in the program.
pub(in super::super) struct Part {
    place: Place,
    /// What stands before the names of its states.
    prefix: String,
    /// The events that the signals of its own context raise, as the program has them.
    events: BTreeMap<EventName, EventName>,
}

impl Part {
    pub(super) fn new(place: Place, prefix: String, catalog: &Catalog) -> Self {
        let events = events_at(&place, catalog);
        Self { place, prefix, events }
    }

    /// Where it is in the program.
    pub(super) const fn place(&self) -> &Place {
        &self.place
    }

    /// A path of a layer.
    pub(in super::super) fn path<'w>(&self, written: &'w str) -> Cow<'w, str> {
        self.place.path(written).map_or(Cow::Borrowed(written), Cow::Owned)
    }

    /// A process.
    pub(in super::super) fn process<'w>(&self, written: &'w str) -> Cow<'w, str> {
        self.place.word().map_or(Cow::Borrowed(written), |word| Cow::Owned(format!("{word}.{written}")))
    }

    /// An event.
    pub(in super::super) fn event(&self, written: EventName) -> EventName {
        self.events.get(&written).cloned().unwrap_or(written)
    }

    /// A state: one of the fragment, whatever others are called.
    pub(in super::super) fn state(&self, written: &str, outline: &Outline<'_>) -> String {
        let own = format!("{}.{written}", self.prefix);
        if let Found::One(_) = outline.find(&own) {
            return own;
        }
        // One inside another of them: each of the names is of the fragment.
        let each: Vec<String> = written.split('.').map(|name| format!("{}.{name}", self.prefix)).collect();
        match outline.find(&each.join(".")) {
            Found::One(id) => outline.state(id).map_or(own, |state| state.called.clone().into_owned()),
            _ => own,
        }
    }

    /// What the fragment calls a state of the program, where it is one of its own.
    pub(in super::super) fn written<'n>(&self, called: &'n str) -> Option<&'n str> {
        called.strip_prefix(self.prefix.as_str())?.strip_prefix('.')
    }

    /// An expression.
    pub(in super::super) fn expression<'w>(&self, written: &'w str, outline: &Outline<'_>) -> Cow<'w, str> {
        let moved = moved_among(written, |layer| self.place.layer(layer), |name| self.state(name, outline));
        moved.map_or(Cow::Borrowed(written), Cow::Owned)
    }
}

/// The events of signals in a part of the domain, by what they are called in its own context.
fn events_at(place: &Place, catalog: &Catalog) -> BTreeMap<EventName, EventName> {
    let Some(word) = place.word() else { return BTreeMap::new() };
    let names: Vec<&str> = word.split('.').collect();
    let Some(schema) = catalog.domain.resolve(&names).ok().and_then(|found| found.field.nested.as_ref()) else {
        return BTreeMap::new();
    };
    let whole: BTreeMap<String, EventName> = catalog.signals().into_iter().collect();
    let of_program = |path: &str| whole.get(&format!("{word}.{path}")).cloned();
    let own = schema.paths().into_iter();
    own.filter_map(|field| Some((field.event?, of_program(&field.path)?))).filter(|(own, there)| own != there).collect()
}
