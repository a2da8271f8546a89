//! Waiting for a workflow: as a task, with an end, and beside others.

use std::time::{Duration, Instant};

use theus_core::workflow::{Status, WorkflowError};

use super::workflow_world::{Shop, desk, log, of, runs, seconds, shop};
use crate::executor::block_on;

const SECOND: Duration = Duration::from_secs(1);

const ORDER: &str = "
external: [CMD_GO]
states:
  S: { entry: [think, { run: ask, retry: { attempts: 3, backoff: 4s, factor: 1 } }], events: { CMD_GO: T } }
  T: { after: { 1m: U } }
  U: { entry: [a], after: { 1m: E } }
  E: { final: true }
";

#[test]
fn each_wait_has_a_twin_that_is_a_task_and_does_the_same() {
    let (mut blocking, _, _, first) = desk(ORDER);
    let (mut task, _, _, second) = desk(ORDER);
    let same = |blocking: &super::workflow_world::Desk, task: &super::workflow_world::Desk| {
        assert_eq!((blocking.state(), seconds(&first)), (task.state(), seconds(&second)));
    };
    let (one, two) = (blocking.process_event().unwrap(), block_on(task.process_event_async()).unwrap());
    assert_eq!(runs(&one.into_iter().collect::<Vec<_>>()), runs(&two.into_iter().collect::<Vec<_>>()));
    same(&blocking, &task);
    assert_eq!(blocking.run_until_idle().unwrap().len(), block_on(task.run_until_idle_async()).unwrap().len());
    same(&blocking, &task);
    let idle = (blocking.run_until_final().unwrap_err(), block_on(task.run_until_final_async()).unwrap_err());
    assert_eq!(idle.0.to_string(), idle.1.to_string());
    blocking.emit("CMD_GO").unwrap();
    task.emit("CMD_GO").unwrap();
    assert_eq!(blocking.run_for(30 * SECOND).unwrap().len(), block_on(task.run_for_async(30 * SECOND)).unwrap().len());
    same(&blocking, &task);
    assert!(!blocking.wait_for("U", 29 * SECOND).unwrap() && !block_on(task.wait_for_async("U", 29 * SECOND)).unwrap());
    assert!(blocking.wait_for("U", 2 * SECOND).unwrap() && block_on(task.wait_for_async("U", 2 * SECOND)).unwrap());
    same(&blocking, &task);
    blocking.run_until_final().unwrap();
    block_on(task.run_until_final_async()).unwrap();
    same(&blocking, &task);
    assert_eq!(seconds(&second), 120.0);
    let unknown = block_on(task.wait_for_async("V", SECOND)).unwrap_err();
    assert_eq!(unknown.to_string(), blocking.wait_for("V", SECOND).unwrap_err().to_string());
}

const STUCK: &str = "
states:
  S: { entry: [a, wait, b], events: { EVT_CHAIN_DONE: E, EVT_CHAIN_FAIL: LOST } }
  LOST: { final: true }
  E: { final: true }
";

#[test]
fn a_wait_ends_with_its_time_and_the_step_stays_under_way() {
    for as_task in [false, true] {
        let (engine, outside) = shop(Shop::default());
        let mut desk = of(&engine, STUCK);
        let begin = Instant::now();
        let time = Duration::from_millis(60);
        if as_task {
            block_on(desk.run_for_async(time)).unwrap()
        } else {
            desk.run_for(time).unwrap()
        };
        let reached = if as_task { block_on(desk.wait_for_async("E", time)) } else { desk.wait_for("E", time) };
        assert!(!reached.unwrap());
        assert!(begin.elapsed() >= 2 * time && begin.elapsed() < 10 * SECOND, "{:?}", begin.elapsed());
        assert_eq!((outside.waiting(), desk.state(), log(&engine).len()), (1, "S", 1));
        outside.open();
        if as_task {
            block_on(desk.run_until_final_async()).unwrap()
        } else {
            desk.run_until_final().unwrap()
        };
        assert_eq!((desk.state(), log(&engine)), ("E", ["a", "waited", "b"].map(str::to_owned).to_vec()));
    }
}

#[test]
fn no_call_waits_longer_than_it_may() {
    for as_task in [false, true] {
        for flow in [STUCK, "states: { S: { after: { 1h: E } }, E: { final: true } }"] {
            let (engine, outside) = shop(Shop::default());
            let mut desk = of(&engine, flow).within(Duration::from_millis(50));
            let late = if as_task { block_on(desk.run_until_final_async()) } else { desk.run_until_final() };
            let Err(WorkflowError::TimedOut { state, limit, .. }) = &late else { panic!("{late:?}") };
            assert_eq!((state.as_str(), *limit), ("S", Duration::from_millis(50)));
            assert!(late.unwrap_err().to_string().contains("drive it again, or allow more by `within`"));
            assert!(matches!(desk.status(), Status::Running));
            outside.open();
            if flow == STUCK {
                desk.run_until_final().unwrap();
                assert_eq!(log(&engine), ["a", "waited", "b"]);
            }
        }
    }
}

#[test]
fn an_endless_row_of_timers_by_a_virtual_clock_ends_in_time_too() {
    for as_task in [false, true] {
        let (desk, _, _, _) = desk("states: { S: { after: { 1s: S } } }");
        let mut desk = desk.within(Duration::from_millis(50));
        let late = if as_task { block_on(desk.run_until_final_async()) } else { desk.run_until_final() };
        let late = late.unwrap_err();
        assert!(matches!(late, WorkflowError::TimedOut { .. }), "{late}");
        assert!(!late.handled().is_empty(), "what was done is told");
    }
}
