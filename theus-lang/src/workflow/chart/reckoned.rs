//! A time that the data say.

use crate::condition::Expression;

/// A time that the data say: it is worked out when what runs on entering its state is done.
#[derive(Clone, Debug)]
pub struct Reckoned {
    /// What gives it.
    pub value: Expression,
    /// Whether it is worked out again after each commit that changes the data, and the timer moved (`follow`).
    pub follow: bool,
}

/// By what they say.
impl PartialEq for Reckoned {
    fn eq(&self, other: &Self) -> bool {
        self.value.text() == other.value.text() && self.follow == other.follow
    }
}

impl Eq for Reckoned {}
