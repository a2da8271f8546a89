//! Tuples, as the audit looks into them.

use super::inside::Record;
use super::inspect::Inspect;
use super::shape::{Asked, FieldShape, RecordShape, Shape};
use super::value::Value;
use super::wire::WireForm;

macro_rules! tuples {
    ($($count:literal: $($type:ident $index:tt),*;)*) => {$(
        impl<$($type: Inspect),*> Record for ($($type,)*) {
            fn name(&self) -> &'static str {
                "tuple"
            }
            fn len(&self) -> usize {
                $count
            }
            fn field(&self, index: usize) -> Value<'_> {
                match index {
                    $($index => self.$index.inspect(),)*
                    _ => Value::Opaque,
                }
            }
        }

        impl<$($type: Inspect),*> Inspect for ($($type,)*) {
            fn shape() -> Shape {
                Shape::Record(RecordShape {
                    name: "tuple",
                    fields: Asked::of(|| vec![$(FieldShape { name: stringify!($index), shape: $type::shape() }),*]),
                    methods: Asked::of(Vec::new),
                    transparent: false,
                    wire: Asked::of(WireForm::plain),
                })
            }
            fn inspect(&self) -> Value<'_> {
                Value::Record(self)
            }
        }
    )*};
}

tuples! {
    1: A 0;
    2: A 0, B 1;
    3: A 0, B 1, C 2;
    4: A 0, B 1, C 2, D 3;
    5: A 0, B 1, C 2, D 3, E 4;
    6: A 0, B 1, C 2, D 3, E 4, F 5;
    7: A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
}
