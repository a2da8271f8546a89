//! What a method that rules call may return.

use std::time::{Duration, SystemTime};

use super::decimal::Decimal;
use super::inspect::Inspect;
use super::shape::Shape;
use super::time::Time;
use super::value::Value;

/// A value that a method returns to a rule: a scalar, or a borrow of something that can be inspected; also in an `Option`.
///
/// A `String` or a `Vec` would be allocated each time the rule is judged: return a borrow of it.
#[diagnostic::on_unimplemented(
    message = "a rule cannot look at a returned `{Self}`",
    label = "not a scalar, nor a borrow of a type that implements `Inspect`",
    note = "return a scalar, or borrow from `self`: `&str`, `&T`, `Option<&T>`"
)]
pub trait Computed<'a> {
    /// The shape of every value that the method returns.
    fn shape() -> Shape;
    /// The value.
    fn into_value(self) -> Value<'a>;
}

impl<'a, T: Inspect + ?Sized> Computed<'a> for &'a T {
    fn shape() -> Shape {
        T::shape()
    }
    fn into_value(self) -> Value<'a> {
        self.inspect()
    }
}

impl<'a, T: Computed<'a>> Computed<'a> for Option<T> {
    fn shape() -> Shape {
        T::shape().optional()
    }
    fn into_value(self) -> Value<'a> {
        self.map_or(Value::Missing, T::into_value)
    }
}

macro_rules! plain {
    ($($type:ty: |$value:ident| $make:expr),* $(,)?) => {$(
        impl<'a> Computed<'a> for $type {
            fn shape() -> Shape {
                <Self as Inspect>::shape()
            }
            #[inline]
            fn into_value(self) -> Value<'a> {
                let $value = self;
                $make
            }
        }
    )*};
}

macro_rules! small_integers {
    ($($type:ty),*) => {
        plain!($($type: |value| Value::Int(i128::from(value))),*);
    };
}

small_integers!(i8, i16, i32, i64, i128, u8, u16, u32, u64);

plain! {
    isize: |value| Value::Int(value as i128),
    usize: |value| Value::Int(value as i128),
    u128: |value| Value::unsigned(value),
    bool: |value| Value::Bool(value),
    char: |value| Value::Char(value),
    f32: |value| Value::Float(f64::from(value)),
    f64: |value| Value::Float(value),
    Decimal: |value| value.into(),
    SystemTime: |value| Time::from(value).into(),
    Duration: |value| Value::Decimal { mantissa: i128::try_from(value.as_nanos()).unwrap_or(i128::MAX), scale: 9 },
}
