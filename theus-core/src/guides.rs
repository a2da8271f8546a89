//! For who comes from elsewhere: what stands where, with a program that runs.

#[doc = include_str!("../docs/guides/from_xstate.md")]
pub mod from_xstate {}

#[doc = include_str!("../docs/guides/from_temporal.md")]
pub mod from_temporal {}

#[doc = include_str!("../docs/guides/from_python.md")]
pub mod from_python {}

#[doc = include_str!("../docs/guides/from_alarms.md")]
pub mod from_alarms {}
