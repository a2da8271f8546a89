//! And, or, either way; and what is known to be there because it was asked.

use cel::IdedExpr;
use cel::common::ast::{Expr, LiteralValue, operators};

use super::path::chain;
use super::{Checked, Checker, Typed, common};
use crate::workflow::condition::node::Node;
use crate::workflow::condition::types::Type;

impl Checker<'_> {
    pub(super) fn both(&mut self, one: &IdedExpr, two: &IdedExpr) -> Checked {
        let mut parts = Vec::with_capacity(2);
        let first = self.condition(one)?;
        flatten_all(first.node, &mut parts);
        let second = self.knowing(one, true, |checker| checker.condition(two))?;
        flatten_all(second.node, &mut parts);
        Ok(Typed::new(Node::All(parts.into()), Type::Bool))
    }

    pub(super) fn either(&mut self, one: &IdedExpr, two: &IdedExpr) -> Checked {
        let mut parts = Vec::with_capacity(2);
        let first = self.condition(one)?;
        flatten_any(first.node, &mut parts);
        let second = self.knowing(one, false, |checker| checker.condition(two))?;
        flatten_any(second.node, &mut parts);
        Ok(Typed::new(Node::Any(parts.into()), Type::Bool))
    }

    pub(super) fn choose(&mut self, when: &IdedExpr, then: &IdedExpr, otherwise: &IdedExpr) -> Checked {
        let condition = self.condition(when)?;
        let one = self.knowing(when, true, |checker| checker.usable(then))?;
        let two = self.knowing(when, false, |checker| checker.usable(otherwise))?;
        let unlike = ![&one, &two].iter().any(|typed| typed.kind == Type::Any);
        let kind = common(one.kind.clone(), two.kind.clone());
        if unlike && kind == Type::Any {
            let message =
                format!("`{}` is {} and `{}` is {}", self.text(then), one.kind, self.text(otherwise), two.kind);
            return Err(self.at(otherwise, message).help("both sides of `:` are of one type"));
        }
        let json = one.json && two.json;
        Ok(Typed { node: Node::Choose(Box::new([condition.node, one.node, two.node])), kind, json })
    }

    /// Does something with what is known when `expr` turned out to be `outcome`.
    fn knowing(&mut self, expr: &IdedExpr, outcome: bool, then: impl FnOnce(&mut Self) -> Checked) -> Checked {
        let before = self.proven.len();
        proves(expr, outcome, &mut self.proven);
        let checked = then(self);
        self.proven.truncate(before);
        checked
    }
}

/// The paths that are there when `expr` turned out to be `outcome`.
fn proves(expr: &IdedExpr, outcome: bool, proven: &mut Vec<String>) {
    let Expr::Call(call) = &expr.expr else { return };
    match (call.func_name.as_str(), call.args.as_slice(), outcome) {
        ("has", [asked], true) if call.target.is_none() => proven.extend(chain(asked).map(|names| names.join("."))),
        (operators::LOGICAL_NOT, [inner], outcome) => proves(inner, !outcome, proven),
        (operators::LOGICAL_AND, [one, two], true) | (operators::LOGICAL_OR, [one, two], false) => {
            proves(one, outcome, proven);
            proves(two, outcome, proven);
        }
        (operators::NOT_EQUALS, [one, two], true) | (operators::EQUALS, [one, two], false) => {
            for (asked, other) in [(one, two), (two, one)] {
                if matches!(other.expr, Expr::Literal(LiteralValue::Null)) {
                    proven.extend(chain(asked).map(|names| names.join(".")));
                }
            }
        }
        _ => {}
    }
}

fn flatten_all(node: Node, parts: &mut Vec<Node>) {
    match node {
        Node::All(inner) => parts.extend(inner),
        node => parts.push(node),
    }
}

fn flatten_any(node: Node, parts: &mut Vec<Node>) {
    match node {
        Node::Any(inner) => parts.extend(inner),
        node => parts.push(node),
    }
}
