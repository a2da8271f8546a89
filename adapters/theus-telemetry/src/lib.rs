#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod gauges;
#[cfg(feature = "axum")]
mod http;
mod install;
mod instruments;
mod telemetry;
mod trace;

pub use install::{Builder, InstallError, install};
pub use telemetry::OpenTelemetry;
pub use trace::here;

pub use theus_core::telemetry::TraceContext;
