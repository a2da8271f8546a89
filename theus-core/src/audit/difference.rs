//! What a change of the recipe changes: the rules of two recipes, beside each other.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;

use super::change::{RecipeChange, RecipeIdentity};
use super::counted::CountedRule;
use super::counter::Counter;
use super::in_force::InForce;
use super::ledger::Encoder;
use crate::audit::Gate;
use crate::audit::Operator;
use crate::audit::Text;
use theus_lang::audit::looks::in_one_line;
use theus_lang::audit::rule::Scope;

/// How many rules a record names under each of added, removed and changed.
const MOST_NAMED: usize = 100;

impl RecipeIdentity {
    /// The identity of a recipe of this name.
    pub(super) fn of(name: &str, recipe: &InForce) -> Self {
        let mut encoder = Encoder::default();
        let mut rules = 0;
        for (owner, rule) in all(recipe) {
            rules += 1;
            let limit = rule.whole_limit();
            let asks = format!("{} {} {}", rule.path(), rule.test(), acts(rule));
            encoder.text(owner.as_str()).text(rule.gate().key()).text(&asks).text(&limit);
            // Nothing where it has none, as before there were any.
            if let Some(id) = rule.id() {
                encoder.text(id);
            }
        }
        Self { recipe: name.into(), rules, digest: encoder.hash() }
    }
}

impl RecipeChange {
    /// What differs. Where `adopt` is asked for, it is called with each pair of rules that are the same.
    pub(super) fn between(
        before: Option<(&str, &InForce)>,
        identity: RecipeIdentity,
        after: &InForce,
    ) -> (Self, Vec<Kept>) {
        let mut same: BTreeMap<Key<'_>, VecDeque<&Arc<CountedRule>>> = BTreeMap::new();
        let mut by_id = BTreeMap::new();
        for (owner, rule) in before.into_iter().flat_map(|(_, recipe)| all(recipe)) {
            same.entry(Key::of(owner, rule)).or_default().push_back(rule);
            by_id.extend(id_of(owner, rule).map(|id| (id, rule)));
        }
        let (mut kept, mut unchanged, mut lists) = (Vec::new(), 0, Lists::default());
        let (of_id, others): (Vec<_>, Vec<_>) =
            all(after).partition(|(owner, rule)| id_of(*owner, rule).is_some_and(|id| by_id.contains_key(&id)));
        // What a rule is called says that it is the same, whatever else it is by now.
        for (owner, rule) in of_id {
            let Some(old) = id_of(owner, rule).and_then(|id| by_id.remove(&id)) else { continue };
            if let Some(rules) = same.get_mut(&Key::of(owner, old)) {
                rules.retain(|other| !Arc::ptr_eq(other, old));
            }
            if old.counting() == rule.counting() {
                kept.push(Kept { new: rule.counter, counter: old.counter });
            }
            match Key::of(owner, old) == Key::of(owner, rule) {
                true => unchanged += 1,
                false => lists.changed.add(|| {
                    let (before, after) = (described(old), described(rule));
                    Asks::of(owner, rule).line(&format!("{before} -> {after}"))
                }),
            }
        }
        let mut new: BTreeMap<Asks<'_>, VecDeque<&Arc<CountedRule>>> = BTreeMap::new();
        for (owner, rule) in others {
            match same.get_mut(&Key::of(owner, rule)).and_then(VecDeque::pop_front) {
                Some(old) => {
                    kept.push(Kept { new: rule.counter, counter: old.counter });
                    unchanged += 1;
                }
                None => new.entry(Asks::of(owner, rule)).or_default().push_back(rule),
            }
        }
        for (key, rules) in same {
            for old in rules {
                let of_old = Asks::of(key.owner, old);
                match new.get_mut(&of_old).and_then(VecDeque::pop_front) {
                    Some(rule) => {
                        lists.changed.add(|| of_old.line(&format!("{} -> {}", described(old), settings(rule))))
                    }
                    None => lists.removed.add(|| of_old.line(&described(old))),
                }
            }
        }
        for (key, rules) in new {
            for rule in rules {
                lists.added.add(|| key.line(&described(rule)));
            }
        }
        let Lists { added, removed, changed } = lists;
        let change = Self {
            identity,
            before: before.map(|(name, _)| name.into()),
            kept: unchanged,
            omitted: added.omitted + removed.omitted + changed.omitted,
            added: added.named,
            removed: removed.named,
            changed: changed.named,
        };
        (change, kept)
    }
}

/// What it is called, and whose it is.
fn id_of<'a>(owner: Owner<'a>, rule: &'a CountedRule) -> Option<(Owner<'a>, &'a str)> {
    Some((owner, rule.id()?.as_str()))
}

/// A rule that goes on with the counter of an earlier one.
pub(super) struct Kept {
    /// The counter that it was made with, by which all that share it are found.
    pub(super) new: Counter,
    pub(super) counter: Counter,
}

#[derive(Default)]
struct Lists {
    added: Named,
    removed: Named,
    changed: Named,
}

#[derive(Default)]
struct Named {
    named: Vec<Text>,
    omitted: u64,
}

impl Named {
    fn add(&mut self, line: impl FnOnce() -> String) {
        if self.named.len() < MOST_NAMED {
            self.named.push(line().into());
        } else {
            self.omitted += 1;
        }
    }
}

/// Whose a rule is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Owner<'a> {
    Process(&'a str),
    /// Nobody's: it is one rule, whichever processes it is judged after.
    Invariant,
}

