//! The cases that a store is put through: a store that is right passes all of them, and one that does one thing wrong does not.
#![allow(clippy::collapsible_match, reason = "a wrong store is the right one but for what its arm does")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use theus_core::audit::AuditRecord;
use theus_core::store::conformance::{self, Report};
use theus_core::store::{
    Audit, Base, Beginning, Done, Field, JournalEntry, Lease, MemoryStore, SessionRow, SessionState, Store, StoreError,
    StoredAnswer, StoredMessage, Write,
};

#[test]
fn the_store_in_memory_does_what_stores_must() {
    let report = conformance::check(|| {
        let place = MemoryStore::new();
        Ok(move || -> Result<Arc<dyn Store>, String> { Ok(Arc::new(place.clone())) })
    });
    assert!(report.is_passed(), "{report}");
    assert!(report.passed.len() >= 60, "{}", report.passed.len());
}

#[test]
fn cases_have_names_of_their_own_and_every_rule_has_some() {
    let cases = conformance::cases();
    let mut names: Vec<_> = cases.iter().map(|case| case.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), cases.len());
    for rule in 1..=9 {
        assert!(cases.iter().filter(|case| case.rule == rule).count() >= 3, "rule {rule}");
    }
}

#[test]
fn a_place_that_cannot_be_opened_is_said_and_a_panic_is_none_of_the_report_s() {
    let report = conformance::check(|| Ok(|| -> Result<Arc<dyn Store>, String> { Err("no such host".to_owned()) }));
    assert_eq!(report.passed.len(), 0);
    assert!(report.to_string().contains("it could not be opened: no such host"), "{report}");
    let report = broken(Wrong::Panics);
    let said = report.to_string();
    assert!(said.contains("it panicked: more than four events"), "{said}");
    assert!(said.starts_with(&format!("{} of {} cases passed\n- ", report.passed.len(), conformance::cases().len())));
}

/// What a store does wrong: one thing each.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wrong {
    LosesRecords,
    LosesRecordsOfWhatIsRefused,
    PassesOverGaps,
    TakesRecordsTwice,
    ForgetsTheInterlock,
    LetsTheLatchingStepIn,
    HaltsEvents,
    HaltsMigrations,
    LosesUpdates,
    OverwritesWhatExists,
    BeginsWhatIsNotThere,
    LosesEntries,
    MergesMigrations,
    LosesPlaces,
    ForgetsWhatRunsGave,
    ForgetsWhenEventsCame,
    AddsCounters,
    KeepsWhatIsTaken,
    OverwritesEvents,
    OverwritesAnswers,
    AddsMessagesWithoutAStep,
    ForgetsTheLastMessage,
    KeepsWhatIsDelivered,
    IgnoresLeases,
    FencesDoNotGrow,
    IgnoresFences,
    LeasesHoldEvents,
    ExtendsToOthers,
    WritesHalf,
    RacesBetweenReadAndWrite,
    JournalsOneTooMany,
    JournalsFromBehind,
    SessionsByLength,
    MixesTheDead,
    OutboxFromTheStart,
    LedgerFromBehind,
    PrunesNothing,
    PrunesTooMuch,
    RemovesAtAnyStep,
    KeepsAnswersOfTheRemoved,
    PrunesAnswersOfThatTime,
    CutsNamesAtNul,
    FoldsCase,
    TrimsValues,
    ForgetsWhenReopened,
    IsAnotherEachTime,
    LosesAnswersOfEffects,
    LosesTheCode,
    Panics,
}

/// A store in memory that does one thing wrong.
struct Broken {
    store: MemoryStore,
    wrong: Wrong,
    opened: usize,
}

impl Broken {
    fn name_of(&self, session: &str) -> String {
        match self.wrong {
            Wrong::CutsNamesAtNul => session.split('\0').next().unwrap_or_default().to_owned(),
            Wrong::FoldsCase => session.to_lowercase(),
            _ => session.to_owned(),
        }
    }

    fn step(&self, session: &str) -> u64 {
        self.store.load(session).unwrap().map_or(0, |state| state.step)
    }

    fn put(&self, write: Write) -> Result<(), StoreError> {
        let (tell, told) = std::sync::mpsc::channel();
        self.store.submit(write, Box::new(move |answer| tell.send(answer).unwrap()));
        told.recv().unwrap().map(drop)
    }

