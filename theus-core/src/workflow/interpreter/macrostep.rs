//! What a session does next: the order of SCXML's macrostep.

use std::task::{Context, Waker};
use std::time::SystemTime;

use serde_json::json;

use super::activation::SessionActivation;
use super::arguments;
use super::context::InterpreterContext;
use super::cycles::Tick;
use super::failure::RecoveryTarget;
use super::instance::{Internal, Live, Progress, Stage, Troubled};
use super::invoke::{WentOn, Who, invoke};
use super::outcome::Cause;
use super::timers::Timer;
use crate::signal::{Event, EventName, Origin, Payload};
use crate::workflow::chart::{ArgumentSource, Beforehand, StateId, TimerId, Trigger};
use crate::workflow::clock::Moment;
use crate::workflow::condition::EvaluationError;
use crate::workflow::trace::What;

impl Live {
    /// The chain under way first; then transitions that wait for no event, what is urgent, what the session tells itself; then
    /// timers that are due and the bus, whichever was first.
    pub(super) fn advance(
        &mut self,
        context: InterpreterContext<'_>,
        task: &mut Context<'_>,
    ) -> Result<Progress, Troubled> {
        if self.control.is_some() {
            self.listen(context);
        }
        if self.restored && !self.in_sagas().is_empty() {
            self.undo_displaced(context);
        }
        if self.restored || self.is_by_date {
            self.tell_restored(context.environment);
        }
        if self.is_over() {
            if self.is_asked() {
                self.answer(context);
            }
            return Ok(Progress::Over);
        }
        if self.chain.as_ref().is_none_or(|chain| chain.is_between_steps()) {
            let held_up = match context.environment.engine.halted() {
                Some(halted) => Some(Progress::Halted(halted)),
                None => self.paused.then_some(Progress::Paused),
            };
            if let Some(held_up) = held_up {
                // What is under way comes to the end of its step.
                return self.beside_of(held_up, Who::Running, context, task);
            }
        }
        if let Some(progress) = self.go_on_settled(context, task)? {
            return Ok(progress);
        }
        if let Some(progress) = self.go_on_left(context, task)? {
            return Ok(progress);
        }
        if self.chain.is_some() {
            return self.go_on_own(context, task);
        }
        if self.cancelled().is_some() {
            return self.end_cancelled(context);
        }
        if self.unit.is_some() {
            return self.end_unit(context);
        }
        if self.stage == Stage::New {
            return self.start(context);
        }
        context.environment.time_passes();
        if self.trace.is_on() {
            // Asked before anything is taken: a clock that panics costs no event.
            context.environment.now();
        }
        // What came with a panic of a step, or by a command.
        self.take_raised(context);
        if self.timers.are_reckoned()
            && let Some(progress) = self.reckon(context)?
        {
            return Ok(progress);
        }
        if context.definition.has_always()
            && let Some(progress) = self.settle(context)?
        {
            return Ok(progress);
        }
        let told = self.first_told(context).map(Internal::overtakes);
        let mut looked_at = None;
        if self.beside().is_some_and(|beside| beside.is_due && told.is_none()) {
            match self.go_on_beside(Who::Begun, context, task)? {
                WentOn::Done(progress) => return Ok(progress),
                waits => looked_at = Some(waits),
            }
        }
        let takes_no_more = self.takes_no_more();
        if told == Some(false)
            && !takes_no_more
            && let Some(event) = context.environment.engine.next_urgent()
        {
            self.counts_anew();
            self.follows = false;
            return self.take_from_bus(event, true, context);
        }
        while let Some(internal) = self.take_told(context) {
            if let Some(progress) = self.take_internal(internal, context)? {
                return Ok(progress);
            }
        }
        if self.deferred().is_some_and(|kept| kept.is_open)
            && let Some(progress) = self.recall(context)?
        {
            return Ok(progress);
        }
        if self.is_asked() {
            self.answer(context);
        }
        // What came before it was due comes before it: whoever was busy meanwhile does not change the order.
        let next_due = self.next_due(context);
        if let Some(due) = next_due
            && due <= context.environment.moment()
            && !context.environment.engine.came_before(due.counted())
            && let Some(timer) = self.take_due(due, context)
        {
            return self.take_timer(timer, context);
        }
        if !takes_no_more
            && self.is_any_region_busy()
            && let Some(event) = context.environment.engine.next_urgent()
        {
            self.counts_anew();
            self.follows = false;
            return self.take_from_bus(event, true, context);
        }
        if !takes_no_more && let Some(event) = context.environment.engine.next_event() {
            self.counts_anew();
            self.follows = false;
            let progress = match self.beside_mut() {
                None => self.take_event(event, context)?,
                Some(beside) => {
                    beside.is_due = true;
                    self.take_from_bus(event, false, context)?
                }
            };
            // Nobody can come in between, and nothing is stored there: its chain begins at once.
            return match progress {
                Progress::Stepped if self.control.is_none() && !self.is_kept && !self.has_left() => {
                    self.go_on_own(context, task)
                }
                progress => Ok(progress),
            };
        }
        if (context.definition.has_always() || self.timers.follow())
            && context.definition.asks_data(&self.at)
            && !task.waker().will_wake(Waker::noop())
            && !context.environment.engine.wake_after(self.settled_at, task.waker())
        {
            return Ok(Progress::Stepped);
        }
        if self.beside().is_none() {
            return Ok(Progress::Idle { until: next_due });
        }
        let has_begun = self.begin_invoked(context);
        let own = match takes_no_more {
            // Until a region is free again.
            true => Progress::Pending { until: next_due },
            false => Progress::Idle { until: next_due },
        };
        match looked_at.filter(|_| !has_begun) {
            // Nothing has happened since.
            Some(waits) => Ok(own_and_beside(own, waits)),
            None => self.beside_of(own, Who::Begun, context, task),
        }
    }

