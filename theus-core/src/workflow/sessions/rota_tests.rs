//! Beside its file and not in it: that is compiled once more under another scheduler.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};

use super::rota::{Rota, Turn};

struct Nothing;

impl Turn for Nothing {
    fn go(self: Arc<Self>) {}
    fn wake(self: Arc<Self>) {}
}

/// Notes that it was woken, and panics then.
struct Hostile(AtomicUsize);

impl Wake for Hostile {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
        std::panic::resume_unwind(Box::new("woken"));
    }
}

#[test]
fn a_worker_whose_waker_panics_harms_nobody_who_gives_it_work() {
    let rota = Rota::new(2);
    let hostile = Arc::new(Hostile(AtomicUsize::new(0)));
    let rest = || {
        let waker = Waker::from(Arc::clone(&hostile));
        assert!(rota.poll_work(&waker).is_pending());
        waker
    };
    rest();
    rota.put(Arc::new(Nothing), 0);
    assert_eq!(hostile.0.load(Ordering::SeqCst), 1);
    let mut batch = Vec::new();
    assert!(rota.take(0, &mut batch) && batch.len() == 1, "the work is there all the same");
    rest();
    rota.end();
    assert_eq!(hostile.0.load(Ordering::SeqCst), 2);
}
