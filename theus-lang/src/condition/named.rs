//! The paths that an expression names, each with what reads it: a violation tells their values.

use super::check::Checker;
use super::node::Node;
use super::syntax::{Expr, ExprKind};

/// So many are told.
const MOST_TOLD: usize = 16;

/// A path as it is written, and what reads it.
pub(super) struct Named {
    pub(super) path: Box<str>,
    pub(super) node: Node,
    /// Whether its value is not shown.
    pub(super) redacts: bool,
    /// In what it is measured, where its field says so.
    pub(super) unit: Option<&'static str>,
}

/// The paths that lead furthest, in the order of the text, each once.
pub(super) fn named(root: &Expr, checker: &mut Checker<'_>) -> Box<[Named]> {
    let mut found = Vec::new();
    gather(root, checker, &mut found);
    found.into()
}

fn gather(expr: &Expr, checker: &mut Checker<'_>, found: &mut Vec<Named>) {
    if found.len() >= MOST_TOLD || path(expr, checker, found) {
        return;
    }
    let mut each = |part: &Expr| gather(part, checker, found);
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Message => {}
        ExprKind::Select(of, _) | ExprKind::Not(of) | ExprKind::Negate(of) => each(of),
        ExprKind::Index(of, index) => {
            each(of);
            each(index);
        }
        ExprKind::Call(call) => {
            call.target.iter().for_each(|target| each(target));
            call.arguments.iter().for_each(each);
        }
        ExprKind::All(parts) | ExprKind::Any(parts) | ExprKind::List(parts) => parts.iter().for_each(each),
        ExprKind::Binary(_, sides) => sides.iter().for_each(each),
        ExprKind::Choose(parts) => parts.iter().for_each(each),
        ExprKind::Map(entries) => entries.iter().for_each(|(_, value)| each(value)),
    }
}

fn is_plain(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Name(_) => true,
        ExprKind::Select(of, _) => is_plain(of),
        _ => false,
    }
}

/// The names that a path begins with, as far as it is nothing but names.
fn names(expr: &Expr) -> Vec<&str> {
    match &expr.kind {
        ExprKind::Name(name) => vec![name],
        ExprKind::Select(of, name) => {
            let mut names = names(of);
            names.push(name);
            names
        }
        ExprKind::Index(of, _) => names(of),
        ExprKind::Call(call) => call.target.as_deref().map_or_else(Vec::new, names),
        _ => Vec::new(),
    }
}

/// Adds a path that has a value wherever it is asked for. One that only what stands before it makes certain is told of as far as
/// it is certain by itself.
fn path(expr: &Expr, checker: &mut Checker<'_>, found: &mut Vec<Named>) -> bool {
    let is_path = match &expr.kind {
        ExprKind::Name(_) | ExprKind::Select(..) => true,
        ExprKind::Index(_, index) => matches!(index.kind, ExprKind::Literal(_)),
        // `domain.lines.sum()`
        ExprKind::Call(call) => call.arguments.is_empty() && call.target.as_deref().is_some_and(is_plain),
        _ => false,
    };
    if !is_path {
        return false;
    }
    let Ok(typed) = checker.check(expr) else { return false };
    let text = checker.text(expr);
    if found.iter().all(|known| *known.path != *text) {
        let redacts = checker.redacts(&names(expr));
        found.push(Named { path: text.into(), node: typed.node, redacts, unit: typed.unit });
    }
    true
}