    /// Goes on with the session's own chain. Where that waits, what is beside it goes on; where it is a region's, all else does.
    #[inline]
    fn go_on_own(&mut self, context: InterpreterContext<'_>, task: &mut Context<'_>) -> Result<Progress, Troubled> {
        let progress = self.go_on(context, task)?;
        if !matches!(progress, Progress::Pending { .. } | Progress::Wait { .. }) {
            return Ok(progress);
        }
        if context.definition.has_regions() && self.steps_aside(context) {
            return Ok(Progress::Stepped);
        }
        if self.beside().is_some() { self.beside_of(progress, Who::Begun, context, task) } else { Ok(progress) }
    }

    /// Handles an event, unless a region that it concerns is busy.
    pub(super) fn take_from_bus(
        &mut self,
        event: Event,
        is_urgent: bool,
        context: InterpreterContext<'_>,
    ) -> Result<Progress, Troubled> {
        match self.is_any_region_busy() && self.waits_for_a_region(&event, is_urgent, context) {
            true => self.put_off(event, is_urgent, context),
            false => self.take_event(event, context),
        }
    }

    fn start(&mut self, context: InterpreterContext<'_>) -> Result<Progress, Troubled> {
        self.trace.put(context.environment.now(), What::Started);
        self.stage = Stage::Running;
        self.begin_unit(None, Cause::Start, context);
        let first = context.definition.start();
        self.apply(first, context)
    }

    /// Takes a transition that waits for no event, unless it is known that none may be taken.
    fn settle(&mut self, context: InterpreterContext<'_>) -> Result<Option<Progress>, Troubled> {
        if self.settled && self.settled_at != context.environment.engine.version() {
            // Somebody else has changed what guards look at.
            self.settled = false;
        }
        if self.settled {
            return Ok(None);
        }
        if matches!(self.first_told(context), Some(Internal::Recover { .. })) {
            return Ok(None);
        }
        self.eventless(context)
    }

    /// Takes a transition that waits for no event, where one may be taken.
    fn eventless(&mut self, context: InterpreterContext<'_>) -> Result<Option<Progress>, Troubled> {
        // Until an event comes, or something is committed, the answer stays the same.
        (self.settled, self.settled_at) = (true, context.environment.engine.version());
        let payload = self.payload.clone();
        let activation = SessionActivation::new(context.environment, payload.as_ref().map(Payload::value), &[]);
        let found = match self.is_any_region_busy() {
            false => context.definition.eventless(&self.at, &activation),
            true => self.eventless_beside(&activation, context),
        };
        match found {
            Ok(None) => Ok(None),
            Ok(Some(found)) => {
                drop(activation);
                self.begin_unit(None, Cause::Always, context);
                self.apply(found, context).map(Some)
            }
            Err(error) => {
                self.begin_unit(None, Cause::Always, context);
                self.without_value(error, context).map(Some)
            }
        }
    }

