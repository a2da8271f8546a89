//! Whether what has failed is tried again, and when: what is to be known of the tries so far beside their number.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::environment::Environment;
use super::failure::Failure;
use super::stored::{StoredTime, StoredTries};
use crate::workflow::chart::{Jitter, Retry, Run};
use crate::workflow::clock::{Moment, Timekeeper};

/// The tries so far, of a run whose file looks at more than their number. Nothing for any other.
#[derive(Clone, Debug, Default)]
pub(super) struct Tries(Option<Box<Known>>);

#[derive(Clone, Debug, Default)]
struct Known {
    /// When the first began, where the time of all of them is bounded.
    first: Option<Since>,
    /// How often each error has come, where errors have a way of their own.
    failed: BTreeMap<Box<str>, u32>,
}

#[derive(Clone, Copy, Debug)]
enum Since {
    Moment(Moment),
    /// The same, of before a restart.
    Date(SystemTime),
}

impl Tries {
    /// A try begins: the first one is what time is counted from.
    pub(super) fn begin(&mut self, run: &Run, environment: &Environment<'_>) {
        let is_bounded = run.retry.as_ref().is_some_and(|retry| retry.ways().any(|way| way.max_elapsed.is_some()));
        if is_bounded {
            let known = self.0.get_or_insert_default();
            known.first.get_or_insert_with(|| Since::Moment(environment.moment()));
        }
    }

    /// How long until a run that has failed so, in its try of this number, is tried again: that much at `least`, for its error says so.
    /// `None` where it is not.
    pub(super) fn again(
        &mut self,
        run: &Run,
        number: u32,
        failure: &Failure,
        least: Duration,
        environment: &Environment<'_>,
        random: &mut fastrand::Rng,
    ) -> Option<Duration> {
        let retry = run.retry.as_ref()?;
        let name = failure.error?;
        // After its time was over only where the file says so: nobody knows what it had done outside by then.
        if !retry.on.contains(&name) && (!retry.on.is_empty() || failure.fault.is_some()) {
            return None;
        }
        let way = retry.after(name)?;
        let times = if retry.each.is_empty() { number } else { self.count(name) };
        if times >= way.attempts {
            return None;
        }
        let wait = backoff(way, times, least, random);
        let Some(most) = way.max_elapsed else { return Some(wait) };
        let elapsed = self.elapsed(environment);
        (elapsed.saturating_add(wait) <= most).then_some(wait)
    }

    /// How often it has failed so, this time included.
    fn count(&mut self, name: &str) -> u32 {
        let known = self.0.get_or_insert_default();
        let times = known.failed.entry(name.into()).or_default();
        *times = times.saturating_add(1);
        *times
    }

    /// How long since the first try began.
    fn elapsed(&mut self, environment: &Environment<'_>) -> Duration {
        let now = environment.moment();
        let Some(first) = self.0.as_mut().and_then(|known| known.first.as_mut()) else { return Duration::ZERO };
        let moment = match *first {
            Since::Moment(moment) => moment,
            Since::Date(date) => environment.moment_of(date),
        };
        *first = Since::Moment(moment);
        now.since(moment)
    }

    pub(super) fn stored(&self, keeper: &Timekeeper) -> Option<StoredTries> {
        let known = self.0.as_ref()?;
        let first = known.first.and_then(|first| match first {
            Since::Moment(moment) => keeper.date(moment),
            Since::Date(date) => Some(date),
        });
        let failed = known.failed.iter().map(|(name, times)| (name.to_string(), *times)).collect();
        Some(StoredTries { first: first.map(StoredTime), failed })
    }

    pub(super) fn restored(stored: Option<&StoredTries>) -> Self {
        Self(stored.map(|StoredTries { first, failed }| {
            let first = first.as_ref().map(|StoredTime(date)| Since::Date(*date));
            let failed = failed.iter().map(|(name, times)| (name.as_str().into(), *times)).collect();
            Box::new(Known { first, failed })
        }))
    }
}

/// How long to wait after this many tries: the part of it that the file leaves to chance keeps many sessions that failed at once from
/// trying again at once. What an error says is waited as a whole, and what is left to chance comes on top of it.
fn backoff(retry: &Retry, tries: u32, least: Duration, random: &mut fastrand::Rng) -> Duration {
    let exponent = i32::try_from(tries.saturating_sub(1)).unwrap_or(i32::MAX);
    if retry.backoff.is_zero() {
        return least;
    }
    let grown = retry.backoff.as_secs_f64() * retry.factor.powi(exponent);
    let whole = Duration::try_from_secs_f64(grown).unwrap_or(retry.longest).min(retry.longest);
    if retry.jitter == Jitter::None {
        return whole.max(least);
    }
    let (sure, chance) = (retry.jitter.least(), random.f64());
    let wait = whole.mul_f64(sure + chance * (1.0 - sure));
    if whole.mul_f64(sure) >= least { wait } else { least.saturating_add(whole.mul_f64(chance * (1.0 - sure))) }
}
