//! Two recipes compared, for the review of a policy change.

mod shown;

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::super::condition::Operator;
use super::super::counting::Counting;
use super::super::rule::Rule;
use super::Recipe;
use super::interval::Interval;
use crate::audit::Level;
use theus_model::audit::{Gate, Text};

/// What a new recipe changes, rule by rule.
///
/// ```
/// use theus_core::audit::{Catalog, ProcessEntry, Recipe};
/// use theus_core::context::{Schema, Shape};
/// use theus_core::process::{Argument, Contract, Gives};
/// use theus_core::source::{Document, SourceFile};
///
/// static FILL: Contract = Contract {
///     process: "fill", inputs: &[], outputs: &[], effects: &[], messages: &[], errors: &[],
///     arguments: &[Argument { name: "litres", type_name: "f64", redact: false }], local: None,
///     is_async: false, is_blocking: false,
/// };
/// let (arguments, local) = (vec![Shape::Float64], Schema::empty());
/// let fill = ProcessEntry { contract: &FILL, arguments, local, gives: Gives::Nothing, errors: Vec::new() };
/// let catalog = Catalog { processes: vec![fill], domain: Schema::empty(), global: Schema::empty() };
/// let load = |name: &str, rule: &str| {
///     let yaml = format!("process_recipes: {{ fill: {{ inputs: [ {{ field: litres, {rule} }} ] }} }}");
///     Recipe::load(&Document::parse(SourceFile::new(name, yaml))?, &catalog)
/// };
///
/// let changes = Recipe::compare(&load("old.yaml", "max: 9")?, &load("new.yaml", "max: 8, level: S")?);
/// assert_eq!(
///     changes.to_string(),
///     "1 rule stricter, 0 looser, 0 otherwise changed, 0 new, 0 gone, 0 unchanged\n\n\
///      stricter  fill, input gate: litres max\n          \
///      bound 9 -> 8; level B -> S\n          \
///      old.yaml:1:55 -> new.yaml:1:55\n"
/// );
/// # Ok::<(), theus_core::source::SourceError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RecipeChanges {
    /// Every rule that differs: the stricter ones first, then by process, gate and path.
    pub changes: Vec<RuleChange>,
    /// How many rules are as they were, wherever they stand now.
    pub unchanged: usize,
}

/// How a rule differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It lets less pass, or acts earlier or more strongly, and in nothing less so.
    Stricter,
    /// It lets more pass, or acts later or more weakly, and in nothing less so.
    Looser,
    /// Stricter in one thing and looser in another, or what cannot be weighed, as a message.
    Otherwise,
    /// There was no such rule.
    New,
    /// There is no such rule any more.
    Gone,
}

/// One rule that differs, for every process for which it differs in the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RuleChange {
    /// How it differs.
    pub kind: ChangeKind,
    /// The processes that have it, in the order of their names.
    pub processes: Vec<&'static str>,
    /// The gate.
    pub gate: Gate,
    /// The path that it is on.
    pub path: String,
    /// What it asks.
    pub condition: Operator,
    /// What differs, as in `bound 9 -> 8`; empty for a rule that is new or gone.
    pub details: Vec<String>,
    /// The rule as it was.
    pub old: Option<RuleSettings>,
    /// The rule as it is.
    pub new: Option<RuleSettings>,
}

/// All that can be said of a rule besides what it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct RuleSettings {
    /// The bound.
    pub limit: String,
    /// The level.
    pub level: Level,
    /// From how many violations on it warns.
    pub min_threshold: u32,
    /// At how many violations the level acts.
    pub max_threshold: u32,
    /// Whether a pass puts its counter back.
    pub reset_on_success: bool,
    /// Whether it is asked only where there is something.
    pub where_present: bool,
    /// Where it is judged at all, where that is not everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Which violations are counted together, where that is said: `within 1h`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counting: Option<String>,
    /// What makes an alarm of it, where it is one: `alarm, deadband 3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm: Option<String>,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// How urgent a violation is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// What to do about a violation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
    /// In what its field is measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The message, with its placeholders.
    pub message: Option<String>,
    /// Where it stands: `file:line:column`.
    pub source: String,
}

