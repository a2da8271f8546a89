//! What the steps of a chain have given, under the names that the file has for that.

use serde_json::Value;

use super::Chain;

/// What a step has given.
pub(in crate::workflow::interpreter) struct Given {
    pub(super) name: String,
    pub(super) value: Value,
    /// How many lists of steps its own is within, itself included: it is known to the end of that.
    pub(super) depth: usize,
}

impl Given {
    /// What the step that is called so has given, of several the last.
    pub(in crate::workflow::interpreter) fn find<'g>(all: &'g [Self], name: &str) -> Option<&'g Value> {
        all.iter().rev().find(|given| given.name == name).map(|given| &given.value)
    }
}

impl Chain {
    /// The step under way has given this.
    pub(in crate::workflow::interpreter) fn give(&mut self, name: &str, value: Value) {
        let depth = self.frames.len();
        self.results.push(Given { name: name.to_owned(), value, depth });
    }

    pub(in crate::workflow::interpreter) fn given(&self) -> &[Given] {
        &self.results
    }

    /// What was given in lists that are left is known no more; with 1 that of the innermost too, which begins again.
    pub(super) fn forget_below(&mut self, lists: usize) {
        if !self.results.is_empty() {
            let known = self.frames.len().saturating_sub(lists);
            self.results.retain(|given| given.depth <= known);
        }
    }
}
