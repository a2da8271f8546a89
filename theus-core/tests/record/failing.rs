//! Sinks that fail: what is refused, and that nothing of it is silent.

use std::sync::mpsc;

use theus_core::RunError;
use theus_core::audit::{AuditRecord, LedgerError, Level, ResetError, Sink, SinkError, SinkOptions};
use theus_core::prelude::*;
use theus_core::{BuildError, ReloadError};

use crate::oven::{Breakable, Heat, at_most, builder, kinds};

fn engine(settings: &str, options: SinkOptions) -> (Engine<crate::oven::Oven>, Breakable) {
    let sink = Breakable::default();
    let engine = builder(&at_most(settings)).sink(sink.clone(), options).build().unwrap();
    (engine, sink)
}

#[test]
fn a_warning_of_level_a_that_cannot_be_recorded_refuses_the_run() {
    let (engine, sink) = engine("max: 90, level: A, max_threshold: 3", SinkOptions::new());
    assert!(engine.run(Heat { to: 95.0 }).is_ok(), "recorded, and below the threshold");
    sink.set_broken(true);
    let report = engine.run_reported(Heat { to: 96.0 });
    let error = report.result.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the audit could not put `heat` on record: the sink `archive` does not take it: no route to the archive; \
         output gate, rule `domain.temperature max 90` (level A) found 96.0, violation 2 of 3 [audit.yaml:4:38]"
    );
    assert!(matches!(&error, RunError::Unrecorded(unrecorded) if unrecorded.sink() == "archive"));
    assert_eq!((error.violations().len(), report.violations.len()), (1, 1));
    assert_eq!(*engine.snapshot().unwrap().temperature, 95.0, "rolled back");
    assert!(engine.run(Heat { to: 20.0 }).is_ok(), "what violates nothing needs no record");

    sink.set_broken(false);
    let error = engine.run(Heat { to: 97.0 }).unwrap_err();
    assert!(matches!(error, RunError::Interlocked(_)), "the refused run was counted: this is the third");
    assert_eq!(
        kinds(&engine.audit_records()),
        ["recipe_loaded", "violation", "violation", "sink_failure", "violation"]
    );
    assert_eq!(sink.taken(), 5, "what it lacked was given to it first");
    assert!(engine.ledger().verify().is_ok());
}

#[test]
fn the_level_that_acts_keeps_its_reach_and_says_that_it_is_not_on_record() {
    let (engine, sink) = engine("max: 90, level: S", SinkOptions::new());
    sink.set_broken(true);
    let error = engine.run(Heat { to: 95.0 }).unwrap_err();
    let RunError::Interlocked(stopped) = &error else { panic!("{error}") };
    assert_eq!(stopped.unrecorded().unwrap().reason(), "no route to the archive");
    assert!(
        error.to_string().ends_with("; not on record: the sink `archive` does not take it: no route to the archive")
    );
    assert!(engine.interlock().is_some());
}

#[test]
fn an_open_sink_and_a_weaker_level_refuse_nothing_and_are_on_record() {
    for (level, options) in [("S", SinkOptions::new().fail_open()), ("B", SinkOptions::new())] {
        let (engine, sink) = engine(&format!("max: 90, level: {level}, max_threshold: 9"), options);
        sink.set_broken(true);
        for _ in 0..3 {
            assert!(engine.run(Heat { to: 95.0 }).is_ok());
        }
        assert_eq!(
            kinds(&engine.audit_records()),
            ["recipe_loaded", "violation", "sink_failure", "violation", "violation"],
            "that it fails is recorded once"
        );
        let status = &engine.status().sinks[0];
        assert_eq!((status.name.as_str(), status.written), ("archive", 1));
        assert_eq!(status.failure.as_deref(), Some("no route to the archive"));
    }
}

#[test]
fn a_sink_closed_for_level_b_refuses_a_run_of_level_b() {
    let (engine, sink) = engine("max: 90, level: B, max_threshold: 9", SinkOptions::new().fail_closed(Level::B));
    sink.set_broken(true);
    assert!(matches!(engine.run(Heat { to: 95.0 }), Err(RunError::Unrecorded(_))));
}

