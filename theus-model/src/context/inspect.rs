//! What a type shows to the audit.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::decimal::Decimal;
use super::shape::Shape;
use super::time::{Time, TimeKind};
use super::value::Value;

/// Lets audit rules look at a type's values. Implemented for the standard scalars, strings, options, tuples and
/// collections; derive it for types of your own.
///
/// ```
/// use theus_core::prelude::*;
///
/// #[derive(Clone, Inspect)]
/// struct Money(i64); // a newtype is looked through
///
/// #[derive(Clone, Inspect)]
/// #[inspect(methods(is_open -> bool))] // `domain.door.is_open()` in a recipe
/// struct Door { angle: f64 } // `domain.door.angle`
///
/// impl Door {
///     fn is_open(&self) -> bool { self.angle > 0.0 }
/// }
///
/// #[derive(Clone, Inspect)]
/// enum Mode { Idle, Running { speed: u32 } } // `domain.mode` is its variant's name; `domain.mode.Running.speed`
/// # let _ = (Money(1), Door { angle: 1.0 }.is_open(), Mode::Idle, Mode::Running { speed: 1 });
/// ```
///
/// | attribute | on | meaning |
/// |---|---|---|
/// | `#[inspect(methods(mean -> f64))]` | the type | rules may call `mean()`, which takes `&self` and returns a [`Computed`](crate::context::Computed) value |
/// | `#[inspect(with = Adapter)]` | a field | an [`InspectAs`](crate::context::InspectAs) shows it: for foreign types |
/// | `#[inspect(unit = "degF")]` | a field | in what its number is measured; on that of a newtype, whatever is of that type |
/// | `#[inspect(crate = path)]` | the type | where `theus_core` is, if it was renamed |
///
/// A field of a type that does not implement it is opaque: nothing can be asked of it, but the length of a collection and
/// whether an `Option` is there.
///
/// Implemented by hand, it is a shape and a borrowed look:
///
/// ```
/// use theus_core::context::Decimal;
/// use theus_core::{Inspect, Shape, Value};
///
/// struct Cents(i64);
///
/// impl Inspect for Cents {
///     fn shape() -> Shape {
///         Shape::Decimal
///     }
///     fn inspect(&self) -> Value<'_> {
///         Decimal::new(self.0.into(), 2).map_or(Value::Opaque, Value::from)
///     }
/// }
/// assert_eq!(Cents(1250).inspect().to_string(), "12.50");
/// ```
///
/// A field or an argument of a generic type `T` can be audited where the context or the process says `T: Inspect`.
#[diagnostic::on_unimplemented(
    message = "the audit cannot look into `{Self}`",
    label = "does not implement `Inspect`",
    note = "put `#[derive(theus_core::Inspect)]` on `{Self}`; for a foreign type, `#[inspect(with = ..)]` on the field"
)]
pub trait Inspect {
    /// The shape of every value of this type.
    fn shape() -> Shape;
    /// A borrowed look at this value. It must not allocate.
    fn inspect(&self) -> Value<'_>;
    /// The value that a key in a path stands for, as in `domain.accounts["alice"]`; `None` where it stands for none.
    #[must_use]
    fn from_key(key: Value<'_>) -> Option<Self>
    where
        Self: Sized,
    {
        let _ = key;
        None
    }
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl Inspect for $type {
            fn shape() -> Shape {
                Shape::Int { min: i128::from(<$type>::MIN), max: <$type>::MAX as u128 }
            }
            #[inline]
            fn inspect(&self) -> Value<'_> {
                Value::Int(i128::from(*self))
            }
            fn from_key(key: Value<'_>) -> Option<Self> {
                match key {
                    Value::Int(key) => key.try_into().ok(),
                    _ => None,
                }
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
            #[inline]
            fn inspect(&self) -> Value<'_> {
                Value::Int(*self as i128)
            }
            fn from_key(key: Value<'_>) -> Option<Self> {
                match key {
                    Value::Int(key) => key.try_into().ok(),
                    _ => None,
                }
            }
        }
    )*};
}

pointer_sized_integers!(isize, usize);

impl Inspect for u128 {
    fn shape() -> Shape {
        Shape::Int { min: 0, max: Self::MAX }
    }
    #[inline]
    fn inspect(&self) -> Value<'_> {
        Value::unsigned(*self)
    }
    fn from_key(key: Value<'_>) -> Option<Self> {
        match key {
            Value::Int(key) => key.try_into().ok(),
            Value::Huge(key) => Some(key),
            _ => None,
        }
    }
}

