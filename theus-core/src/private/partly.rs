//! What can be known of a collection or an option whose content the audit cannot look into.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use crate::context::{CollectionShape, Shape, Value};

/// The length of a collection, whether an option is there.
pub trait Partly {
    /// The shape.
    fn shape() -> Shape;
    /// The value.
    fn partly(&self) -> Value<'_>;
}

impl<T> Partly for Option<T> {
    fn shape() -> Shape {
        Shape::Optional(Box::new(Shape::Opaque))
    }
    fn partly(&self) -> Value<'_> {
        if self.is_some() { Value::Opaque } else { Value::Missing }
    }
}

macro_rules! counted {
    ($([$($parameters:tt)*] $type:ty),* $(,)?) => {$(
        impl<$($parameters)*> Partly for $type {
            fn shape() -> Shape {
                Shape::Collection(CollectionShape::counted())
            }
            fn partly(&self) -> Value<'_> {
                Value::Count(self.len())
            }
        }
    )*};
}

counted!(
    [T] Vec<T>,
    [T, const N: usize] [T; N],
    [T] VecDeque<T>,
    [T] BTreeSet<T>,
    [T, S] HashSet<T, S>,
    [K, V] BTreeMap<K, V>,
    [K, V, S] HashMap<K, V, S>,
);

#[cfg(feature = "table")]
counted!([K, V] crate::context::Table<K, V>);
