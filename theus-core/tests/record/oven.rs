//! The engine that these tests run: an oven whose temperature is set.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use theus_core::EngineBuilder;
use theus_core::audit::{AuditRecord, Sink, SinkError};
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
pub(crate) struct Oven {
    pub(crate) temperature: f64,
    pub(crate) note: String,
    /// Nothing writes it.
    pub(crate) door: u8,
}

#[derive(Clone, Default, Context)]
pub(crate) struct Scratch {
    pub(crate) steps: u32,
}

/// Sets the temperature.
#[process(outputs = [domain.temperature])]
pub(crate) fn heat(ctx: Ctx<Oven>, to: f64) {
    ctx.domain.temperature.set(to);
}

/// Steps that nobody sees from outside.
#[process(inputs = [domain.temperature], outputs = [domain.note], local = Scratch)]
pub(crate) fn note(ctx: Ctx<Oven>) {
    ctx.local.steps += 1;
    ctx.domain.note.set(format!("{}", *ctx.domain.temperature));
}

/// A recipe with one rule on what `heat` commits.
pub(crate) fn at_most(settings: &str) -> String {
    format!("process_recipes:\n  heat:\n    outputs:\n      - {{ field: domain.temperature, {settings} }}\n")
}

pub(crate) fn builder(recipe: &str) -> EngineBuilder<Oven> {
    let builder = Engine::builder(Oven::default()).process::<Heat>().process::<Note>();
    let builder = builder.clock(|| SystemTime::UNIX_EPOCH + Duration::from_secs(7));
    if recipe.is_empty() { builder } else { builder.recipe("audit.yaml", recipe).unwrap() }
}

pub(crate) fn engine(recipe: &str) -> Engine<Oven> {
    builder(recipe).build().unwrap()
}

/// What each record is, in a word.
pub(crate) fn kinds(records: &[AuditRecord]) -> Vec<String> {
    let kind = |record: &AuditRecord| serde_json::to_value(record).unwrap()["record"].as_str().unwrap().to_owned();
    records.iter().map(kind).collect()
}

/// A sink that takes nothing while it is broken.
#[derive(Clone, Default)]
pub(crate) struct Breakable {
    pub(crate) broken: Arc<AtomicBool>,
    pub(crate) taken: Arc<AtomicUsize>,
}

impl Breakable {
    pub(crate) fn set_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::SeqCst);
    }
    pub(crate) fn taken(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }
}

impl Sink for Breakable {
    fn name(&self) -> String {
        "archive".to_owned()
    }
    fn write(&mut self, record: &AuditRecord) -> Result<(), SinkError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(SinkError("no route to the archive".to_owned()));
        }
        let before = self.taken.fetch_add(1, Ordering::SeqCst);
        assert_eq!(record.sequence, before as u64 + 1, "in order, and none twice");
        Ok(())
    }
}

/// A folder that is removed when its test has passed.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("theus-record-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            std::fs::remove_dir_all(&self.0).unwrap();
        }
    }
}
