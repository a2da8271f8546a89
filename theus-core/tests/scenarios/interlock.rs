//! Level S stops the engine until an operator lets it go on.

use theus_core::audit::{AuditEvent, ResetError};
use theus_core::prelude::*;

use super::LOCKINGS;
use super::plant::{ChurnSlowly, End, Fill, Measure, MeasureSlowly, PumpOut, audited, everything};
use crate::executor::{Task, block_on};

const STOP: &str = "process_recipes: { fill: { outputs: [ { field: domain.level, max: 9, level: S } ] } }";

#[test]
fn level_s_latches_and_a_reset_with_a_reason_unlatches() {
    for locking in LOCKINGS {
        let (engine, pump) = audited(locking, STOP);
        engine.run(Fill { litres: 4 }).unwrap();
        assert_eq!(engine.reset_interlock("R. Lee", "nothing wrong"), Err(ResetError::NotLatched));
        let before = everything(&engine);
        let error = engine.run(Fill { litres: 1 }).unwrap_err();
        assert!(matches!(&error, RunError::Interlocked(error) if error.level().as_str() == "S"), "{error}");
        assert!(engine.interlock().is_some());

        // Every run is refused, whatever it does; none of them is counted, and no effect is executed.
        let records = engine.audit_records().len();
        assert!(matches!(engine.run(Fill { litres: 9 }), Err(RunError::Halted(_))));
        assert!(matches!(engine.run(Measure {}), Err(RunError::Halted(_))));
        assert!(matches!(engine.run(PumpOut { litres: 1, end: End::Well }), Err(RunError::Halted(_))));
        assert!(matches!(block_on(engine.run_async(MeasureSlowly {})), Err(RunError::Halted(_))));
        assert_eq!((everything(&engine), pump.told()), (before, Vec::new()));
        assert_eq!(engine.audit_records().len(), records);

        assert_eq!(engine.reset_interlock("R. Lee", "  "), Err(ResetError::NoReason));
        assert!(matches!(engine.run(Measure {}), Err(RunError::Halted(_))), "a reset without a reason is none");
        engine.reset_interlock("R. Lee", "valve checked").unwrap();
        assert_eq!(engine.interlock(), None);
        assert_eq!(engine.run(Measure {}).unwrap(), 9);
        let last = engine.audit_records().pop();
        let event = AuditEvent::InterlockReset { operator: "R. Lee".into(), reason: "valve checked".into() };
        assert_eq!(last.map(|record| record.event), Some(event));
    }
}

#[test]
fn a_run_under_way_when_the_engine_stops_is_not_committed() {
    let (engine, _) = audited(Locking::Optimistic, STOP);
    let mut task = Task::new(engine.run_async(ChurnSlowly { level: 1, end: End::Well }));
    assert!(task.poll().is_pending());
    assert!(matches!(engine.run(Fill { litres: 5 }), Err(RunError::Interlocked(_))));
    let before = everything(&engine);
    assert!(matches!(task.poll(), std::task::Poll::Ready(Err(RunError::Halted(_)))));
    assert_eq!(everything(&engine), before);
}