impl Inspect for bool {
    fn shape() -> Shape {
        Shape::Bool
    }
    #[inline]
    fn inspect(&self) -> Value<'_> {
        Value::Bool(*self)
    }
    fn from_key(key: Value<'_>) -> Option<Self> {
        match key {
            Value::Text(key) => key.parse().ok(),
            _ => None,
        }
    }
}

impl Inspect for f32 {
    fn shape() -> Shape {
        Shape::Float32
    }
    #[inline]
    fn inspect(&self) -> Value<'_> {
        Value::Float(f64::from(*self))
    }
}

impl Inspect for f64 {
    fn shape() -> Shape {
        Shape::Float64
    }
    #[inline]
    fn inspect(&self) -> Value<'_> {
        Value::Float(*self)
    }
}

impl Inspect for char {
    fn shape() -> Shape {
        Shape::Char
    }
    #[inline]
    fn inspect(&self) -> Value<'_> {
        Value::Char(*self)
    }
    fn from_key(key: Value<'_>) -> Option<Self> {
        match key {
            Value::Text(key) => key.parse().ok(),
            _ => None,
        }
    }
}

impl Inspect for str {
    fn shape() -> Shape {
        Shape::Text
    }
    #[inline]
    fn inspect(&self) -> Value<'_> {
        Value::Text(self)
    }
}

macro_rules! texts {
    ($($type:ty),*) => {$(
        impl Inspect for $type {
            fn shape() -> Shape {
                Shape::Text
            }
            #[inline]
            fn inspect(&self) -> Value<'_> {
                Value::Text(self)
            }
            fn from_key(key: Value<'_>) -> Option<Self> {
                match key {
                    Value::Text(key) => Some(key.to_owned().into()),
                    _ => None,
                }
            }
        }
    )*};
}

texts!(String, Cow<'_, str>, Box<str>, Rc<str>, Arc<str>);

impl Inspect for Decimal {
    fn shape() -> Shape {
        Shape::Decimal
    }
    #[inline]
    fn inspect(&self) -> Value<'_> {
        (*self).into()
    }
}

impl Inspect for SystemTime {
    fn shape() -> Shape {
        Shape::Time(TimeKind::Instant)
    }
    #[inline]
    fn inspect(&self) -> Value<'_> {
        Time::from(*self).into()
    }
}

/// Seconds, as an exact decimal.
impl Inspect for Duration {
    fn shape() -> Shape {
        Shape::Decimal
    }
    #[inline]
    fn inspect(&self) -> Value<'_> {
        // At most 2^64 seconds.
        Value::Decimal { mantissa: i128::try_from(self.as_nanos()).unwrap_or(i128::MAX), scale: 9 }
    }
}

impl<T: Inspect> Inspect for Option<T> {
    fn shape() -> Shape {
        T::shape().optional()
    }
    #[inline]
    fn inspect(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Missing, T::inspect)
    }
}

macro_rules! transparent {
    ($($pointer:ident),*) => {$(
        impl<T: Inspect> Inspect for $pointer<T> {
            fn shape() -> Shape {
                T::shape()
            }
            #[inline]
            fn inspect(&self) -> Value<'_> {
                T::inspect(self)
            }
            fn from_key(key: Value<'_>) -> Option<Self> {
                T::from_key(key).map(Self::new)
            }
        }
    )*};
}

transparent!(Box, Rc, Arc);

impl<T: Inspect + ?Sized> Inspect for &T {
    fn shape() -> Shape {
        T::shape()
    }
    #[inline]
    fn inspect(&self) -> Value<'_> {
        T::inspect(self)
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
    fn keys_are_made_of_what_a_path_can_say() {
        assert_eq!(u8::from_key(Value::Int(255)), Some(255));
        assert_eq!(u8::from_key(Value::Int(256)), None);
        assert_eq!(String::from_key(Value::Text("a")), Some("a".to_owned()));
        assert_eq!(String::from_key(Value::Int(1)), None);
        assert_eq!(char::from_key(Value::Text("ab")), None);
        assert_eq!(bool::from_key(Value::Text("true")), Some(true));
        assert_eq!(<Vec<u8> as Inspect>::from_key(Value::Int(1)), None);
    }

    #[test]
    fn durations_and_times_are_exact() {
        assert_eq!(Duration::from_millis(1_500).inspect(), Value::Decimal { mantissa: 15, scale: 1 });
        assert_eq!(SystemTime::UNIX_EPOCH.inspect().to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Duration::MAX.inspect().to_string(), "18446744073709551615.999999999");
    }
}
