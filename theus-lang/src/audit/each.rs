//! Rules on each element: of a list, a set, the values of a map, and of what is in those.

use std::any::Any;
use std::fmt::Write;
use std::ops::ControlFlow::{self, Break, Continue};

use super::looks::{measured, shown};
use super::range::{Range, joined};
use super::steps::{Naming, PathStep, walk};
use crate::context::{Elements, Part, REDACTED, Value};
use theus_model::audit::Text;
use theus_model::context::NumberRange as _;

/// A rule on each element looks at so many at most, those of collections in collections counted together. Where there are more, it
/// looks at none, and is violated: that is told.
pub const MOST_ELEMENTS: usize = 1_000_000;

/// So many elements are named by a violation.
const MOST_NAMED: usize = 3;

/// What is asked of each element.
pub(super) struct Question<'r> {
    /// The path as written, with its `[*]`.
    pub(super) path: &'r str,
    /// What satisfies it, where that is a range.
    pub(super) range: Range,
    pub(super) passes: &'r dyn Fn(Value<'_>) -> bool,
    /// Whether it is asked only where there is something.
    pub(super) where_present: bool,
    /// Whether neither keys nor values are shown.
    pub(super) redacts: bool,
    /// In what they are measured.
    pub(super) unit: Option<&'r Text>,
}

/// What was found of all of them.
pub(super) enum Found {
    /// There is none that it could be asked of.
    None,
    AllPass,
    /// Which ones do not, and their values.
    Broken(String),
}

impl Question<'_> {
    /// Asks it of all that the steps lead to.
    pub(super) fn ask(&self, value: Value<'_>, steps: &[PathStep]) -> Found {
        let mut look = Look { asked: false, left: MOST_ELEMENTS };
        match self.all_pass(value, steps, &mut look) {
            Continue(()) if look.asked => Found::AllPass,
            Continue(()) => Found::None,
            Break(Stop::TooMany) => Found::Broken(format!("more than {MOST_ELEMENTS} elements: none is judged")),
            Break(Stop::Broken) => Found::Broken(self.named(value, steps)),
        }
    }

    /// Looks no further than to the first that does not pass.
    fn all_pass(&self, value: Value<'_>, steps: &[PathStep], look: &mut Look) -> ControlFlow<Stop> {
        let (to_elements, more) = split(steps);
        let value = walk(value, to_elements);
        let Some((_, of_each)) = more else { return self.passes_one(value, look) };
        let Value::Collection { elements, part } = value else { return self.passes_one(unless_there(value), look) };
        look.left = match look.left.checked_sub(elements.len()) {
            Some(left) => left,
            None => return Break(Stop::TooMany),
        };
        if of_each.is_empty()
            && let Some(all) = plain_numbers(elements, &self.range)
        {
            look.asked |= !elements.is_empty();
            return if all { Continue(()) } else { Break(Stop::Broken) };
        }
        let mut outcome = Continue(());
        if split(of_each).1.is_none() {
            let quick = joined(std::iter::once(&self.range));
            let mut passes = |value: Value<'_>| {
                if quick.has(value) {
                    look.asked = true;
                    return Continue(());
                }
                outcome = self.passes_one(value, look);
                if outcome.is_continue() { Continue(()) } else { Break(()) }
            };
            // Most paths end at the element or at a field of it.
            match of_each {
                [] => elements.each(part, &mut |element| passes(element)),
                [PathStep::Field(index)] => elements.each(part, &mut |element| match element {
                    Value::Record(record) => passes(record.field(*index)),
                    other => passes(walk(other, of_each)),
                }),
                _ => elements.each(part, &mut |element| passes(walk(element, of_each))),
            }
            return outcome;
        }
        elements.each(part, &mut |element| {
            outcome = self.all_pass(element, of_each, look);
            if outcome.is_continue() { Continue(()) } else { Break(()) }
        });
        outcome
    }

    #[inline]
    fn passes_one(&self, value: Value<'_>, look: &mut Look) -> ControlFlow<Stop> {
        if self.where_present && matches!(value, Value::Missing) {
            return Continue(());
        }
        look.asked = true;
        if self.passes(value) { Continue(()) } else { Break(Stop::Broken) }
    }

    #[inline]
    fn passes(&self, value: Value<'_>) -> bool {
        self.range.holds(&value).unwrap_or_else(|| (self.passes)(value))
    }

    /// Those that do not pass: the first of them with their values, and how many there are besides.
    #[cold]
    fn named(&self, value: Value<'_>, steps: &[PathStep]) -> String {
        let is_unordered = |step: &PathStep| matches!(step, PathStep::Each(naming) if !naming.is_ordered());
        let pieces: Vec<&str> = self.path.split("[*]").collect();
        let in_order = !steps.iter().any(is_unordered);
        let (redacts, unit) = (self.redacts, self.unit);
        let mut broken = Broken { in_order, redacts, unit, named: Vec::new(), count: 0, left: Some(MOST_ELEMENTS) };
        self.gather(value, steps, &pieces, &mut Vec::new(), &mut broken);
        let named: Vec<String> = broken.named.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let mut text = named.join(", ");
        if broken.count > named.len() {
            // Writing to a string does not fail.
            let _ = write!(text, " and {} more", broken.count - named.len());
        }
        if broken.left.is_none() {
            text.push_str(&format!(", of the first {MOST_ELEMENTS} elements"));
        }
        text
    }

    fn gather<'a>(
        &self,
        value: Value<'a>,
        steps: &[PathStep],
        pieces: &[&str],
        labels: &mut Vec<Label<'a>>,
        broken: &mut Broken<'_>,
    ) {
        let (to_elements, more) = split(steps);
        let value = walk(value, to_elements);
        let mut judge = |value: Value<'_>, labels: &[Label<'_>]| {
            let is_asked = !(self.where_present && matches!(value, Value::Missing));
            if is_asked && !self.passes(value) {
                broken.add(value, pieces, labels);
            }
        };
        let Some((naming, of_each)) = more else { return judge(value, labels) };
        let Value::Collection { elements, part } = value else { return judge(unless_there(value), labels) };
        broken.left = broken.left.and_then(|left| left.checked_sub(elements.len()));
        if broken.left.is_none() {
            return;
        }
        // In the order of the values.
        let mut keys: Vec<Value<'a>> = Vec::new();
        if naming.is_of_map() {
            elements.each(Part::Keys, &mut |key| {
                keys.push(key);
                Continue(())
            });
        }
        let mut position = 0;
        elements.each(part, &mut |element| {
            labels.push(match naming {
                Naming::Position => Label::Position(position),
                _ => Label::Key(keys.get(position).copied().unwrap_or(element)),
            });
            self.gather(element, of_each, pieces, labels, broken);
            labels.pop();
            position += 1;
            Continue(())
        });
    }
}

