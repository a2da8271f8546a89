//! Producers that wait for room, consumers that wait for events, and a session that both need.

use std::sync::Arc;
use std::time::Duration;

use shuttle::thread;

use super::lock::SessionLock;
use super::queue::{Bring, Offer, Queue, Refused};
use super::{found_by_shuttle, request, schedules};

const LONG: Duration = Duration::from_secs(1);
const CAPACITY: usize = 2;

type Bus = Queue<(u32, u32)>;

fn bring(bus: &Bus, events: &[(u32, u32)], how: Bring) -> bool {
    let events: Vec<_> = events.iter().map(|event| (*event, false)).collect();
    bus.bring(CAPACITY, events.into_iter(), Offer { how, came: None, from_outside: false, number: 0 }, || ()).is_ok()
}

fn in_order(taken: &[(u32, u32)], producers: u32, each: u32) {
    for producer in 0..producers {
        let own: Vec<u32> = taken.iter().filter(|(by, _)| *by == producer).map(|(_, number)| *number).collect();
        assert_eq!(own, (0..each).collect::<Vec<_>>(), "of producer {producer}");
    }
}

/// Producers wait for room, one consumer waits as a thread and one as a task: nothing is lost, doubled or out of order.
fn producers_and_consumers() {
    let bus = Arc::new(Bus::new());
    let producers: Vec<_> = (0..2)
        .map(|producer| {
            let bus = Arc::clone(&bus);
            thread::spawn(move || {
                assert!(bring(&bus, &[(producer, 0), (producer, 1)], Bring::OrWait(LONG)));
                assert!(bring(&bus, &[(producer, 2)], Bring::OrWait(LONG)));
            })
        })
        .collect();
    let blocking = {
        let bus = Arc::clone(&bus);
        thread::spawn(move || (0..3).filter_map(|_| bus.take_within(LONG)).collect::<Vec<_>>())
    };
    let task = {
        let bus = Arc::clone(&bus);
        thread::spawn(move || {
            shuttle::future::block_on(async move {
                let mut taken = Vec::new();
                for _ in 0..3 {
                    taken.push(bus.take_async().await);
                }
                taken
            })
        })
    };
    producers.into_iter().for_each(|producer| producer.join().unwrap());
    let (one, two) = (blocking.join().unwrap(), task.join().unwrap());
    for taken in [&one, &two] {
        for producer in 0..2 {
            assert!(taken.iter().filter(|(by, _)| *by == producer).is_sorted(), "of producer {producer}: {taken:?}");
        }
    }
    let mut all = [one, two].concat();
    all.sort_unstable();
    in_order(&all, 2, 3);
    assert_eq!((bus.len(), bus.stats().emitted, bus.stats().refused), (0, 6, 0));
}

#[test]
fn nobody_who_waits_is_forgotten() {
    shuttle::check_random(producers_and_consumers, schedules());
}

/// Two bring events, of which one waits for room, while the consumer takes one and closes the bus then: what was accepted was
/// taken or is on record, what was not was refused.
fn the_end_of_a_session() {
    let bus = Arc::new(Bus::new());
    let senders: Vec<_> = (0..2)
        .map(|sender| {
            let bus = Arc::clone(&bus);
            thread::spawn(move || {
                let how = if sender == 0 { Bring::OrWait(LONG) } else { Bring::OrRefuse };
                let mut accepted = 0;
                for number in 0..3 {
                    let offer = Offer { how, came: None, from_outside: true, number: 0 };
                    let event = std::iter::once(((sender, number), false));
                    match bus.bring(CAPACITY, event, offer, || ()) {
                        Ok(_) => accepted += 1,
                        Err(Refused::Full(_)) => assert_eq!(sender, 1),
                        Err(Refused::Closed) => return (accepted, true),
                    }
                }
                (accepted, false)
            })
        })
        .collect();
    let taken = usize::from(bus.try_take().is_some());
    bus.close();
    let sent: Vec<(usize, bool)> = senders.into_iter().map(|sender| sender.join().unwrap()).collect();
    let accepted: usize = sent.iter().map(|(accepted, _)| accepted).sum();
    assert_eq!(accepted, taken + bus.take_unheard().len(), "{sent:?}");
    assert_eq!(bus.len(), accepted - taken, "it waits on, for whoever wants it");
    assert!(!sent[0].1 || sent[0].0 < 3, "{sent:?}");
}

#[test]
fn what_a_session_that_ends_was_sent_is_handled_refused_or_on_record() {
    shuttle::check_random(the_end_of_a_session, schedules());
}

/// A consumer takes an event and then needs the session; a commit holds the session and has more than there is room for.
fn commit_and_consumer(how: Bring) {
    let session = Arc::new(SessionLock::new(1, 0_u32));
    let bus = Arc::new(Bus::new());
    assert!(bring(&bus, &[(9, 0), (9, 1)], Bring::OrRefuse));
    let consumer = {
        let (session, bus) = (Arc::clone(&session), Arc::clone(&bus));
        thread::spawn(move || {
            for _ in 0..2 {
                *session.hold(request).unwrap() += 1;
                assert!(bus.try_take().is_some());
            }
        })
    };
    let mut committed = false;
    {
        let mut state = session.hold(request).unwrap();
        if bring(&bus, &[(0, 0)], how) {
            *state += 10;
            committed = true;
        }
    }
    consumer.join().unwrap();
    assert_eq!(*session.hold(request).unwrap(), if committed { 12 } else { 2 });
    assert_eq!(bus.len(), usize::from(committed));
}

#[test]
fn a_commit_on_a_full_bus_waits_for_nobody() {
    shuttle::check_random(|| commit_and_consumer(Bring::OrRefuse), schedules());
}

#[test]
fn the_check_finds_a_commit_that_waits() {
    let found = found_by_shuttle(|| commit_and_consumer(Bring::OrWait(LONG)));
    assert!(found.is_some_and(|found| found.contains("deadlock")), "a wait with the session held is no deadlock here");
}
