//! What people see in the place of a value that they are not shown.

use std::fmt;

/// What stands in the place of a value that is not shown: that of a field marked `#[context(redact)]`, or of an argument marked `#[redact]`.
///
/// ```
/// use theus_core::prelude::*;
///
/// #[derive(Clone, Default, Context)]
/// struct Till { #[context(redact)] card: String, total: i64 }
///
/// #[process(inputs = [domain.total])]
/// fn pay(ctx: Ctx<Till>, #[redact] card: String, amount: i64) { let _ = (*ctx.domain.total, card, amount); }
///
/// let pay = Pay { card: "4111 1111 1111 1111".to_owned(), amount: 5 };
/// assert_eq!(format!("{pay:?}"), "Pay { card: (redacted), amount: 5 }");
/// assert!(Till::schema().redacts(["card"]));
/// ```
pub const REDACTED: &str = "(redacted)";

/// It, where a `Debug` is wanted.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}
