//! What a program that uses Theus usually names: `use theus_core::prelude::*;`.

pub use crate::context::{Context, Ctx, DataZone, Inspect, Shape, Value, Zone};
pub use crate::engine::{BuildError, Engine, Locking, Snapshot};
pub use crate::process::{Process, RunError};
pub use crate::signal::Signal;
pub use crate::workflow::WorkflowManager;
pub use serde::{Deserialize, Serialize};
pub use theus_macros::{Context, Inspect, process};
