//! What one thread does and a task waits for: it has it once, or it is dropped once, whenever who waits lets go.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use shuttle::sync::Arc;
use shuttle::sync::atomic::{AtomicUsize, Ordering};
use shuttle::{future, thread};

use super::handover::{Awaited, LetGo, handover};
use super::{found_by_shuttle, schedules};

/// Counts where it ends.
struct Value(Arc<AtomicUsize>);

impl Drop for Value {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Polls it so often at most; `None` where it was not ready by then.
async fn polled<T>(mut awaited: Awaited<T>, times: usize) -> Option<Option<T>> {
    let mut left = times;
    poll_fn(|task| match Pin::new(&mut awaited).poll(task) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            task.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await
}

#[test]
fn who_waits_is_woken_by_the_end() {
    for has_value in [true, false] {
        shuttle::check_random(
            move || {
                let (doing, awaited) = handover(LetGo::default());
                let there = thread::spawn(move || if has_value { doing.with(7) } else { drop(doing) });
                assert_eq!(future::block_on(awaited), has_value.then_some(7));
                there.join().unwrap();
            },
            schedules(),
        );
    }
}

#[test]
fn let_go_of_at_any_moment_its_value_is_had_or_dropped_and_never_both() {
    shuttle::check_random(
        || {
            let dropped = Arc::new(AtomicUsize::new(0));
            let let_go = LetGo::default();
            let seen = let_go.clone();
            let (doing, awaited) = handover(let_go);
            let there = thread::spawn({
                let dropped = Arc::clone(&dropped);
                move || {
                    let was_let_go = doing.is_let_go();
                    doing.with(Value(dropped));
                    was_let_go
                }
            });
            let had = future::block_on(polled(awaited, 2)).flatten();
            assert!(seen.is_set(), "nobody waits any more");
            let was_let_go = there.join().unwrap();
            assert!(!(was_let_go && had.is_some()), "it was told that nobody waits, and somebody has it");
            assert_eq!(dropped.load(Ordering::SeqCst), usize::from(had.is_none()));
            drop(had);
            assert_eq!(dropped.load(Ordering::SeqCst), 1);
        },
        schedules(),
    );
}

/// The check can fail: one that is never done has nobody who wakes.
#[test]
fn one_that_is_never_done_is_found() {
    let found = found_by_shuttle(|| {
        let (doing, awaited) = handover::<u8>(LetGo::default());
        std::mem::forget(doing);
        future::block_on(awaited);
    });
    assert!(found.is_some_and(|found| found.contains("deadlock")), "it goes on");
}
