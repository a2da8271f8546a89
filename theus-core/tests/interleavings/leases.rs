//! Having the session under a lease, across awaits, beside those who hold it for a step.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use shuttle::future::{block_on, yield_now};
use shuttle::thread;

use super::lock::SessionLock;
use super::patience::{NotHeld, Request};
use super::{found_by_shuttle, request, schedules};
use crate::sync::nesting::Inside;
use theus_core::Contract;
use theus_core::context::{Layer, Zone};
use theus_core::process::Access;

/// What the lease's holder began and has not ended; how many steps and leases were made.
#[derive(Default)]
struct Desk {
    lease: Option<u32>,
    leases: u32,
    steps: u32,
    /// What was left for the end of the lease, and how much was done of it.
    put_off: u32,
    done: u32,
}

impl Desk {
    fn lease_over(&mut self) {
        self.done += std::mem::take(&mut self.put_off);
    }
}

type Lock = SessionLock<Desk>;

/// Begins, awaits, commits: nobody else may have been at the desk.
async fn take_lease(lock: &Lock, mark: u32) {
    let lease = lock.take_lease(request(), Desk::lease_over).await.unwrap();
    let steps = {
        let mut desk = lease.hold(request).unwrap();
        assert_eq!(desk.lease, None, "two have a lease");
        desk.lease = Some(mark);
        desk.steps
    };
    yield_now().await;
    let mut desk = lease.hold(request).unwrap();
    assert_eq!((desk.lease, desk.steps), (Some(mark), steps), "somebody came between begin and commit");
    desk.lease = None;
    desk.leases += 1;
}

fn step(lock: &Lock) {
    let mut desk = lock.hold(request).unwrap();
    assert_eq!(desk.lease, None, "a step was made within somebody's lease");
    desk.steps += 1;
}

async fn step_async(lock: &Lock) {
    let mut desk = lock.hold_async(request()).await.unwrap();
    assert_eq!(desk.lease, None, "a step was made within somebody's lease");
    desk.steps += 1;
}

fn spawn(lock: &Arc<Lock>, work: impl FnOnce(&Lock) + Send + 'static) -> thread::JoinHandle<()> {
    let lock = Arc::clone(lock);
    thread::spawn(move || work(&lock))
}

fn finish(lock: &Lock, threads: Vec<thread::JoinHandle<()>>, leases: u32, steps: u32) {
    for thread in threads {
        thread.join().unwrap();
    }
    let desk = lock.hold(request).unwrap();
    assert_eq!((desk.lease, desk.leases, desk.steps), (None, leases, steps));
}

fn mixed() {
    let lock = Arc::new(Lock::new(1, Desk::default()));
    let threads = vec![
        spawn(&lock, |lock| block_on(take_lease(lock, 1))),
        spawn(&lock, |lock| {
            step(lock);
            step(lock);
        }),
        spawn(&lock, |lock| block_on(take_lease(lock, 2))),
        spawn(&lock, |lock| block_on(step_async(lock))),
    ];
    finish(&lock, threads, 2, 3);
}

#[test]
fn leases_and_steps_exclude_each_other_and_nobody_waits_for_ever() {
    shuttle::check_random(mixed, schedules());
}

fn one_lease_one_step() {
    let lock = Arc::new(Lock::new(1, Desk::default()));
    let threads = vec![spawn(&lock, |lock| block_on(take_lease(lock, 1))), spawn(&lock, step)];
    finish(&lock, threads, 1, 1);
}

#[test]
fn a_lease_and_a_step_exclude_each_other_schedule_by_schedule() {
    shuttle::check_dfs(one_lease_one_step, Some(1_500));
}

/// Does something at once where nobody has a lease, and leaves it for the end of the lease where somebody has.
fn now_or_later(lock: &Lock) {
    let mut desk = lock.hold_beside_lease(request).unwrap();
    match desk.is_leased("domain.sig") {
        true => desk.put_off += 1,
        false => desk.done += 1,
    }
}

/// What is put off is done, by the end of the lease in which it was.
fn putting_off(lease: fn(&Lock)) {
    let lock = Arc::new(Lock::new(1, Desk::default()));
    let threads =
        vec![spawn(&lock, lease), spawn(&lock, |lock| (0..2).for_each(|_| now_or_later(lock))), spawn(&lock, step)];
    for thread in threads {
        thread.join().unwrap();
    }
    let desk = lock.hold(request).unwrap();
    assert_eq!((desk.done, desk.put_off), (2, 0), "put off for ever");
}

#[test]
fn nothing_is_put_off_for_ever() {
    let lease: fn(&Lock) = |lock| block_on(take_lease(lock, 1));
    shuttle::check_random(move || putting_off(lease), schedules());
}

#[test]
fn a_lease_that_ends_after_what_was_put_off_is_found() {
    let found = found_by_shuttle(|| {
        putting_off(|lock| {
            block_on(async {
                let lease = lock.take_lease(request(), |_| ()).await.unwrap();
                lease.hold(request).unwrap().lease_over();
            });
        });
    });
    assert!(found.is_some_and(|text| text.contains("put off for ever")), "the test above could not see what is lost");
}

