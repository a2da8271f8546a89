//! The recipe as a whole: rules against each other, against the contracts, and against what they can ever do.

mod contradiction;
mod declared;
mod idle;
mod regex;
mod sterner;
mod units;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::condition::{Condition, Operator};
use super::super::rule::{Base, Rule};
use super::catalog::{Catalog, Problems};
use super::code;
use super::interval::{Interval, Number};
use super::item::List;
use super::model::{Definition, Written};
use super::resolve::Draft;
use super::that;
use super::touch::Touched;
use crate::audit::integer::Integer;
use crate::context::Shape;
use crate::source::{NodePath, Problem};
use theus_model::audit::Gate;

/// The rules of a process, and what each lets pass.
struct Weighed<'d> {
    draft: &'d Draft,
    intervals: Vec<Interval>,
    /// The rules by their gates and paths.
    in_order: Vec<usize>,
}

impl<'d> Weighed<'d> {
    fn of(draft: &'d Draft) -> Self {
        // Paths of other lengths are told apart without a look at their letters.
        let key = |index: &usize| {
            let Rule { gate, path, .. } = &draft.rules[*index];
            (*gate, path.len(), path.as_str())
        };
        // What is asked of several values, or only somewhere, is weighed against nothing.
        let mut in_order: Vec<_> =
            (0..draft.rules.len()).filter(|index| draft.rules[*index].is_of_one_value()).collect();
        in_order.sort_by(|one, other| key(one).cmp(&key(other)));
        let intervals = draft.rules.iter().map(|rule| Interval::of(&rule.condition)).collect();
        Self { draft, intervals, in_order }
    }

    /// Those on one path at one gate, in the order of the recipe.
    fn groups(&self) -> impl Iterator<Item = &[usize]> {
        let rules = &self.draft.rules;
        self.in_order.chunk_by(|one, other| {
            let (one, other) = (&rules[*one], &rules[*other]);
            one.gate == other.gate && one.path == other.path
        })
    }
}

pub(super) fn whole(
    written: &Written<'_>,
    lists: &[List<'_, '_>],
    drafts: &[Draft],
    catalog: &Catalog,
    problems: &mut Problems,
) {
    declared::check(lists, problems);
    units::check(drafts, problems);
    unused_templates(written, problems);
    let changing = Changing { catalog, written: OnceCell::new() };
    unwritten_invariants(written, &changing, problems);
    let weighed: Vec<_> = drafts.iter().map(Weighed::of).collect();
    for weighed in &weighed {
        let Weighed { draft, intervals, .. } = weighed;
        for group in weighed.groups() {
            contradiction::check(weighed, group, problems);
            repeated(weighed, group, problems);
            sterner::check(weighed, group, problems);
        }
        for (index, interval) in intervals.iter().enumerate() {
            always_passes(&draft.rules[index], interval, (&draft.shapes[index], &draft.places[index]), problems);
            changing.check(draft, index, problems);
        }
    }
    idle::check(&weighed, written.bounds, &changing, problems);
}

/// A template that no process uses, directly or through other templates.
fn unused_templates(written: &Written<'_>, problems: &mut Problems) {
    let definitions = &written.definitions;
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
    // Those of a fragment are for whom they are of use to.
    let own = definitions.iter().filter(|it| it.at.document() < written.files);
    for definition in own.filter(|it| it.is_template() && !used.contains(it.name)) {
        let problem =
            Problem::warning(definition.at.clone(), format!("nothing inherits the template `{}`", definition.name));
        problems.push(problem.code(code::UNUSED).help("inherit it, or remove it"));
    }
}

/// An invariant that is never judged, because no process changes what it is about.
fn unwritten_invariants(written: &Written<'_>, changing: &Changing<'_>, problems: &mut Problems) {
    for invariant in written.invariants.iter().filter(|invariant| !invariant.after_all) {
        let fields = that::domain_of(&invariant.entry, changing.catalog).unwrap_or_default();
        if !fields.is_empty() && !fields.iter().any(|field| changing.has(field)) {
            let (fields, at) = (fields.join(", "), invariant.entry.field_at());
            problems.push(nothing_changes(&fields, at, "the invariant is never judged"));
        }
    }
}

/// What some process writes.
struct Changing<'c> {
    catalog: &'c Catalog,
    /// Gathered where one asks about what its own process does not write.
    written: OnceCell<Touched<'c>>,
}

