//! A test of the elements of a list that was typed when it was loaded: where in an element a value stands, what is computed of it,
//! and what it is compared with. So a list is gone through without a look at the expression for each element.
//!
//! It knows what most tests are: comparisons with constants, joined. It says nothing of a test, or of an element, that is not
//! that: then the expression itself is evaluated, and what is wrong is told there.

use super::bounds::TEXT;
use super::node::{Arithmetic, Constant, Node, Ordered};
use crate::context::Value;

/// What is asked of each element.
pub(super) enum ElementTest {
    One(Comparison),
    All(Box<[Self]>),
    Any(Box<[Self]>),
    /// All of them, or, where `true` decides, any: of an element that is an integer.
    Integers {
        checks: Box<[IntCheck]>,
        decisive: bool,
    },
}

/// One value of an element, and what it is compared with.
pub(super) struct Comparison {
    /// The positions of the fields that lead to it; none for the element itself.
    place: Box<[usize]>,
    with: With,
    negated: bool,
}

/// What an integer is compared with.
pub(super) struct IntCheck {
    /// What is computed of it first.
    computed: Box<[(Arithmetic, i64)]>,
    /// The numbers that pass: from `least` on, no more than `span` above it; `negated`, all others.
    least: i64,
    span: u64,
    negated: bool,
}

enum With {
    Int(IntCheck),
    /// A float in this order to another; the same, where there is none.
    Float(Option<Ordered>, f64),
    /// A text that is short, or the variant of this name.
    Text(Box<str>),
    /// A boolean that is true.
    True,
}

/// The variable's value, or one inside it, and what is computed of it.
#[derive(Default)]
struct Term {
    place: Vec<usize>,
    computed: Vec<(Arithmetic, i64)>,
}

impl ElementTest {
    /// The same test as the node's, of what the variable `slot` stands for; `None` where it is not made of such comparisons.
    pub(super) fn of(test: &Node, slot: usize) -> Option<Self> {
        // One comparison is all of one.
        Some(match Self::made(test, slot, false)? {
            one @ Self::One(_) => Self::joined(Box::new([one]), false),
            several => several,
        })
    }

    fn made(test: &Node, slot: usize, negated: bool) -> Option<Self> {
        let all =
            |parts: &[Node]| parts.iter().map(|part| Self::made(part, slot, negated)).collect::<Option<Box<[_]>>>();
        match test {
            // As De Morgan has it: none of several is all of them not.
            Node::All(parts) | Node::Any(parts) => {
                all(parts).map(|parts| Self::joined(parts, matches!(test, Node::All(_)) == negated))
            }
            Node::Not(of) => Self::made(of, slot, !negated),
            Node::Order(order, sides) => match (&sides[0], &sides[1]) {
                (term, Node::Constant(than)) => Self::ordered(term, *order, than, slot, negated),
                (Node::Constant(than), term) => Self::ordered(term, order.turned(), than, slot, negated),
                _ => None,
            },
            Node::Equal(sides, unequal) => match (&sides[0], &sides[1]) {
                (term, Node::Constant(same)) | (Node::Constant(same), term) => {
                    Self::equal(term, same, slot, negated != *unequal)
                }
                _ => None,
            },
            term => Self::compared(Term::of(term, slot)?, With::True, negated),
        }
    }

    /// All of several, or, where `true` decides, any of them.
    fn joined(parts: Box<[Self]>, decisive: bool) -> Self {
        let of_integer =
            |part: &Self| matches!(part, Self::One(Comparison { place, with: With::Int(_), .. }) if place.is_empty());
        if !parts.iter().all(of_integer) {
            return if decisive { Self::Any(parts) } else { Self::All(parts) };
        }
        let check = |part| match part {
            Self::One(Comparison { with: With::Int(check), .. }) => Some(check),
            _ => None,
        };
        Self::Integers { checks: parts.into_iter().filter_map(check).collect(), decisive }
    }

    fn ordered(term: &Node, order: Ordered, than: &Constant, slot: usize, negated: bool) -> Option<Self> {
        let mut term = Term::of(term, slot)?;
        match than {
            Constant::Int(than) => {
                let than = i64::try_from(*than).ok()?;
                // Everything but what is on the other side, so that a range is never empty.
                let (least, most, not) = match order {
                    Ordered::Less => (than, i64::MAX, true),
                    Ordered::LessOrEqual => (i64::MIN, than, false),
                    Ordered::Greater => (i64::MIN, than, true),
                    Ordered::GreaterOrEqual => (than, i64::MAX, false),
                };
                let check = IntCheck::new(&mut term, (least, most), negated != not);
                Self::compared(term, With::Int(check), false)
            }
            Constant::Float(than) => Self::compared(term, With::Float(Some(order), *than), negated),
            _ => None,
        }
    }

