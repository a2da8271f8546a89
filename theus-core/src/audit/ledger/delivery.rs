//! Records on their way to the sinks: in order, each offered until it is taken, and nothing lost without a word.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::{Mutex, MutexGuard};

use super::LedgerError;
use super::queue::Queue;
use super::sink::{Opened, Sink, SinkError, SinkOptions, SinkStatus, Tail};
use crate::audit::Level;
use crate::audit::Text;
use crate::audit::record::{AuditEvent, AuditRecord};
use crate::panics::{DropCaught, caught, tell};
use crate::sync::thread_mark;

/// At most so many of the records that a sink lacks are offered in one delivery, so that no run pays for all that a sink
/// did not take while it failed.
pub(super) const MOST_EARLIER: usize = 1_024;

/// So much of what a sink says is put on record.
const LONGEST_SAYING: usize = 2_000;

/// The health of one sink, which anyone may look at while the sink is at work.
pub(super) type Health = Arc<Mutex<SinkStatus>>;

/// The sinks of one ledger.
pub(in crate::audit) struct Sinks {
    lines: Mutex<Vec<Line>>,
    health: Vec<Health>,
    /// The mark of the thread that delivers: how a sink that calls back is told from contention.
    deliverer: AtomicUsize,
}

/// The way to one sink.
struct Line {
    way: Way,
    closed_at: Option<Level>,
    /// The first record that it has not taken.
    next: u64,
    failing: bool,
    health: Health,
}

enum Way {
    AtOnce(DropCaught<Box<dyn Sink>>),
    Queued(Queue),
}

/// A sink that did not take everything.
pub(in crate::audit) struct Failure {
    pub(in crate::audit) sink: Text,
    pub(in crate::audit) error: SinkError,
    /// The first record that it lacks.
    pub(in crate::audit) first_missing: u64,
    /// It took everything before this delivery.
    pub(in crate::audit) is_new: bool,
    closed_at: Option<Level>,
}

impl Failure {
    /// How it is put on record.
    pub(in crate::audit) fn event(&self) -> AuditEvent {
        // User text: however many, the record of them must fit every sink.
        let said = self.error.0.as_str();
        let message = said.char_indices().nth(LONGEST_SAYING).map_or(said, |(end, _)| &said[..end]).into();
        AuditEvent::SinkFailure { sink: self.sink.clone(), message, first_missing: self.first_missing }
    }

    /// Whether what this record tells of must not happen without the sink.
    pub(in crate::audit) fn closes(&self, record: &AuditRecord) -> bool {
        record.sequence >= self.first_missing && self.closed_at.is_some_and(|level| record.weight() <= level)
    }
}

/// The calling thread is inside of a sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::audit) struct InsideASink;

/// The sinks, in the hands of one thread.
pub(in crate::audit) struct Delivery<'a> {
    lines: MutexGuard<'a, Vec<Line>>,
    deliverer: &'a AtomicUsize,
}

impl Sinks {
    pub(in crate::audit) const fn none() -> Self {
        Self { lines: Mutex::new(Vec::new()), health: Vec::new(), deliverer: AtomicUsize::new(0) }
    }

    /// Adds a sink that has been opened, with the number of the first record that it shall get.
    pub(in crate::audit) fn add(
        &mut self,
        name: Text,
        sink: DropCaught<Box<dyn Sink>>,
        options: &SinkOptions,
        next: u64,
    ) -> Result<(), SinkError> {
        let health: Health = Arc::new(Mutex::new(SinkStatus { name, written: next - 1, ..SinkStatus::default() }));
        let way = match options.queue {
            Some(queue) => Way::Queued(Queue::start(sink, queue, Arc::clone(&health))?),
            None => Way::AtOnce(sink),
        };
        self.health.push(Arc::clone(&health));
        self.lines.get_mut().push(Line { way, closed_at: options.closed_at, next, failing: false, health });
        Ok(())
    }

