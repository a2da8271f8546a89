//! Recipes: YAML resolved against the processes and contexts of an engine.

mod bound;
mod find;
mod inherit;
mod model;
mod number;
mod parse;
mod path;
mod resolve;
mod set;
mod steps;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::judge::ProcessRules;
use super::rule::Rule;
use crate::context::{Schema, Shape};
use crate::process::Contract;
use crate::source::{Document, NodePath, Problem, SourceError};

/// What recipes are checked against: the processes of an engine and the schemas of its contexts.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// The processes.
    pub processes: Vec<ProcessEntry>,
    /// The schema of the domain.
    pub domain: Schema,
    /// The schema of the global context.
    pub global: Schema,
}

/// What recipes are checked against, of one process.
#[derive(Clone, Debug)]
pub struct ProcessEntry {
    /// Its contract.
    pub contract: &'static Contract,
    /// The shapes of its arguments, in the order of the contract.
    pub arguments: Vec<Shape>,
    /// The schema of its local scratch; [`Schema::empty`] without one.
    pub local: Schema,
}

/// The compiled rules of a recipe file, by process.
///
/// ```
/// use theus_core::audit::{Catalog, Gate, ProcessEntry, Recipe};
/// use theus_core::context::{Schema, Shape};
/// use theus_core::process::{Argument, Contract};
/// use theus_core::source::{Document, SourceFile};
///
/// static FILL: Contract = Contract {
///     process: "fill", inputs: &[], outputs: &[], effects: &[], errors: &[],
///     arguments: &[Argument { name: "litres", type_name: "f64" }], local: None, is_async: false,
/// };
/// let fill = ProcessEntry { contract: &FILL, arguments: vec![Shape::Float64], local: Schema::empty() };
/// let catalog = Catalog { processes: vec![fill], domain: Schema::empty(), global: Schema::empty() };
///
/// let yaml = "process_recipes:\n  fill:\n    inputs:\n      - { field: litres, min: 0, level: A }\n";
/// let document = Document::parse(SourceFile::new("audit.yaml", yaml))?;
/// let recipe = Recipe::load(&document, &catalog)?;
/// let rules = recipe.rules("fill").map(|rules| rules.rules(Gate::Input).len());
/// assert_eq!(rules, Some(1));
/// # Ok::<(), theus_core::source::SourceError>(())
/// ```
///
/// It is no `Clone`: its rules hold the counters, which belong to one auditor.
#[derive(Debug, Default)]
pub struct Recipe {
    processes: BTreeMap<&'static str, Arc<ProcessRules>>,
}

impl Recipe {
    /// Resolves every rule of a recipe file.
    ///
    /// # Errors
    /// [`SourceError`] with every problem of the file: unknown keys, processes, templates, fields, conditions and levels, values
    /// of the wrong type, rules that could never pass or never fail, and a file without recipes.
    pub fn load(document: &Document, catalog: &Catalog) -> Result<Self, SourceError> {
        let mut problems = Vec::new();
        let definitions = parse::definitions(document.root(), catalog, &mut problems);
        let lists = inherit::flatten(&definitions, &mut problems);
        let mut drafts = resolve::rules(&lists, catalog, &mut problems);
        resolve::unused_templates(&definitions, catalog, &mut problems);
        if !problems.is_empty() {
            return Err(document.error(problems));
        }
        // The one marked parse of a good file: every record of a violation names the line of its rule.
        let positions = document.positions(drafts.iter().flat_map(|draft| &draft.places));
        let mut positions = positions.into_iter();
        let mut processes = BTreeMap::new();
        for draft in &mut drafts {
            for (rule, at) in draft.rules.iter_mut().zip(positions.by_ref()) {
                rule.source = format!("{}:{}:{}", document.file().name(), at.line, at.column);
            }
            let rules = std::mem::take(&mut draft.rules);
            processes.insert(draft.process, Arc::new(ProcessRules::new(draft.process, rules)));
        }
        Ok(Self { processes })
    }

    /// The rules of a process, if it has any.
    #[must_use]
    pub fn rules(&self, process: &str) -> Option<Arc<ProcessRules>> {
        self.processes.get(process).map(Arc::clone)
    }

    /// The rules themselves, as long as nobody else has them.
    pub(super) fn rules_mut(&mut self) -> impl Iterator<Item = &mut Rule> {
        self.processes.values_mut().filter_map(Arc::get_mut).flat_map(ProcessRules::rules_mut)
    }

    /// Every process that has rules, in the order of their names.
    pub fn processes(&self) -> impl Iterator<Item = &Arc<ProcessRules>> {
        self.processes.values()
    }
}

/// What every step adds to.
type Problems = Vec<Problem>;

/// The nodes of rules, to be located.
type Places = Vec<NodePath>;

#[cfg(test)]
pub(super) mod fixture;
#[cfg(test)]
mod tests;
