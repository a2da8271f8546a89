//! Bases, and sessions that are removed.

use super::super::desk::{Desk, Outcome, answer, answers, entries, event, field, fine, message, on, part, same};
use super::super::records::records;
use crate::store::{Audit, Base, StoreError, Write};

super::cases! {
    0 "a journal begins with the first state" first_base
    0 "a journal that is pruned begins with the base" pruned
    0 "a base comes back as it was given" as_given
    0 "a base that is earlier than the one that there is changes nothing" earlier
    0 "a session that is pruned is as it was, and goes on" goes_on
    0 "a session that is pruned to its last step goes on" to_the_last
    0 "a base beyond the session's step is refused" beyond
    0 "pruning one session leaves the others" others
    0 "a session that is removed is gone with all that is its" removed
    0 "a session at another step is not removed" other_step
    0 "a name that was removed begins anew" anew
    0 "what is not there is pruned and removed without an error" not_there
    0 "records stay when their session is removed" records_stay
}

fn base(desk: &Desk<'_>, session: &str) -> Result<Base, String> {
    fine("base", desk.store.base(session))?.ok_or_else(|| "base: expected one, found none".to_owned())
}

fn long(desk: &Desk<'_>, session: &str, steps: u8) -> Outcome {
    desk.begun(session, vec![field("x", &[0]), field("m", &[0x80])])?;
    (1..=steps)
        .try_for_each(|step| desk.commit(session, vec![part("x", &[step]), entries("m", &[(&[step], Some(&[1]))])]))
}

/// The base after this step.
fn after(desk: &Desk<'_>, session: &str, step: u64) -> Result<Base, String> {
    let page = fine("journal", desk.store.journal(session, step, 1))?;
    let entry = page.first().ok_or("journal: expected a step, found none")?;
    let mut fields = base(desk, session)?.fields;
    let from = base(desk, session)?.step + 1;
    for entry in fine("journal", desk.store.journal(session, from, usize::MAX))? {
        for part in entry.parts.iter().filter(|_| entry.step <= step) {
            fields.iter_mut().filter(|field| field.path == part.path).for_each(|field| field.take(part));
        }
    }
    Ok(Base { step, version: entry.version, chain: entry.chain, schema: 0, fields })
}

fn first_base(desk: &Desk<'_>) -> Outcome {
    long(desk, "a", 3)?;
    let base = base(desk, "a")?;
    same("step and version", (base.step, base.version), (0, 0))?;
    same("the fields", base.fields, vec![field("x", &[0]), field("m", &[0x80])])
}

fn pruned(desk: &Desk<'_>) -> Outcome {
    long(desk, "a", 70)?;
    let all = fine("journal", desk.store.journal("a", 0, usize::MAX))?;
    for step in [1, 5, 64, 65, 69] {
        fine("prune", desk.store.prune("a", after(desk, "a", step)?))?;
        let left: Vec<_> = all.iter().filter(|entry| entry.step > step).cloned().collect();
        same("the journal", fine("journal", desk.store.journal("a", 0, usize::MAX))?, left.clone())?;
        same("from a step that is gone", desk.steps("a", 1, 1)?, vec![step + 1])?;
        same("the base", base(desk, "a")?.step, step)?;
    }
    Ok(())
}

fn as_given(desk: &Desk<'_>) -> Outcome {
    long(desk, "a", 5)?;
    let mut given = after(desk, "a", 3)?;
    (given.version, given.schema) = (u64::MAX, 7);
    fine("prune", desk.store.prune("a", given.clone()))?;
    same("the base", base(desk, "a")?, given)
}

fn earlier(desk: &Desk<'_>) -> Outcome {
    long(desk, "a", 5)?;
    let (two, three) = (after(desk, "a", 2)?, after(desk, "a", 3)?);
    fine("prune", desk.store.prune("a", three.clone()))?;
    fine("prune to an earlier one", desk.store.prune("a", two))?;
    let other = Base { version: 99, ..three.clone() };
    fine("prune to the same step", desk.store.prune("a", other))?;
    same("the base", base(desk, "a")?, three)?;
    same("the journal", desk.steps("a", 0, 9)?, vec![4, 5])
}

fn goes_on(desk: &Desk<'_>) -> Outcome {
    long(desk, "a", 5)?;
    desk.beside(Write { raised: vec![event(1)], place: Some(super::state::place("A", 1)), expected: 5, ..on("a") })?;
    let before = desk.load("a")?;
    fine("prune", desk.store.prune("a", after(desk, "a", 3)?))?;
    same("the state", desk.load("a")?, before)?;
    desk.commit("a", vec![part("x", &[9])])?;
    same("the journal", desk.steps("a", 0, 9)?, vec![4, 5, 6])
}

