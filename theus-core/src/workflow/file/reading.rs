//! A workflow file being read.

use std::collections::BTreeMap;

use super::Catalog;
use super::code;
use super::findings::Findings;
use super::outline::Outline;
use super::python::Python;
use super::sites::Sites;
use crate::audit::ProcessEntry;
use crate::context::Shape;
use crate::source::{Document, NodePath, Problem};
use crate::workflow::condition::{Expression, Scope};
use crate::workflow::sources::Sources;

/// What was found so far, and the names that may be used.
pub(super) struct Reading<'a> {
    pub(super) document: &'a Document,
    pub(super) catalog: &'a Catalog,
    pub(super) findings: Findings,
    pub(super) sites: Sites,
    pub(super) sources: Sources<'a>,
    pub(super) processes: BTreeMap<&'static str, &'a ProcessEntry>,
    pub(super) outline: Outline<'a>,
    pub(super) python: Python,
    /// Words that YAML 1.1 reads otherwise, unless they are in quotes.
    pub(super) yaml_words: Vec<(String, NodePath)>,
    /// The elements of the loops around what is being read.
    pub(super) items: Vec<(&'a str, Shape)>,
    /// Whether an event is being handled where what is being read is used.
    pub(super) has_event: bool,
}

impl<'a> Reading<'a> {
    pub(super) fn new(document: &'a Document, catalog: &'a Catalog, signals: &'a [String]) -> Self {
        let mut sources = Sources::new(signals);
        for event in catalog.external.iter().filter(|event| !event.is_builtin()) {
            sources.add_external(event.clone());
        }
        Self {
            document,
            catalog,
            findings: Findings::default(),
            sites: Sites::new(document.file().name()),
            sources,
            processes: catalog.processes.iter().map(|entry| (entry.contract.process, entry)).collect(),
            outline: Outline::default(),
            python: Python::default(),
            yaml_words: Vec::new(),
            items: Vec::new(),
            has_event: true,
        }
    }

    /// An expression of the file.
    pub(super) fn expression(&mut self, text: &str, at: &NodePath) -> Option<Expression> {
        let (domain, global) = (&self.catalog.domain, &self.catalog.global);
        let payload = self.has_event.then_some(&Shape::Opaque);
        let compiled = Expression::compile(text, &Scope { domain, global, payload, items: &self.items });
        match compiled {
            Ok(expression) => Some(expression),
            Err(wrong) => {
                self.findings.error(code::EXPRESSION, || {
                    let problem = Problem::new(at.clone(), wrong.message).within(text, wrong.span);
                    problem.help(wrong.help.unwrap_or_default())
                });
                None
            }
        }
    }

    /// An expression that is true or false.
    pub(super) fn condition(&mut self, value: &serde_yaml::Value, at: &NodePath, what: &str) -> Option<Expression> {
        let text = match value {
            // `when: true` is what it looks like.
            serde_yaml::Value::Bool(value) => value.to_string(),
            _ => self.findings.text(value, at, what, "an expression such as \"domain.total > 100\"")?.to_owned(),
        };
        let expression = self.expression(&self.python.condition(&text), at)?;
        let shape = expression.shape();
        if !matches!(shape.clone().seen_through(), Shape::Bool | Shape::Opaque) {
            let shape = shape.to_string();
            self.findings.error(code::EXPRESSION_FIT, || {
                Problem::new(at.clone(), format!("{what} must be true or false"))
                    .label(format!("this gives {shape}"))
                    .help("compare it with something")
            });
            return None;
        }
        Some(expression)
    }
}
