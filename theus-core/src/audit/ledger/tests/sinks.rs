//! Delivery: order, retry, queues that fill, sinks that fail, panic or block.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use super::super::delivery::{MOST_EARLIER, Offered, Sinks, open_all};
use super::super::{LedgerError, SinkError, SinkOptions, WhenFull};
use super::*;
use crate::panics::DropCaught;

/// A sink that a test steers.
#[derive(Clone, Default)]
pub(super) struct Steered {
    name: &'static str,
    inside: Arc<(Mutex<Inside>, Condvar)>,
}

#[derive(Default)]
struct Inside {
    taken: Vec<u64>,
    fails: bool,
    panics: bool,
    blocks: bool,
}

impl Steered {
    fn named(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }
    fn taken(&self) -> Vec<u64> {
        self.inside.0.lock().taken.clone()
    }
    fn steer(&self, change: impl FnOnce(&mut Inside)) {
        change(&mut self.inside.0.lock());
        self.inside.1.notify_all();
    }
    /// Waits until it has taken so many records.
    fn wait_for(&self, records: usize) {
        let mut inside = self.inside.0.lock();
        while inside.taken.len() < records {
            let late = self.inside.1.wait_for(&mut inside, Duration::from_secs(20)).timed_out();
            assert!(!late, "{} records of {records}", inside.taken.len());
        }
    }
}

impl Sink for Steered {
    fn name(&self) -> String {
        self.name.to_owned()
    }
    fn write(&mut self, record: &AuditRecord) -> Result<(), SinkError> {
        let mut inside = self.inside.0.lock();
        while inside.blocks {
            self.inside.1.wait(&mut inside);
        }
        assert!(!inside.panics, "as it was steered");
        if inside.fails {
            return Err(SinkError("the disk is full".to_owned()));
        }
        inside.taken.push(record.sequence);
        self.inside.1.notify_all();
        Ok(())
    }
}

/// Sinks beside the book whose records they get.
struct Bench {
    sinks: Sinks,
    log: Mutex<RecordLog>,
    /// The most records that were copied at once.
    copied: AtomicUsize,
}

impl Bench {
    fn new(ring: usize, sinks: Vec<(Steered, SinkOptions)>) -> Self {
        let mut all = Sinks::none();
        for (sink, options) in sinks {
            all.add(sink.name.into(), DropCaught::new(Box::new(sink)), &options, 1).unwrap();
        }
        Self { sinks: all, log: Mutex::new(RecordLog::new("desk", ring)), copied: AtomicUsize::new(0) }
    }

    /// Records one event and says which sinks failed.
    fn record(&self) -> Vec<String> {
        let mut delivery = self.sinks.open().unwrap().unwrap();
        let record = self.log.lock().append(at(1), 0, AuditEvent::Interlock { violation: 1 }).clone();
        let kept = |from, most| {
            let kept: Vec<AuditRecord> = self.log.lock().from(from).take(most).cloned().collect();
            self.copied.fetch_max(kept.len(), Ordering::Relaxed);
            kept
        };
        let failures = delivery.deliver(&[record], &[], kept);
        failures.into_iter().map(|failure| format!("{}: {}", failure.sink, failure.error)).collect()
    }
}

#[test]
fn a_sink_that_failed_gets_what_it_lacks_before_anything_newer() {
    for panics in [false, true] {
        let (good, bad) = (Steered::named("good"), Steered::named("bad"));
        let bench = Bench::new(9, vec![(bad.clone(), SinkOptions::new()), (good.clone(), SinkOptions::new())]);
        assert!(bench.record().is_empty());
        bad.steer(|inside| (inside.fails, inside.panics) = (!panics, panics));
        let expected = if panics { "bad: it panicked" } else { "bad: the disk is full" };
        assert_eq!(bench.record(), [expected]);
        assert_eq!(bench.record(), [expected]);
        let status = bench.sinks.status();
        assert_eq!((status[0].written, status[0].failure.is_some()), (1, true));
        assert_eq!((status[1].written, status[1].failure.is_some()), (3, false));
        bad.steer(|inside| (inside.fails, inside.panics) = (false, false));
        assert!(bench.record().is_empty());
        assert_eq!((bad.taken(), good.taken()), (vec![1, 2, 3, 4], vec![1, 2, 3, 4]));
        assert_eq!((bench.sinks.status()[0].failure.clone(), bench.sinks.status()[0].lost), (None, 0));
    }
}

#[test]
fn what_the_ring_gave_up_before_a_sink_took_it_is_counted() {
    let sink = Steered::named("slow");
    let bench = Bench::new(2, vec![(sink.clone(), SinkOptions::new())]);
    sink.steer(|inside| inside.fails = true);
    for _ in 0..5 {
        assert_eq!(bench.record().len(), 1);
    }
    sink.steer(|inside| inside.fails = false);
    assert!(bench.record().is_empty());
    assert_eq!((sink.taken(), bench.sinks.status()[0].lost), (vec![5, 6], 4));
}

