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