    /// `None` where no active state has a use for it: that is no more than having asked.
    fn take_internal(
        &mut self,
        internal: Internal,
        context: InterpreterContext<'_>,
    ) -> Result<Option<Progress>, Troubled> {
        let (name, event, heard_by, payload) = match internal {
            Internal::Done(state) => return self.take_done(state, context),
            Internal::InvokeDone { state, place, payload } => {
                return self.take_invoke_done(state, place, payload, context);
            }
            Internal::Raised { event, .. } => {
                context.environment.engine.let_go_raised(1);
                return self.take_event(event, context).map(Some);
            }
            Internal::Recover { state, target, error, payload, .. } => {
                self.payload = Some(payload);
                let by_state = || {
                    let (source, way) = context.definition.recovery(state, error)?;
                    Some((source, RecoveryTarget { target: way.target, place: Some(way.place.clone()) }))
                };
                let Some((source, recovery)) = target.map(|recovery| (state, recovery)).or_else(by_state) else {
                    return Ok(None);
                };
                let found = context.definition.goto(&self.at, source, recovery.target);
                self.begin_unit(None, Cause::Error, context);
                return self.apply_by(found, recovery.place, context).map(Some);
            }
            Internal::ChainDone { .. } if !context.definition.hears_chain_done() => return Ok(None),
            Internal::ChainDone { heard_by } => {
                (EventName::CHAIN_DONE, context.definition.chain_done(), heard_by, None)
            }
            Internal::ChainFailed { heard_by, payload } => {
                (EventName::CHAIN_FAIL, context.definition.chain_fail(), heard_by, Some(payload))
            }
            Internal::NotMadeGood { payload } => match context.definition.event(&EventName::COMPENSATION_FAIL) {
                Some(event) => (EventName::COMPENSATION_FAIL, event, None, Some(payload)),
                None => return Ok(None),
            },
        };
        let activation = SessionActivation::new(context.environment, payload.as_ref().map(Payload::value), &[]);
        let found = match heard_by {
            Some(state) => context.definition.transition_from(&self.at, state, event, &activation),
            None => context.definition.transition(&self.at, event, &activation),
        };
        if let Ok(None) = &found {
            return Ok(None);
        }
        drop(activation);
        self.trace.put(context.environment.now(), What::Event { name: name.clone(), origin: Origin::Chain });
        let event = Event { name, origin: Origin::Chain, payload: payload.clone(), trace: None };
        self.payload = payload;
        self.begin_unit(Some(event), Cause::Event, context);
        match found {
            Ok(Some(found)) => self.apply(found, context).map(Some),
            Ok(None) => Ok(None),
            Err(error) => self.without_value(error, context).map(Some),
        }
    }

    fn take_done(&mut self, state: StateId, context: InterpreterContext<'_>) -> Result<Option<Progress>, Troubled> {
        // What came before may have led it away from its end.
        if !context.definition.is_done(&self.at, state) {
            return Ok(None);
        }
        let payload = match context.definition.result_of(&self.at, state) {
            None => Ok(None),
            Some(source) => self.given(source, context).map(Some),
        };
        let activation = SessionActivation::new(
            context.environment,
            payload.as_ref().ok().and_then(Option::as_ref).map(Payload::value),
            &[],
        );
        let found = match context.definition.done(&self.at, state, &activation) {
            Ok(None) => return Ok(None),
            found => found,
        };
        drop(activation);
        self.trace.put(context.environment.now(), What::Done { state });
        let (found, payload) = match payload {
            Ok(payload) => (found, payload),
            Err(error) => (Err(error), None),
        };
        self.payload = payload;
        self.begin_unit(None, Cause::Done, context);
        match found {
            Ok(Some(found)) => self.apply(found, context).map(Some),
            Ok(None) => Ok(None),
            Err(error) => self.without_value(error, context).map(Some),
        }
    }

    /// What the final state inside gives, of what the event has brought that has led there.
    fn given(&self, source: &ArgumentSource, context: InterpreterContext<'_>) -> Result<Payload, EvaluationError> {
        let payload = self.payload.as_ref().map(Payload::value);
        let activation = SessionActivation::new(context.environment, payload, &[]).at(context.definition, &self.at);
        arguments::value(source, &activation).map(Payload::new)
    }

    fn take_invoke_done(
        &mut self,
        state: StateId,
        place: u32,
        payload: Option<Payload>,
        context: InterpreterContext<'_>,
    ) -> Result<Option<Progress>, Troubled> {
        let brought = payload.as_ref().map(Payload::value);
        let activation = SessionActivation::new(context.environment, brought, &[]);
        let found = context.definition.invoked(&self.at, state, place, &activation);
        drop(activation);
        if let Some(invoke) = invoke(context.definition, state, place) {
            self.trace.tell(context.environment.clock, || What::InvokeDone { state, id: invoke.id.clone() });
        }
        if let Ok(None) = &found {
            return Ok(None);
        }
        self.payload = payload;
        self.begin_unit(None, Cause::Done, context);
        match found {
            Ok(Some(found)) => self.apply(found, context).map(Some),
            Ok(None) => Ok(None),
            Err(error) => self.without_value(error, context).map(Some),
        }
    }

    /// What was invoked goes on where the session itself waits: what both come to.
    fn beside_of(
        &mut self,
        own: Progress,
        who: Who,
        context: InterpreterContext<'_>,
        task: &mut Context<'_>,
    ) -> Result<Progress, Troubled> {
        let own_is_real = matches!(own, Progress::Pending { .. }) && !context.environment.is_left_alone();
        let went_on = self.go_on_beside(who, context, task)?;
        if own_is_real {
            context.environment.is_not_left_alone();
        }
        Ok(own_and_beside(own, went_on))
    }

