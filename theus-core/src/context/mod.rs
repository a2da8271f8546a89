//! The state that processes work on: layers, zones, the mirror that stores it, and its schema as a value.

mod adapt;
mod computed;
mod ctx;
mod data;
mod decimal;
mod effects;
mod elements;
mod fields;
mod foreign;
mod inside;
mod inspect;
mod layer;
mod same;
mod scalar;
mod schema;
mod shape;
mod time;
mod to_json;
mod tuples;
mod value;
mod via_serde;
pub mod zone;

pub use adapt::InspectAs;
pub use computed::Computed;
pub use ctx::{ContextTypes, Ctx};
pub use data::{DataZone, SerializeData};
pub use decimal::Decimal;
pub use effects::EffectHandles;
#[doc(hidden)]
pub use fields::History;
pub use fields::{Context, Fields};
pub use inside::{Elements, Part, Record};
pub use inspect::Inspect;
pub use layer::Layer;
pub(crate) use same::compare;
pub use schema::{FieldPath, FieldSchema, Resolved, Schema, Unresolved};
#[doc(hidden)]
pub use shape::newtype_shape;
pub(crate) use shape::{CollectionKind, MOST_NEWTYPES};
pub use shape::{CollectionShape, EnumShape, FieldShape, Lazy, RecordShape, Shape, VariantShape};
pub use time::{Time, TimeKind};
pub use value::Value;
pub(crate) use value::parse_uuid;
pub use via_serde::{AsUuid, Date, DateTime, Instant, TimeOfDay, Variant, ViaSerde, Written};
pub use zone::Zone;

pub(crate) use to_json::to_json;