    /// What a right store would say.
    fn would(&self, write: &Write) -> Result<(), StoreError> {
        Broken { store: self.store.copy(), wrong: self.wrong, opened: 0 }.put(write.clone())
    }
}

impl Store for Broken {
    fn name(&self) -> String {
        self.store.name()
    }

    fn begin(&self) -> Result<Beginning, StoreError> {
        let beginning = self.store.begin()?;
        Ok(match self.wrong {
            Wrong::IsAnotherEachTime => {
                Beginning { identity: beginning.identity.wrapping_add(self.opened as u128), ..beginning }
            }
            _ => beginning,
        })
    }

    fn submit(&self, mut write: Write, done: Done) {
        write.session = self.name_of(&write.session).into();
        let session = write.session.to_string();
        let state = self.store.load(&session).unwrap();
        match self.wrong {
            Wrong::LosesRecords => write.audit.records.clear(),
            Wrong::LosesRecordsOfWhatIsRefused => {
                if let Err(error) = self.would(&write) {
                    return done(Err(error));
                }
            }
            Wrong::PassesOverGaps => {
                if let Err(StoreError::LedgerGap { .. }) = self.would(&write) {
                    write.audit = Audit::default();
                }
            }
            Wrong::TakesRecordsTwice => {
                let last = self.store.begin().unwrap().last_record.map_or(0, |record| record.sequence);
                let is_old = write.audit.records.first().is_some_and(|record| record.sequence <= last);
                if is_old {
                    return done(Err(StoreError::LedgerGap { expected: 1, previous: 0, found: last }));
                }
            }
            Wrong::ForgetsTheInterlock => write.audit.interlock = None,
            Wrong::LetsTheLatchingStepIn => {
                if let (Some(Some(_)), Some(_)) = (&write.audit.interlock, &write.entry) {
                    let audit =
                        Audit { records: Vec::new(), interlock: write.audit.interlock.take(), ..Audit::default() };
                    let latch = Write { session: write.session.clone(), audit, ..Write::default() };
                    let answer = self.put(write);
                    drop(self.put(latch));
                    return done(answer.map(|()| theus_core::store::Committed));
                }
            }
            Wrong::HaltsEvents => {
                if self.store.begin().unwrap().interlock.is_some() && !write.raised.is_empty() {
                    return done(Err(StoreError::Halted { reason: String::new() }));
                }
            }
            Wrong::HaltsMigrations => {
                let is_migration = write.entry.as_ref().is_some_and(|entry| entry.schema.is_some());
                if self.store.begin().unwrap().interlock.is_some() && is_migration {
                    return done(Err(StoreError::Halted { reason: String::new() }));
                }
            }
            Wrong::LosesUpdates => {
                if let (Some(entry), Some(state)) = (&mut write.entry, &state) {
                    (write.expected, entry.step) = (state.step, state.step + 1);
                }
            }
            Wrong::OverwritesWhatExists => {
                if write.first.is_some() {
                    drop(self.store.remove(&session, self.step(&session)));
                }
            }
            Wrong::BeginsWhatIsNotThere => {
                if state.is_none() && write.entry.is_some() && write.first.is_none() {
                    write.first = Some(Vec::new());
                }
            }
            Wrong::LosesEntries => {
                let parts = write.entry.iter_mut().flat_map(|entry| &mut entry.parts);
                parts.for_each(|part| part.entries.retain(|entry| entry.value.is_some()));
            }
            Wrong::LosesAnswersOfEffects => {
                if let Some(entry) = &mut write.entry {
                    entry.answers = entry.answers.take().filter(|answers| !answers.is_empty());
                }
            }
            Wrong::LosesTheCode => {
                if let Some(entry) = &mut write.entry {
                    entry.code = entry.code.filter(|code| *code != Default::default());
                }
            }
            Wrong::MergesMigrations => {
                if let (Some(entry), Some(state)) = (&mut write.entry, &state)
                    && entry.schema.is_some()
                {
                    let kept = state.fields.iter().filter(|field| !entry.parts.iter().any(|p| p.path == field.path));
                    let kept: Vec<_> =
                        kept.map(|Field { path, value, .. }| theus_core::store::Part::whole(path, &**value)).collect();
                    entry.parts.extend(kept);
                }
            }
            Wrong::LosesPlaces => {
                if write.entry.is_none() {
                    write.place = None;
                }
            }
            Wrong::ForgetsWhatRunsGave => {
                let settled = write.place.iter_mut().flat_map(|place| &mut place.settled);
                settled.for_each(|settled| settled.gave = None);
            }
            Wrong::ForgetsWhenEventsCame => write.raised.iter_mut().for_each(|event| event.came = None),
            Wrong::AddsCounters => {
                if let (Some(counts), Some(state)) = (&mut write.counts, state) {
                    counts.splice(0..0, state.counts);
                }
            }
            Wrong::KeepsWhatIsTaken => write.taken.clear(),
            Wrong::OverwritesEvents => {
                let taken = write.raised.iter().map(|event| event.number).collect();
                drop(self.put(Write { session: write.session.clone(), taken, ..Write::default() }));
            }
            Wrong::OverwritesAnswers => {
                if let Some(answer) = &write.answer
                    && self.store.answer(&session, &answer.key).unwrap().is_some()
                {
                    write.answer = None;
                }
            }
            Wrong::AddsMessagesWithoutAStep => {
                if let (None, false, Some(state)) = (&write.entry, write.messages.is_empty(), &state) {
                    write.expected = state.step;
                    write.entry = Some(JournalEntry {
                        step: state.step + 1,
                        version: state.version,
                        process: String::new(),
                        command: Vec::new(),
                        parts: Vec::new(),
                        raised: Vec::new(),
                        at: 0,
                        chain: state.chain,
                        schema: None,
                        answers: None,
                        code: None,
                    });
                }
            }
            Wrong::KeepsWhatIsDelivered => write.delivered.clear(),
            Wrong::IgnoresLeases => {
                if write.lease.is_none() && write.goes_on() && write.first.is_none() {
                    // As the one who has it.
                    for owner in ["me", "you"] {
                        if let Ok(lease) = self.store.lease(&session, owner, Duration::from_secs(3_600)) {
                            write.lease = Some(lease);
                            break;
                        }
                    }
                }
            }
            Wrong::IgnoresFences => {
                if write.lease.as_ref().is_some_and(|lease| {
                    self.store.lease(&session, &lease.owner, Duration::from_secs(60)).is_ok_and(|now| now != *lease)
                }) {
                    write.lease = None;
                }
                if !write.goes_on() {
                    write.lease = None;
                }
            }
            Wrong::LeasesHoldEvents => {
                let probe = self.store.copy();
                let is_free = probe.lease(&session, "nobody else", Duration::ZERO);
                if let (Err(StoreError::Leased { .. }), None) = (is_free, &write.lease)
                    && self.would(&write).is_ok()
                {
                    return done(Err(StoreError::Leased { session, owner: "me".to_owned() }));
                }
            }
            Wrong::WritesHalf => {
                if self.would(&write).is_err() && state.is_some() {
                    let half =
                        Write { session: write.session.clone(), counts: write.counts.clone(), ..Write::default() };
                    drop(self.put(half));
                }
            }
            Wrong::RacesBetweenReadAndWrite => {
                if let (Some(entry), Some(state)) = (&mut write.entry, &state)
                    && write.expected == state.step
                {
                    std::thread::sleep(Duration::from_micros(300));
                    let now = self.step(&session);
                    (write.expected, entry.step) = (now, now + 1);
                }
            }
            Wrong::TrimsValues => {
                let parts = write.entry.iter_mut().flat_map(|entry| &mut entry.parts);
                parts.filter_map(|part| part.value.as_mut()).for_each(|value| value.truncate(1_000_000));
            }
            Wrong::Panics => {
                assert!(write.raised.len() <= 4, "more than four events");
            }
            _ => {}
        }
        self.store.submit(write, done);
    }

