//! One command on a state.

use super::outcome::{Outcome, changes};
use super::rules::RuleCoverage;
use crate::context::Context;
use crate::engine::{AnyProcess, BuildError, Engine, EngineBuilder, Report, StepMaker};
use crate::process::{OnDomain, OnGlobal, Process, SyncProcess, WithEffects};
use crate::signal::Event;

/// An engine for one run: a state, the layers beside it, and the rules, if any.
pub struct Trial<D: Context, G: Context = (), E = ()> {
    builder: Result<EngineBuilder<D, G, E>, BuildError>,
    /// Whether the builder has the processes already.
    is_whole: bool,
    rules: Option<RuleCoverage>,
}

impl<D: Context> Trial<D> {
    /// On this state; the process is registered by itself.
    #[must_use]
    pub fn of(state: D) -> Self {
        Self { builder: Ok(Engine::builder(state)), is_whole: false, rules: None }
    }

    /// With this global layer.
    #[must_use]
    pub fn global<G: Context>(self, global: G) -> Trial<D, G> {
        Trial {
            builder: self.builder.map(|builder| builder.global(global)),
            is_whole: self.is_whole,
            rules: self.rules,
        }
    }
}

impl<D: Context, G: Context> Trial<D, G> {
    /// With these effects: what a test puts in the place of the world.
    #[must_use]
    pub fn effects<E: Send + Sync + 'static>(self, effects: E) -> Trial<D, G, E> {
        Trial {
            builder: self.builder.map(|builder| builder.effects(effects)),
            is_whole: self.is_whole,
            rules: self.rules,
        }
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Trial<D, G, E> {
    /// On what a builder makes, which has its processes: that of `files!` with the program's own rules, or one with a clock of the test.
    #[must_use]
    pub fn with(builder: EngineBuilder<D, G, E>) -> Self {
        Self { builder: Ok(builder), is_whole: true, rules: None }
    }

    /// Under a recipe; `name` is what errors call it.
    #[must_use]
    pub fn recipe(self, name: &str, text: &str) -> Self {
        Self {
            builder: self.builder.and_then(|builder| builder.recipe(name, text)),
            is_whole: self.is_whole,
            rules: self.rules,
        }
    }

    /// What its process asks of its effects goes by a fixture: it is written down there, or answered out of it.
    #[cfg(feature = "store")]
    #[must_use]
    pub fn recorded(self, fixture: &super::Fixture) -> Self {
        Self {
            builder: self.builder.map(|builder| builder.recorded(fixture)),
            is_whole: self.is_whole,
            rules: self.rules,
        }
    }

    /// What becomes of the rules is counted here, for several trials together.
    #[must_use]
    pub fn covering(mut self, rules: &RuleCoverage) -> Self {
        self.rules = Some(rules.clone());
        self
    }

    /// Runs the command, and tells all that came of it.
    ///
    /// # Errors
    /// Where there is no engine to run it on: a recipe that is wrong. What becomes of the run is [`Outcome::result`].
    pub fn run<P>(self, command: P) -> Result<Outcome<P>, BuildError>
    where
        P: SyncProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
        P::Kind: StepMaker<P>,
    {
        let rules = self.rules.clone();
        let engine = self.engine::<P>()?;
        let before = engine.snapshot().ok();
        let asked = command.clone();
        let report = engine.run_reported(command);
        count(rules, &engine, &report);
        Ok(outcome(&engine, before.as_deref(), &asked, report))
    }

    /// The same for a process of any kind, an `async fn` too.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_async<P>(self, command: P) -> Result<Outcome<P>, BuildError>
    where
        P: AnyProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
        P::Kind: StepMaker<P>,
    {
        let rules = self.rules.clone();
        let engine = self.engine::<P>()?;
        let before = engine.snapshot().ok();
        let asked = command.clone();
        let report = engine.run_async_reported(command).await;
        count(rules, &engine, &report);
        Ok(outcome(&engine, before.as_deref(), &asked, report))
    }

    fn engine<P>(self) -> Result<Engine<D, G, E>, BuildError>
    where
        P: OnDomain<D> + OnGlobal<G> + WithEffects<E>,
        P::Kind: StepMaker<P>,
    {
        let builder = self.builder?;
        if self.is_whole { builder.build() } else { builder.process::<P>().build() }
    }
}

impl<D: Context, G: Context, E> std::fmt::Debug for Trial<D, G, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trial").field("error", &self.builder.as_ref().err()).finish_non_exhaustive()
    }
}

fn count<P: Process, G: Context, E: Send + Sync + 'static>(
    rules: Option<RuleCoverage>,
    engine: &Engine<P::Domain, G, E>,
    report: &Report<P>,
) {
    if let Some(rules) = rules {
        rules.ran(&engine.recipe_in_force(), P::CONTRACT.process, report.result.is_ok(), &report.violations);
    }
}

fn outcome<P, D, G, E>(engine: &Engine<D, G, E>, before: Option<&D::Fields>, asked: &P, report: Report<P>) -> Outcome<P>
where
    P: Process<Domain = D>,
    D: Context,
    G: Context,
    E: Send + Sync + 'static,
{
    let after = engine.snapshot().ok();
    let changes = match (before, &after) {
        (Some(before), Some(after)) if report.result.is_ok() => changes::<D>(&P::CONTRACT, before, after),
        _ => Vec::new(),
    };
    let state = after.map(|after| after.to_context());
    let events: Vec<Event> = std::iter::from_fn(|| engine.next_event().ok().flatten()).collect();
    let redaction = engine.redaction();
    let arguments = serde_json::to_value(asked).unwrap_or_default();
    Outcome {
        process: P::CONTRACT.process,
        arguments: redaction.command(P::CONTRACT.process, arguments),
        gave: report.result.as_ref().ok().and_then(P::output_as_json),
        result: report.result,
        state,
        changes,
        events,
        violations: report.violations,
        records: engine.audit_records(),
    }
}
