//! Names looked up: from entries to rules.

use std::collections::{BTreeSet, HashMap};

use super::super::condition::{Condition, Operator};
use super::super::counting::{Counting, Per};
use super::super::message::Message;
use super::super::rule::{Base, Rule, Scope, Target};
use super::as_written::AsWritten;
use super::bound::{NoChange, Place};
use super::catalog::{Catalog, Places, Problems, ProcessEntry};
use super::item::{Item, List};
use super::model::{Definition, Entry};
use super::patterns::Patterns;
use super::touch::Touched;
use super::{alarm, bound, code, find, foreign, known, over_time, per, that, units};
use crate::condition::Expression;
use crate::context::Shape;
use crate::process::Contract;
use crate::source::{NodePath, Problem};
use theus_model::audit::{Gate, Text};

/// The rules of one process and where they stand, in the same order.
pub(super) struct Draft {
    pub(super) contract: &'static Contract,
    pub(super) rules: Vec<Rule>,
    pub(super) places: Places,
    /// The numbers of the conditions that they are of.
    pub(super) bounds: Vec<u32>,
    /// The shapes that the rules' paths lead to.
    pub(super) shapes: Vec<Shape>,
    /// Whether the process writes them.
    pub(super) written: Vec<bool>,
}

impl Draft {
    /// None yet, and room for so many.
    fn of(contract: &'static Contract, rules: usize) -> Self {
        Self {
            contract,
            rules: Vec::with_capacity(rules),
            places: Vec::with_capacity(rules),
            bounds: Vec::with_capacity(rules),
            shapes: Vec::with_capacity(rules),
            written: Vec::with_capacity(rules),
        }
    }
}

/// Resolves the rules of every process that exists.
pub(super) fn rules(
    lists: &[List<'_, '_>],
    catalog: &Catalog,
    as_written: &AsWritten,
    problems: &mut Problems,
) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let (mut identities, mut patterns, mut found) = (Identities::default(), Patterns::default(), Found::default());
    for List { process, items, .. } in lists {
        let mut draft = Draft::of(process.contract, items.len());
        let mut lower = Lower::default();
        let written = Touched::written(process.contract);
        let mut here: Option<Here<'_, '_>> = None;
        for item in items {
            // The conditions of an entry stand behind each other.
            if !here.as_ref().is_some_and(|here| here.is_of(item)) {
                here = match item.entry.is_that() {
                    _ if item.entry.is_missing() => Some(Here::of_field(item, Target::named(), Shape::Bool, false)),
                    true => Here::of_several(item, catalog, process, &written, problems),
                    false => {
                        let found = found.target(item, catalog, process, problems);
                        let is_written = || written.has(item.entry.field);
                        found.map(|(target, shape)| Here::of_field(item, target, shape, is_written()))
                    }
                };
                if let Some(found) = &mut here {
                    match that::when(item.entry, catalog, Some(process), problems) {
                        Ok(when) => found.when = when,
                        Err(()) => found.is_lost = true,
                    }
                }
            }
            let Some(Here { target, shape, is_written, that, when, is_lost, .. }) = &here else { continue };
            let Ok(per) = per::resolved(item, catalog, Some(process), problems) else { continue };
            let condition = match that {
                _ if item.entry.is_missing() => missing(item, problems),
                Some(that) => several(item, that, problems),
                None => condition(item, (target, shape), catalog, &mut patterns, problems),
            };
            if let Some(condition) = condition.filter(|_| !is_lost) {
                if when.as_ref().is_some_and(|when| when.always().is_none()) {
                    that::guarded_away(item, &condition, catalog, process, problems);
                }
                let limit = as_written.limit(item, &condition);
                let Ok(alarm) = alarm::resolved(item, &condition, shape, problems) else { continue };
                lower.compare(item, (&condition, limit.as_deref()), &draft.rules, problems);
                draft.places.push(item.entry.at.at_key(item.bound.test.as_str()));
                let is_made = match (&target.base, item.entry.gate) {
                    (Base::Domain(_) | Base::Named, Gate::Output) => *is_written,
                    (Base::Local(_), _) => true,
                    _ => false,
                };
                let reads =
                    |expression: &Option<Expression>| expression.as_ref().map_or(&[][..], Expression::reads).to_vec();
                let is_made = is_made
                    || reads(that).iter().chain(&reads(when)).any(|path| {
                        path.starts_with("local.") || (item.entry.gate == Gate::Output && written.has(path))
                    });
                let redacts = find::redacts(&target.base, catalog, Some(process));
                let mut rule = rule(item, (target.clone(), per), (condition, limit), is_made, identities.of(item));
                rule.redacts = redacts;
                if let Some(unit) = shape.unit() {
                    rule.about.get_or_insert_default().unit = Some(Text::from_static(unit));
                }
                rule.alarm = alarm;
                if let Some(that) = that {
                    let named = that.reads().iter().map(String::as_str).chain(that.asks_now().then_some("now"));
                    rule.path = named.collect::<Vec<_>>().join(", ");
                }
                if item.entry.is_missing() {
                    process.contract.process.clone_into(&mut rule.path);
                }
                rule.when.clone_from(when);
                draft.rules.push(rule);
                draft.bounds.push(item.bound.number);
                draft.shapes.push(shape.clone());
                draft.written.push(*is_written);
            }
        }
        drafts.push(draft);
    }
    drafts
}

