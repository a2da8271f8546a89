//! A recipe file as it is written: before inheritance, and before any name is looked up.

use std::time::Duration;

use super::super::about::About;
use super::super::condition::Operator;
use super::super::counting::{Across, Window};
use super::super::message::Message;
use crate::audit::Level;
use crate::source::{NodePath, Value};
use theus_model::audit::Gate;

/// The name under which rules for all processes stand.
pub(super) const EVERY: &str = "*";

/// What one or several files say, in their order.
#[derive(Default)]
pub(super) struct Written<'a> {
    pub(super) definitions: Vec<Definition<'a>>,
    pub(super) invariants: Vec<Invariant<'a>>,
    /// How many conditions they have.
    pub(super) bounds: u32,
    /// How many of what was read are files; what comes behind is fragments.
    pub(super) files: usize,
}

/// The entries of one process or template, or of all processes.
pub(super) struct Definition<'a> {
    pub(super) name: &'a str,
    pub(super) at: NodePath,
    /// The names of templates, and where they stand.
    pub(super) inherits: Vec<(&'a str, NodePath)>,
    pub(super) effects: Option<Declared<'a>>,
    pub(super) errors: Option<Declared<'a>>,
    pub(super) entries: Vec<Entry<'a>>,
}

impl Definition<'_> {
    pub(super) fn is_template(&self) -> bool {
        is_template(self.name)
    }
}

/// A template is a name with a leading underscore.
pub(super) fn is_template(name: &str) -> bool {
    name.starts_with('_')
}

/// Names of effects or errors that a process is allowed.
pub(super) struct Declared<'a> {
    pub(super) at: NodePath,
    pub(super) names: Vec<(&'a str, NodePath)>,
}

/// A rule on the domain, whichever process writes it.
pub(super) struct Invariant<'a> {
    pub(super) entry: Entry<'a>,
    /// Whether it is checked after every process, also after those that do not write it.
    pub(super) after_all: bool,
}

/// One entry: conditions on one field at one gate.
pub(super) struct Entry<'a> {
    pub(super) gate: Gate,
    pub(super) at: NodePath,
    /// The path that it is on; of a condition on several values, its text.
    pub(super) field: &'a str,
    /// Where it is judged at all.
    pub(super) when: Option<&'a str>,
    /// What it says of itself for people.
    pub(super) about: Option<Box<About>>,
    pub(super) conditions: Vec<Bound<'a>>,
    pub(super) level: Level,
    pub(super) min_threshold: u32,
    pub(super) max_threshold: u32,
    pub(super) reset_on_success: bool,
    pub(super) where_present: bool,
    pub(super) counted: Counted<'a>,
    /// What makes an alarm of it.
    pub(super) alarm: Option<Alarmed<'a>>,
    pub(super) message: Option<Message>,
}

impl Entry<'_> {
    /// Whether it is a condition on several values, which names them itself.
    pub(super) fn is_that(&self) -> bool {
        self.conditions.first().is_some_and(|bound| bound.test == Operator::That)
    }

    /// Whether it is about the runs of its process, and not about a value.
    pub(super) fn is_missing(&self) -> bool {
        self.conditions.first().is_some_and(|bound| bound.test == Operator::Missing)
    }

    /// What it is called.
    pub(super) fn id(&self) -> Option<&str> {
        self.about.as_ref()?.id.as_deref()
    }

    /// In what its field is measured.
    pub(super) fn unit(&self) -> Option<&str> {
        self.about.as_ref()?.unit.as_deref()
    }

    /// Where it says what it is about.
    pub(super) fn field_at(&self) -> NodePath {
        self.at.key(match self.conditions.first().map(|bound| bound.test) {
            Some(test @ (Operator::That | Operator::Missing)) => test.as_str(),
            _ => "field",
        })
    }
}

/// What its threshold counts together.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Counted<'a> {
    pub(super) window: Window,
    pub(super) across: Across,
    /// The path of a value.
    pub(super) per: Option<&'a str>,
}

/// What makes an alarm of it.
#[derive(Clone, Copy)]
pub(super) struct Alarmed<'a> {
    /// Read where the type of the field is known.
    pub(super) deadband: Option<&'a Value>,
    /// Nothing where not said.
    pub(super) on_delay: Duration,
    pub(super) off_delay: Duration,
    pub(super) latched: bool,
}

/// One condition of an entry: its test and the value that bounds it.
pub(super) struct Bound<'a> {
    pub(super) test: Operator,
    pub(super) value: &'a Value,
    /// The how-manieth of all files it is, from 0 on.
    pub(super) number: u32,
}

/// What the entries of a file are where they do not say otherwise.
#[derive(Clone, Copy, Default)]
pub(super) struct Defaults {
    pub(super) level: Option<Level>,
    pub(super) min_threshold: Option<u32>,
    pub(super) max_threshold: Option<u32>,
    pub(super) reset_on_success: Option<bool>,
}
