//! The entries of a journal, read some at a time, and held against the chain.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use super::{Journal, JournalError};
use crate::store::{ChainHash, JournalEntry};

/// How many entries are read at once.
const PAGE: usize = 256;
/// So many pages are read before they are looked at.
const AHEAD: usize = 4;

/// From the first entry on.
#[derive(Clone, Copy)]
pub(super) struct Pages<'a> {
    journal: &'a Journal,
    /// The last entry that was read, and the chain until there.
    step: u64,
    chain: ChainHash,
}

/// Some entries, in order.
struct Page {
    /// Each of them follows the one before.
    entries: Vec<JournalEntry>,
    /// What comes behind them.
    then: Then,
}

enum Then {
    /// Perhaps more.
    More,
    /// Nothing.
    End,
    /// Something that is not what was written, or cannot be read.
    Wrong(JournalError),
}

impl<'a> Pages<'a> {
    pub(super) fn of(journal: &'a Journal) -> Self {
        Self { journal, step: journal.base.step, chain: journal.base.chain }
    }

    fn next(&mut self) -> Page {
        let mut entries = match self.journal.entries(self.step + 1, PAGE) {
            Ok(entries) => entries,
            Err(error) => return Page { entries: Vec::new(), then: Then::Wrong(error) },
        };
        if entries.is_empty() {
            return Page { entries, then: Then::End };
        }
        for (place, entry) in entries.iter().enumerate() {
            let follows = self.step + 1;
            let reason = if entry.step == follows {
                self.chain = self.chain.after(entry);
                (self.chain != entry.chain)
                    .then(|| "what is stored of it is not what was written: its hash is another".to_owned())
            } else {
                Some(format!("step {} follows step {}", entry.step, self.step))
            };
            if let Some(reason) = reason {
                let session = self.journal.session.to_string();
                entries.truncate(place);
                return Page { entries, then: Then::Wrong(JournalError::Damaged { session, step: follows, reason }) };
            }
            self.step = entry.step;
        }
        Page { entries, then: Then::More }
    }

    /// Shows each entry behind this step to who looks, until he says that it is enough. Returns the last one that was shown.
    pub(super) fn show(
        mut self,
        mut step: u64,
        mut look: impl FnMut(&JournalEntry) -> Result<bool, JournalError>,
    ) -> Result<u64, JournalError> {
        loop {
            let page = self.next();
            let is_last = page.is_last();
            if !page.show(&mut step, &mut look)? || is_last {
                return Ok(step);
            }
        }
    }

    /// The same, for who takes as long to look as it takes to read: a thread of its own reads ahead of him.
    pub(super) fn show_ahead(
        mut self,
        mut step: u64,
        mut look: impl FnMut(&JournalEntry) -> Result<bool, JournalError>,
    ) -> Result<u64, JournalError> {
        let page = self.next();
        let (is_last, is_short) = (page.is_last(), page.entries.len() < PAGE);
        if !page.show(&mut step, &mut look)? || is_last {
            return Ok(step);
        }
        // There is nothing behind it, or next to nothing.
        if is_short {
            return self.show(step, look);
        }
        thread::scope(|scope| {
            let (sender, pages) = sync_channel(AHEAD);
            let reader = thread::Builder::new().name("theus-journal".to_owned());
            if reader.spawn_scoped(scope, move || self.send(&sender)).is_err() {
                return self.show(step, look);
            }
            for page in pages {
                if !page.show(&mut step, &mut look)? {
                    break;
                }
            }
            Ok(step)
        })
    }

    /// All pages, until nobody wants more.
    fn send(mut self, to: &SyncSender<Page>) {
        loop {
            let page = self.next();
            let is_last = page.is_last();
            if to.send(page).is_err() || is_last {
                return;
            }
        }
    }
}

impl Page {
    const fn is_last(&self) -> bool {
        !matches!(self.then, Then::More)
    }

    /// Shows its entries, and what is wrong behind them; false where that was enough.
    fn show(
        self,
        step: &mut u64,
        look: &mut impl FnMut(&JournalEntry) -> Result<bool, JournalError>,
    ) -> Result<bool, JournalError> {
        for entry in &self.entries {
            *step = entry.step;
            if !look(entry)? {
                return Ok(false);
            }
        }
        match self.then {
            Then::Wrong(error) => Err(error),
            Then::More | Then::End => Ok(true),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::sync::Arc;

    use super::super::Source;
    use super::*;
    use crate::store::{Base, StoreError};

    /// So many entries that follow each other.
    fn entries(count: u64) -> Vec<JournalEntry> {
        let mut chain = ChainHash::default();
        let entry = |step| {
            let entry = JournalEntry {
                step,
                version: step,
                process: "add".to_owned(),
                command: step.to_be_bytes().to_vec(),
                parts: Vec::new(),
                raised: Vec::new(),
                at: step,
                chain,
                schema: None,
                answers: None,
                code: None,
            };
            chain = chain.after(&entry);
            JournalEntry { chain, ..entry }
        };
        (1..=count).map(entry).collect()
    }

    fn journal(entries: Vec<JournalEntry>) -> Journal {
        Journal { source: Source::Lines(entries.into()), session: "main".into(), base: Arc::new(Base::default()) }
    }

    /// What is shown, until who looks has enough or fails, and what is said at the end: the same by one thread and by two.
    fn shown(journal: &Journal, enough: u64, fails: u64) -> (Vec<u64>, Result<u64, JournalError>) {
        let by = |ahead: bool| {
            let mut steps = Vec::new();
            let look = |entry: &JournalEntry| {
                steps.push(entry.step);
                if entry.step == fails { Err(StoreError::NoStore.into()) } else { Ok(entry.step < enough) }
            };
            let pages = Pages::of(journal);
            let told = if ahead { pages.show_ahead(0, look) } else { pages.show(0, look) };
            (steps, told)
        };
        let (one, two) = (by(false), by(true));
        assert_eq!(one, two);
        one
    }

    const LENGTHS: [u64; 7] = [0, 1, 255, 256, 257, 512, 2_500];

    #[test]
    fn every_entry_is_shown_once_and_in_order_until_that_is_enough() {
        for length in LENGTHS {
            let journal = journal(entries(length));
            for enough in [1, 256, 257, 1_000, u64::MAX] {
                let last = length.min(enough);
                assert_eq!(shown(&journal, enough, u64::MAX), ((1..=last).collect(), Ok(last)), "{length}, {enough}");
            }
            for fails in [1, 256, 300, 1_500].into_iter().filter(|fails| *fails <= length) {
                let (steps, told) = shown(&journal, u64::MAX, fails);
                assert!(steps.len() as u64 == fails && told == Err(StoreError::NoStore.into()), "{length}, {fails}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_told_where_it_is_and_not_where_it_was_enough_before() {
        for place in [0, 1, 255, 256, 300, 2_000] {
            let mut wrong = entries(2_500);
            wrong[place].command.push(1);
            let mut missing = entries(2_500);
            missing.remove(place);
            for journal in [journal(wrong), journal(missing)] {
                let at = place as u64 + 1;
                let (steps, told) = shown(&journal, u64::MAX, u64::MAX);
                assert_eq!(steps, (1..at).collect::<Vec<_>>());
                assert!(matches!(told, Err(JournalError::Damaged { step, .. }) if step == at), "{told:?}");
                if place > 0 {
                    assert_eq!(shown(&journal, place as u64, u64::MAX).1, Ok(place as u64));
                }
            }
        }
    }
}
