//! Holding a session up, ending it, letting go of what is under way.

use std::time::SystemTime;

use super::attempt::{Account, Attempt};
use super::broken::Broken;
use super::chain::{Chain, Next, Work};
use super::control::Control;
use super::outcome::{Fault, Status};
use super::scene::Scene;
use super::session::{Internal, Live, Session, Stage};
use super::steps::look;
use super::undo::Undo;
use super::world::World;
use crate::panics::tell;
use crate::workflow::chart::{Run, Step};
use crate::workflow::trace::{Ended, Role, What};

impl Live {
    /// Does what was asked by another thread.
    pub(super) fn listen(&mut self, scene: Scene<'_>) {
        let Some(asked) = self.control.as_ref().and_then(Control::take) else { return };
        if let Some(paused) = asked.pause {
            self.pause(paused, scene.world);
        }
        if let Some(reason) = asked.cancel {
            self.cancel(reason, scene);
        }
    }

    fn pause(&mut self, paused: bool, world: &World<'_>) {
        if self.paused != paused && !self.is_over() {
            self.paused = paused;
            self.trace.tell(world.clock, || if paused { What::Paused } else { What::Unpaused });
        }
    }

    fn cancel(&mut self, reason: String, scene: Scene<'_>) {
        if self.is_over() || self.cancelled.is_some() {
            return;
        }
        // What has to be made good is made good, though the session was paused.
        self.paused = false;
        self.clear_inbox(scene);
        self.timers.clear();
        match self.chain.take() {
            Some(mut chain) => {
                if chain.broken.is_none() {
                    self.let_go(&mut chain, scene);
                    let broken = Broken::fault(Fault::Cancelled { reason: reason.clone() });
                    self.break_off(&mut chain, broken, scene);
                }
                self.chain = Some(chain);
                self.cancelled = Some(reason.into());
            }
            None => {
                self.trace.put(scene.world.now(), What::Cancelled { reason: reason.clone() });
                self.over(Stage::Cancelled(reason.into()), scene);
                // What was being handled has no chain left; its signal is put back to rest.
                let _ = self.end_unit(scene);
            }
        }
    }

    /// Lets go of a run that awaits something, which rolls it back.
    fn interrupt(&mut self, scene: Scene<'_>) {
        let Some(mut chain) = self.chain.take() else { return };
        match self.let_go(&mut chain, scene) {
            // What makes good is made again, for else it would not be made; what touches nothing outside can be.
            None => {}
            // What it had done outside, nobody knows.
            Some(process) => self.break_off(&mut chain, Broken::fault(Fault::Interrupted { process }), scene),
        }
        self.chain = Some(chain);
    }

    /// Drops what awaits something. The process that touches the world outside, where there is one among it.
    fn let_go(&mut self, chain: &mut Chain, scene: Scene<'_>) -> Option<&'static str> {
        if chain.is_between_steps() {
            return None;
        }
        let step = match chain.next(scene.definition) {
            Next::Step(step) => Some(step),
            Next::Round | Next::End => None,
        };
        let unit = self.unit.as_mut()?;
        let outcomes = match &chain.work {
            Work::Undo(..) => &mut unit.handled.compensations,
            _ => &mut unit.handled.steps,
        };
        let role = if matches!(chain.work, Work::Undo(..)) { Role::Compensation } else { Role::Step };
        let mut account = Account { trace: &mut self.trace, outcomes, random: &mut self.random, role };
        match (&mut chain.work, step) {
            (Work::Undo(undo, attempt), _) => {
                attempt.let_go(&undo.run, scene, &mut account);
                *attempt = Attempt::new(undo.arguments.clone());
                None
            }
            (Work::Run(attempt), Some(Step::Run(run))) => {
                // How often it was tried is not forgotten.
                let goes_on = attempt.let_go(run, scene, &mut account);
                let is_pure = run.contract.effects.is_empty();
                if !(goes_on && is_pure) {
                    chain.work = Work::None;
                }
                (!is_pure).then_some(run.contract.process)
            }
            (Work::Together(together), Some(Step::Parallel { branches, .. })) => {
                together.let_go(branches, scene, &mut account);
                let committed = together.committed();
                chain.work = Work::None;
                self.keep_undo(chain, committed.into_iter().filter_map(|branch| branches.get(branch)), scene);
                // Those that have committed are not run again, so the step as a whole is not.
                branches.first().map(|run| run.contract.process)
            }
            _ => None,
        }
    }

    /// What has committed by now is made good with the rest.
    fn keep_undo<'a>(&mut self, chain: &mut Chain, committed: impl Iterator<Item = &'a Run>, scene: Scene<'_>) {
        for run in committed {
            let undo = Undo::of(run, chain.strand(), &look(chain, scene));
            match undo {
                Ok(undo) => chain.undo.extend(undo),
                Err(broken) => {
                    self.trace.put(scene.world.now(), What::NoValue { reason: broken.reason });
                }
            }
        }
    }
}