#[test]
fn a_long_backlog_comes_in_parts_and_in_order() {
    let sink = Steered::named("slow");
    let bench = Bench::new(9_999, vec![(sink.clone(), SinkOptions::new())]);
    sink.steer(|inside| inside.fails = true);
    for _ in 0..2 * MOST_EARLIER + 10 {
        assert_eq!(bench.record(), ["slow: the disk is full"]);
    }
    sink.steer(|inside| inside.fails = false);
    let behind = "slow: it gets what it lacks first, and records";
    assert_eq!(bench.record(), [format!("{behind} 1025 to 2058 are still to come")]);
    assert_eq!(sink.taken().len(), MOST_EARLIER, "no more than this, and nothing newer");
    assert!(bench.sinks.status()[0].failure.is_some());
    assert_eq!(bench.record(), [format!("{behind} 2049 to 2059 are still to come")]);
    assert!(bench.record().is_empty());
    assert_eq!(sink.taken(), (1..=2 * MOST_EARLIER as u64 + 13).collect::<Vec<_>>());
    assert_eq!((bench.sinks.status()[0].failure.clone(), bench.sinks.status()[0].lost), (None, 0));
    assert_eq!(bench.copied.load(Ordering::Relaxed), MOST_EARLIER);
}

#[test]
fn a_full_queue_refuses_at_once_or_after_a_while_and_loses_nothing() {
    for when_full in [WhenFull::Refuse, WhenFull::WaitAtMost(Duration::from_millis(5))] {
        let sink = Steered::named("slow");
        sink.steer(|inside| inside.blocks = true);
        // However slow the machine is, the ring has room for what is tried below.
        let bench = Bench::new(1 << 16, vec![(sink.clone(), SinkOptions::new().queued(2, when_full))]);
        assert!(bench.record().is_empty() && bench.record().is_empty(), "two have room");
        assert_eq!(bench.sinks.status()[0].waiting, 2);
        assert!(bench.record()[0].starts_with("slow: its queue of 2 records is full"));
        sink.steer(|inside| inside.blocks = false);
        sink.wait_for(2);
        while !bench.record().is_empty() {
            std::thread::sleep(Duration::from_millis(1));
        }
        sink.wait_for(bench.log.lock().len());
        let all: VecDeque<u64> = (1..=bench.log.lock().tail().sequence).collect();
        assert_eq!(VecDeque::from(sink.taken()), all);
    }
}

#[test]
fn a_run_that_waits_for_room_goes_on_when_there_is_some() {
    let sink = Steered::named("slow");
    sink.steer(|inside| inside.blocks = true);
    let bench = Bench::new(9, vec![(sink.clone(), SinkOptions::new().queued(1, WhenFull::Wait))]);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| (0..5).map(|_| bench.record().len()).sum::<usize>());
        std::thread::sleep(Duration::from_millis(20));
        assert!(!waiting.is_finished() && sink.taken().is_empty());
        sink.steer(|inside| inside.blocks = false);
        assert_eq!(waiting.join().unwrap(), 0);
    });
    sink.wait_for(5);
    assert_eq!(sink.taken(), [1, 2, 3, 4, 5]);
}

#[test]
fn a_queued_sink_that_fails_is_noticed_by_the_next_record_and_tries_again() {
    let sink = Steered::named("flaky");
    sink.steer(|inside| inside.fails = true);
    let bench = Bench::new(99, vec![(sink.clone(), SinkOptions::new().queued(9, WhenFull::Refuse))]);
    assert!(bench.record().is_empty(), "it is in the queue");
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while bench.record().is_empty() {
        assert!(std::time::Instant::now() < deadline && bench.log.lock().len() < 9, "never noticed");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(bench.record(), ["flaky: the disk is full"]);
    sink.steer(|inside| inside.fails = false);
    while !bench.record().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let all: Vec<u64> = (1..=bench.log.lock().tail().sequence).collect();
    sink.wait_for(all.len());
    assert_eq!(sink.taken(), all);
}

#[test]
fn the_queue_is_written_to_its_end_when_the_engine_ends() {
    let sink = Steered::named("slow");
    let bench = Bench::new(99, vec![(sink.clone(), SinkOptions::new().queued(50, WhenFull::Wait))]);
    for _ in 0..50 {
        assert!(bench.record().is_empty());
    }
    drop(bench);
    assert_eq!(sink.taken().len(), 50);
}

#[test]
fn a_sink_that_calls_back_is_told_from_contention() {
    let bench = Bench::new(9, vec![(Steered::named("sink"), SinkOptions::new())]);
    let held = bench.sinks.open().unwrap();
    assert!(bench.sinks.open().is_err());
    drop(held);
    assert!(bench.sinks.open().is_ok());
}

#[test]
fn sinks_of_one_name_or_of_different_ledgers_are_refused() {
    let twins: [Box<dyn Sink>; 2] = [Box::new(Steered::named("a")), Box::new(Steered::named("a"))];
    let mut twins: Vec<Offered> = twins.into_iter().map(|sink| (DropCaught::new(sink), SinkOptions::new())).collect();
    assert_eq!(open_all(&mut twins), Err(LedgerError::DuplicateSink { name: "a".to_owned() }));

    let folder = Folder::new();
    let mut random = fastrand::Rng::with_seed(41);
    let mut sinks: Vec<Offered> = Vec::new();
    for (name, count) in [("one", 2), ("other", 3)] {
        let path = folder.0.join(name);
        write_all(&path, FileOptions::new(), &records(&ledger(&mut random, count)));
        let sink: Box<dyn Sink> = Box::new(FileSink::open(&path, FileOptions::new()).unwrap());
        sinks.push((DropCaught::new(sink), SinkOptions::new()));
    }
    assert!(matches!(open_all(&mut sinks), Err(LedgerError::Disagreement { .. })));
    assert_eq!(open_all(&mut sinks[..1]).unwrap().0.sequence, 2);
}
