//! Where the events of a workflow can come from.

use std::collections::{BTreeMap, BTreeSet};

use super::foreign;
use crate::signal::{EventName, EventNameError};
use crate::source::nearest;

/// Shorter names are all near to each other: they suggest nothing.
const SHORTEST_NEAR: usize = 3;

/// How many events from outside a suggestion is looked for among: a file may list any number of them.
const MOST_COMPARED: usize = 64;

/// Every event that something can raise.
pub(crate) struct Sources<'a> {
    /// Raised by the program: few, whatever the file says.
    raised: BTreeSet<EventName>,
    /// Listed in the file.
    external: BTreeSet<EventName>,
    /// Signals that have the name of an event of the runtime.
    clashing: BTreeMap<EventName, &'a str>,
}

/// What is known of where an event comes from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Source<'a> {
    /// Something raises it.
    Known,
    /// The runtime tells it, and this signal would raise it too.
    Clash(&'a str),
    /// Nothing raises it, but this one, which is like it, is raised.
    Near(EventName),
    /// The same, and the one that is like it is handled beside it.
    Beside(EventName),
    /// Nothing raises it.
    Unknown,
}

impl<'a> Sources<'a> {
    /// The events of the runtime and of the domain's signals.
    pub(crate) fn new(signals: &'a [(String, EventName)]) -> Self {
        let mut raised = BTreeSet::from([EventName::CHAIN_DONE, EventName::CHAIN_FAIL, EventName::COMPENSATION_FAIL]);
        let mut clashing = BTreeMap::new();
        for (field, event) in signals {
            if event.is_builtin() {
                clashing.insert(event.clone(), field.as_str());
            } else {
                raised.insert(event.clone());
            }
        }
        Self { raised, external: BTreeSet::new(), clashing }
    }

    /// Adds an event from outside.
    pub(crate) fn add_external(&mut self, event: EventName) {
        self.external.insert(event);
    }

    /// Where an event comes from. One that is handled beside it is never what was meant: then both are wanted.
    pub(crate) fn of(&self, event: &EventName, beside: &BTreeMap<EventName, &str>) -> Source<'a> {
        if let Some(field) = self.clashing.get(event) {
            return Source::Clash(field);
        }
        if self.is_known(event) {
            return Source::Known;
        }
        match self.near(event) {
            Some(near) if beside.contains_key(&near) => Source::Beside(near),
            Some(near) => Source::Near(near),
            None => Source::Unknown,
        }
    }

    fn is_known(&self, event: &EventName) -> bool {
        self.raised.contains(event) || self.external.contains(event)
    }

    fn compared(&self) -> impl Iterator<Item = &EventName> {
        self.raised.iter().chain(self.external.iter().take(MOST_COMPARED))
    }

    /// The known event that was probably meant: the same word under another prefix, or a word like it.
    fn near(&self, event: &EventName) -> Option<EventName> {
        let twin = event.with_other_kind();
        if self.is_known(&twin) {
            return Some(twin);
        }
        if event.stem().len() < SHORTEST_NEAR {
            return None;
        }
        // Words without their prefixes: `CMD_START` and `CMD_STOP` are no nearer for beginning alike.
        let alike = || self.compared().filter(|known| known.is_command() == event.is_command());
        // Words that differ in their numbers only are meant to differ.
        let differs = |known: &&str| without_digits(known) != without_digits(event.stem());
        let word = nearest(event.stem(), alike().map(EventName::stem).filter(differs))?;
        alike().find(|known| known.stem() == word).cloned()
    }

    /// What to write in place of a text that is not the name of an event.
    pub(crate) fn correction(&self, written: &str, error: &EventNameError) -> String {
        if let Some(ours) = foreign::event(written) {
            return ours;
        }
        let names: Vec<String> = self.compared().map(|known| known.spelled_like(written)).collect();
        let same_word = || self.compared().find(|known| known.stem().eq_ignore_ascii_case(written));
        error
            .suggestion()
            .or_else(|| same_word().map(|known| known.spelled_like(written)))
            .or_else(|| nearest(written, names.iter().map(String::as_str)).map(str::to_owned))
            .map_or_else(
                || "write `CMD_X`, `EVT_X` or `SIG_X`: a prefix, then capitals, digits and underscores".to_owned(),
                |name| format!("did you mean `{name}`?"),
            )
    }
}

fn without_digits(word: &str) -> String {
    word.chars().filter(|c| !c.is_ascii_digit()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn source(signals: &[&'static str], event: &str, beside: &[&str]) -> String {
        let signals: Vec<_> =
            signals.iter().map(|&field| (field.to_owned(), EventName::from_signal_field(field))).collect();
        let sources = Sources::new(&signals);
        let beside = beside.iter().map(|&name| (EventName::parse(name).unwrap(), name)).collect();
        format!("{:?}", sources.of(&EventName::parse(event).unwrap(), &beside))
    }

    #[test]
    fn signals_and_the_runtime_raise_events() {
        assert_eq!(source(&["machine.sig_hot"], "EVT_HOT", &[]), "Known");
        assert_eq!(source(&["cmd_go"], "CMD_GO", &[]), "Known");
        assert_eq!(source(&[], "SIG_CHAIN_DONE", &[]), "Known");
        assert_eq!(source(&["sig_chain_done"], "EVT_CHAIN_DONE", &[]), "Clash(\"sig_chain_done\")");
    }

    #[test]
    fn a_misspelt_word_or_another_prefix_is_near() {
        assert_eq!(source(&["sig_overheat"], "EVT_OVERHEET", &[]), "Near(EVT_OVERHEAT)");
        assert_eq!(source(&["sig_stop"], "CMD_STOP", &[]), "Near(EVT_STOP)");
        assert_eq!(source(&[], "EVT_CHAIN_DON", &[]), "Near(EVT_CHAIN_DONE)");
    }

    #[test]
    fn what_only_shares_the_prefix_is_not_near_nor_is_what_is_handled_beside_it() {
        assert_eq!(source(&["cmd_stop"], "CMD_START", &[]), "Unknown");
        assert_eq!(source(&["sig_on"], "EVT_NO", &[]), "Unknown");
        assert_eq!(source(&["sig_stop"], "CMD_STOP", &["SIG_STOP"]), "Beside(EVT_STOP)");
        assert_eq!(source(&["sig_door_1"], "EVT_DOOR_2", &["EVT_DOOR_1", "EVT_DOOR_2"]), "Unknown");
        assert_eq!(source(&["sig_door_1"], "EVT_DOOR_2", &[]), "Unknown", "numbers are no slips");
        assert_eq!(source(&["sig_door_1"], "EVT_DOR_1", &[]), "Near(EVT_DOOR_1)");
    }
}
