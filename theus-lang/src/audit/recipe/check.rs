//! The recipe as a whole: rules against each other, against the contracts, and against what they can ever do.

mod contradiction;
mod declared;
mod idle;
mod regex;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::condition::{Condition, Operator};
use super::super::rule::{Base, Rule};
use super::catalog::{Catalog, Problems};
use super::interval::{Interval, Number};
use super::item::List;
use super::model::{Definition, Written};
use super::resolve::Draft;
use super::{code, touch};
use crate::audit::integer::Integer;
use crate::context::Shape;
use crate::source::{NodePath, Problem};
use theus_model::audit::Gate;

pub(super) fn whole(
    written: &Written<'_>,
    lists: &[List<'_, '_>],
    drafts: &[Draft],
    catalog: &Catalog,
    problems: &mut Problems,
) {
    declared::check(lists, catalog, problems);
    unused_templates(&written.definitions, problems);
    unwritten_invariants(written, catalog, problems);
    let mut changing = Changing { catalog, known: BTreeMap::new() };
    for draft in drafts {
        let mut by_path: BTreeMap<(Gate, &str), Vec<usize>> = BTreeMap::new();
        for (index, rule) in draft.rules.iter().enumerate() {
            by_path.entry((rule.gate, &rule.path)).or_default().push(index);
        }
        for group in by_path.values() {
            contradiction::check(draft, group, problems);
            repeated(draft, group, problems);
        }
        for (index, rule) in draft.rules.iter().enumerate() {
            always_passes(rule, &draft.shapes[index], &draft.places[index], problems);
            changing.check(draft.process, rule, &draft.places[index], problems);
        }
    }
    idle::check(drafts, &mut changing, problems);
}

/// A template that no process uses, directly or through other templates.
fn unused_templates(definitions: &[Definition<'_>], problems: &mut Problems) {
    let mut by_name: BTreeMap<&str, Vec<&Definition<'_>>> = BTreeMap::new();
    for definition in definitions {
        by_name.entry(definition.name).or_default().push(definition);
    }
    let mut used = BTreeSet::new();
    let mut open: Vec<&str> = by_name.keys().copied().filter(|name| !super::model::is_template(name)).collect();
    while let Some(name) = open.pop() {
        for (parent, _) in by_name.get(name).into_iter().flatten().flat_map(|definition| &definition.inherits) {
            if used.insert(*parent) {
                open.push(parent);
            }
        }
    }
    for definition in definitions.iter().filter(|it| it.is_template() && !used.contains(it.name)) {
        let problem =
            Problem::warning(definition.at.clone(), format!("nothing inherits the template `{}`", definition.name));
        problems.push(problem.code(code::UNUSED).help("inherit it, or remove it"));
    }
}

/// An invariant that is never judged, because no process changes what it is about.
fn unwritten_invariants(written: &Written<'_>, catalog: &Catalog, problems: &mut Problems) {
    for invariant in written.invariants.iter().filter(|invariant| !invariant.after_all) {
        let field = invariant.entry.field;
        if !catalog.processes.iter().any(|process| touch::writes(process.contract, field)) {
            problems.push(nothing_changes(field, invariant.entry.field_at(), "the invariant is never judged"));
        }
    }
}

/// What some process writes, looked up once for each path.
struct Changing<'c> {
    catalog: &'c Catalog,
    known: BTreeMap<String, bool>,
}

impl Changing<'_> {
    /// A rule at the output gate on what no process changes.
    fn check(&mut self, process: &str, rule: &Rule, place: &NodePath, problems: &mut Problems) {
        if rule.test == Operator::Changed && !self.is_written_by(process, rule) {
            let message = format!("`{process}` does not write {}: every run of it violates `changed`", rule.path);
            let problem = Problem::warning(place.clone(), message).code(code::UNMADE);
            problems.push(problem.help("put the rule on a process that writes it, or remove it"));
            return;
        }
        if rule.gate != Gate::Output || self.changes(rule) {
            return;
        }
        let at = place.parent().key("field");
        let outcome = "the rule finds at the output gate what was there at the input gate";
        problems.push(nothing_changes(&rule.path, at, outcome));
    }

    fn is_written_by(&self, process: &str, rule: &Rule) -> bool {
        self.catalog.process(process).is_some_and(|process| touch::writes(process.contract, &rule.path))
    }

    fn changes(&mut self, rule: &Rule) -> bool {
        match rule.target.base {
            Base::Domain(_) => {}
            Base::Global(_) => return false,
            _ => return true,
        }
        if let Some(known) = self.known.get(&rule.path) {
            return *known;
        }
        let changes = self.catalog.processes.iter().any(|process| touch::writes(process.contract, &rule.path));
        self.known.insert(rule.path.clone(), changes);
        changes
    }
}

fn nothing_changes(field: &str, at: NodePath, outcome: &str) -> Problem {
    let problem = Problem::warning(at, format!("no process writes {field}: {outcome}")).code(code::UNCHANGING);
    problem.help("judge it among the `inputs` of the processes that read it")
}

/// A rule that could as well not be there.
fn always_passes(rule: &Rule, shape: &Shape, place: &NodePath, problems: &mut Problems) {
    // An option can be empty, and so can what an index or a key leads to: then every rule is violated.
    let may_be_missing = matches!(shape, Shape::Optional(_)) || rule.path.contains('[');
    if rule.path.contains('(') || (may_be_missing && !rule.where_present) {
        return;
    }
    let is_idle = match (Interval::of(&rule.condition), shape.innermost()) {
        (Interval::Numbers { least, most }, Shape::Int { min, max }) => {
            let (first, last) = (Number::Integer(Integer::Small(*min)), Number::Integer(Integer::from(*max)));
            least.is_none_or(|least| least <= first) && most.is_none_or(|most| most >= last)
        }
        (Interval::Only(named), Shape::Enum(shape)) => named.len() == shape.variants.get().len(),
        (Interval::Lengths { least, most }, _) => least.is_none_or(|least| least == 0) && most.is_none(),
        (Interval::Other(_), _) => {
            matches!(&rule.condition, Condition::Regex(pattern) if regex::matches_always(pattern))
        }
        _ => false,
    };
    if is_idle {
        let message = format!("every value of {} satisfies {} {}", rule.path, rule.test, rule.limit());
        let problem = Problem::warning(place.clone(), message).code(code::ALWAYS_PASSES);
        problems.push(problem.help("remove the rule, or give it a bound that a value can pass"));
    }
}

/// Rules that ask the same at the same level: one list cannot have them, so that one of them is an invariant.
fn repeated(draft: &Draft, group: &[usize], problems: &mut Problems) {
    let mut seen = HashMap::new();
    for index in group {
        let rule = &draft.rules[*index];
        let Some(first) = seen.insert((rule.test, rule.level, rule.limit()), *index) else { continue };
        // What is shown of a long list is not all of it.
        if Interval::of(&rule.condition) != Interval::of(&draft.rules[first].condition) {
            continue;
        }
        let Rule { test, path, gate, .. } = rule;
        let message =
            format!("{test} {} of {path} is asked twice at the {gate} gate of `{}`", rule.limit(), draft.process);
        let problem = Problem::warning(draft.places[*index].clone(), message).code(code::REPEATED);
        let problem = problem.help("each of the two counts, records and acts for itself: keep one of them");
        problems.push(problem.other("the other one", draft.places[first].clone()));
    }
}