fn to_the_last(desk: &Desk<'_>) -> Outcome {
    long(desk, "a", 3)?;
    fine("prune", desk.store.prune("a", desk.base_now("a")?))?;
    same("the journal", desk.steps("a", 0, 9)?, vec![])?;
    desk.commit("a", vec![part("x", &[9])])?;
    same("the journal then", desk.steps("a", 0, 9)?, vec![4])?;
    same("from the base", desk.steps("a", 3, 9)?, vec![4])
}

fn beyond(desk: &Desk<'_>) -> Outcome {
    long(desk, "a", 3)?;
    let given = Base { step: 4, ..desk.base_now("a")? };
    answers!("prune", desk.store.prune("a", given), Err(StoreError::Conflict { expected: 4, found: 3, .. }));
    same("the journal", desk.steps("a", 0, 9)?, vec![1, 2, 3])
}

fn others(desk: &Desk<'_>) -> Outcome {
    long(desk, "a", 3)?;
    long(desk, "b", 3)?;
    fine("prune", desk.store.prune("a", after(desk, "a", 2)?))?;
    same("the other's journal", desk.steps("b", 0, 9)?, vec![1, 2, 3])?;
    same("the other's base", base(desk, "b")?.step, 0)
}

fn full(desk: &Desk<'_>, session: &str) -> Outcome {
    long(desk, session, 2)?;
    let mut write = desk.next(session, vec![part("big", &[1; 9_000])])?;
    (write.raised, write.place) = (vec![event(1)], Some(super::state::place("A", 1)));
    (write.answer, write.messages) = (Some(answer("k", 1)), vec![message(1), super::super::desk::dead(2)]);
    write.counts = Some(vec![crate::store::StoredCount { rule: "r".to_owned(), count: 1, ..Default::default() }]);
    desk.beside(write)
}

fn removed(desk: &Desk<'_>) -> Outcome {
    full(desk, "a")?;
    full(desk, "b")?;
    let other = desk.load("b")?;
    fine("remove", desk.store.remove("a", 3))?;
    same("load", fine("load", desk.store.load("a"))?, None)?;
    same("base", fine("base", desk.store.base("a"))?, None)?;
    same("journal", desk.steps("a", 0, 9)?, vec![])?;
    same("answer", fine("answer", desk.store.answer("a", "k"))?, None)?;
    same("outbox", desk.outbox(false, None, 9)?, vec![("b".to_owned(), 1)])?;
    same("dead ones", desk.outbox(true, None, 9)?, vec![("b".to_owned(), 2)])?;
    let names: Vec<_> = fine("sessions", desk.store.sessions(None, 9))?.into_iter().map(|row| row.name).collect();
    same("sessions", names, vec!["b".to_owned()])?;
    same("the other", desk.load("b")?, other)
}

fn other_step(desk: &Desk<'_>) -> Outcome {
    full(desk, "a")?;
    let before = desk.load("a")?;
    for step in [0, 2, 4] {
        let answer = desk.store.remove("a", step);
        answers!(format!("at step {step}"), answer, Err(StoreError::Conflict { found: 3, expected, .. }) if expected == step);
    }
    same("the state", desk.load("a")?, before)?;
    same("the journal", desk.steps("a", 0, 9)?, vec![1, 2, 3])
}

fn anew(desk: &Desk<'_>) -> Outcome {
    full(desk, "a")?;
    fine("remove", desk.store.remove("a", 3))?;
    desk.begun("a", vec![field("x", &[5])])?;
    let state = desk.load("a")?;
    same("step, events, messages", (state.step, state.events.len(), state.last_message), (0, 0, 0))?;
    same("position and counters", (state.position, state.counts), (None, vec![]))?;
    same("the fields", state.fields, vec![field("x", &[5])])?;
    same("the journal", desk.steps("a", 0, 9)?, vec![])?;
    same("the answer", fine("answer", desk.store.answer("a", "k"))?, None)?;
    desk.commit("a", vec![part("x", &[6])])
}

fn not_there(desk: &Desk<'_>) -> Outcome {
    fine("remove", desk.store.remove("a", 3))?;
    fine("prune", desk.store.prune("a", Base { step: 2, ..Base::default() }))?;
    same("load", fine("load", desk.store.load("a"))?, None)
}

fn records_stay(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.beside(Write {
        audit: Audit { records: records("one", 2)?, interlock: None, ..Audit::default() },
        ..on("a")
    })?;
    fine("remove", desk.store.remove("a", 0))?;
    same("the ledger", desk.ledger(0, 9)?, vec![1, 2])
}
