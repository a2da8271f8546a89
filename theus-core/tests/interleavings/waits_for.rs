//! Who waits for whom: hand-over to tasks, limits, and waits that would never end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use shuttle::future::{block_on, yield_now};
use shuttle::thread;

use super::lock::SessionLock;
use super::patience::{Limit, NotHeld, Request};
use super::schedules;
use crate::sync::nesting::Inside;

type Lock = SessionLock<u32>;

fn request(process: &'static str) -> Request<'static> {
    Request { process, contracts: None, session: "main", limit: None, lock_timeout: Duration::MAX }
}

fn spawn(work: impl FnOnce() + Send + 'static) -> thread::JoinHandle<()> {
    thread::spawn(work)
}

/// Threads that hold the session for long, and tasks that wait for it: all of them get it.
fn tasks_and_holders(tasks: u32, holders: u32) {
    let lock = Arc::new(Lock::new(1, 0));
    let step = |lock: &Lock| {
        let mut held = lock.hold(|| request("step")).unwrap();
        let before = *held;
        thread::yield_now();
        *held = before + 1;
    };
    let mut threads: Vec<_> = Vec::new();
    for _ in 0..tasks {
        let lock = Arc::clone(&lock);
        threads.push(spawn(move || block_on(async { *lock.hold_async(request("task")).await.unwrap() += 1 })));
    }
    for _ in 0..holders {
        let lock = Arc::clone(&lock);
        threads.push(spawn(move || step(&lock)));
    }
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(*lock.hold(|| request("last")).unwrap(), tasks + holders);
}

#[test]
fn a_task_is_woken_when_a_thread_lets_go() {
    shuttle::check_random(|| tasks_and_holders(3, 2), schedules());
    shuttle::check_dfs(|| tasks_and_holders(1, 1), Some(1_000));
}

/// Two threads that each hold one session and want the other's: at least one is refused, and nobody waits for ever.
fn crosswise(sessions: usize) {
    let locks: Vec<_> = (0..sessions).map(|engine| Arc::new(Lock::new(engine + 1, 0))).collect();
    let threads: Vec<_> = (0..sessions)
        .map(|at| {
            let (own, next) = (Arc::clone(&locks[at]), Arc::clone(&locks[(at + 1) % sessions]));
            spawn(move || {
                let mut own = own.hold(|| request("outer")).unwrap();
                match next.hold(|| request("inner")) {
                    Ok(mut next) => *next += 1,
                    Err(NotHeld::Circle(_)) => *own += 100,
                    Err(why) => panic!("{why:?}"),
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let refused: u32 = locks.iter().map(|lock| *lock.hold(|| request("last")).unwrap() / 100).sum();
    assert!(refused < sessions as u32, "one of them can go on");
}

#[test]
fn sessions_that_want_each_other_are_refused_and_never_wait_for_ever() {
    shuttle::check_random(|| crosswise(2), schedules());
    shuttle::check_random(|| crosswise(3), schedules() / 3);
    shuttle::check_dfs(|| crosswise(2), Some(1_000));
}

/// The same with runs that have their sessions under leases: one as a task, one that blocks its thread.
fn crosswise_leases(blocks: bool) {
    let (one, two) = (Arc::new(Lock::new(1, 0)), Arc::new(Lock::new(2, 0)));
    let run = |engine: usize, own: Arc<Lock>, other: Arc<Lock>, blocks: bool| {
        spawn(move || {
            block_on(async {
                let lease = own.take_lease(request("outer"), |_| ()).await.unwrap();
                lease.driven_here();
                yield_now().await;
                let _inside = Inside::enter(engine, Some(lease.session()));
                let found = match blocks {
                    true => other.hold(|| request("inner")).map(|_| ()),
                    false => other.hold_async(request("inner")).await.map(|_| ()),
                };
                assert!(matches!(found, Ok(()) | Err(NotHeld::Circle(_))), "{found:?}");
            });
        })
    };
    let first = run(1, Arc::clone(&one), Arc::clone(&two), blocks);
    let second = run(2, two, one, false);
    first.join().unwrap();
    second.join().unwrap();
}

#[test]
fn leases_that_want_each_other_are_refused_and_never_wait_for_ever() {
    shuttle::check_random(|| crosswise_leases(false), schedules());
    shuttle::check_random(|| crosswise_leases(true), schedules());
}

/// A thread that drives a lease would wait for itself; another one waits and gets the session.
fn driver() {
    let lock = Arc::new(Lock::new(1, 0));
    let other = {
        let lock = Arc::clone(&lock);
        spawn(move || *lock.hold(|| request("other")).unwrap() += 1)
    };
    block_on(async {
        let lease = lock.take_lease(request("listen"), |_| ()).await.unwrap();
        lease.driven_here();
        let refused = lock.hold(|| request("ring")).err();
        let Some(NotHeld::Circle(circle)) = refused else { panic!("{refused:?}") };
        let text = circle.to_string();
        assert!(text.contains("`listen` has the session `main` until it is done, and this thread drives it"), "{text}");
    });
    other.join().unwrap();
    assert_eq!(*lock.hold(|| request("last")).unwrap(), 1);
}

#[test]
fn a_thread_that_drives_a_lease_does_not_wait_for_its_end() {
    shuttle::check_random(driver, schedules());
}

/// A limit that is over: where the session is free it is given, else the wait ends at once; and those behind go on.
fn over() {
    let lock = Arc::new(Lock::new(1, 0));
    let limited = || {
        let limit = Some(Limit { span: Duration::ZERO, until: Instant::now() });
        Request { limit, ..request("late") }
    };
    let wait = |blocks: bool| {
        let lock = Arc::clone(&lock);
        spawn(move || {
            let got = match blocks {
                true => lock.hold(limited).map(|mut held| *held += 1),
                false => block_on(lock.hold_async(limited())).map(|mut held| *held += 1),
            };
            assert!(matches!(got, Ok(()) | Err(NotHeld::TimedOut(_))), "{got:?}");
        })
    };
    let leases = {
        let lock = Arc::clone(&lock);
        spawn(move || {
            block_on(async {
                let _lease = lock.take_lease(request("lease"), |_| ()).await.unwrap();
                yield_now().await;
            });
        })
    };
    let patient = {
        let lock = Arc::clone(&lock);
        spawn(move || *block_on(lock.hold_async(request("patient"))).unwrap() += 10)
    };
    let threads = [leases, wait(true), wait(false), patient];
    for thread in threads {
        thread.join().unwrap();
    }
    assert!(*lock.hold(|| request("last")).unwrap() >= 10);
}

#[test]
fn a_wait_that_is_given_up_takes_nothing_with_it() {
    shuttle::check_random(over, schedules());
}