#[test]
fn a_reset_that_cannot_be_recorded_leaves_the_engine_stopped() {
    let (engine, sink) = engine("max: 90, level: S", SinkOptions::new());
    assert!(engine.run(Heat { to: 95.0 }).is_err());
    sink.set_broken(true);
    let reason = "no route to the archive".to_owned();
    let expected = ResetError::Unrecorded { sink: "archive".to_owned(), reason };
    assert_eq!(engine.reset_interlock("R. Lee", "checked"), Err(expected));
    assert!(matches!(engine.run(Heat { to: 20.0 }), Err(RunError::Halted(_))));
    let kinds = kinds(&engine.audit_records());
    assert_eq!(kinds[3..], ["interlock_reset", "interlock", "sink_failure"], "the records say that it stayed");

    sink.set_broken(false);
    engine.reset_interlock("R. Lee", "checked").unwrap();
    assert!(engine.run(Heat { to: 20.0 }).is_ok());
    assert_eq!(sink.taken(), engine.audit_records().len());
}

#[test]
fn a_reload_that_cannot_be_recorded_changes_nothing() {
    let (engine, sink) = engine("max: 90", SinkOptions::new());
    sink.set_broken(true);
    let error = engine.reload_recipe("looser.yaml", &at_most("max: 99")).unwrap_err();
    assert!(matches!(&error, ReloadError::Unrecorded { sink, .. } if sink == "archive"), "{error}");
    assert!(engine.run(Heat { to: 95.0 }).is_err());
    let status = engine.status().recipe.unwrap();
    assert_eq!((status.identity.recipe.as_str(), status.identity.rules), ("audit.yaml", 1));
    assert_eq!(kinds(&engine.audit_records())[1..4], ["recipe_changed", "recipe_loaded", "sink_failure"]);
    sink.set_broken(false);
    engine.reload_recipe("looser.yaml", &at_most("max: 99")).unwrap();
    assert!(engine.run(Heat { to: 95.0 }).is_ok());
}

#[test]
fn a_sink_that_is_broken_from_the_start_is_told_when_the_engine_is_built() {
    let sink = Breakable::default();
    sink.set_broken(true);
    let build = |options| builder(&at_most("max: 90")).sink(sink.clone(), options).build();
    assert!(matches!(build(SinkOptions::new()), Err(BuildError::Ledger(LedgerError::Sink { .. }))));
    assert!(build(SinkOptions::new().fail_open()).is_ok());
}

/// A sink that does to its own engine what no sink may.
struct Meddler {
    engine: mpsc::Receiver<Engine<crate::oven::Oven>>,
    seen: mpsc::Sender<String>,
}

impl Sink for Meddler {
    fn name(&self) -> String {
        "meddler".to_owned()
    }
    fn write(&mut self, _: &AuditRecord) -> Result<(), SinkError> {
        if let Ok(engine) = self.engine.try_recv() {
            let reset = engine.reset_interlock("R. Lee", "why not").unwrap_err();
            let run = engine.run(Heat { to: 99.0 }).unwrap_err();
            let reload = engine.reload_recipe("other.yaml", &at_most("max: 1")).unwrap_err();
            self.seen.send(format!("{reset}\n{run}\n{reload}\n{}", engine.audit_records().len())).unwrap();
        }
        Ok(())
    }
}

#[test]
fn a_sink_that_meddles_with_its_engine_is_told_so_and_nothing_hangs() {
    let (give, engine_for_it) = mpsc::channel();
    let (tell, seen) = mpsc::channel();
    let sink = Meddler { engine: engine_for_it, seen: tell };
    let engine = builder(&at_most("max: 90, level: C")).sink(sink, SinkOptions::new()).build().unwrap();
    give.send(engine.clone()).unwrap();
    assert!(engine.run(Heat { to: 95.0 }).is_ok());
    let seen = seen.recv().unwrap();
    let expected = [
        "an interlock cannot be reset from inside of a sink",
        "`heat` was started from inside a process of the same engine",
        "a recipe cannot be changed from inside a process or a sink",
        "2",
    ];
    for (line, expected) in seen.lines().zip(expected) {
        assert!(line.starts_with(expected), "{line}");
    }
}