/// What is no collection, where one is to be gone through: nothing of it passes, unless it is not there.
const fn unless_there(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Missing => Value::Missing,
        _ => Value::Opaque,
    }
}

struct Look {
    /// Whether it was asked of any.
    asked: bool,
    /// How many more may be looked at.
    left: usize,
}

enum Stop {
    Broken,
    TooMany,
}

/// The steps to the elements that are gone through, and those from each of them.
fn split(steps: &[PathStep]) -> (&[PathStep], Option<(Naming, &[PathStep])>) {
    let at = steps.iter().position(|step| matches!(step, PathStep::Each(_)));
    match at.and_then(|at| Some((at, steps.get(at)?, steps.get(at + 1..)?))) {
        Some((at, PathStep::Each(naming), after)) => (&steps[..at], Some((*naming, after))),
        _ => (steps, None),
    }
}

/// Where an element is.
enum Label<'a> {
    Position(usize),
    /// A key of a map; of a set, the element itself.
    Key(Value<'a>),
}

struct Broken<'r> {
    /// Whether they come in an order that is theirs; else those are named whose names are the least.
    in_order: bool,
    redacts: bool,
    unit: Option<&'r Text>,
    named: Vec<(String, String)>,
    count: usize,
    /// How many more may be looked at; `None` where there were too many.
    left: Option<usize>,
}

impl Broken<'_> {
    fn add(&mut self, value: Value<'_>, pieces: &[&str], labels: &[Label<'_>]) {
        self.count += 1;
        if self.in_order && self.named.len() >= MOST_NAMED {
            return;
        }
        let name = name(pieces, labels, self.redacts);
        let at = self.named.iter().position(|(known, _)| !self.in_order && name < *known).unwrap_or(self.named.len());
        if at < MOST_NAMED {
            self.named.insert(at, (name, if self.redacts { REDACTED.to_owned() } else { measured(value, self.unit) }));
            self.named.truncate(MOST_NAMED);
        }
    }
}

