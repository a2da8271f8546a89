//! The check of an expression against the schema, and the tree that is evaluated.

mod active;
mod adapt;
mod call;
mod each;
mod logic;
mod operator;
mod path;
mod select;
mod unit;

use super::node::{Arithmetic, Constant, Node, Ordered};
use super::problem::ExpressionProblem;
use super::scope::{RunScope, Scope, States};
use super::syntax::{Binary, Expr, ExprKind, Literal};
use super::types::Type;

/// A part that was checked.
pub(super) struct Typed {
    pub(super) node: Node,
    pub(super) kind: Type,
    /// Whether it comes as JSON, whatever its type: from a payload or the element of a loop.
    json: bool,
    /// In what it is measured, or the numbers in it, where their field says so.
    pub(super) unit: Option<&'static str>,
}

/// What the check knows while it goes through an expression.
pub(super) struct Checker<'a> {
    text: &'a str,
    scope: &'a Scope<'a>,
    /// What there is of a run, where a rule asks.
    run: Option<&'a RunScope<'a>>,
    /// The states of the workflow, where it is one that asks.
    states: Option<&'a dyn States>,
    /// The variables of the macros around, outermost first.
    variables: Vec<Variable>,
    /// The paths that are known to be there: what stands before has asked for them.
    proven: Vec<String>,
    /// The fields that are read, in the order of the text.
    pub(super) reads: Vec<String>,
    /// Whether one of them, or what an event or a loop may have of one, is not shown to people.
    pub(super) reads_redacted: bool,
    /// Whether it looks at what the event has brought.
    pub(super) reads_event: bool,
    /// Whether it asks what time it is.
    pub(super) asks_now: bool,
    /// The states that are asked for, in the order of the text.
    pub(super) asks: Vec<u32>,
}

struct Variable {
    name: String,
    kind: Type,
    json: bool,
    unit: Option<&'static str>,
}

type Checked = Result<Typed, ExpressionProblem>;

impl Typed {
    const fn new(node: Node, kind: Type) -> Self {
        Self { node, kind, json: false, unit: None }
    }

    /// The same, measured so.
    fn measured(self, unit: Option<&'static str>) -> Self {
        Self { unit, ..self }
    }

    /// What the part is, where it is written out.
    const fn constant(&self) -> Option<&Constant> {
        match &self.node {
            Node::Constant(constant) => Some(constant),
            _ => None,
        }
    }
}

impl<'a> Checker<'a> {
    pub(super) const fn new(
        text: &'a str,
        scope: &'a Scope<'a>,
        run: Option<&'a RunScope<'a>>,
        states: Option<&'a dyn States>,
    ) -> Self {
        Self {
            text,
            scope,
            run,
            states,
            variables: Vec::new(),
            proven: Vec::new(),
            reads: Vec::new(),
            reads_redacted: false,
            reads_event: false,
            asks_now: false,
            asks: Vec::new(),
        }
    }

    /// The whole expression, as a value that can be handed on.
    pub(super) fn whole(&mut self, root: &Expr) -> Checked {
        let whole = self.check(root)?;
        match whole.kind.innermost() {
            Type::Opaque => Err(self.opaque(root)),
            _ => Ok(whole),
        }
    }

    pub(super) fn check(&mut self, expr: &Expr) -> Checked {
        match &expr.kind {
            ExprKind::Literal(literal) => self.literal(expr, literal),
            ExprKind::Name(name) => self.name(expr, name),
            ExprKind::Select(of, name) => self.select(expr, of, name),
            ExprKind::Index(of, index) => self.index(expr, of, index),
            ExprKind::Call(call) => self.function(expr, call),
            ExprKind::Not(inner) => {
                let inner = self.condition(inner)?;
                Ok(Typed::new(Node::Not(Box::new(inner.node)), Type::Bool))
            }
            ExprKind::Negate(inner) => self.negate(inner),
            ExprKind::All(parts) => self.all(parts),
            ExprKind::Any(parts) => self.any(parts),
            ExprKind::Binary(operator, sides) => self.binary(expr, *operator, sides),
            ExprKind::Choose(parts) => self.choose(parts),
            ExprKind::List(elements) => self.list(elements),
            ExprKind::Map(entries) => self.map_literal(entries),
            ExprKind::Message => {
                Err(self.at(expr, "there are no message types here").help("write a map: `{\"name\": value}`"))
            }
        }
    }

    fn literal(&self, expr: &Expr, literal: &Literal) -> Checked {
        let integer = |value: i128| {
            let kind = Type::Int { min: value, max: u128::try_from(value).unwrap_or(0) };
            Typed::new(Node::Constant(Constant::Int(value)), kind)
        };
        Ok(match literal {
            Literal::Null => Typed::new(Node::Constant(Constant::Null), Type::Null),
            Literal::Bool(value) => Typed::new(Node::Constant(Constant::Bool(*value)), Type::Bool),
            Literal::Int(value) => integer((*value).into()),
            Literal::Unsigned(value) => integer((*value).into()),
            Literal::Float(value) => Typed::new(Node::Constant(Constant::Float(*value)), Type::FLOAT),
            Literal::Text(value) => Typed::new(Node::Constant(Constant::Text(value.as_str().into())), Type::Text),
            Literal::Bytes => {
                return Err(self.at(expr, "there are no bytes here").help("leave the `b` out: it is a text then"));
            }
        })
    }

