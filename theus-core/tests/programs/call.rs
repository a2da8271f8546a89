//! A call of any of the processes, as one value.

use super::processes::{
    Answer, Bump, Deliver, Drift, Gather, Glance, Look, Post, Ring, Scribe, Shelve, Stamp, Tanks, Trace,
};
use super::script::Script;

/// One call of one of them, by its command.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    Look(Look),
    Stamp(Stamp),
    Bump(Bump),
    Gather(Gather),
    Tanks(Tanks),
    Ring(Ring),
    Answer(Answer),
    Trace(Trace),
    Scribe(Scribe),
    Shelve(Shelve),
    Post(Post),
    Glance(Glance),
    Drift(Drift),
    Deliver(Deliver),
}

impl Call {
    pub(crate) const KINDS: usize = 14;

    pub(crate) fn of(kind: usize, weight: i64, script: Script) -> Self {
        match kind {
            0 => Self::Look(Look { weight, script }),
            1 => Self::Stamp(Stamp { weight, script }),
            2 => Self::Bump(Bump { weight, script }),
            3 => Self::Gather(Gather { weight, script }),
            4 => Self::Tanks(Tanks { weight, script }),
            5 => Self::Ring(Ring { weight, script }),
            6 => Self::Answer(Answer { weight, script }),
            7 => Self::Trace(Trace { weight, script }),
            8 => Self::Scribe(Scribe { weight, script }),
            9 => Self::Shelve(Shelve { weight, script }),
            10 => Self::Post(Post { weight, script }),
            11 => Self::Glance(Glance { weight, script }),
            12 => Self::Drift(Drift { weight, script }),
            _ => Self::Deliver(Deliver { weight, script }),
        }
    }

    /// Whether its process has outputs: a run of it that succeeds makes a version.
    pub(crate) fn writes(&self) -> bool {
        !matches!(self, Self::Look(_) | Self::Glance(_))
    }

    /// One of the `async` processes.
    pub(crate) fn any_async() -> std::ops::Range<usize> {
        11..Self::KINDS
    }

    /// What the arguments are, whichever process it is.
    pub(crate) fn arguments(&self) -> (i64, &Script) {
        match self {
            Self::Look(Look { weight, script })
            | Self::Stamp(Stamp { weight, script })
            | Self::Bump(Bump { weight, script })
            | Self::Gather(Gather { weight, script })
            | Self::Tanks(Tanks { weight, script })
            | Self::Ring(Ring { weight, script })
            | Self::Answer(Answer { weight, script })
            | Self::Trace(Trace { weight, script })
            | Self::Scribe(Scribe { weight, script })
            | Self::Shelve(Shelve { weight, script })
            | Self::Post(Post { weight, script })
            | Self::Glance(Glance { weight, script })
            | Self::Drift(Drift { weight, script })
            | Self::Deliver(Deliver { weight, script }) => (*weight, script),
        }
    }
}

impl Call {
    /// Tells this run from all others of its program.
    pub(crate) fn number(&mut self, run: i64) {
        match self {
            Self::Look(Look { script, .. })
            | Self::Stamp(Stamp { script, .. })
            | Self::Bump(Bump { script, .. })
            | Self::Gather(Gather { script, .. })
            | Self::Tanks(Tanks { script, .. })
            | Self::Ring(Ring { script, .. })
            | Self::Answer(Answer { script, .. })
            | Self::Trace(Trace { script, .. })
            | Self::Scribe(Scribe { script, .. })
            | Self::Shelve(Shelve { script, .. })
            | Self::Post(Post { script, .. })
            | Self::Glance(Glance { script, .. })
            | Self::Drift(Drift { script, .. })
            | Self::Deliver(Deliver { script, .. }) => script.run = run,
        }
    }
}
