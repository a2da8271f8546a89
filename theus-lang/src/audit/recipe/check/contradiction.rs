//! Rules on one field at one gate that no value satisfies together.

use std::collections::{HashMap, HashSet};

use super::super::super::condition::{Condition, Operator};
use super::super::super::delta::Change;
use super::super::super::integer::Integer;
use super::super::catalog::Problems;
use super::super::code;
use super::super::interval::{Interval, Number, Point};
use super::super::resolve::Draft;
use super::{Weighed, regex};
use crate::context::Shape;
use crate::source::Problem;

/// So many values of one list are named; who removes them sees the rest.
const MOST_DEAD: usize = 10;

/// So often a value of a list is held against another condition; longer lists are not weighed against those.
const MOST_JUDGED: usize = 100_000;

/// A bound, and the rule that it is of.
type Held<T> = Option<(T, usize)>;

/// Rules that no value satisfies together.
struct Clash {
    one: usize,
    other: usize,
    /// Where it takes three.
    third: Option<usize>,
}

impl Clash {
    /// Whether all of them are asked only where there is something.
    fn asks_where_present(&self, draft: &Draft) -> bool {
        let rules = [Some(self.one), Some(self.other), self.third];
        rules.into_iter().flatten().all(|index| draft.rules[index].where_present)
    }
}

