//! The rules as a recipe of Theus.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use theus_core::audit::{AuditSession, Auditor, Catalog, Gate, Gates, ProcessEntry, Recipe, Subject};
use theus_core::context::{Context as _, Fields as _};
use theus_core::prelude::*;
use theus_core::process::{Access, Contract, Gives};
use theus_core::source::{Document, SourceFile};
use theus_core::{Schema, context::Layer, context::Zone};

use crate::Error;
use crate::plant::{FIELDS, Plant, PlantFields, Rule, Side};

/// The process that the rules are on.
#[process(outputs = [domain.f0])]
pub fn turn(ctx: Ctx<Plant>, f0: i64) {
    ctx.domain.f0.set(f0);
}

/// The state as an engine holds it and shows it to its rules.
pub struct State(PlantFields);

impl State {
    /// The state with these values.
    #[must_use]
    pub fn new(plant: Plant) -> Self {
        Self(plant.into_fields())
    }
}

impl Subject for State {
    fn argument(&self, _: usize) -> Value<'_> {
        Value::Missing
    }
    fn global(&self, _: &[usize]) -> Value<'_> {
        Value::Missing
    }
    fn domain(&self, path: &[usize]) -> Value<'_> {
        self.0.inspect(path)
    }
    fn committed(&self, path: &[usize]) -> Value<'_> {
        self.0.inspect_committed(path)
    }
    fn local(&self, _: &[usize]) -> Value<'_> {
        Value::Missing
    }
}

fn entry(rule: &Rule, level: &str) -> String {
    let side = match rule.side {
        Side::Min => "min",
        Side::Max => "max",
    };
    format!("      - {{ field: domain.{}, {side}: {}, level: {level} }}\n", rule.field, rule.bound)
}

fn recipe(rules: &[Rule], level: &str) -> String {
    let entries: String = rules.iter().map(|rule| entry(rule, level)).collect();
    format!("process_recipes:\n  turn:\n    outputs:\n{entries}")
}

/// The rules alone, as an engine keeps them.
///
/// # Errors
/// Where the recipe does not load.
pub fn rules(rules: &[Rule]) -> Result<Arc<Gates>, Error> {
    let process = ProcessEntry { contract: &Turn::CONTRACT, arguments: Vec::new(), local: Schema::empty(), gives: Gives::Nothing, errors: Vec::new() };
    let catalog = Catalog { processes: vec![process], domain: Plant::schema(), global: Schema::empty() };
    let document = Document::parse(SourceFile::new("peers.yaml", recipe(rules, "B")))?;
    Auditor::new(Recipe::load(&document, &catalog)?).rules("turn").ok_or_else(|| "there are no rules".into())
}

/// In which nothing is ever counted.
static SESSION: LazyLock<AuditSession> = LazyLock::new(|| AuditSession::new("peers"));

/// Whether all rules are satisfied, asked as the engine asks at its output gate.
#[must_use]
pub fn passes(rules: &Gates, state: &State) -> bool {
    rules.judge(Gate::Output, state, &SESSION).is_empty()
}

/// A whole engine under these rules, and its state.
///
/// # Errors
/// Where the recipe does not load.
pub fn engine(rules: &[Rule], level: &str, plant: Plant) -> Result<Engine<Plant>, Error> {
    let builder = Engine::builder(plant).process::<Turn>();
    Ok(if rules.is_empty() { builder } else { builder.recipe("peers.yaml", &recipe(rules, level))? }.build()?)
}

/// The names of the violated rules, told by a whole engine that commits nothing else than `plant`.
///
/// # Errors
/// Where the recipe does not load.
pub fn violated(rules: &[Rule], plant: Plant) -> Result<BTreeSet<String>, Error> {
    let report = engine(rules, "C", plant)?.run_reported(Turn { f0: plant.f0 });
    report.result?;
    let name = |rule: &str| rule.strip_prefix("domain.").unwrap_or(rule).to_owned();
    Ok(report.violations.iter().map(|violation| name(&violation.rule)).collect())
}

/// Ten thousand rules as text, the hundred for each of a hundred processes, and what they are checked against.
#[must_use]
pub fn ten_thousand(rules: &[Rule]) -> (SourceFile, Catalog) {
    let outputs: Vec<Access> = FIELDS
        .iter()
        .map(|field| Access { layer: Layer::Domain, path: leaked(format!("domain.{field}")), zone: Zone::Data })
        .collect();
    let outputs: &'static [Access] = outputs.leak();
    let process = |index: usize| {
        let name = leaked(format!("process_{index}"));
        let contract = Box::leak(Box::new(Contract { process: name, outputs, arguments: &[], ..Turn::CONTRACT }));
        ProcessEntry { contract, arguments: Vec::new(), local: Schema::empty(), gives: Gives::Nothing, errors: Vec::new() }
    };
    let catalog =
        Catalog { processes: (0..100).map(process).collect(), domain: Plant::schema(), global: Schema::empty() };
    let entries: String = rules.iter().map(|rule| entry(rule, "B")).collect();
    let list: String = (0..100).map(|index| format!("  process_{index}:\n    outputs:\n{entries}")).collect();
    (SourceFile::new("peers.yaml", format!("process_recipes:\n{list}")), catalog)
}

/// Contracts are constants everywhere else, so they have static names.
fn leaked(text: String) -> &'static str {
    text.leak()
}

/// Reads the text and checks it against the catalog.
///
/// # Errors
/// Where one of them refuses it.
pub fn load(file: SourceFile, catalog: &Catalog) -> Result<Recipe, Error> {
    Ok(Recipe::load(&Document::parse(file)?, catalog)?)
}