/// What a rule asks of what.
type Key<'r> = (&'static str, Gate, &'r str, Operator);

impl RecipeChanges {
    pub(super) fn between(old: &Recipe, new: &Recipe) -> Self {
        let (mut before, mut after) = (by_key(old), by_key(new));
        let mut found = Vec::new();
        let mut unchanged = 0;
        for (key, old, new) in by_id(&mut before, &mut after) {
            match RuleChange::of(key, Some(old), Some(new)) {
                Some(change) => found.push(change),
                None => unchanged += 1,
            }
        }
        for (key, rules) in after {
            for (old, new) in paired(before.remove(&key).unwrap_or_default(), rules) {
                match RuleChange::of(key, old, new) {
                    Some(change) => found.push(change),
                    None => unchanged += 1,
                }
            }
        }
        for (key, rules) in before {
            found.extend(rules.into_iter().filter_map(|rule| RuleChange::of(key, Some(rule), None)));
        }
        Self { changes: grouped(found), unchanged }
    }

    /// Whether every rule is as it was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The changes of one kind.
    pub fn of_kind(&self, kind: ChangeKind) -> impl Iterator<Item = &RuleChange> {
        self.changes.iter().filter(move |change| change.kind == kind)
    }
}

type ByKey<'r> = BTreeMap<Key<'r>, Vec<&'r Arc<Rule>>>;

fn by_key(recipe: &Recipe) -> ByKey<'_> {
    let mut rules: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for process in recipe.processes() {
        for rule in Gate::ALL.into_iter().flat_map(|gate| process.rules(gate)) {
            rules.entry((process.process(), rule.gate, rule.path.as_str(), rule.test)).or_default().push(rule);
        }
    }
    rules
}

/// Those that are one by their id, whatever else they are by now: taken out of both.
fn by_id<'r>(old: &mut ByKey<'r>, new: &mut ByKey<'r>) -> Vec<(Key<'r>, &'r Arc<Rule>, &'r Arc<Rule>)> {
    let of = |rules: &ByKey<'r>| -> BTreeMap<(&'static str, &'r str), (Key<'r>, &'r Arc<Rule>)> {
        let all = rules.iter().flat_map(|(key, rules)| rules.iter().map(move |rule| (*key, *rule)));
        all.filter_map(|(key, rule)| Some(((key.0, rule.id()?.as_str()), (key, rule)))).collect()
    };
    let (earlier, later) = (of(old), of(new));
    let both: Vec<_> = later.into_iter().filter_map(|(id, new)| Some((*earlier.get(&id)?, new))).collect();
    let mut pairs = Vec::with_capacity(both.len());
    for ((old_key, old_rule), (key, rule)) in both {
        take(old, old_key, old_rule);
        take(new, key, rule);
        pairs.push((key, old_rule, rule));
    }
    pairs
}

fn take<'r>(rules: &mut ByKey<'r>, key: Key<'r>, rule: &Arc<Rule>) {
    if let Some(of_key) = rules.get_mut(&key) {
        of_key.retain(|other| !Arc::ptr_eq(other, rule));
    }
}

type Pair<'r> = (Option<&'r Arc<Rule>>, Option<&'r Arc<Rule>>);

/// Graduated limits are several rules of one key: the same ones belong together, then those of one level, then the rest in
/// their order.
fn paired<'r>(mut old: Vec<&'r Arc<Rule>>, mut new: Vec<&'r Arc<Rule>>) -> Vec<Pair<'r>> {
    let mut pairs = Vec::new();
    let alike: [fn(&Rule) -> String; 3] =
        [|rule| format!("{} {}", rule.level, rule.whole_limit()), |rule| rule.level.to_string(), |_| String::new()];
    for alike in alike {
        let mut waiting: BTreeMap<String, VecDeque<_>> = BTreeMap::new();
        for rule in old.drain(..) {
            waiting.entry(alike(rule)).or_default().push_back(rule);
        }
        new.retain(|rule| match waiting.get_mut(&alike(rule)).and_then(VecDeque::pop_front) {
            Some(earlier) => {
                pairs.push((Some(earlier), Some(*rule)));
                false
            }
            None => true,
        });
        old = waiting.into_values().flatten().collect();
    }
    pairs.extend(new.into_iter().map(|rule| (None, Some(rule))));
    pairs.extend(old.into_iter().map(|rule| (Some(rule), None)));
    pairs
}

