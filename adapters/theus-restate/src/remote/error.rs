//! What a call to a session elsewhere has come to.

use serde_json::Value;
use thiserror::Error;

use crate::drive::Told;
use crate::error::Unreached;

/// A process was run elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Called<T> {
    /// What it gave.
    pub output: T,
    /// The whole answer: violations, states, the version.
    pub told: Told,
}

/// Why a call to a session elsewhere has not done what was asked.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The process has failed with an error that it declares.
    #[error("{error}: {message}")]
    Declared {
        /// The name of the error's type, as the contract has it.
        error: String,
        /// What it says.
        message: String,
        /// What it holds, where its type is `Serialize`.
        values: Option<Value>,
    },
    /// It was refused for another reason, and changed nothing: by a rule, the interlock, wrong arguments.
    #[error("{}", detail(.0))]
    Refused(Box<Told>),
    /// There was no answer, or none that can be read: it may have been done.
    #[error(transparent)]
    Unreached(#[from] Unreached),
}

fn detail(told: &Told) -> String {
    let member = |name: &str| told.refused.as_ref().and_then(|problem| problem.get(name)).and_then(Value::as_str);
    let title = member("title").unwrap_or("it was refused");
    member("detail").map_or_else(|| title.to_owned(), |detail| format!("{title}: {detail}"))
}

impl RemoteError {
    /// What it was refused as: the end of the problem's `type`.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        match self {
            Self::Declared { .. } => Some("declared"),
            Self::Refused(told) => told.kind(),
            Self::Unreached(_) => None,
        }
    }

    /// The declared error, as a value of its type.
    #[must_use]
    pub fn declared<E: serde::de::DeserializeOwned>(&self) -> Option<E> {
        match self {
            Self::Declared { values: Some(values), .. } => serde_json::from_value(values.clone()).ok(),
            _ => None,
        }
    }

    pub(super) fn of(told: Told) -> Self {
        if told.kind() != Some("declared") {
            return Self::Refused(Box::new(told));
        }
        let problem = told.refused.unwrap_or_default();
        let text = |name: &str| problem.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self::Declared { error: text("error"), message: text("detail"), values: problem.get("values").cloned() }
    }
}