/// Polls a waiter a few times and gives it up, as a cancelled future does.
fn give_up(waiting: impl Future) {
    let mut task = Context::from_waker(Waker::noop());
    let mut waiting = pin!(waiting);
    for _ in 0..2 {
        if waiting.as_mut().poll(&mut task).is_ready() {
            return;
        }
        thread::yield_now();
    }
}

fn cancelled() {
    let lock = Arc::new(Lock::new(1, Desk::default()));
    let threads = vec![
        spawn(&lock, |lock| block_on(take_lease(lock, 1))),
        // One that waits, one that has its lease when it is given up, one that may be either.
        spawn(&lock, |lock| give_up(lock.take_lease(request(), Desk::lease_over))),
        spawn(&lock, |lock| give_up(lock.hold_async(request()))),
        spawn(&lock, |lock| block_on(take_lease(lock, 2))),
        spawn(&lock, step),
    ];
    finish(&lock, threads, 2, 1);
}

#[test]
fn a_waiter_that_is_given_up_takes_nothing_with_it() {
    shuttle::check_random(cancelled, schedules());
}

/// A run that is dropped in the middle of its lease ends the lease.
fn dropped_in_its_lease() {
    let lock = Arc::new(Lock::new(1, Desk::default()));
    let abandoned = |lock: &Lock| {
        let mut task = Context::from_waker(Waker::noop());
        let mut lease = pin!(async {
            let _lease = lock.take_lease(request(), Desk::lease_over).await.unwrap();
            std::future::pending::<()>().await;
        });
        assert_eq!(lease.as_mut().poll(&mut task), Poll::Pending);
    };
    let threads = vec![
        spawn(&lock, abandoned),
        spawn(&lock, |lock| block_on(take_lease(lock, 1))),
        spawn(&lock, step),
        spawn(&lock, |lock| block_on(step_async(lock))),
    ];
    finish(&lock, threads, 1, 2);
}

#[test]
fn a_run_dropped_in_its_lease_lets_the_others_go_on() {
    shuttle::check_random(dropped_in_its_lease, schedules());
}

/// Looking needs no lease: it is done while another has one, and awaited by nobody.
fn looking() {
    let lock = Arc::new(Lock::new(1, Desk::default()));
    let lease = block_on(lock.take_lease(request(), Desk::lease_over)).unwrap();
    let looker = spawn(&lock, |lock| assert_eq!(lock.hold_beside_lease(request).unwrap().leases, 0));
    looker.join().unwrap();
    drop(lease);
    step(&lock);
    finish(&lock, Vec::new(), 0, 1);
}

#[test]
fn looking_waits_for_no_lease() {
    shuttle::check_random(looking, schedules());
    shuttle::check_dfs(looking, None);
}

#[test]
fn a_lease_that_never_ends_is_found() {
    let found = found_by_shuttle(|| {
        let lock = Arc::new(Lock::new(1, Desk::default()));
        let stepper = spawn(&lock, step);
        std::mem::forget(block_on(lock.take_lease(request(), Desk::lease_over)).unwrap());
        stepper.join().unwrap();
    });
    assert!(found.is_some_and(|text| text.contains("deadlock")), "the tests above could not see a deadlock");
}

#[test]
fn a_step_that_does_not_wait_for_the_lease_is_found() {
    let found = found_by_shuttle(|| {
        let lock = Arc::new(Lock::new(1, Desk::default()));
        let threads = vec![
            spawn(&lock, |lock| block_on(take_lease(lock, 1))),
            // `hold_beside_lease` does not wait for leases: what would be if `hold` did not either.
            spawn(&lock, |lock| lock.hold_beside_lease(request).unwrap().steps += 1),
        ];
        finish(&lock, threads, 1, 1);
    });
    assert!(found.is_some_and(|text| text.contains("came between")), "the tests above could not see a broken lease");
}

/// A body that has its engine's lease, and would hold a session of the same engine: it is told, whoever else is about, and
/// does not wait for itself.
fn inside_its_own_lease() {
    let lock = Arc::new(Lock::new(1, Desk::default()));
    let other = spawn(&lock, step);
    let body = async {
        let lease = lock.take_lease(request(), Desk::lease_over).await.unwrap();
        let inside = Inside::enter(1, None);
        assert_eq!(lock.hold(request).err(), Some(NotHeld::Nested));
        assert_eq!(lock.hold_async(request()).await.err(), Some(NotHeld::Nested));
        assert_eq!(lock.take_lease(request(), Desk::lease_over).await.err(), Some(NotHeld::Nested));
        drop(inside);
        lease.hold(request).unwrap().leases += 1;
    };
    block_on(body);
    finish(&lock, vec![other], 1, 1);
}

#[test]
fn a_body_that_has_the_lease_never_waits_for_its_own_engine() {
    shuttle::check_random(inside_its_own_lease, schedules());
}

const fn writes(process: &'static str, outputs: &'static [Access]) -> Contract {
    Contract {
        process,
        inputs: &[],
        outputs,
        effects: &[],
        messages: &[],
        errors: &[],
        arguments: &[],
        local: None,
        is_async: true,
        is_blocking: false,
    }
}