    fn load(&self, session: &str) -> Result<Option<SessionState>, StoreError> {
        let mut state = self.store.load(&self.name_of(session))?;
        if let (Wrong::ForgetsTheLastMessage, Some(state)) = (self.wrong, &mut state) {
            let of_it = self.store.outbox(false, None, usize::MAX)?.into_iter().filter(|(name, _)| name == session);
            state.last_message = of_it.map(|(_, message)| message.number).max().unwrap_or_default();
        }
        Ok(state)
    }

    fn base(&self, session: &str) -> Result<Option<Base>, StoreError> {
        self.store.base(&self.name_of(session))
    }

    fn prune(&self, session: &str, mut base: Base) -> Result<(), StoreError> {
        match self.wrong {
            Wrong::PrunesNothing => return Ok(()),
            Wrong::PrunesTooMuch => base.step = self.step(session).min(base.step + 1),
            _ => {}
        }
        self.store.prune(session, base)
    }

    fn remove(&self, session: &str, step: u64) -> Result<(), StoreError> {
        let step = if self.wrong == Wrong::RemovesAtAnyStep { self.step(session) } else { step };
        let kept = self.store.answer(session, "k")?;
        self.store.remove(session, step)?;
        if let (Wrong::KeepsAnswersOfTheRemoved, Some(answer)) = (self.wrong, kept) {
            let kept =
                Write { session: session.into(), first: Some(Vec::new()), answer: Some(answer), ..Write::default() };
            self.put(kept)?;
        }
        Ok(())
    }