/// What the conditions of one entry are on.
struct Here<'d, 'a> {
    entry: &'d Entry<'a>,
    target: Target,
    shape: Shape,
    is_written: bool,
    /// The condition itself, where it is one on several values.
    that: Option<Expression>,
    when: Option<Expression>,
    /// Whether its `when` is wrong, which has been told.
    is_lost: bool,
}

impl<'d, 'a> Here<'d, 'a> {
    const fn of_field(item: &Item<'d, 'a>, target: Target, shape: Shape, is_written: bool) -> Self {
        Self { entry: item.entry, target, shape, is_written, that: None, when: None, is_lost: false }
    }

    fn of_several(
        item: &Item<'d, 'a>,
        catalog: &Catalog,
        process: &ProcessEntry,
        written: &Touched<'_>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let that = that::that(item.entry, catalog, Some(process), problems)?;
        let is_written = that.reads().iter().any(|path| written.has(path));
        Some(Self { that: Some(that), ..Self::of_field(item, Target::named(), Shape::Bool, is_written) })
    }

    /// What cannot be looked into fits one condition and not the others: it is looked up for each.
    fn is_of(&self, item: &Item<'_, '_>) -> bool {
        std::ptr::eq(std::ptr::from_ref(self.entry).cast::<()>(), std::ptr::from_ref(item.entry).cast())
            && *self.shape.innermost() != Shape::Opaque
    }
}

/// Where the fields of the contexts that all processes have are: looked up once, however many rules are on them.
#[derive(Default)]
struct Found<'a>(HashMap<&'a str, (Target, Shape)>);

impl<'a> Found<'a> {
    fn target(
        &mut self,
        item: &Item<'_, 'a>,
        catalog: &Catalog,
        process: &ProcessEntry,
        problems: &mut Problems,
    ) -> Option<(Target, Shape)> {
        let field: &'a str = item.entry.field;
        if let Some(found) = self.0.get(field) {
            return Some(found.clone());
        }
        let (target, shape) = target(item, catalog, Some(process), problems)?;
        let is_of_all = matches!(target.base, Base::Domain(_) | Base::Global(_));
        if is_of_all && *shape.innermost() != Shape::Opaque {
            self.0.insert(field, (target.clone(), shape.clone()));
        }
        Some((target, shape))
    }
}

/// Which rules are one: those of an invariant, however many processes it is judged after.
#[derive(Default)]
struct Identities {
    count: u32,
    /// By the numbers of their conditions.
    invariants: HashMap<u32, u32>,
}

impl Identities {
    fn of(&mut self, item: &Item<'_, '_>) -> u32 {
        let next = self.count;
        let identity = match item.scope {
            Scope::Process => next,
            Scope::Writers | Scope::Everywhere => *self.invariants.entry(item.bound.number).or_insert(next),
        };
        self.count += u32::from(identity == next);
        identity
    }
}

fn rule(
    item: &Item<'_, '_>,
    (target, per): (Target, Option<Per>),
    (condition, limit): (Condition, Option<Box<str>>),
    is_made_in_run: bool,
    identity: u32,
) -> Rule {
    let Entry { gate, field, level, min_threshold, max_threshold, message, counted, about, .. } = item.entry;
    Rule {
        target,
        condition,
        when: None,
        limit,
        reset_on_success: item.entry.reset_on_success,
        where_present: item.entry.where_present,
        redacts: false,
        is_made_in_run,
        identity,
        scope: item.scope,
        gate: *gate,
        path: (*field).to_owned(),
        test: item.bound.test,
        level: *level,
        min_threshold: *min_threshold,
        max_threshold: *max_threshold,
        counting: Counting { window: counted.window, across: counted.across, per },
        alarm: None,
        message: message.clone(),
        about: about.clone(),
        source: String::new(),
    }
}

