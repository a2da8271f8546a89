//! What is inside of a value: fields, elements.

use std::any::Any;
use std::ops::ControlFlow;

use super::value::Value;

/// A value with fields. `#[derive(Inspect)]` implements it.
pub trait Record {
    /// The name of the type; of an enum, that of the variant.
    fn name(&self) -> &'static str;
    /// The position of the variant, of an enum.
    fn variant(&self) -> Option<usize> {
        None
    }
    /// How many fields it has; of an enum, the variant.
    fn len(&self) -> usize;
    /// Whether it has no fields.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The field at a position; of an enum, of the variant that it is.
    fn field(&self, index: usize) -> Value<'_>;
    /// What the method at a position says.
    fn method(&self, index: usize) -> Value<'_> {
        let _ = index;
        Value::Opaque
    }
    /// Whether it stands for its only field.
    fn is_transparent(&self) -> bool {
        false
    }
}

/// What of a collection is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The whole of it; its elements are those of a list or a set, and the values of a map.
    All,
    /// The keys of a map.
    Keys,
    /// The values of a map.
    Values,
}

/// A collection. Implemented for those of the standard library; implement it for one of your own, and give it a
/// [`Shape::Collection`](super::Shape::Collection).
///
/// Only what its [`CollectionShape`](super::CollectionShape) promises is asked: positions of a list, keys of a map.
pub trait Elements: Any {
    /// How many there are.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Shows one after the other, in order where there is one, until it is told to stop.
    fn each<'a>(&'a self, part: Part, see: &mut dyn FnMut(Value<'a>) -> ControlFlow<()>);
    /// The first and the last.
    fn ends(&self, part: Part) -> Option<(Value<'_>, Value<'_>)> {
        let _ = part;
        None
    }
    /// The element at a position.
    fn at(&self, index: usize) -> Option<Value<'_>> {
        let _ = index;
        None
    }
    /// The value under a key, which is of the map's own type of keys.
    fn find(&self, key: &dyn Any) -> Option<Value<'_>> {
        let _ = key;
        None
    }
    /// Whether another collection, of the same type, holds the same; the values of a map without order are not asked for.
    fn is_same(&self, part: Part, other: &dyn Elements) -> bool;
}
