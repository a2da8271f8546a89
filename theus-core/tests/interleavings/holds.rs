//! Holding the session through one step.

use std::sync::Arc;

use shuttle::thread;

use super::lock::SessionLock;
use super::patience::NotHeld;
use super::{request, schedules};

/// Who is inside, and how often somebody was.
#[derive(Default)]
struct Room {
    occupied: bool,
    visits: u32,
}

fn visit(room: &SessionLock<Room>) {
    let mut held = room.hold(request).unwrap();
    assert!(!held.occupied, "two threads hold the session");
    held.occupied = true;
    thread::yield_now();
    held.occupied = false;
    held.visits += 1;
}

fn visitors(threads: u32, visits: u32) {
    let room = Arc::new(SessionLock::new(1, Room::default()));
    let threads: Vec<_> = (0..threads)
        .map(|_| {
            let room = Arc::clone(&room);
            thread::spawn(move || (0..visits).for_each(|_| visit(&room)))
        })
        .collect();
    let count = threads.len() as u32;
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(room.hold(request).unwrap().visits, count * visits);
}

#[test]
fn holders_exclude_each_other() {
    shuttle::check_random(|| visitors(4, 3), schedules());
}

#[test]
fn two_holders_exclude_each_other_in_every_schedule() {
    shuttle::check_dfs(|| visitors(2, 1), None);
}

/// Whatever a thread does while it holds the session, it is told that it does; and so is nobody else.
fn nested() {
    let room = Arc::new(SessionLock::new(1, Room::default()));
    let other = {
        let room = Arc::clone(&room);
        thread::spawn(move || visit(&room))
    };
    {
        let mut held = room.hold(request).unwrap();
        assert_eq!(room.hold(request).err(), Some(NotHeld::Nested));
        assert_eq!(room.hold_beside_lease(request).err(), Some(NotHeld::Nested));
        assert_eq!(shuttle::future::block_on(room.hold_async(request())).err(), Some(NotHeld::Nested));
        assert_eq!(shuttle::future::block_on(room.take_lease(request(), |_| ())).err(), Some(NotHeld::Nested));
        held.visits += 1;
    }
    visit(&room);
    other.join().unwrap();
    assert_eq!(room.hold_beside_lease(request).unwrap().visits, 3);
}

#[test]
fn a_nested_hold_is_refused_and_contention_never_is() {
    shuttle::check_random(nested, schedules());
}
