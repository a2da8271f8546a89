//! Many threads at once: rules 3 and 9.

use std::sync::Arc;
use std::thread;

use super::super::desk::{Desk, Outcome, event, field, first, next, on, part, same, write_to};
use super::super::records::records;
use crate::store::{Audit, SessionState, Store, StoreError, Write};

super::cases! {
    3 "eight threads on one session lose no update" one_session
    3 "eight threads on many sessions, two handles" many_sessions
    3 "of eight threads that begin a session one does" one_begins
    5 "events of eight threads are all there" events
    6 "of eight threads that answer under a key one does" one_answers
    8 "of eight threads that want a lease one has it" one_lease
    9 "who reads sees whole writes" whole_writes
    1 "records of eight threads are each there once" one_ledger
}

const THREADS: usize = 8;

/// Each in a thread, on the one handle or the other; what each gives.
fn in_threads<T: Send>(
    desk: &Desk<'_>,
    run: impl Fn(usize, &dyn Store) -> Result<T, String> + Sync,
) -> Result<Vec<T>, String> {
    let handles = [Arc::clone(&desk.store), desk.another()?.store];
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .zip(handles.iter().cycle())
            .map(|(number, store)| {
                let run = &run;
                scope.spawn(move || run(number, &**store))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| "a thread panicked".to_owned())?).collect()
    })
}

fn state(store: &dyn Store, session: &str) -> Result<SessionState, String> {
    let state = store.load(session).map_err(|error| format!("load: {error:?}"))?;
    state.ok_or_else(|| format!("load: expected the session `{session}`, found none"))
}

fn sum(state: &SessionState) -> u64 {
    let field = state.fields.iter().find(|field| field.path == "sum");
    field.and_then(|field| field.value.as_slice().try_into().ok()).map_or(0, u64::from_le_bytes)
}

/// Adds one, as often as it takes.
fn add(store: &dyn Store, session: &str) -> Outcome {
    for _ in 0..10_000 {
        let state = state(store, session)?;
        let more = (sum(&state) + 1).to_le_bytes();
        match write_to(store, next(session, &state, vec![part("sum", &more)])) {
            Ok(()) => return Ok(()),
            Err(StoreError::Conflict { .. } | StoreError::Unavailable { .. }) => {}
            Err(error) => return Err(format!("a step that contends: expected none or a conflict, found {error:?}")),
        }
    }
    Err("a step that contends: 10,000 conflicts".to_owned())
}

fn one_session(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![field("sum", &0_u64.to_le_bytes())])?;
    in_threads(desk, |_, store| (0..25).try_for_each(|_| add(store, "a")))?;
    let state = desk.load("a")?;
    same("sum and step", (sum(&state), state.step), (200, 200))?;
    same("the journal", desk.steps("a", 0, usize::MAX)?, (1..=200).collect())?;
    let journal = desk.store.journal("a", 0, usize::MAX).map_err(|error| error.to_string())?;
    let first = crate::store::ChainHash::of_first(&[field("sum", &0_u64.to_le_bytes())]);
    let chain = journal.iter().fold(first, |chain, entry| chain.after(entry));
    same("the chain", state.chain, chain)
}

fn many_sessions(desk: &Desk<'_>) -> Outcome {
    let names: Vec<String> = (0..5).map(|number| format!("s{number}")).collect();
    names.iter().try_for_each(|name| desk.begun(name, vec![]))?;
    in_threads(desk, |number, store| {
        (0..30).try_for_each(|step| add(store, names.get((number + step) % 5).map_or("", String::as_str)))
    })?;
    let sums = names.iter().map(|name| desk.load(name).map(|state| (sum(&state), state.step)));
    let sums = sums.collect::<Result<Vec<_>, _>>()?;
    same("all steps", sums.iter().map(|(sum, _)| sum).sum::<u64>(), 240)?;
    same("whether each sum is its step", sums.iter().all(|(sum, step)| sum == step), true)
}

