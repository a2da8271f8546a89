//! The state machine of `workflows/machine_guard/workflow.yaml`: as Theus loads it, and as others have it.
//!
//! All machines have its states and events, and count the processes that it runs on entering a state in the place of running
//! them, so that what is measured is the machine alone.

pub mod by_hand;
pub mod by_statig;
pub mod by_theus;

/// The states, in the file's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the file describes them")]
pub enum Place {
    Waiting,
    Assessing,
    Running,
    Cooling,
    Cold,
    Suspect,
}

/// The events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the file describes them")]
pub enum Event {
    Reading,
    Steady,
    Overheat,
    Cold,
    ChainFail,
}

impl Place {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Assessing, Self::Running, Self::Cooling, Self::Cold, Self::Suspect];

    /// As the file names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "WAITING",
            Self::Assessing => "ASSESSING",
            Self::Running => "RUNNING",
            Self::Cooling => "COOLING",
            Self::Cold => "COLD",
            Self::Suspect => "SUSPECT",
        }
    }
}

impl Event {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Reading, Self::Steady, Self::Overheat, Self::Cold, Self::ChainFail];

    /// As the file names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reading => "SIG_READING",
            Self::Steady => "SIG_STEADY",
            Self::Overheat => "SIG_OVERHEAT",
            Self::Cold => "SIG_COLD",
            Self::ChainFail => "EVT_CHAIN_FAIL",
        }
    }
}

/// The way of a machine that is read five times: steady, hot, refused, cold, steady; two events are let pass.
pub const DAY: [Event; 12] = [
    Event::Reading,
    Event::Steady,
    Event::Reading,
    Event::Overheat,
    Event::Reading,
    Event::ChainFail,
    Event::Steady,
    Event::Reading,
    Event::Cold,
    Event::Overheat,
    Event::Reading,
    Event::Steady,
];
