//! A workflow file being read.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::Catalog;
use super::code;
use super::diagnostics::Diagnostics;
use super::include::Whole;
use super::outline::Outline;
use super::python::Python;
use super::sites::Sites;
use super::sources::Sources;
use crate::audit::ProcessEntry;
use crate::condition::{Expression, ExpressionProblem, Scope};
use crate::context::Shape;
use crate::signal::EventName;
use crate::source::{NodePath, Problem, Value};
use crate::workflow::chart::StateId;

/// What was found so far, and the names that may be used.
pub(super) struct Reading<'a> {
    pub(super) whole: &'a Whole,
    pub(super) catalog: &'a Catalog,
    pub(super) diagnostics: Diagnostics,
    pub(super) sites: Sites,
    pub(super) sources: Sources<'a>,
    pub(super) processes: BTreeMap<&'static str, &'a ProcessEntry>,
    pub(super) outline: Outline<'a>,
    pub(super) python: Python,
    /// Words that YAML 1.1 reads otherwise, unless they are in quotes.
    pub(super) yaml_words: Vec<(String, NodePath)>,
    /// The state whose parts are being read.
    pub(super) own: Option<StateId>,
    /// The elements of the loops around what is being read.
    pub(super) items: Vec<(&'a str, Shape)>,
    /// The paths of all fields, once they were asked for.
    pub(super) paths: OnceCell<BTreeSet<String>>,
    /// Whether an event is being handled where what is being read is used.
    pub(super) has_event: bool,
    /// How much the states that were read invoke.
    pub(super) invoked: usize,
    /// What it brings.
    pub(super) event: Shape,
    /// What the work brings whose `done` is being read.
    pub(super) done: Option<Shape>,
    /// Whether an expression has looked at what an event brings, since this was put back.
    pub(super) looks_at_event: bool,
    /// Whether what is being read is of a way that has an event of its own.
    pub(super) has_own_event: bool,
    /// Whether an expression looks at what an event has brought that came before: those of entries, of `always`, of results.
    pub(super) looks_back: bool,
}

impl<'a> Reading<'a> {
    pub(super) fn new(whole: &'a Whole, catalog: &'a Catalog, signals: &'a [(String, EventName)]) -> Self {
        let mut sources = Sources::new(signals);
        for event in catalog.external.iter().filter(|event| !event.is_builtin()) {
            sources.add_external(event.clone());
        }
        Self {
            whole,
            catalog,
            diagnostics: Diagnostics::default(),
            sites: Sites::new(&whole.documents),
            sources,
            processes: catalog.processes.iter().map(|entry| (entry.contract.process, entry)).collect(),
            outline: Outline::default(),
            python: Python::default(),
            yaml_words: Vec::new(),
            own: None,
            items: Vec::new(),
            paths: OnceCell::new(),
            has_event: true,
            invoked: 0,
            event: Shape::Opaque,
            done: None,
            looks_at_event: false,
            has_own_event: false,
            looks_back: false,
        }
    }

    /// An expression of the file.
    pub(super) fn expression(&mut self, text: &str, at: &NodePath) -> Option<Expression> {
        let text = &*self.meant_by(text, at);
        let compiled = Expression::compile_in(text, &self.scope(), &self.outline);
        self.note_looks(compiled.as_ref().is_ok_and(Expression::reads_event));
        compiled.map_err(|wrong| self.wrong(code::EXPRESSION, text, at, wrong)).ok()
    }

    /// An expression that is true or false.
    pub(super) fn condition(&mut self, value: &Value, at: &NodePath, what: &str) -> Option<Expression> {
        let text = match value {
            // `when: true` is what it looks like.
            Value::Bool(value) => value.to_string(),
            _ => self.diagnostics.text(value, at, what, "an expression such as \"domain.total > 100\"")?.to_owned(),
        };
        let text = self.python.condition(super::inside::inside(&text).unwrap_or(&text)).into_owned();
        let text = self.meant_by(&text, at);
        let compiled = Expression::compile_condition_in(&text, &self.scope(), &self.outline);
        self.note_looks(compiled.as_ref().is_ok_and(Expression::reads_event));
        let wrong = match compiled {
            Ok(expression) => return Some(expression),
            Err(wrong) => wrong,
        };
        // What is fine as an expression only does not fit here.
        let fits_elsewhere = Expression::compile_in(&text, &self.scope(), &self.outline).is_ok();
        self.wrong(if fits_elsewhere { code::EXPRESSION_FIT } else { code::EXPRESSION }, &text, at, wrong);
        None
    }

    /// An expression as it is in the program, where a fragment writes it.
    pub(super) fn meant_by<'t>(&self, text: &'t str, at: &NodePath) -> Cow<'t, str> {
        self.whole.part(at).map_or(Cow::Borrowed(text), |part| part.expression(text, &self.outline))
    }

    const fn note_looks(&mut self, at_event: bool) {
        self.looks_at_event |= at_event;
        self.looks_back |= at_event && !self.has_own_event;
    }

    pub(super) fn scope(&self) -> Scope<'_> {
        let (domain, global) = (&self.catalog.domain, &self.catalog.global);
        Scope { domain, global, payload: self.has_event.then_some(&self.event), items: &self.items }
    }

    fn wrong(&mut self, code: &'static str, text: &str, at: &NodePath, wrong: ExpressionProblem) {
        self.diagnostics.error(code, || {
            let problem = Problem::new(at.clone(), wrong.message).within(text, wrong.span);
            problem.help(wrong.help.unwrap_or_default())
        });
    }
}