/// All that the rules of a group ask, each from the strictest of them.
#[derive(Default)]
struct Asked<'d> {
    least: Held<Number>,
    most: Held<Number>,
    shortest: Held<usize>,
    longest: Held<usize>,
    only: Vec<(&'d [Point], usize)>,
    never: Vec<(&'d Point, usize)>,
    /// Conditions that can be asked about each value of a list.
    judges: Vec<(&'d Condition, usize)>,
    /// The whole numbers of which the value is to be a multiple.
    steps: Vec<(u128, usize)>,
    /// What the texts begin with.
    prefixes: Vec<(&'d str, usize)>,
    /// `exists: false`, and a rule that nothing at all does not satisfy.
    absent: Option<usize>,
    present: Option<usize>,
    changed: Option<usize>,
    unchanged: Option<usize>,
}

pub(super) fn check(weighed: &Weighed<'_>, group: &[usize], problems: &mut Problems) {
    if group.len() < 2 {
        return;
    }
    let draft = weighed.draft;
    // One that lets the first violations pass counts something: what it asks need not hold of each run.
    let counts = |index: &usize| draft.rules[*index].level.refuses() && draft.rules[*index].max_threshold() > 1;
    let group: Vec<usize> = group.iter().copied().filter(|index| !counts(index)).collect();
    let group = group.as_slice();
    let refusing: Vec<usize> = group.iter().copied().filter(|index| draft.rules[*index].level.refuses()).collect();
    let of_refusing = Asked::by(weighed, &refusing);
    if let Some(clash) = of_refusing.contradiction(draft) {
        if crosses_itself(draft, &clash) {
            return;
        }
        let problem = problem(draft, &clash, Problem::new).code(code::CONTRADICTION);
        problems.push(problem.help(match clash.asks_where_present(draft) {
            true => format!(
                "no run of `{}` where it is there could ever pass: write `exists: false`",
                draft.contract.process
            ),
            false => format!("no run of `{}` could ever pass", draft.contract.process),
        }));
        return;
    }
    if refusing.len() < group.len()
        && let Some(clash) = Asked::by(weighed, group).contradiction(draft)
        && !crosses_itself(draft, &clash)
    {
        let problem = problem(draft, &clash, Problem::warning).code(code::ALWAYS_RECORDS);
        problems.push(problem.help(format!("every run of `{}` will have a violation", draft.contract.process)));
        return;
    }
    of_refusing.dead_values(draft, problems);
}

/// Whether the two are a lower and an upper bound of one entry, which is told where the entry is resolved.
fn crosses_itself(draft: &Draft, Clash { one, other, third }: &Clash) -> bool {
    let is_bound = |index: usize| {
        matches!(draft.rules[index].test, Operator::Min | Operator::Max | Operator::MinLen | Operator::MaxLen)
    };
    let same_entry = draft.places[*one].parent() == draft.places[*other].parent();
    third.is_none() && same_entry && is_bound(*one) && is_bound(*other)
}

fn problem(draft: &Draft, clash: &Clash, make: fn(crate::source::NodePath, String) -> Problem) -> Problem {
    let shown = |index: usize| format!("{} {}", draft.rules[index].test, draft.rules[index].limit());
    let mut rules = vec![clash.one, clash.other];
    rules.extend(clash.third);
    rules.sort_unstable();
    let (first, last) = (rules[0], rules[rules.len() - 1]);
    let path = &draft.rules[first].path;
    let message = match rules[..] {
        [one, two, three] => {
            format!("no value of {path} satisfies all of {}, {} and {}", shown(one), shown(two), shown(three))
        }
        _ => format!("no value of {path} satisfies both {} and {}", shown(first), shown(last)),
    };
    make(draft.places[last].clone(), message).other(format!("{} is here", shown(first)), draft.places[first].clone())
}

impl<'d> Asked<'d> {
    fn by(Weighed { draft, intervals, .. }: &'d Weighed<'d>, group: &[usize]) -> Self {
        let mut asked = Self::default();
        for index in group {
            let condition = &draft.rules[*index].condition;
            match &intervals[*index] {
                Interval::Numbers { least, most } => {
                    raise(&mut asked.least, *least, *index);
                    lower(&mut asked.most, *most, *index);
                }
                Interval::Lengths { least, most } => {
                    raise(&mut asked.shortest, *least, *index);
                    lower(&mut asked.longest, *most, *index);
                }
                Interval::Only(points) => asked.only.push((points, *index)),
                Interval::Other(_) => asked.add_other(condition, *index),
                Interval::AllBut(points) => asked.never.extend(points.iter().map(|point| (point, *index))),
            }
            if !matches!(condition, Condition::Exists(false)) && !draft.rules[*index].where_present {
                asked.present = Some(*index);
            }
        }
        asked
    }

    /// What bounds no numbers and names no values.
    fn add_other(&mut self, condition: &'d Condition, index: usize) {
        match condition {
            Condition::Exists(false) => self.absent = Some(index),
            Condition::Change(Change::Changed) => self.changed = Some(index),
            Condition::Change(Change::Unchanged) => self.unchanged = Some(index),
            Condition::Regex(regex) => {
                let prefix = regex::prefix(regex.as_str());
                raise(&mut self.shortest, Some(prefix.chars().count()), index);
                self.prefixes.push((prefix, index));
                self.judges.push((condition, index));
            }
            Condition::Finite => {
                raise(&mut self.least, Some(Number::Float(f64::MIN)), index);
                lower(&mut self.most, Some(Number::Float(f64::MAX)), index);
                self.judges.push((condition, index));
            }
            Condition::MultipleOf(step) => {
                self.steps.push((*step, index));
                self.judges.push((condition, index));
            }
            Condition::DecimalMultipleOf(_) => self.judges.push((condition, index)),
            _ => {}
        }
    }

    /// Rules that contradict each other.
    fn contradiction(&self, draft: &Draft) -> Option<Clash> {
        let pair = |(one, other)| Clash { one, other, third: None };
        let crossed = crossed(self.least, self.most).or_else(|| crossed(self.shortest, self.longest));
        let crossed = crossed.or(self.absent.zip(self.present)).or(self.changed.zip(self.unchanged));
        if let Some(found) = crossed.or_else(|| self.beginnings()) {
            return Some(pair(found));
        }
        if let Some(clash) = self.steps.iter().find_map(|(step, index)| self.no_multiple(*step, *index, draft)) {
            return Some(clash);
        }
        // One list of values is enough: what is left of it must pass all other rules.
        let (points, index) = self.only.first()?;
        let named = Named::by(self);
        let mut against = None;
        for point in *points {
            against = Some(self.refuser(point, *index, &named)?);
        }
        against.map(|other| pair((*index, other)))
    }

    /// Two texts that one text would have to begin with.
    fn beginnings(&self) -> Option<(usize, usize)> {
        let (longest, index) = self.prefixes.iter().max_by_key(|(prefix, _)| prefix.len())?;
        let other = self.prefixes.iter().find(|(prefix, _)| !longest.starts_with(prefix))?;
        Some((*index, other.1))
    }

    /// No multiple of a step between the bounds, of which the type has one where no rule has.
    fn no_multiple(&self, step: u128, index: usize, draft: &Draft) -> Option<Clash> {
        let Shape::Int { min, max } = draft.shapes[index].innermost() else { return None };
        let bound = |held: Held<Number>, of_type: Option<i128>| match held {
            Some((Number::Integer(Integer::Small(bound)), _)) => Some(bound),
            Some(_) => None,
            None => of_type,
        };
        let least = bound(self.least, Some(*min))?;
        let most = bound(self.most, i128::try_from(*max).ok())?;
        let step = i128::try_from(step).ok()?;
        // The least multiple from `least` on: beyond 128 bits there is none.
        let first = match least.rem_euclid(step) {
            0 => Some(least),
            rest => least.checked_add(step - rest),
        };
        if first.is_some_and(|first| first <= most) {
            return None;
        }
        let mut bounds: Vec<usize> = [self.least, self.most].into_iter().flatten().map(|(_, index)| index).collect();
        bounds.dedup();
        let one = bounds.first()?;
        Some(Clash { one: *one, other: index, third: bounds.get(1).copied() })
    }

    /// The rule, other than its own, that does not let a value pass.
    fn refuser(&self, point: &Point, own: usize, named: &Named<'_>) -> Option<usize> {
        if let Some(number) = point.as_number() {
            let below = self.least.filter(|(least, _)| number < *least);
            let above = self.most.filter(|(most, _)| number > *most);
            if let Some((_, index)) = below.or(above) {
                return Some(index);
            }
        }
        if let Some(length) = point.length() {
            let below = self.shortest.filter(|(shortest, _)| length < *shortest);
            let above = self.longest.filter(|(longest, _)| length > *longest);
            if let Some((_, index)) = below.or(above) {
                return Some(index);
            }
        }
        let key = point.key();
        if named.lists.get(&key).is_some_and(|lists| *lists < self.only.len()) {
            let lacks = |(points, index): &&(&[Point], usize)| *index != own && !points.contains(point);
            return self.only.iter().find(lacks).map(|(_, index)| *index);
        }
        if let Some(index) = named.never.get(&key) {
            return Some(*index);
        }
        let value = point.value();
        named.judges.iter().find(|(condition, _)| !condition.passes(value)).map(|(_, index)| *index)
    }

    /// Values of a list that another rule never lets pass: the list says more than it means.
    fn dead_values(&self, draft: &Draft, problems: &mut Problems) {
        let Some((points, index)) = self.only.first() else { return };
        let named = Named::by(self);
        let refused = points.iter().filter_map(|point| self.refuser(point, *index, &named).map(|other| (point, other)));
        for (point, other) in refused.take(MOST_DEAD) {
            let (rule, by) = (&draft.rules[*index], &draft.rules[other]);
            let message =
                format!("{point} in the `{}` of {} never passes: {} {}", rule.test, rule.path, by.test, by.limit());
            let problem = Problem::warning(draft.places[*index].clone(), message).code(code::NEVER_PASSES);
            let problem = problem.help("remove it from the list, or loosen the other rule");
            problems.push(problem.other("the other rule", draft.places[other].clone()));
        }
    }
}

/// Values by their keys, so that long lists are gone through once.
struct Named<'a> {
    /// The conditions that each is asked; none where that would take too long.
    judges: &'a [(&'a Condition, usize)],
    /// In how many lists of values each is.
    lists: HashMap<String, usize>,
    /// Which rule excludes it.
    never: HashMap<String, usize>,
}

