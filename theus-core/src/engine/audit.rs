//! What an operator asks of a running engine: its records, its status, its recipe.

use std::convert::Infallible;
use std::path::Path;

use super::core::{Core, SharedEngine};
use super::error::ReloadError;
use super::handle::Engine;
use super::pipeline;
use crate::audit::{
    AuditRecord, EngineStatus, Excerpt, Explanation, NotTaken, Recipe, RecipeChange, RecipeChanges, log_warnings,
};
use crate::context::Context;
use crate::process::{Process, RunError};
use crate::source::{Document, LocatedProblem, SourceError, SourceFile};

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// What the audit has on record in memory, oldest first.
    #[must_use]
    pub fn audit_records(&self) -> Vec<AuditRecord> {
        self.core.shared.auditor.records()
    }

    /// The same, to be asked and verified.
    #[must_use]
    pub fn ledger(&self) -> Excerpt {
        self.core.shared.auditor.excerpt()
    }

    /// How the engine stands: its version, its interlock, its recipe, its records, its sinks. It waits for no run and for no
    /// sink, and can be asked from anywhere, from inside a body too.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Oven { temperature: f64 }
    /// let engine = Engine::builder(Oven::default()).session("oven 7").build()?;
    /// let status = engine.status();
    /// assert!(status.interlock.is_none() && status.recipe.is_none());
    /// assert_eq!((status.session.as_str(), status.version, status.records.count), ("oven 7", 0, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn status(&self) -> EngineStatus {
        let Core { shared, audit, bus, .. } = &*self.core;
        EngineStatus::of(&shared.auditor, audit.name(), self.core.shown_version(), bus.len() as u64)
    }

    /// What somebody should look at in the recipe in force: rules that can do nothing, templates that nothing uses, meanings
    /// that differ from the Python reference. Each has its code, file, line and column, and its `Display` draws the line.
    /// They are logged too, when the engine is built and when a recipe is reloaded. Without a recipe there are none.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Oven { temperature: f64, door: u8 }
    /// # #[process(outputs = [domain.temperature])]
    /// # fn record(ctx: Ctx<Oven>, value: f64) { ctx.domain.temperature.set(value); }
    /// let recipe = "process_recipes:
    ///   record:
    ///     outputs: [ { field: domain.door, max: 1 } ]
    /// ";
    /// let engine = Engine::builder(Oven::default()).process::<Record>().recipe("audit.yaml", recipe)?.build()?;
    /// let warning = &engine.recipe_warnings()[0];
    /// assert_eq!((warning.code, warning.file.as_str(), warning.line, warning.column), (Some("R101"), "audit.yaml", 3, 25));
    /// assert!(warning.to_string().starts_with("warning[R101]: no process writes domain.door: "));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn recipe_warnings(&self) -> Vec<LocatedProblem> {
        self.core.shared.auditor.recipe_warnings()
    }

    /// Takes another recipe from a file, between two runs: see [`reload_recipe`](Self::reload_recipe).
    ///
    /// # Errors
    /// As [`reload_recipe`](Self::reload_recipe).
    pub fn reload_recipe_file(&self, path: impl AsRef<Path>) -> Result<RecipeChange, ReloadError> {
        let path = path.as_ref();
        self.reload(&path.display().to_string(), SourceFile::read(path).map(|file| vec![file]))
    }

    /// Takes another recipe from several files, of which a later one overrides the earlier ones as in
    /// [`EngineBuilder::recipe_file`](crate::EngineBuilder::recipe_file): see [`reload_recipe`](Self::reload_recipe).
    ///
    /// # Errors
    /// As [`reload_recipe`](Self::reload_recipe), and [`ReloadError::NoFiles`] where there is no path: to take every rule
    /// away, reload `process_recipes: {}`.
    pub fn reload_recipe_files<P: AsRef<Path>>(
        &self,
        paths: impl IntoIterator<Item = P>,
    ) -> Result<RecipeChange, ReloadError> {
        let paths: Vec<P> = paths.into_iter().collect();
        let name = paths.iter().map(|path| path.as_ref().display().to_string()).collect::<Vec<_>>().join(", ");
        self.reload(&name, paths.into_iter().map(SourceFile::read).collect())
    }

    /// Takes another recipe, between two runs, in the place of all files of the one before; `name` is what errors and
    /// records call it. A run under way keeps the rules that it began with. A rule that is the same in both recipes keeps its
    /// counter. The change is a record, and so is that one was refused, with the reason. Its warnings are logged, and [`recipe_warnings`](Self::recipe_warnings) gives them.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Oven { temperature: f64 }
    /// # #[process(outputs = [domain.temperature])]
    /// # fn record(ctx: Ctx<Oven>, value: f64) { ctx.domain.temperature.set(value); }
    /// let at_most = |bound: u32| {
    ///     format!("process_recipes: {{ record: {{ outputs: [ {{ field: domain.temperature, max: {bound} }} ] }} }}")
    /// };
    /// let engine =
    ///     Engine::builder(Oven::default()).process::<Record>().recipe("audit.yaml", &at_most(90))?.build()?;
    /// assert!(engine.run(Record { value: 85.0 }).is_ok());
    ///
    /// let change = engine.reload_recipe("stricter.yaml", &at_most(80))?;
    /// assert_eq!(
    ///     change.changed[0],
    ///     "record output: domain.temperature max 90 (level B, acts at 1) -> 80 (level B, acts at 1)"
    /// );
    /// assert!(engine.run(Record { value: 85.0 }).is_err());
    ///
    /// assert!(engine.reload_recipe("broken.yaml", "process_recipes: { recrod: {} }").is_err());
    /// assert!(engine.run(Record { value: 85.0 }).is_err(), "what was in force stays so");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ReloadError`] where it is wrong, where a sink that must have the record of the change does not take it, and from
    /// inside a process or a sink of this engine. What was in force stays so.
    pub fn reload_recipe(&self, name: &str, text: &str) -> Result<RecipeChange, ReloadError> {
        self.reload(name, Ok(vec![SourceFile::new(name, text)]))
    }

    /// What the recipe of these files would change if it were [reloaded](Self::reload_recipe_files), rule by rule, for a
    /// review: what got stricter, what looser, what is new, what is gone. Nothing is loaded into the engine, counted or
    /// recorded. Without any file every rule is gone.
    ///
    /// # Errors
    /// [`SourceError`] where a file cannot be read or is wrong.
    pub fn compare_recipe_files<P: AsRef<Path>>(
        &self,
        paths: impl IntoIterator<Item = P>,
    ) -> Result<RecipeChanges, SourceError> {
        self.compare(paths.into_iter().map(SourceFile::read).collect::<Result<_, _>>()?)
    }

    /// The same for a text; `name` is what errors and changes call it.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Oven { temperature: f64 }
    /// # #[process(outputs = [domain.temperature])]
    /// # fn record(ctx: Ctx<Oven>, value: f64) { ctx.domain.temperature.set(value); }
    /// let at_most = |bound: u32| format!("invariants: [ {{ field: domain.temperature, max: {bound} }} ]");
    /// let engine = Engine::builder(Oven::default()).process::<Record>().recipe("old.yaml", &at_most(90))?.build()?;
    /// assert_eq!(
    ///     engine.compare_recipe("new.yaml", &at_most(80))?.to_string(),
    ///     "1 rule stricter, 0 looser, 0 otherwise changed, 0 new, 0 gone, 0 unchanged\n\n\
    ///      stricter  record, output gate: domain.temperature max\n          \
    ///      bound 90 -> 80\n          \
    ///      old.yaml:1:44 -> new.yaml:1:44\n"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`compare_recipe_files`](Self::compare_recipe_files).
    pub fn compare_recipe(&self, name: &str, text: &str) -> Result<RecipeChanges, SourceError> {
        self.compare(vec![SourceFile::new(name, text)])
    }

    fn compare(&self, files: Vec<SourceFile>) -> Result<RecipeChanges, SourceError> {
        let documents = files.into_iter().map(Document::parse).collect::<Result<Vec<_>, _>>()?;
        let new = Recipe::load_including(&documents, &self.core.shared.fragments, &self.catalog())?;
        Ok(Recipe::compare(&self.core.shared.auditor.recipe_in_force(), &new))
    }

    /// Reloads, and puts on record that it was refused and why, where it was.
    fn reload(&self, name: &str, files: Result<Vec<SourceFile>, SourceError>) -> Result<RecipeChange, ReloadError> {
        let changed = files.map_err(ReloadError::from).and_then(|files| self.try_reload(files));
        // That a change could not be put on record is on record already, as far as that goes.
        if let Err(error) = &changed
            && !matches!(error, ReloadError::Unrecorded { .. })
        {
            self.core.shared.auditor.recipe_was_refused(name, &error.to_string());
        }
        changed
    }

    fn try_reload(&self, files: Vec<SourceFile>) -> Result<RecipeChange, ReloadError> {
        // A pattern that matches no file must not take every rule away.
        if files.is_empty() {
            return Err(ReloadError::NoFiles);
        }
        // Everything that can be wrong with it is found before anything waits for it.
        let documents = files.into_iter().map(Document::parse).collect::<Result<Vec<_>, _>>()?;
        let name = Recipe::name_of(&documents);
        let recipe = Recipe::load_including(&documents, &self.core.shared.fragments, &self.catalog())?;
        let warnings = recipe.warnings().to_vec();
        // Only for those that hold the session: a run that has it under its lease has taken its rules.
        let state = self.core.hold_beside_lease("reload_recipe", None).map_err(|error| match error {
            RunError::Nested { .. } => ReloadError::Nested,
            error => ReloadError::Waiting(error),
        })?;
        let SharedEngine { auditor, rules, registry, .. } = &*self.core.shared;
        let version = auditor.own_version(self.core.audit.name(), state.version());
        let replaced = auditor.replace(recipe, &name, version, |recipe| rules.change(registry.rules(recipe)));
        let change = replaced.map_err(|error| match error {
            NotTaken::Unrecorded { sink, reason } => ReloadError::Unrecorded { sink, reason },
            NotTaken::InsideASink => ReloadError::Nested,
        })?;
        // Told of what is in force, and outside of every lock: a subscriber is user code.
        drop(state);
        log_warnings(&warnings);
        Ok(change)
    }

    /// Which rules would be checked for a command, in what order, with their counters, and what they would say to the
    /// values as they are now: arguments, global, and the committed domain. What rules at the output gate would say to what
    /// the process writes is known only in the run. Nothing is run, counted or recorded.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Oven { temperature: f64 }
    /// # #[process(outputs = [domain.temperature])]
    /// # fn record(ctx: Ctx<Oven>, value: f64) { ctx.domain.temperature.set(value); }
    /// let recipe = "process_recipes:
    ///   record:
    ///     inputs: [ { field: value, max: 100, level: A } ]
    ///     outputs: [ { field: domain.temperature, max: 90, level: S, max_threshold: 3 } ]
    /// ";
    /// let engine = Engine::builder(Oven::default()).process::<Record>().recipe("audit.yaml", recipe)?.build()?;
    /// assert_eq!(
    ///     engine.explain(&Record { value: 120.0 })?.to_string(),
    ///     "\
    /// `record` at version 0: 2 rules
    /// gate    rule                       level  count                  value  would be          where
    /// input   value max 100              A      0 of 1                 120.0  aborted           audit.yaml:3:31
    /// output  domain.temperature max 90  S      0 of 3 (warns from 1)  0.0    known in the run  audit.yaml:4:45"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`RunError::Unregistered`], [`RunError::Nested`] from inside a body, and [`RunError::Panicked`] where a computed
    /// property panics, as a run would; [`RunError::TimedOut`] and [`RunError::Deadlock`] as for a run.
    pub fn explain<P>(&self, command: &P) -> Result<Explanation, RunError<Infallible>>
    where
        P: Process<Domain = D, Global = G, Effects = E>,
    {
        pipeline::explain(&self.core, command, None)
    }
}
