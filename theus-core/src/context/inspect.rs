//! What a type shows to the audit.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use super::value::{Shape, Value};

/// Lets audit rules look at a type's values. Implemented for the standard scalars, strings, options and collections.
///
/// Implement it for a newtype by passing the question on:
///
/// ```
/// use theus_core::{Inspect, Shape, Value};
///
/// struct Money(i64);
///
/// impl Inspect for Money {
///     fn shape() -> Shape {
///         i64::shape()
///     }
///     fn inspect(&self) -> Value<'_> {
///         self.0.inspect()
///     }
/// }
/// assert_eq!(Money(5).inspect(), Value::Int(5));
/// ```
///
/// A field or an argument of a generic type `T` can be audited where the context or the process says `T: Inspect`.
#[diagnostic::on_unimplemented(
    message = "the audit cannot look into `{Self}`",
    label = "does not implement `Inspect`",
    note = "implement `theus_core::Inspect` for `{Self}`: its shape and a borrowed value"
)]
pub trait Inspect {
    /// The shape of every value of this type.
    fn shape() -> Shape;
    /// A borrowed look at this value. It must not allocate.
    fn inspect(&self) -> Value<'_>;
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl Inspect for $type {
            fn shape() -> Shape {
                Shape::Int { min: i128::from(<$type>::MIN), max: <$type>::MAX as u128 }
            }
            fn inspect(&self) -> Value<'_> {
                Value::Int(i128::from(*self))
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, u8, u16, u32, u64, i128);

macro_rules! pointer_sized_integers {
    ($($type:ty),*) => {$(
        impl Inspect for $type {
            fn shape() -> Shape {
                Shape::Int { min: <$type>::MIN as i128, max: <$type>::MAX as u128 }
            }
            fn inspect(&self) -> Value<'_> {
                Value::Int(*self as i128)
            }
        }
    )*};
}

pointer_sized_integers!(isize, usize);

impl Inspect for u128 {
    fn shape() -> Shape {
        Shape::Int { min: 0, max: Self::MAX }
    }
    fn inspect(&self) -> Value<'_> {
        i128::try_from(*self).map_or(Value::Huge(*self), Value::Int)
    }
}

impl Inspect for bool {
    fn shape() -> Shape {
        Shape::Bool
    }
    fn inspect(&self) -> Value<'_> {
        Value::Bool(*self)
    }
}

impl Inspect for f32 {
    fn shape() -> Shape {
        Shape::Float32
    }
    fn inspect(&self) -> Value<'_> {
        Value::Float(f64::from(*self))
    }
}

impl Inspect for f64 {
    fn shape() -> Shape {
        Shape::Float64
    }
    fn inspect(&self) -> Value<'_> {
        Value::Float(*self)
    }
}

impl Inspect for char {
    fn shape() -> Shape {
        Shape::Char
    }
    fn inspect(&self) -> Value<'_> {
        Value::Char(*self)
    }
}

impl Inspect for str {
    fn shape() -> Shape {
        Shape::Text
    }
    fn inspect(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl Inspect for String {
    fn shape() -> Shape {
        Shape::Text
    }
    fn inspect(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl Inspect for Cow<'_, str> {
    fn shape() -> Shape {
        Shape::Text
    }
    fn inspect(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl<T: Inspect> Inspect for Option<T> {
    fn shape() -> Shape {
        Shape::Optional(Box::new(T::shape()))
    }
    fn inspect(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Missing, T::inspect)
    }
}

macro_rules! transparent {
    ($($pointer:ident),*) => {$(
        impl<T: Inspect + ?Sized> Inspect for $pointer<T> {
            fn shape() -> Shape {
                T::shape()
            }
            fn inspect(&self) -> Value<'_> {
                T::inspect(self)
            }
        }
    )*};
}

transparent!(Box, Rc, Arc);

macro_rules! collections {
    ($([$($parameter:ident),*] $type:ty),* $(,)?) => {$(
        impl<$($parameter),*> Inspect for $type {
            fn shape() -> Shape {
                Shape::Collection
            }
            fn inspect(&self) -> Value<'_> {
                Value::Collection(self.len())
            }
        }
    )*};
}

collections!(
    [T] Vec<T>,
    [T] [T],
    [T] VecDeque<T>,
    [T] BTreeSet<T>,
    [T, S] HashSet<T, S>,
    [K, V] BTreeMap<K, V>,
    [K, V, S] HashMap<K, V, S>,
);

impl<T, const N: usize> Inspect for [T; N] {
    fn shape() -> Shape {
        Shape::Collection
    }
    fn inspect(&self) -> Value<'_> {
        Value::Collection(N)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extremes_of_every_integer_type_stay_exact() {
        assert_eq!(u64::MAX.inspect(), Value::Int(18_446_744_073_709_551_615));
        assert_eq!(i128::MIN.inspect(), Value::Int(i128::MIN));
        assert_eq!(u128::MAX.inspect(), Value::Huge(u128::MAX));
        assert_eq!((i128::MAX as u128).inspect(), Value::Int(i128::MAX));
        assert_eq!(u8::shape(), Shape::Int { min: 0, max: 255 });
    }

    #[test]
    fn an_option_shows_what_is_inside_or_that_it_is_missing() {
        assert_eq!(Inspect::inspect(&Some(3_u8)), Value::Int(3));
        assert_eq!(Inspect::inspect(&None::<u8>), Value::Missing);
        assert_eq!(Inspect::inspect(&Some(Some(1_u8))), Value::Int(1));
    }

    #[test]
    fn collections_show_their_length_and_strings_themselves() {
        assert_eq!(vec![1, 2].inspect(), Value::Collection(2));
        assert_eq!(BTreeMap::from([(1, 2)]).inspect(), Value::Collection(1));
        assert_eq!("ab".to_owned().inspect(), Value::Text("ab"));
    }
}
