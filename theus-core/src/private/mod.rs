//! What generated code calls, and nothing else does. Not part of the public API.

pub use serde;

pub use crate::context::zone::{Data, Meta, Signal as SignalZone};
pub use crate::context::{Cell, ContextTypes, DataZone, FieldSchema, FieldValue, Fields, Inline, Shared};
pub use crate::context::{Computed, EnumShape, FieldShape, InspectAs, Record, RecordShape, VariantShape};
pub use crate::process::{Access, Argument, ArgumentValue, Asynchronous, DeclaredError, Plain, Scope};
pub use crate::transaction::Raised;

mod doors;
mod nested;
mod partly;
mod probe;
mod results;

pub use crate::context::SignalValue;
pub use doors::*;
pub use nested::{NestedMirror, split_path};
pub use probe::*;
pub use results::{HasResult, ReturnsResultSoListItsErrors};
