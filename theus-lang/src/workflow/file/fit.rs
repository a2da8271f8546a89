//! Whether what an expression gives is what is wanted there.

use crate::context::{CollectionKind, Shape};

/// How a shape fits another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It does, as far as can be known before there is a value.
    Fits,
    /// It does, where it is there.
    MayBeMissing,
    /// It never does.
    Never,
}

/// How what is `given` fits what is `wanted`.
pub(super) fn fit(given: &Shape, wanted: &Shape) -> Fit {
    let optional = matches!(given, Shape::Optional(_)) && !matches!(wanted, Shape::Optional(_) | Shape::Opaque);
    let (given, wanted) = (given.innermost().clone().seen_through(), wanted.innermost().clone().seen_through());
    match (fits(given.innermost(), wanted.innermost()), optional) {
        (false, _) => Fit::Never,
        (true, true) => Fit::MayBeMissing,
        (true, false) => Fit::Fits,
    }
}

fn fits(given: &Shape, wanted: &Shape) -> bool {
    use Shape::{Bool, Char, Collection, Decimal, Enum, Float32, Float64, Int, Opaque, Record, Text, Time, Uuid};
    match (given, wanted) {
        (Opaque, _) | (_, Opaque) => true,
        (Bool, Bool) | (Char, Char | Text) | (Uuid, Uuid | Text) | (Record(_), Record(_)) => true,
        (Int { min, max }, Int { min: least, max: most }) => {
            // Ranges that do not meet have no value in common.
            let below = u128::try_from(*least).is_ok_and(|least| *max < least);
            let above = u128::try_from(*min).is_ok_and(|min| min > *most);
            !below && !above
        }
        (Int { .. }, Float32 | Float64 | Decimal) => true,
        (Float32 | Float64, Float32 | Float64 | Decimal) => true,
        (Decimal, Decimal | Text) => true,
        (Text, Text | Char | Uuid | Time(_) | Decimal | Enum(_)) => true,
        (Time(given), Time(wanted)) => given == wanted,
        (Time(_), Text) | (Enum(_), Text) => true,
        (Enum(given), Enum(wanted)) => given == wanted,
        (Collection(given), Collection(wanted)) => {
            is_map(given.kind()).zip(is_map(wanted.kind())).is_none_or(|(a, b)| a == b)
        }
        (Collection(given), Record(_)) | (Record(_), Collection(given)) => is_map(given.kind()) != Some(false),
        _ => false,
    }
}

/// `None` where it may be either.
const fn is_map(kind: CollectionKind) -> Option<bool> {
    match kind {
        CollectionKind::Counted => None,
        CollectionKind::SortedMap | CollectionKind::HashMap => Some(true),
        _ => Some(false),
    }
}
