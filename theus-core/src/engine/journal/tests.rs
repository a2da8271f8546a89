//! The entries of a journal, as they are shown to who looks.

use std::sync::Arc;

use super::{Journal, JournalError, Source};
use crate::store::{Base, ChainHash, JournalEntry, StoreError};

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

/// What is shown, until who looks has enough or fails, and what is said at the end.
fn shown(journal: &Journal, enough: u64, fails: u64) -> (Vec<u64>, Result<u64, JournalError>) {
    let mut steps = Vec::new();
    let told = journal.each(|entry| {
        steps.push(entry.step);
        if entry.step == fails { Err(StoreError::NoStore.into()) } else { Ok(entry.step < enough) }
    });
    (steps, told)
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
