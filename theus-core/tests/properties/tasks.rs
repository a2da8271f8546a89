//! Several `async` runs on one thread, polled in a random order and sometimes dropped: as if they had come one at a time.

use std::cell::RefCell;
use std::sync::Mutex;
use std::task::Poll;

use proptest::prelude::*;
use theus_core::Locking;

use super::cases;
use super::replay::{History, assert_serialisable};
use super::subject::{engine, run_async};
use crate::executor::Task;
use crate::programs::{Call, RuleSpec, World, run_steps};

const ROOM: usize = 4_096;

/// Who is polled next, and whether it is dropped instead.
type Schedule = Vec<(usize, bool)>;

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn tasks_give_what_some_order_gives(
        (world, rules, programs) in run_steps(Call::any_async(), 2..=5),
        attempts in prop_oneof![Just(1_u32), Just(2), Just(32)],
        schedule in prop::collection::vec((0..5_usize, prop::bool::weighted(0.04)), 0..120),
    ) {
        for locking in [Locking::Optimistic, Locking::Pessimistic, Locking::ByKind] {
            check(&world, &rules, &programs, locking, attempts, &schedule);
        }
    }
}

fn check(
    world: &World,
    rules: &[RuleSpec],
    programs: &[Vec<Call>],
    locking: Locking,
    attempts: u32,
    schedule: &Schedule,
) {
    let (engine, ledger) = engine(world, rules, ROOM, locking, attempts);
    let history = Mutex::new(History::default());
    let under_way: Vec<_> = programs.iter().map(|_| Mutex::new(None)).collect();
    let tasks: Vec<_> = programs
        .iter()
        .zip(&under_way)
        .map(|(program, under_way)| {
            let (engine, history) = (&engine, &history);
            RefCell::new(Some(Task::new(async move {
                for call in program {
                    *under_way.lock().unwrap() = Some(call.clone());
                    let ran = run_async(engine, call.clone()).await;
                    *under_way.lock().unwrap() = None;
                    history.lock().unwrap().runs.push((call.clone(), ran));
                }
            })))
        })
        .collect();

    for (chosen, dropped) in schedule {
        let chosen = chosen % tasks.len();
        let mut task = tasks[chosen].borrow_mut();
        if *dropped {
            *task = None;
            history.lock().unwrap().cancelled.extend(under_way[chosen].lock().unwrap().take());
        } else if let Some(task) = task.as_mut().filter(|task| !task.is_done() && task.is_woken()) {
            let _: Poll<()> = task.poll();
        }
    }
    // Then all go on in turn; each is polled only when it was woken, so a lost wake-up is seen.
    loop {
        let mut left = 0;
        let mut progress = false;
        for task in &tasks {
            let mut task = task.borrow_mut();
            let Some(task) = task.as_mut().filter(|task| !task.is_done()) else { continue };
            left += 1;
            if task.is_woken() {
                progress = true;
                let _: Poll<()> = task.poll();
            }
        }
        if left == 0 {
            break;
        }
        assert!(progress, "{left} tasks wait for a wake-up that never comes");
    }
    drop(tasks);
    assert_serialisable(&engine, &ledger, (world, rules, ROOM), &history.into_inner().unwrap());
}
