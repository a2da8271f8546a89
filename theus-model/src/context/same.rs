//! Whether two values are the same, however deep they are and however much they share.

use std::cell::Cell;

use super::inside::{Elements, Part, Record};
use super::value::Value;

/// So many collections, one in another, are gone into. Structs in structs, as the links of a list, are followed in a loop.
const DEEPEST: u32 = 128;
/// So many structs are compared in one look: a graph whose paths are more than its nodes would never end.
const MOST: u32 = if cfg!(test) { 1 << 20 } else { 1 << 24 };

thread_local! {
    static COMPARING: Comparing = const { Comparing { depth: Cell::new(0), left: Cell::new(MOST), given_up: Cell::new(false) } };
}

/// One comparison of two whole values. A collection's own comparison leads back here without knowing of it.
struct Comparing {
    depth: Cell<u32>,
    left: Cell<u32>,
    given_up: Cell<bool>,
}

/// One level of it, until it is left.
struct Level<'a>(&'a Comparing);

impl Drop for Level<'_> {
    fn drop(&mut self) {
        self.0.depth.set(self.0.depth.get() - 1);
    }
}

/// Whether two values are the same; `None` where that cannot be told because they are too deep or too large.
#[doc(hidden)]
pub fn compare(one: Value<'_>, two: Value<'_>) -> Option<bool> {
    let same = is_same(one, two);
    let given_up = COMPARING.with(|comparing| comparing.depth.get() == 0 && comparing.given_up.get());
    (!given_up).then_some(same)
}

/// The same; what cannot be told is not the same.
pub(super) fn is_same(one: Value<'_>, two: Value<'_>) -> bool {
    match (one, two) {
        (Value::Collection { .. } | Value::Record(_), Value::Collection { .. } | Value::Record(_)) => {
            COMPARING.with(|comparing| within(comparing, one, two))
        }
        (one, two) => is_same_scalar(one, two),
    }
}

fn is_same_scalar(one: Value<'_>, two: Value<'_>) -> bool {
    match (one, two) {
        (Value::Float(one), Value::Float(two)) => one == two || (one.is_nan() && two.is_nan()),
        (one, two) => one == two,
    }
}

fn within(comparing: &Comparing, one: Value<'_>, two: Value<'_>) -> bool {
    if comparing.depth.get() == 0 {
        comparing.left.set(MOST);
        comparing.given_up.set(false);
    }
    if comparing.given_up.get() || comparing.depth.get() >= DEEPEST {
        comparing.given_up.set(true);
        return false;
    }
    comparing.depth.set(comparing.depth.get() + 1);
    let level = Level(comparing);
    let same = all_same(comparing, one, two);
    drop(level);
    same
}

/// Follows the fields of records in a loop. Only a record with more than one field to go into takes memory.
fn all_same<'a>(comparing: &Comparing, one: Value<'a>, two: Value<'a>) -> bool {
    let mut next = Some((one, two));
    let mut waiting = Vec::new();
    while let Some((one, two)) = next.take().or_else(|| waiting.pop()) {
        let same = match (one, two) {
            (Value::Collection { elements, part }, Value::Collection { elements: others, part: of }) => {
                part == of && same_elements(elements, part, others)
            }
            (Value::Record(one), Value::Record(two)) => {
                let Some(left) = comparing.left.get().checked_sub(1) else {
                    comparing.given_up.set(true);
                    return false;
                };
                comparing.left.set(left);
                same_fields(one, two, &mut |fields| match next {
                    None => next = Some(fields),
                    Some(_) => waiting.push(fields),
                })
            }
            (one, two) => is_same_scalar(one, two),
        };
        if !same {
            return false;
        }
    }
    true
}

fn same_elements(elements: &dyn Elements, part: Part, others: &dyn Elements) -> bool {
    elements.is_same(part, others)
}

