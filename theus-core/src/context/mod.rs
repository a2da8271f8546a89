//! The state that processes work on: layers, zones, the mirror that stores it, and its schema as a value.

mod adapt;
mod cell;
mod computed;
mod ctx;
mod data;
mod decimal;
mod elements;
mod fields;
mod inspect;
mod layer;
mod record;
mod schema;
mod shape;
mod storage;
mod time;
mod value;
pub mod zone;

pub use adapt::{AsUuid, Date, DateTime, InspectAs, Instant, TimeOfDay, Variant, ViaSerde, Written};
pub use cell::Cell;
pub use computed::Computed;
pub use ctx::{ContextTypes, Ctx};
pub use data::{DataZone, SerializeData};
pub use decimal::Decimal;
pub use elements::{Elements, Part};
pub use fields::{Context, Fields};
pub use inspect::Inspect;
pub use layer::Layer;
pub use record::Record;
pub use schema::{FieldPath, FieldSchema, Resolved, Schema, Unresolved};
pub(crate) use shape::CollectionKind;
pub use shape::{CollectionShape, EnumShape, FieldShape, Lazy, RecordShape, Shape, VariantShape};
pub use storage::{FieldValue, Inline, InlineValue, Shared, SignalValue, Storage};
pub use time::{Time, TimeKind};
pub use value::Value;
pub(crate) use value::parse_uuid;
pub use zone::Zone;
