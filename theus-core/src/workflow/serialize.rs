//! A definition written out, in the form in which it is read.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::definition::{Definition, Handler, State, Step};

/// Writes a workflow file: loading it again gives an equal definition, warnings aside.
impl Serialize for Definition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", self.name())?;
        if let Some(description) = self.description() {
            map.serialize_entry("description", description)?;
        }
        map.serialize_entry("initial", self.state(self.initial()).map_or("", super::State::name))?;
        if !self.external().is_empty() {
            map.serialize_entry("external", self.external())?;
        }
        map.serialize_entry("states", &States(self))?;
        map.end()
    }
}

struct States<'a>(&'a Definition);

impl Serialize for States<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let states = self.0.states();
        serializer.collect_map(states.iter().map(|state| (state.name(), Body { definition: self.0, state })))
    }
}

struct Body<'a> {
    definition: &'a Definition,
    state: &'a State,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(description) = self.state.description() {
            map.serialize_entry("description", description)?;
        }
        if !self.state.entry().is_empty() {
            map.serialize_entry("entry", self.state.entry())?;
        }
        if !self.state.is_final() {
            map.serialize_entry("events", &Events { definition: self.definition, handlers: self.state.events() })?;
        }
        map.end()
    }
}

struct Events<'a> {
    definition: &'a Definition,
    handlers: &'a [Handler],
}

impl Serialize for Events<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let target = |handler: &Handler| self.definition.state(handler.target()).map_or("", super::State::name);
        serializer.collect_map(self.handlers.iter().map(|handler| (handler.written(), target(handler))))
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.process())
    }
}