    /// A map that is written out.
    fn map_literal(&mut self, entries: &[(Expr, Expr)]) -> Checked {
        let mut made = Vec::with_capacity(entries.len());
        let mut types: Vec<(String, Type)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let Some(name) = key.written_text() else {
                return Err(self.at(key, "the name of an entry is a text that is written out"));
            };
            if types.iter().any(|(known, _)| known == name) {
                return Err(self.at(key, format!("`{name}` is there twice")));
            }
            let value = self.usable(value)?;
            types.push((name.to_owned(), value.kind));
            made.push((name.into(), value.node));
        }
        Ok(Typed::new(Node::Object(made.into()), Type::Object(types)))
    }

    fn list(&mut self, elements: &[Expr]) -> Checked {
        let mut nodes = Vec::with_capacity(elements.len());
        let (mut kind, mut measured): (Option<Type>, Option<unit::Part<'_>>) = (None, None);
        for expr in elements {
            let element = self.usable(expr)?;
            self.beside(&mut measured, (expr, element.unit))?;
            // A list of several types is one of values that are known only when they are there.
            kind = Some(match kind {
                None => element.kind,
                Some(known) => common(known, element.kind),
            });
            nodes.push(element.node);
        }
        let list = Typed::new(Node::List(nodes.into()), Type::List(Box::new(kind.unwrap_or(Type::Any))));
        Ok(list.measured(measured.and_then(|(_, unit)| unit)))
    }

    /// A part that has a value that can be handed on: not a type that cannot be looked into.
    fn usable(&mut self, expr: &Expr) -> Checked {
        let typed = self.check(expr)?;
        match typed.kind.innermost() {
            Type::Opaque => Err(self.opaque(expr)),
            _ => Ok(typed),
        }
    }

    /// A part that is there for certain.
    fn present(&mut self, expr: &Expr) -> Checked {
        let typed = self.usable(expr)?;
        match typed.kind {
            Type::Optional(_) => {
                let text = self.text(expr);
                let problem = self.at(expr, format!("`{text}` need not be there"));
                Err(problem.help(format!("ask before: `has({text}) && ..`, or `{text} != null && ..`")))
            }
            _ => Ok(typed),
        }
    }

    /// A part that is true or false.
    fn condition(&mut self, expr: &Expr) -> Checked {
        let typed = self.present(expr)?;
        match &typed.kind {
            Type::Bool | Type::Any => Ok(typed),
            other => Err(self.at(expr, format!("`{}` is {other}, and a boolean is needed here", self.text(expr)))),
        }
    }

    fn binary(&mut self, expr: &Expr, operator: Binary, sides: &[Expr; 2]) -> Checked {
        match operator {
            Binary::Equal => self.equality(expr, false, sides),
            Binary::NotEqual => self.equality(expr, true, sides),
            Binary::Less => self.order(expr, Ordered::Less, sides),
            Binary::LessOrEqual => self.order(expr, Ordered::LessOrEqual, sides),
            Binary::Greater => self.order(expr, Ordered::Greater, sides),
            Binary::GreaterOrEqual => self.order(expr, Ordered::GreaterOrEqual, sides),
            Binary::In => self.within(expr, sides),
            Binary::Add => self.compute(expr, Arithmetic::Add, sides),
            Binary::Subtract => self.compute(expr, Arithmetic::Subtract, sides),
            Binary::Multiply => self.compute(expr, Arithmetic::Multiply, sides),
            Binary::Divide => self.compute(expr, Arithmetic::Divide, sides),
            Binary::Remainder => self.compute(expr, Arithmetic::Remainder, sides),
        }
    }

    /// What a part says, in one line.
    pub(super) fn text(&self, expr: &Expr) -> String {
        let text = self.text.get(expr.span.clone()).unwrap_or_default();
        let mut words: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.chars().count() > 60 {
            words = words.chars().take(57).chain("...".chars()).collect();
        }
        words
    }

    fn at(&self, expr: &Expr, message: impl Into<String>) -> ExpressionProblem {
        ExpressionProblem::new(expr.span.clone(), message)
    }

    fn opaque(&self, expr: &Expr) -> ExpressionProblem {
        let message = format!("`{}` is of a type that expressions cannot look into", self.text(expr));
        self.at(expr, message).help(
            "put `#[derive(theus_core::Inspect)]` on it; for a foreign type, `#[inspect(with = ..)]` on the field",
        )
    }
}

/// The type of what is one or the other.
fn common(one: Type, two: Type) -> Type {
    match (one, two) {
        (Type::Int { min, max }, Type::Int { min: least, max: most }) => {
            Type::Int { min: min.min(least), max: max.max(most) }
        }
        (Type::Float { single }, Type::Float { single: other }) => Type::Float { single: single && other },
        (Type::Null, kind) | (kind, Type::Null) => kind.optional(),
        (Type::Optional(one), Type::Optional(two)) => common(*one, *two).optional(),
        (Type::Optional(one), two) | (two, Type::Optional(one)) => common(*one, two).optional(),
        (one, two) if one == two => one,
        _ => Type::Any,
    }
}
