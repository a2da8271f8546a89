//! Which writes go on: rule 3.

use super::super::desk::{Desk, Outcome, answers, event, field, fine, first, next, on, part, same};
use crate::store::{CodePrint, EffectAnswer, StoreError, Write};

super::cases! {
    3 "a session that is not there is none" none
    3 "a session begins with its first state" begins
    3 "a first state and a first step are one write" first_and_step
    3 "a first state and a first place are one write" first_and_place
    3 "a session that is there does not begin again" exists
    3 "a first state that expects a step is refused" first_expects
    3 "a step on a session that is not there is refused" not_there
    3 "an event for a session that is not there is refused" event_not_there
    3 "a step is behind the one before" behind
    3 "a step that another program has made is a conflict" conflict
    3 "a step from one that is not made yet is a conflict" ahead
    3 "a step whose number does not follow is refused" does_not_follow
    3 "a place goes on from the step that it expects" place_goes_on
    3 "events, counters and what is taken come beside another commit" beside
    3 "a refused step leaves the session usable" usable
    3 "sessions are apart" apart
    9 "what is refused changes nothing" changes_nothing
    4 "a step has what its effects gave, or that it is not known" effects
    4 "a step has the code that made it, or that it is not known" code
}

fn code(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let all = [None, Some(CodePrint { body: 0, contract: u32::MAX, schema: 1 << 31 }), Some(CodePrint::default())];
    for code in all {
        let mut write = desk.next("a", vec![part("x", &[1])])?;
        if let Some(entry) = &mut write.entry {
            entry.code = code;
        }
        desk.beside(write)?;
    }
    let journal = fine("journal", desk.store.journal("a", 1, 9))?;
    same("the code", journal.into_iter().map(|entry| entry.code).collect::<Vec<_>>(), all.to_vec())
}

fn effects(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let call = |call: &str, asked: &[u8], gave: Option<&[u8]>| EffectAnswer {
        effect: "gateway \u{fc}".to_owned(),
        call: call.to_owned(),
        asked: asked.to_vec(),
        gave: gave.map(<[u8]>::to_vec),
    };
    let long = vec![9; 70_000];
    let all = [
        None,
        Some(vec![]),
        Some(vec![call("charge", &[1], Some(&[2])), call("rate", &[], None), call("", &long, Some(&[]))]),
    ];
    for answers in &all {
        let state = desk.load("a")?;
        let mut write = next("a", &state, vec![part("x", &[1])]);
        if let Some(entry) = &mut write.entry {
            entry.answers.clone_from(answers);
            entry.chain = state.chain.after(entry);
        }
        desk.beside(write)?;
    }
    let journal = fine("journal", desk.store.journal("a", 0, 9))?;
    same("the answers", journal.into_iter().map(|entry| entry.answers).collect::<Vec<_>>(), all.to_vec())
}

fn none(desk: &Desk<'_>) -> Outcome {
    same("load", fine("load", desk.store.load("a"))?, None)?;
    same("base", fine("base", desk.store.base("a"))?, None)?;
    same("journal", fine("journal", desk.store.journal("a", 0, 9))?, vec![])?;
    same("answer", fine("answer", desk.store.answer("a", "k"))?, None)
}

fn begins(desk: &Desk<'_>) -> Outcome {
    let fields = vec![field("a", &[1]), field("b", &[2, 3])];
    let write = Write { schema: 4, ..first("a", fields.clone()) };
    desk.beside(write)?;
    let state = desk.load("a")?;
    same("step, version and schema", (state.step, state.version, state.schema), (0, 0, 4))?;
    same("the chain", state.chain, crate::store::ChainHash::of_first(&fields))?;
    same("the fields", state.fields, fields)
}

fn first_and_step(desk: &Desk<'_>) -> Outcome {
    let fields = vec![field("x", &[1]), field("y", &[5])];
    let mut write = next("a", &Default::default(), vec![part("x", &[2])]);
    write.first = Some(fields.clone());
    desk.beside(write)?;
    let state = desk.load("a")?;
    let values: Vec<_> = state.fields.iter().map(|field| (field.value.clone(), field.written)).collect();
    same("step and values", (state.step, values), (1, vec![(vec![2], true), (vec![5], false)]))?;
    let base = fine("base", desk.store.base("a"))?.ok_or("base: expected one, found none")?;
    same("the base", (base.step, base.fields), (0, fields))
}

fn first_and_place(desk: &Desk<'_>) -> Outcome {
    let fields = vec![field("a", &[1])];
    let place = Some(super::state::place("A", 0));
    desk.beside(Write { place: place.clone(), schema: 2, ..first("a", fields.clone()) })?;
    let state = desk.load("a")?;
    same("step, schema and position", (state.step, state.schema, state.position), (0, 2, Some("A".to_owned())))?;
    same("fields", state.fields, fields.clone())?;
    let again = Write { place: Some(super::state::place("B", 0)), ..first("a", fields) };
    answers!("again", desk.write(again), Err(StoreError::Exists { .. }));
    same("position", desk.load("a")?.position, Some("A".to_owned()))?;
    desk.beside(desk.next("a", vec![part("a", &[2])])?)
}

fn exists(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![field("x", &[1])])?;
    let answer = desk.write(first("a", vec![field("x", &[2])]));
    answers!("to begin it again", answer, Err(StoreError::Exists { session }) if session == "a");
    desk.commit("a", vec![])?;
    let answer = desk.write(first("a", vec![field("x", &[2])]));
    answers!("to begin it after a step", answer, Err(StoreError::Exists { .. }));
    same("the fields", desk.load("a")?.fields, vec![field("x", &[1])])
}

