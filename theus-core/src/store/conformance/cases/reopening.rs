//! What is there when the place is opened again: rule 9.

use std::time::Duration;

use super::super::desk::{Desk, Outcome, answer, dead, entries, event, field, fine, message, part, same};
use super::super::records::records;
use crate::store::{Audit, Base};

super::cases! {
    9 "everything is there when it is opened again" everything
    9 "another handle sees each write at once" another_handle
    9 "another handle's writes are seen" seen
    9 "what was pruned and removed stays so" stays_gone
    8 "a lease and its fence are there when it is opened again" leases
    2 "an interlock is there when it is opened again" interlock
    9 "it is the same store when it is opened again, and by another handle" identity
}

fn identity(desk: &Desk<'_>) -> Outcome {
    let of = |desk: &Desk<'_>| fine("begin", desk.store.begin()).map(|beginning| beginning.identity);
    let (first, mut written) = (of(desk)?, 0);
    same("whether it is one", first != 0, true)?;
    same("by another handle", of(&desk.another()?)?, first)?;
    let desk = desk.reopened(|desk| {
        desk.begun("a", vec![])?;
        written = of(desk)?;
        Ok(())
    })?;
    same("after a write, and opened again", (written, of(&desk)?), (first, first))
}

fn everything(desk: &Desk<'_>) -> Outcome {
    let mut before = None;
    let desk = desk.reopened(|desk| {
        desk.begun("a", vec![field("x", &[0]), field("long", &[7; 9_000])])?;
        let mut write = desk.next("a", vec![part("x", &[1]), entries("m", &[(&[1], Some(&[1]))])])?;
        (write.raised, write.place) = (vec![event(1), event(2)], Some(super::state::place("A", 2)));
        (write.answer, write.messages) = (Some(answer("k", 1)), vec![message(1), dead(2)]);
        write.counts = Some(vec![crate::store::StoredCount { rule: "r".to_owned(), count: 1, ..Default::default() }]);
        write.audit = Audit { records: records("one", 3)?, interlock: None, ..Audit::default() };
        desk.beside(write)?;
        before = Some((desk.load("a")?, fine("journal", desk.store.journal("a", 0, 9))?));
        Ok(())
    })?;
    same(
        "the session and its journal",
        Some((desk.load("a")?, fine("journal", desk.store.journal("a", 0, 9))?)),
        before,
    )?;
    same("the answer", fine("answer", desk.store.answer("a", "k"))?, Some(answer("k", 1)))?;
    same("the outbox", desk.outbox(false, None, 9)?, vec![("a".to_owned(), 1)])?;
    same("the dead ones", desk.outbox(true, None, 9)?, vec![("a".to_owned(), 2)])?;
    same("the ledger", fine("ledger", desk.store.ledger(0, 9))?, records("one", 3)?)?;
    same("the last record", fine("begin", desk.store.begin())?.last_record, records("one", 3)?.pop())?;
    desk.commit("a", vec![part("x", &[2])])
}

fn another_handle(desk: &Desk<'_>) -> Outcome {
    let other = desk.another()?;
    desk.begun("a", vec![])?;
    for step in 0..20_u8 {
        desk.commit("a", vec![part("x", &[step])])?;
        let values: Vec<_> = other.load("a")?.fields.into_iter().map(|field| field.value).collect();
        same("the value", values, vec![vec![step]])?;
    }
    Ok(())
}

fn seen(desk: &Desk<'_>) -> Outcome {
    let other = desk.another()?;
    desk.begun("a", vec![])?;
    for step in 0..20_u8 {
        let one = if step.is_multiple_of(2) { desk } else { &other };
        one.commit("a", vec![part("x", &[step])])?;
    }
    same("the journal", desk.steps("a", 0, 99)?, (1..=20).collect())?;
    same("the journal there", other.steps("a", 0, 99)?, (1..=20).collect())
}

fn stays_gone(desk: &Desk<'_>) -> Outcome {
    let desk = desk.reopened(|desk| {
        for session in ["a", "b"] {
            desk.begun(session, vec![])?;
            (0..4_u8).try_for_each(|step| desk.commit(session, vec![part("x", &[step])]))?;
        }
        let base = Base { step: 2, ..desk.base_now("a")? };
        fine("prune", desk.store.prune("a", base))?;
        fine("remove", desk.store.remove("b", 4))
    })?;
    same("the journal", desk.steps("a", 0, 9)?, vec![3, 4])?;
    same("the base", fine("base", desk.store.base("a"))?.map(|base| base.step), Some(2))?;
    same("the one that was removed", fine("load", desk.store.load("b"))?, None)
}

fn leases(desk: &Desk<'_>) -> Outcome {
    let long = Duration::from_secs(3_600);
    let mut mine = None;
    let desk = desk.reopened(|desk| {
        desk.begun("a", vec![])?;
        mine = Some(fine("lease", desk.store.lease("a", "me", long))?);
        Ok(())
    })?;
    super::super::desk::answers!(
        "another's lease",
        desk.store.lease("a", "you", long),
        Err(crate::store::StoreError::Leased { .. })
    );
    same("mine", Some(fine("lease", desk.store.lease("a", "me", long))?), mine)
}

fn interlock(desk: &Desk<'_>) -> Outcome {
    let latched = records("one", 1)?.pop();
    let desk = desk.reopened(|desk| {
        desk.begun("a", vec![])?;
        let audit = Audit { records: records("one", 1)?, interlock: Some(latched.clone()), ..Audit::default() };
        desk.beside(crate::store::Write { audit, ..super::super::desk::on("a") })
    })?;
    same("the interlock", fine("begin", desk.store.begin())?.interlock, latched)?;
    let write = desk.next("a", vec![])?;
    super::super::desk::answers!("a step", desk.write(write), Err(crate::store::StoreError::Halted { .. }));
    Ok(())
}
