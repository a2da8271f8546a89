//! Where state lives and what it is: layers, zones, values, the shapes of types, the schema of a context.

mod adapt;
mod computed;
mod decimal;
mod elements;
mod events;
mod foreign;
mod inside;
mod inspect;
mod layer;
mod range;
mod redacted;
mod same;
mod scalar;
mod schema;
mod shape;
mod time;
mod tuples;
mod value;
mod via_serde;
mod wire;
pub mod zone;

pub use adapt::InspectAs;
pub use computed::Computed;
pub use decimal::Decimal;
pub use events::EventClash;
#[doc(hidden)]
pub use events::EventNames;
#[doc(hidden)]
pub use foreign::FOREIGN;
pub use inside::{Elements, Part, Record};
pub use inspect::Inspect;
pub use layer::Layer;
#[doc(hidden)]
pub use range::{FieldRanges, FloatRange, IntRange, JoinedRange, NumberRange};
pub use redacted::REDACTED;
#[doc(hidden)]
pub use redacted::Redacted;
#[doc(hidden)]
pub use same::compare;
pub use schema::{FieldPath, FieldSchema, Resolved, Schema, Unresolved};
pub use shape::{Asked, CollectionShape, EnumShape, FieldShape, Lazy, Measured, RecordShape, Shape, VariantShape};
#[doc(hidden)]
pub use shape::{CollectionKind, KeyShape, MOST_NEWTYPES, newtype_shape};
pub use time::{Time, TimeKind};
pub use value::Value;
#[doc(hidden)]
pub use value::parse_uuid;
pub use via_serde::{AsUuid, Date, DateTime, Instant, TimeOfDay, Variant, ViaSerde, Written};
pub use wire::{WireForm, WirePart};
pub use zone::Zone;
