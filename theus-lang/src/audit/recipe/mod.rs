//! Recipes: YAML resolved against the processes and contexts of an engine.

mod against;
mod alarm;
mod apply;
mod as_written;
mod atom;
mod bound;
mod catalog;
mod check;
mod code;
mod compare;
mod entries;
mod find;
mod foreign;
mod include;
mod inherit;
mod interval;
mod item;
mod known;
mod list_files;
mod model;
mod named_limits;
mod number;
mod of_process;
mod over_time;
mod parse;
mod path;
mod patterns;
mod per;
mod properties;
mod python;
mod refused;
mod resolve;
mod set;
mod steps;
mod that;
mod touch;
mod units;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::source::{Document, Fragment, LocatedProblem, Locator, Position, SourceError};
use as_written::AsWritten;
use include::{Names, Sources};
use list_files::ListFiles;
use model::Written;
use named_limits::{Limits, Unknown};
use python::Dialect;

pub use catalog::{Catalog, ProcessEntry};
pub use compare::{ChangeKind, RecipeChanges, RuleChange, RuleSettings};
#[doc(hidden)]
pub use list_files::list_files;
pub use of_process::ProcessRules;

/// The compiled rules of one or several recipe files, by process.
///
/// ```
/// use theus_core::audit::{Catalog, Gate, ProcessEntry, Recipe};
/// use theus_core::context::{Schema, Shape};
/// use theus_core::process::{Argument, Contract, Gives};
/// use theus_core::source::{Document, SourceFile};
///
/// static FILL: Contract = Contract {
///     process: "fill", inputs: &[], outputs: &[], effects: &[], messages: &[], errors: &[],
///     arguments: &[Argument { name: "litres", type_name: "f64", redact: false }], local: None,
///     is_async: false, is_blocking: false,
/// };
/// let (arguments, local) = (vec![Shape::Float64], Schema::empty());
/// let fill = ProcessEntry { contract: &FILL, arguments, local, gives: Gives::Nothing, errors: Vec::new() };
/// let catalog = Catalog { processes: vec![fill], domain: Schema::empty(), global: Schema::empty() };
///
/// let yaml = "process_recipes:\n  fill:\n    inputs:\n      - { field: litres, min: 0, level: A }\n";
/// let document = Document::parse(SourceFile::new("audit.yaml", yaml))?;
/// let recipe = Recipe::load(&document, &catalog)?;
/// let rules = recipe.rules("fill").map(|rules| rules.rules(Gate::Input).len());
/// assert_eq!(rules, Some(1));
/// # Ok::<(), theus_core::source::SourceError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Recipe {
    processes: BTreeMap<&'static str, ProcessRules>,
    warnings: Vec<LocatedProblem>,
}

impl Recipe {
    /// Resolves every rule of a recipe file.
    ///
    /// # Errors
    /// [`SourceError`] with every problem of the file: unknown keys, processes, templates, fields, conditions and levels, values
    /// of the wrong type, rules that could never pass or never fail, and a file without recipes.
    pub fn load(document: &Document, catalog: &Catalog) -> Result<Self, SourceError> {
        Self::load_all(std::slice::from_ref(document), catalog)
    }

    /// Resolves every rule of several files, merged in their order: for each process the rules of a later file take the place
    /// of earlier ones with the same gate, field and condition. Templates of one file can be inherited in another.
    ///
    /// # Errors
    /// As [`load`](Self::load); each problem names its own file.
    pub fn load_all(documents: &[Document], catalog: &Catalog) -> Result<Self, SourceError> {
        Self::load_including(documents, &[], catalog)
    }

