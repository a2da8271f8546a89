//! Why nothing was done to an alarm.

use theus_core::audit::AlarmError;

use super::{Kind, Problem};

impl From<AlarmError> for Problem {
    fn from(error: AlarmError) -> Self {
        match &error {
            AlarmError::NoOperator => Self::new(Kind::NoOperator),
            AlarmError::Unknown(_) => Self::new(Kind::UnknownAlarm),
            AlarmError::NotRaised { state, .. } | AlarmError::NotShelved { state, .. } => {
                let state = serde_json::to_value(state).unwrap_or_default();
                Self::new(Kind::AlarmState).detail(error.to_string()).member("state", state)
            }
            AlarmError::NoReason | AlarmError::TooLong { .. } | AlarmError::ShelfTime => {
                Self::new(Kind::Operation).detail(error.to_string())
            }
            AlarmError::TooMany => Self::new(Kind::Busy).detail("there are too many alarms"),
            AlarmError::Unrecorded { .. } => Self::new(Kind::Unrecorded).caused_by(&error),
            _ => Self::new(Kind::Internal).caused_by(&error),
        }
    }
}
