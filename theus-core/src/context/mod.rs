//! The state that processes work on: layers, zones, the mirror that stores it, and its schema as a value.

mod cell;
mod ctx;
mod data;
mod fields;
mod inspect;
mod layer;
mod schema;
mod storage;
mod value;
pub mod zone;

pub use cell::Cell;
pub use ctx::{ContextTypes, Ctx};
pub use data::{DataZone, SerializeData};
pub use fields::{Context, Fields};
pub use inspect::Inspect;
pub use layer::Layer;
pub use schema::{FieldPath, FieldSchema, Resolved, Schema, Unresolved};
pub use storage::{FieldValue, Inline, InlineValue, Shared, SignalValue, Storage};
pub use value::{Shape, Value};
pub use zone::Zone;
