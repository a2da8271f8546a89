//! A journal as JSON lines: for a report of a fault, for other programs.

use std::io::{self, BufRead, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Journal, JournalError, Source};
use crate::store::{Base, ChainHash, Field, JournalEntry};

/// The format of the lines.
const FORMAT: u64 = 1;

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    journal: u64,
    session: String,
    step: u64,
    version: u64,
    chain: ChainHash,
    schema: u32,
    fields: Vec<Field>,
}

/// Why a journal is not written as lines, or not read from them.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LinesError {
    /// The journal itself.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The system fails.
    #[error("line {line} of the journal: {error}")]
    Io {
        /// The line, from 1.
        line: u64,
        /// What it says.
        error: io::Error,
    },
    /// A line is not what it should be.
    #[error("line {line} of the journal: {reason}")]
    Line {
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
}

impl Journal {
    /// Writes it as JSON lines: the state that it begins with, and then a line a step. Tells how many steps.
    ///
    /// ```
    /// # use theus_core::engine::Journal;
    /// # use theus_core::prelude::*;
    /// # use theus_core::store::MemoryStore;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Account { balance: i64 }
    /// # #[process(inputs = [domain.balance], outputs = [domain.balance])]
    /// # fn deposit(ctx: Ctx<Account>, amount: i64) { *ctx.domain.balance += amount; }
    /// # let builder = || Engine::builder(Account::default()).process::<Deposit>();
    /// let engine = builder().store(MemoryStore::new()).build()?;
    /// engine.run(Deposit { amount: 5 })?;
    /// let mut report = Vec::new();
    /// engine.journal("main")?.write_lines(&mut report)?;
    ///
    /// // On a desk, far from that store:
    /// let journal = Journal::read_lines(report.as_slice())?;
    /// let desk = builder().store(MemoryStore::new()).build()?;
    /// assert_eq!(journal.at(1)?["balance"], 5);
    /// assert_eq!(desk.replay_of(&journal)?.made, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the journal cannot be read or is damaged, or `to` cannot be written.
    pub fn write_lines(&self, mut to: impl Write) -> Result<u64, LinesError> {
        let Base { step, version, chain, schema, fields } = (*self.base).clone();
        let head = Head { journal: FORMAT, session: self.session.to_string(), step, version, chain, schema, fields };
        let mut line = 1;
        put(&mut to, line, &head)?;
        let mut failed = None;
        let last = self.each(|entry| {
            line += 1;
            failed = put(&mut to, line, entry).err();
            Ok(failed.is_none())
        })?;
        match failed {
            Some(error) => Err(error),
            None => {
                to.flush().map_err(|error| LinesError::Io { line, error })?;
                Ok(last - step)
            }
        }
    }

    /// Reads what [`write_lines`](Self::write_lines) has written. Every step is held against the chain.
    ///
    /// # Errors
    /// The first line that is not what was written.
    pub fn read_lines(from: impl BufRead) -> Result<Self, LinesError> {
        let mut lines = (1..).zip(from.lines()).map(|(line, text)| match text {
            Ok(text) => Ok((line, text)),
            Err(error) => Err(LinesError::Io { line, error }),
        });
        let empty = || LinesError::Line { line: 1, reason: "there is none: it is empty".to_owned() };
        let (line, text) = lines.next().ok_or_else(empty)??;
        let head: Head = get(line, &text)?;
        if head.journal != FORMAT {
            let reason = format!("it has the format {}, and this program knows {FORMAT}", head.journal);
            return Err(LinesError::Line { line, reason });
        }
        let mut entries = Vec::new();
        for line in lines {
            let (line, text) = line?;
            entries.push(get::<JournalEntry>(line, &text)?);
        }
        let Head { session, step, version, chain, schema, fields, .. } = head;
        let base = Base { step, version, chain, schema, fields };
        if step == 0 && ChainHash::of_first(&base.fields) != chain {
            let reason = "the state that it begins with is not what was written: its hash is another".to_owned();
            return Err(LinesError::Line { line: 1, reason });
        }
        let journal =
            Self { source: Source::Lines(entries.into()), session: session.as_str().into(), base: Arc::new(base) };
        journal.verify()?;
        Ok(journal)
    }
}

fn put(to: &mut impl Write, line: u64, what: &impl Serialize) -> Result<(), LinesError> {
    let mut text = serde_json::to_vec(what)
        .map_err(|error| LinesError::Line { line, reason: format!("it cannot be written: {error}") })?;
    text.push(b'\n');
    to.write_all(&text).map_err(|error| LinesError::Io { line, error })
}

fn get<'de, T: Deserialize<'de>>(line: u64, text: &'de str) -> Result<T, LinesError> {
    serde_json::from_str(text).map_err(|error| LinesError::Line { line, reason: error.to_string() })
}
