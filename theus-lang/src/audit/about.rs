//! What a rule says of itself for people: what it is called, whose it is, how urgent it is, and what to do.

use theus_model::audit::Text;

/// What a rule says of itself for people. None of it changes what the rule finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct About {
    /// What it is called: by that it is known again, whatever its bound and its level are by then.
    pub id: Option<Text>,
    /// Whose it is.
    pub owner: Option<Text>,
    /// How urgent a violation is.
    pub priority: Option<Text>,
    /// What to do about a violation.
    pub response: Option<Text>,
    /// In what its field and its bound are measured: told with both.
    pub unit: Option<Text>,
}
