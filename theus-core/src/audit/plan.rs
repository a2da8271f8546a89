//! The rules of one gate, laid out for judging: each value is read once, and numbers are compared without a detour.

use std::sync::Arc;

use super::condition::Condition;
use super::counters::AuditSession;
use super::findings::Findings;
use super::judge::Subject;
use super::rule::{Base, Rule, Target};
use crate::context::Value;

/// The rules of a gate, in order, and how they are judged.
#[derive(Debug)]
pub(super) struct Plan {
    rules: Box<[Arc<Rule>]>,
    reads: Box<[Read]>,
    checks: Box<[Check]>,
}

/// One value, and the checks that follow each other on it.
#[derive(Debug)]
struct Read {
    target: Target,
    /// What satisfies all of them, where that is one range: most values pass here, and the rules are not looked at.
    all: Range,
    first: usize,
    end: usize,
}

/// What of a rule is needed while it passes.
#[derive(Debug)]
struct Check {
    range: Range,
    /// Whether a pass may put a counter back.
    resets: bool,
}

/// A condition on a number as the numbers that satisfy it; with `negated`, all others.
#[derive(Debug, PartialEq)]
enum Range {
    Ints {
        least: i128,
        most: i128,
        negated: bool,
    },
    Floats {
        least: f64,
        most: f64,
        negated: bool,
    },
    /// A range with a hole in it: of several conditions at once.
    IntsBut {
        least: i128,
        most: i128,
        not: i128,
    },
    FloatsBut {
        least: f64,
        most: f64,
        not: f64,
    },
    /// Everything else: the condition itself is asked.
    None,
}

impl Plan {
    pub(super) fn new(rules: Vec<Arc<Rule>>) -> Self {
        let check = |rule: &Arc<Rule>| Check { range: Range::of(&rule.condition), resets: rule.reset_on_success };
        let checks: Box<[Check]> = rules.iter().map(check).collect();
        let mut reads: Vec<Read> = Vec::new();
        let mut first = 0;
        while let Some(rule) = rules.get(first) {
            // The same path, written the same way, leads to the same value.
            let same = rules[first..].iter().take_while(|next| next.path == rule.path).count();
            let end = first + same;
            reads.push(Read { target: rule.target.clone(), all: Range::of_all(&checks[first..end]), first, end });
            first = end;
        }
        Self { rules: rules.into(), reads: reads.into(), checks }
    }

    #[inline]
    pub(super) fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    /// For their counters: what is laid out of a rule must stay as it is.
    pub(super) fn rules_mut(&mut self) -> &mut [Arc<Rule>] {
        &mut self.rules
    }

    pub(super) fn reads_arguments(&self) -> bool {
        self.reads.iter().any(|read| matches!(read.target.base, Base::Argument(_)))
    }

    #[inline]
    pub(super) fn judge(&self, subject: &(impl Subject + ?Sized), session: &AuditSession) -> Findings {
        let mut findings = Findings::default();
        for read in &self.reads {
            let value = read.target.read(subject);
            if read.all.holds(&value) == Some(true) {
                continue;
            }
            let (Some(rules), Some(checks)) =
                (self.rules.get(read.first..read.end), self.checks.get(read.first..read.end))
            else {
                continue;
            };
            for (rule, check) in rules.iter().zip(checks) {
                let passes = match check.range.holds(&value) {
                    Some(passes) => passes,
                    None => rule.passes(value, subject),
                };
                if (!passes || (check.resets && session.count(rule) != 0)) && rule.asks(&value) {
                    findings.note(rule, value, passes, subject);
                }
            }
        }
        findings
    }
}

impl Range {
    fn of(condition: &Condition) -> Self {
        use super::condition::Order;
        match condition {
            Condition::Int(order, bound) => {
                let (least, most) = match order {
                    Order::Min => (*bound, i128::MAX),
                    Order::Max => (i128::MIN, *bound),
                    Order::Eq | Order::Neq => (*bound, *bound),
                };
                Self::Ints { least, most, negated: *order == Order::Neq }
            }
            Condition::Float(order, bound) => {
                let (least, most) = match order {
                    Order::Min => (*bound, f64::INFINITY),
                    Order::Max => (f64::NEG_INFINITY, *bound),
                    Order::Eq | Order::Neq => (*bound, *bound),
                };
                Self::Floats { least, most, negated: *order == Order::Neq }
            }
            Condition::Between(bounds) => match (Self::of(&bounds[0]), Self::of(&bounds[1])) {
                (Self::Ints { least, .. }, Self::Ints { most, .. }) => Self::Ints { least, most, negated: false },
                (Self::Floats { least, .. }, Self::Floats { most, .. }) => Self::Floats { least, most, negated: false },
                _ => Self::None,
            },
            _ => Self::None,
        }
    }