/// The last lower bound of a process and its place among the rules, for the upper bound of the same entry that may follow it.
#[derive(Default)]
struct Lower<'d, 'a>(Option<(Item<'d, 'a>, usize)>);

impl<'d, 'a> Lower<'d, 'a> {
    /// A lower bound above the upper one, in one entry: no value could satisfy both.
    fn compare(
        &mut self,
        item: &Item<'d, 'a>,
        (condition, limit): (&Condition, Option<&str>),
        rules: &[Rule],
        problems: &mut Problems,
    ) {
        let shown = |limit: Option<&str>, condition: &Condition| match limit {
            Some(limit) => limit.to_owned(),
            None => condition.to_string(),
        };
        let lower = match item.bound.test {
            Operator::Min | Operator::MinLen => {
                self.0 = Some((*item, rules.len()));
                return;
            }
            Operator::Max => Operator::Min,
            Operator::MaxLen => Operator::MinLen,
            _ => return,
        };
        if let Some((earlier, min)) = &self.0
            && std::ptr::eq(earlier.entry, item.entry)
            && earlier.bound.test == lower
            && let Some(min) = rules.get(*min)
            && min.condition.is_above(condition)
        {
            let (upper, field) = (item.bound.test, item.entry.field);
            let (least, most) = (shown(min.limit.as_deref(), &min.condition), shown(limit, condition));
            let message = format!("{lower} {least} is above {upper} {most}: no value of {field} satisfies both");
            problems.push(Problem::new(item.entry.at.key(lower.as_str()), message).code(code::CONTRADICTION));
        } else if let Some((earlier, min)) = &self.0
            && std::ptr::eq(earlier.entry, item.entry)
            && earlier.bound.test == lower
            && let Some(min) = rules.get(*min)
            && min.alarm().is_some_and(|alarm| alarm::is_too_wide(alarm, condition))
        {
            let message =
                format!("no value of {} is inside both bounds by it: the alarm would never be over", item.entry.field);
            let problem = Problem::new(item.entry.at.key("deadband"), message).code(code::ALARM);
            problems.push(problem.help("make it smaller, or give each bound an entry of its own"));
        }
    }
}

