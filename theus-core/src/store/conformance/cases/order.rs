//! Which of several reasons a write is refused for.

use std::time::Duration;

use super::super::desk::{Desk, Outcome, answer, answers, event, fine, on};
use super::super::records::records;
use crate::store::{Audit, StoreError, Write};

super::cases! {
    1 "a gap in the ledger comes before that a session is not there" gap_first
    3 "that a session is not there comes before the interlock" missing_before_halted
    3 "that a session is there comes before its lease" exists_before_leased
    8 "a lease comes before the step" leased_before_step
    8 "a lease comes before the interlock" leased_before_halted
    3 "the step comes before the interlock" step_before_halted
    2 "the interlock comes before the numbers of events" halted_before_numbers
    2 "the interlock comes before an answer" halted_before_answer
    5 "the numbers of events come before an answer" numbers_before_answer
}

/// A session on which everything is wrong but what is asked about.
fn ready(desk: &Desk<'_>, is_latched: bool) -> Outcome {
    desk.begun("a", vec![])?;
    desk.beside(Write { raised: vec![event(1)], answer: Some(answer("k", 1)), ..on("a") })?;
    if is_latched {
        desk.beside(latch()?)?;
    }
    Ok(())
}

fn latch() -> Result<Write, String> {
    let audit = Audit { records: vec![], interlock: Some(records("one", 1)?.pop()), ..Audit::default() };
    Ok(Write { audit, ..on("a") })
}

fn all_wrong(desk: &Desk<'_>) -> Result<Write, String> {
    Ok(Write { raised: vec![event(1)], answer: Some(answer("k", 2)), ..desk.next("a", vec![])? })
}

fn gap_first(desk: &Desk<'_>) -> Outcome {
    let audit = Audit { records: records("one", 2)?.split_off(1), interlock: None, ..Audit::default() };
    answers!("a gap", desk.write(Write { audit, ..on("nobody") }), Err(StoreError::LedgerGap { .. }));
    Ok(())
}

fn missing_before_halted(desk: &Desk<'_>) -> Outcome {
    ready(desk, true)?;
    let mut write = all_wrong(desk)?;
    write.session = "nobody".into();
    answers!("a step of nobody", desk.write(write), Err(StoreError::Conflict { session, .. }) if session == "nobody");
    Ok(())
}

fn exists_before_leased(desk: &Desk<'_>) -> Outcome {
    ready(desk, true)?;
    fine("lease", desk.store.lease("a", "you", Duration::from_secs(3_600)))?;
    let write = Write { first: Some(vec![]), expected: 4, ..all_wrong(desk)? };
    answers!("a first state", desk.write(write), Err(StoreError::Exists { .. }));
    Ok(())
}

fn leased_before_step(desk: &Desk<'_>) -> Outcome {
    ready(desk, false)?;
    fine("lease", desk.store.lease("a", "you", Duration::from_secs(3_600)))?;
    let write = Write { expected: 7, ..all_wrong(desk)? };
    answers!("a step from step 7", desk.write(write), Err(StoreError::Leased { .. }));
    Ok(())
}

fn leased_before_halted(desk: &Desk<'_>) -> Outcome {
    ready(desk, true)?;
    fine("lease", desk.store.lease("a", "you", Duration::from_secs(3_600)))?;
    let write = all_wrong(desk)?;
    answers!("a step", desk.write(write), Err(StoreError::Leased { .. }));
    Ok(())
}

fn step_before_halted(desk: &Desk<'_>) -> Outcome {
    ready(desk, true)?;
    let write = Write { expected: 7, ..all_wrong(desk)? };
    answers!("a step from step 7", desk.write(write), Err(StoreError::Conflict { expected: 7, .. }));
    Ok(())
}

fn halted_before_numbers(desk: &Desk<'_>) -> Outcome {
    ready(desk, true)?;
    let write = Write { answer: None, ..all_wrong(desk)? };
    answers!("a step with an event of a number that waits", desk.write(write), Err(StoreError::Halted { .. }));
    Ok(())
}

fn halted_before_answer(desk: &Desk<'_>) -> Outcome {
    ready(desk, true)?;
    let write = Write { raised: vec![], ..all_wrong(desk)? };
    answers!("a step under a key that has an answer", desk.write(write), Err(StoreError::Halted { .. }));
    Ok(())
}

fn numbers_before_answer(desk: &Desk<'_>) -> Outcome {
    ready(desk, false)?;
    let write = all_wrong(desk)?;
    answers!("a step with both", desk.write(write), Err(StoreError::Conflict { .. }));
    Ok(())
}