    fn answer(&self, session: &str, key: &str) -> Result<Option<StoredAnswer>, StoreError> {
        self.store.answer(&self.name_of(session), key)
    }

    fn prune_answers(&self, before: u64) -> Result<u64, StoreError> {
        let later = u64::from(self.wrong == Wrong::PrunesAnswersOfThatTime);
        self.store.prune_answers(before.saturating_add(later))
    }

    fn outbox(
        &self,
        is_dead: bool,
        after: Option<(&str, u64)>,
        most: usize,
    ) -> Result<Vec<(String, StoredMessage)>, StoreError> {
        let after = after.filter(|_| self.wrong != Wrong::OutboxFromTheStart);
        let mut page = self.store.outbox(is_dead, after, most)?;
        if self.wrong == Wrong::MixesTheDead {
            page.extend(self.store.outbox(!is_dead, after, most)?);
        }
        Ok(page)
    }

    fn lease(&self, session: &str, owner: &str, lasting: Duration) -> Result<Lease, StoreError> {
        let mut lease = self.store.lease(session, owner, lasting);
        if let (Wrong::ExtendsToOthers, Err(StoreError::Leased { owner, .. })) = (self.wrong, &lease) {
            lease = self.store.lease(session, &owner.clone(), lasting);
        }
        if let (Wrong::FencesDoNotGrow, Ok(lease)) = (self.wrong, &mut lease) {
            lease.fence = 1;
        }
        lease
    }

    fn give_back(&self, session: &str, lease: &Lease) -> Result<(), StoreError> {
        self.store.give_back(session, lease)
    }

    fn journal(&self, session: &str, from: u64, most: usize) -> Result<Vec<JournalEntry>, StoreError> {
        let (from, most) = match self.wrong {
            Wrong::JournalsOneTooMany => (from, most.saturating_add(1)),
            Wrong::JournalsFromBehind => (from.saturating_add(1), most),
            _ => (from, most),
        };
        self.store.journal(&self.name_of(session), from, most)
    }

    fn sessions(&self, after: Option<&str>, most: usize) -> Result<Vec<SessionRow>, StoreError> {
        let mut rows = self.store.sessions(after, most)?;
        if self.wrong == Wrong::SessionsByLength {
            rows.sort_by_key(|row| row.name.chars().count());
        }
        Ok(rows)
    }

    fn ledger(&self, from: u64, most: usize) -> Result<Vec<AuditRecord>, StoreError> {
        let from = if self.wrong == Wrong::LedgerFromBehind { from.saturating_add(1) } else { from };
        match (self.wrong, self.opened) {
            (Wrong::ForgetsWhenReopened, 2..) => Ok(Vec::new()),
            _ => self.store.ledger(from, most),
        }
    }
}

fn broken(wrong: Wrong) -> Report {
    conformance::check(|| {
        let (store, opened) = (MemoryStore::new(), AtomicUsize::new(0));
        Ok(move || -> Result<Arc<dyn Store>, String> {
            let opened = opened.fetch_add(1, Ordering::Relaxed);
            Ok(Arc::new(Broken { store: store.clone(), wrong, opened }))
        })
    })
}

