//! Numbers whose field says in what they are measured.

use super::{Asked, CollectionKind, CollectionShape, FieldShape, Lazy, MOST_NEWTYPES, RecordShape, Shape};

/// What is measured, and in what.
///
/// ```
/// use theus_core::prelude::*;
///
/// #[derive(Clone, Default, Context)]
/// struct Oven {
///     #[context(unit = "degF")]
///     chamber: f64,
///     doors: u8,
/// }
///
/// let units: Vec<_> = Oven::schema().fields.iter().map(|field| field.shape.unit()).collect();
/// assert_eq!(units, [Some("degF"), None]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The shape of the values.
    pub shape: Shape,
    /// Their unit.
    pub unit: &'static str,
}

impl Shape {
    /// In what its values are measured, where their field says so.
    #[must_use]
    pub fn unit(&self) -> Option<&'static str> {
        match self {
            Self::Optional(inner) => inner.unit(),
            Self::Measured(measured) => Some(measured.unit),
            _ => None,
        }
    }

    /// In what the numbers are measured that are anywhere in it: of a newtype, of a collection that of its elements.
    #[doc(hidden)]
    #[must_use]
    pub fn unit_inside(&self) -> Option<&'static str> {
        let mut shape = match self {
            Self::Optional(_) | Self::Measured(_) | Self::Collection(_) | Self::Record(_) => self.clone(),
            _ => return None,
        };
        for _ in 0..MOST_NEWTYPES {
            shape = match shape {
                Self::Measured(measured) => return Some(measured.unit),
                Self::Optional(inner) => *inner,
                Self::Collection(of) => of.element(),
                Self::Record(record) if record.transparent => record.stands_for(),
                _ => return None,
            };
        }
        None
    }

    /// Whether it is a number.
    #[doc(hidden)]
    #[must_use]
    pub const fn is_number(&self) -> bool {
        matches!(self, Self::Int { .. } | Self::Float32 | Self::Float64 | Self::Decimal)
    }

    /// The same, measured in a unit: of a collection each of its elements, of a newtype what it holds.
    #[doc(hidden)]
    #[must_use]
    pub fn measured_in(self, unit: &'static str) -> Self {
        match self {
            Self::Optional(inner) => inner.measured_in(unit).optional(),
            Self::Collection(of) if of.kind != CollectionKind::Counted => {
                let element = of.element.clone();
                let element = Lazy::described(of.element.type_name(), move || element.shape().measured_in(unit));
                Self::Collection(CollectionShape { element, ..of })
            }
            Self::Record(record) if record.transparent => {
                let fields = record.fields.clone();
                let measured = move |field: FieldShape| FieldShape { shape: field.shape.measured_in(unit), ..field };
                let fields = Asked::described(move || fields.get().into_iter().map(measured).collect());
                Self::Record(RecordShape { fields, ..record })
            }
            // What it is is not known, and told where somebody asks.
            Self::Opaque => Self::Opaque,
            Self::Measured(already) if already.unit == unit => Self::Measured(already),
            shape => Self::Measured(Box::new(Measured { shape, unit })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{Inspect, WireForm};

    #[test]
    fn what_is_measured_is_the_number_inside() {
        let number = f64::shape().measured_in("degF");
        assert_eq!((number.unit(), number.innermost()), (Some("degF"), &Shape::Float64));
        assert_eq!(number.to_string(), "a float");
        assert_eq!(f64::shape().unit(), None);
        let optional = Option::<u8>::shape().measured_in("kg");
        assert!(matches!(optional, Shape::Optional(_)), "whether it is there is asked first");
        assert_eq!((optional.unit(), optional.innermost()), (Some("kg"), &u8::shape()));
        assert_eq!(optional.seen_through(), Option::<u8>::shape());
        let twice = f64::shape().measured_in("degF").measured_in("degF");
        assert_eq!(twice, f64::shape().measured_in("degF"));
    }

    #[test]
    fn of_a_collection_each_element_is_measured_and_the_length_is_not() {
        let Shape::Collection(list) = Vec::<f64>::shape().measured_in("degF") else { unreachable!("a list") };
        assert_eq!(list.element().unit(), Some("degF"));
        let list = Shape::Collection(list);
        assert_eq!((list.unit(), list.unit_inside()), (None, Some("degF")));
        let Shape::Collection(map) = std::collections::BTreeMap::<u8, i64>::shape().measured_in("kg") else {
            unreachable!("a map")
        };
        assert_eq!((map.element().unit(), map.key().map(|key| key.shape.shape().unit())), (Some("kg"), Some(None)));
    }

    #[test]
    fn of_a_newtype_what_it_holds_is_measured() {
        let held = || vec![FieldShape { name: "0", shape: Shape::Float64 }];
        let record = RecordShape {
            name: "Celsius",
            fields: Asked::of(held),
            methods: Asked::of(Vec::new),
            transparent: true,
            wire: Asked::of(WireForm::unknown),
        };
        let Shape::Record(record) = Shape::Record(record).measured_in("degC") else { unreachable!("a newtype") };
        assert_eq!(record.stands_for().unit(), Some("degC"));
    }
}
