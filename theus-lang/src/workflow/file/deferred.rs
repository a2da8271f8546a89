//! Reading which events a state defers.

use std::collections::BTreeMap;

use super::code;
use super::reading::Reading;
use super::transitions::{ANY, Handled, twice};
use crate::signal::EventName;
use crate::source::{NodePath, Problem, Value};
use crate::workflow::chart::{DONE_OF, Deferred};

const EXPECTED: &str = "the name of an event, or a list of them";

impl<'a> Reading<'a> {
    pub(super) fn deferred(
        &mut self,
        value: &'a Value,
        at: &NodePath,
        of: &str,
        handled: &Handled<'a>,
    ) -> Vec<Deferred> {
        let one = std::slice::from_ref(value);
        let (list, is_list) = match value {
            Value::Null => return Vec::new(),
            Value::Sequence(list) => (&list[..], true),
            _ => (one, false),
        };
        let mut found = Vec::with_capacity(list.len());
        let mut known: BTreeMap<EventName, &'a str> = BTreeMap::new();
        for (index, value) in list.iter().enumerate() {
            let at = if is_list { at.index(index) } else { at.clone() };
            let what = format!("what {of} defers");
            let Some(written) = self.diagnostics.text(value, &at, what, EXPECTED) else { continue };
            if let Some(help) = never_on_the_bus(written) {
                self.no_deferral(at, format!("`{written}` cannot be deferred"), help);
                continue;
            }
            let Some(event) = self.event(written, &at) else { continue };
            if event.is_builtin() {
                let help = "it is of the chain that has ended, and of nobody later: write it among the `events`";
                self.no_deferral(at, format!("`{written}` cannot be deferred: the workflow itself tells it"), help);
                continue;
            }
            if let Some(first) = known.insert(event.clone(), written) {
                self.diagnostics.error(code::TWICE, || twice(at, written, first, &format!("deferred in {of}")));
                continue;
            }
            // Of one that is handled too it is said there.
            if !handled.contains_key(&event) {
                self.source(&event, written, handled, at.clone());
            }
            let place = self.sites.place(&at);
            found.push(Deferred { event, place });
        }
        found
    }

    fn no_deferral(&mut self, at: NodePath, message: String, help: &'static str) {
        self.diagnostics.error(code::DEFERRAL, || Problem::new(at, message).help(help));
    }
}

/// What is no event that comes from the bus.
fn never_on_the_bus(written: &str) -> Option<&'static str> {
    if written == ANY {
        return Some("name the events that are to be kept: `defer: [CMD_X, EVT_Y]`");
    }
    written
        .starts_with(DONE_OF)
        .then_some("the end of a state is told at once, or not at all: write it among the `events`")
}