    /// The values that satisfy all of these checks, where they are one range with at most one hole.
    fn of_all(checks: &[Check]) -> Self {
        // A pass that puts a counter back is something to look at.
        if checks.iter().any(|check| check.resets) {
            return Self::None;
        }
        match checks.first().map(|check| &check.range) {
            Some(Self::Ints { .. }) => {
                let (mut all, mut hole) = ((i128::MIN, i128::MAX), None);
                for check in checks {
                    match check.range {
                        Self::Ints { least, most, negated: false } => all = (all.0.max(least), all.1.min(most)),
                        Self::Ints { least, negated: true, .. } if hole.is_none() => hole = Some(least),
                        _ => return Self::None,
                    }
                }
                match hole {
                    None => Self::Ints { least: all.0, most: all.1, negated: false },
                    Some(not) => Self::IntsBut { least: all.0, most: all.1, not },
                }
            }
            Some(Self::Floats { .. }) => {
                let (mut all, mut hole) = ((f64::NEG_INFINITY, f64::INFINITY), None);
                for check in checks {
                    match check.range {
                        Self::Floats { least, most, negated: false } => all = (all.0.max(least), all.1.min(most)),
                        Self::Floats { least, negated: true, .. } if hole.is_none() => hole = Some(least),
                        _ => return Self::None,
                    }
                }
                match hole {
                    None => Self::Floats { least: all.0, most: all.1, negated: false },
                    Some(not) => Self::FloatsBut { least: all.0, most: all.1, not },
                }
            }
            _ => Self::None,
        }
    }

    /// Whether a value of the same kind is among them; `None` for all others.
    #[inline(always)]
    fn holds(&self, value: &Value<'_>) -> Option<bool> {
        match (self, value) {
            (Self::Ints { least, most, negated }, Value::Int(value)) => {
                Some((*value >= *least && *value <= *most) != *negated)
            }
            (Self::Floats { least, most, negated }, Value::Float(value)) => {
                // NaN is in no range; that it is not in one satisfies nothing either.
                Some((*value >= *least && *value <= *most) != (*negated && !value.is_nan()))
            }
            (Self::IntsBut { least, most, not }, Value::Int(value)) => {
                Some(*value >= *least && *value <= *most && *value != *not)
            }
            (Self::FloatsBut { least, most, not }, Value::Float(value)) => {
                Some(*value >= *least && *value <= *most && *value != *not)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::condition::{Order, Same};
    use super::*;

    const ORDERS: [Order; 4] = [Order::Min, Order::Max, Order::Eq, Order::Neq];

    #[test]
    fn a_range_says_what_its_condition_says() {
        let ints = [i128::MIN, i128::MIN + 1, -1, 0, 1, i128::MAX - 1, i128::MAX];
        let floats =
            [f64::NEG_INFINITY, f64::MIN, -1.0, -0.0, 0.0, 1.0, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY, f64::NAN];
        let values = ints.map(Value::Int).into_iter().chain(floats.map(Value::Float));
        let values: Vec<_> = values.chain([Value::Huge(u128::MAX), Value::Missing, Value::Opaque]).collect();
        let mut conditions = Vec::new();
        for order in ORDERS {
            conditions.extend(ints.map(|bound| Condition::Int(order, bound)));
            conditions.extend(floats.map(|bound| Condition::Float(order, bound)).into_iter().take(9));
        }
        for low in ints {
            let bounds = |most| Box::new([Condition::Int(Order::Min, low), Condition::Int(Order::Max, most)]);
            conditions.extend(ints.map(|most| Condition::Between(bounds(most))));
        }
        for low in floats.into_iter().take(9) {
            let bounds = |most| Box::new([Condition::Float(Order::Min, low), Condition::Float(Order::Max, most)]);
            conditions.extend(floats.into_iter().take(9).map(|most| Condition::Between(bounds(most))));
        }
        let mut compared = 0;
        for condition in &conditions {
            for value in &values {
                if let Some(holds) = Range::of(condition).holds(value) {
                    assert_eq!(holds, condition.passes(*value), "{condition:?} of {value:?}");
                    compared += 1;
                }
            }
        }
        assert!(compared > 1_000, "{compared}");
        assert_eq!(Range::of(&Condition::Bool(Same::Eq, true)), Range::None);
    }

    #[test]
    fn all_of_several_checks_say_what_each_of_them_says() {
        let mut random = fastrand::Rng::with_seed(3);
        let mut asked = 0;
        for _ in 0..2_000 {
            let ints = random.bool();
            let conditions: Vec<Condition> = (0..random.usize(1..5))
                .map(|_| {
                    let (order, bound) = (ORDERS[random.usize(..4)], random.i8(-3..=3));
                    match ints != (random.u8(..20) == 0) {
                        true => Condition::Int(order, bound.into()),
                        false => Condition::Float(order, bound.into()),
                    }
                })
                .collect();
            let checks: Vec<Check> =
                conditions.iter().map(|condition| Check { range: Range::of(condition), resets: false }).collect();
            let all = Range::of_all(&checks);
            let values = (-4..=4).flat_map(|value| [Value::Int(value), Value::Float(value as f64)]);
            for value in values.chain([Value::Float(f64::NAN), Value::Huge(u128::MAX), Value::Missing]) {
                if let Some(holds) = all.holds(&value) {
                    asked += 1;
                    let each = conditions.iter().all(|condition| condition.passes(value));
                    assert_eq!(holds, each, "{conditions:?} of {value:?}");
                }
            }
        }
        assert!(asked > 5_000, "{asked}");
        let resets = [Check { range: Range::Ints { least: 0, most: 1, negated: false }, resets: true }];
        assert_eq!(Range::of_all(&resets), Range::None, "a pass that puts a counter back is looked at");
    }
}
