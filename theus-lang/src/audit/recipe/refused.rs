//! Why a condition does not hold water.

use super::code;

/// Why a condition does not hold water.
pub(super) struct Refused {
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// Whether the test is wrong, rather than its value.
    pub(super) at_test: bool,
    /// Which item of the value is wrong, where it is a list.
    pub(super) item: Option<usize>,
    pub(super) code: &'static str,
}

impl Refused {
    pub(super) const fn value(message: String) -> Self {
        Self { message, help: None, at_test: false, item: None, code: code::BOUND_FIT }
    }

    pub(super) const fn test(message: String) -> Self {
        Self { message, help: None, at_test: true, item: None, code: code::CONDITION_FIT }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) const fn code(mut self, code: &'static str) -> Self {
        self.code = code;
        self
    }

    pub(super) const fn item(mut self, index: usize) -> Self {
        self.item = Some(index);
        self
    }
}
