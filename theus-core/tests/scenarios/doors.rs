//! Doors at which bodies wait with their threads blocked, by numbers: a door is an argument, and tells no test from another.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Door(u64);

#[derive(Default)]
struct Inner {
    is_open: bool,
    /// How many may pass though it is closed.
    lets_pass: u32,
    inside: u32,
    /// Those who have passed, or whose bodies are at their ends.
    passed: u32,
    notes: Vec<i64>,
    answers: Option<Box<dyn Fn() -> bool + Send>>,
}

type Shared = Arc<(Mutex<Inner>, Condvar)>;

static DOORS: LazyLock<Mutex<BTreeMap<u64, Shared>>> = LazyLock::new(Mutex::default);

const LONG: Duration = Duration::from_secs(20);

impl Door {
    pub(super) fn closed() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        DOORS.lock().unwrap().insert(number, Arc::default());
        Self(number)
    }

    pub(super) fn open_one() -> Self {
        let door = Self::closed();
        door.open();
        door
    }

    pub(super) const fn of(number: u64) -> Self {
        Self(number)
    }

    pub(super) const fn number(&self) -> u64 {
        self.0
    }

    fn shared(&self) -> Shared {
        Arc::clone(&DOORS.lock().unwrap()[&self.0])
    }

    fn change(&self, change: impl FnOnce(&mut Inner)) {
        let shared = self.shared();
        change(&mut shared.0.lock().unwrap());
        shared.1.notify_all();
    }

    fn wait_until(&self, holds: impl Fn(&Inner) -> bool) {
        let shared = self.shared();
        let inner: MutexGuard<'_, Inner> = shared.0.lock().unwrap();
        let (_inner, waited) = shared.1.wait_timeout_while(inner, LONG, |inner| !holds(inner)).unwrap();
        assert!(!waited.timed_out(), "it does not come to that");
    }

    /// Waits at the door. Says on which thread.
    pub(super) fn pass(&self) -> String {
        self.change(|inner| inner.inside += 1);
        self.wait_until(|inner| inner.is_open || inner.lets_pass > 0);
        self.change(|inner| {
            inner.lets_pass = inner.lets_pass.saturating_sub(1);
            inner.inside -= 1;
            inner.passed += 1;
        });
        format!("{:?}", thread::current().id())
    }

    pub(super) fn open(&self) {
        self.change(|inner| inner.is_open = true);
    }

    pub(super) fn let_one_pass(&self) {
        self.change(|inner| inner.lets_pass = 1);
    }

    /// How many wait at it.
    pub(super) fn inside(&self) -> u32 {
        self.shared().0.lock().unwrap().inside
    }

    /// How many have passed.
    pub(super) fn passed(&self) -> u32 {
        self.shared().0.lock().unwrap().passed
    }

    pub(super) fn wait_for_inside(&self, count: u32) {
        self.wait_until(|inner| inner.inside >= count);
    }

    /// Waits until nobody is at it any more, and those who have passed had a while for the rest.
    pub(super) fn wait_for_nobody(&self) {
        self.wait_until(|inner| inner.inside == 0);
        thread::sleep(Duration::from_millis(20));
    }

    pub(super) fn note(&self, note: i64) {
        self.change(|inner| inner.notes.push(note));
    }

    pub(super) fn notes(&self) -> Vec<i64> {
        self.shared().0.lock().unwrap().notes.clone()
    }

    /// What it says to who [asks](Self::ask).
    pub(super) fn answers(&self, answer: impl Fn() -> bool + Send + 'static) {
        self.change(|inner| inner.answers = Some(Box::new(answer)));
    }

    pub(super) fn ask(&self) -> bool {
        let answer = self.shared().0.lock().unwrap().answers.take();
        answer.is_some_and(|answer| answer())
    }
}
