//! Units: what is compared, added or chosen between is in one, as far as the fields say in which they are.

use super::{Checker, Expr, ExpressionProblem};

/// A part, and in what it is measured.
pub(super) type Part<'e> = (&'e Expr, Option<&'static str>);

impl Checker<'_> {
    /// One more element of a list, beside the first that has a unit.
    pub(super) fn beside<'e>(&self, first: &mut Option<Part<'e>>, part: Part<'e>) -> Result<(), ExpressionProblem> {
        match first {
            Some(first) => self.one_unit(part.0, [*first, part]).map(drop),
            None => {
                *first = part.1.is_some().then_some(part);
                Ok(())
            }
        }
    }

    /// The unit of both. What has none, a constant or what was computed otherwise, goes with any.
    pub(super) fn one_unit(
        &self,
        expr: &Expr,
        [(one, first), (two, second)]: [Part<'_>; 2],
    ) -> Result<Option<&'static str>, ExpressionProblem> {
        match (first, second) {
            (Some(first), Some(second)) if first != second => {
                let (one, two) = (self.text(one), self.text(two));
                let message = format!("`{one}` is measured in `{first}`, and `{two}` in `{second}`");
                Err(self
                    .at(expr, message)
                    .help("convert one to the unit of the other: a product or a quotient has none"))
            }
            (first, second) => Ok(first.or(second)),
        }
    }
}
