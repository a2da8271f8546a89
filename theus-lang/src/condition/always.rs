//! Conditions that hold, or do not, whatever the values are: what can be told without them.
//!
//! It is told of few: constants, comparisons beyond what a type holds, a path beside itself, bounds that cross. Of all others
//! nothing is said.

use super::check::Checker;
use super::syntax::{Binary, Expr, ExprKind, Literal};
use super::types::Type;

/// What a condition always is.
pub(super) fn always(expr: &Expr, checker: &mut Checker<'_>) -> Option<bool> {
    match &expr.kind {
        ExprKind::Literal(Literal::Bool(value)) => Some(*value),
        ExprKind::Not(inner) => always(inner, checker).map(|holds| !holds),
        ExprKind::All(parts) => match decided(parts, false, checker) {
            None if bounds_cross(parts, checker) => Some(false),
            known => known,
        },
        ExprKind::Any(parts) => decided(parts, true, checker),
        ExprKind::Binary(operator, sides) => compared(*operator, sides, checker),
        _ => None,
    }
}

/// `||` (`decisive` is true) or `&&` (false) of several.
fn decided(parts: &[Expr], decisive: bool, checker: &mut Checker<'_>) -> Option<bool> {
    let mut all_known = true;
    for part in parts {
        match always(part, checker) {
            Some(holds) if holds == decisive => return Some(decisive),
            Some(_) => {}
            None => all_known = false,
        }
    }
    all_known.then_some(!decisive)
}

fn compared(operator: Binary, [one, two]: &[Expr; 2], checker: &mut Checker<'_>) -> Option<bool> {
    let (a, b) = (checker.check(one).ok()?.kind, checker.check(two).ok()?.kind);
    let is_float = |kind: &Type| matches!(kind.innermost(), Type::Float { .. } | Type::Any);
    // NaN is not itself.
    if is_path(one) && checker.text(one) == checker.text(two) && !is_float(&a) {
        return match operator {
            Binary::Equal | Binary::LessOrEqual | Binary::GreaterOrEqual => Some(true),
            Binary::NotEqual | Binary::Less | Binary::Greater => Some(false),
            _ => None,
        };
    }
    let (Type::Int { min, max }, Type::Int { min: least, max: most }) = (a, b) else { return None };
    let (a_below_b, b_below_a) = (is_below(max, least), is_below(most, min));
    let (a_to_b, b_to_a) = (a_below_b || is_same(max, least), b_below_a || is_same(most, min));
    match operator {
        Binary::Equal => (a_below_b || b_below_a).then_some(false),
        Binary::NotEqual => (a_below_b || b_below_a).then_some(true),
        Binary::Less => known(a_below_b, b_to_a),
        Binary::LessOrEqual => known(a_to_b, b_below_a),
        Binary::Greater => known(b_below_a, a_to_b),
        Binary::GreaterOrEqual => known(b_to_a, a_below_b),
        _ => None,
    }
}

const fn known(holds: bool, fails: bool) -> Option<bool> {
    match (holds, fails) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// Whether the greatest of some integers is below the least of others.
fn is_below(most: u128, least: i128) -> bool {
    u128::try_from(least).is_ok_and(|least| most < least)
}

fn is_same(most: u128, least: i128) -> bool {
    u128::try_from(least) == Ok(most)
}

fn is_path(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Name(_) => true,
        ExprKind::Select(of, _) => is_path(of),
        _ => false,
    }
}

/// What the parts before ask of a path.
struct Bounds {
    path: String,
    least: f64,
    most: f64,
    /// Whether the ends are among the numbers.
    has_least: bool,
    has_most: bool,
}

/// Whether some of them ask of one path for numbers that there are none of.
fn bounds_cross(parts: &[Expr], checker: &Checker<'_>) -> bool {
    let mut asked: Vec<Bounds> = Vec::new();
    for part in parts {
        let Some((path, operator, number)) = bound(part, checker) else { continue };
        let at = asked.iter().position(|known| known.path == path).unwrap_or_else(|| {
            let (least, most) = (f64::NEG_INFINITY, f64::INFINITY);
            asked.push(Bounds { path, least, most, has_least: true, has_most: true });
            asked.len() - 1
        });
        let Some(bounds) = asked.get_mut(at) else { continue };
        if matches!(operator, Binary::Greater | Binary::GreaterOrEqual | Binary::Equal) {
            let open = operator == Binary::Greater;
            if number > bounds.least || (number == bounds.least && open) {
                (bounds.least, bounds.has_least) = (number, !open);
            }
        }
        if matches!(operator, Binary::Less | Binary::LessOrEqual | Binary::Equal) {
            let open = operator == Binary::Less;
            if number < bounds.most || (number == bounds.most && open) {
                (bounds.most, bounds.has_most) = (number, !open);
            }
        }
        if bounds.least > bounds.most || (bounds.least == bounds.most && !(bounds.has_least && bounds.has_most)) {
            return true;
        }
    }
    false
}

/// A comparison of a path with a number that is written out.
fn bound(expr: &Expr, checker: &Checker<'_>) -> Option<(String, Binary, f64)> {
    let ExprKind::Binary(operator, sides) = &expr.kind else { return None };
    let [one, two] = &**sides;
    if is_path(one)
        && let Some(number) = number(two)
    {
        return Some((checker.text(one), *operator, number));
    }
    let turned = match operator {
        Binary::Less => Binary::Greater,
        Binary::LessOrEqual => Binary::GreaterOrEqual,
        Binary::Greater => Binary::Less,
        Binary::GreaterOrEqual => Binary::LessOrEqual,
        same => *same,
    };
    Some((checker.text(two), turned, number(one).filter(|_| is_path(two))?))
}

/// A number of which a float keeps all.
fn number(expr: &Expr) -> Option<f64> {
    const EXACT: u64 = 1 << 53;
    match &expr.kind {
        ExprKind::Literal(Literal::Int(value)) => (value.unsigned_abs() <= EXACT).then_some(*value as f64),
        ExprKind::Literal(Literal::Unsigned(value)) => (*value <= EXACT).then_some(*value as f64),
        ExprKind::Negate(inner) => number(inner).map(|number| -number),
        _ => None,
    }
}
