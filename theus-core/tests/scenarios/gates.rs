//! What the gates judge, and how often a run counts.

use std::task::Poll;

use theus_core::audit::AuditRecord;
use theus_core::prelude::*;

use super::LOCKINGS;
use super::plant::{ChurnSlowly, End, Fill, MeasureSlowly, audited, built};
use crate::executor::Task;

/// Records every run that finds the level above 3.
const WATCHED: &str = "process_recipes: { churn_slowly: { inputs: [ { field: domain.level, max: 3, level: C } ] } }";

#[test]
fn a_run_counts_once_however_many_attempts_it_took() {
    let (engine, _) = audited(Locking::Optimistic, WATCHED);
    let mut task = Task::new(engine.run_async_reported(ChurnSlowly { level: 1, end: End::Well }));
    let mut disturbed = 0;
    let report = loop {
        match task.poll() {
            Poll::Ready(report) => break report,
            Poll::Pending if disturbed < 3 => {
                engine.run(Fill { litres: 1 }).unwrap();
                disturbed += 1;
            }
            Poll::Pending => {}
        }
    };
    assert!(report.attempts > 1, "it was disturbed");
    let level = report.result.unwrap();
    assert_eq!(report.violations.len(), 1);
    assert_eq!(report.violations[0].value, (level - 1).to_string(), "of the values that the last attempt was given");
    let records = engine.audit_records();
    let counts: Vec<_> = records.iter().filter_map(AuditRecord::violation).map(|violation| violation.count).collect();
    assert_eq!(counts, [1], "{records:?}");
}

#[test]
fn a_run_that_loses_to_others_each_time_counts_once() {
    let (engine, _) = built(Locking::Optimistic, |builder| builder.recipe("a.yaml", WATCHED).unwrap().attempts(3));
    let mut task = Task::new(engine.run_async_reported(ChurnSlowly { level: 1, end: End::Well }));
    let report = loop {
        if let Poll::Ready(report) = task.poll() {
            break report;
        }
        // At last it has the session to itself.
        let mut other = Task::new(engine.run_async(Fill { litres: 1 }));
        let _ = other.poll();
    };
    assert!(report.result.is_ok());
    assert_eq!((report.attempts, report.violations.len(), engine.audit_records().len()), (4, 1, 2));
}

#[test]
fn the_input_gate_judges_the_values_that_the_process_is_given() {
    const LIMITED: &str = "process_recipes: { measure_slowly: { inputs: [ { field: domain.level, max: 8 } ] } }";
    for locking in LOCKINGS {
        let (engine, _) = audited(locking, LIMITED);
        let mut given = Vec::new();
        for _ in 0..6 {
            let mut task = Task::new(engine.run_async(MeasureSlowly {}));
            let mut filled = locking == Locking::Pessimistic;
            loop {
                match task.poll() {
                    Poll::Ready(Ok(level)) => {
                        assert!(level <= 8, "it was given {level}, which the gate refuses");
                        given.push(level);
                        break;
                    }
                    Poll::Ready(Err(error)) => {
                        assert!(matches!(error, RunError::Blocked(_)), "{error}");
                        break;
                    }
                    Poll::Pending if !filled => {
                        // The level rises between the gate and the commit.
                        engine.run(Fill { litres: 1 }).unwrap();
                        filled = true;
                    }
                    Poll::Pending => {}
                }
            }
            if locking == Locking::Pessimistic {
                engine.run(Fill { litres: 1 }).unwrap();
            }
        }
        assert!(!given.is_empty() && given.len() < 6, "some passed and some were refused: {given:?}");
    }
}

/// Two who each leave only if the other is still there, said by rules on fields that are no inputs of theirs.
mod leave {
    use theus_core::prelude::*;

    use crate::executor::pause;

    #[derive(Clone, Debug, Default, PartialEq, Context)]
    pub(super) struct Shift {
        pub one_left: bool,
        pub other_left: bool,
    }

    #[process(outputs = [domain.one_left])]
    pub(super) async fn leave_one(ctx: Ctx<Shift>) {
        pause().await;
        ctx.domain.one_left.set(true);
    }

    #[process(outputs = [domain.other_left])]
    pub(super) async fn leave_other(ctx: Ctx<Shift>) {
        pause().await;
        ctx.domain.other_left.set(true);
    }

    pub(super) const RECIPE: &str = "process_recipes: { leave_one: { inputs: [ { field: domain.other_left, eq: false } ] }, \
                                     leave_other: { inputs: [ { field: domain.one_left, eq: false } ] } }";
}

#[test]
fn what_the_input_gate_saw_still_holds_at_the_commit() {
    let engine = Engine::builder(leave::Shift::default())
        .process::<leave::LeaveOne>()
        .process::<leave::LeaveOther>()
        .recipe("a.yaml", leave::RECIPE)
        .unwrap()
        .locking(Locking::Optimistic)
        .build()
        .unwrap();
    let mut one = Task::new(engine.run_async(leave::LeaveOne {}));
    let mut other = Task::new(engine.run_async(leave::LeaveOther {}));
    assert!(one.poll().is_pending() && other.poll().is_pending(), "both have passed the gate");
    assert!(matches!(one.poll(), Poll::Ready(Ok(()))));
    assert!(matches!(other.poll(), Poll::Ready(Err(RunError::Blocked(_)))), "no order of the two lets both leave");
    let shift = engine.snapshot().unwrap().to_context();
    assert_eq!(shift, leave::Shift { one_left: true, other_left: false });
    assert_eq!(engine.audit_records().len(), 2, "the recipe, and the violation");
}
