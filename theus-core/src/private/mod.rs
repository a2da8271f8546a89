//! What generated code calls, and nothing else does. Not part of the public API.

pub use serde;

pub use crate::context::zone::{Data, Meta, Signal as SignalZone, ZoneEntry};
pub use crate::context::{Asked, Computed, EnumShape, FieldShape, InspectAs, Record, RecordShape, VariantShape};
pub use crate::context::{ContextTypes, DataZone, FieldSchema, Fields, History, Redacted, newtype_shape};
pub use crate::context::{DataSource, DataVisitor, DurableFields, DurableZone};
pub use crate::context::{WireForm, WirePart};
pub use crate::effect::{Call, Calls, EffectArgument, EffectOf, Holds, Recorded, asked};
#[cfg(feature = "store")]
pub use crate::effect::{EffectKey, EffectKeys, effect_keys};
pub use crate::mount::{BundleAt, Nothing as NothingOf, part};
pub use crate::process::{
    Access, Argument, ArgumentValue, Asynchronous, Blocking, BlockingProcess, ErrorValue, Gives, OnEach, OnPairs,
    Plain, Scope, accesses,
};
#[cfg(feature = "store")]
pub use crate::process::{Nothing, Outgoing, Sends, outgoing};
pub use theus_model::context::{FieldRanges, NumberRange};

pub use crate::transaction::{Cell, FieldValue, Inline, Member, Raised, Shared, SignalValue};

mod accessors;
mod command;
mod door_checks;
pub mod fit;
mod interior;
mod kept;
mod nested;
mod output;
mod part;
mod partly;
mod probe;
mod results;
mod shown_field;
mod under;

pub use accessors::*;
pub use command::{copied, debug, deserialize, serialize};
pub use door_checks::{Receiver, door, door_of_closure, door_of_first, door_of_one, door_of_two};
pub use fit::{Checked, CheckedArgument, Nested};
pub use interior::InteriorOf;
pub use kept::Kept;
pub use nested::{NestedMirror, split_path};
#[cfg(feature = "json")]
pub use output::{ErrorHasJson, HasJson, error_has_json, has_json};
pub use output::{GivesOf, OutputJson, OutputOf};
pub use part::Part;
pub use probe::*;
pub use results::{ErrorEnum, HasResult, ReturnsResultSoListItsErrors};
pub use shown_field::FieldCell;
pub use under::Under;

/// The traits whose functions generated code calls, without their names: they meet none of the user's.
pub mod traits {
    pub use super::door_checks::{AnotherFunction as _, AnotherReceiver as _};
    pub use super::interior::NoInterior as _;
    pub use super::kept::{NoDefault as _, Unsupported as _};
    pub use super::nested::NoSignal as _;
    pub use super::output::{OpaqueGives as _, OpaqueOutput as _};
    #[cfg(feature = "json")]
    pub use super::output::{SerializedGives as _, SerializedOutput as _};
    pub use super::part::PartOfValue as _;
    pub use super::probe::{
        ProbeInspect as _, ProbeOpaque as _, ProbePartly as _, ShapeInspect as _, ShapeOpaque as _, ShapePartly as _,
        ShowDebug as _, ShowNothing as _,
    };
    pub use super::shown_field::{ShowKeyed as _, ShowWhole as _};
    pub use crate::effect::{SeenEffect as _, UnseenEffect as _};
}

pub use theus_macros::__says as says;

#[cfg(feature = "files")]
pub use theus_macros::__files_answered as files_answered;
