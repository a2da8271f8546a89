//! Why no values can be made of a shape.

use thiserror::Error;

/// Why no strategy can be made: the test is told it as the reason why it cannot begin.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// The type cannot be looked into, so nothing is known of its values.
    #[error(
        "nothing is known of {of}, whose type has no shape: derive `Inspect` for it, or say what it can be by {by}"
    )]
    Opaque {
        /// Of what: the argument or the field.
        of: String,
        /// What says it.
        by: &'static str,
    },
    /// Serde writes it otherwise than its shape is: by `tag`, `with`, `try_from` and the like, or by hand.
    #[error("{of} has a `{type_name}`, which serde writes otherwise than its shape is: say what it can be by {by}")]
    Otherwise {
        /// Of what: the argument or the field.
        of: String,
        /// The type.
        type_name: String,
        /// What says it.
        by: &'static str,
    },
    /// Every value of the type holds another one.
    #[error("{of} has a type every value of which holds another one: say what it can be by {by}")]
    Endless {
        /// Of what: the argument or the field.
        of: String,
        /// What says it.
        by: &'static str,
    },
    /// A value that its shape allows is not taken.
    #[error("{of} does not take what it could be: {problem}; say what it can be by {by}")]
    Refused {
        /// Of what: the argument or the field.
        of: String,
        /// What is wrong with such a value.
        problem: String,
        /// What says it.
        by: &'static str,
    },
    /// Something is said of what there is not.
    #[error("there is no {of}{help}")]
    Unknown {
        /// Of what: the argument, the field or the process.
        of: String,
        /// The one that was probably meant, or those that there are.
        help: String,
    },
}
