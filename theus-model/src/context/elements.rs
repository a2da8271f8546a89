//! Lists, sets and maps, as the audit looks into them.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::Arc;

use super::inside::{Elements, Part};
use super::inspect::Inspect;
use super::shape::{CollectionShape, Shape};
use super::value::Value;

fn show<'a, T: Inspect + 'a>(elements: impl Iterator<Item = &'a T>, see: &mut dyn FnMut(Value<'a>) -> ControlFlow<()>) {
    for element in elements {
        if see(element.inspect()).is_break() {
            return;
        }
    }
}

fn same<'a, T: Inspect + 'a>(one: impl Iterator<Item = &'a T>, two: impl Iterator<Item = &'a T>) -> bool {
    one.zip(two).all(|(one, two)| one.inspect().is_same(two.inspect()))
}

/// The other collection as one of this type. Where it is the very same place there is nothing to compare.
enum Other<'a, T> {
    Itself,
    Another(&'a T),
    Foreign,
}

fn other<'a, T: Elements>(this: &T, other: &'a dyn Elements) -> Other<'a, T> {
    match (other as &dyn Any).downcast_ref::<T>() {
        Some(other) if std::ptr::eq(this, other) && size_of::<T>() > 0 => Other::Itself,
        Some(other) => Other::Another(other),
        None => Other::Foreign,
    }
}

macro_rules! collection {
    ([$($parameters:tt)*] $type:ty, $shape:expr, { $($body:tt)* }, |$this:ident, $part:ident, $that:ident| $same:expr) => {
        impl<$($parameters)*> Inspect for $type {
            fn shape() -> Shape {
                Shape::Collection($shape)
            }
            #[inline]
            fn inspect(&self) -> Value<'_> {
                Value::collection(self)
            }
        }

        impl<$($parameters)*> Elements for $type {
            fn len(&self) -> usize {
                Self::len(self)
            }
            fn is_same(&self, part: Part, that: &dyn Elements) -> bool {
                let ($this, $part) = (self, part);
                match other($this, that) {
                    Other::Itself => true,
                    Other::Another($that) => Self::len($this) == Self::len($that) && $same,
                    Other::Foreign => false,
                }
            }
            $($body)*
        }
    };
}

macro_rules! lists {
    ($([$($parameters:tt)*] $type:ty;)*) => {$(
        collection!([$($parameters)*] $type, CollectionShape::list::<T>(), {
            fn each<'a>(&'a self, _: Part, see: &mut dyn FnMut(Value<'a>) -> ControlFlow<()>) {
                show(self.iter(), see);
            }
            fn ends(&self, _: Part) -> Option<(Value<'_>, Value<'_>)> {
                Some((self.get(0)?.inspect(), self.get(self.len().checked_sub(1)?)?.inspect()))
            }
            fn at(&self, index: usize) -> Option<Value<'_>> {
                self.get(index).map(T::inspect)
            }
        }, |this, _part, that| same(this.iter(), that.iter()));
    )*};
}

lists! {
    [T: Inspect + 'static] Vec<T>;
    [T: Inspect + 'static] VecDeque<T>;
}

/// A boxed or shared slice. The slice alone cannot be borrowed as a trait object: its handle can.
macro_rules! slices {
    ($($pointer:ident),*) => {$(
        impl<T: Inspect + 'static> Inspect for $pointer<[T]> {
            fn shape() -> Shape {
                Shape::Collection(CollectionShape::list::<T>())
            }
            fn inspect(&self) -> Value<'_> {
                Value::collection(self)
            }
        }

        impl<T: Inspect + 'static> Elements for $pointer<[T]> {
            fn len(&self) -> usize {
                <[T]>::len(self)
            }
            fn each<'a>(&'a self, _: Part, see: &mut dyn FnMut(Value<'a>) -> ControlFlow<()>) {
                show(self.iter(), see);
            }
            fn ends(&self, _: Part) -> Option<(Value<'_>, Value<'_>)> {
                Some((self.first()?.inspect(), self.last()?.inspect()))
            }
            fn at(&self, index: usize) -> Option<Value<'_>> {
                self.get(index).map(T::inspect)
            }
            fn is_same(&self, _: Part, that: &dyn Elements) -> bool {
                match other(self, that) {
                    Other::Itself => true,
                    Other::Another(that) => <[T]>::len(self) == <[T]>::len(that) && same(self.iter(), that.iter()),
                    Other::Foreign => false,
                }
            }
        }
    )*};
}

slices!(Box, Rc, Arc);

impl<T: Inspect + 'static, const N: usize> Inspect for [T; N] {
    fn shape() -> Shape {
        Shape::Collection(CollectionShape::list::<T>())
    }
    fn inspect(&self) -> Value<'_> {
        Value::collection(self)
    }
}

impl<T: Inspect + 'static, const N: usize> Elements for [T; N] {
    fn len(&self) -> usize {
        N
    }
    fn each<'a>(&'a self, _: Part, see: &mut dyn FnMut(Value<'a>) -> ControlFlow<()>) {
        show(self.iter(), see);
    }
    fn ends(&self, _: Part) -> Option<(Value<'_>, Value<'_>)> {
        Some((self.first()?.inspect(), self.last()?.inspect()))
    }
    fn at(&self, index: usize) -> Option<Value<'_>> {
        self.get(index).map(T::inspect)
    }
    fn is_same(&self, _: Part, that: &dyn Elements) -> bool {
        match other(self, that) {
            Other::Itself => true,
            Other::Another(that) => same(self.iter(), that.iter()),
            Other::Foreign => false,
        }
    }
}

