//! Records and the interlock: rules 1 and 2.

use std::time::Duration;

use super::super::desk::{Desk, Outcome, answer, answers, event, field, fine, next, on, part, same};
use super::super::records::records;
use crate::audit::AuditRecord;
use crate::store::{Audit, StoreError, StoredCount, Write};

super::cases! {
    1 "records are written in order" in_order
    1 "records come back as they were written" come_back
    1 "a record that is stored already is passed over" passed_over
    1 "records of which some are stored go on behind them" overlapping
    1 "a record that leaves a gap is refused" gap
    1 "a record that follows another one is refused" other_chain
    1 "records before the gap stay" before_the_gap
    1 "a write with a gap in its records writes nothing else" gap_writes_nothing_else
    1 "records stay where the write is refused" stay_when_refused
    1 "records are of whichever session, and of one that is not there" no_session
    1 "what an engine begins with is the last record" last_record
    1 "what all sessions count together replaces what they did, and stays" counts_together
    1 "what all sessions count together is not written behind a gap" counts_not_behind_a_gap
    1 "what all sessions count together is written where the write is refused" counts_when_refused
    2 "an interlock that is latched is there" latched
    2 "an interlock that is latched refuses a step" refuses_steps
    2 "an interlock that a write latches refuses its own step, and is latched" latches_itself
    2 "an interlock refuses no first state, event, place or counters" only_steps
    2 "an interlock refuses no migration" no_migration
    2 "an interlock that is reset refuses nothing any more" reset
    2 "an interlock refuses the steps of every session" every_session
}

fn audited(records: &[AuditRecord]) -> Write {
    Write { audit: Audit { records: records.to_vec(), interlock: None, ..Audit::default() }, ..on("a") }
}

fn interlock(record: Option<&AuditRecord>) -> Write {
    Write { audit: Audit { records: Vec::new(), interlock: Some(record.cloned()), ..Audit::default() }, ..on("a") }
}

fn counting(records: &[AuditRecord], counts: &[StoredCount]) -> Write {
    let audit = Audit { records: records.to_vec(), counts: Some(counts.to_vec()), ..Audit::default() };
    Write { audit, ..on("a") }
}

fn counted(key: Option<&str>, window: &[u64]) -> StoredCount {
    StoredCount {
        rule: "r \"ä\"".to_owned(),
        count: 2,
        window: window.to_vec(),
        key: key.map(str::to_owned),
        alarm: None,
        sample: None,
    }
}

fn counts_together(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let begin = || fine("begin", desk.store.begin()).map(|beginning| beginning.counts);
    same("the counters of a new store", begin()?, vec![])?;
    let all = records("one", 3)?;
    let each =
        [vec![counted(Some("\"ü\""), &[0, u64::MAX]), counted(Some("none"), &[7])], vec![counted(None, &[])], vec![]];
    for (record, counts) in all.iter().zip(each) {
        desk.beside(counting(std::slice::from_ref(record), &counts))?;
        same("the counters", begin()?, counts.clone())?;
        desk.beside(on("a"))?;
        same("the counters after another write", begin()?, counts)?;
    }
    Ok(())
}

fn counts_not_behind_a_gap(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let all = records("one", 3)?;
    desk.beside(counting(&all[..1], &[counted(None, &[1])]))?;
    let answer = desk.write(counting(&all[2..], &[counted(None, &[2])]));
    answers!("record 3 behind record 1", answer, Err(StoreError::LedgerGap { .. }));
    same("the counters", fine("begin", desk.store.begin())?.counts, vec![counted(None, &[1])])
}

fn counts_when_refused(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let mut write = desk.next("a", vec![])?;
    (write.expected, write.audit) = (9, counting(&records("one", 1)?, &[counted(None, &[1])]).audit);
    answers!("a step from step 9", desk.write(write), Err(StoreError::Conflict { .. }));
    same("the counters", fine("begin", desk.store.begin())?.counts, vec![counted(None, &[1])])
}

