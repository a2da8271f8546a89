//! Who waits for whom: a graph of waits and sessions, in which a wait that could never end is found before it begins.
//!
//! Only what waits is in it. A session that is not waited for costs nothing here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::thread::{self, Thread};

use parking_lot::Mutex;

use super::gate::Wants;
use crate::process::Contract;
use crate::sync::nesting::{Keeps, kept};
use crate::sync::{next_number, thread_number};

/// The runs that have a session under their leases: which threads have polled their bodies.
#[derive(Default)]
pub(crate) struct Drivers {
    now: Mutex<Vec<Driven>>,
}

struct Driven {
    lease: u64,
    /// What it reads and writes; none where nobody may come in beside it.
    contracts: Option<Box<[&'static Contract]>>,
    process: &'static str,
    threads: Vec<(u64, Thread)>,
}

impl Drivers {
    /// A run of this process has begun its lease.
    pub(super) fn begin(&self, lease: u64, process: &'static str) {
        self.now.lock().push(Driven { lease, contracts: None, process, threads: Vec::new() });
    }

    /// One is over; true where it was the last.
    pub(super) fn end(&self, lease: u64) -> bool {
        let mut now = self.now.lock();
        now.retain(|driven| driven.lease != lease);
        now.is_empty()
    }

    /// Others may come in beside it whose contracts do not conflict with these.
    pub(super) fn share(&self, lease: u64, contracts: &[&'static Contract]) {
        if let Some(driven) = self.now.lock().iter_mut().find(|driven| driven.lease == lease) {
            driven.contracts = Some(contracts.into());
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.now.lock().len()
    }

    /// Whether runs by these contracts are in the way of none of them.
    pub(super) fn let_in(&self, wants: Wants, contracts: Option<&[&'static Contract]>) -> bool {
        let Some(contracts) = contracts else { return false };
        let is_had = |leased: &Contract, path: &str| leased.reads(path) || leased.writes(path);
        let in_the_way = |leased: &Contract, contract: &Contract| match wants {
            Wants::Hold => contract.outputs.iter().any(|output| is_had(leased, output.path)),
            Wants::Lease => !leased.conflicts(contract).is_empty(),
        };
        let lets_in = |all: &[&'static Contract]| {
            all.iter().all(|leased| contracts.iter().all(|contract| !in_the_way(leased, contract)))
        };
        self.now.lock().iter().all(|driven| driven.contracts.as_deref().is_some_and(lets_in))
    }

    /// Whether one of them has this field: it is theirs to change.
    pub(super) fn have(&self, path: &str) -> bool {
        let has = |contract: &Contract| contract.reads(path) || contract.writes(path);
        let have = |all: &[&'static Contract]| all.iter().any(|contract| has(contract));
        self.now.lock().iter().any(|driven| driven.contracts.as_deref().is_none_or(have))
    }

    /// The calling thread polls the body of the run.
    pub(super) fn driven_here(&self, lease: u64) {
        let here = thread_number();
        if let Some(driven) = self.now.lock().iter_mut().find(|driven| driven.lease == lease)
            && driven.threads.iter().all(|(thread, _)| *thread != here)
        {
            driven.threads.push((here, thread::current()));
        }
    }

    /// The process, and the thread that polled it first.
    pub(super) fn who(&self) -> Option<(&'static str, Option<Arc<str>>)> {
        let now = self.now.lock();
        let driven = now.first()?;
        Some((driven.process, driven.threads.first().map(|(_, thread)| name_of(thread))))
    }

    fn threads(&self) -> Vec<u64> {
        self.now.lock().iter().flat_map(|driven| driven.threads.iter().map(|(thread, _)| *thread)).collect()
    }
}

fn name_of(thread: &Thread) -> Arc<str> {
    thread.name().map_or_else(|| format!("{:?}", thread.id()).into(), Arc::from)
}

/// What somebody waits for.
#[derive(Clone)]
pub(super) struct LockRequest {
    /// The session's number and name.
    pub(super) session: u64,
    pub(super) name: Arc<str>,
    /// What is to be run there.
    pub(super) process: &'static str,
    /// Who has the session under a lease, where the end of a lease is waited for.
    pub(super) drivers: Option<Arc<Drivers>>,
}

/// One wait.
struct Wait {
    lock_request: LockRequest,
    thread: Thread,
    /// The thread that is blocked meanwhile.
    blocks: Option<u64>,
    /// The sessions that others cannot have until this wait is over.
    keeps: Vec<(u64, Keeps)>,
}

struct Waits {
    all: BTreeMap<u64, Wait>,
    by_thread: BTreeMap<u64, u64>,
    /// By the session that is kept and the number of the wait.
    by_kept: BTreeMap<(u64, u64), Keeps>,
}

static WAITS: Mutex<Waits> =
    Mutex::new(Waits { all: BTreeMap::new(), by_thread: BTreeMap::new(), by_kept: BTreeMap::new() });

/// Somebody waits, until this is dropped.
#[derive(Debug)]
pub(super) struct Waiting {
    number: u64,
}

/// The calling thread is about to be blocked until it has the lock that it requests.
pub(super) fn block(lock_request: LockRequest) -> Result<Waiting, Box<Circle>> {
    begin(Wait { lock_request, thread: thread::current(), blocks: Some(thread_number()), keeps: kept() })
}

/// The task that the calling thread polls is about to wait. Where it keeps nothing nobody can wait for it.
pub(super) fn await_(lock_request: impl FnOnce() -> LockRequest) -> Result<Option<Waiting>, Box<Circle>> {
    let keeps = kept();
    if keeps.is_empty() {
        return Ok(None);
    }
    begin(Wait { lock_request: lock_request(), thread: thread::current(), blocks: None, keeps }).map(Some)
}

fn begin(wait: Wait) -> Result<Waiting, Box<Circle>> {
    let number = next_number();
    let mut waits = WAITS.lock();
    waits.insert(number, wait);
    match waits.circle(number) {
        None => Ok(Waiting { number }),
        Some(circle) => {
            waits.remove(number);
            Err(Box::new(circle))
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        WAITS.lock().remove(self.number);
    }
}

impl Waits {
    fn insert(&mut self, number: u64, wait: Wait) {
        if let Some(thread) = wait.blocks {
            self.by_thread.insert(thread, number);
        }
        self.by_kept.extend(wait.keeps.iter().map(|(session, keeps)| ((*session, number), *keeps)));
        self.all.insert(number, wait);
    }

    fn remove(&mut self, number: u64) {
        let Some(wait) = self.all.remove(&number) else { return };
        if let Some(thread) = wait.blocks {
            self.by_thread.remove(&thread);
        }
        for (session, _) in wait.keeps {
            self.by_kept.remove(&(session, number));
        }
    }

    /// The waits that must end before this one can, as far as they are known: of those that keep the session, and of the
    /// threads that drive the run which has it.
    fn in_the_way(&self, wait: &Wait) -> Vec<u64> {
        let (session, drivers) = (wait.lock_request.session, &wait.lock_request.drivers);
        let keeping = self.by_kept.range((session, 0)..=(session, u64::MAX));
        let keeping = keeping.filter(|(_, keeps)| **keeps == Keeps::Thread || drivers.is_some());
        let mut found: Vec<u64> = keeping.map(|((_, number), _)| *number).collect();
        let driving = drivers.iter().flat_map(|drivers| drivers.threads());
        found.extend(driving.filter_map(|thread| self.by_thread.get(&thread)));
        found
    }

    /// The waits from this one on that lead back to it.
    fn circle(&self, first: u64) -> Option<Circle> {
        let (mut seen, mut open) = (BTreeSet::new(), vec![first]);
        let mut led_here = BTreeMap::new();
        while let Some(number) = open.pop() {
            let Some(wait) = self.all.get(&number) else { continue };
            for next in self.in_the_way(wait) {
                if next == first {
                    let back = std::iter::successors(Some(number), |number| led_here.get(number).copied());
                    let mut waits: Vec<_> =
                        back.filter_map(|number| self.all.get(&number)).map(WaitEntry::of).collect();
                    waits.reverse();
                    return Some(Circle { waits });
                }
                if seen.insert(next) {
                    led_here.insert(next, number);
                    open.push(next);
                }
            }
        }
        None
    }
}

/// One wait of a circle.
#[derive(Clone, Debug, PartialEq, Eq)]
struct WaitEntry {
    thread: Arc<str>,
    process: &'static str,
    session: Arc<str>,
    /// The process whose run has the session under its lease.
    held_by: Option<&'static str>,
}

impl WaitEntry {
    fn of(wait: &Wait) -> Self {
        let LockRequest { name, process, drivers, .. } = &wait.lock_request;
        let held_by = drivers.as_ref().and_then(|drivers| drivers.who()).map(|(process, _)| process);
        Self { thread: name_of(&wait.thread), process, session: Arc::clone(name), held_by }
    }
}

/// Waits that wait for each other; the first is the one that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Circle {
    waits: Vec<WaitEntry>,
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((WaitEntry { session, held_by, process, .. }, others)) = self.waits.split_first() else {
            return Ok(());
        };
        if others.is_empty() {
            let run = held_by.map_or_else(|| "the run".to_owned(), |process| format!("`{process}`"));
            return write!(
                f,
                "`{process}` was not started, it would wait for ever: {run} has the session `{session}` until it is done, \
                 and this thread drives it; use `run_async`, or run it on a thread of its own"
            );
        }
        write!(f, "`{process}` was not started, it would wait for ever: it waits for the session `{session}`")?;
        for WaitEntry { thread, process, session, .. } in others {
            write!(f, ", whose run waits for the session `{session}` to run `{process}` there (thread `{thread}`)")?;
        }
        write!(
            f,
            ", which waits for this one; run one after the other has returned, or take sessions of several engines always \
             in the same order"
        )
    }
}