const fn field(path: &'static str) -> Access {
    Access { layer: Layer::Domain, path, zone: Zone::Data }
}

static LEFT: Contract = writes("left", &[field("domain.left")]);
static RIGHT: Contract = writes("right", &[field("domain.right")]);
/// What they do is in each other's way.
static BOTH: Contract = writes("both", &[field("domain.left"), field("domain.right")]);

fn by<'a>(contracts: &'a [&'static Contract]) -> Request<'a> {
    Request { contracts: Some(contracts), ..request() }
}

/// What is under way, by the fields that it writes, and how many have been beside each other.
#[derive(Default)]
struct Table {
    left: u32,
    right: u32,
    beside: u32,
    done: u32,
}

impl Table {
    fn begin(&mut self, contract: &Contract, end: bool) {
        let by = |n: &mut u32| *n = if end { *n - 1 } else { *n + 1 };
        if contract.writes("domain.left") {
            by(&mut self.left);
        }
        if contract.writes("domain.right") {
            by(&mut self.right);
        }
        assert!(self.left <= 1 && self.right <= 1, "two that write the same field are under way");
        self.beside += u32::from(self.left + self.right == 2 && !std::ptr::eq(contract, &raw const BOTH));
        self.done += u32::from(end);
    }
}

async fn lease_beside(lock: &SessionLock<Table>, contract: &'static Contract) {
    let lease = lock.take_lease(by(&[contract]), |table| assert_eq!(table.left + table.right, 0, "not the last")).await;
    let lease = lease.unwrap();
    {
        let mut table = lease.hold(request).unwrap();
        table.begin(contract, false);
        lease.share(&table, &[contract]);
    }
    yield_now().await;
    lease.hold(request).unwrap().begin(contract, true);
}

fn hold_beside(lock: &SessionLock<Table>, contract: &'static Contract) {
    let contracts = [contract];
    let mut table = lock.hold(|| by(&contracts)).unwrap();
    table.begin(contract, false);
    table.begin(contract, true);
}

/// Leases and steps of all three kinds: those whose contracts conflict exclude each other, and nobody waits for ever.
fn side_by_side() -> u32 {
    let lock = Arc::new(SessionLock::new(1, Table::default()));
    let run = |what: fn(&SessionLock<Table>)| {
        let lock = Arc::clone(&lock);
        thread::spawn(move || what(&lock))
    };
    let threads = vec![
        run(|lock| block_on(lease_beside(lock, &LEFT))),
        run(|lock| block_on(lease_beside(lock, &RIGHT))),
        run(|lock| block_on(lease_beside(lock, &BOTH))),
        run(|lock| hold_beside(lock, &RIGHT)),
        run(|lock| hold_beside(lock, &BOTH)),
    ];
    for thread in threads {
        thread.join().unwrap();
    }
    let table = lock.hold(request).unwrap();
    assert_eq!((table.left, table.right, table.done), (0, 0, 5));
    table.beside
}

/// The lease does not end before somebody has come in beside it who is not in its way, whoever holds the session when he comes.
fn comes_in_beside(step: fn(&SessionLock<Table>)) {
    let lock = Arc::new(SessionLock::new(1, Table::default()));
    let (came, has_come) = shuttle::sync::mpsc::channel();
    let (begun, has_begun) = shuttle::sync::mpsc::channel();
    let long = {
        let lock = Arc::clone(&lock);
        thread::spawn(move || {
            let lease = block_on(lock.take_lease(by(&[&LEFT]), |_| ())).unwrap();
            lease.share(&lease.hold(request).unwrap(), &[&LEFT]);
            begun.send(()).unwrap();
            has_come.recv().unwrap();
            drop(lease);
        })
    };
    has_begun.recv().unwrap();
    let looks = {
        let lock = Arc::clone(&lock);
        thread::spawn(move || (0..2).for_each(|_| drop(lock.hold_beside_lease(request).unwrap())))
    };
    step(&lock);
    came.send(()).unwrap();
    long.join().unwrap();
    looks.join().unwrap();
    drop(lock.hold(request).unwrap());
}

#[test]
fn who_finds_the_gate_shut_for_a_moment_comes_in_beside_a_lease_all_the_same() {
    let step: [fn(&SessionLock<Table>); 3] = [
        |lock| hold_beside(lock, &RIGHT),
        |lock| drop(block_on(lock.hold_async(by(&[&RIGHT]))).unwrap()),
        |lock| drop(block_on(lock.take_lease(by(&[&RIGHT]), |_| ())).unwrap()),
    ];
    for step in step {
        shuttle::check_random(move || comes_in_beside(step), schedules());
    }
}

#[test]
fn only_those_are_side_by_side_whose_contracts_do_not_conflict() {
    static BESIDE: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let run = || {
        BESIDE.fetch_add(side_by_side(), std::sync::atomic::Ordering::Relaxed);
    };
    shuttle::check_random(run, schedules());
    assert!(BESIDE.load(std::sync::atomic::Ordering::Relaxed) > 0, "in no schedule were two side by side");
}
