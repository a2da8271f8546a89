//! The queue of one observer: it loses the oldest, says how many, and lets go of who waits.

use std::task::Waker;
use std::time::{Duration, Instant};

use super::super::{LossyQueue, Taken};

fn put(queue: &LossyQueue<u32>, items: impl IntoIterator<Item = u32>) -> usize {
    let mut wake = Vec::<Waker>::new();
    items.into_iter().for_each(|item| queue.put(item, &mut wake));
    wake.len()
}

#[test]
fn what_is_lost_is_told_before_what_is_left_and_counted_for_good() {
    let queue = LossyQueue::new(2);
    put(&queue, 1..=2);
    assert_eq!((queue.try_take(), queue.lost()), (Some(Taken::Item(1)), 0), "as much as there is room for");
    put(&queue, 3..=5);
    assert_eq!(queue.try_take(), Some(Taken::Lost(2)));
    assert_eq!(
        [queue.try_take(), queue.try_take(), queue.try_take()],
        [Some(Taken::Item(4)), Some(Taken::Item(5)), None]
    );
    put(&queue, 6..=8);
    assert_eq!((queue.try_take(), queue.lost()), (Some(Taken::Lost(1)), 3));
}

#[test]
fn a_queue_without_room_keeps_one() {
    let queue = LossyQueue::new(0);
    put(&queue, 1..=2);
    assert_eq!([queue.try_take(), queue.try_take()], [Some(Taken::Lost(1)), Some(Taken::Item(2))]);
}

#[test]
fn a_wait_ends_with_the_time_or_the_queue_and_what_is_there_is_still_taken() {
    let queue = LossyQueue::<u32>::new(2);
    assert_eq!(queue.take_until(Instant::now() + Duration::from_millis(1)), None);
    put(&queue, [1]);
    queue.close(&mut Vec::new());
    let far = Instant::now() + Duration::from_secs(3_600);
    assert_eq!([queue.take_until(far), queue.take_until(far)], [Some(Taken::Item(1)), None]);
}

#[test]
fn one_who_gave_up_waiting_is_not_kept() {
    let queue = LossyQueue::new(2);
    let mut task = std::task::Context::from_waker(Waker::noop());
    for _ in 0..3 {
        let mut waiting = Box::pin(queue.take_async());
        assert!(waiting.as_mut().poll(&mut task).is_pending());
        assert_eq!(queue.waiting(), 1);
    }
    assert_eq!((queue.waiting(), put(&queue, [1])), (0, 0), "nobody is left to be woken");
    let mut waiting = Box::pin(queue.take_async());
    assert!(waiting.as_mut().poll(&mut task).is_ready());
}
