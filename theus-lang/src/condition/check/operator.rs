//! Comparison, arithmetic, membership.

use super::{Checked, Checker, Expr, ExprKind, Typed};
use crate::condition::foreign::{EVENT_NAMES, WHICH_EVENT};
use crate::condition::node::{Arithmetic, Node, Ordered};
use crate::condition::types::Type;
use crate::context::{CollectionKind, TimeKind};
use crate::signal::EventName;

/// What to do about two numbers of kinds that do not mix.
fn conversion(one: &Type, two: &Type) -> Option<&'static str> {
    match (one, two) {
        (Type::Decimal, Type::Float { .. }) | (Type::Float { .. }, Type::Decimal) => {
            Some("a float is not exact: turn the decimal into a float by `double(..)` where that will do")
        }
        (Type::Int { .. }, Type::Float { .. }) | (Type::Float { .. }, Type::Int { .. }) => {
            Some("turn the integer into a float by `double(..)`")
        }
        (Type::Time(_), other) | (other, Type::Time(_)) if other.is_number() => {
            Some("how long it is from one time to another is their difference: `now - domain.x > duration('10m')`")
        }
        (Type::Text, other) | (other, Type::Text) if other.is_number() => Some(
            "turn the number into a string by `string(..)`, or the string into a number by `int(..)` or `double(..)`",
        ),
        _ => None,
    }
}

