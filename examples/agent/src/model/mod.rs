//! The model: who plans, writes and reviews. It is outside, so the processes reach it as an effect.

#[cfg(feature = "http")]
mod http;
mod scripted;

#[cfg(feature = "http")]
pub(crate) use http::HttpModel;
pub(crate) use scripted::ScriptedModel;

use theus_core::prelude::*;
use thiserror::Error;

/// A model that answers questions: what it says is kept in the journal, so that a replay asks nobody.
#[theus_core::effect]
pub(crate) trait Model {
    /// Answers one question. It may be asked again after [`RateLimited`].
    fn answer(&self, question: &Question) -> Result<Answer, Refused>;
}

/// What the model is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Question {
    /// For what.
    pub(crate) purpose: Purpose,
    /// All that it has to know.
    pub(crate) prompt: String,
}

/// What the answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Inspect)]
pub(crate) enum Purpose {
    /// What to do.
    Plan,
    /// What to say.
    Draft,
    /// Whether that is good.
    Review,
}

/// What the model says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answer {
    /// Its words.
    pub(crate) text: String,
    /// How many tokens it read and wrote.
    pub(crate) tokens: u64,
}

/// The model says nothing.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Refused {
    /// Not now.
    RateLimited(RateLimited),
    /// Not at all.
    Unavailable(Unavailable),
}

/// The model has no time: it may have some later.
#[derive(Debug, Serialize, Deserialize, Error)]
#[error("the model has too much to do")]
pub(crate) struct RateLimited;

/// The model cannot be reached.
#[derive(Debug, Serialize, Deserialize, Error)]
#[error("the model cannot be reached: {0}")]
pub(crate) struct Unavailable(pub(crate) String);

/// What the model says is not what it was asked for.
#[derive(Debug, Error)]
#[error("the model's answer cannot be used: {0}")]
pub(crate) struct NotUnderstood(pub(crate) String);
