//! Leases and fences: rule 8.

use std::thread;
use std::time::{Duration, SystemTime};

use super::super::desk::{Desk, Outcome, answers, event, fine, on, same};
use crate::store::{Lease, Place, StoreError, Write};

super::cases! {
    8 "a session that is leased is not gone on with by others" refuses_others
    8 "who has the lease goes on" owner_goes_on
    8 "what does not go on comes in spite of a lease" beside
    8 "a lease is kept by its owner, with the same fence" kept
    8 "a lease is refused while another program has it" taken
    8 "a lease that is given back is free, and the fence grows" given_back
    8 "a lease that has run out is free, and the fence grows" runs_out
    8 "a lease that has run out refuses nobody" refuses_nobody
    8 "a write under an older fence is refused" older_fence
    8 "a write under an older fence is refused though it does not go on" older_fence_beside
    8 "an older lease gives nothing back" older_gives_nothing
    8 "a session that is not there cannot be leased" not_there
    8 "leases are each session's own" own
    8 "a lease is seen by another handle" another_handle
    0 "what has something to do and is nobody's is found, page by page" unattended
}

/// Longer than a case takes.
const LONG: Duration = Duration::from_secs(3_600);
/// Short, but not shorter than clocks tell.
const SHORT: Duration = Duration::from_millis(30);

fn lease(desk: &Desk<'_>, owner: &str, lasting: Duration) -> Result<Lease, String> {
    fine("lease", desk.store.lease("a", owner, lasting))
}

fn step(desk: &Desk<'_>, lease: Option<&Lease>) -> Result<Result<(), StoreError>, String> {
    let write = Write { lease: lease.cloned(), ..desk.next("a", vec![])? };
    Ok(desk.write(write))
}

fn refuses_others(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    lease(desk, "me", LONG)?;
    answers!("a step", step(desk, None)?, Err(StoreError::Leased { session, owner }) if session == "a" && owner == "me");
    let place = Write { place: Some(super::state::place("A", 0)), ..on("a") };
    answers!("a place", desk.write(place), Err(StoreError::Leased { .. }));
    let state = desk.load("a")?;
    same("step and position", (state.step, state.position), (0, None))
}

fn owner_goes_on(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let mine = lease(desk, "me", LONG)?;
    same("the owner", &*mine.owner, "me")?;
    for expected in 1..=3 {
        fine("a step under the lease", step(desk, Some(&mine))?)?;
        same("the step", desk.load("a")?.step, expected)?;
    }
    Ok(())
}

fn beside(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    lease(desk, "me", LONG)?;
    desk.beside(Write { raised: vec![event(1)], counts: Some(vec![]), ..on("a") })?;
    desk.beside(Write { taken: vec![1], answer: Some(super::super::desk::answer("k", 1)), ..on("a") })?;
    same("the events", desk.events("a")?, vec![])
}

fn kept(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let one = lease(desk, "me", SHORT)?;
    let two = lease(desk, "me", LONG)?;
    same("the lease", &two, &one)?;
    thread::sleep(2 * SHORT);
    answers!("a step of others", step(desk, None)?, Err(StoreError::Leased { .. }));
    fine("a step under it", step(desk, Some(&one))?)
}

fn taken(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    lease(desk, "me", LONG)?;
    let other = desk.store.lease("a", "you", LONG);
    answers!("another's lease", other, Err(StoreError::Leased { owner, .. }) if owner == "me");
    Ok(())
}

fn given_back(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let mine = lease(desk, "me", LONG)?;
    fine("give_back", desk.store.give_back("a", &mine))?;
    fine("a step of others", step(desk, None)?)?;
    let yours = lease(desk, "you", LONG)?;
    same("whether the fence has grown", yours.fence > mine.fence, true)?;
    answers!("a step under the old lease", step(desk, Some(&mine))?, Err(StoreError::Leased { .. }));
    fine("give_back again", desk.store.give_back("a", &yours))
}

fn runs_out(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let mine = lease(desk, "me", SHORT)?;
    thread::sleep(2 * SHORT);
    let yours = lease(desk, "you", LONG)?;
    same("whether the fence has grown", yours.fence > mine.fence, true)?;
    answers!("mine again", desk.store.lease("a", "me", LONG), Err(StoreError::Leased { owner, .. }) if owner == "you");
    Ok(())
}

