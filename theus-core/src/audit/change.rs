//! Which recipe is in force, and what a change of it changed, as data.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::ledger::Hash;
use crate::audit::Text;
use crate::timestamp;

/// Which recipe: what it is called, and a digest over its rules, by which it is known again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecipeIdentity {
    /// The name of its file, or the name that was given with its text.
    pub recipe: Text,
    /// How many rules it has. The same rule of two processes is two; an invariant is one.
    pub rules: u64,
    /// The same for two recipes of the same rules in the same order, wherever they stand in their files.
    pub digest: Hash,
}

/// The recipe that is in force, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RecipeStatus {
    /// Which one.
    #[serde(flatten)]
    pub identity: RecipeIdentity,
    /// Since when.
    #[serde(with = "timestamp")]
    pub loaded: SystemTime,
}

/// What a running engine's new recipe changed.
///
/// A rule that is called something is the same where its process (an invariant has none) and its `id` are: it keeps its counter, if what that
/// counts together is the same, also where it is changed.
///
/// Any other rule is unchanged where process (an invariant has none), gate, path, condition, bound, level, thresholds, what they count together, `reset_on_success`,
/// `where_present` and `when` are: it keeps
/// its counter. Its message and its place in the file may be others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecipeChange {
    /// The new recipe.
    #[serde(flatten)]
    pub identity: RecipeIdentity,
    /// The name of the recipe before, where there was one.
    pub before: Option<Text>,
    /// How many rules are unchanged and keep their counters.
    pub kept: u64,
    /// The rules that are new, as in `transfer input: amount max 10000 (level B, acts at 3)` and
    /// `invariant: domain.total min 0 (level S, acts at 1)`: at most 100 of them.
    pub added: Vec<Text>,
    /// The rules that are gone.
    pub removed: Vec<Text>,
    /// The rules that ask the same of the same path, with another bound, level or threshold: `before -> after`.
    pub changed: Vec<Text>,
    /// How many more there are than the three lists name.
    pub omitted: u64,
}
