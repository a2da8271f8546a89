//! One rule: a condition on one value, with its level and thresholds.

use std::time::Duration;

use super::about::About;
use super::alarm::AlarmSettings;
use super::condition::{Condition, Operator};
use super::counting::Counting;
use super::delta::Change;
use super::looks;
use super::message::{Message, Seen};
use super::metadata::RuleMetadata;
use super::over_time::OverTime;
use super::steps::{PathStep, walk};
use crate::audit::Level;
use crate::condition::Expression;
use crate::context::{REDACTED, Value};
use theus_model::audit::Gate;
use theus_model::audit::Subject;
use theus_model::audit::Text;
use theus_model::context::{JoinedRange, NumberRange as _};

/// So many characters of a bound are shown, in each record of its rule.
const LONGEST_LIMIT: usize = 1_000;

/// Where a rule reads its value: a field, and the steps from it.
#[derive(Clone, Debug)]
pub struct Target {
    pub(super) base: Base,
    pub(super) steps: Box<[PathStep]>,
}

/// What a path starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// An argument, by its position.
    Argument(usize),
    /// A field of the global context: the position of each name on the way.
    Global(Box<[usize]>),
    /// A field of the domain.
    Domain(Box<[usize]>),
    /// A field of the local scratch.
    Local(Box<[usize]>),
    /// Nothing: the rule reads all that its condition names.
    Named,
}

impl Target {
    /// That of a condition which names what it reads.
    pub(super) fn named() -> Self {
        Self { base: Base::Named, steps: Box::default() }
    }

    /// What it starts with.
    pub const fn base(&self) -> &Base {
        &self.base
    }

    /// Whether it is a field itself, and nothing inside of it or computed of it.
    pub const fn is_field(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether it leads to each element of something.
    pub(super) fn is_of_each(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, PathStep::Each(_)))
    }

    /// The value, unless it is in a range that is asked of it.
    #[inline]
    pub fn read_outside<'a>(&self, range: &JoinedRange, subject: &'a (impl Subject + ?Sized)) -> Option<Value<'a>> {
        let value = self.base_outside(range, subject)?;
        if self.steps.is_empty() {
            return Some(value);
        }
        let value = walk(value, &self.steps);
        if range.has(value) { None } else { Some(value) }
    }

    /// What the path starts with, unless it is all of the path and in the range: then it is not even written out.
    ///
    /// Not inlined: in a loop over rules, the look at every field of the context would be prepared before it, whichever is
    /// read. It is the one place that looks, so that the look itself is inlined here.
    #[inline(never)]
    fn base_outside<'a>(&self, range: &JoinedRange, subject: &'a (impl Subject + ?Sized)) -> Option<Value<'a>> {
        let value = match &self.base {
            Base::Argument(index) => subject.argument(*index),
            Base::Global(path) => subject.global(path),
            Base::Domain(path) => subject.domain(path),
            Base::Local(path) => subject.local(path),
            Base::Named => Value::Opaque,
        };
        if self.steps.is_empty() && range.has(value) { None } else { Some(value) }
    }

    /// What the path starts with.
    pub(super) fn read_base<'a>(&self, subject: &'a (impl Subject + ?Sized)) -> Value<'a> {
        // There is always one: no value is in this range.
        self.base_outside(&JoinedRange::None, subject).unwrap_or(Value::Missing)
    }

    /// The value; of a path to each element, what they are elements of.
    fn read_to_elements<'a>(&self, subject: &'a (impl Subject + ?Sized)) -> Value<'a> {
        let at = self.steps.iter().position(|step| matches!(step, PathStep::Each(_))).unwrap_or(self.steps.len());
        walk(self.read_base(subject), &self.steps[..at])
    }

    /// The value.
    pub fn read<'a>(&self, subject: &'a (impl Subject + ?Sized)) -> Value<'a> {
        // There is always one: no value is in this range.
        self.read_outside(&JoinedRange::None, subject).unwrap_or(Value::Missing)
    }

    /// What the value of the same place follows on; only the domain has one.
    pub(super) fn read_predecessor<'a>(&self, subject: &'a (impl Subject + ?Sized)) -> Value<'a> {
        match &self.base {
            Base::Domain(path) => walk(subject.predecessor(path), &self.steps),
            _ => Value::Opaque,
        }
    }

    /// The same place as it is committed; only the domain has one.
    pub(super) fn read_committed<'a>(&self, subject: &'a (impl Subject + ?Sized)) -> Value<'a> {
        match &self.base {
            Base::Domain(path) => walk(subject.committed(path), &self.steps),
            _ => Value::Opaque,
        }
    }
}