impl<'a> Owner<'a> {
    fn as_str(self) -> &'a str {
        match self {
            Self::Process(name) => name,
            // No name of a process.
            Self::Invariant => "(invariant)",
        }
    }
}

/// What a rule asks of what.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Asks<'a> {
    owner: Owner<'a>,
    gate: Gate,
    path: &'a str,
    test: &'static str,
}

/// All that makes two rules the same.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    owner: Owner<'a>,
    gate: Gate,
    path: &'a str,
    settings: String,
    limit: String,
}

impl<'a> Asks<'a> {
    fn of(owner: Owner<'a>, rule: &'a CountedRule) -> Self {
        Self { owner, gate: rule.gate(), path: rule.path(), test: rule.test().as_str() }
    }

    fn line(&self, rule: &str) -> String {
        match self.owner {
            Owner::Process(process) => format!("{process} {}: {rule}", self.gate),
            Owner::Invariant => format!("invariant: {rule}"),
        }
    }
}

impl<'a> Key<'a> {
    fn of(owner: Owner<'a>, rule: &'a CountedRule) -> Self {
        let settings = format!("{} {}", rule.test(), acts(rule));
        Self { owner, gate: rule.gate(), path: rule.path(), settings, limit: rule.whole_limit() }
    }
}

/// Every rule once and whose it is, in the order in which they are judged.
fn all(recipe: &InForce) -> impl Iterator<Item = (Owner<'static>, &Arc<CountedRule>)> {
    let mut seen = HashSet::new();
    let rules = recipe
        .processes()
        .flat_map(|rules| Gate::ALL.into_iter().flat_map(|gate| rules.rules(gate)).map(|rule| (rules.process(), rule)));
    rules.filter_map(move |(process, rule)| match rule.is_invariant() {
        true => seen.insert(rule.counter).then_some((Owner::Invariant, rule)),
        false => Some((Owner::Process(process), rule)),
    })
}

fn described(rule: &CountedRule) -> String {
    let id = rule.id().map_or_else(String::new, |id| format!("{id} "));
    if rule.test() == Operator::That {
        return format!("{id}{} {}", rule.test(), settings(rule));
    }
    format!("{id}{} {} {}", rule.path(), rule.test(), settings(rule))
}

fn settings(rule: &CountedRule) -> String {
    format!("{} {}", rule.limit(), acts(rule))
}

/// When it acts, and how.
fn acts(rule: &CountedRule) -> String {
    let warns = match rule.min_threshold() {
        least if least < rule.max_threshold() => format!(", warns from {least}"),
        _ => String::new(),
    };
    let resets = if rule.resets_on_success() { ", a pass resets" } else { "" };
    let everywhere = if rule.scope() == Scope::Everywhere { ", after every process" } else { "" };
    let where_present = if rule.is_where_present() { ", where present" } else { "" };
    let when = rule.when().map_or_else(String::new, |when| format!(", when {}", in_one_line(when)));
    let alarm = rule.alarm().map_or_else(String::new, |alarm| format!(", {alarm}"));
    format!(
        "(level {}{warns}, acts at {}{}{resets}{everywhere}{where_present}{alarm}{when})",
        rule.level(),
        rule.max_threshold(),
        rule.counting()
    )
}

/// By what a rule is known again in another run of the program: what it is called and what it counts together, or all that makes two
/// rules the same, as a text. Rules that are alike in that are told apart by their order.
pub(super) fn stable_names(recipe: &InForce) -> impl Iterator<Item = (String, &Arc<CountedRule>)> {
    with_ids(names_without_ids(recipe))
}

fn with_ids<'r>(
    names: impl Iterator<Item = (Owner<'static>, String, &'r Arc<CountedRule>)>,
) -> impl Iterator<Item = (String, &'r Arc<CountedRule>)> {
    names.map(|(owner, name, rule)| match rule.id() {
        Some(id) => (format!("{} id {id}{}", owner.as_str(), rule.counting()), rule),
        None => (name, rule),
    })
}

/// By what rules that are called something were known before they were.
#[cfg(feature = "store")]
pub(super) fn earlier_names(recipe: &InForce) -> impl Iterator<Item = (String, &Arc<CountedRule>)> {
    names_without_ids(recipe).filter(|(.., rule)| rule.id().is_some()).map(|(_, name, rule)| (name, rule))
}

/// The same, of those alone of which this is so: names of which it is so are alike with each other alone.
#[cfg(feature = "store")]
pub(super) fn stable_names_of(
    recipe: &InForce,
    is_one: impl Fn(&CountedRule) -> bool,
) -> impl Iterator<Item = (String, &Arc<CountedRule>)> {
    with_ids(names(all(recipe).filter(move |(_, rule)| is_one(rule))))
}

fn names_without_ids(recipe: &InForce) -> impl Iterator<Item = (Owner<'static>, String, &Arc<CountedRule>)> {
    names(all(recipe))
}

fn names<'r>(
    rules: impl Iterator<Item = (Owner<'static>, &'r Arc<CountedRule>)>,
) -> impl Iterator<Item = (Owner<'static>, String, &'r Arc<CountedRule>)> {
    let mut alike: BTreeMap<String, u32> = BTreeMap::new();
    rules.map(move |(owner, rule)| {
        let Key { gate, path, settings, limit, .. } = Key::of(owner, rule);
        let mut name = format!("{} {}: {path} {settings} {limit}", owner.as_str(), gate.key());
        let earlier = alike.entry(name.clone()).or_default();
        *earlier += 1;
        if *earlier > 1 {
            name.push_str(&format!(" #{earlier}"));
        }
        (owner, name, rule)
    })
}
