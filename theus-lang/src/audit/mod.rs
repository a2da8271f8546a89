//! Rules as data, and what makes them of a recipe. What is hidden here is for `theus-core`, which judges by it.

mod about;
#[doc(hidden)]
pub mod against;
#[doc(hidden)]
pub mod alarm;
#[doc(hidden)]
pub mod condition;
#[doc(hidden)]
pub mod counting;
#[doc(hidden)]
pub mod delta;
#[doc(hidden)]
pub mod each;
#[doc(hidden)]
pub mod integer;
mod judge;
#[doc(hidden)]
pub mod looks;
#[doc(hidden)]
pub mod message;
#[doc(hidden)]
pub mod metadata;
mod operator;
#[doc(hidden)]
pub mod over_time;
#[doc(hidden)]
pub mod range;
pub mod recipe;
#[doc(hidden)]
pub mod rule;
#[doc(hidden)]
pub mod set;
#[doc(hidden)]
pub mod steps;

pub use alarm::AlarmSettings;
pub use condition::Operator;
pub use counting::{Across, Counting, Per, Window};
pub use metadata::RuleMetadata;
pub use recipe::{Catalog, ChangeKind, ProcessEntry, ProcessRules, Recipe, RecipeChanges, RuleChange, RuleSettings};
pub use rule::Rule;
pub use theus_model::audit::{Gate, Level, Subject, Text};