/// What a look at a rule found.
#[derive(Debug)]
pub enum Verdict {
    /// It is not asked here: neither a violation nor a pass.
    NotAsked,
    /// Nor here, since its `when` does not hold.
    Elsewhere,
    Passed,
    Failed(Seen),
}

/// Whose a rule is, and so who counts on its counter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// One process's: the same rule of another process counts for itself.
    #[default]
    Process,
    /// An invariant, judged after the processes that write what it is on: one counter, whichever violates it.
    Writers,
    /// An invariant that is judged after every process.
    Everywhere,
}

/// One condition on one value at one gate of one process. Each session counts for itself how often it was violated; an invariant
/// is counted once for all processes after which it is judged.
#[derive(Clone, Debug)]
pub struct Rule {
    pub(super) target: Target,
    pub(super) condition: Condition,
    /// Where it is judged at all: where this holds.
    pub(super) when: Option<Expression>,
    /// The bound as it was written, where that can differ from what is made of it.
    pub(super) limit: Option<Box<str>>,
    pub(super) reset_on_success: bool,
    /// Whether it is not asked where there is nothing.
    pub(super) where_present: bool,
    /// Whether the run itself may change what it is on: what it finds is known only then.
    pub(super) is_made_in_run: bool,
    /// Whether people are not shown what it is on.
    pub(super) redacts: bool,
    /// The same for the rules of a recipe that are one: an invariant, once for each process after which it is judged.
    pub(super) identity: u32,
    pub(super) scope: Scope,
    pub(super) gate: Gate,
    pub(super) path: String,
    pub(super) test: Operator,
    pub(super) level: Level,
    pub(super) min_threshold: u32,
    pub(super) max_threshold: u32,
    pub(super) counting: Counting,
    /// What makes an alarm of it, where it is one.
    pub(super) alarm: Option<Box<AlarmSettings>>,
    pub(super) message: Option<Message>,
    /// What it says of itself for people.
    pub(super) about: Option<Box<About>>,
    /// `file:line:column` of the condition.
    pub(super) source: String,
}

impl Rule {
    /// Whether it passes for a value that was read from its target. Not inlined, for the same reason as the reading.
    #[inline(never)]
    pub fn passes(&self, value: Value<'_>, subject: &(impl Subject + ?Sized)) -> bool {
        match &self.condition {
            Condition::Change(change) => change.passes(value, self.compared_with(change, subject)),
            Condition::Against(against) => against.passes(value, subject),
            condition => condition.passes(value),
        }
    }

    /// Whether there is something that it asks about: with `where_present`, nothing is neither a violation nor a pass.
    #[inline]
    pub const fn asks(&self, value: &Value<'_>) -> bool {
        !(self.where_present && matches!(value, Value::Missing))
    }

    /// Whether its value alone says whether it passes: then it is judged by [`passes`](Self::passes), beside all others on that
    /// value; else by [`judge`](Self::judge), by itself.
    pub fn is_of_one_value(&self) -> bool {
        self.when.is_none() && self.condition.that().is_none() && !self.goes_by_time() && !self.target.is_of_each()
    }

    /// What a violation tells of the value that was read.
    pub fn seen(&self, value: Value<'_>, subject: &(impl Subject + ?Sized)) -> Seen {
        let before = self.before(subject).map(|before| self.shown(before));
        let value = self.shown(value);
        match &self.condition {
            Condition::Against(_) => Seen { value: self.beside(value.into(), subject), before, key: None },
            _ => Seen { value, before, key: None },
        }
    }

    /// What was found, and beside it what it was compared with, where that is a value too.
    pub(super) fn beside(&self, found: String, subject: &(impl Subject + ?Sized)) -> Text {
        match &self.condition {
            Condition::Against(against) => format!("{found}, {}", against.shown(subject, self.unit())).into(),
            _ => found.into(),
        }
    }

    /// A value of what it is on, as people see it.
    pub(super) fn shown(&self, value: Value<'_>) -> Text {
        if self.redacts { Text::from_static(REDACTED) } else { looks::measured(value, self.unit()).into() }
    }

    /// What it looks at, as it is; `None` where that is known only in a run.
    pub fn value_at_present(&self, subject: &(impl Subject + ?Sized)) -> Option<Text> {
        match (self.condition.that(), &self.target.base) {
            (None, Base::Named) => None,
            (Some(that), _) => Some(looks::named(that, subject).into()),
            (None, Base::Local(_)) => None,
            (None, _) => Some(self.shown(self.target.read_to_elements(subject))),
        }
    }