impl Checker<'_> {
    fn unlike(&self, expr: &Expr, parts: [(&Expr, &Type); 2], what: &str) -> super::ExpressionProblem {
        let [(one, kind), (two, other)] = parts;
        let message = format!("`{}` is {kind} and `{}` is {other}: {what}", self.text(one), self.text(two));
        self.at(expr, message).maybe_help(conversion(kind, other).map(str::to_owned))
    }

    pub(super) fn equality(&mut self, expr: &Expr, negated: bool, [one, two]: &[Expr; 2]) -> Checked {
        for (asked, other) in [(one, two), (two, one)] {
            self.refuse_which_event(asked, other)?;
        }
        let typed = [self.usable_or_null(one, two)?, self.usable_or_null(two, one)?];
        self.equal(expr, negated, [one, two], typed)
    }

    fn equal(&self, expr: &Expr, negated: bool, [one, two]: [&Expr; 2], [mut a, mut b]: [Typed; 2]) -> Checked {
        for ((null, _), (other, value)) in [((&a, one), (&b, two)), ((&b, two), (&a, one))] {
            if null.kind == Type::Null && !matches!(other.kind, Type::Optional(_) | Type::Null | Type::Any) {
                let problem = self.at(expr, format!("`{}` is never null", self.text(value)));
                return Err(problem.help("only optional fields and what an event carries can be"));
            }
        }
        self.adapt(one, &mut a, &b.kind)?;
        self.adapt(two, &mut b, &a.kind)?;
        let opaque = |kind: &Type, other: &Type| *kind.innermost() == Type::Opaque && *other == Type::Null;
        if !a.kind.equals(&b.kind) && !opaque(&a.kind, &b.kind) && !opaque(&b.kind, &a.kind) {
            return Err(self.unlike(expr, [(one, &a.kind), (two, &b.kind)], "they are never equal"));
        }
        self.one_unit(expr, [(one, a.unit), (two, b.unit)])?;
        Ok(Typed::new(Node::Equal(Box::new([a.node, b.node]), negated), Type::Bool))
    }

    /// `event.name == 'CMD_GO'`: other tools have the event's own name in the event.
    fn refuse_which_event(&self, asked: &Expr, other: &Expr) -> Result<(), super::ExpressionProblem> {
        let (ExprKind::Select(of, field), Some(name)) = (&asked.kind, other.written_text()) else {
            return Ok(());
        };
        let is_event = matches!(&of.kind, ExprKind::Name(name) if name == "event");
        let asks_name = is_event && EVENT_NAMES.contains(&field.as_str());
        if !asks_name || EventName::parse(name).is_err() {
            return Ok(());
        }
        let message = format!("`{}` is not the name of the event", self.text(asked));
        let help = format!("{WHICH_EVENT}; a key that is called so is asked for as `event['{field}']`");
        Err(self.at(asked, message).help(help))
    }

    /// What cannot be looked into can still be compared with null, where it need not be there.
    fn usable_or_null(&mut self, expr: &Expr, beside: &Expr) -> Checked {
        if beside.is_null() { self.check(expr) } else { self.usable(expr) }
    }

    pub(super) fn order(&mut self, expr: &Expr, order: Ordered, sides: &[Expr; 2]) -> Checked {
        let typed = [self.present(&sides[0])?, self.present(&sides[1])?];
        self.ordered(expr, order, sides, typed)
    }

    fn ordered(&self, expr: &Expr, order: Ordered, [one, two]: &[Expr; 2], [mut a, mut b]: [Typed; 2]) -> Checked {
        self.adapt(one, &mut a, &b.kind)?;
        self.adapt(two, &mut b, &a.kind)?;
        if !a.kind.orders(&b.kind) {
            return Err(self.unlike(expr, [(one, &a.kind), (two, &b.kind)], "neither is less than the other"));
        }
        self.one_unit(expr, [(one, a.unit), (two, b.unit)])?;
        Ok(Typed::new(Node::Order(order, Box::new([a.node, b.node])), Type::Bool))
    }

    pub(super) fn negate(&mut self, inner: &Expr) -> Checked {
        let typed = self.present(inner)?;
        let kind = match &typed.kind {
            Type::Int { .. } => Type::INT,
            kind if kind.is_number() || *kind == Type::Any => kind.clone(),
            other => {
                return Err(self.at(inner, format!("`{}` is {other}, and a number is needed here", self.text(inner))));
            }
        };
        Ok(Typed::new(Node::Negate(Box::new(typed.node)), kind).measured(typed.unit))
    }

    pub(super) fn compute(&mut self, expr: &Expr, operation: Arithmetic, sides: &[Expr; 2]) -> Checked {
        let typed = [self.present(&sides[0])?, self.present(&sides[1])?];
        self.computed(expr, operation, sides, typed)
    }

    /// What comes of the two. By itself, so that a floor of a deep expression takes little stack.
    fn computed(
        &self,
        expr: &Expr,
        operation: Arithmetic,
        [one, two]: &[Expr; 2],
        [mut a, mut b]: [Typed; 2],
    ) -> Checked {
        self.adapt_number(one, &mut a, &b.kind)?;
        self.adapt_number(two, &mut b, &a.kind)?;
        let sequence = |kind: &Type| match kind {
            Type::List(_) => kind.element(),
            Type::Collection(collection) if collection.kind() == CollectionKind::List => kind.element(),
            _ => None,
        };
        let decimal = a.kind == Type::Decimal || b.kind == Type::Decimal;
        let kind = match (operation, &a.kind, &b.kind) {
            (_, Type::Any, Type::Any) => Type::Any,
            (_, Type::Any, kind) | (_, kind, Type::Any) if kind.is_number() || *kind == Type::Text => Type::Any,
            (Arithmetic::Divide | Arithmetic::Remainder, one, two) if decimal && one.is_number() && two.is_number() => {
                let problem = self.at(expr, "a decimal cannot be divided without rounding");
                return Err(
                    problem.help("multiply the other side of a comparison instead, or let a process divide and round")
                );
            }
            (_, Type::Int { .. }, Type::Int { .. }) => Type::INT,
            (Arithmetic::Remainder, ..) => {
                return Err(self.unlike(expr, [(one, &a.kind), (two, &b.kind)], "`%` is for integers"));
            }
            (_, Type::Float { .. }, Type::Float { .. }) => Type::FLOAT,
            (_, Type::Decimal, Type::Decimal | Type::Int { .. }) | (_, Type::Int { .. }, Type::Decimal) => {
                Type::Decimal
            }
            // How long it is from one to the other, in seconds.
            (Arithmetic::Subtract, Type::Time(TimeKind::Instant), Type::Time(TimeKind::Instant)) => Type::Decimal,
            (
                Arithmetic::Add | Arithmetic::Subtract,
                Type::Time(TimeKind::Instant),
                Type::Int { .. } | Type::Decimal,
            )
            | (Arithmetic::Add, Type::Int { .. } | Type::Decimal, Type::Time(TimeKind::Instant)) => {
                Type::Time(TimeKind::Instant)
            }
            (Arithmetic::Add, Type::Text | Type::Char, Type::Text | Type::Char) => Type::Text,
            (Arithmetic::Add, one, two) if let (Some(one), Some(two)) = (sequence(one), sequence(two)) => {
                Type::List(Box::new(super::common(one, two)))
            }
            _ => {
                let sign = match operation {
                    Arithmetic::Add => "they cannot be added",
                    Arithmetic::Subtract => "one cannot be taken from the other",
                    Arithmetic::Multiply => "they cannot be multiplied",
                    Arithmetic::Divide | Arithmetic::Remainder => "one cannot be divided by the other",
                };
                return Err(self.unlike(expr, [(one, &a.kind), (two, &b.kind)], sign));
            }
        };
        let unit = match operation {
            Arithmetic::Add | Arithmetic::Subtract => self.one_unit(expr, [(one, a.unit), (two, b.unit)])?,
            Arithmetic::Remainder => a.unit,
            // Twice as much, or an area.
            Arithmetic::Multiply | Arithmetic::Divide => None,
        };
        Ok(Typed::new(Node::Compute(operation, Box::new([a.node, b.node])), kind).measured(unit))
    }

    /// `element in list`.
    pub(super) fn within(&mut self, expr: &Expr, [element, list]: &[Expr; 2]) -> Checked {
        let mut a = self.usable(element)?;
        if let ExprKind::List(written) = &list.kind {
            let mut nodes = Vec::with_capacity(written.len());
            for one in written {
                let mut b = self.usable(one)?;
                self.adapt(one, &mut b, &a.kind)?;
                if !a.kind.equals(&b.kind) {
                    return Err(self.unlike(one, [(element, &a.kind), (one, &b.kind)], "they are never equal"));
                }
                self.one_unit(one, [(element, a.unit), (one, b.unit)])?;
                nodes.push(b.node);
            }
            let list = Node::List(nodes.into());
            return Ok(Typed::new(Node::In(Box::new([a.node, list]), None), Type::Bool));
        }
        let b = self.present(list)?;
        let Some(kind) = b.kind.element() else {
            let problem = self
                .at(list, format!("`{}` is {}, and a list, a set or a map is needed here", self.text(list), b.kind));
            return Err(match b.kind {
                Type::Text => problem.help(format!("write `{}.contains({})`", self.text(list), self.text(element))),
                _ => problem,
            });
        };
        self.adapt(element, &mut a, &kind)?;
        if !a.kind.equals(&kind) {
            let what = format!("each of its elements is {kind}, and `{}` is {}", self.text(element), a.kind);
            return Err(self.at(expr, format!("`{}` cannot hold it: {what}", self.text(list))));
        }
        // Of a map it is the keys that are asked.
        let unit = b.unit.filter(|_| !b.kind.is_map());
        self.one_unit(expr, [(element, a.unit), (list, unit)])?;
        let make = self.key_maker(&b);
        Ok(Typed::new(Node::In(Box::new([a.node, b.node]), make), Type::Bool))
    }
}