fn one_begins(desk: &Desk<'_>) -> Outcome {
    let begun =
        in_threads(desk, |number, store| match write_to(store, first("a", vec![field("x", &[number as u8])])) {
            Ok(()) => Ok(Some(number as u8)),
            Err(StoreError::Exists { .. }) => Ok(None),
            Err(error) => Err(format!("to begin it: expected none or that it exists, found {error:?}")),
        })?;
    let won: Vec<_> = begun.into_iter().flatten().collect();
    same("how many have", won.len(), 1)?;
    same("whose it is", desk.load("a")?.fields, won.iter().map(|number| field("x", &[*number])).collect())
}

fn events(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    in_threads(desk, |number, store| {
        (0..10_u64).try_for_each(|each| {
            let raised = vec![event(each * 8 + number as u64 + 1)];
            let answer = write_to(store, Write { raised, ..on("a") });
            answer.map_err(|error| format!("an event: expected no error, found {error:?}"))
        })
    })?;
    same("the events", desk.events("a")?, (1..=80).collect())
}

fn one_answers(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let given = in_threads(desk, |number, store| {
        let answer = Some(super::super::desk::answer("k", number as u64));
        match write_to(store, Write { answer, ..on("a") }) {
            Ok(()) => Ok(Some(number as u64)),
            Err(StoreError::Answered { .. }) => Ok(None),
            Err(error) => Err(format!("an answer: expected none or that it is answered, found {error:?}")),
        }
    })?;
    let won: Vec<_> = given.into_iter().flatten().collect();
    same("how many have", won.len(), 1)?;
    let found = desk.store.answer("a", "k").map_err(|error| error.to_string())?;
    same("whose it is", found.map(|answer| answer.at), won.first().copied())
}

fn one_lease(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let leases = in_threads(desk, |number, store| {
        match store.lease("a", &format!("owner {number}"), std::time::Duration::from_secs(3_600)) {
            Ok(lease) => Ok(Some(lease)),
            Err(StoreError::Leased { .. }) => Ok(None),
            Err(error) => Err(format!("a lease: expected none or that it is leased, found {error:?}")),
        }
    })?;
    same("how many have it", leases.into_iter().flatten().count(), 1)
}

fn whole_writes(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![field("x", &[0]), field("y", &[0])])?;
    in_threads(desk, |number, store| {
        if number == 0 {
            for step in 1..=60_u8 {
                let mut write = next("a", &state(store, "a")?, vec![part("x", &[step]), part("y", &vec![step; 5_000])]);
                write.place = Some(super::state::place(&step.to_string(), 0));
                (write.raised, write.taken) = (vec![event(step.into())], vec![u64::from(step) - 1]);
                write_to(store, write).map_err(|error| format!("a step: expected no error, found {error:?}"))?;
            }
            return Ok(());
        }
        loop {
            let state = state(store, "a")?;
            let of = |path: &str| state.fields.iter().find(|field| field.path == path);
            let firsts = ["x", "y"].map(|path| of(path).and_then(|field| field.value.first().copied()).map(u64::from));
            same("values and step", firsts, [Some(state.step); 2])?;
            if state.step > 0 {
                same("position", state.position, Some(state.step.to_string()))?;
                same("events", state.events.iter().map(|event| event.number).collect(), vec![state.step])?;
            }
            if state.step == 60 {
                return Ok(());
            }
        }
    })?;
    Ok(())
}

fn one_ledger(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let all = records("one", 24)?;
    // Whoever is behind is passed over, whoever is ahead comes again.
    in_threads(desk, |_, store| {
        for record in &all {
            let audit = Audit { records: vec![record.clone()], interlock: None, ..Audit::default() };
            match write_to(store, Write { audit, ..on("a") }) {
                Ok(()) => {}
                Err(error) => return Err(format!("record {}: expected no error, found {error:?}", record.sequence)),
            }
        }
        Ok(())
    })?;
    let found = desk.store.ledger(0, 99).map_err(|error| error.to_string())?;
    same("the ledger", found, all)
}