collection!([T: Inspect + 'static] BTreeSet<T>, CollectionShape::sorted_set::<T>(), {
    fn each<'a>(&'a self, _: Part, see: &mut dyn FnMut(Value<'a>) -> ControlFlow<()>) {
        show(self.iter(), see);
    }
    fn ends(&self, _: Part) -> Option<(Value<'_>, Value<'_>)> {
        let mut all = self.iter();
        let first = all.next()?;
        Some((first.inspect(), all.next_back().unwrap_or(first).inspect()))
    }
}, |this, _part, that| same(this.iter(), that.iter()));

collection!([T: Inspect + Eq + Hash + 'static, S: BuildHasher + 'static] HashSet<T, S>, CollectionShape::hash_set::<T>(), {
    fn each<'a>(&'a self, _: Part, see: &mut dyn FnMut(Value<'a>) -> ControlFlow<()>) {
        show(self.iter(), see);
    }
}, |this, _part, that| this.iter().all(|element| that.contains(element)));

macro_rules! maps {
    ($([$($parameters:tt)*] $type:ty, $shape:expr, { $($ends:tt)* }, |$this:ident, $part:ident, $that:ident| $same:expr;)*) => {$(
        collection!([$($parameters)*] $type, $shape, {
            fn each<'a>(&'a self, part: Part, see: &mut dyn FnMut(Value<'a>) -> ControlFlow<()>) {
                match part {
                    Part::Keys => show(self.keys(), see),
                    Part::All | Part::Values => show(self.values(), see),
                }
            }
            fn find(&self, key: &dyn Any) -> Option<Value<'_>> {
                self.get(key.downcast_ref::<K>()?).map(V::inspect)
            }
            $($ends)*
        }, |$this, $part, $that| $same);
    )*};
}

maps! {
    [K: Inspect + Ord + Send + Sync + 'static, V: Inspect + 'static] BTreeMap<K, V>, CollectionShape::sorted_map::<K, V>(), {
        fn ends(&self, part: Part) -> Option<(Value<'_>, Value<'_>)> {
            let (first, last) = (self.first_key_value()?, self.last_key_value()?);
            Some(match part {
                Part::Keys => (first.0.inspect(), last.0.inspect()),
                Part::All | Part::Values => (first.1.inspect(), last.1.inspect()),
            })
        }
    }, |this, part, that| match part {
        Part::Keys => same(this.keys(), that.keys()),
        Part::Values => same(this.values(), that.values()),
        Part::All => same(this.keys(), that.keys()) && same(this.values(), that.values()),
    };
    [K: Inspect + Eq + Hash + Send + Sync + 'static, V: Inspect + 'static, S: BuildHasher + 'static] HashMap<K, V, S>, CollectionShape::hash_map::<K, V>(), {},
        |this, part, that| match part {
            Part::Keys => this.keys().all(|key| that.contains_key(key)),
            Part::Values => false,
            Part::All => this.iter().all(|(key, value)| {
                that.get(key).is_some_and(|other| value.inspect().is_same(other.inspect()))
            }),
        };
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn collections_are_the_same_by_what_they_hold() {
        let nan = || vec![1.0, f64::NAN];
        assert!(nan().inspect().is_same(nan().inspect()) && !nan().inspect().is_same(vec![1.0, 2.0].inspect()));
        assert!(!vec![1_u8].inspect().is_same(vec![1_u16].inspect()), "of another type");
        assert!(!vec![1_u8].inspect().is_same(vec![1_u8, 2].inspect()));
        let map = |value: u8| HashMap::from([("a".to_owned(), value), ("b".to_owned(), 2)]);
        assert!(map(1).inspect().is_same(map(1).inspect()) && !map(1).inspect().is_same(map(3).inspect()));
        let sorted = |key: &str| BTreeMap::from([(key.to_owned(), 1_u8)]);
        assert!(sorted("a").inspect().is_same(sorted("a").inspect()));
        assert!(!sorted("a").inspect().is_same(sorted("b").inspect()));
        let part = |value: Value<'static>, part: Part| match value {
            Value::Collection { elements, .. } => Value::Collection { elements, part },
            value => value,
        };
        let leaked = |key: &str| part(Box::leak(Box::new(sorted(key))).inspect(), Part::Values);
        assert!(leaked("a").is_same(leaked("b")), "the values are the same, whatever the keys");
        assert!(!part(leaked("a"), Part::Keys).is_same(part(leaked("b"), Part::Keys)));
        let set = |value: u8| HashSet::from([value, 9]);
        assert!(set(1).inspect().is_same(set(1).inspect()) && !set(1).inspect().is_same(set(2).inspect()));
        assert!((1_u8, "a".to_owned()).inspect().is_same((1_u8, "a".to_owned()).inspect()));
        assert!(!(1_u8, 2_u8).inspect().is_same((1_u8, 3_u8).inspect()));
    }

    #[test]
    fn the_ends_are_the_first_and_the_last() {
        let ends = |value: Value<'_>, part: Part| match value {
            Value::Collection { elements, .. } => elements.ends(part).map(|ends| format!("{ends:?}")),
            _ => None,
        };
        assert_eq!(ends(vec![1_u8, 2, 3].inspect(), Part::All).unwrap(), "(1, 3)");
        assert_eq!(ends(BTreeSet::from([7_u8]).inspect(), Part::All).unwrap(), "(7, 7)");
        assert_eq!(ends(BTreeMap::from([(1_u8, 'a'), (2, 'b')]).inspect(), Part::Keys).unwrap(), "(1, 2)");
        assert_eq!(ends(BTreeMap::from([(1_u8, 'a'), (2, 'b')]).inspect(), Part::Values).unwrap(), "('a', 'b')");
        assert_eq!(ends(Vec::<u8>::new().inspect(), Part::All), None);
        assert_eq!(ends(VecDeque::from([5_u8]).inspect(), Part::All).unwrap(), "(5, 5)");
    }
}
