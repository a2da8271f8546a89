//! What a session does next: the order of SCXML's macrostep.

use std::task::{Context, Waker};

use super::broken::Lead;
use super::look::Look;
use super::outcome::Cause;
use super::scene::Scene;
use super::session::{Internal, Live, Progress, Stage, Troubled};
use super::timers::Timer;
use crate::signal::{Event, EventName, Origin, Payload};
use crate::workflow::chart::{Beforehand, StateId};
use crate::workflow::trace::What;

impl Live {
    /// The chain under way first; then transitions that wait for no event, what is urgent, what the session tells itself; then
    /// timers that are due and the bus, whichever was first.
    pub(super) fn advance(&mut self, scene: Scene<'_>, task: &mut Context<'_>) -> Result<Progress, Troubled> {
        if self.control.is_some() {
            self.listen(scene);
        }
        if self.restored || self.is_by_date {
            self.tell_restored(scene.world);
        }
        if self.is_over() {
            return Ok(Progress::Over);
        }
        if self.chain.as_ref().is_none_or(|chain| chain.is_between_steps()) {
            if let Some(halted) = scene.world.hand.halted() {
                return Ok(Progress::Halted(halted));
            }
            if self.paused {
                return Ok(Progress::Paused);
            }
        }
        if self.chain.is_some() {
            return self.go_on(scene, task);
        }
        if self.unit.is_some() {
            return self.end_unit(scene);
        }
        if self.stage == Stage::New {
            return self.start(scene);
        }
        scene.world.time_passes();
        if self.trace.is_on() {
            // Asked before anything is taken: a clock that panics costs no event.
            scene.world.now();
        }
        // What came with a panic of a step, or by a command.
        self.take_raised(scene);
        if self.settled && self.settled_at != scene.world.hand.version() {
            // Somebody else has changed what guards look at.
            self.settled = false;
        }
        if !self.settled
            && !matches!(self.inbox.front(), Some(Internal::Recover { .. }))
            && let Some(progress) = self.eventless(scene)?
        {
            return Ok(progress);
        }
        if self.inbox.front().is_some_and(|told| !told.overtakes())
            && let Some(event) = scene.world.hand.next_urgent()
        {
            self.counts_anew();
            return self.take_event(event, scene);
        }
        while let Some(internal) = self.inbox.pop_front() {
            if let Some(progress) = self.take_internal(internal, scene)? {
                return Ok(progress);
            }
        }
        // What came before it was due comes before it: whoever was busy meanwhile does not change the order.
        if let Some(due) = self.timers.next_due()
            && due <= scene.world.moment()
            && !scene.world.hand.came_before(due.counted())
            && let Some(timer) = self.timers.take_due(scene.world.moment())
        {
            return self.take_timer(timer, scene);
        }
        if let Some(event) = scene.world.hand.next_event() {
            self.counts_anew();
            return self.take_event(event, scene);
        }
        if scene.definition.asks_data(&self.at)
            && !task.waker().will_wake(Waker::noop())
            && !scene.world.hand.wake_after(self.settled_at, task.waker())
        {
            return Ok(Progress::Stepped);
        }
        Ok(Progress::Idle { until: self.timers.next_due() })
    }

    fn start(&mut self, scene: Scene<'_>) -> Result<Progress, Troubled> {
        self.trace.put(scene.world.now(), What::Started);
        self.stage = Stage::Running;
        self.begin_unit(None, Cause::Start, scene.definition);
        let first = scene.definition.start();
        self.apply(first, scene)
    }

    /// Takes a transition that waits for no event, where one may be taken.
    fn eventless(&mut self, scene: Scene<'_>) -> Result<Option<Progress>, Troubled> {
        // Until an event comes, or something is committed, the answer stays the same.
        (self.settled, self.settled_at) = (true, scene.world.hand.version());
        let payload = self.payload.clone();
        let look = Look::new(scene.world.hand, payload.as_ref().map(Payload::value), &[]);
        match scene.definition.eventless(&self.at, &look) {
            Ok(None) => Ok(None),
            Ok(Some(found)) => {
                drop(look);
                self.begin_unit(None, Cause::Always, scene.definition);
                self.apply(found, scene).map(Some)
            }
            Err(error) => {
                self.begin_unit(None, Cause::Always, scene.definition);
                self.without_value(error, scene).map(Some)
            }
        }
    }