    fn take_timer(&mut self, timer: Timer, context: InterpreterContext<'_>) -> Result<Progress, Troubled> {
        self.counts_anew();
        self.follows = false;
        (self.payload, self.settled) = (None, false);
        let (Timer { date: due, id, .. }, state) = (timer, timer.id.state);
        match context.definition.time(id) {
            Some(Trigger::Every(every)) => {
                let tick = self.timers.turn(&timer, *every, context.environment.moment());
                self.comes_again(id, due, tick, context);
            }
            Some(Trigger::Cron(cron)) => {
                let environment = context.environment;
                let tick = self.timers.turn_page(&timer, cron, environment.now(), |date| environment.moment_of(date));
                self.comes_again(id, due, tick, context);
            }
            Some(Trigger::After(after)) => {
                self.trace.put(context.environment.now(), What::Timer { state, after: *after, due });
            }
            Some(time) if time.reckoned().is_some() => {
                let after =
                    self.timers.ends(id).and_then(|entered| due.duration_since(entered).ok()).unwrap_or_default();
                self.trace.put(context.environment.now(), What::Timer { state, after, due });
            }
            _ => {}
        }
        self.begin_unit(None, Cause::Timer, context);
        let payload = self.payload.clone();
        let activation = SessionActivation::new(context.environment, payload.as_ref().map(Payload::value), &[]);
        let found = context.definition.timer(&self.at, id, &activation);
        drop(activation);
        match found {
            Ok(Some(found)) => self.apply(found, context),
            Ok(None) => self.end_unit(context),
            Err(error) => self.without_value(error, context),
        }
    }

    fn comes_again(&mut self, timer: TimerId, due: SystemTime, tick: Tick, context: InterpreterContext<'_>) {
        let Tick { late, missed } = tick;
        self.trace.put(context.environment.now(), What::Cycle { timer, due, late, missed });
        self.payload = Some(Payload::from(json!({ "missed": missed, "late": late.as_secs_f64() })));
    }

    /// Handles an event. Where no state takes it, guards that wait for none are asked all the same: they may ask for it.
    pub(super) fn take_event(&mut self, event: Event, context: InterpreterContext<'_>) -> Result<Progress, Troubled> {
        if self.trace.is_on() {
            let (name, origin) = (event.name.clone(), event.origin);
            self.trace.put(context.environment.now(), What::Event { name, origin });
        }
        self.handle_event(event, context)
    }

    /// The same for one of which it has been told.
    #[inline]
    pub(super) fn handle_event(&mut self, event: Event, context: InterpreterContext<'_>) -> Result<Progress, Troubled> {
        self.settled = false;
        if let Origin::Asked { .. } = event.origin {
            self.hears_question(&event);
        }
        let payload = event.payload.clone();
        let id = context.definition.event(&event.name);
        if let Beforehand::Moves(found) = context.definition.beforehand(&self.at, id) {
            self.payload = payload;
            self.begin_unit(Some(event), Cause::Event, context);
            return self.apply_quick(found, context);
        }
        let activation = SessionActivation::new(context.environment, payload.as_ref().map(Payload::value), &[]);
        let found = context.definition.transition(&self.at, id, &activation);
        drop(activation);
        if let Ok(None) = &found {
            if context.definition.defers(&self.at, id) {
                self.defer(&event, context);
            } else {
                self.trace.tell(context.environment.clock, || What::Unused { name: event.name.clone() });
            }
        }
        self.payload = payload;
        self.begin_unit(Some(event), Cause::Event, context);
        match found {
            Ok(Some(found)) => self.apply(found, context),
            Ok(None) => self.end_unit(context),
            Err(error) => self.without_value(error, context),
        }
    }
}

/// What the session itself waits for, and what is beside it: what both come to.
fn own_and_beside(own: Progress, went_on: WentOn) -> Progress {
    match went_on {
        WentOn::Nothing => own,
        WentOn::Done(progress) => progress,
        WentOn::Waits { until, is_awaited, is_chain } => {
            let earlier = |own: Option<Moment>| own.into_iter().chain(until).min();
            match own {
                Progress::Pending { until: own } => Progress::Pending { until: earlier(own) },
                Progress::Wait { until: own } if is_awaited => Progress::Pending { until: earlier(Some(own)) },
                Progress::Wait { until: own } => Progress::Wait { until: until.map_or(own, |until| until.min(own)) },
                Progress::Idle { until: own } if is_awaited => Progress::Working { until: earlier(own), is_chain },
                Progress::Idle { until: own } => Progress::Idle { until: earlier(own) },
                // It is held up, and what it waits for is not its own to wait for.
                held_up => held_up,
            }
        }
    }
}