    /// The paths that decide what it finds: its own or those of its condition, and those of its `when`.
    pub fn reads(&self) -> impl Iterator<Item = &str> {
        let that = self.condition.that().map_or(&[][..], Expression::reads);
        let own = self.condition.that().is_none().then_some(self.path.as_str());
        own.into_iter().chain(that.iter().map(String::as_str)).chain(self.when_reads())
    }

    pub(super) fn when_reads(&self) -> impl Iterator<Item = &str> {
        self.when.as_ref().map_or(&[][..], Expression::reads).iter().map(String::as_str)
    }

    /// Whether it looks at an argument.
    pub fn reads_arguments(&self) -> bool {
        let is_argument = |path: &str| !["domain.", "global.", "local."].iter().any(|layer| path.starts_with(layer));
        let of_condition = || self.condition.that().map_or(&[][..], Expression::reads).iter().map(String::as_str);
        matches!(self.target.base, Base::Argument(_)) || of_condition().chain(self.when_reads()).any(is_argument)
    }

    /// Whether it is held against what it has seen last, by the clock: `max_rate`, `stuck`.
    #[must_use]
    pub const fn goes_by_time(&self) -> bool {
        self.condition.over_time().is_some()
    }

    /// Of `missing`: how often its process is to be run.
    #[must_use]
    pub const fn missing(&self) -> Option<Duration> {
        match self.condition.over_time() {
            Some(OverTime::Missing(limit)) => Some(*limit),
            _ => None,
        }
    }

    /// Whether it asks what time it is.
    #[must_use]
    pub fn asks_now(&self) -> bool {
        self.goes_by_time() || self.condition.that().into_iter().chain(&self.when).any(Expression::asks_now)
    }

    /// Where it is judged, as the recipe says it: `when`.
    #[must_use]
    pub fn when(&self) -> Option<&str> {
        self.when.as_ref().map(Expression::text)
    }

