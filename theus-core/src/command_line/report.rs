//! What `check` found, for people and for programs.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;

use super::diagnostic::Diagnostic;
use super::kind::Kind;
use super::outcome::{ERRORS, WARNINGS};
use crate::source::{Severity, SourceError};
use crate::workflow::chart::Definition;
use crate::workflow::chart::StateId;
use crate::workflow::{Deferral, SagaExit};

/// What was found in some files.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// The files, in the order in which they were given, and what each of them is.
    pub(super) files: Vec<(String, Option<Kind>)>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// How many errors there are beyond those that were kept.
    omitted: usize,
    /// What becomes of each saga, on each way out of it.
    pub(super) sagas: Vec<Saga>,
    /// What states defer.
    pub(super) deferrals: Vec<Deferred>,
}

/// An event that a state defers, and which states take it.
#[derive(Debug, Serialize)]
pub(super) struct Deferred {
    workflow: String,
    state: String,
    event: String,
    taken_by: Vec<String>,
}

/// What becomes of a saga, on a way out of it.
#[derive(Debug, Serialize)]
pub(super) struct Saga {
    workflow: String,
    saga: String,
    by: String,
    to: String,
    undoes: bool,
}

#[derive(Serialize)]
struct Json<'a> {
    files: Vec<File<'a>>,
    errors: usize,
    warnings: usize,
    problems: &'a [Diagnostic],
    #[serde(skip_serializing_if = "<[Saga]>::is_empty")]
    sagas: &'a [Saga],
    #[serde(skip_serializing_if = "<[Deferred]>::is_empty")]
    deferrals: &'a [Deferred],
}

#[derive(Serialize)]
struct File<'a> {
    file: &'a str,
    kind: Option<Kind>,
}

impl Report {
    /// A file was refused.
    pub(super) fn refused(&mut self, error: &SourceError) {
        self.diagnostics.extend(error.problems().iter().map(Diagnostic::from));
        self.omitted += error.omitted();
    }

    /// What a workflow does with its sagas.
    pub(super) fn sagas_of(&mut self, definition: &Definition) {
        let name = |state| definition.state(state).map(|state| state.name.clone()).unwrap_or_default();
        let workflow = definition.name();
        self.sagas.extend(definition.saga_exits().into_iter().map(|SagaExit { saga, by, to, undoes }| Saga {
            workflow: workflow.to_owned(),
            saga: name(saga),
            by: if by.is_empty() { "always".to_owned() } else { by },
            to: name(to),
            undoes,
        }));
    }

    /// What the states of a workflow defer.
    pub(super) fn deferrals_of(&mut self, definition: &Definition) {
        let name = |state: StateId| definition.state(state).map(|state| state.name.clone()).unwrap_or_default();
        let workflow = definition.name();
        self.deferrals.extend(definition.deferrals().into_iter().map(|Deferral { state, event, taken_by }| Deferred {
            workflow: workflow.to_owned(),
            state: name(state),
            event: event.to_string(),
            taken_by: taken_by.into_iter().map(name).collect(),
        }));
    }

    /// Puts what was found into the order of the files; of one file it stays in its order.
    pub(super) fn in_order(&mut self) {
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (place, (name, _)) in self.files.iter().enumerate() {
            places.entry(name).or_insert(place);
        }
        self.diagnostics.sort_by_key(|diagnostic| places.get(diagnostic.file.as_str()).copied());
    }

    fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }

    fn errors(&self) -> usize {
        self.count(Severity::Error) + self.omitted
    }

    fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    /// The exit code.
    pub(super) fn code(&self) -> u8 {
        match (self.errors(), self.warnings()) {
            (0, 0) => 0,
            (0, _) => WARNINGS,
            _ => ERRORS,
        }
    }

    /// The problems as they are drawn, and a line that sums up.
    pub(super) fn as_text(&self, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<()> {
        self.draw(err)?;
        for Saga { workflow, saga, by, to, undoes } in &self.sagas {
            let ends = if *undoes { "undone" } else { "stays" };
            writeln!(out, "{workflow}: saga {saga}: {by} -> {to}: {ends}")?;
        }
        for Deferred { workflow, state, event, taken_by } in &self.deferrals {
            writeln!(out, "{workflow}: {state} defers {event}, for {}", taken_by.join(", "))?;
        }
        writeln!(out, "{}", self.summary())
    }

    /// The problems as they are drawn.
    pub(super) fn draw(&self, err: &mut dyn Write) -> io::Result<()> {
        for diagnostic in &self.diagnostics {
            writeln!(err, "{}\n", diagnostic.drawn)?;
        }
        if self.omitted > 0 {
            writeln!(err, "… and {} more\n", self.omitted)?;
        }
        Ok(())
    }

    /// One object in one line.
    pub(super) fn as_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let files = self.files.iter().map(|(file, kind)| File { file, kind: *kind }).collect();
        let json = Json {
            files,
            errors: self.errors(),
            warnings: self.warnings(),
            problems: &self.diagnostics,
            sagas: &self.sagas,
            deferrals: &self.deferrals,
        };
        writeln!(out, "{}", serde_json::to_string(&json)?)
    }

    /// As in `checked 1 recipe of 2 layers and 1 workflow: no errors, 1 warning`.
    fn summary(&self) -> String {
        let of = |kind: Option<Kind>| self.files.iter().filter(|(_, of)| *of == kind).count();
        let mut checked = Vec::new();
        match of(Some(Kind::Recipe)) {
            0 => {}
            1 => checked.push("1 recipe".to_owned()),
            layers => checked.push(format!("1 recipe of {layers} layers")),
        }
        if of(Some(Kind::Workflow)) > 0 {
            checked.push(counted(of(Some(Kind::Workflow)), "workflow"));
        }
        if of(None) > 0 {
            checked.push(format!("{} of no kind", counted(of(None), "file")));
        }
        let checked = match &checked[..] {
            [first, middle, last] => format!("{first}, {middle} and {last}"),
            other => other.join(" and "),
        };
        let (errors, warnings) = (counted(self.errors(), "error"), counted(self.warnings(), "warning"));
        format!("checked {checked}: {errors}, {warnings}")
    }
}

fn counted(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        many => format!("{many} {what}s"),
    }
}