/// Whether two records are the same but for those of their fields that have parts, which are handed out.
fn same_fields<'a>(one: &'a dyn Record, two: &'a dyn Record, go_into: &mut dyn FnMut((Value<'a>, Value<'a>))) -> bool {
    // What two states share is compared with itself. A type without size has no place, and nothing to compare either.
    if std::ptr::addr_eq(one, two) {
        return true;
    }
    if one.variant() != two.variant() || one.len() != two.len() {
        return false;
    }
    (0..one.len()).all(|index| match (one.field(index), two.field(index)) {
        fields @ (Value::Record(_) | Value::Collection { .. }, Value::Record(_) | Value::Collection { .. }) => {
            go_into(fields);
            true
        }
        (one, two) => is_same_scalar(one, two),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::context::{Inspect, Shape};

    /// A list whose links are shared, dropped in a loop.
    #[derive(Clone)]
    struct Link {
        number: u32,
        next: Option<Arc<Link>>,
    }

    impl Record for Link {
        fn name(&self) -> &'static str {
            "Link"
        }
        fn len(&self) -> usize {
            2
        }
        fn field(&self, index: usize) -> Value<'_> {
            match index {
                0 => self.next.as_ref().map_or(Value::Missing, |next| Value::Record(&**next)),
                _ => Value::Int(self.number.into()),
            }
        }
    }

    impl Drop for Link {
        fn drop(&mut self) {
            let mut next = self.next.take();
            while let Some(link) = next {
                next = Arc::into_inner(link).and_then(|mut link| link.next.take());
            }
        }
    }

    fn list(length: u32, last: u32) -> Link {
        let mut list = Link { number: last, next: None };
        for number in 0..length {
            list = Link { number, next: Some(Arc::new(list)) };
        }
        list
    }

    #[test]
    fn a_list_of_any_length_is_followed_to_its_end() {
        let (one, two, other) = (list(200_000, 7), list(200_000, 7), list(200_000, 8));
        assert_eq!(compare(Value::Record(&one), Value::Record(&two)), Some(true));
        assert_eq!(compare(Value::Record(&one), Value::Record(&other)), Some(false));
    }

    #[derive(Clone)]
    struct Nest(Vec<Nest>);

    impl Inspect for Nest {
        fn shape() -> Shape {
            Shape::Opaque
        }
        fn inspect(&self) -> Value<'_> {
            self.0.inspect()
        }
    }

    #[test]
    fn collections_are_gone_into_so_deep_and_no_deeper() {
        let nest = |depth: u32| (1..depth).fold(Nest(Vec::new()), |inner, _| Nest(vec![inner]));
        let told = |depth: u32| compare(nest(depth).inspect(), nest(depth).inspect());
        assert_eq!((told(DEEPEST), told(DEEPEST + 1), told(10_000)), (Some(true), None, None));
        assert_eq!(compare(nest(3).inspect(), nest(4).inspect()), Some(false), "after one that was given up");
        assert!(!nest(10_000).inspect().is_same(nest(10_000).inspect()));
    }

    #[test]
    fn what_is_shared_is_compared_once_and_a_web_of_paths_is_given_up() {
        struct Fork(Option<Arc<(Fork, Fork)>>);
        impl Record for Fork {
            fn name(&self) -> &'static str {
                "Fork"
            }
            fn len(&self) -> usize {
                2
            }
            fn field(&self, index: usize) -> Value<'_> {
                match &self.0 {
                    Some(both) if index == 0 => Value::Record(&both.0),
                    Some(both) => Value::Record(&both.1),
                    None => Value::Int(1),
                }
            }
        }
        fn web(depth: u32) -> Fork {
            let mut fork = Fork(None);
            for _ in 0..depth {
                let shared = Arc::new((fork, Fork(None)));
                fork = Fork(Some(shared));
            }
            fork
        }
        let (one, two) = (web(1_000), web(1_000));
        assert_eq!(compare(Value::Record(&one), Value::Record(&one)), Some(true));
        assert_eq!(compare(Value::Record(&one), Value::Record(&two)), Some(true));
    }

    #[test]
    fn a_graph_with_more_paths_than_nodes_is_given_up() {
        struct Knot(Option<Arc<Knot>>);
        impl Record for Knot {
            fn name(&self) -> &'static str {
                "Knot"
            }
            fn len(&self) -> usize {
                2
            }
            fn field(&self, _: usize) -> Value<'_> {
                self.0.as_ref().map_or(Value::Int(1), |next| Value::Record(&**next))
            }
        }
        let knot = |depth: u32| (0..depth).fold(Knot(None), |inner, _| Knot(Some(Arc::new(inner))));
        let (one, two) = (knot(60), knot(60));
        assert_eq!(compare(Value::Record(&one), Value::Record(&two)), None);
        assert_eq!(compare(Value::Record(&one), Value::Record(&one)), Some(true), "it is the very same");
        assert_eq!(compare(Value::Record(&knot(9)), Value::Record(&knot(9))), Some(true));
    }
}
