//! A configuration by names: what a restart, and a change of the file, leave intact.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::configuration::{Configuration, Leaves, Remembered};
use super::definition::Definition;
use super::id::StateId;
use super::tree::Kind;
use crate::source::did_you_mean;

/// A [`Configuration`] by the names of the states, to be stored.
///
/// ```
/// use theus_core::workflow::chart::Stored;
///
/// let stored: Stored = serde_json::from_str(r#"{ "active": ["WAITING"] }"#)?;
/// assert_eq!(stored.active, ["WAITING"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stored {
    /// The innermost active states, in the order of the file.
    pub active: Vec<String>,
    /// For each history state that has something to remember: the states that were active.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub remembered: BTreeMap<String, Vec<String>>,
}

/// Why a stored configuration does not fit a definition.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StoredError {
    /// No state is active.
    #[error("no state is active in what was stored: a session is always in one")]
    Nowhere,
    /// There is no such state.
    #[error("the workflow `{workflow}` has no state `{state}`{}", help.as_ref().map_or(String::new(), |help| format!("; {help}")))]
    Unknown {
        /// The workflow.
        workflow: String,
        /// The name that was stored.
        state: String,
        /// The one that was probably meant, or those that there are.
        help: Option<String>,
    },
    /// A session cannot be in this state alone.
    #[error("`{state}` is not a state to be stored as active: {why}")]
    NotInnermost {
        /// The state.
        state: String,
        /// What it is instead.
        why: &'static str,
    },
    /// Two states are active of which only one can be.
    #[error("`{first}` and `{second}` cannot both be active: no regions hold them")]
    Both {
        /// The one.
        first: String,
        /// The other.
        second: String,
    },
    /// A region is without an active state.
    #[error("nothing is active in `{region}`: all regions of `{parallel}` are active, or none")]
    Region {
        /// The region.
        region: String,
        /// What it is a region of.
        parallel: String,
    },
    /// What remembers is not a history state.
    #[error("`{state}` is not a history state: it has nothing to remember")]
    NotHistory {
        /// The state.
        state: String,
    },
    /// A history state remembers what it cannot.
    #[error("the history state `{history}` cannot remember `{state}`: {why}")]
    Remembers {
        /// The history state.
        history: String,
        /// The state that it is said to remember; its own name where there is none.
        state: String,
        /// Why not.
        why: &'static str,
    },
}

impl Definition {
    /// A configuration by names.
    #[must_use]
    pub fn stored(&self, at: &Configuration) -> Stored {
        let names = |states: &[StateId]| states.iter().map(|state| self.name_of(*state)).collect();
        let remembered = at.memory.iter().flat_map(|memory| memory.iter());
        Stored {
            active: names(at.leaves()),
            remembered: remembered.map(|(history, states)| (self.name_of(*history), names(states))).collect(),
        }
    }

    /// The configuration that was stored.
    ///
    /// # Errors
    /// [`StoredError`] where this definition does not have it: names that are not there, states that cannot be active together.
    pub fn configuration(&self, stored: &Stored) -> Result<Configuration, StoredError> {
        if stored.active.is_empty() {
            return Err(StoredError::Nowhere);
        }
        let mut leaves = Vec::with_capacity(stored.active.len());
        for name in &stored.active {
            leaves.push(self.leaf(name)?);
        }
        let leaves = self.in_order(leaves);
        self.fit_together(&leaves, None)?;

        let mut memory: Remembered = Vec::with_capacity(stored.remembered.len());
        for (name, states) in &stored.remembered {
            let history = self.known(name)?;
            memory.push((history, self.memory_of(history, states)?));
        }
        memory.sort_unstable_by_key(|(history, _)| *history);
        Ok(Configuration { leaves: Leaves::of(leaves), memory: (!memory.is_empty()).then(|| Arc::new(memory)) })
    }

    fn name_of(&self, state: StateId) -> String {
        self.state(state).map(|state| state.name.clone()).unwrap_or_default()
    }

    fn known(&self, name: &str) -> Result<StateId, StoredError> {
        self.state_once_named(name).ok_or_else(|| StoredError::Unknown {
            workflow: self.name().to_owned(),
            state: name.to_owned(),
            help: did_you_mean(name, self.states().iter().map(|state| state.name.as_str())),
        })
    }

    fn leaf(&self, name: &str) -> Result<StateId, StoredError> {
        let state = self.known(name)?;
        let why = match self.tree.kind(state) {
            Kind::History { .. } => "it is a history state, which leads to others",
            _ if !self.tree.is_leaf(state) => "it has states inside, of which one is active too",
            _ => return Ok(state),
        };
        Err(StoredError::NotInnermost { state: name.to_owned(), why })
    }

    fn in_order(&self, mut states: Vec<StateId>) -> Vec<StateId> {
        states.sort_unstable_by_key(|state| self.tree.number(*state));
        states.dedup();
        states
    }

    /// Whether these leaves inside `top` can be active at once, and are all that must be.
    fn fit_together(&self, leaves: &[StateId], top: Option<StateId>) -> Result<(), StoredError> {
        let tree = &self.tree;
        // Neighbours are enough: what holds two of them holds those between.
        for pair in leaves.windows(2) {
            let [first, second] = *pair else { continue };
            let around = tree.around(first).find(|around| tree.is_inside(second, *around));
            if around.is_none_or(|around| tree.kind(around) != Kind::Parallel) {
                return Err(StoredError::Both { first: self.name_of(first), second: self.name_of(second) });
            }
        }
        let inside = tree.inside(top);
        let within = |number: &u32| inside.contains(number) || tree.state(*number) == top;
        for parallel in tree.active(leaves).into_iter().filter(within).filter_map(|number| tree.state(number)) {
            // A shallow history state remembers it alone: its regions begin anew.
            if tree.kind(parallel) != Kind::Parallel
                || leaves.binary_search_by_key(&tree.number(parallel), |leaf| tree.number(*leaf)).is_ok()
            {
                continue;
            }
            for region in tree.children(parallel) {
                if !tree.has_any(leaves, *region) {
                    let (region, parallel) = (self.name_of(*region), self.name_of(parallel));
                    return Err(StoredError::Region { region, parallel });
                }
            }
        }
        Ok(())
    }

    fn memory_of(&self, history: StateId, names: &[String]) -> Result<Box<[StateId]>, StoredError> {
        let (Kind::History { deep, .. }, parent) = (self.tree.kind(history), self.tree.parent(history)) else {
            return Err(StoredError::NotHistory { state: self.name_of(history) });
        };
        let refused = |state: StateId, why| {
            Err(StoredError::Remembers { history: self.name_of(history), state: self.name_of(state), why })
        };
        let mut states = Vec::with_capacity(names.len());
        for name in names {
            let state = if deep { self.leaf(name)? } else { self.known(name)? };
            let fits = if deep {
                self.tree.inside(parent).contains(&self.tree.number(state).unwrap_or(u32::MAX))
            } else {
                self.tree.parent(state) == parent && !matches!(self.tree.kind(state), Kind::History { .. })
            };
            if !fits {
                return refused(
                    state,
                    if deep { "it is not inside its parent" } else { "it is not a child of its parent" },
                );
            }
            states.push(state);
        }
        let states = self.in_order(states);
        if states.is_empty() {
            return refused(history, "it is said to remember nothing, and then it is not stored");
        }
        self.fit_together(&states, parent)?;
        Ok(states.into())
    }
}
