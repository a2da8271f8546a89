//! Names looked up: from entries to rules.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU32;

use super::super::condition::{Condition, Test};
use super::super::rule::{Rule, Target};
use super::inherit::{Item, List};
use super::model::{Definition, Entry};
use super::{Catalog, Places, Problems, ProcessEntry, bound, code};
use crate::context::{Layer, Schema, Shape};
use crate::source::{Problem, did_you_mean};

/// The rules of one process and where they stand, in the same order.
pub(super) struct Draft {
    pub(super) process: &'static str,
    pub(super) rules: Vec<Rule>,
    pub(super) places: Places,
    /// The shapes that the rules' paths lead to.
    pub(super) shapes: Vec<Shape>,
}

/// Resolves the rules of every process that exists.
pub(super) fn rules(lists: &[List<'_, '_>], catalog: &Catalog, problems: &mut Problems) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for list in lists {
        // An unknown process has been reported.
        let Some(process) = catalog.process(list.process) else {
            continue;
        };
        let mut draft =
            Draft { process: process.contract.process, rules: Vec::new(), places: Places::new(), shapes: Vec::new() };
        let mut lower = Lower::default();
        for item in &list.items {
            let Some((target, shape)) = target(item.entry, catalog, Some(process), problems) else { continue };
            if let Some(condition) = condition(item, &shape, problems) {
                lower.compare(item, &condition, problems);
                draft.places.push(item.entry.at.at_key(item.bound.test.as_str()));
                draft.rules.push(rule(item, target, condition));
                draft.shapes.push(shape);
            }
        }
        drafts.push(draft);
    }
    drafts
}

fn rule(item: &Item<'_, '_>, target: Target, condition: Condition) -> Rule {
    let Entry { gate, field, level, min_threshold, max_threshold, reset_on_success, message, .. } = item.entry;
    Rule {
        target,
        condition,
        reset_on_success: *reset_on_success,
        count: AtomicU32::new(0),
        gate: *gate,
        path: (*field).to_owned(),
        test: item.bound.test,
        level: *level,
        min_threshold: *min_threshold,
        max_threshold: *max_threshold,
        message: message.clone(),
        source: String::new(),
    }
}

/// The last lower bound of a process, for the upper bound of the same entry that may follow it.
#[derive(Default)]
struct Lower<'d, 'a>(Option<(Item<'d, 'a>, Condition)>);

impl<'d, 'a> Lower<'d, 'a> {
    /// A lower bound above the upper one, in one entry: no value could satisfy both.
    fn compare(&mut self, item: &Item<'d, 'a>, condition: &Condition, problems: &mut Problems) {
        let lower = match item.bound.test {
            Test::Min | Test::MinLen => {
                self.0 = Some((*item, condition.clone()));
                return;
            }
            Test::Max => Test::Min,
            Test::MaxLen => Test::MinLen,
            Test::Eq | Test::Neq => return,
        };
        if let Some((earlier, min)) = &self.0
            && std::ptr::eq(earlier.entry, item.entry)
            && earlier.bound.test == lower
            && min.is_above(condition)
        {
            let (upper, field) = (item.bound.test, item.entry.field);
            let message = format!("{lower} {min} is above {upper} {condition}: no value of {field} satisfies both");
            problems.push(Problem::new(item.entry.at.key(lower.as_str()), message).code(code::CONTRADICTION));
        }
    }
}