    /// What is committed where it looks, for the account of a violation; `None` where the rule does not say it.
    pub(super) fn before<'a>(&self, subject: &'a (impl Subject + ?Sized)) -> Option<Value<'a>> {
        let is_said = self.condition.change().is_some() || self.message.as_ref().is_some_and(Message::asks_before);
        is_said.then(|| match self.condition.change() {
            Some(change) => self.compared_with(change, subject),
            None => self.target.read_committed(subject),
        })
    }

    fn compared_with<'a>(&self, change: &Change, subject: &'a (impl Subject + ?Sized)) -> Value<'a> {
        match change.asks_for_first_state() {
            true => self.target.read_committed(subject),
            false => self.target.read_predecessor(subject),
        }
    }

    /// Where it reads its value.
    #[doc(hidden)]
    #[must_use]
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// What it asks, as it is evaluated.
    #[doc(hidden)]
    #[must_use]
    pub const fn condition(&self) -> &Condition {
        &self.condition
    }

    /// Whether a pass puts its counter back: `reset_on_success`.
    #[must_use]
    pub const fn resets_on_success(&self) -> bool {
        self.reset_on_success
    }

    /// Whose it is.
    #[doc(hidden)]
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// The same for the rules of a recipe that are one: an invariant, once for each process after which it is judged.
    #[doc(hidden)]
    #[must_use]
    pub const fn identity(&self) -> u32 {
        self.identity
    }

    /// Whether the run itself may change what it is on: what it finds is known only then.
    #[doc(hidden)]
    #[must_use]
    pub const fn is_made_in_run(&self) -> bool {
        self.is_made_in_run
    }

    /// Its message.
    #[doc(hidden)]
    #[must_use]
    pub const fn message(&self) -> Option<&Message> {
        self.message.as_ref()
    }

    /// What it is called, where the recipe says it: by that it is known again.
    #[must_use]
    pub fn id(&self) -> Option<&Text> {
        self.about.as_ref()?.id.as_ref()
    }

    /// Whose it is, where the recipe says it.
    #[must_use]
    pub fn owner(&self) -> Option<&Text> {
        self.about.as_ref()?.owner.as_ref()
    }

    /// How urgent a violation is, where the recipe says it.
    #[must_use]
    pub fn priority(&self) -> Option<&Text> {
        self.about.as_ref()?.priority.as_ref()
    }

    /// What to do about a violation, where the recipe says it.
    #[must_use]
    pub fn response(&self) -> Option<&Text> {
        self.about.as_ref()?.response.as_ref()
    }

    /// In what its field and its bound are measured, where the field or the recipe says it.
    #[must_use]
    pub fn unit(&self) -> Option<&Text> {
        self.about.as_ref()?.unit.as_ref()
    }

    /// Whether it is asked only where there is something: `where_present`.
    #[must_use]
    pub const fn is_where_present(&self) -> bool {
        self.where_present
    }

    /// What it says, as records name it: `domain.temperature min 45`.
    #[must_use]
    pub fn name(&self) -> String {
        let where_present = if self.where_present { " where present" } else { "" };
        let when = self.when().map_or_else(String::new, |when| format!(" when {}", looks::in_one_line(when)));
        match self.condition.that() {
            Some(_) => format!("{} {}{when}", self.test, self.limit()),
            None => format!("{} {} {}{where_present}{when}", self.path, self.test, self.limit()),
        }
    }

    /// Whether people are not shown the values that it is on: of a field marked `#[context(redact)]`, of an argument marked `#[redact]`.
    #[must_use]
    pub const fn redacts(&self) -> bool {
        self.redacts
    }

    /// Whether it is an invariant: one rule with one counter, whichever process violates it.
    #[must_use]
    pub const fn is_invariant(&self) -> bool {
        !matches!(self.scope, Scope::Process)
    }

    /// The gate at which it is judged.
    #[must_use]
    pub const fn gate(&self) -> Gate {
        self.gate
    }

    /// The path that it is on, as written; of a condition on several values, all that it names.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What it asks.
    #[must_use]
    pub const fn test(&self) -> Operator {
        self.test
    }

    /// The bound, as records show it: a number as it was written.
    #[must_use]
    pub fn limit(&self) -> String {
        let limit = self.limit.as_deref().map_or_else(|| self.condition.to_string(), str::to_owned);
        match limit.char_indices().nth(LONGEST_LIMIT) {
            Some((end, _)) => format!("{}… ({} characters)", &limit[..end], limit.chars().count()),
            None => limit,
        }
    }

    /// The same with its unit, where it is a number.
    fn measured_limit(&self) -> String {
        let is_number = matches!(
            self.test,
            Operator::Min
                | Operator::Max
                | Operator::Between
                | Operator::Eq
                | Operator::Neq
                | Operator::In
                | Operator::NotIn
                | Operator::MultipleOf
                | Operator::MaxDelta
        );
        match self.unit().filter(|_| is_number && !matches!(self.condition, Condition::Against(_))) {
            Some(unit) => format!("{} {unit}", self.limit()),
            None => self.limit(),
        }
    }

    /// The whole bound, by which two rules are told apart: a long list is not cut, and a number is what it is worth.
    pub fn whole_limit(&self) -> String {
        format!("{:#}", self.condition)
    }

    /// Its level.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
    }

    /// From how many violations on an early warning is given.
    #[must_use]
    pub const fn min_threshold(&self) -> u32 {
        self.min_threshold
    }

    /// At how many violations the level acts.
    #[must_use]
    pub const fn max_threshold(&self) -> u32 {
        self.max_threshold
    }

    /// Which violations are counted together: `within`, `of`.
    #[must_use]
    pub const fn counting(&self) -> &Counting {
        &self.counting
    }

    /// What makes an alarm of it, where it is one.
    #[must_use]
    pub fn alarm(&self) -> Option<&AlarmSettings> {
        self.alarm.as_deref()
    }

    /// Whether an excursion counts once, however many runs see it: of an alarm whose level refuses no run. A level that does is
    /// held against every run that violates it.
    #[must_use]
    pub const fn counts_excursions(&self) -> bool {
        self.alarm.is_some() && !self.level.refuses()
    }

    /// What every violation of it says of it.
    #[must_use]
    pub fn metadata(&self, process: &'static str) -> RuleMetadata {
        RuleMetadata {
            process: Text::from_static(process),
            gate: self.gate(),
            rule: self.name().into(),
            path: self.path().into(),
            condition: Text::from_static(self.test().as_str()),
            limit: self.measured_limit().into(),
            level: self.level(),
            min_threshold: self.min_threshold(),
            max_threshold: self.max_threshold(),
            source: self.source().into(),
            invariant: self.is_invariant(),
            id: self.id().cloned(),
            owner: self.owner().cloned(),
            priority: self.priority().cloned(),
            response: self.response().cloned(),
            counting: match self.counting.to_string() {
                said if said.is_empty() => None,
                said => Some(said.trim_start().into()),
            },
            alarm: self.alarm.as_ref().map(|alarm| alarm.to_string().into()),
        }
    }

    /// Where its condition stands: `file:line:column`.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }
}
