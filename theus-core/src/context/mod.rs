//! The state that processes work on: layers, zones, the mirror that stores it, and its schema as a value.

mod ctx;
mod data;
mod durable;
mod effects;
mod fields;
#[cfg(feature = "table")]
mod table;
#[cfg(feature = "json")]
mod to_json;

#[doc(hidden)]
pub use ctx::ContextTypes;
pub use ctx::Ctx;
pub use data::{DataZone, SerializeData};
pub use durable::DurableFields;
#[doc(hidden)]
pub use durable::{DataSource, DataVisitor, DurableZone, Keyed};
#[doc(hidden)]
pub use effects::EffectHandles;
#[doc(hidden)]
pub use fields::History;
pub use fields::{Context, Fields};
#[cfg(feature = "table")]
pub use table::{Iter as TableIter, Table};
#[cfg(feature = "json")]
pub(crate) use to_json::to_json;

pub use theus_model::context::zone;
pub use theus_model::context::{
    AsUuid, Asked, CollectionShape, Computed, Date, DateTime, Decimal, Elements, EnumShape, EventClash, FieldPath,
    FieldSchema, FieldShape, Inspect, InspectAs, Instant, Layer, Lazy, Part, REDACTED, Record, RecordShape, Resolved,
    Schema, Shape, Time, TimeKind, TimeOfDay, Unresolved, Value, Variant, VariantShape, ViaSerde, WireForm, WirePart,
    Written, Zone,
};
#[doc(hidden)]
pub use theus_model::context::{EventNames, Redacted, newtype_shape};