fn in_order(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let all = records("one", 5)?;
    desk.beside(audited(&all[..2]))?;
    desk.beside(audited(&all[2..]))?;
    same("the ledger", desk.ledger(0, 100)?, vec![1, 2, 3, 4, 5])
}

fn come_back(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let all = records("one \u{0} \"ä\"", 3)?;
    desk.beside(audited(&all))?;
    same("the ledger", fine("ledger", desk.store.ledger(0, 100))?, all)
}

fn passed_over(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let all = records("one", 2)?;
    desk.beside(audited(&all))?;
    desk.beside(audited(&all[..1]))?;
    desk.beside(audited(&all))?;
    same("the ledger", fine("ledger", desk.store.ledger(0, 100))?, all)
}

fn overlapping(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let all = records("one", 4)?;
    desk.beside(audited(&all[..2]))?;
    desk.beside(audited(&all[1..]))?;
    same("the ledger", fine("ledger", desk.store.ledger(0, 100))?, all)
}

fn gap(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let all = records("one", 3)?;
    desk.beside(audited(&all[..1]))?;
    let answer = desk.write(audited(&all[2..]));
    answers!("record 3 behind record 1", answer, Err(StoreError::LedgerGap { expected: 3, previous: 2, found: 1 }));
    same("the ledger", desk.ledger(0, 100)?, vec![1])
}

fn other_chain(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let (ours, theirs) = (records("one", 2)?, records("two", 3)?);
    desk.beside(audited(&ours))?;
    let answer = desk.write(audited(&theirs[2..]));
    answers!("record 3 of another chain", answer, Err(StoreError::LedgerGap { expected: 3, found: 2, .. }));
    let answer = desk.write(audited(&theirs[1..2]));
    answers!("record 2 of another chain", answer, Err(StoreError::LedgerGap { expected: 2, found: 2, .. }));
    same("the ledger", fine("ledger", desk.store.ledger(0, 100))?, ours)
}

fn before_the_gap(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let all = records("one", 4)?;
    let answer = desk.write(audited(&[all[0].clone(), all[1].clone(), all[3].clone()]));
    answers!("records 1, 2 and 4", answer, Err(StoreError::LedgerGap { expected: 4, found: 2, .. }));
    same("the ledger", desk.ledger(0, 100)?, vec![1, 2])
}

fn gap_writes_nothing_else(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let mut write = desk.next("a", vec![part("x", &[1])])?;
    write.raised = vec![event(1)];
    write.audit = Audit {
        records: records("one", 2)?.split_off(1),
        interlock: Some(records("one", 1)?.pop()),
        ..Audit::default()
    };
    answers!("a step with a gap", desk.write(write), Err(StoreError::LedgerGap { .. }));
    let state = desk.load("a")?;
    same("step and events", (state.step, state.events.len()), (0, 0))?;
    same("the interlock", fine("begin", desk.store.begin())?.interlock, None)
}

fn stay_when_refused(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![field("x", &[0])])?;
    let mut write = desk.next("a", vec![part("x", &[1])])?;
    (write.expected, write.audit.records) = (7, records("one", 2)?);
    answers!("a step from step 7", desk.write(write), Err(StoreError::Conflict { expected: 7, found: 0, .. }));
    same("the ledger", desk.ledger(0, 100)?, vec![1, 2])?;
    same("the value", desk.load("a")?.fields, vec![field("x", &[0])])?;
    // Whatever it is refused for.
    let all = records("one", 4)?;
    desk.beside(Write { answer: Some(answer("k", 1)), ..on("a") })?;
    let again = Write { answer: Some(answer("k", 2)), ..audited(&all[2..3]) };
    answers!("another answer under the key", desk.write(again), Err(StoreError::Answered { .. }));
    same("the ledger", desk.ledger(0, 100)?, vec![1, 2, 3])?;
    fine("lease", desk.store.lease("a", "you", Duration::from_secs(3_600)))?;
    let mut write = desk.next("a", vec![part("x", &[1])])?;
    write.audit.records = all[3..].to_vec();
    answers!("a step of others", desk.write(write), Err(StoreError::Leased { .. }));
    same("the ledger", desk.ledger(0, 100)?, vec![1, 2, 3, 4])
}