impl Session {
    pub(crate) fn pause(&mut self, paused: bool, world: &World<'_>) {
        self.live.pause(paused, world);
    }

    pub(crate) fn cancel(&mut self, reason: String, world: &World<'_>) {
        self.live.cancel(reason, Scene { definition: &self.definition, world });
    }

    pub(crate) fn interrupt(&mut self, world: &World<'_>) {
        self.live.interrupt(Scene { definition: &self.definition, world });
    }

    /// How it stands, the engine's interlock aside.
    pub(crate) fn status(&self) -> Status {
        match &self.live.stage {
            Stage::Finished => Status::Finished,
            Stage::Failed(reason) => Status::Failed { reason: reason.to_string() },
            Stage::Aborted(reason) => Status::Aborted { reason: reason.to_string() },
            Stage::Cancelled(reason) => Status::Cancelled { reason: reason.to_string() },
            Stage::New | Stage::Running => Status::Running,
        }
    }

    /// Hears how a command ended that was run for it.
    pub(crate) fn hear(&mut self, command: Command, world: &World<'_>) {
        self.live.hear(command, Scene { definition: &self.definition, world });
    }
}

/// How a command ended that was run for a session.
pub(crate) struct Command {
    pub(super) process: &'static str,
    pub(super) broken: Option<Broken>,
    pub(super) version: u64,
    pub(super) since: SystemTime,
}

impl Live {
    fn hear(&mut self, command: Command, scene: Scene<'_>) {
        let Command { process, broken, version, since } = command;
        self.settled = false;
        self.take_raised(scene);
        // It comes from outside, as an event does: what came of the one before is not counted for it.
        self.counts_anew();
        if self.trace.is_on() {
            let now = scene.world.now();
            let took = now.duration_since(since).unwrap_or_default();
            let ended = match &broken {
                None => Ended::Committed,
                Some(broken) => Ended::RolledBack { error: broken.reason.clone() },
            };
            self.trace.put(now, What::Run { process, role: Role::Command, attempt: 1, ended, version, took });
        }
        let Some(broken) = broken else { return self.inbox.push_back(Internal::ChainDone { heard_by: None }) };
        if broken.aborts {
            return self.abort_by(broken, scene);
        }
        let state = self.leaf(scene.definition);
        match broken
            .error
            .filter(|name| self.stage == Stage::Running && scene.definition.fault(&self.at, state, name).is_some())
        {
            Some(error) => {
                let payload = broken.payload();
                self.inbox.push_back(Internal::Recover { state, heard_by: None, target: None, error, payload });
            }
            None => self.inbox.push_back(Internal::ChainFailed { heard_by: None, payload: broken.payload() }),
        }
    }

    /// A command was refused by a violation of level A. What the chain under way has committed is made good first.
    fn abort_by(&mut self, broken: Broken, scene: Scene<'_>) {
        let Some(mut chain) = self.chain.take() else { return self.abort(broken.reason, scene) };
        self.paused = false;
        self.clear_inbox(scene);
        self.timers.clear();
        match &mut chain.broken {
            Some(earlier) => (earlier.aborts, earlier.reason) = (true, broken.reason),
            None => {
                self.let_go(&mut chain, scene);
                self.break_off(&mut chain, broken, scene);
            }
        }
        self.chain = Some(chain);
    }

    /// The chain of the final state has failed: there is no state left in which that could be heard.
    pub(super) fn fail(&mut self, reason: String, scene: Scene<'_>) {
        self.over(Stage::Failed(reason.as_str().into()), scene);
        self.trace.put(scene.world.now(), What::Failed { reason: reason.clone() });
        tell(|| tracing::error!(target: "theus::workflow", workflow = scene.definition.name(), reason, "failed"));
    }

    /// A violation of level A ends the session.
    pub(super) fn abort(&mut self, reason: String, scene: Scene<'_>) {
        // First of all, for whoever hears of it is a stranger.
        self.over(Stage::Aborted(reason.as_str().into()), scene);
        self.trace.put(scene.world.now(), What::Aborted { reason: reason.clone() });
        tell(|| tracing::error!(target: "theus::workflow", workflow = scene.definition.name(), reason, "aborted"));
    }
}
