//! Stage 7 of a session that a store keeps: what is proposed is in the store before it is the committed state.
//!
//! Three parts, with the session held throughout: [`prepare`](Prepared) makes what is to be written of the proposed state, the
//! store writes it, and only then cells, version and events follow. Where the store refuses, the drafts are discarded.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::super::durable::{DurableSession, Riding, nanos, stored};
use super::super::step::gave;
use super::super::turn::Turn;
use super::drafts::Drafts;
use super::replay::parts;
use super::run::{By, CoreOf, ErrorOf, Run, StateOf};
use crate::audit::Level;
use crate::process::{Process, RunError};
use crate::signal::Event;
use crate::store::{
    ChainHash, CodePrint, JournalEntry, Settled, StoreError, StoredAnswer, StoredEvent, Write, called, encode, name_of,
};
use crate::transaction::Exchanged;

/// How often it is asked what has become of a commit that got no answer, and how long it waits after the first time; twice as
/// long after each.
const ASKED: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(5);

/// What is to be written, made of the state as it will be.
struct Prepared {
    version: Option<u64>,
    events: Vec<Event>,
    number: u64,
    riding: Option<Riding>,
    write: Write,
}

/// What tells a commit from every other one: another program can make the same step of the same command, and so the same chain,
/// but not at the same time.
#[derive(Clone, Copy)]
struct Commit {
    step: u64,
    chain: ChainHash,
    at: u64,
}

impl Commit {
    const fn of(entry: &JournalEntry) -> Self {
        Self { step: entry.step, chain: entry.chain, at: entry.at }
    }

    fn is(self, made: &JournalEntry) -> bool {
        (made.step, made.chain, made.at) == (self.step, self.chain, self.at)
    }
}

impl<P: Process> Run<'_, P> {
    /// The first thing that is done with a session that a store keeps.
    pub(super) fn begin_stored(&mut self, state: &mut StateOf<P>, command: Option<&P>) -> Result<(), ErrorOf<P>> {
        let Some(durable) = &self.core.durable else { return Ok(()) };
        if let Some(why) = durable.lost() {
            self.core.reload(durable, state, why).map_err(RunError::Store)?;
        }
        if const { !P::CONTRACT.effects.is_empty() } && durable.take_lease().map_err(RunError::Store)? {
            self.core.catch_up(durable, state).map_err(RunError::Store)?;
            durable.has_looked();
        }
        self.note_command(command)
    }

    /// The command as the journal keeps it: taken before the body uses it up.
    fn note_command(&mut self, command: Option<&P>) -> Result<(), ErrorOf<P>> {
        if self.core.durable.is_none() || !(Self::WRITES || Self::SENDS) || self.kept.command.is_some() {
            return Ok(());
        }
        let Some(command) = command else { return Ok(()) };
        match encode(command) {
            Ok(bytes) => {
                self.kept.command = Some(bytes.into());
                Ok(())
            }
            Err(error) => Err(RunError::Store(StoreError::Encode {
                path: format!("the command of {}", P::CONTRACT.process),
                error,
            })),
        }
    }

    /// What the audit has found of a run that does not commit is in the store before its caller hears of it.
    ///
    /// Of a workflow's own run it goes with where that leads the workflow, in one write, which comes before anybody is told: killed
    /// between two, it would be judged again, and counted twice. What stops the engine does not wait for that.
    pub(super) fn store_refusal(&self, durable: &DurableSession, error: ErrorOf<P>) -> ErrorOf<P> {
        let is_workflows = matches!(self.by, By::Workflow { .. }) && durable.has_workflow();
        if is_workflows && !matches!(&error, RunError::Interlocked(error) if error.level() == Level::S) {
            return error;
        }
        let (auditor, session) = (&self.core.shared.auditor, &self.core.audit);
        let counted = session.take_unsaved();
        if !counted && !auditor.has_unsaved() {
            return error;
        }
        let write = Write {
            session: Arc::clone(&durable.name),
            expected: durable.step().0,
            counts: counted.then(|| auditor.stored_counts(session)),
            ..Write::default()
        };
        match durable.store.write(auditor, write) {
            Ok(()) => error,
            Err(failed) => {
                if counted {
                    session.put_unsaved();
                }
                crate::panics::tell(|| {
                    tracing::error!(target: "theus::store", session = %durable.name, %failed, refused = %P::CONTRACT.process,
                        "what the audit found is not stored yet");
                });
                if error.violations().is_empty() { error } else { RunError::Store(failed) }
            }
        }
    }
}

