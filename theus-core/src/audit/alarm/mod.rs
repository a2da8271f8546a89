//! Alarms: rules of which an excursion of the value counts once, and what operators see of them.

mod event;
mod excursion;
mod figures;
mod operator;
mod standing;
mod state;
#[cfg(feature = "store")]
mod stored;
mod table;
mod watch;

pub use event::{AlarmChange, AlarmEvent};
pub use figures::{AlarmFigures, CHATTERS, Chattering, FLOOD, STALE};
pub use operator::{AlarmError, LONGEST_SHELVED};
pub use state::{Alarm, AlarmId, AlarmState, Shelf};

pub(super) use excursion::Sight;
#[cfg(feature = "store")]
pub(super) use stored::{alarms_of, stored_alarms};
pub(super) use table::{Alarms, Overdue};
