//! A sink with a thread of its own: runs wait for room in its queue, not for the sink.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::delivery::{Health, guarded};
use super::sink::{QueueOptions, Sink, SinkError, WhenFull};
use crate::audit::record::AuditRecord;
use crate::panics::{DropCaught, tell};

/// How long the thread waits before it offers a refused record again: longer each time, to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
const SHORTEST_PAUSE: Duration = Duration::from_millis(5);
/// How long an engine that ends waits for the rest of the queue to be written.
const LONGEST_END: Duration = Duration::from_secs(5);

/// The queue before a sink.
pub(super) struct Queue {
    shared: Arc<SharedQueue>,
    options: QueueOptions,
}

struct SharedQueue {
    inside: Mutex<Inside>,
    /// Something was put in, or the queue was closed.
    filled: Condvar,
    /// Something was taken out, the sink has failed, or the thread is done.
    emptied: Condvar,
    health: Health,
}

#[derive(Default)]
struct Inside {
    waiting: VecDeque<AuditRecord>,
    /// About how many bytes they have.
    bytes: usize,
    /// What the sink failed with last, for as long as it fails.
    failure: Option<SinkError>,
    closed: bool,
    done: bool,
}

/// So many bytes wait at most, whatever the number of records.
const MOST_BYTES: usize = 64 * 1024 * 1024;

impl Inside {
    fn has_room(&self, capacity: usize) -> bool {
        self.waiting.len() < capacity && self.bytes <= MOST_BYTES
    }
}

impl Queue {
    pub(super) fn start(
        sink: DropCaught<Box<dyn Sink>>,
        options: QueueOptions,
        health: Health,
    ) -> Result<Self, SinkError> {
        let (filled, emptied) = (Condvar::new(), Condvar::new());
        let shared = Arc::new(SharedQueue { inside: Mutex::default(), filled, emptied, health });
        let theirs = Arc::clone(&shared);
        thread::Builder::new().name("theus-audit-sink".to_owned()).spawn(move || theirs.write_all(sink))?;
        Ok(Self { shared, options })
    }

    /// Puts a record into the queue.
    pub(super) fn put(&self, record: &AuditRecord) -> Result<(), SinkError> {
        let mut inside = self.shared.inside.lock();
        let deadline = match self.options.when_full {
            WhenFull::WaitAtMost(longest) => Instant::now().checked_add(longest),
            WhenFull::Wait | WhenFull::Refuse => None,
        };
        loop {
            if let Some(failure) = &inside.failure {
                return Err(failure.clone());
            }
            if inside.has_room(self.options.capacity) {
                inside.bytes += record.size();
                inside.waiting.push_back(record.clone());
                self.shared.tell_waiting(&inside);
                self.shared.filled.notify_one();
                return Ok(());
            }
            match (self.options.when_full, deadline) {
                (WhenFull::Refuse, _) => return Err(self.full("")),
                (WhenFull::WaitAtMost(_), Some(deadline)) => {
                    let waited = self.shared.emptied.wait_until(&mut inside, deadline);
                    if waited.timed_out() && !inside.has_room(self.options.capacity) {
                        return Err(self.full(", and no room came in time"));
                    }
                }
                // A wait too long to be a time is a wait without an end.
                (WhenFull::Wait | WhenFull::WaitAtMost(_), _) => self.shared.emptied.wait(&mut inside),
            }
        }
    }

    fn full(&self, more: &str) -> SinkError {
        SinkError(format!("its queue of {} records is full{more}", self.options.capacity))
    }
}

/// The engine ends: what is in the queue is written, where that can be done in time.
impl Drop for Queue {
    fn drop(&mut self) {
        let mut inside = self.shared.inside.lock();
        inside.closed = true;
        self.shared.filled.notify_one();
        let deadline = Instant::now() + LONGEST_END;
        while !inside.done {
            if self.shared.emptied.wait_until(&mut inside, deadline).timed_out() {
                let (lost, sink) = (inside.waiting.len(), self.shared.health.lock().name.clone());
                tell(
                    || tracing::error!(target: "theus::audit", %sink, lost, "the engine ended before the sink had taken all records"),
                );
                return;
            }
        }
    }
}

impl SharedQueue {
    /// The thread of the sink: takes records out in order, and offers each until it is taken.
    fn write_all(&self, mut sink: DropCaught<Box<dyn Sink>>) {
        let mut pause = SHORTEST_PAUSE;
        let mut inside = self.inside.lock();
        loop {
            let Some(record) = inside.waiting.front().cloned() else {
                if inside.closed {
                    break;
                }
                self.filled.wait(&mut inside);
                continue;
            };
            let written = MutexGuard::unlocked(&mut inside, || match sink.get_mut() {
                Some(sink) => guarded(sink.as_mut(), &record),
                None => Err(SinkError("it is gone".to_owned())),
            });
            match written {
                Ok(()) => {
                    inside.bytes = inside.bytes.saturating_sub(record.size());
                    inside.waiting.pop_front();
                    inside.failure = None;
                    pause = SHORTEST_PAUSE;
                    self.tell_written(&record, &inside);
                }
                Err(error) => {
                    self.tell_failed(&error);
                    inside.failure = Some(error);
                    if inside.closed {
                        let lost = inside.waiting.len();
                        tell(|| tracing::error!(target: "theus::audit", lost, "the sink fails, and the engine ends"));
                        break;
                    }
                    self.emptied.notify_all();
                    self.filled.wait_for(&mut inside, pause);
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
            self.emptied.notify_all();
        }
        // A sink may have something to do when it is closed, and something to give back: who ends waits for that too.
        MutexGuard::unlocked(&mut inside, || drop(sink));
        inside.done = true;
        self.emptied.notify_all();
    }

    fn tell_waiting(&self, inside: &Inside) {
        self.health.lock().waiting = inside.waiting.len() as u64;
    }

    fn tell_written(&self, record: &AuditRecord, inside: &Inside) {
        let mut health = self.health.lock();
        health.written = record.sequence;
        health.waiting = inside.waiting.len() as u64;
        health.failure = None;
    }

    fn tell_failed(&self, error: &SinkError) {
        let mut health = self.health.lock();
        health.failure = Some(error.0.as_str().into());
        let sink = health.name.clone();
        drop(health);
        tell(|| tracing::error!(target: "theus::audit", %sink, %error, "the sink does not take records"));
    }
}
