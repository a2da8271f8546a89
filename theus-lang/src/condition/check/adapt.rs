//! Literals become what they are compared with: the name of a variant, a time, a UUID, an exact decimal.

use super::{Checker, Expr, Typed};
use crate::condition::node::{Constant, Node};
use crate::condition::problem::ExpressionProblem;
use crate::condition::types::Type;
use crate::context::{Decimal, Time, parse_uuid};
use crate::source::did_you_mean;

impl Checker<'_> {
    /// Makes a literal fit the type that stands beside it.
    pub(super) fn adapt(&self, expr: &Expr, typed: &mut Typed, beside: &Type) -> Result<(), ExpressionProblem> {
        let Some(constant) = typed.constant() else { return Ok(()) };
        let (made, kind) = match (constant, beside.innermost()) {
            (Constant::Text(name), Type::Enum(shape)) => {
                let variants = shape.variants.get();
                if variants.iter().any(|variant| *variant.name == **name) {
                    return Ok(());
                }
                let problem = self.at(expr, format!("the enum {} has no variant `{name}`", shape.name));
                return Err(problem.maybe_help(did_you_mean(name, variants.iter().map(|variant| variant.name))));
            }
            (Constant::Text(text), Type::Time(kind)) => match Time::parse(*kind, text) {
                Some(time) => (Constant::Time(time), Type::Time(*kind)),
                None => {
                    let problem = self.at(expr, format!("{text:?} is not {}", Type::Time(*kind)));
                    return Err(problem.help(format!("write {}", kind.example())));
                }
            },
            (Constant::Text(text), Type::Uuid) => match parse_uuid(text) {
                Some(uuid) => (Constant::Uuid(uuid), Type::Uuid),
                None => {
                    let problem = self.at(expr, format!("{text:?} is not a UUID"));
                    return Err(problem.help("write it with hyphens: \"67e55044-10b1-426f-9247-bb680e5fe0c8\""));
                }
            },
            (Constant::Text(text), Type::Char) => match (text.chars().next(), text.chars().nth(1)) {
                (Some(character), None) => (Constant::Char(character), Type::Char),
                _ => return Err(self.at(expr, format!("{text:?} is not one character"))),
            },
            // From what is written, not from the float nearest to it.
            (Constant::Float(_), Type::Decimal) => {
                let written: String = self.text.get(expr.word.clone()).unwrap_or_default().split_whitespace().collect();
                match Decimal::parse(&written) {
                    Some(decimal) => (Constant::Decimal(decimal), Type::Decimal),
                    None => return Err(self.at(expr, format!("`{written}` has more digits than a decimal"))),
                }
            }
            // As the bounds of rules: rounded once, so that the field that was set to 0.1 equals 0.1.
            (Constant::Float(value), Type::Float { single: true }) => {
                #[expect(clippy::cast_possible_truncation, reason = "to what the field can hold")]
                let rounded = *value as f32;
                (Constant::Float(rounded.into()), Type::Float { single: true })
            }
            _ => return Ok(()),
        };
        (typed.node, typed.kind) = (Node::Constant(made), kind);
        Ok(())
    }

    /// The same for arithmetic, where a whole number that is written out also stands for a float.
    pub(super) fn adapt_number(&self, expr: &Expr, typed: &mut Typed, beside: &Type) -> Result<(), ExpressionProblem> {
        if let (Some(Constant::Int(value)), Type::Float { .. }) = (typed.constant(), beside) {
            #[expect(clippy::cast_precision_loss, reason = "a literal beyond 2^53 is rounded as `2.0` would be")]
            let float = *value as f64;
            (typed.node, typed.kind) = (Node::Constant(Constant::Float(float)), Type::FLOAT);
            return Ok(());
        }
        match (typed.constant(), beside) {
            (Some(Constant::Float(_)), Type::Decimal) => self.adapt(expr, typed, beside),
            _ => Ok(()),
        }
    }
}
