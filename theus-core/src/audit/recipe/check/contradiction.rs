//! Rules on one field at one gate that no value satisfies together.

use std::collections::{HashMap, HashSet};

use super::super::super::condition::Test;
use super::super::super::rule::Rule;
use super::super::extent::{Extent, Number, Point};
use super::super::resolve::Draft;
use super::super::{Problems, code};
use crate::source::Problem;

/// So many values of one list are named; who removes them sees the rest.
const MOST_DEAD: usize = 10;

/// A bound, and the rule that it is of.
type Held<T> = Option<(T, usize)>;

/// All that the rules of a group ask, each from the strictest of them.
#[derive(Default)]
struct Asked {
    least: Held<Number>,
    most: Held<Number>,
    shortest: Held<usize>,
    longest: Held<usize>,
    only: Vec<(Vec<Point>, usize)>,
    never: Vec<(Point, usize)>,
}

pub(super) fn check(draft: &Draft, group: &[usize], problems: &mut Problems) {
    if group.len() < 2 {
        return;
    }
    let refusing: Vec<usize> = group.iter().copied().filter(|index| draft.rules[*index].level.refuses()).collect();
    if let Some((one, other)) = Asked::by(draft, &refusing).contradiction() {
        if crosses_itself(draft, one, other) {
            return;
        }
        let problem = problem(draft, one, other, Problem::new).code(code::CONTRADICTION);
        problems.push(problem.help(format!("no run of `{}` could ever pass", draft.process)));
        return;
    }
    if refusing.len() < group.len()
        && let Some((one, other)) = Asked::by(draft, group).contradiction()
        && !crosses_itself(draft, one, other)
    {
        let problem = problem(draft, one, other, Problem::warning).code(code::ALWAYS_RECORDS);
        problems.push(problem.help(format!("every run of `{}` will have a violation", draft.process)));
        return;
    }
    Asked::by(draft, &refusing).dead_values(draft, problems);
}

/// Whether the two are a lower and an upper bound of one entry, which is told where the entry is resolved.
fn crosses_itself(draft: &Draft, one: usize, other: usize) -> bool {
    let is_bound =
        |index: usize| matches!(draft.rules[index].test, Test::Min | Test::Max | Test::MinLen | Test::MaxLen);
    draft.places[one].parent() == draft.places[other].parent() && is_bound(one) && is_bound(other)
}

fn problem(draft: &Draft, one: usize, other: usize, make: fn(crate::source::NodePath, String) -> Problem) -> Problem {
    let shown = |rule: &Rule| format!("{} {}", rule.test, rule.limit());
    let (one, other) = (one.min(other), one.max(other));
    let (first, second) = (&draft.rules[one], &draft.rules[other]);
    let message = format!("no value of {} satisfies both {} and {}", first.path, shown(first), shown(second));
    make(draft.places[other].clone(), message).other(format!("{} is here", shown(first)), draft.places[one].clone())
}

impl Asked {
    fn by(draft: &Draft, group: &[usize]) -> Self {
        let mut asked = Self::default();
        for index in group {
            match Extent::of(&draft.rules[*index].condition) {
                Extent::Numbers { least, most } => {
                    raise(&mut asked.least, least, *index);
                    lower(&mut asked.most, most, *index);
                }
                Extent::Lengths { least, most } => {
                    raise(&mut asked.shortest, least, *index);
                    lower(&mut asked.longest, most, *index);
                }
                Extent::Only(points) => asked.only.push((points, *index)),
                Extent::Other(_) => {}
                Extent::AllBut(points) => asked.never.extend(points.into_iter().map(|point| (point, *index))),
            }
        }
        asked
    }

    /// Two rules that contradict each other.
    fn contradiction(&self) -> Option<(usize, usize)> {
        if let Some(pair) = crossed(self.least, self.most).or_else(|| crossed(self.shortest, self.longest)) {
            return Some(pair);
        }
        // One list of values is enough: what is left of it must pass all other rules.
        let (points, index) = self.only.first()?;
        let named = Named::by(self);
        let mut against = None;
        for point in points {
            against = Some(self.refuser(point, *index, &named)?);
        }
        against.map(|other| (*index, other))
    }

    /// The rule, other than its own, that does not let a value pass.
    fn refuser(&self, point: &Point, own: usize, named: &Named) -> Option<usize> {
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
            let lacks = |(points, index): &&(Vec<Point>, usize)| *index != own && !points.contains(point);
            return self.only.iter().find(lacks).map(|(_, index)| *index);
        }
        named.never.get(&key).copied()
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
struct Named {
    /// In how many lists of values each is.
    lists: HashMap<String, usize>,
    /// Which rule excludes it.
    never: HashMap<String, usize>,
}

impl Named {
    fn by(asked: &Asked) -> Self {
        let mut lists = HashMap::new();
        for (points, _) in &asked.only {
            let keys: HashSet<_> = points.iter().map(Point::key).collect();
            keys.into_iter().for_each(|key| *lists.entry(key).or_default() += 1);
        }
        Self { lists, never: asked.never.iter().map(|(point, index)| (point.key(), *index)).collect() }
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