fn no_session(desk: &Desk<'_>) -> Outcome {
    let write = audited(&records("one", 2)?);
    answers!("records beside no session", desk.write(write), Err(StoreError::Conflict { expected: 0, found: 0, .. }));
    same("the ledger", desk.ledger(0, 100)?, vec![1, 2])
}

fn last_record(desk: &Desk<'_>) -> Outcome {
    same("the last record of an empty store", fine("begin", desk.store.begin())?.last_record, None)?;
    desk.begun("a", vec![])?;
    let all = records("one", 3)?;
    desk.beside(audited(&all))?;
    same("the last record", fine("begin", desk.store.begin())?.last_record, all.last().cloned())
}

fn latched(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let all = records("one", 2)?;
    same("the interlock before", fine("begin", desk.store.begin())?.interlock, None)?;
    let audit = Audit { records: all.clone(), interlock: Some(all.last().cloned()), ..Audit::default() };
    desk.beside(Write { audit, ..on("a") })?;
    same("the interlock", fine("begin", desk.store.begin())?.interlock, all.last().cloned())
}

fn refuses_steps(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.beside(interlock(records("one", 1)?.first()))?;
    let write = desk.next("a", vec![part("x", &[1])])?;
    answers!("a step", desk.write(write), Err(StoreError::Halted { .. }));
    same("the step", desk.load("a")?.step, 0)
}

fn latches_itself(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let all = records("one", 1)?;
    let mut write = desk.next("a", vec![part("x", &[1])])?;
    write.audit = Audit { records: all.clone(), interlock: Some(all.first().cloned()), ..Audit::default() };
    answers!("a step that latches", desk.write(write), Err(StoreError::Halted { .. }));
    same("the step", desk.load("a")?.step, 0)?;
    same("the interlock", fine("begin", desk.store.begin())?.interlock, all.first().cloned())
}

fn only_steps(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.beside(interlock(records("one", 1)?.first()))?;
    desk.begun("b", vec![])?;
    desk.beside(Write { raised: vec![event(1)], counts: Some(vec![]), ..on("a") })?;
    desk.beside(Write { place: Some(super::state::place("{}", 0)), ..on("a") })?;
    let state = desk.load("a")?;
    same("events and place", (state.events.len(), state.position), (1, Some("{}".to_owned())))
}

fn no_migration(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.beside(interlock(records("one", 1)?.first()))?;
    let mut write = desk.next("a", vec![part("x", &[1])])?;
    if let Some(entry) = &mut write.entry {
        entry.schema = Some(2);
    }
    desk.beside(write)?;
    let state = desk.load("a")?;
    same("step and version of the context", (state.step, state.schema), (1, 2))
}

fn reset(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.beside(interlock(records("one", 1)?.first()))?;
    desk.beside(interlock(None))?;
    same("the interlock", fine("begin", desk.store.begin())?.interlock, None)?;
    desk.commit("a", vec![part("x", &[1])])?;
    // Reset and committed at once.
    desk.beside(interlock(records("one", 1)?.first()))?;
    let mut write = next("a", &desk.load("a")?, vec![part("x", &[2])]);
    write.audit.interlock = Some(None);
    desk.beside(write)?;
    same("the step", desk.load("a")?.step, 2)
}

fn every_session(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.begun("b", vec![])?;
    desk.commit("b", vec![part("x", &[1])])?;
    desk.beside(interlock(records("one", 1)?.first()))?;
    let write = desk.next("b", vec![part("x", &[2])])?;
    answers!("a step of another session", desk.write(write), Err(StoreError::Halted { .. }));
    Ok(())
}