    fn equal(term: &Node, same: &Constant, slot: usize, negated: bool) -> Option<Self> {
        let mut term = Term::of(term, slot)?;
        let with = match same {
            Constant::Int(same) => {
                let same = i64::try_from(*same).ok()?;
                let check = IntCheck::new(&mut term, (same, same), negated);
                return Self::compared(term, With::Int(check), false);
            }
            Constant::Float(same) => With::Float(None, *same),
            Constant::Text(same) if same.len() < TEXT => With::Text(same.clone()),
            Constant::Bool(same) => return Self::compared(term, With::True, negated == *same),
            _ => return None,
        };
        Self::compared(term, with, negated)
    }

    /// What is computed is compared as an integer, or not here.
    fn compared(Term { place, computed }: Term, with: With, negated: bool) -> Option<Self> {
        computed.is_empty().then(|| Self::One(Comparison { place: place.into(), with, negated }))
    }

    /// Whether it holds for an element. `None` where nothing is said here, as an element is of another kind or a number gets too
    /// great: what was found up to there would not make up for it everywhere.
    #[inline]
    pub(super) fn holds(&self, element: Value<'_>) -> Option<bool> {
        match (self, element) {
            (Self::Integers { checks, decisive }, Value::Int(value)) => {
                IntCheck::decide(checks, *decisive, i64::try_from(value).ok()?)
            }
            _ => self.holds_apart(element),
        }
    }

    /// A call, so that what most tests are is none.
    #[inline(never)]
    fn holds_apart(&self, element: Value<'_>) -> Option<bool> {
        match self {
            Self::One(comparison) => comparison.holds(element),
            Self::All(parts) => Self::decide(parts, false, element),
            Self::Any(parts) => Self::decide(parts, true, element),
            Self::Integers { checks, decisive } => match element.seen_through() {
                Value::Int(value) => IntCheck::decide(checks, *decisive, i64::try_from(value).ok()?),
                _ => None,
            },
        }
    }

    fn decide(parts: &[Self], decisive: bool, element: Value<'_>) -> Option<bool> {
        for part in parts {
            if part.holds(element)? == decisive {
                return Some(decisive);
            }
        }
        Some(!decisive)
    }
}

impl IntCheck {
    /// The numbers between these two, or all others.
    fn new(term: &mut Term, (least, most): (i64, i64), negated: bool) -> Self {
        Self { computed: std::mem::take(&mut term.computed).into(), least, span: least.abs_diff(most), negated }
    }

    #[inline]
    fn decide(checks: &[Self], decisive: bool, value: i64) -> Option<bool> {
        for check in checks {
            if check.holds(value)? == decisive {
                return Some(decisive);
            }
        }
        Some(!decisive)
    }

    /// `None` where 64 bits do not hold what is computed.
    #[inline]
    fn holds(&self, mut value: i64) -> Option<bool> {
        for (operation, operand) in &self.computed {
            value = operation.of_integers(value, *operand)?;
        }
        // What is below the least wraps round to above every span.
        Some((value.wrapping_sub(self.least) as u64 <= self.span) != self.negated)
    }
}

impl Comparison {
    fn holds(&self, element: Value<'_>) -> Option<bool> {
        let mut value = element.seen_through();
        for position in &self.place {
            let Value::Record(record) = value else { return None };
            value = record.field(*position).seen_through();
        }
        let holds = match (&self.with, value) {
            (With::Int(check), Value::Int(value)) => check.holds(i64::try_from(value).ok()?)?,
            (With::Float(None, same), Value::Float(value)) => value == *same,
            (With::Float(Some(order), than), Value::Float(value)) => order.holds(&value, than),
            (With::Text(same), Value::Text(text)) if text.len() < TEXT => text == &**same,
            (With::Text(same), Value::Record(record)) if record.variant().is_some() => record.name() == &**same,
            (With::True, Value::Bool(value)) => value,
            _ => return None,
        };
        Some(holds != self.negated)
    }
}

