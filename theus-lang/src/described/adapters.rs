//! Adapters by their names.

use super::type_name::TypeName;
use crate::context::{AsUuid, Date, DateTime, Decimal, Instant, Shape, TimeOfDay, Variant, Written};

/// What an adapter to what serde writes shows: `ViaSerde<f64>`, `ViaSerde<Date>`.
pub(super) fn via_serde(kind: &TypeName) -> Option<Shape> {
    let shape = match kind.word.as_str() {
        "i64" => <i64 as Written>::shape,
        "u64" => <u64 as Written>::shape,
        "f64" => <f64 as Written>::shape,
        "bool" => <bool as Written>::shape,
        "char" => <char as Written>::shape,
        "Decimal" => <Decimal as Written>::shape,
        "Variant" => <Variant as Written>::shape,
        "AsUuid" => <AsUuid as Written>::shape,
        "Instant" => <Instant as Written>::shape,
        "DateTime" => <DateTime as Written>::shape,
        "Date" => <Date as Written>::shape,
        "TimeOfDay" => <TimeOfDay as Written>::shape,
        _ => return None,
    };
    Some(shape())
}
