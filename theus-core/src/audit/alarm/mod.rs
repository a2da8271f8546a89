//! Alarms: rules of which an excursion of the value counts once.

mod excursion;
mod table;

pub(super) use excursion::{Excursion, Sight};
pub(super) use table::Alarms;
