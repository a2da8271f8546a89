//! What generated code calls, and nothing else does. Not part of the public API.

pub use serde;

pub use crate::context::zone::{Data, Meta, Signal as SignalZone, ZoneEntry, zone_at};
pub use crate::context::{Computed, EnumShape, FieldShape, InspectAs, Record, RecordShape, VariantShape};
pub use crate::context::{ContextTypes, DataZone, FieldSchema, Fields};
pub use crate::process::{Access, Argument, ArgumentValue, Asynchronous, ErrorValue, Plain, Scope};
pub use crate::transaction::{Cell, FieldValue, Inline, Raised, Shared, SignalValue};

mod command;
mod doors;
mod kept;
mod nested;
mod partly;
mod probe;
mod results;

pub use command::{CommandFields, Source, deserialize, deserialize_empty};
pub use doors::*;
pub use kept::Kept;
pub use nested::{NestedMirror, split_path};
pub use probe::*;
pub use results::{ErrorEnum, HasResult, ReturnsResultSoListItsErrors};

/// The traits whose functions generated code calls, without their names: they meet none of the user's.
pub mod traits {
    pub use super::kept::Unfit as _;
    pub use super::nested::{NestedMirror as _, NoSignal as _};
    pub use super::probe::{
        LookInspect as _, LookOpaque as _, LookPartly as _, ShapeInspect as _, ShapeOpaque as _, ShapePartly as _,
        ShowDebug as _, ShowNothing as _,
    };
}
