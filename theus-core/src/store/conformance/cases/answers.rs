//! Answers under keys: rule 6.

use super::super::desk::{Desk, Outcome, answer, answers, event, fine, on, part, same};
use crate::store::{StoreError, StoredAnswer, Write};

super::cases! {
    6 "an answer is there under its key" there
    6 "an answer under a key that has one is refused" refused
    6 "an answer that is refused takes its step along" takes_the_step
    6 "keys are each session's own" own_keys
    6 "an answer comes without a step" without_step
    0 "answers that were given before a time are pruned, of all sessions" pruned
    0 "a key whose answer was pruned is free" free
}

fn there(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let given = StoredAnswer { key: "k".to_owned(), step: u64::MAX, asked: vec![0; 300], gave: vec![], at: u64::MAX };
    let mut write = desk.next("a", vec![])?;
    write.answer = Some(given.clone());
    desk.beside(write)?;
    same("the answer", fine("answer", desk.store.answer("a", "k"))?, Some(given))?;
    same("another key", fine("answer", desk.store.answer("a", "K"))?, None)
}

fn refused(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.beside(Write { answer: Some(answer("k", 1)), ..on("a") })?;
    let again = desk.write(Write { answer: Some(answer("k", 2)), ..on("a") });
    answers!("again", again, Err(StoreError::Answered { session, key }) if session == "a" && key == "k");
    same("the answer", fine("answer", desk.store.answer("a", "k"))?, Some(answer("k", 1)))
}

fn takes_the_step(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.beside(Write { answer: Some(answer("k", 1)), ..on("a") })?;
    let mut write = desk.next("a", vec![part("x", &[1])])?;
    (write.answer, write.raised) = (Some(answer("k", 2)), vec![event(1)]);
    answers!("a step under the key", desk.write(write), Err(StoreError::Answered { .. }));
    let state = desk.load("a")?;
    same("step and events", (state.step, state.events.len(), state.fields.len()), (0, 0, 0))
}

fn own_keys(desk: &Desk<'_>) -> Outcome {
    for (session, at) in [("a", 1), ("b", 2)] {
        desk.begun(session, vec![])?;
        desk.beside(Write { answer: Some(answer("k", at)), ..on(session) })?;
    }
    same("one", fine("answer", desk.store.answer("a", "k"))?, Some(answer("k", 1)))?;
    same("the other", fine("answer", desk.store.answer("b", "k"))?, Some(answer("k", 2)))
}

fn without_step(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.commit("a", vec![])?;
    desk.beside(Write { answer: Some(answer("k", 1)), expected: 0, ..on("a") })?;
    same("the step", desk.load("a")?.step, 1)?;
    same("the answer", fine("answer", desk.store.answer("a", "k"))?, Some(answer("k", 1)))
}

fn pruned(desk: &Desk<'_>) -> Outcome {
    for session in ["a", "b"] {
        desk.begun(session, vec![])?;
        for at in [0, 5, 6, 1 << 63, u64::MAX] {
            desk.beside(Write { answer: Some(answer(&at.to_string(), at)), ..on(session) })?;
        }
    }
    let left = || -> Result<Vec<u64>, String> {
        let mut left = Vec::new();
        for at in [0, 5, 6, 1 << 63, u64::MAX] {
            if fine("answer", desk.store.answer("b", &at.to_string()))?.is_some() {
                left.push(at);
            }
        }
        Ok(left)
    };
    same("none from before 0", fine("prune_answers", desk.store.prune_answers(0))?, 0)?;
    same("those from before 6", fine("prune_answers", desk.store.prune_answers(6))?, 4)?;
    same("what is left", left()?, vec![6, 1 << 63, u64::MAX])?;
    same("all but the last", fine("prune_answers", desk.store.prune_answers(u64::MAX))?, 4)?;
    same("what is left then", left()?, vec![u64::MAX])
}

fn free(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.beside(Write { answer: Some(answer("k", 1)), ..on("a") })?;
    fine("prune_answers", desk.store.prune_answers(2))?;
    desk.beside(Write { answer: Some(answer("k", 3)), ..on("a") })?;
    same("the answer", fine("answer", desk.store.answer("a", "k"))?, Some(answer("k", 3)))
}