fn refuses_nobody(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let mine = lease(desk, "me", SHORT)?;
    thread::sleep(2 * SHORT);
    fine("a step of others", step(desk, None)?)?;
    fine("a step under it, which nobody has taken", step(desk, Some(&mine))?)
}

fn older_fence(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let mine = lease(desk, "me", Duration::ZERO)?;
    let yours = lease(desk, "you", LONG)?;
    let refused = step(desk, Some(&mine))?;
    answers!("a step under an older fence", refused, Err(StoreError::Leased { owner, .. }) if owner == "you");
    fine("a step under the newer one", step(desk, Some(&yours))?)?;
    fine("give_back", desk.store.give_back("a", &yours))?;
    answers!("when it is given back", step(desk, Some(&mine))?, Err(StoreError::Leased { .. }));
    Ok(())
}

fn older_fence_beside(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let mine = lease(desk, "me", Duration::ZERO)?;
    lease(desk, "you", Duration::ZERO)?;
    let write = Write { lease: Some(mine), raised: vec![event(1)], ..on("a") };
    answers!("an event under an older fence", desk.write(write), Err(StoreError::Leased { .. }));
    same("the events", desk.events("a")?, vec![])
}

fn older_gives_nothing(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let mine = lease(desk, "me", Duration::ZERO)?;
    lease(desk, "you", LONG)?;
    fine("give_back", desk.store.give_back("a", &mine))?;
    fine("give_back of nobody", desk.store.give_back("nobody", &mine))?;
    answers!("a step of others", step(desk, None)?, Err(StoreError::Leased { owner, .. }) if owner == "you");
    Ok(())
}

fn unattended(desk: &Desk<'_>) -> Outcome {
    let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let found = |after: Option<&str>, most| fine("unattended", desk.store.unattended(at(1_000), after, most));
    same("in an empty store", found(None, 9)?, vec![])?;
    let names = ["due", "event", "late", "ready", "rests", "was leased"];
    names.iter().try_for_each(|name| desk.begun(name, vec![]))?;
    let place = |due, ready| Some(Place { due, ready, ..super::state::place("A", 0) });
    desk.beside(Write { place: place(Some(at(1_000)), false), ..on("due") })?;
    desk.beside(Write { raised: vec![event(1)], ..on("event") })?;
    desk.beside(Write { place: place(Some(at(1_001)), false), ..on("late") })?;
    for name in ["ready", "was leased"] {
        desk.beside(Write { place: place(None, true), ..on(name) })?;
    }
    desk.beside(Write { place: place(None, false), ..on("rests") })?;
    fine("lease", desk.store.lease("was leased", "me", SHORT))?;
    thread::sleep(2 * SHORT);
    let expected = ["due", "event", "ready", "was leased"].map(str::to_owned);
    for most in [0, 1, 2, 4, usize::MAX] {
        same("the first", found(None, most)?, expected.iter().take(most).cloned().collect())?;
        same("behind one", found(Some("event"), most)?, expected.iter().skip(2).take(most).cloned().collect())?;
    }
    same("behind all", found(Some("was leased"), 9)?, vec![])
}

fn not_there(desk: &Desk<'_>) -> Outcome {
    answers!("a lease", desk.store.lease("a", "me", LONG), Err(StoreError::Conflict { session, .. }) if session == "a");
    same("load", fine("load", desk.store.load("a"))?, None)
}

fn own(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.begun("b", vec![])?;
    lease(desk, "me", LONG)?;
    desk.commit("b", vec![])?;
    fine("another session's", desk.store.lease("b", "you", LONG))?;
    answers!("a step", step(desk, None)?, Err(StoreError::Leased { .. }));
    Ok(())
}

fn another_handle(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let mine = lease(desk, "me", LONG)?;
    let other = desk.another()?;
    answers!("a step", step(&other, None)?, Err(StoreError::Leased { .. }));
    fine("a step under the lease", step(&other, Some(&mine))?)
}