    #[inline]
    pub(in crate::audit) fn is_empty(&self) -> bool {
        self.health.is_empty()
    }

    pub(in crate::audit) fn status(&self) -> Vec<SinkStatus> {
        self.health.iter().map(|health| health.lock().clone()).collect()
    }

    /// Locks the sinks, where there are any. Whoever records takes them first: so that what is recorded first is
    /// delivered first.
    pub(in crate::audit) fn open(&self) -> Result<Option<Delivery<'_>>, InsideASink> {
        if self.is_empty() {
            return Ok(None);
        }
        // Only this thread can have stored its own mark.
        if self.deliverer.load(Ordering::Relaxed) == thread_mark() {
            return Err(InsideASink);
        }
        let lines = self.lines.lock();
        self.deliverer.store(thread_mark(), Ordering::Relaxed);
        Ok(Some(Delivery { lines, deliverer: &self.deliverer }))
    }
}

impl Drop for Delivery<'_> {
    fn drop(&mut self) {
        self.deliverer.store(0, Ordering::Relaxed);
    }
}

impl Delivery<'_> {
    /// Offers these records, the newest there are, to every sink that is not among `tried`; before them what it did not
    /// take earlier, of which `kept` gives so many from a number on. Who lacks more than that gets the rest with later
    /// deliveries, and these records only then. Returns who did not take them all.
    pub(in crate::audit) fn deliver(
        &mut self,
        records: &[AuditRecord],
        tried: &[Failure],
        kept: impl Fn(u64, usize) -> Vec<AuditRecord>,
    ) -> Vec<Failure> {
        let mut failures = Vec::new();
        let Some(first) = records.first().map(|record| record.sequence) else { return failures };
        for line in self.lines.iter_mut() {
            let name = line.health.lock().name.clone();
            if tried.iter().any(|failure| failure.sink == name) {
                continue;
            }
            let mut earlier = if line.next < first { kept(line.next, MOST_EARLIER) } else { Vec::new() };
            let is_cut = earlier.last().is_some_and(|last| last.sequence.saturating_add(1) < first);
            earlier.retain(|record| record.sequence < first);
            let newest = if is_cut { &[] } else { records };
            let offered = line.offer(earlier.iter().chain(newest));
            let offered = if is_cut { offered.and_then(|()| Err(line.is_behind(first))) } else { offered };
            if offered.is_ok() {
                line.caught_up();
            }
            if let Err(error) = offered {
                let is_new = !std::mem::replace(&mut line.failing, true);
                let (first_missing, closed_at) = (line.next, line.closed_at);
                failures.push(Failure { sink: name, error, first_missing, is_new, closed_at });
            }
        }
        failures
    }
}

impl Delivery<'_> {
    /// Offers one record to every sink, without saying yet which of them begins to fail: it will be delivered again.
    pub(in crate::audit) fn try_deliver(
        &mut self,
        record: &AuditRecord,
        kept: impl Fn(u64, usize) -> Vec<AuditRecord>,
    ) -> Vec<Failure> {
        let failing: Vec<bool> = self.lines.iter().map(|line| line.failing).collect();
        let failures = self.deliver(std::slice::from_ref(record), &[], kept);
        for (line, failing) in self.lines.iter_mut().zip(failing) {
            line.failing = failing;
        }
        failures
    }
}