impl RuleChange {
    /// `None` where the two are the same but for their places.
    fn of((process, gate, path, condition): Key<'_>, old: Option<&Arc<Rule>>, new: Option<&Arc<Rule>>) -> Option<Self> {
        let mut weighed = Weighed::default();
        let kind = match (old, new) {
            (Some(old), Some(new)) => {
                weighed.rules(old, new);
                weighed.kind()?
            }
            (None, _) => ChangeKind::New,
            (_, None) => ChangeKind::Gone,
        };
        let settings = |rule: &Arc<Rule>| RuleSettings::of(rule);
        let (old, new) = (old.map(settings), new.map(settings));
        let (processes, path) = (vec![process], path.to_owned());
        Some(Self { kind, processes, gate, path, condition, details: weighed.details, old, new })
    }
}

/// One of the texts that a rule says of itself.
type Said = fn(&Rule) -> Option<&Text>;

/// What differs between two rules, and which way.
#[derive(Default)]
struct Weighed {
    stricter: bool,
    looser: bool,
    details: Vec<String>,
}

impl Weighed {
    fn rules(&mut self, old: &Rule, new: &Rule) {
        if (old.gate, &old.path, old.test) != (new.gate, &new.path, new.test) {
            // One by its id: what it asks now has nothing to do with what it asked.
            let asks = |rule: &Rule| format!("{} {} {} at the {} gate", rule.path, rule.test, rule.limit(), rule.gate);
            self.weigh(None, format!("asks {} -> {}", asks(old), asks(new)));
        }
        let intervals = match (new.condition.over_time(), old.condition.over_time()) {
            (Some(new), Some(old)) => new.compare(old),
            _ => Interval::of(&new.condition).compare(&Interval::of(&old.condition)),
        };
        // What is weighed of a bound is not all of it.
        if intervals != Some(Ordering::Equal) || old.whole_limit() != new.whole_limit() {
            let (before, after) = match (old.limit(), new.limit()) {
                // Long lists can begin alike.
                (before, after) if before == after => (old.whole_limit(), new.whole_limit()),
                shown => shown,
            };
            self.weigh(intervals, format!("bound {before} -> {after}"));
        }
        // The strongest level is the least.
        self.weigh_unequal("level", old.level, new.level);
        self.weigh_unequal("max_threshold", old.max_threshold, new.max_threshold);
        self.weigh_unequal("min_threshold", old.min_threshold, new.min_threshold);
        // A counter that a pass puts back lets more violations go by.
        self.weigh_unequal("reset_on_success", old.reset_on_success, new.reset_on_success);
        // What is not there is let pass.
        self.weigh_unequal("where_present", old.where_present, new.where_present);
        if old.when() != new.when() {
            let shown = |rule: &Rule| rule.when().map_or("always".to_owned(), |when| format!("{when:?}"));
            // A rule that is judged in more runs passes in more of them too.
            let pass_matters = |rule: &Rule| rule.reset_on_success || rule.counting.window().counts_passes();
            let weighed = match (old.when(), new.when()) {
                _ if pass_matters(old) || pass_matters(new) => None,
                (None, _) => Some(Ordering::Greater),
                (_, None) => Some(Ordering::Less),
                _ => None,
            };
            self.weigh(weighed, format!("when {} -> {}", shown(old), shown(new)));
        }
        self.counting(&old.counting, &new.counting, old.reset_on_success || new.reset_on_success);
        self.alarm(old, new);
        if old.message != new.message {
            let shown =
                |rule: &Rule| rule.message.as_ref().map_or("none".to_owned(), |text| format!("{:?}", text.as_str()));
            self.details.push(format!("message {} -> {}", shown(old), shown(new)));
        }
        let texts: [(&str, Said); 5] = [
            ("id", Rule::id),
            ("owner", Rule::owner),
            ("priority", Rule::priority),
            ("response", Rule::response),
            ("unit", Rule::unit),
        ];
        for (what, said) in texts {
            if said(old) != said(new) {
                let shown = |rule: &Rule| said(rule).map_or("none".to_owned(), |text| format!("{:?}", text.as_str()));
                self.details.push(format!("{what} {} -> {}", shown(old), shown(new)));
            }
        }
    }

