//! What an engine refuses before anything runs.

use theus_core::prelude::*;

use super::LOCKINGS;
use crate::executor::block_on;

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Counter {
    count: i64,
}

#[process(inputs = [domain.count], outputs = [domain.count])]
fn add(ctx: Ctx<Counter>) -> i64 {
    *ctx.domain.count += 1;
    *ctx.domain.count
}

#[process(inputs = [domain.count], outputs = [domain.count])]
async fn add_later(ctx: Ctx<Counter>) -> i64 {
    *ctx.domain.count += 1;
    *ctx.domain.count
}

mod elsewhere {
    use super::{Counter, Ctx, process};

    #[process(outputs = [domain.count])]
    pub(super) fn add(ctx: Ctx<Counter>) {
        ctx.domain.count.set(0);
    }
}

#[test]
fn a_process_that_was_not_registered_does_not_run() {
    for locking in LOCKINGS {
        let engine = Engine::builder(Counter::default()).process::<Add>().locking(locking).build().unwrap();
        assert_eq!(engine.run(Add {}).unwrap(), 1);
        let error = block_on(engine.run_async(AddLater {})).unwrap_err();
        assert!(matches!(error, RunError::Unregistered { process: "add_later" }));
        let error = engine.run(elsewhere::Add {}).unwrap_err();
        assert!(matches!(error, RunError::Unregistered { process: "add" }), "its name alone is not enough");
        assert_eq!(engine.snapshot().unwrap().version(), 1);
    }
}

#[test]
fn two_processes_of_one_name_are_refused() {
    let twice = Engine::builder(Counter::default()).process::<Add>().process::<elsewhere::Add>().build();
    assert!(matches!(twice, Err(BuildError::DuplicateProcess { name: "add" })));
    let once = Engine::builder(Counter::default()).process::<AddLater>().process::<elsewhere::Add>().build();
    assert!(once.is_ok());
}
