//! One occurrence of an event.

use serde::Serialize;

use super::{EventName, Payload, TraceContext};

/// Something that happened, as the bus carries it.
///
/// ```
/// use theus_core::signal::{Event, EventName, Origin};
///
/// let origin = Origin::Signal { path: "domain.sig_stop", version: 7, process: "watch" };
/// let event = Event { name: EventName::from_signal_field("sig_stop"), origin, payload: None, trace: None };
/// assert_eq!(event.name, EventName::parse("SIG_STOP")?);
/// # Ok::<(), theus_core::signal::EventNameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Which event it is.
    pub name: EventName,
    /// Where it came from.
    pub origin: Origin,
    /// What it brings along.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<Payload>,
    /// Where in a trace it was sent, where the engine has telemetry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<TraceContext>,
}

impl Event {
    /// Whether it is the workflow's own, and comes of what that has handled before.
    #[cfg(feature = "workflow")]
    pub(crate) const fn is_of_itself(&self) -> bool {
        matches!(self.origin, Origin::Chain)
    }
}

/// Where an event came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// From outside, by [`SignalBus::emit`](super::SignalBus::emit).
    External,
    /// From outside, by somebody who waits for what comes of it.
    Asked {
        /// By which who has asked knows the answer.
        number: u64,
        /// Whether what states have invoked is waited for, too.
        and_work: bool,
    },
    /// From a signal field that a committed transaction had raised.
    Signal {
        /// The field, with its layer.
        path: &'static str,
        /// The version of the state that the commit made.
        version: u64,
        /// The process that raised it.
        process: &'static str,
    },
    /// From the end of a workflow's entry chain.
    Chain,
}