    /// `None` where no active state has a use for it: that is no more than having asked.
    fn take_internal(&mut self, internal: Internal, scene: Scene<'_>) -> Result<Option<Progress>, Troubled> {
        let (name, heard_by, payload) = match internal {
            Internal::Done(state) => return self.take_done(state, scene),
            Internal::Raised { event, .. } => {
                scene.world.hand.let_go_raised(1);
                return self.take_event(event, scene).map(Some);
            }
            Internal::Recover { state, target, error, payload, .. } => {
                self.payload = Some(payload);
                let by_state = || {
                    let (source, way) = scene.definition.recovery(state, error)?;
                    Some((source, Lead { target: way.target, place: Some(way.place.clone()) }))
                };
                let Some((source, lead)) = target.map(|lead| (state, lead)).or_else(by_state) else { return Ok(None) };
                let found = scene.definition.goto(&self.at, source, lead.target);
                self.begin_unit(None, Cause::Error, scene.definition);
                return self.apply_by(found, lead.place, scene).map(Some);
            }
            Internal::ChainDone { heard_by } => (EventName::CHAIN_DONE, heard_by, None),
            Internal::ChainFailed { heard_by, payload } => (EventName::CHAIN_FAIL, heard_by, Some(payload)),
        };
        let look = Look::new(scene.world.hand, payload.as_ref().map(Payload::value), &[]);
        let event = scene.definition.event(&name);
        let found = match heard_by {
            Some(state) => scene.definition.transition_from(&self.at, state, event, &look),
            None => scene.definition.transition(&self.at, event, &look),
        };
        if let Ok(None) = &found {
            return Ok(None);
        }
        drop(look);
        self.trace.put(scene.world.now(), What::Event { name: name.clone(), origin: Origin::Chain });
        let event = Event { name, origin: Origin::Chain, payload: payload.clone() };
        self.payload = payload;
        self.begin_unit(Some(event), Cause::Event, scene.definition);
        match found {
            Ok(Some(found)) => self.apply(found, scene).map(Some),
            Ok(None) => Ok(None),
            Err(error) => self.without_value(error, scene).map(Some),
        }
    }

    fn take_done(&mut self, state: StateId, scene: Scene<'_>) -> Result<Option<Progress>, Troubled> {
        // What came before may have led it away from its end.
        if !scene.definition.is_done(&self.at, state) {
            return Ok(None);
        }
        let look = Look::new(scene.world.hand, None, &[]);
        let found = match scene.definition.done(&self.at, state, &look) {
            Ok(None) => return Ok(None),
            found => found,
        };
        drop(look);
        self.trace.put(scene.world.now(), What::Done { state });
        self.payload = None;
        self.begin_unit(None, Cause::Done, scene.definition);
        match found {
            Ok(Some(found)) => self.apply(found, scene).map(Some),
            Ok(None) => Ok(None),
            Err(error) => self.without_value(error, scene).map(Some),
        }
    }

    fn take_timer(&mut self, timer: Timer, scene: Scene<'_>) -> Result<Progress, Troubled> {
        self.counts_anew();
        (self.payload, self.settled) = (None, false);
        let Timer { date: due, id, .. } = timer;
        let after = scene.definition.duration(id).unwrap_or_default();
        self.trace.put(scene.world.now(), What::Timer { state: id.state, after, due });
        self.begin_unit(None, Cause::Timer, scene.definition);
        let look = Look::new(scene.world.hand, None, &[]);
        let found = scene.definition.timer(&self.at, id, &look);
        drop(look);
        match found {
            Ok(Some(found)) => self.apply(found, scene),
            Ok(None) => self.end_unit(scene),
            Err(error) => self.without_value(error, scene),
        }
    }

    /// Handles an event. Where no state takes it, guards that wait for none are asked all the same: they may ask for it.
    fn take_event(&mut self, event: Event, scene: Scene<'_>) -> Result<Progress, Troubled> {
        self.settled = false;
        if self.trace.is_on() {
            let (name, origin) = (event.name.clone(), event.origin);
            self.trace.put(scene.world.now(), What::Event { name, origin });
        }
        let payload = event.payload.clone();
        let id = scene.definition.event(&event.name);
        if let Beforehand::Moves(found) = scene.definition.beforehand(&self.at, id) {
            self.payload = payload;
            self.begin_unit(Some(event), Cause::Event, scene.definition);
            return self.apply_quick(found, scene);
        }
        let look = Look::new(scene.world.hand, payload.as_ref().map(Payload::value), &[]);
        let found = scene.definition.transition(&self.at, id, &look);
        drop(look);
        if let Ok(None) = &found {
            self.trace.tell(scene.world.clock, || What::Unused { name: event.name.clone() });
        }
        self.payload = payload;
        self.begin_unit(Some(event), Cause::Event, scene.definition);
        match found {
            Ok(Some(found)) => self.apply(found, scene),
            Ok(None) => self.end_unit(scene),
            Err(error) => self.without_value(error, scene),
        }
    }
}
