//! The decimal of `rust_decimal`.

use super::scalar;
use crate::context::{Decimal, Shape};

scalar! {
    [] ::rust_decimal::Decimal: Shape::Decimal,
        // Its scale is at most 28.
        |value| Decimal::of(value.mantissa(), value.scale() as u8);
}
