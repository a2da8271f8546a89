//! The desk at which rooms are booked. A real one would be asked over the network; this one keeps its books in memory.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use thiserror::Error;

/// The rooms there are.
const ROOMS: [&str; 3] = ["Ballroom", "Garden House", "Harbour Room"];

/// There is no such room.
#[derive(Debug, Error)]
#[error("there is no room `{0}`")]
pub(crate) struct NoSuchRoom(String);

/// Somebody else has the room, or the agent has it already.
#[derive(Debug, Error)]
#[error("`{0}` is taken")]
pub(crate) struct RoomTaken(String);

/// The desk. What was booked stays booked until it is cancelled, whatever becomes of the transaction that asked for it.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    desk: Mutex<Desk>,
}

#[derive(Debug, Default)]
struct Desk {
    taken: BTreeSet<String>,
    /// What was done, in order.
    history: Vec<String>,
}

impl Rooms {
    /// Whether there is such a room.
    pub(crate) fn find(&self, room: &str) -> Result<(), NoSuchRoom> {
        if ROOMS.contains(&room) { Ok(()) } else { Err(NoSuchRoom(room.to_owned())) }
    }

    /// Books a room.
    pub(crate) fn book(&self, room: &str) -> Result<(), RoomTaken> {
        let mut desk = self.desk();
        if !desk.taken.insert(room.to_owned()) {
            return Err(RoomTaken(room.to_owned()));
        }
        desk.history.push(format!("booked {room}"));
        Ok(())
    }

    /// Gives a room back. Telling it twice is telling it once.
    pub(crate) fn cancel(&self, room: &str) {
        let mut desk = self.desk();
        if desk.taken.remove(room) {
            desk.history.push(format!("cancelled {room}"));
        }
    }

    /// The rooms that are booked now.
    pub(crate) fn taken(&self) -> Vec<String> {
        self.desk().taken.iter().cloned().collect()
    }

    /// What was done, in order.
    pub(crate) fn history(&self) -> Vec<String> {
        self.desk().history.clone()
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        // Nothing in here panics half way.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

    use super::*;

    #[test]
    fn a_room_is_booked_once_and_given_back_once() {
        let rooms = Rooms::default();
        rooms.find("Ballroom").unwrap();
        assert_eq!(rooms.find("Cellar").unwrap_err().to_string(), "there is no room `Cellar`");
        rooms.book("Ballroom").unwrap();
        assert_eq!(rooms.book("Ballroom").unwrap_err().to_string(), "`Ballroom` is taken");
        assert_eq!(rooms.taken(), ["Ballroom"]);
        rooms.cancel("Ballroom");
        rooms.cancel("Ballroom");
        assert_eq!(rooms.taken(), Vec::<String>::new());
        assert_eq!(rooms.history(), ["booked Ballroom", "cancelled Ballroom"]);
    }
}
