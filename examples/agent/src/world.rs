//! The world outside, as far as it is played here: the desk and the people. A real one would be there without this program.

use std::sync::Arc;

use theus_core::effect::Effect;
use theus_core::store::{EffectAnswer, decode};

use crate::context::Ports;
use crate::model::{Model, Purpose, Question};
use crate::tools::{Desk, People, Post, RoomTaken, Rooms};

/// What can be looked at of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    /// The desk.
    pub(crate) rooms: Arc<Rooms>,
    /// The people.
    pub(crate) people: Arc<People>,
}

impl World {
    /// The doors to it, with this model behind one of them.
    pub(crate) fn ports(&self, model: Effect<dyn Model>) -> Ports {
        let (rooms, people) = (Effect::shared(Arc::clone(&self.rooms)), Effect::shared(Arc::clone(&self.people)));
        Ports { model, rooms, people }
    }

    /// It is as it was after this call, which an earlier start of the program has made. Of a call of the model: for what it was.
    pub(crate) fn has_heard(&self, answer: &EffectAnswer) -> Option<Purpose> {
        let gave = answer.gave.as_deref()?;
        let with_key = || decode::<(String, String)>(&answer.asked).ok();
        match (&*answer.effect, &*answer.call) {
            ("rooms", "book") if matches!(decode::<Result<(), RoomTaken>>(gave), Ok(Ok(()))) => {
                // It was free then, and what has been done since is the same.
                let (room, key) = with_key()?;
                let _ = self.rooms.book(&room, &key);
            }
            ("rooms", "cancel") => self.rooms.cancel(&decode::<(String,)>(&answer.asked).ok()?.0),
            ("people", "tell") => {
                let (words, key) = with_key()?;
                self.people.tell(&words, &key);
            }
            ("model", "answer") => return Some(decode::<(Question,)>(&answer.asked).ok()?.0.purpose),
            _ => {}
        }
        None
    }
}