impl<P: Process> Run<'_, P> {
    /// The version that was committed; none where the process writes nothing.
    pub(super) fn commit_durably(
        &mut self,
        durable: &DurableSession,
        drafts: &mut Drafts<'_, P>,
        output: &P::Output,
    ) -> Result<Option<u64>, ErrorOf<P>> {
        let prepared = self.prepare(durable, drafts, output)?;
        let Some(Prepared { version, events, number, riding, write }) = prepared else { return Ok(None) };
        let (auditor, session) = (&self.core.shared.auditor, &self.core.audit);
        let commit = write.entry.as_ref().map(Commit::of);
        let counted = write.counts.is_some();
        let last_message = write.messages.last().map(|message| message.number);
        let answer = match durable.store.write(auditor, write) {
            Err(StoreError::InDoubt { store, session, step, reason }) => {
                let doubt = StoreError::InDoubt { store, session, step, reason };
                resolve(durable, commit, doubt)
            }
            answer => answer,
        };
        if let Err(error) = answer {
            if counted {
                session.put_unsaved();
            }
            match error {
                StoreError::InDoubt { .. } | StoreError::Conflict { .. } => {
                    durable.is_lost(error.clone());
                    durable.lease_is_doubted();
                }
                StoreError::Leased { .. } => {
                    durable.is_lost(error.clone());
                    durable.lease_is_lost();
                }
                _ => {}
            }
            return Err(RunError::Store(error));
        }
        if let Some(riding) = riding {
            durable.has_stored(riding);
        }
        // One that only sends is a step too.
        if let Some(Commit { step, chain, .. }) = commit {
            durable.goes_on_at(step, chain);
        }
        if let Some(number) = last_message {
            durable.has_sent(number);
        }
        let Some(version) = version else { return Ok(None) };
        drafts.commit(version);
        if !events.is_empty() {
            match self.by {
                By::Anyone => self.core.bus.bring_stored(events, number),
                By::Workflow { .. } => {
                    let urgent = |event: Event| (self.core.bus.is_urgent(&event.name), event);
                    let events = events.into_iter().map(urgent).map(|(urgent, event)| (event, urgent)).collect();
                    self.core.bus.raise_stored(events, number);
                }
            }
        }
        drafts.tell_change();
        Ok(Some(version))
    }

    /// None where there is nothing to write: a run that only looks, which no workflow waits for.
    fn prepare(
        &mut self,
        durable: &DurableSession,
        drafts: &mut Drafts<'_, P>,
        output: &P::Output,
    ) -> Result<Option<Prepared>, ErrorOf<P>> {
        let version = drafts.version().wrapping_add(1);
        let events = if Run::<P>::RAISES_SIGNALS { self.events(drafts, version)? } else { Vec::new() };
        self.refuse_if_closed(self.attempts)?;
        let (step, chain) = durable.step();
        let (internal, settled) = match self.by {
            By::Anyone => (false, None),
            By::Workflow { step } => {
                let version = if Run::<P>::WRITES { version } else { drafts.version() };
                let settled = step.map(|turn: Turn| {
                    let gave = if turn.wants { gave::<P>(output) } else { None };
                    Settled { branch: turn.branch, version, gave }
                });
                (true, settled)
            }
        };
        // Where the workflow stands goes along: what it has come to may follow from a state that is no more after this commit.
        let is_step = settled.is_some();
        let riding = match settled {
            Some(settled) => durable.riding_with(settled),
            None => durable.riding(),
        };
        let Exchanged { sent, answers, .. } = std::mem::take(&mut self.kept.exchanged);
        let sent = sent.0.map_err(|error| {
            RunError::Store(StoreError::Encode { path: format!("what {} sends", P::CONTRACT.process), error })
        })?;
        let is_entry = Self::WRITES || !sent.is_empty();
        if !is_entry && self.kept.once.is_none() && (!is_step || riding.is_none()) {
            return Ok(None);
        }
        let at = nanos(self.core.shared.auditor.now());
        let answer = self.answer(if is_entry { step + 1 } else { 0 }, at, output)?;
        self.core
            .bus
            .has_room(events.len(), internal)
            .map_err(|full| RunError::BusFull { process: P::CONTRACT.process, capacity: full.capacity })?;
        let parts = parts::<P>(self.core, &drafts.fields)?;
        let number = if events.is_empty() { 0 } else { durable.numbers(events.len()) };
        let came = if events.is_empty() || internal { None } else { self.core.bus.arrival_date(at) };
        let raised: Vec<StoredEvent> = (number..)
            .zip(&events)
            .map(|(number, event)| stored(event, number, self.core.bus.is_urgent(&event.name), internal))
            .map(|event| StoredEvent { came, ..event })
            .collect();
        let command = self.kept.command.as_deref().unwrap_or_default();
        let version = if Self::WRITES { version } else { drafts.version() };
        let entry = is_entry.then(|| JournalEntry {
            step: step + 1,
            version,
            process: P::CONTRACT.process.to_owned(),
            command: command.to_vec(),
            chain,
            parts,
            raised: raised.iter().map(|event| event.name.clone()).collect(),
            at,
            schema: None,
            answers,
            code: code::<P>(self.core),
        });
        let entry = entry.map(|entry| JournalEntry { chain: chain.after(&entry), ..entry });
        let (auditor, session) = (&self.core.shared.auditor, &self.core.audit);
        let counts = session.take_unsaved().then(|| auditor.stored_counts(session));
        let write = Write {
            session: Arc::clone(&durable.name),
            expected: step,
            first: None,
            entry,
            place: riding.as_ref().map(|riding| riding.place.clone()),
            raised,
            taken: riding.as_ref().map(|riding| riding.taken.clone()).unwrap_or_default(),
            counts,
            answer,
            messages: durable.messages(step + 1, sent),
            lease: durable.lease(),
            ..Write::default()
        };
        Ok(Some(Prepared { version: Run::<P>::WRITES.then_some(version), events, number, riding, write }))
    }
}