impl<'a> Named<'a> {
    fn by(asked: &'a Asked<'_>) -> Self {
        let values = asked.only.first().map_or(0, |(points, _)| points.len());
        let judges = if values.saturating_mul(asked.judges.len()) > MOST_JUDGED { &[] } else { &asked.judges[..] };
        let mut lists = HashMap::new();
        for (points, _) in &asked.only {
            let keys: HashSet<_> = points.iter().map(Point::key).collect();
            keys.into_iter().for_each(|key| *lists.entry(key).or_default() += 1);
        }
        Self { judges, lists, never: asked.never.iter().map(|(point, index)| (point.key(), *index)).collect() }
    }
}

/// A lower bound above an upper one.
fn crossed<T: PartialOrd>(least: Held<T>, most: Held<T>) -> Option<(usize, usize)> {
    let ((least, one), (most, other)) = (least?, most?);
    (least > most).then_some((one, other))
}

fn raise<T: PartialOrd + Copy>(held: &mut Held<T>, bound: Option<T>, index: usize) {
    if let Some(bound) = bound
        && held.is_none_or(|(highest, _)| bound > highest)
    {
        *held = Some((bound, index));
    }
}

fn lower<T: PartialOrd + Copy>(held: &mut Held<T>, bound: Option<T>, index: usize) {
    if let Some(bound) = bound
        && held.is_none_or(|(lowest, _)| bound < lowest)
    {
        *held = Some((bound, index));
    }
}
