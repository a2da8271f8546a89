//! Documents that are put into another one.

use super::document::Document;
use super::mapping::Mapping;
use super::tree::{NodeId, Tree};
use super::value::Value;

/// A document into which parts of others are put, before anybody reads it: whoever does sees one document, and each node knows
/// in which of them it stands, in the order in which they were [added](Self::add).
pub(crate) struct Graft {
    tree: Tree,
}

/// A node of a document that is being put together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot(NodeId);

impl Graft {
    /// One that is this document so far, and the slot of its root.
    pub(crate) fn of(document: &Document) -> (Self, Slot) {
        (Self { tree: document.tree().clone() }, Slot(0))
    }

    /// Adds a document, of which nothing is in the whole yet; gives its root.
    pub(crate) fn add(&mut self, document: &Document) -> Slot {
        Slot(self.tree.append(document.tree()))
    }

    /// The value under a key, where it stands there and not behind an alias.
    pub(crate) fn key(&self, of: Slot, key: &str) -> Option<Slot> {
        self.tree.entry(of.0, key).map(|(_, value)| Slot(value))
    }

    /// The nodes of a key and its value; behind an alias, the alias.
    fn entry(&self, of: Slot, key: &str) -> (NodeId, NodeId) {
        self.tree.entry(of.0, key).unwrap_or((of.0, of.0))
    }

    /// Gives the map `to` the entries of another one behind its own, but those keys of both that `leaves_out` says; gives its value.
    /// Where the other has a key of it too, it has that no longer.
    pub(crate) fn put(
        &mut self,
        (to, own): (Slot, &Mapping),
        (from, other): (Slot, &Mapping),
        leaves_out: impl Fn(&str) -> bool,
    ) -> Value {
        let taken = |key: &Value| key.as_str().is_some_and(|key| !leaves_out(key) && other.contains_key(key));
        let own = own.iter().filter(|(key, _)| !taken(key)).map(|entry| (to, entry));
        let other = other.iter().filter(|(key, _)| !key.as_str().is_some_and(&leaves_out)).map(|entry| (from, entry));
        let (mut entries, mut nodes) = (Vec::new(), Vec::new());
        for (slot, (key, value)) in own.chain(other) {
            nodes.push(match key {
                Value::Text(key) => self.entry(slot, key),
                Value::Bool(key) => self.entry(slot, &key.to_string()),
                Value::Number(key) => self.entry(slot, &key.to_string()),
                _ => self.entry(slot, "null"),
            });
            entries.push((key.clone(), value.clone()));
        }
        let (map, _) = Mapping::new(entries);
        self.tree.refill(to.0, map.clone(), &nodes);
        Value::Mapping(map)
    }

    /// Calls the keys of a map as this one does, which has as many; one behind an alias has no keys of its own.
    pub(crate) fn rename(&mut self, of: Slot, map: &Mapping) {
        self.tree.rename(of.0, map);
    }

    /// The whole, read as this document with that value.
    pub(crate) fn done(self, document: &Document, root: Value) -> Document {
        Document::of_parts(document.file().clone(), root, self.tree)
    }
}