impl Line {
    /// Offers records until one is not taken.
    fn offer<'r>(&mut self, records: impl Iterator<Item = &'r AuditRecord>) -> Result<(), SinkError> {
        for record in records {
            if record.sequence < self.next {
                continue;
            }
            if record.sequence > self.next {
                self.gave_up(record.sequence);
            }
            let taken = match &mut self.way {
                Way::AtOnce(sink) => match sink.get_mut() {
                    Some(sink) => guarded(sink.as_mut(), record),
                    None => Err(SinkError("it is gone".to_owned())),
                },
                Way::Queued(queue) => queue.put(record),
            };
            if let Err(error) = taken {
                self.health.lock().failure = Some(error.0.as_str().into());
                return Err(error);
            }
            self.next = record.sequence + 1;
            if matches!(self.way, Way::AtOnce(_)) {
                let mut health = self.health.lock();
                health.written = record.sequence;
                health.failure = None;
            }
        }
        Ok(())
    }

    /// It has everything.
    fn caught_up(&mut self) {
        if std::mem::take(&mut self.failing) {
            let sink = self.health.lock().name.clone();
            tell(|| tracing::info!(target: "theus::audit", %sink, "the sink takes records again"));
        }
    }

    /// It takes records, and lacks more than one delivery brings.
    fn is_behind(&self, newest: u64) -> SinkError {
        let (first, last) = (self.next, newest.saturating_sub(1));
        let error = SinkError(format!("it gets what it lacks first, and records {first} to {last} are still to come"));
        self.health.lock().failure = Some(error.0.as_str().into());
        error
    }

    /// The ring no longer has what this sink did not take.
    fn gave_up(&mut self, next: u64) {
        let lost = next - self.next;
        let mut health = self.health.lock();
        health.lost += lost;
        let sink = health.name.clone();
        drop(health);
        tell(
            || tracing::error!(target: "theus::audit", %sink, first = self.next, lost, "records are lost to the sink"),
        );
        self.next = next;
    }
}

/// A sink is user code: its panic is a failure of the sink.
pub(super) fn guarded(sink: &mut dyn Sink, record: &AuditRecord) -> Result<(), SinkError> {
    caught(|| sink.write(record)).unwrap_or_else(|_| Err(SinkError("it panicked".to_owned())))
}

/// A sink before its engine is built, and how it is used. It is user code when it is dropped too.
pub(crate) type Offered = (DropCaught<Box<dyn Sink>>, SinkOptions);

/// What the sinks are called, and what each has found where it writes.
pub(in crate::audit) type Names = Vec<(Text, Opened)>;

/// No ledger gets so far: one that says so was written by hand, and its numbers would come to an end.
const LAST_NUMBER: u64 = 1 << 63;

/// Opens sinks and finds the one end that those which keep a chain agree on.
pub(in crate::audit) fn open_all(sinks: &mut [Offered]) -> Result<(Tail, Names), LedgerError> {
    let mut all = Names::new();
    let mut agreed: Option<(String, Tail)> = None;
    let mut names = BTreeSet::new();
    for (place, sink) in sinks.iter_mut().enumerate().filter_map(|(place, (sink, _))| Some((place, sink.get_mut()?))) {
        let panicked = || SinkError("it panicked".to_owned());
        let name = caught(|| sink.name());
        let name = name.map_err(|_| LedgerError::Sink { sink: format!("number {}", place + 1), error: panicked() })?;
        if !names.insert(name.clone()) {
            return Err(LedgerError::DuplicateSink { name });
        }
        let found = caught(|| sink.open()).unwrap_or_else(|_| Err(panicked())).and_then(|found| match found.tail {
            Some(tail) if tail.sequence >= LAST_NUMBER => {
                Err(SinkError(format!("it says that it ends at record {}: no ledger gets so far", tail.sequence)))
            }
            _ => Ok(found),
        });
        let found = found.map_err(|error| LedgerError::Sink { sink: name.clone(), error })?;
        let known = Text::from(name.as_str());
        match (&agreed, found.tail) {
            (Some((other, theirs)), Some(tail)) if *theirs != tail => {
                let (first, second) = ((other.clone(), theirs.sequence), (name, tail.sequence));
                return Err(LedgerError::Disagreement { first, second });
            }
            (None, Some(tail)) => agreed = Some((name, tail)),
            _ => {}
        }
        all.push((known, found));
    }
    Ok((agreed.map_or(Tail::START, |(_, tail)| tail), all))
}

impl fmt::Debug for Sinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.status()).finish()
    }
}
