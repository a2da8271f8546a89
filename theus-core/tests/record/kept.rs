//! The ledger of an engine in a file, over restarts.

use theus_core::audit::{AuditEvent, FileOptions, FileSink, LedgerFiles, Query, SinkOptions, WhenFull};
use theus_core::prelude::*;

use crate::oven::{Folder, Heat, at_most, builder};

#[test]
fn a_ledger_goes_on_over_restarts_crashes_and_sessions() {
    let folder = Folder::new("restarts");
    let path = folder.0.join("audit.jsonl");
    let mut last = 0;
    for session in ["first", "second", "third"] {
        let sink = FileSink::open(&path, FileOptions::new().rotate(4_000)).unwrap();
        let builder = builder(&at_most("max: 90, level: C")).session(session).records(3);
        let engine = builder.sink(sink, SinkOptions::new()).build().unwrap();
        for value in 0..20 {
            engine.run(Heat { to: 85.0 + f64::from(value) }).unwrap();
        }
        let status = engine.status();
        assert_eq!((status.session.as_str(), status.records.count), (session, 3));
        assert!(engine.ledger().verify().is_ok());
        let verified = LedgerFiles::at(&path).verify_to(status.records.tail).unwrap();
        assert!(verified.records >= last + 15, "{verified:?}");
        last = verified.records;
        drop(engine);
        // The crash: half of a line that was to be the next.
        let torn = [std::fs::read(&path).unwrap(), b"{\"format\":1,\"sequence\":9".to_vec()].concat();
        std::fs::write(&path, torn).unwrap();
    }
    drop(FileSink::open(&path, FileOptions::new()).unwrap());
    let all = LedgerFiles::at(&path).find(&Query::new()).unwrap();
    assert!(all.iter().map(|record| record.sequence).eq(1..=last));
    let torn =
        |event: &AuditEvent| matches!(event, AuditEvent::SinkFailure { message, .. } if message.contains("torn"));
    assert_eq!(all.iter().filter(|record| torn(&record.event)).count(), 2, "each crash but the last is on record");
    let mut sessions: Vec<_> = all.iter().map(|record| record.session.to_string()).collect();
    sessions.dedup();
    assert_eq!(sessions, ["first", "second", "third"]);
    let violation = all.iter().find_map(|record| record.violation()).unwrap();
    assert_eq!((violation.rule.as_str(), violation.value.as_str()), ("domain.temperature max 90", "91.0"));
}

#[test]
fn many_threads_through_a_queue_leave_one_chain() {
    for locking in [Locking::Pessimistic, Locking::Optimistic] {
        let folder = Folder::new(&format!("threads-{locking:?}"));
        let path = folder.0.join("audit.jsonl");
        let options = SinkOptions::new().queued(8, WhenFull::Wait);
        let builder = builder(&at_most("max: 90, level: C")).locking(locking).attempts(100_000);
        let sink = FileSink::open(&path, FileOptions::new().rotate(9_000)).unwrap();
        let engine = builder.sink(sink, options).build().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..25).for_each(|_| assert!(engine.run(Heat { to: 95.0 }).is_ok())));
            }
        });
        let tail = engine.status().records.tail;
        drop(engine);
        let verified = LedgerFiles::at(&path).verify_to(tail).unwrap();
        assert_eq!(verified.records, 8 * 25 + 1);
    }
}