fn first_expects(desk: &Desk<'_>) -> Outcome {
    let write = Write { expected: 1, ..first("a", vec![]) };
    answers!("a first state at step 1", desk.write(write), Err(StoreError::Conflict { expected: 1, found: 0, .. }));
    same("load", fine("load", desk.store.load("a"))?, None)
}

fn not_there(desk: &Desk<'_>) -> Outcome {
    let answer = desk.write(next("a", &Default::default(), vec![part("x", &[1])]));
    answers!("a step", answer, Err(StoreError::Conflict { expected: 0, found: 0, .. }));
    same("load", fine("load", desk.store.load("a"))?, None)
}

fn event_not_there(desk: &Desk<'_>) -> Outcome {
    let answer = desk.write(Write { raised: vec![event(1)], ..on("a") });
    answers!("an event", answer, Err(StoreError::Conflict { expected: 0, found: 0, .. }));
    same("load", fine("load", desk.store.load("a"))?, None)
}

fn behind(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    for step in 1..=3_u8 {
        let write = desk.next("a", vec![part("x", &[step])])?;
        let entry = write.entry.clone().ok_or("no entry")?;
        desk.beside(write)?;
        let state = desk.load("a")?;
        let expected = (entry.step, entry.version, entry.chain);
        same("step, version and chain", (state.step, state.version, state.chain), expected)?;
    }
    Ok(())
}

fn conflict(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let (one, two) = (desk.next("a", vec![part("x", &[1])])?, desk.next("a", vec![part("x", &[2])])?);
    desk.beside(one)?;
    let answer = desk.another()?.write(two);
    answers!("the second", answer, Err(StoreError::Conflict { expected: 0, found: 1, session }) if session == "a");
    let values: Vec<_> = desk.load("a")?.fields.into_iter().map(|field| field.value).collect();
    same("the value", values, vec![vec![1]])?;
    same("the journal", desk.steps("a", 0, 9)?, vec![1])
}

fn ahead(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let mut state = desk.load("a")?;
    state.step = 5;
    let answer = desk.write(next("a", &state, vec![]));
    answers!("a step from step 5", answer, Err(StoreError::Conflict { expected: 5, found: 0, .. }));
    Ok(())
}

fn does_not_follow(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    for step in [0, 2, u64::MAX] {
        let mut write = desk.next("a", vec![])?;
        if let Some(entry) = &mut write.entry {
            entry.step = step;
        }
        answers!(format!("step {step} behind step 0"), desk.write(write), Err(_));
    }
    same("the step", desk.load("a")?.step, 0)?;
    desk.commit("a", vec![])
}

fn place_goes_on(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.commit("a", vec![])?;
    let place = |expected| Write { expected, place: Some(super::state::place("p", 0)), ..on("a") };
    answers!("a place at step 0", desk.write(place(0)), Err(StoreError::Conflict { expected: 0, found: 1, .. }));
    same("the position", desk.load("a")?.position, None)?;
    desk.beside(place(1))
}

fn beside(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.commit("a", vec![])?;
    desk.beside(Write { expected: 0, raised: vec![event(1), event(2)], ..on("a") })?;
    desk.beside(Write { expected: 9, taken: vec![1], ..on("a") })?;
    same("the events", desk.events("a")?, vec![2])
}

fn usable(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    for _ in 0..3 {
        let stale = Write { expected: 77, ..desk.next("a", vec![])? };
        answers!("a step from step 77", desk.write(stale), Err(StoreError::Conflict { .. }));
        desk.commit("a", vec![])?;
    }
    same("the step", desk.load("a")?.step, 3)
}

fn apart(desk: &Desk<'_>) -> Outcome {
    for session in ["a", "b"] {
        desk.begun(session, vec![field("x", &[0])])?;
    }
    desk.beside(Write { raised: vec![event(1)], ..on("b") })?;
    desk.commit("a", vec![part("x", &[1])])?;
    let (a, b) = (desk.load("a")?, desk.load("b")?);
    same("steps", (a.step, b.step), (1, 0))?;
    same("events", (a.events.len(), b.events.len()), (0, 1))?;
    same("the other's field", b.fields, vec![field("x", &[0])])
}

fn changes_nothing(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![field("x", &[0])])?;
    desk.beside(Write { raised: vec![event(1)], ..on("a") })?;
    let before = desk.load("a")?;
    let mut write = desk.next("a", vec![part("x", &[1]), part("y", &[1])])?;
    write.place = Some(super::state::place("p", 0));
    write.counts = Some(vec![crate::store::StoredCount { rule: "r".to_owned(), count: 1, ..Default::default() }]);
    (write.raised, write.taken) = (vec![event(2)], vec![1]);
    (write.answer, write.messages) = (Some(super::super::desk::answer("k", 1)), vec![super::super::desk::message(1)]);
    let refused = [
        Write { expected: 3, ..write.clone() },
        Write { raised: vec![event(2), event(1)], ..write.clone() },
        Write { first: Some(vec![]), ..write },
    ];
    for write in refused {
        answers!("a write that is refused", desk.write(write), Err(_));
        same("the state", desk.load("a")?, before.clone())?;
        same("the journal", desk.steps("a", 0, 9)?, vec![])?;
        same("the answer", fine("answer", desk.store.answer("a", "k"))?, None)?;
        same("the outbox", desk.outbox(false, None, 9)?, vec![])?;
    }
    Ok(())
}