/// Looks up what can be known of a template that no process uses: paths that belong to no process.
pub(super) fn unused_templates(definitions: &[Definition<'_>], catalog: &Catalog, problems: &mut Problems) {
    let used: BTreeSet<&str> =
        definitions.iter().flat_map(|definition| &definition.inherits).map(|(name, _)| *name).collect();
    for definition in definitions.iter().filter(|it| it.is_template() && !used.contains(it.name)) {
        for entry in &definition.entries {
            let belongs_to_a_process = !entry.field.contains('.') || entry.field.starts_with("local.");
            if belongs_to_a_process {
                continue;
            }
            for bound in &entry.conditions {
                check(&Item { entry, bound }, catalog, problems);
            }
        }
    }
}

/// Looks up what can be known of a rule without a process.
pub(super) fn check(item: &Item<'_, '_>, catalog: &Catalog, problems: &mut Problems) {
    if let Some((_, shape)) = target(item.entry, catalog, None, problems) {
        condition(item, &shape, problems);
    }
}

fn condition(item: &Item<'_, '_>, shape: &Shape, problems: &mut Problems) -> Option<Condition> {
    let Item { entry, bound } = item;
    match bound::condition(bound.test, bound.value, shape, entry.field) {
        Ok(condition) => Some(condition),
        Err(refused) => {
            let (at, code) = match refused.at_test {
                true => (entry.at.at_key(bound.test.as_str()), code::CONDITION_FIT),
                false => (entry.at.key(bound.test.as_str()), code::BOUND_FIT),
            };
            let problem = Problem::new(at, refused.message).code(code);
            problems.push(match refused.help {
                Some(help) => problem.help(help),
                None => problem,
            });
            None
        }
    }
}

/// Where a field is, and the shape of its values.
fn target(
    entry: &Entry<'_>,
    catalog: &Catalog,
    process: Option<&ProcessEntry>,
    problems: &mut Problems,
) -> Option<(Target, Shape)> {
    match find(entry.field, catalog, process) {
        Ok((_, shape)) if *shape.innermost() == Shape::Opaque => {
            let message = format!("the audit cannot look into {}", entry.field);
            let problem = Problem::new(entry.field_at(), message).code(code::OPAQUE);
            problems.push(problem.help("implement `theus_core::Inspect` for its type"));
            None
        }
        Ok(found) => Some(found),
        Err((message, help)) => {
            let problem = Problem::new(entry.field_at(), message).code(code::UNKNOWN_FIELD);
            problems.push(match help {
                Some(help) => problem.help(help),
                None => problem,
            });
            None
        }
    }
}

pub(super) type Lost = (String, Option<String>);

/// Where a path leads, and to what shape; else why it leads nowhere, and what to do about it.
pub(super) fn find(field: &str, catalog: &Catalog, process: Option<&ProcessEntry>) -> Result<(Target, Shape), Lost> {
    let names: Vec<&str> = field.split('.').collect();
    let nothing = Schema::empty();
    let (layer, schema) = match names[0] {
        _ if names.len() == 1 => return argument(field, catalog, process),
        "global" => (Layer::Global, &catalog.global),
        "domain" => (Layer::Domain, &catalog.domain),
        "local" => (Layer::Local, process.map_or(&nothing, |process| &process.local)),
        other => {
            let message = format!("unknown layer `{other}` in `{field}`");
            return Err((
                message,
                did_you_mean(other, [Layer::Global, Layer::Domain, Layer::Local].map(Layer::as_str)),
            ));
        }
    };
    let names = &names[1..];
    let resolved = schema.resolve(names).map_err(|lost| {
        let name = names.get(lost.at).copied().unwrap_or_default();
        match lost.context {
            _ if name.is_empty() => (format!("a name is missing in `{field}`"), did_you_mean("", lost.known)),
            None => (format!("`{name}` in `{field}`: the name before it has no fields"), None),
            Some(_) if lost.known.is_empty() => {
                (format!("unknown field `{name}` in `{field}`: {layer} has no fields"), None)
            }
            Some(context) => {
                (format!("unknown field `{name}` of {context} in `{field}`"), did_you_mean(name, lost.known))
            }
        }
    })?;
    if let Some(nested) = &resolved.field.nested {
        let known = nested.paths().into_iter().map(|inner| format!("{field}.{}", inner.path)).collect::<Vec<_>>();
        let help = did_you_mean("", known.iter().map(String::as_str));
        return Err((format!("`{field}` is a whole context: name one of its fields"), help));
    }
    let path = resolved.indexes.into_boxed_slice();
    let target = match layer {
        Layer::Global => Target::Global(path),
        Layer::Domain => Target::Domain(path),
        Layer::Local => Target::Local(path),
    };
    Ok((target, resolved.field.shape.clone()))
}

fn argument(name: &str, catalog: &Catalog, process: Option<&ProcessEntry>) -> Result<(Target, Shape), Lost> {
    let Some(process) = process else { return Err((format!("`{name}` is the name of no value"), None)) };
    let arguments = process.contract.arguments;
    if let Some(index) = arguments.iter().position(|argument| argument.name == name) {
        let shape = process.arguments.get(index).cloned().unwrap_or(Shape::Opaque);
        return Ok((Target::Argument(index), shape));
    }
    if [Layer::Global, Layer::Domain, Layer::Local].iter().any(|layer| layer.as_str() == name) {
        return Err((format!("`{name}` is a layer: name one of its fields, as in `{name}.…`"), None));
    }
    let message = format!("`{}` has no argument `{name}`", process.contract.process);
    // A field without its layer is the likelier slip, where there is one of that name.
    let layers = [("global", &catalog.global), ("domain", &catalog.domain), ("local", &process.local)];
    let layer = layers.into_iter().find(|(_, schema)| schema.fields.iter().any(|field| field.name == name));
    let help = match layer {
        Some((layer, _)) => Some(format!("did you mean `{layer}.{name}`?")),
        None => did_you_mean(name, arguments.iter().map(|argument| argument.name)),
    };
    Err((message, help))
}