/// Looks up what can be known of a template that no process uses: paths that belong to no process.
pub(super) fn unused_templates(definitions: &[Definition<'_>], catalog: &Catalog, problems: &mut Problems) {
    let used: BTreeSet<&str> =
        definitions.iter().flat_map(|definition| &definition.inherits).map(|(name, _)| *name).collect();
    let mut patterns = Patterns::default();
    for definition in definitions.iter().filter(|it| it.is_template() && !used.contains(it.name)) {
        for entry in &definition.entries {
            // What a condition names may be of any process.
            if entry.is_missing() {
                entry.conditions.iter().for_each(|bound| {
                    missing(&Item { entry, bound, scope: Scope::Process }, problems);
                });
                continue;
            }
            if entry.is_that() || find::belongs_to_a_process(entry.field) {
                continue;
            }
            for bound in &entry.conditions {
                if !check(&Item { entry, bound, scope: Scope::Process }, catalog, &mut patterns, problems) {
                    break;
                }
            }
        }
    }
}

/// Looks up what can be known of a rule without a process. `false` where its path leads nowhere.
pub(super) fn check(item: &Item<'_, '_>, catalog: &Catalog, patterns: &mut Patterns, problems: &mut Problems) -> bool {
    if item.entry.is_missing() {
        return missing(item, problems).is_some();
    }
    if item.entry.is_that() {
        return that::that(item.entry, catalog, None, problems).is_some();
    }
    let Some((target, shape)) = target(item, catalog, None, problems) else { return false };
    condition(item, (&target, &shape), catalog, patterns, problems);
    // An argument is one of a process.
    if item.scope != Scope::Process || item.entry.counted.per.is_some_and(|per| !find::belongs_to_a_process(per)) {
        let _ = per::resolved(item, catalog, None, problems);
    }
    true
}

/// A condition on the runs of its process.
fn missing(item: &Item<'_, '_>, problems: &mut Problems) -> Option<Condition> {
    if item.entry.message.as_ref().is_some_and(Message::asks_before) {
        let message = "`{before}` is the committed value of one field: missing runs have none";
        let problem = Problem::new(item.entry.at.key("message"), message).code(code::MESSAGE);
        problems.push(problem.help("`{value}` tells for how long there was none"));
        return None;
    }
    let refused = match over_time::missing(item.bound.value) {
        Ok(condition) => return Some(condition),
        Err(refused) => refused,
    };
    let at = item.entry.at.key(Operator::Missing.as_str());
    problems.push(problem(at, refused.code, (refused.message, refused.help)));
    None
}

/// A condition on several values.
fn several(item: &Item<'_, '_>, that: &Expression, problems: &mut Problems) -> Option<Condition> {
    if item.entry.message.as_ref().is_some_and(Message::asks_before) {
        let message = "`{before}` is the committed value of one field: a condition names several";
        let problem = Problem::new(item.entry.at.key("message"), message).code(code::MESSAGE);
        problems.push(problem.help("`{value}` tells all that the condition names"));
        return None;
    }
    Some(Condition::That(that.clone()))
}

fn condition(
    item: &Item<'_, '_>,
    (target, shape): (&Target, &Shape),
    catalog: &Catalog,
    patterns: &mut Patterns,
    problems: &mut Problems,
) -> Option<Condition> {
    let Item { entry, bound, .. } = item;
    let changes = match (&target.base, entry.gate) {
        _ if target.is_of_each() => Err(NoChange::OfEach),
        (Base::Domain(_), Gate::Output) => Ok(()),
        (Base::Domain(_), Gate::Input) => Err(NoChange::AtTheInputGate),
        _ => Err(NoChange::NotInTheDomain),
    };
    // What goes by time has a value before of its own.
    if entry.message.as_ref().is_some_and(Message::asks_before)
        && !bound.test.is_over_time()
        && let Err(why) = changes
    {
        let (what, help) = match why {
            NoChange::AtTheInputGate => ("at the input gate", "put the entry under `outputs`"),
            NoChange::OfEach => ("of each element", "`{value}` tells which they are"),
            NoChange::NotInTheDomain => ("of what is not in the domain", "it fits paths that start with `domain.`"),
        };
        let message = format!("`{{before}}` is the committed value: there is none {what}");
        problems.push(Problem::new(entry.at.key("message"), message).code(code::MESSAGE).help(help));
        return None;
    }
    let unit = units::of(entry, shape, problems).ok()?;
    let place = Place { field: entry.field, shape, unit, changes };
    match bound::condition(bound.test, bound.value, (place, catalog), patterns) {
        Ok(condition) => Some(condition),
        Err(refused) => {
            let value = entry.at.key(bound.test.as_str());
            let at = match (refused.at_test, refused.item) {
                (true, _) => entry.at.at_key(bound.test.as_str()),
                (false, Some(item)) => value.index(item),
                (false, None) => value,
            };
            problems.push(problem(at, refused.code, (refused.message, refused.help)));
            None
        }
    }
}

/// Where a field is, and the shape of its values.
fn target(
    item: &Item<'_, '_>,
    catalog: &Catalog,
    process: Option<&ProcessEntry>,
    problems: &mut Problems,
) -> Option<(Target, Shape)> {
    let entry = item.entry;
    match find::target(entry.field, catalog, process) {
        // Whether it is there can be asked of what cannot be looked into.
        Ok((_, shape)) if *shape.innermost() == Shape::Opaque && item.bound.test != Operator::Exists => {
            let message = format!("the audit cannot look into {}", entry.field);
            let problem = Problem::new(entry.field_at(), message).code(code::OPAQUE);
            problems.push(problem.help(foreign::help(entry.field, catalog, process)));
            None
        }
        Ok(found) => Some(found),
        Err(lost) => {
            problems.push(problem(entry.field_at(), code::UNKNOWN_FIELD, lost));
            None
        }
    }
}

fn problem(at: NodePath, code: &'static str, (message, help): known::Lost) -> Problem {
    let problem = Problem::new(at, message).code(code);
    match help {
        Some(help) => problem.help(help),
        None => problem,
    }
}