/// What each fails, among others.
#[test]
fn a_store_that_does_one_thing_wrong_fails_a_case_that_says_so() {
    let wrongs = [
        (Wrong::LosesRecords, "records are written in order"),
        (Wrong::LosesRecordsOfWhatIsRefused, "records stay where the write is refused"),
        (Wrong::PassesOverGaps, "a record that leaves a gap is refused"),
        (Wrong::TakesRecordsTwice, "a record that is stored already is passed over"),
        (Wrong::ForgetsTheInterlock, "an interlock that is latched refuses a step"),
        (Wrong::LetsTheLatchingStepIn, "an interlock that a write latches refuses its own step, and is latched"),
        (Wrong::HaltsEvents, "an interlock refuses no first state, event, place or counters"),
        (Wrong::HaltsMigrations, "an interlock refuses no migration"),
        (Wrong::LosesUpdates, "a step that another program has made is a conflict"),
        (Wrong::OverwritesWhatExists, "a session that is there does not begin again"),
        (Wrong::BeginsWhatIsNotThere, "a step on a session that is not there is refused"),
        (Wrong::LosesEntries, "an entry that is gone is kept as gone"),
        (Wrong::MergesMigrations, "a migration has the fields of its parts and no others"),
        (Wrong::LosesPlaces, "a place replaces the one before"),
        (Wrong::ForgetsWhatRunsGave, "the runs of a place come back"),
        (Wrong::ForgetsWhenEventsCame, "an event comes back as it was raised"),
        (Wrong::AddsCounters, "counters replace those before"),
        (Wrong::KeepsWhatIsTaken, "events that are taken are gone"),
        (Wrong::OverwritesEvents, "an event of a number that waits is a conflict"),
        (Wrong::OverwritesAnswers, "an answer under a key that has one is refused"),
        (Wrong::AddsMessagesWithoutAStep, "without a step no message is added"),
        (Wrong::ForgetsTheLastMessage, "the greatest number that was sent stays known"),
        (Wrong::KeepsWhatIsDelivered, "messages that were delivered are gone"),
        (Wrong::IgnoresLeases, "a session that is leased is not gone on with by others"),
        (Wrong::FencesDoNotGrow, "a lease that has run out is free, and the fence grows"),
        (Wrong::IgnoresFences, "a write under an older fence is refused though it does not go on"),
        (Wrong::LeasesHoldEvents, "what does not go on comes in spite of a lease"),
        (Wrong::ExtendsToOthers, "a lease is refused while another program has it"),
        (Wrong::WritesHalf, "what is refused changes nothing"),
        (Wrong::RacesBetweenReadAndWrite, "eight threads on one session lose no update"),
        (Wrong::JournalsOneTooMany, "a page of a journal is so long, and begins where it is asked"),
        (Wrong::JournalsFromBehind, "a page of a journal is so long, and begins where it is asked"),
        (Wrong::SessionsByLength, "sessions come in the order of their names' bytes"),
        (Wrong::MixesTheDead, "a message that is dead is with the dead ones, and may come back"),
        (Wrong::OutboxFromTheStart, "a page of the outbox goes on behind the last one"),
        (Wrong::LedgerFromBehind, "a page of the ledger is so long, and begins where it is asked"),
        (Wrong::PrunesNothing, "a journal that is pruned begins with the base"),
        (Wrong::PrunesTooMuch, "a journal that is pruned begins with the base"),
        (Wrong::RemovesAtAnyStep, "a session at another step is not removed"),
        (Wrong::KeepsAnswersOfTheRemoved, "a session that is removed is gone with all that is its"),
        (Wrong::PrunesAnswersOfThatTime, "answers that were given before a time are pruned, of all sessions"),
        (Wrong::CutsNamesAtNul, "names of every kind are names"),
        (Wrong::FoldsCase, "names that look alike are not the same"),
        (Wrong::TrimsValues, "values of a megabyte come back"),
        (Wrong::ForgetsWhenReopened, "everything is there when it is opened again"),
        (Wrong::IsAnotherEachTime, "it is the same store when it is opened again, and by another handle"),
        (Wrong::LosesAnswersOfEffects, "a step has what its effects gave, or that it is not known"),
        (Wrong::LosesTheCode, "a step has the code that made it, or that it is not known"),
        (Wrong::Panics, "an event comes back as it was raised"),
    ];
    for (wrong, case) in wrongs {
        let report = broken(wrong);
        assert!(
            report.failed.iter().any(|(failed, _)| failed.name == case),
            "{wrong:?} is not told by {case:?}: {report}"
        );
        assert!(report.passed.len() > report.failed.len(), "{wrong:?} breaks more than one thing: {report}");
    }
}
