//! Which violations of a rule its threshold counts together.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use super::rule::Target;
use crate::source::duration;

/// So many violations are kept for one counter: a rule with a window may have a `max_threshold` up to it.
#[doc(hidden)]
pub const MOST_KEPT: u32 = 1_000;

/// How long a violation counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Window {
    /// Until the level acts, or a pass puts the counter back.
    #[default]
    Endless,
    /// `within`: for so long, by the audit's clock.
    Within(Duration),
    /// `of`: among so many judgements of the rule, the last included. Passes are some of them.
    Of(u32),
}

impl Window {
    /// Whether every violation counts, however long it is past.
    #[must_use]
    pub const fn is_endless(self) -> bool {
        matches!(self, Self::Endless)
    }

    /// A violation that counts for longer makes the level act sooner.
    fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Endless, Self::Endless) => Some(Ordering::Equal),
            (Self::Endless, _) => Some(Ordering::Less),
            (_, Self::Endless) => Some(Ordering::Greater),
            (Self::Within(time), Self::Within(than)) => Some(than.cmp(&time)),
            (Self::Of(runs), Self::Of(than)) => Some(than.cmp(&runs)),
            (Self::Within(_), Self::Of(_)) | (Self::Of(_), Self::Within(_)) => None,
        }
    }

    /// Whether a pass is a place in it: what it holds moves on then.
    #[doc(hidden)]
    #[must_use]
    pub const fn counts_passes(self) -> bool {
        matches!(self, Self::Of(_))
    }
}

/// As it follows a number of violations: ` within 1h`; nothing where every violation counts.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Endless => Ok(()),
            Self::Within(time) => write!(f, " within {}", duration::shown(*time)),
            Self::Of(runs) => write!(f, " in {runs} runs"),
        }
    }
}

/// Whose violations count together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Across {
    /// Those of all sessions of the engine: one counter.
    Engine,
    /// Each session counts for itself.
    #[default]
    Session,
}

/// A counter for each value of a field: `per`.
#[derive(Clone, Debug)]
pub struct Per {
    path: Box<str>,
    target: Target,
    redacts: bool,
}

impl Per {
    pub(super) fn new(path: &str, target: Target, redacts: bool) -> Self {
        Self { path: path.into(), target, redacts }
    }

    /// Whether people are not shown which value it is.
    #[must_use]
    pub const fn redacts(&self) -> bool {
        self.redacts
    }

    /// The path of the value, as written.
    #[must_use]
    pub const fn path(&self) -> &str {
        &self.path
    }

    /// Where it is read.
    #[doc(hidden)]
    #[must_use]
    pub const fn target(&self) -> &Target {
        &self.target
    }
}

/// The path says it all: it is resolved for one process.
impl PartialEq for Per {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

impl Eq for Per {}

impl Hash for Per {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.path.hash(state);
    }
}

/// Which violations of a rule its threshold counts together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counting {
    pub(super) window: Window,
    pub(super) across: Across,
    pub(super) per: Option<Per>,
}

impl Counting {
    /// How long a violation counts.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }

    /// `Less` where it is the stricter: it acts as soon as the other or sooner. `None` where that cannot be said.
    pub(super) fn compare(&self, other: &Self, resets_on_success: bool) -> Option<Ordering> {
        let is_same_counter = self.across == other.across && self.per == other.per;
        let counts_passes = resets_on_success || self.window.counts_passes() || other.window.counts_passes();
        // What counts more together counts more passes too, which let violations go.
        if !is_same_counter && counts_passes {
            return None;
        }
        // The engine's violations are each session's and more.
        let per = match (&self.per, &other.per) {
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (per, of_other) if per == of_other => Ordering::Equal,
            _ => return None,
        };
        let mut orders = [self.window.compare(other.window)?, self.across.cmp(&other.across), per].into_iter();
        orders.try_fold(Ordering::Equal, |whole, part| match (whole, part) {
            (Ordering::Equal, one) | (one, Ordering::Equal) => Some(one),
            (whole, part) => (whole == part).then_some(whole),
        })
    }

    /// The value for each of which there is a counter, where there is more than one.
    #[must_use]
    pub const fn per(&self) -> Option<&Per> {
        self.per.as_ref()
    }

    /// Whose violations count together.
    #[must_use]
    pub const fn across(&self) -> Across {
        self.across
    }
}

/// As it follows a number of violations: ` within 1h`; nothing where nothing is said.
impl fmt::Display for Counting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.window.fmt(f)?;
        match self.across {
            Across::Session => {}
            Across::Engine => f.write_str(" across the engine")?,
        }
        self.per.as_ref().map_or(Ok(()), |per| write!(f, " per {}", per.path))
    }
}