/// `domain.orders[3].total`; as far as there was something to go through.
fn name(pieces: &[&str], labels: &[Label<'_>], redacts: bool) -> String {
    let mut text = String::new();
    for (index, piece) in pieces.iter().take(labels.len() + 1).enumerate() {
        text.push_str(piece);
        // Writing to a string does not fail.
        let _ = match labels.get(index) {
            Some(Label::Position(position)) => write!(text, "[{position}]"),
            Some(Label::Key(_)) if redacts => write!(text, "[{REDACTED}]"),
            Some(Label::Key(key)) => match key.seen_through() {
                // As a path has it.
                Value::Record(record) if record.variant().is_some() => write!(text, "[{:?}]", record.name()),
                key => write!(text, "[{}]", shown(key)),
            },
            None => Ok(()),
        };
    }
    text
}

/// Whether all numbers of what most lists of numbers are, are in a range, without a look at each by itself; `None` of all others.
fn plain_numbers(elements: &dyn Elements, range: &Range) -> Option<bool> {
    match range {
        Range::Floats { least, most, negated } => {
            let list = (elements as &dyn Any).downcast_ref::<Vec<f64>>()?;
            let (least, most) = (*least, *most);
            Some(match negated {
                false => all(list, |value| (value >= least) & (value <= most)),
                // NaN is in no range; that it is not in one satisfies nothing either.
                true => all(list, |value| !((value >= least) & (value <= most)) & !value.is_nan()),
            })
        }
        Range::Ints { least, most, negated } => {
            macro_rules! first_of {
                ($($integer:ty),*) => {$(
                    if let Some(list) = (elements as &dyn Any).downcast_ref::<Vec<$integer>>() {
                        let (first, last) = (i128::from(<$integer>::MIN), i128::from(<$integer>::MAX));
                        if *least > last || *most < first || *least > *most {
                            return Some(*negated || list.is_empty());
                        }
                        // Within what the type holds, so that they fit.
                        let (low, high) = ((*least).max(first) as $integer, (*most).min(last) as $integer);
                        return Some(match negated {
                            false => all(list, |value| (value >= low) & (value <= high)),
                            true => all(list, |value| !((value >= low) & (value <= high))),
                        });
                    }
                )*};
            }
            first_of!(i64, i32, u64, u32, u16, i16, u8, i8);
            None
        }
        Range::None => None,
    }
}

/// All of a list, some at a time: what is asked of each of them is one instruction for several.
#[inline(always)]
fn all<T: Copy>(list: &[T], passes: impl Fn(T) -> bool) -> bool {
    const AT_ONCE: usize = 64;
    list.chunks(AT_ONCE).all(|some| some.iter().fold(true, |all, value| all & passes(*value)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::context::Inspect;
    use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

    fn asked(value: Value<'_>, steps: &[PathStep], range: Range, path: &str) -> Found {
        Question { path, range, passes: &|_| false, where_present: false, redacts: false, unit: None }.ask(value, steps)
    }

    fn broken(found: Found) -> String {
        match found {
            Found::None => "none".to_owned(),
            Found::AllPass => "all pass".to_owned(),
            Found::Broken(text) => text,
        }
    }

    fn ints(least: i128, most: i128) -> Range {
        Range::Ints { least, most, negated: false }
    }

    #[test]
    fn plain_lists_say_what_any_other_says() {
        let mut random = fastrand::Rng::with_seed(5);
        let mut met = [0_usize; 2];
        for _ in 0..2_000 {
            let count = random.usize(..200);
            let bound = |random: &mut fastrand::Rng| match random.u8(..6) {
                0 => i128::from(i64::MIN) - 1,
                1 => i128::from(u64::MAX) + 1,
                2 => i128::from(random.u64(..)),
                _ => random.i128(-130..=260),
            };
            let (least, most, negated) = (bound(&mut random), bound(&mut random), random.bool());
            let range = Range::Ints { least, most, negated };
            macro_rules! same_as_a_deque {
                ($($integer:ident),*) => {$(
                    let list: Vec<$integer> = (0..count).map(|_| if random.bool() { random.$integer(..) } else { random.u8(..100) as $integer }).collect();
                    let each = list.iter().all(|value| range.holds(&value.inspect()).unwrap());
                    assert_eq!(plain_numbers(&list, &range), Some(each), "{list:?} in {range:?}");
                    let deque: VecDeque<_> = list.into();
                    assert_eq!(plain_numbers(&deque, &range), None);
                    met[usize::from(each)] += 1;
                )*};
            }
            same_as_a_deque!(i64, i32, u64, u32, u16, i16, u8, i8);
            let float = |random: &mut fastrand::Rng| [f64::NAN, f64::INFINITY, -0.0, 1.0, 2.5][random.usize(..5)];
            let list: Vec<f64> =
                (0..count % 70).map(|_| if random.u8(..90) == 0 { float(&mut random) } else { 1.0 }).collect();
            let range = Range::Floats { least: 0.0, most: random.f64() * 3.0, negated };
            let each = list.iter().all(|value| range.holds(&value.inspect()).unwrap());
            assert_eq!(plain_numbers(&list, &range), Some(each), "{list:?} in {range:?}");
            met[usize::from(each)] += 1;
        }
        assert!(met.iter().all(|count| *count > 300), "{met:?}");
    }

    #[test]
    fn the_first_are_named_and_the_rest_counted() {
        let list = vec![1_i64, -2, 3, -4, -5, -6];
        let steps = [PathStep::Each(Naming::Position)];
        let found = asked(list.inspect(), &steps, ints(0, 9), "a.b[*]");
        assert_eq!(broken(found), "a.b[1] = -2, a.b[3] = -4, a.b[4] = -5 and 1 more");
        assert_eq!(broken(asked(list.inspect(), &steps, ints(-9, 9), "a.b[*]")), "all pass");
        assert_eq!(broken(asked(Vec::<i64>::new().inspect(), &steps, ints(0, 9), "a.b[*]")), "none");
    }

    #[test]
    fn what_has_no_order_is_named_by_the_least_names_whatever_its_order_is() {
        let steps = [PathStep::Each(Naming::HashKey)];
        let mut seen = HashSet::new();
        for _ in 0..20 {
            // Each has a state of its own, and so another order.
            let map: HashMap<String, i64> = (0..40).map(|index| (format!("k{index:02}"), index - 35)).collect();
            seen.insert(broken(asked(map.inspect(), &steps, ints(0, 99), "m[*]")));
        }
        let expected = r#"m["k00"] = -35, m["k01"] = -34, m["k02"] = -33 and 32 more"#;
        assert_eq!(seen, HashSet::from([expected.to_owned()]));
    }

    #[test]
    fn of_what_is_redacted_neither_keys_nor_values_are_named() {
        let map = BTreeMap::from([("4111".to_owned(), vec![1_i64, 2])]);
        let steps = [PathStep::Each(Naming::Key), PathStep::Each(Naming::Position)];
        let question = |redacts| {
            let question = Question {
                path: "m[*][*]",
                range: ints(5, 9),
                passes: &|_| false,
                where_present: false,
                redacts,
                unit: None,
            };
            broken(question.ask(map.inspect(), &steps))
        };
        assert_eq!(question(false), r#"m["4111"][0] = 1, m["4111"][1] = 2"#);
        assert_eq!(question(true), "m[(redacted)][0] = (redacted), m[(redacted)][1] = (redacted)");
    }

    #[test]
    fn what_is_nested_is_named_by_all_that_leads_to_it() {
        let map = BTreeMap::from(
            [("a-17", vec![1_i64, 2]), ("b", vec![]), ("c", vec![7, -1])].map(|(k, v)| (k.to_owned(), v)),
        );
        let steps = [PathStep::Each(Naming::Key), PathStep::Each(Naming::Position)];
        assert_eq!(broken(asked(map.inspect(), &steps, ints(2, 9), "m[*][*]")), r#"m["a-17"][0] = 1, m["c"][1] = -1"#);
        let some = vec![Some(vec![1_i64]), None];
        let steps = [PathStep::Each(Naming::Position), PathStep::Each(Naming::Position)];
        assert_eq!(broken(asked(some.inspect(), &steps, ints(0, 9), "m[*].x[*]")), "m[1].x = none");
        let question = Question {
            path: "m[*].x[*]",
            range: ints(0, 9),
            passes: &|_| false,
            where_present: true,
            redacts: false,
            unit: None,
        };
        assert_eq!(broken(question.ask(some.inspect(), &steps)), "all pass");
        assert_eq!(broken(question.ask(vec![None::<Vec<i64>>].inspect(), &steps)), "none");
    }

    #[test]
    fn more_than_the_most_are_not_looked_at_and_that_is_a_violation() {
        let most = vec![0_u8; MOST_ELEMENTS];
        let steps = [PathStep::Each(Naming::Position)];
        assert_eq!(broken(asked(most.inspect(), &steps, ints(0, 9), "m[*]")), "all pass");
        let more = vec![0_u8; MOST_ELEMENTS + 1];
        let told = "more than 1000000 elements: none is judged";
        assert_eq!(broken(asked(more.inspect(), &steps, ints(0, 9), "m[*]")), told);
        // Those of collections in collections are counted together.
        let nested = vec![vec![0_u8; 1_000]; 1_000];
        let steps = [PathStep::Each(Naming::Position), PathStep::Each(Naming::Position)];
        assert_eq!(broken(asked(nested.inspect(), &steps, ints(0, 9), "m[*][*]")), told);
        let mut late = nested.clone();
        late[0][7] = 3;
        let first = "m[0][7] = 3, of the first 1000000 elements";
        assert_eq!(broken(asked(late.inspect(), &steps, ints(0, 2), "m[*][*]")), first);
        assert_eq!(broken(asked(nested[..999].to_vec().inspect(), &steps, ints(0, 9), "m[*][*]")), "all pass");
    }
}