/// The code that makes the step.
fn code<P: Process>(core: &CoreOf<P>) -> Option<CodePrint> {
    let durable = core.shared.durable.as_ref()?;
    durable.code.get(core.shared.registry.get::<P>()?.place).copied()
}

impl<P: Process> Run<'_, P> {
    /// What is kept under the key, where the run has one. The output writes itself: code of a user's type.
    fn answer(&self, step: u64, at: u64, output: &P::Output) -> Result<Option<StoredAnswer>, ErrorOf<P>> {
        let Some(once) = self.kept.once else { return Ok(None) };
        let gave = (once.encode)(output).map_err(|error| {
            RunError::Store(StoreError::Encode { path: format!("what {} gives", P::CONTRACT.process), error })
        })?;
        Ok(Some(StoredAnswer { key: once.key.clone(), step, asked: once.asked.clone(), gave, at }))
    }
}

/// Asks the store what has become of a commit that it did not answer for.
fn resolve(durable: &DurableSession, commit: Option<Commit>, doubt: StoreError) -> Result<(), StoreError> {
    let ask = &durable.store.store;
    let unavailable = |reason: &str| Err(StoreError::Unavailable { store: name_of(&**ask), reason: reason.to_owned() });
    let mut wait = FIRST_WAIT;
    for _ in 0..ASKED {
        if let Ok(Some(stored)) = called(&**ask, |store| store.load(&durable.name)) {
            // A position that was written, or not: it is written again.
            let Some(commit) = commit else { return unavailable("a position got no answer") };
            if stored.step + 1 == commit.step {
                return unavailable("a commit got no answer, and was not done");
            }
            // Somebody has made the step, and others may have gone on from it: whose it is, the journal says.
            match called(&**ask, |store| store.journal(&durable.name, commit.step, 1)).as_deref() {
                Ok([made]) if commit.is(made) => return Ok(()),
                // It is not in the journal any more, and nobody knows.
                Ok(made) if stored.step >= commit.step && made.iter().all(|made| made.step != commit.step) => {
                    return Err(doubt);
                }
                Ok(_) => {
                    let (session, found) = (durable.name.to_string(), stored.step);
                    return Err(StoreError::Conflict { session, expected: commit.step - 1, found });
                }
                Err(_) => {}
            }
        }
        thread::sleep(wait);
        wait *= 2;
    }
    Err(doubt)
}