impl Changing<'_> {
    /// A rule at the output gate on what no process changes.
    fn check(&self, draft: &Draft, index: usize, problems: &mut Problems) {
        let (rule, place, is_written) = (&draft.rules[index], &draft.places[index], draft.written[index]);
        if rule.test == Operator::Changed && !is_written {
            let process = draft.contract.process;
            let message = format!("`{process}` does not write {}: every run of it violates `changed`", rule.path);
            let problem = Problem::warning(place.clone(), message).code(code::UNMADE);
            problems.push(problem.help("put the rule on a process that writes it, or remove it"));
            return;
        }
        if rule.gate != Gate::Output || is_written || self.changes(rule) {
            return;
        }
        let at = field_place(rule, place);
        let outcome = "the rule finds at the output gate what was there at the input gate";
        problems.push(nothing_changes(&what_is_judged(rule), at, outcome));
    }

    fn changes(&self, rule: &Rule) -> bool {
        match rule.target.base {
            Base::Domain(_) => self.has(&rule.path),
            Base::Global(_) => false,
            Base::Named => rule.reads().any(|path| match path.split_once('.') {
                Some(("domain", _)) => self.has(path),
                Some(("global", _)) => false,
                _ => true,
            }),
            _ => true,
        }
    }

    fn has(&self, path: &str) -> bool {
        let all = || Touched::of(self.catalog.processes.iter().flat_map(|process| process.contract.outputs));
        self.written.get_or_init(all).has(path)
    }
}

/// Where a rule says what it is about.
fn field_place(rule: &Rule, place: &NodePath) -> NodePath {
    place.parent().key(if rule.condition.that().is_some() { "that" } else { "field" })
}

/// What a rule is about: its path, or what of the contexts its condition names.
fn what_is_judged(rule: &Rule) -> String {
    match rule.condition.that() {
        None => rule.path.clone(),
        Some(that) => {
            let is_of_context = |path: &&String| path.starts_with("domain.") || path.starts_with("global.");
            let named: Vec<_> = that.reads().iter().filter(is_of_context).map(String::as_str).collect();
            if named.is_empty() && that.asks_now() { "`now`".to_owned() } else { named.join(", ") }
        }
    }
}

fn nothing_changes(field: &str, at: NodePath, outcome: &str) -> Problem {
    let problem = Problem::warning(at, format!("no process writes {field}: {outcome}")).code(code::UNCHANGING);
    problem.help("judge it among the `inputs` of the processes that read it")
}

/// A rule that could as well not be there.
fn always_passes(rule: &Rule, interval: &Interval, (shape, place): (&Shape, &NodePath), problems: &mut Problems) {
    let is_idle = match (interval, shape.innermost()) {
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
    // An option can be empty, and so can what an index or a key leads to: then every rule is violated.
    let is_of_one = || rule.path.replace("[*]", "").contains('[');
    let may_be_missing = || matches!(shape, Shape::Optional(_)) || is_of_one();
    if is_idle && !rule.path.contains('(') && (rule.where_present || !may_be_missing()) {
        let message = format!("every value of {} satisfies {} {}", rule.path, rule.test, rule.limit());
        let problem = Problem::warning(place.clone(), message).code(code::ALWAYS_PASSES);
        problems.push(problem.help("remove the rule, or give it a bound that a value can pass"));
    }
}

/// Rules that ask the same at the same level: one list cannot have them, so that one of them is an invariant.
fn repeated(Weighed { draft, intervals, .. }: &Weighed<'_>, group: &[usize], problems: &mut Problems) {
    if group.len() < 2 {
        return;
    }
    let mut asked: Vec<_> = group.iter().map(|index| (draft.rules[*index].test, draft.rules[*index].level)).collect();
    asked.sort_unstable();
    // Bounds are written out only where they may be the same.
    if asked.windows(2).all(|pair| pair[0] != pair[1]) {
        return;
    }
    let mut seen = HashMap::new();
    for index in group {
        let rule = &draft.rules[*index];
        let Some(first) = seen.insert((rule.test, rule.level, rule.limit(), &rule.counting), *index) else { continue };
        // What is shown of a long list is not all of it.
        if intervals[*index] != intervals[first] {
            continue;
        }
        let Rule { test, path, gate, .. } = rule;
        let message = format!(
            "{test} {} of {path} is asked twice at the {gate} gate of `{}`",
            rule.limit(),
            draft.contract.process
        );
        let problem = Problem::warning(draft.places[*index].clone(), message).code(code::REPEATED);
        let problem = problem.help("each of the two counts, records and acts for itself: keep one of them");
        problems.push(problem.other("the other one", draft.places[first].clone()));
    }
}
