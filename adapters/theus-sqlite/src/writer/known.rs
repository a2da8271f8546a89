//! Rows of sessions that were written or read a short while ago: a commit that goes on from one of them reads nothing.
//!
//! What is known may be out of date, as another program writes too: it is used only where step, chain and seal are still those of the
//! row, which the statement that writes asks.

use std::collections::HashMap;
use std::mem;

use crate::rows::session::Session;

/// How many bytes each of the two generations has.
const GENERATION: usize = 8 << 20;

/// Two generations: what is not asked for while the younger one fills is forgotten.
#[derive(Default)]
pub(super) struct Known {
    young: HashMap<Box<str>, Session>,
    old: HashMap<Box<str>, Session>,
    size: usize,
}

impl Known {
    /// Takes it out: who has used it up brings it back as it is then.
    pub(super) fn take(&mut self, session: &str) -> Option<(Box<str>, Session)> {
        if let Some((name, row)) = self.young.remove_entry(session) {
            self.size = self.size.saturating_sub(size(&name, &row));
            return Some((name, row));
        }
        self.old.remove_entry(session)
    }

    pub(super) fn put(&mut self, name: Box<str>, row: Session) {
        self.size += size(&name, &row);
        if self.size > GENERATION {
            self.old = mem::take(&mut self.young);
            self.size = size(&name, &row);
        }
        if let Some(before) = self.young.insert(name, row) {
            self.size = self.size.saturating_sub(before.size());
        }
    }
}

fn size(name: &str, row: &Session) -> usize {
    name.len() + row.size()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn what_is_not_asked_for_is_forgotten_and_the_rest_is_not() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        crate::schema::prepare(&connection, &crate::failure::Name("the store".into())).unwrap();
        let mut row = Session::insert(&connection, "a", theus_core::store::ChainHash::default()).unwrap();
        row.position = Some("x".repeat(100_000));
        let mut known = Known::default();
        known.put("kept".into(), row.clone());
        for number in 0..400 {
            known.put(format!("s{number}").into(), row.clone());
            let (name, kept) = known.take("kept").unwrap();
            known.put(name, kept);
        }
        assert!(known.take("s0").is_none());
        assert!(known.take("s399").is_some());
        let bytes = |kept: &HashMap<Box<str>, Session>| kept.iter().map(|(name, row)| size(name, row)).sum::<usize>();
        assert_eq!(known.size, bytes(&known.young));
        assert!(bytes(&known.young) <= GENERATION && bytes(&known.old) <= GENERATION);
    }
}
