//! What a program that uses Theus usually names: `use theus_core::prelude::*;`.

#[doc(no_inline)]
pub use crate::context::{Ctx, DataZone, Shape, Value, Zone};
pub use crate::engine::{BuildError, Engine, Locking, Snapshot};
pub use crate::mount::{At, Mount};
pub use crate::process::{AsyncProcess, Process, RunError, SyncProcess};
pub use crate::signal::Signal;
#[cfg(feature = "workflow")]
pub use crate::workflow::WorkflowManager;
#[doc(no_inline)]
pub use crate::{Context, Inspect, process};
#[doc(no_inline)]
pub use serde::{Deserialize, Serialize};