    /// The same, where the files can include these fragments: each is read as a file that stands before the one that includes it.
    ///
    /// # Errors
    /// As [`load`](Self::load); a problem of a fragment names the fragment, and says where it is included.
    pub fn load_including(files: &[Document], fragments: &[Fragment], catalog: &Catalog) -> Result<Self, SourceError> {
        let mut problems = Vec::new();
        let sources = Sources::gather(files, fragments, catalog, &mut problems)?;
        let documents = &sources.documents;
        let given = (0..files.len()).map(|index| (documents[index].root(), sources.path(index)));
        let limits = Limits::gather(given, &mut problems);
        let (mut unknown, mut list_files) = (Unknown::default(), ListFiles::default());
        let mut read = Vec::with_capacity(documents.len());
        for ((index, document), included) in (0..).zip(documents).zip(&sources.included) {
            let (mut dialect, here) = (Dialect::default(), sources.path(index));
            let root = python::respelt(document.root(), &mut dialect);
            let (root, names) = match included {
                None => (limits.put_in(root, &here, &mut unknown), Names::default()),
                Some(included) => {
                    // Its limits are its own: two fragments may call theirs alike.
                    let settings = included.settings.as_ref().map(|(value, at)| (value, at.clone()));
                    let moved = included.place.put_in(root);
                    let own = [(&*moved, here.clone())].into_iter().chain(settings);
                    let limits = Limits::gather(own, &mut problems);
                    let root = limits.put_in(Cow::Borrowed(&moved), &here, &mut unknown).into_owned();
                    limits.tell_unused(&mut problems);
                    (Cow::Owned(root), included.place.names(document.root()))
                }
            };
            read.push((list_files.put_in(root, &here, document.file()), names, here, dialect));
        }
        limits.tell_unused(&mut problems);
        let mut dialects: Vec<_> = read.iter_mut().map(|(_, _, _, dialect)| std::mem::take(dialect)).collect();
        let mut written = Written { files: files.len(), ..Written::default() };
        for index in &sources.order {
            let (Some((root, names, here, _)), Some(dialect)) = (read.get(*index), dialects.get_mut(*index)) else {
                continue;
            };
            let is_alone = *index >= files.len() || files.len() == 1;
            let dialect = std::mem::take(dialect);
            parse::file((root, names, is_alone), here, catalog, dialect, &mut written, &mut problems);
        }
        let lists = inherit::flatten(&written, catalog, &mut problems);
        item::told_apart(&lists, &mut problems);
        let locator = Locator::new(documents);
        let mut drafts = resolve::rules(&lists, catalog, &AsWritten::of(&lists, &locator), &mut problems);
        resolve::unused_templates(&written.definitions, catalog, &mut problems);
        check::whole(&written, &lists, &drafts, catalog, &mut problems);
        unknown.tell(&mut problems);
        list_files.tell(&mut problems);
        let (error, warnings) = locator.judge(problems);
        if let Some(error) = error {
            return Err(error);
        }
        // Every record of a violation names the line of its rule.
        let mut positions = locator.positions(drafts.iter().flat_map(|draft| &draft.places)).into_iter();
        let mut processes = BTreeMap::new();
        for draft in &mut drafts {
            for (rule, (name, at)) in draft.rules.iter_mut().zip(positions.by_ref()) {
                rule.source = source(name, at);
            }
            let rules = std::mem::take(&mut draft.rules);
            if !rules.is_empty() {
                processes.insert(draft.contract.process, ProcessRules::new(draft.contract.process, rules));
            }
        }
        Ok(Self { processes, warnings })
    }

    /// What somebody should look at, in the order of the files: rules that can do nothing, templates that nothing uses,
    /// meanings that differ from the Python reference. Each has a code and a position, and its `Display` draws it.
    #[must_use]
    pub fn warnings(&self) -> &[LocatedProblem] {
        &self.warnings
    }

    /// What a recipe of these files is called: the first file, then those that override it.
    #[must_use]
    pub fn name_of(documents: &[Document]) -> String {
        documents.iter().map(|document| document.file().name()).collect::<Vec<_>>().join(" + ")
    }

    /// What a new recipe changes, rule by rule: what got stricter, what looser, what is new, what is gone.
    #[must_use]
    pub fn compare(old: &Self, new: &Self) -> RecipeChanges {
        RecipeChanges::between(old, new)
    }

    /// The rules of a process, if it has any.
    #[must_use]
    pub fn rules(&self, process: &str) -> Option<&ProcessRules> {
        self.processes.get(process)
    }

    /// Every process that has rules, in the order of their names.
    pub fn processes(&self) -> impl Iterator<Item = &ProcessRules> {
        self.processes.values()
    }
}

/// `file:line:column`
fn source(name: &str, at: Position) -> String {
    let mut source = String::with_capacity(name.len() + 16);
    source.push_str(name);
    for number in [at.line, at.column] {
        source.push(':');
        push_number(&mut source, number);
    }
    source
}

/// There is a source for each rule: it is not worth the machinery of formats.
fn push_number(text: &mut String, number: usize) {
    if number >= 10 {
        push_number(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
