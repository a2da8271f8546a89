//! Sinks are strangers' code from their name to their end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use theus_core::audit::{
    AuditRecord, FileOptions, FileSink, LedgerFiles, LedgerKey, Level, Opened, Sink, SinkError, SinkOptions, Tail,
    WhenFull,
};

use crate::oven::{Folder, Heat, at_most, builder};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Panics {
    InName,
    InOpen,
    InDrop,
    Never,
}

struct Touchy {
    panics: Panics,
    ends_at: u64,
}

impl Sink for Touchy {
    fn name(&self) -> String {
        assert!(self.panics != Panics::InName, "no name");
        "touchy".to_owned()
    }
    fn open(&mut self) -> Result<Opened, SinkError> {
        assert!(self.panics != Panics::InOpen, "not open");
        let tail = Tail { sequence: self.ends_at, ..Tail::START };
        Ok(Opened { tail: (self.ends_at > 0).then_some(tail), note: None })
    }
    fn write(&mut self, _: &AuditRecord) -> Result<(), SinkError> {
        Ok(())
    }
}

impl Drop for Touchy {
    fn drop(&mut self) {
        assert!(self.panics != Panics::InDrop || thread::panicking(), "not closed");
    }
}

fn built(panics: Panics, ends_at: u64) -> Result<(), String> {
    let built = builder(&at_most("max: 90, level: C")).sink(Touchy { panics, ends_at }, SinkOptions::new()).build();
    let engine = built.map_err(|error| error.to_string())?;
    for _ in 0..3 {
        engine.run(Heat { to: 95.0 }).map_err(|error| error.to_string())?;
    }
    Ok(())
}

#[test]
fn a_sink_that_panics_before_it_writes_is_told_when_the_engine_is_built() {
    assert!(built(Panics::InName, 0).unwrap_err().ends_with("the sink `number 1` cannot be used: it panicked"));
    assert!(built(Panics::InOpen, 0).unwrap_err().ends_with("the sink `touchy` cannot be used: it panicked"));
    assert_eq!(built(Panics::Never, 0), Ok(()));
}

#[test]
fn a_sink_that_panics_when_dropped_has_its_engine_end_all_the_same() {
    assert_eq!(built(Panics::InDrop, 0), Ok(()));
}

#[test]
fn a_ledger_that_says_to_end_where_numbers_do_is_not_continued() {
    for ends_at in [1 << 63, u64::MAX - 1, u64::MAX] {
        let error = built(Panics::Never, ends_at).unwrap_err();
        assert!(
            error.ends_with(&format!("it says that it ends at record {ends_at}: no ledger gets so far")),
            "{error}"
        );
    }
    assert_eq!(built(Panics::Never, (1 << 63) - 1), Ok(()));
}

/// Takes its time to be closed.
struct Slow(Arc<AtomicBool>);

impl Sink for Slow {
    fn name(&self) -> String {
        "slow".to_owned()
    }
    fn write(&mut self, _: &AuditRecord) -> Result<(), SinkError> {
        Ok(())
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        thread::sleep(Duration::from_millis(100));
        self.0.store(true, Ordering::Release);
    }
}

#[test]
fn a_sink_with_a_thread_of_its_own_is_closed_when_its_engine_is_gone() {
    let queued = || SinkOptions::new().queued(9, WhenFull::Wait);
    let closed = Arc::new(AtomicBool::new(false));
    drop(builder(&at_most("max: 90, level: C")).sink(Slow(Arc::clone(&closed)), queued()).build().unwrap());
    assert!(closed.load(Ordering::Acquire));

    // So its file can be opened by the next, and is sealed to its end.
    let (folder, key) = (Folder::new("closed"), LedgerKey::new([7; 32]));
    let path = folder.0.join("audit.jsonl");
    for round in 1..=20 {
        let sink = FileSink::open(&path, FileOptions::new().key(key)).unwrap();
        let engine = builder(&at_most("max: 90, level: C")).sink(sink, queued().fail_closed(Level::C)).build().unwrap();
        engine.run(Heat { to: 95.0 }).unwrap();
        let tail = engine.status().records.tail;
        drop(engine);
        assert!(LedgerFiles::at(&path).verify_to_with(tail, &key).is_ok(), "round {round}");
    }
}
