//! One move of the state machine, and the end of what is being handled.

use super::arguments;
use super::chain::Chain;
use super::look::Look;
use super::outcome::{Cause, Fault, Handled};
use super::scene::Scene;
use super::session::{Internal, Live, Progress, Stage, Trouble, Troubled, Unit};
use crate::signal::{Event, Origin, Payload};
use crate::workflow::chart::{Configuration, Definition, Effects, Move, Part, Place, Quick, StateId, StateKind};
use crate::workflow::condition::EvaluationError;
use crate::workflow::trace::What;

/// What is known of a move when its configuration moves.
struct Departed {
    /// Where the chains stand that are to be run; `None` for none.
    parts: Option<Vec<(StateId, Part)>>,
    finishes: Option<StateId>,
}

impl Live {
    pub(super) fn begin_unit(&mut self, event: Option<Event>, cause: Cause, definition: &Definition) {
        let handled = Handled::new(event, cause, self.leaf(definition));
        self.unit = Some(Unit { handled: Box::new(handled), finishes: None, trouble: None });
    }

    /// Counts one step, loop round or move. False where the limit is reached.
    pub(super) fn spend(&mut self, scene: Scene<'_>) -> bool {
        self.spent = self.spent.saturating_add(1);
        let allowed = self.spent <= scene.definition.limit();
        if !allowed {
            self.trace.put(scene.world.now(), What::Runaway { limit: scene.definition.limit() });
        }
        allowed
    }

    /// Makes a move: other states are active, and its chain is under way.
    pub(super) fn apply(&mut self, found: Move<'_>, scene: Scene<'_>) -> Result<Progress, Troubled> {
        self.apply_by(found, None, scene)
    }

    /// The same for one that is no transition's: it is made because of this line.
    pub(super) fn apply_by(
        &mut self,
        found: Move<'_>,
        by: Option<Place>,
        scene: Scene<'_>,
    ) -> Result<Progress, Troubled> {
        let Some(departed) = self.depart(found.effects(), |_| found.to.clone(), by, scene) else {
            return self.run_away(scene);
        };
        self.at = found.to;
        self.arrive(departed, scene)
    }

    /// The same for one that changes the configuration in its place.
    pub(super) fn apply_quick(&mut self, found: Quick<'_>, scene: Scene<'_>) -> Result<Progress, Troubled> {
        let Some(departed) = self.depart(found.effects(), |at| found.after(at).to, None, scene) else {
            return self.run_away(scene);
        };
        found.make(&mut self.at);
        self.arrive(departed, scene)
    }

    /// What comes before the configuration moves; `None` where nothing may move any more.
    fn depart(
        &mut self,
        effects: Effects<'_>,
        to: impl FnOnce(&Configuration) -> Configuration,
        by: Option<Place>,
        scene: Scene<'_>,
    ) -> Option<Departed> {
        if !self.spend(scene) {
            return None;
        }
        let Scene { definition, world } = scene;
        if self.trace.is_on() {
            let by = effects.taken().map(|(_, way)| way.place.clone()).chain(by).collect();
            let is_internal = effects.exited().is_empty() && effects.entered().is_empty();
            // Nothing was active before the start.
            let has_begun = self.unit.as_ref().is_none_or(|unit| unit.handled.cause != Cause::Start);
            let what = match (is_internal, has_begun) {
                (true, _) => What::Stayed { at: self.at.clone(), by },
                (false, true) => What::Moved { from: Some(self.at.clone()), to: to(&self.at), by },
                (false, false) => What::Moved { from: None, to: to(&self.at), by },
            };
            self.trace.put(world.now(), what);
        }
        self.timers.end(effects.exited());
        self.timers.begin(definition, effects.entered(), || world.now());
        self.inbox.extend(effects.done().iter().map(|state| Internal::Done(*state)));
        let chains = effects.chains();
        let parts = (chains.len() > 0).then(|| chains.map(|chain| (chain.state, chain.part)).collect());
        Some(Departed { parts, finishes: effects.finished() })
    }

