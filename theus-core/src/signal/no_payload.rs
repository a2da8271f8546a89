//! What events bring along where the feature `json` is off: nothing.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// There is none: values come with the feature `json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Payload {}

/// There is none: values come with the feature `json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PayloadError {}

impl Payload {
    pub(crate) const fn checked(self) -> Result<Self, PayloadError> {
        match self {}
    }
}
