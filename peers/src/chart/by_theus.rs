//! The chart as Theus loads it from its file, driven as its interpreter drives it: the chains that a move runs are said, and
//! their processes counted in the place of being run.

use theus_core::prelude::*;
use theus_core::signal::EventName;
use theus_core::workflow::chart::{Beforehand, Configuration, Definition, EventId};

use super::{Event, Place};
use crate::Error;

const FILE: &str = include_str!("../../../workflows/machine_guard/workflow.yaml");

/// What the file is checked against: its signals, and a process of each name.
#[derive(Clone, Default, Context)]
struct Guarded {
    value: i64,
    sig_reading: bool,
    sig_steady: bool,
    sig_overheat: bool,
    sig_cold: bool,
}

/// Its file lets the switch be told again after a restart: it is an effect.
struct Ports {
    switch: fn(),
}

#[process(inputs = [domain.value], outputs = [domain.value])]
fn update_statistics(ctx: Ctx<Guarded, (), Ports>) {
    *ctx.domain.value += 1;
}

#[process(inputs = [domain.value], outputs = [domain.value])]
fn decide_mode(ctx: Ctx<Guarded, (), Ports>) {
    *ctx.domain.value += 1;
}

#[process(inputs = [domain.value], outputs = [domain.value], effects = [switch])]
fn drive_actuator(ctx: Ctx<Guarded, (), Ports>) {
    (ctx.effects.switch)();
    *ctx.domain.value += 1;
}

/// The file as it was loaded: any number of machines share it.
pub struct Chart {
    definition: Definition,
    /// The id of each event, in the order of [`Event::ALL`].
    ids: [EventId; 5],
}

impl Chart {
    /// Reads and proves the file.
    ///
    /// # Errors
    /// Where it does not load, or names other events than are compared.
    pub fn load() -> Result<Self, Error> {
        let engine = Engine::builder(Guarded::default())
            .effects(Ports { switch: || {} })
            .process::<UpdateStatistics>()
            .process::<DecideMode>()
            .process::<DriveActuator>()
            .build()?;
        let definition = WorkflowManager::from_text(&engine, "workflow.yaml", FILE)?.definition().clone();
        let id = |event: Event| -> Result<EventId, Error> {
            definition.event(&EventName::parse(event.name())?).ok_or_else(|| "no state names the event".into())
        };
        let ids = [id(Event::ALL[0])?, id(Event::ALL[1])?, id(Event::ALL[2])?, id(Event::ALL[3])?, id(Event::ALL[4])?];
        Ok(Self { definition, ids })
    }

    /// A machine at the start.
    #[must_use]
    pub fn machine(&self) -> Machine<'_> {
        Machine { chart: self, at: self.definition.start().to, steps: 0 }
    }
}

/// A machine, and where it is.
pub struct Machine<'c> {
    chart: &'c Chart,
    at: Configuration,
    /// How many processes it would have run.
    pub steps: u64,
}

impl Machine<'_> {
    /// Takes an event; one that the state does not list is let pass.
    pub fn handle(&mut self, event: Event) {
        let Chart { definition, ids, .. } = self.chart;
        if let Beforehand::Moves(made) = definition.step(&mut self.at, ids[event as usize]) {
            for chain in made.effects().chains() {
                self.steps += chain.steps.len() as u64;
            }
        }
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        let active = self.chart.definition.active(&self.at);
        let name = &self.chart.definition.state(*active.last()?)?.name;
        Place::ALL.into_iter().find(|place| place.name() == name)
    }
}
