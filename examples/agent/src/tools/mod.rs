//! The tools of the agent, without anything of Theus: the processes make them transactions.

mod calculator;
mod handbook;
mod people;
mod rooms;

pub(crate) use calculator::{NotAFormula, calculate};
pub(crate) use handbook::best_lines;
pub(crate) use people::{People, Post};
pub(crate) use rooms::{Desk, NoSuchRoom, RoomTaken, Rooms};