    fn arrive(&mut self, departed: Departed, scene: Scene<'_>) -> Result<Progress, Troubled> {
        let Departed { parts, finishes } = departed;
        self.settled = false;
        let leaf = self.leaf(scene.definition);
        if let Some(unit) = &mut self.unit {
            unit.handled.to = Some(leaf);
            unit.finishes = finishes;
        }
        match parts {
            None => self.end_unit(scene),
            Some(parts) => {
                self.chain = Some(Box::new(Chain::new(parts, self.payload.clone())));
                Ok(Progress::Stepped)
            }
        }
    }

    /// What was being handled is over: the signal that raised its event is put back to rest.
    pub(super) fn end_unit(&mut self, scene: Scene<'_>) -> Result<Progress, Troubled> {
        let Some(unit) = self.unit.take() else { return Ok(Progress::Stepped) };
        let Unit { handled, finishes, mut trouble } = unit;
        if let Some(state) = finishes.filter(|_| !self.is_over())
            && let Err(error) = self.finish(state, scene)
        {
            trouble = trouble.or(Some(Box::new(Trouble::NoValue(error))));
        }
        if let Some(event) = &handled.event
            && (matches!(event.origin, Origin::Signal { .. }) || scene.world.hand.has_dropped())
        {
            // A commit of a reset is no commit of a process, but guards may look at what it changed.
            self.settled = false;
            if !scene.world.hand.dispatched(&event.origin) {
                trouble = trouble.or(Some(Box::new(Trouble::Nested)));
            }
        }
        match trouble {
            Some(trouble) => Err(Troubled { trouble: *trouble, handled }),
            None => Ok(Progress::Handled(handled)),
        }
    }

    /// The workflow has come to its end.
    fn finish(&mut self, state: StateId, scene: Scene<'_>) -> Result<(), EvaluationError> {
        let payload = self.payload.take();
        self.over(Stage::Finished);
        self.trace.put(scene.world.now(), What::Finished { state });
        let Some(StateKind::Final { result: Some(source) }) = scene.definition.state(state).map(|state| &state.kind)
        else {
            return Ok(());
        };
        let payload = payload.as_ref().map(Payload::value);
        let value = arguments::value(source, &Look::new(scene.world.hand, payload, &[]));
        match value {
            Ok(value) => self.result = Some(Box::new(value)),
            Err(error) => {
                self.trace.put(scene.world.now(), What::NoValue { reason: error.to_string() });
                return Err(error);
            }
        }
        Ok(())
    }

    /// Nothing waits any more.
    pub(super) fn over(&mut self, stage: Stage) {
        self.stage = stage;
        self.timers.clear();
        self.inbox.clear();
        self.payload = None;
    }

    /// A guard had no value: the states stay as they are, and the event was handled by that.
    pub(super) fn without_value(&mut self, error: EvaluationError, scene: Scene<'_>) -> Result<Progress, Troubled> {
        self.trace.put(scene.world.now(), What::NoValue { reason: error.to_string() });
        self.trouble(Trouble::NoValue(error));
        self.end_unit(scene)
    }

    /// More came of one event than the limit allows: what the session would do next by itself is not done.
    fn run_away(&mut self, scene: Scene<'_>) -> Result<Progress, Troubled> {
        self.spent = 0;
        let limit = scene.definition.limit();
        if let Some(unit) = &mut self.unit {
            unit.handled.failed = true;
            unit.handled.fault = Some(Fault::Runaway { limit });
        }
        self.trouble(Trouble::Runaway { limit });
        self.end_unit(scene)
    }

    pub(super) fn trouble(&mut self, trouble: Trouble) {
        if let Some(unit) = &mut self.unit {
            unit.trouble.get_or_insert(Box::new(trouble));
        }
    }
}
