//! Trying again after a declared error.

use std::time::Duration;

use crate::condition::Expression;

/// Trying again after a declared error.
#[derive(Clone, Debug, PartialEq)]
pub struct Retry {
    /// How many times it is tried at most, the first time included; [`UNBOUNDED`](Self::UNBOUNDED) where only
    /// [`max_elapsed`](Self::max_elapsed) bounds it. Under an error of [`each`](Self::each), how many times it may fail with that error.
    pub attempts: u32,
    /// How long to wait before the second try.
    pub backoff: Duration,
    /// By what the wait grows each time.
    pub factor: f64,
    /// How long the wait may get.
    pub longest: Duration,
    /// How much of the wait is left to chance.
    pub jitter: Jitter,
    /// How long after the beginning of the first try another one may begin; `None` for no bound.
    pub max_elapsed: Option<Duration>,
    /// What errors say of how long to wait at least (`after`), of each error that does.
    pub least: Vec<(&'static str, LeastWait)>,
    /// The errors after which it is tried again; empty for all declared ones.
    pub on: Vec<&'static str>,
    /// How it is tried again after errors of [`on`](Self::on) that have a way of their own. Theirs have none in turn.
    pub each: Vec<(&'static str, Retry)>,
}

/// How long to wait at least before the next try, as the error says (`after`).
#[derive(Clone, Debug)]
pub struct LeastWait(pub Expression);

impl LeastWait {
    /// What it looks at: what the error holds, under this name.
    pub const ERROR: &'static str = "error";
    /// The longest wait that an error can ask for; what is longer is taken for a mistake.
    pub const LONGEST: Duration = Duration::from_secs(366 * 24 * 3_600);
}

impl PartialEq for LeastWait {
    fn eq(&self, other: &Self) -> bool {
        self.0.text() == other.0.text()
    }
}

/// How much of the wait before the next try is left to chance (`jitter`), so that many sessions that failed at once do not try again at
/// once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Jitter {
    /// Nothing: the whole wait.
    None,
    /// Half of it: between a half and the whole.
    #[default]
    Equal,
    /// All of it: between nothing and the whole.
    Full,
}

impl Jitter {
    /// All of them, in the order of their growing.
    pub const ALL: [Self; 3] = [Self::None, Self::Equal, Self::Full];

    /// Its word in a file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Equal => "equal",
            Self::Full => "full",
        }
    }

    /// The least part of the wait that is waited.
    #[must_use]
    pub const fn least(self) -> f64 {
        match self {
            Self::None => 1.0,
            Self::Equal => 0.5,
            Self::Full => 0.0,
        }
    }
}

impl Retry {
    /// [`attempts`](Self::attempts) without a bound.
    pub const UNBOUNDED: u32 = u32::MAX;

    /// How it is tried again after this error, if it is: the error's own way, else that of all.
    #[must_use]
    pub fn after(&self, error: &str) -> Option<&Self> {
        if !self.on.is_empty() && !self.on.contains(&error) {
            return None;
        }
        Some(self.each.iter().find(|(name, _)| *name == error).map_or(self, |(_, own)| own))
    }

    /// What this error says of how long to wait at least, where it does.
    #[must_use]
    pub fn least_after(&self, error: &str) -> Option<&Expression> {
        let (_, LeastWait(wait)) = self.after(error)?.least.iter().find(|(name, _)| *name == error)?;
        Some(wait)
    }

    /// All ways in which it is tried again: that of all errors, or those of each.
    pub fn ways(&self) -> impl Iterator<Item = &Self> {
        let own = self.each.is_empty().then_some(self);
        own.into_iter().chain(self.each.iter().map(|(_, own)| own))
    }
}
