//! And, or, either way; and what is known to be there because it was asked.

use super::path::chain;
use super::{Binary, Checked, Checker, Expr, ExprKind, ExpressionProblem, Typed, common};
use crate::condition::node::Node;
use crate::condition::types::Type;

impl Checker<'_> {
    pub(super) fn all(&mut self, parts: &[Expr]) -> Checked {
        Ok(Typed::new(Node::All(self.one_after_the_other(parts, true)?), Type::Bool))
    }

    pub(super) fn any(&mut self, parts: &[Expr]) -> Checked {
        Ok(Typed::new(Node::Any(self.one_after_the_other(parts, false)?), Type::Bool))
    }

    /// Conditions of which each is asked only when all before it turned out to be `outcome`.
    fn one_after_the_other(&mut self, parts: &[Expr], outcome: bool) -> Result<Box<[Node]>, ExpressionProblem> {
        let before = self.proven.len();
        let mut nodes = Vec::with_capacity(parts.len());
        for part in parts {
            match self.condition(part) {
                Ok(typed) => match typed.node {
                    Node::All(inner) if outcome => nodes.extend(inner),
                    Node::Any(inner) if !outcome => nodes.extend(inner),
                    node => nodes.push(node),
                },
                Err(problem) => {
                    self.proven.truncate(before);
                    return Err(problem);
                }
            }
            proves(part, outcome, &mut self.proven);
        }
        self.proven.truncate(before);
        Ok(nodes.into())
    }

    pub(super) fn choose(&mut self, [when, then, otherwise]: &[Expr; 3]) -> Checked {
        let condition = self.condition(when)?;
        let one = self.knowing(when, true, |checker| checker.usable(then))?;
        let two = self.knowing(when, false, |checker| checker.usable(otherwise))?;
        self.either([condition, one, two], [then, otherwise])
    }

    /// One or the other. By itself, so that a floor of a deep expression takes little stack.
    fn either(&self, [condition, one, two]: [Typed; 3], [then, otherwise]: [&Expr; 2]) -> Checked {
        let unlike = ![&one, &two].iter().any(|typed| typed.kind == Type::Any);
        let kind = common(one.kind.clone(), two.kind.clone());
        if unlike && kind == Type::Any {
            let message =
                format!("`{}` is {} and `{}` is {}", self.text(then), one.kind, self.text(otherwise), two.kind);
            return Err(self.at(otherwise, message).help("both sides of `:` are of one type"));
        }
        let json = one.json && two.json;
        let unit = self.one_unit(otherwise, [(then, one.unit), (otherwise, two.unit)])?;
        Ok(Typed { node: Node::Choose(Box::new([condition.node, one.node, two.node])), kind, json, unit })
    }

    /// Does something with what is known when `expr` turned out to be `outcome`.
    fn knowing(&mut self, expr: &Expr, outcome: bool, then: impl FnOnce(&mut Self) -> Checked) -> Checked {
        let before = self.proven.len();
        proves(expr, outcome, &mut self.proven);
        let checked = then(self);
        self.proven.truncate(before);
        checked
    }
}

/// The paths that are there when `expr` turned out to be `outcome`.
fn proves(expr: &Expr, outcome: bool, proven: &mut Vec<String>) {
    match (&expr.kind, outcome) {
        (ExprKind::Call(call), true) if call.name == "has" && call.target.is_none() => {
            proven.extend(call.arguments.iter().filter_map(chain).map(|names| names.join(".")));
        }
        (ExprKind::Not(inner), outcome) => proves(inner, !outcome, proven),
        (ExprKind::All(parts), true) | (ExprKind::Any(parts), false) => {
            parts.iter().for_each(|part| proves(part, outcome, proven));
        }
        (ExprKind::Binary(Binary::NotEqual, sides), true) | (ExprKind::Binary(Binary::Equal, sides), false) => {
            let [one, two] = &**sides;
            for (asked, other) in [(one, two), (two, one)] {
                if other.is_null() {
                    proven.extend(chain(asked).map(|names| names.join(".")));
                }
            }
        }
        _ => {}
    }
}
