//! Where the value of an alarm is: outside or inside, and since when, as its rule has seen it.

use std::time::Duration;

use crate::audit::AlarmSettings;

/// What a look at the value found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::audit) enum Sight {
    /// It violates the rule.
    Outside,
    /// It passes, and is not back inside by the deadband: where it was outside it still counts as that.
    Near,
    Inside,
}

/// What a look has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::audit) struct Turn {
    /// An excursion is over.
    pub(in crate::audit) ends: bool,
    /// One begins: it counts.
    pub(in crate::audit) begins: bool,
}

/// The value of an alarm between two looks. Times are in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::audit) enum Excursion {
    #[default]
    None,
    /// Outside since then, for less than the `on_delay`: it does not count yet.
    Begins { since: u64 },
    /// It has been counted.
    Out,
    /// It has been counted, and the value is inside since then, for less than the `off_delay`.
    Ends { since: u64 },
}

impl Excursion {
    /// The value was seen at this time.
    pub(in crate::audit) fn seen(&mut self, settings: &AlarmSettings, sight: Sight, now: u64) -> Turn {
        let ends = self.passes_time(settings, now);
        let (next, begins) = match (*self, sight) {
            (Self::None, Sight::Outside) if settings.on_delay().is_zero() => (Self::Out, true),
            (Self::None, Sight::Outside) => (Self::Begins { since: now }, false),
            (Self::Begins { since }, Sight::Outside) if is_over(since, settings.on_delay(), now) => (Self::Out, true),
            (Self::Begins { .. }, Sight::Inside) => (Self::None, false),
            (Self::Ends { .. }, Sight::Outside) => (Self::Out, false),
            (Self::Out, Sight::Inside) if settings.off_delay().is_zero() => {
                *self = Self::None;
                return Turn { ends: true, begins: false };
            }
            (Self::Out, Sight::Inside) => (Self::Ends { since: now }, false),
            (stays, _) => (stays, false),
        };
        *self = next;
        Turn { ends, begins }
    }

    /// What time alone has ended by now.
    pub(in crate::audit) fn passes_time(&mut self, settings: &AlarmSettings, now: u64) -> bool {
        match self {
            // How long ago it was is not known to a clock that was put back: it begins anew.
            Self::Begins { since } | Self::Ends { since } if *since > now => *since = now,
            _ => {}
        }
        let ends = matches!(*self, Self::Ends { since } if is_over(since, settings.off_delay(), now));
        if ends {
            *self = Self::None;
        }
        ends
    }

    /// When time alone ends it.
    pub(in crate::audit) fn due(self, settings: &AlarmSettings) -> u64 {
        match self {
            Self::Ends { since } => {
                since.saturating_add(u64::try_from(settings.off_delay().as_nanos()).unwrap_or(u64::MAX))
            }
            _ => u64::MAX,
        }
    }
}

fn is_over(since: u64, delay: Duration, now: u64) -> bool {
    u128::from(now.saturating_sub(since)) >= delay.as_nanos()
}
