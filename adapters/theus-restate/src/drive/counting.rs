//! Rules that count `across: engine`: how a step counts by counters that machines share.

use std::fmt;
use std::sync::Arc;

use theus_core::audit::{CountChange, CountForAll, Counted, CountsForAll, RuleForAll, Uncounted, Verdict};
use theus_core::engine::RunId;
use theus_core::{Context, Engine};

use super::error::StepError;

/// The counters that machines share, as a step sees them.
pub trait SharedCounters: Send + Sync + 'static {
    /// What the counter of a rule holds, as far as it has to be known.
    ///
    /// # Errors
    /// [`Uncounted`] where that cannot be said: the step is made again.
    fn look(&self, rule: &str) -> Result<Arc<CountForAll>, Uncounted>;

    /// Whether each violation is asked for, before a run is judged by it. Else what a step has added is sent when it is kept.
    fn is_exact(&self) -> bool;

    /// [Decides](CountForAll::decide) once under this key, and gives the same for the same.
    ///
    /// # Errors
    /// [`Uncounted`] where that cannot be said: the step is made again.
    fn decide(&self, key: &str, counted: &Counted) -> Result<(Option<Verdict>, CountForAll), Uncounted>;
}

/// A session is opened for a step: it is told what the counters hold, with what earlier steps of its call have added.
pub(super) fn begin<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    run: RunId,
    counters: Option<&Arc<dyn SharedCounters>>,
    earlier: &[Counted],
) -> Result<(), StepError> {
    let Some(counters) = counters else { return Ok(()) };
    let is_exact = counters.is_exact();
    for RuleForAll { rule, counts_passes, .. } in engine.counted_for_all() {
        if is_exact && !counts_passes {
            continue;
        }
        let counter = counters.look(&rule).map_err(|Uncounted(why)| {
            StepError::Later(format!("what `{rule}` counts for all sessions is not known: {why}"))
        })?;
        match earlier.iter().find(|counted| counted.rule == rule) {
            Some(counted) => engine.count_for_all(&rule, &counter.expecting(counted)),
            None => engine.count_for_all(&rule, &counter),
        }
    }
    if is_exact {
        engine.count_by(Asks { counters: Arc::clone(counters), run });
    }
    Ok(())
}

/// What the steps of a call add, put together.
pub(super) fn add(all: &mut Vec<Counted>, later: Vec<Counted>) {
    for counted in later {
        match all.iter_mut().find(|earlier| earlier.rule == counted.rule) {
            Some(earlier) => earlier.then(counted),
            None => all.push(counted),
        }
    }
}

/// Asks for one step: a step that is made again asks under the same keys.
struct Asks {
    counters: Arc<dyn SharedCounters>,
    run: RunId,
}

impl CountsForAll for Asks {
    fn decide(&self, number: u64, counted: &Counted) -> Result<(Option<Verdict>, CountForAll), Uncounted> {
        let RunId { life, turn } = self.run;
        let mut key = blake3::Hasher::new();
        key.update(format!("{life:032x} {turn} {number} {}", counted.rule).as_bytes());
        for step in &counted.steps {
            // But for the time, which is another one each time.
            let kind = match step.change {
                CountChange::Violated(_) => "violated",
                CountChange::Passed(_) => "passed",
                CountChange::Cleared(_) => "cleared",
            };
            key.update(format!(" {kind} {:?}", step.key).as_bytes());
        }
        self.counters.decide(key.finalize().to_hex().as_str(), counted)
    }
}

impl fmt::Debug for dyn SharedCounters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedCounters").field("is_exact", &self.is_exact()).finish_non_exhaustive()
    }
}