    fn weigh_unequal<T: Ord + fmt::Display>(&mut self, what: &str, old: T, new: T) {
        if old != new {
            self.weigh(Some(new.cmp(&old)), format!("{what} {old} -> {new}"));
        }
    }

    /// What is counted together: the longer a violation counts, the sooner the level acts.
    fn counting(&mut self, old: &Counting, new: &Counting, resets_on_success: bool) {
        if old != new {
            let shown = |counting: &Counting| said(counting).unwrap_or_else(|| "all".to_owned());
            self.weigh(new.compare(old, resets_on_success), format!("counts {} -> {}", shown(old), shown(new)));
        }
    }

    /// What counts once, where it counted in each run, counts less.
    fn alarm(&mut self, old: &Rule, new: &Rule) {
        let shown = |rule: &Rule| rule.alarm().map_or("no alarm".to_owned(), ToString::to_string);
        let (before, after) = (shown(old), shown(new));
        if before == after {
            return;
        }
        let detail = format!("{before} -> {after}");
        // Which runs are refused is not an alarm's to say.
        if old.level.refuses() && new.level.refuses() {
            self.details.push(detail);
            return;
        }
        let weighed = match (old.alarm(), new.alarm()) {
            (Some(old), Some(new)) => new.compare(old),
            (None, _) => Some(Ordering::Greater),
            (_, None) => Some(Ordering::Less),
        };
        self.weigh(weighed, detail);
    }

    /// `Less` is stricter.
    fn weigh(&mut self, comparison: Option<Ordering>, detail: String) {
        self.stricter |= matches!(comparison, Some(Ordering::Less) | None);
        self.looser |= matches!(comparison, Some(Ordering::Greater) | None);
        self.details.push(detail);
    }

    fn kind(&self) -> Option<ChangeKind> {
        match (self.stricter, self.looser) {
            _ if self.details.is_empty() => None,
            (true, false) => Some(ChangeKind::Stricter),
            (false, true) => Some(ChangeKind::Looser),
            _ => Some(ChangeKind::Otherwise),
        }
    }
}

fn said(counting: &Counting) -> Option<String> {
    let said = counting.to_string();
    (!said.is_empty()).then(|| said.trim_start().to_owned())
}

impl RuleSettings {
    fn of(rule: &Rule) -> Self {
        Self {
            limit: rule.limit(),
            level: rule.level,
            min_threshold: rule.min_threshold,
            max_threshold: rule.max_threshold,
            reset_on_success: rule.reset_on_success,
            where_present: rule.where_present,
            when: rule.when().map(str::to_owned),
            counting: said(&rule.counting),
            alarm: rule.alarm().map(ToString::to_string),
            id: rule.id().map(ToString::to_string),
            owner: rule.owner().map(ToString::to_string),
            priority: rule.priority().map(ToString::to_string),
            response: rule.response().map(ToString::to_string),
            unit: rule.unit().map(ToString::to_string),
            message: rule.message.as_ref().map(|message| message.as_str().to_owned()),
            source: rule.source.clone(),
        }
    }
}

/// One rule of a template or of all processes is one change, however many processes have it.
fn grouped(found: Vec<RuleChange>) -> Vec<RuleChange> {
    let mut groups: BTreeMap<_, (usize, RuleChange)> = BTreeMap::new();
    for (index, mut change) in found.into_iter().enumerate() {
        let key =
            (change.kind, change.gate, change.path.clone(), change.condition, change.old.clone(), change.new.clone());
        match groups.get_mut(&key) {
            Some((_, group)) => group.processes.append(&mut change.processes),
            None => drop(groups.insert(key, (index, change))),
        }
    }
    let mut changes: Vec<_> = groups.into_values().collect();
    changes.sort_by_key(|(index, change)| (change.kind, *index));
    changes.into_iter().map(|(_, change)| change).collect()
}
