//! What can be computed from collections of each shape, and the shape of what comes out.

use crate::aggregate::Numbers;
use crate::context::{CollectionKind, CollectionShape, Shape};

/// The properties that a collection has.
pub(super) fn properties(collection: &CollectionShape) -> Vec<&'static str> {
    let mut known = Vec::new();
    let ordered = collection.is_ordered();
    match collection.kind() {
        CollectionKind::SortedMap | CollectionKind::HashMap => return vec!["keys()", "len()", "values()"],
        CollectionKind::Counted => return vec!["len()"],
        _ if ordered => known.extend(["first()", "last()", "len()"]),
        _ => known.push("len()"),
    }
    let element = collection.element().seen_through();
    let number = numbers(element.innermost());
    if number.is_some() || matches!(element.innermost(), Shape::Time(_)) {
        known.extend(["max()", "min()"]);
    }
    if number.is_some() {
        known.push("sum()");
    }
    if matches!(number, Some(Numbers::Ints | Numbers::Floats)) {
        known.push("mean()");
    }
    known.sort_unstable();
    known
}

pub(super) const fn numbers(shape: &Shape) -> Option<Numbers> {
    match shape {
        Shape::Int { .. } => Some(Numbers::Ints),
        Shape::Float32 | Shape::Float64 => Some(Numbers::Floats),
        Shape::Decimal => Some(Numbers::Decimals),
        _ => None,
    }
}

/// The shape of a sum: it can be greater than any of the elements.
pub(super) fn total(element: &Shape) -> Shape {
    match element {
        Shape::Int { min, .. } => Shape::Int { min: if *min < 0 { i128::MIN } else { 0 }, max: u128::MAX },
        Shape::Float32 => Shape::Float64,
        shape => shape.clone(),
    }
}

/// What there are several of.
pub(super) fn plural(shape: &Shape) -> String {
    match shape {
        Shape::Bool => "booleans".to_owned(),
        Shape::Int { .. } => "integers".to_owned(),
        Shape::Float32 | Shape::Float64 => "floats".to_owned(),
        Shape::Decimal => "decimals".to_owned(),
        Shape::Time(_) => "times".to_owned(),
        Shape::Uuid => "UUIDs".to_owned(),
        Shape::Text => "strings".to_owned(),
        Shape::Char => "characters".to_owned(),
        Shape::Record(record) => format!("values of {}", record.name),
        Shape::Enum(shape) => format!("values of {}", shape.name),
        Shape::Optional(inner) => format!("optional {}", plural(inner)),
        Shape::Collection(_) => "collections".to_owned(),
        _ => "values the audit cannot look into".to_owned(),
    }
}
