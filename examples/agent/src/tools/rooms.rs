//! The desk at which rooms are booked. A real one would be asked over the network; this one keeps its books in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use theus_core::prelude::*;
use thiserror::Error;

/// The rooms there are.
const ROOMS: [&str; 3] = ["Ballroom", "Garden House", "Harbour Room"];

/// There is no such room.
#[derive(Debug, Serialize, Deserialize, Error)]
#[error("there is no room `{0}`")]
pub(crate) struct NoSuchRoom(String);

/// Somebody else has the room, or the agent has it already.
#[derive(Debug, Serialize, Deserialize, Error)]
#[error("`{0}` is taken")]
pub(crate) struct RoomTaken(String);

/// The way to the desk.
#[theus_core::effect]
pub(crate) trait Desk {
    /// Whether there is such a room.
    fn find(&self, room: &str) -> Result<(), NoSuchRoom>;
    /// Books a room. Who comes twice with one key has it once.
    fn book(&self, room: &str, key: &str) -> Result<(), RoomTaken>;
    /// Gives a room back. Telling it twice is telling it once.
    fn cancel(&self, room: &str);
}

/// The desk. What was booked stays booked until it is cancelled, whatever becomes of the transaction that asked for it.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    /// Each with the key of the call that has booked it.
    taken: BTreeMap<String, String>,
    /// What was done, in order.
    history: Vec<String>,
}

impl Desk for Rooms {
    fn find(&self, room: &str) -> Result<(), NoSuchRoom> {
        if ROOMS.contains(&room) { Ok(()) } else { Err(NoSuchRoom(room.to_owned())) }
    }

    fn book(&self, room: &str, key: &str) -> Result<(), RoomTaken> {
        let mut books = self.books();
        match books.taken.get(room) {
            Some(taken) if taken == key => return Ok(()),
            Some(_) => return Err(RoomTaken(room.to_owned())),
            None => books.taken.insert(room.to_owned(), key.to_owned()),
        };
        books.history.push(format!("booked {room}"));
        Ok(())
    }

    fn cancel(&self, room: &str) {
        let mut books = self.books();
        if books.taken.remove(room).is_some() {
            books.history.push(format!("cancelled {room}"));
        }
    }
}

impl Rooms {
    /// The rooms that are booked now.
    pub(crate) fn taken(&self) -> Vec<String> {
        self.books().taken.keys().cloned().collect()
    }

    /// What was done, in order.
    pub(crate) fn history(&self) -> Vec<String> {
        self.books().history.clone()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        // Nothing in here panics half way.
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
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
        rooms.book("Ballroom", "one").unwrap();
        rooms.book("Ballroom", "one").unwrap();
        assert_eq!(rooms.book("Ballroom", "two").unwrap_err().to_string(), "`Ballroom` is taken");
        assert_eq!(rooms.taken(), ["Ballroom"]);
        rooms.cancel("Ballroom");
        rooms.cancel("Ballroom");
        assert_eq!(rooms.taken(), Vec::<String>::new());
        assert_eq!(rooms.history(), ["booked Ballroom", "cancelled Ballroom"]);
    }
}
