//! The optimistic protocol on the real lock: read values and versions, let go, run, validate, commit.

use std::sync::Arc;

use shuttle::future::{block_on, yield_now};
use shuttle::thread;

use super::lock::SessionLock;
use super::{found_by_shuttle, request, schedules};

/// Two fields, each with the version that last wrote it.
#[derive(Clone, Default)]
struct State {
    fields: [(i64, u64); 2],
    version: u64,
}

type Lock = SessionLock<State>;

/// What a commit checks of what was read.
#[derive(Clone, Copy)]
enum Validation {
    /// Everything that was read.
    Read,
    /// Only what is written: two runs that each read what the other writes both commit.
    WrittenOnly,
    /// Nothing.
    Skipped,
}

/// A transaction: reads both fields, and writes one of them.
#[derive(Clone, Copy)]
struct Transaction {
    writes: usize,
    body: fn(i64, i64) -> Option<i64>,
}

const COUNT: Transaction = Transaction { writes: 0, body: |count, _| Some(count + 1) };
/// Each takes leave only if the other has not: one of the two must stay.
const LEAVE_FIRST: Transaction = Transaction { writes: 0, body: |_, other| (other == 0).then_some(1) };
const LEAVE_SECOND: Transaction = Transaction { writes: 1, body: |other, _| (other == 0).then_some(1) };

/// One attempt at the commit, as the engine makes it; `false` where something was stale.
fn close(state: &mut State, read_set: &State, written: Option<i64>, run: Transaction, validation: Validation) -> bool {
    let current = |field: usize| state.fields[field].1 == read_set.fields[field].1;
    let valid = match validation {
        Validation::Read => current(0) && current(1),
        Validation::WrittenOnly => current(run.writes),
        Validation::Skipped => true,
    };
    if valid && let Some(value) = written {
        state.version += 1;
        state.fields[run.writes] = (value, state.version);
    }
    valid
}

fn transact(lock: &Lock, run: Transaction, validation: Validation) {
    loop {
        let read_set = lock.hold(request).unwrap().clone();
        let written = (run.body)(read_set.fields[0].0, read_set.fields[1].0);
        if close(&mut lock.hold(request).unwrap(), &read_set, written, run, validation) {
            return;
        }
        thread::yield_now();
    }
}

async fn transact_async(lock: &Lock, run: Transaction, validation: Validation) {
    loop {
        let read_set = lock.hold_async(request()).await.unwrap().clone();
        yield_now().await;
        let written = (run.body)(read_set.fields[0].0, read_set.fields[1].0);
        if close(&mut lock.hold_async(request()).await.unwrap(), &read_set, written, run, validation) {
            return;
        }
        yield_now().await;
    }
}

/// A run with the session to itself, across an await.
async fn transact_alone(lock: &Lock, run: Transaction) {
    let lease = lock.take_lease(request(), |_| ()).await.unwrap();
    let read_set = lease.hold(request).unwrap().clone();
    yield_now().await;
    let written = (run.body)(read_set.fields[0].0, read_set.fields[1].0);
    assert!(
        close(&mut lease.hold(request).unwrap(), &read_set, written, run, Validation::Read),
        "a run with the session to itself met a conflict"
    );
}

/// Runs both at once, and gives the last state.
fn both(validation: Validation, one: Transaction, other: Transaction) -> State {
    let lock = Arc::new(Lock::new(1, State::default()));
    let spawned = {
        let lock = Arc::clone(&lock);
        thread::spawn(move || block_on(transact_async(&lock, one, validation)))
    };
    transact(&lock, other, validation);
    spawned.join().unwrap();
    lock.hold(request).unwrap().clone()
}

fn assert_no_lost_update(validation: Validation) {
    let state = both(validation, COUNT, COUNT);
    assert_eq!((state.fields[0].0, state.version), (2, 2), "an update was lost");
}

fn assert_one_stays(validation: Validation) {
    let state = both(validation, LEAVE_FIRST, LEAVE_SECOND);
    assert_eq!(state.fields[0].0 + state.fields[1].0, 1, "no order of the two gives this");
}

#[test]
fn no_update_is_lost() {
    shuttle::check_random(|| assert_no_lost_update(Validation::Read), schedules());
}

#[test]
fn what_was_read_still_holds_at_the_commit() {
    shuttle::check_random(|| assert_one_stays(Validation::Read), schedules());
}

fn three_ways() {
    let lock = Arc::new(Lock::new(1, State::default()));
    let spawn = |work: fn(&Lock)| {
        let lock = Arc::clone(&lock);
        thread::spawn(move || work(&lock))
    };
    let threads = [
        spawn(|lock| transact(lock, COUNT, Validation::Read)),
        spawn(|lock| block_on(transact_async(lock, COUNT, Validation::Read))),
        spawn(|lock| block_on(transact_alone(lock, COUNT))),
    ];
    for thread in threads {
        thread.join().unwrap();
    }
    let state = lock.hold(request).unwrap();
    assert_eq!((state.fields[0].0, state.version), (3, 3));
}

#[test]
fn optimistic_runs_and_one_with_the_session_to_itself_lose_nothing() {
    shuttle::check_random(three_ways, schedules());
}

#[test]
fn a_protocol_that_does_not_validate_is_found() {
    let found = found_by_shuttle(|| assert_no_lost_update(Validation::Skipped));
    assert!(found.is_some_and(|text| text.contains("an update was lost")));
}

#[test]
fn a_protocol_that_validates_only_what_it_writes_is_found() {
    let found = found_by_shuttle(|| assert_one_stays(Validation::WrittenOnly));
    assert!(found.is_some_and(|text| text.contains("no order of the two gives this")));
    shuttle::check_random(|| assert_no_lost_update(Validation::WrittenOnly), schedules());
}
