//! Whether a file is a recipe or a workflow: told by its keys.

use crate::source::{Document, NodePath, Problem, SourceError, Value, nearest};
use serde::Serialize;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Recipe,
    Workflow,
}

/// The keys that only one kind of file has.
const MARKS: [(&str, Kind); 11] = [
    ("process_recipes", Kind::Recipe),
    ("invariants", Kind::Recipe),
    ("defaults", Kind::Recipe),
    ("states", Kind::Workflow),
    ("steps", Kind::Workflow),
    ("initial", Kind::Workflow),
    ("external", Kind::Workflow),
    ("initialised", Kind::Workflow),
    ("transitions", Kind::Workflow),
    ("strict", Kind::Workflow),
    ("limit", Kind::Workflow),
];

/// What the file is; where its keys do not say, what they nearly say: its own loader then names the right one.
pub(super) fn kind_of(document: &Document) -> Result<Kind, SourceError> {
    let keys: Vec<&str> = match document.root() {
        Value::Mapping(map) => map.keys().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let named = |name: &str| MARKS.iter().find(|(mark, _)| *mark == name).map(|(_, kind)| *kind);
    let exactly = keys.iter().find_map(|key| named(key));
    let nearly = || keys.iter().find_map(|key| named(nearest(key, MARKS.iter().map(|(mark, _)| *mark))?));
    // A recipe may be nothing but what it includes.
    let includes = keys.contains(&"include").then_some(Kind::Recipe);
    exactly.or(includes).or_else(nearly).ok_or_else(|| neither(document))
}

fn neither(document: &Document) -> SourceError {
    let what = if document.root().is_null() { "is empty" } else { "is neither a recipe nor a workflow" };
    let message = format!("`{}` {what}", document.file().name());
    let help = "a recipe has `process_recipes` or `invariants`, a workflow has `states` or `steps`";
    document.error(vec![Problem::new(NodePath::root(), message).help(help)])
}
