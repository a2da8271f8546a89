//! Writes that no engine makes.

use std::sync::mpsc;

use theus_core::store::{ChainHash, Committed, JournalEntry, Part, SessionState, Store, StoreError, Write};

pub fn write(store: &dyn Store, write: Write) -> Result<Committed, StoreError> {
    let (tell, told) = mpsc::channel();
    store.submit(write, Box::new(move |answer| tell.send(answer).unwrap()));
    told.recv().unwrap()
}

/// What goes on from a state.
pub fn next(session: &str, state: &SessionState, parts: Vec<Part>) -> Write {
    let step = state.step + 1;
    let mut entry = JournalEntry {
        step,
        version: state.version + 1,
        process: "book".to_owned(),
        command: vec![1, 2, 3],
        chain: ChainHash::default(),
        parts,
        raised: Vec::new(),
        at: 7,
        schema: None,
        answers: None,
        code: None,
    };
    entry.chain = state.chain.after(&entry);
    Write { session: session.into(), expected: state.step, entry: Some(entry), ..Write::default() }
}
