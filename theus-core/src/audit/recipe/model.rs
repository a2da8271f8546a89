//! A recipe file as it is written: before inheritance, and before any name is looked up.

use serde_yaml::Value;

use super::super::condition::Test;
use super::super::gate::Gate;
use super::super::level::Level;
use crate::source::NodePath;

/// The entries of one process or template.
pub(super) struct Definition<'a> {
    pub(super) name: &'a str,
    pub(super) at: NodePath,
    /// The names of templates, and where they stand.
    pub(super) inherits: Vec<(&'a str, NodePath)>,
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

/// One entry: conditions on one field at one gate.
pub(super) struct Entry<'a> {
    pub(super) gate: Gate,
    pub(super) at: NodePath,
    pub(super) field: &'a str,
    pub(super) conditions: Vec<Bound<'a>>,
    pub(super) level: Level,
    pub(super) min_threshold: u32,
    pub(super) max_threshold: u32,
    pub(super) reset_on_success: bool,
    pub(super) message: Option<&'a str>,
}

impl Entry<'_> {
    pub(super) fn field_at(&self) -> NodePath {
        self.at.key("field")
    }
}

/// One condition of an entry: its test and the value that bounds it.
pub(super) struct Bound<'a> {
    pub(super) test: Test,
    pub(super) value: &'a Value,
}