impl Term {
    fn of(node: &Node, slot: usize) -> Option<Self> {
        match node {
            Node::Variable(of) if *of == slot => Some(Self::default()),
            Node::Field(of, position, _) => {
                let mut term = Self::of(of, slot).filter(|term| term.computed.is_empty())?;
                term.place.push(*position);
                Some(term)
            }
            Node::Compute(operation, sides) => {
                let (term, operand) = match (&sides[0], &sides[1], operation) {
                    (term, Node::Constant(Constant::Int(operand)), _)
                    | (Node::Constant(Constant::Int(operand)), term, Arithmetic::Add | Arithmetic::Multiply) => {
                        (term, i64::try_from(*operand).ok()?)
                    }
                    _ => return None,
                };
                let mut term = Self::of(term, slot)?;
                term.computed.push((*operation, operand));
                Some(term)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn variable() -> Node {
        Node::Variable(0)
    }

    fn int(value: i128) -> Node {
        Node::Constant(Constant::Int(value))
    }

    const ORDERS: [Ordered; 4] = [Ordered::Less, Ordered::LessOrEqual, Ordered::Greater, Ordered::GreaterOrEqual];

    #[test]
    fn a_comparison_says_what_its_operator_says_to_the_ends_of_64_bits() {
        let ends = [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX];
        for order in ORDERS {
            for than in ends {
                for (turned, sides) in [(false, [variable(), int(than.into())]), (true, [int(than.into()), variable()])]
                {
                    let node = Node::Order(order, Box::new(sides));
                    let test = ElementTest::of(&node, 0).unwrap();
                    let not = ElementTest::of(&Node::Not(Box::new(node)), 0).unwrap();
                    for value in ends {
                        let holds = if turned { order.holds(&than, &value) } else { order.holds(&value, &than) };
                        assert_eq!(
                            test.holds(Value::Int(value.into())),
                            Some(holds),
                            "{value} {order:?} {than}, {turned}"
                        );
                        assert_eq!(not.holds(Value::Int(value.into())), Some(!holds));
                    }
                }
            }
        }
        for unequal in [false, true] {
            let test = ElementTest::of(&Node::Equal(Box::new([variable(), int(7)]), unequal), 0).unwrap();
            assert_eq!(
                [6, 7, 8].map(|value| test.holds(Value::Int(value))),
                [6, 7, 8].map(|value| Some((value == 7) != unequal))
            );
        }
    }

    #[test]
    fn nan_is_in_no_order_and_the_same_as_nothing() {
        for order in ORDERS {
            let node = || Node::Order(order, Box::new([variable(), Node::Constant(Constant::Float(1.0))]));
            assert_eq!(ElementTest::of(&node(), 0).unwrap().holds(Value::Float(f64::NAN)), Some(false));
            let not = ElementTest::of(&Node::Not(Box::new(node())), 0).unwrap();
            assert_eq!(not.holds(Value::Float(f64::NAN)), Some(true));
        }
    }

    #[test]
    fn nothing_is_said_of_what_is_of_another_kind_or_gets_too_great() {
        let add = Node::Compute(Arithmetic::Add, Box::new([variable(), int(1)]));
        let test = ElementTest::of(&Node::Order(Ordered::Less, Box::new([add, int(9)])), 0).unwrap();
        assert_eq!(test.holds(Value::Int(7)), Some(true));
        assert_eq!(test.holds(Value::Int(i64::MAX.into())), None, "it gets too great");
        assert_eq!(test.holds(Value::Int(i128::from(i64::MAX) + 1)), None, "it is too great");
        for other in [Value::Float(1.0), Value::Missing, Value::Text("7"), Value::Huge(u128::MAX), Value::Opaque] {
            assert_eq!(test.holds(other), None, "{other:?}");
        }
        let divide = Node::Compute(Arithmetic::Divide, Box::new([variable(), int(0)]));
        let test = ElementTest::of(&Node::Equal(Box::new([divide, int(0)]), false), 0).unwrap();
        assert_eq!(test.holds(Value::Int(7)), None);
    }

    #[test]
    fn what_is_compared_with_no_constant_is_not_made() {
        let of_another = Node::Order(Ordered::Less, Box::new([variable(), Node::Variable(1)]));
        assert!(ElementTest::of(&of_another, 0).is_none());
        let minus = Node::Compute(Arithmetic::Subtract, Box::new([int(1), variable()]));
        assert!(ElementTest::of(&Node::Order(Ordered::Less, Box::new([minus, int(1)])), 0).is_none());
        let outer = Node::Order(Ordered::Less, Box::new([variable(), int(1)]));
        assert!(ElementTest::of(&outer, 1).is_none(), "a variable of a loop around it");
        let long = Node::Constant(Constant::Text("x".repeat(TEXT).into()));
        assert!(
            ElementTest::of(&Node::Equal(Box::new([variable(), long]), false), 0).is_none(),
            "to look through it is a step"
        );
    }
}
