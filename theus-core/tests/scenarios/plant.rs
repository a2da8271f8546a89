//! The small plant that most scenarios are about.

use std::sync::{Arc, Mutex, OnceLock};

use theus_core::prelude::*;

use crate::executor::pause;

#[derive(Clone, Debug, Default, PartialEq, Context)]
pub(super) struct Plant {
    pub level: i64,
    pub log: Vec<String>,
    pub sig_full: bool,
    pub cmd_drain: Option<i64>,
    pub meta_note: String,
}

/// The world outside: what was told to it, and something that is done when it is told.
#[derive(Clone, Default)]
pub(super) struct Outside {
    pub pump: Pump,
}

type Action = Box<dyn Fn() + Send + Sync>;

#[derive(Clone, Default)]
pub(super) struct Pump {
    told: Arc<Mutex<Vec<i64>>>,
    then: Arc<OnceLock<Action>>,
}

impl Pump {
    pub(super) fn push(&self, litres: i64) {
        self.told.lock().unwrap().push(litres);
        if let Some(then) = self.then.get() {
            then();
        }
    }

    pub(super) fn told(&self) -> Vec<i64> {
        self.told.lock().unwrap().clone()
    }

    /// From now on this is done whenever the pump is used.
    pub(super) fn then(&self, action: impl Fn() + Send + Sync + 'static) {
        assert!(self.then.set(Box::new(action)).is_ok(), "the pump does one thing");
    }
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("it leaks")]
pub(super) struct Leak;

pub(super) type App = Ctx<Plant, (), Outside>;
pub(super) type PlantEngine = Engine<Plant, (), Outside>;

/// How a process that has written everything ends.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) enum End {
    Well,
    Error,
    Panic,
}

impl End {
    fn come(self) -> Result<(), Leak> {
        match self {
            Self::Well => Ok(()),
            Self::Error => Err(Leak),
            Self::Panic => panic!("it burst"),
        }
    }
}

/// Writes a field of every zone, and then ends as it is told.
#[process(
    inputs = [domain.level, domain.log, meta(domain.meta_note)],
    outputs = [domain.level, domain.log, domain.sig_full, domain.cmd_drain, domain.meta_note],
    errors = [Leak],
)]
pub(super) fn churn(ctx: App, level: i64, end: End) -> Result<i64, Leak> {
    *ctx.domain.level = level;
    ctx.domain.log.push(format!("level {level}"));
    ctx.domain.cmd_drain.set(Some(level));
    ctx.domain.sig_full.set(true);
    ctx.domain.meta_note.push('x');
    end.come()?;
    Ok(level)
}

/// The same, with others let run in the middle.
#[process(
    inputs = [domain.level, domain.log, meta(domain.meta_note)],
    outputs = [domain.level, domain.log, domain.sig_full, domain.cmd_drain, domain.meta_note],
    errors = [Leak],
)]
pub(super) async fn churn_slowly(ctx: App, level: i64, end: End) -> Result<i64, Leak> {
    *ctx.domain.level += level;
    ctx.domain.log.push(format!("level {level}"));
    ctx.domain.cmd_drain.set(Some(level));
    pause().await;
    ctx.domain.sig_full.set(true);
    ctx.domain.meta_note.push('x');
    end.come()?;
    Ok(*ctx.domain.level)
}

#[process(inputs = [domain.level], outputs = [domain.level])]
pub(super) fn fill(ctx: App, litres: i64) -> i64 {
    *ctx.domain.level += litres;
    *ctx.domain.level
}

#[process(inputs = [domain.level])]
pub(super) fn measure(ctx: App) -> i64 {
    *ctx.domain.level
}

#[process(inputs = [domain.level])]
pub(super) async fn measure_slowly(ctx: App) -> i64 {
    let before = *ctx.domain.level;
    pause().await;
    assert_eq!(before, *ctx.domain.level, "the view of a run does not move");
    before
}

/// Acts outside and writes what it did.
#[process(inputs = [domain.level], outputs = [domain.level], effects = [pump], errors = [Leak])]
pub(super) fn pump_out(ctx: App, litres: i64, end: End) -> Result<i64, Leak> {
    ctx.effects.pump.push(litres);
    *ctx.domain.level -= litres;
    end.come()?;
    Ok(*ctx.domain.level)
}

/// The same across an await.
#[process(inputs = [domain.level], outputs = [domain.level], effects = [pump], errors = [Leak])]
pub(super) async fn pump_out_slowly(ctx: App, litres: i64, end: End) -> Result<i64, Leak> {
    let before = *ctx.domain.level;
    pause().await;
    ctx.effects.pump.push(litres);
    pause().await;
    ctx.domain.level.set(before - litres);
    end.come()?;
    Ok(before - litres)
}

/// A plant that is under way: something in every zone, an event waiting.
pub(super) fn engine(locking: Locking) -> (PlantEngine, Pump) {
    built(locking, |builder| builder)
}

/// The same, with a recipe.
pub(super) fn audited(locking: Locking, recipe: &str) -> (PlantEngine, Pump) {
    built(locking, |builder| builder.recipe("audit.yaml", recipe).unwrap())
}

pub(super) type Builder = theus_core::EngineBuilder<Plant, (), Outside>;

pub(super) fn built(locking: Locking, options: impl FnOnce(Builder) -> Builder) -> (PlantEngine, Pump) {
    let outside = Outside::default();
    let pump = outside.pump.clone();
    let plant = Plant { level: 5, log: vec!["built".to_owned()], meta_note: "m".to_owned(), ..Plant::default() };
    let builder = Engine::builder(plant)
        .effects(outside)
        .process::<Churn>()
        .process::<ChurnSlowly>()
        .process::<Fill>()
        .process::<Measure>()
        .process::<MeasureSlowly>()
        .process::<PumpOut>()
        .process::<PumpOutSlowly>()
        .locking(locking);
    (options(builder).build().unwrap(), pump)
}

/// Everything of an engine that a run may change.
#[derive(Debug, PartialEq)]
pub(super) struct Everything {
    plant: Plant,
    version: u64,
    versions: [u64; 5],
    waiting: usize,
}

pub(super) fn everything(engine: &PlantEngine) -> Everything {
    let now = engine.snapshot().unwrap();
    let versions = [
        now.level.version(),
        now.log.version(),
        now.sig_full.version(),
        now.cmd_drain.version(),
        now.meta_note.version(),
    ];
    Everything { plant: now.to_context(), version: now.version(), versions, waiting: engine.bus().len() }
}
