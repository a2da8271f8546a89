//! Types of other crates, each behind the feature of its crate's name.

#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(feature = "rust_decimal")]
mod rust_decimal;
#[cfg(feature = "uuid")]
mod uuid;

/// Types of other crates, by their names, the feature of this crate that shows them, and whether it is on.
#[doc(hidden)]
pub const FOREIGN: &[(&str, &str, bool)] = &[
    ("Decimal", "rust_decimal", cfg!(feature = "rust_decimal")),
    ("Uuid", "uuid", cfg!(feature = "uuid")),
    ("DateTime", "chrono", cfg!(feature = "chrono")),
    ("NaiveDateTime", "chrono", cfg!(feature = "chrono")),
    ("NaiveDate", "chrono", cfg!(feature = "chrono")),
    ("NaiveTime", "chrono", cfg!(feature = "chrono")),
    ("Timestamp", "jiff", cfg!(feature = "jiff")),
    ("Zoned", "jiff", cfg!(feature = "jiff")),
];

/// Implements `Inspect` and `Computed` for a type that is copied: its shape, and the value that it shows.
#[cfg(any(feature = "chrono", feature = "jiff", feature = "rust_decimal"))]
macro_rules! scalar {
    ($([$($parameters:tt)*] $type:ty: $shape:expr, |$value:ident| $show:expr;)*) => {$(
        impl<$($parameters)*> $crate::context::Inspect for $type {
            fn shape() -> $crate::context::Shape {
                $shape
            }
            fn inspect(&self) -> $crate::context::Value<'_> {
                let $value = self;
                $show.into()
            }
        }

        impl<'theus, $($parameters)*> $crate::context::Computed<'theus> for $type {
            fn shape() -> $crate::context::Shape {
                $shape
            }
            fn into_value(self) -> $crate::context::Value<'theus> {
                let $value = &self;
                $show.into()
            }
        }
    )*};
}

#[cfg(any(feature = "chrono", feature = "jiff", feature = "rust_decimal"))]
use scalar;

/// A time of a kind, from whole seconds and what is left of one.
#[cfg(any(feature = "chrono", feature = "jiff"))]
fn time(kind: super::TimeKind, seconds: i64, nanos: i64) -> super::Time {
    super::Time { kind, nanos: i128::from(seconds) * 1_000_000_000 + i128::from(nanos) }
}
