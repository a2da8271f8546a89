//! The check of an expression against the schema, and the tree that is evaluated.

mod adapt;
mod call;
mod each;
mod logic;
mod operator;
mod path;
mod select;

use std::ops::Range;

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, LiteralValue, operators};

use super::node::{Constant, Node};
use super::parse::{Parsed, entries};
use super::problem::ExpressionProblem;
use super::scope::Scope;
use super::types::Type;

/// A part that was checked.
pub(super) struct Typed {
    pub(super) node: Node,
    pub(super) kind: Type,
    /// Whether it comes as JSON, whatever its type: from a payload or the element of a loop.
    json: bool,
}

/// What the check knows while it goes through an expression.
pub(super) struct Checker<'a> {
    parsed: &'a Parsed<'a>,
    scope: &'a Scope<'a>,
    /// The variables of the macros around, outermost first.
    variables: Vec<Variable>,
    /// The paths that are known to be there: what stands before has asked for them.
    proven: Vec<String>,
    /// The fields that are read, in the order of the text.
    pub(super) reads: Vec<String>,
}

struct Variable {
    name: String,
    kind: Type,
    json: bool,
}

type Checked = Result<Typed, ExpressionProblem>;

impl Typed {
    const fn new(node: Node, kind: Type) -> Self {
        Self { node, kind, json: false }
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
    pub(super) const fn new(parsed: &'a Parsed<'a>, scope: &'a Scope<'a>) -> Self {
        Self { parsed, scope, variables: Vec::new(), proven: Vec::new(), reads: Vec::new() }
    }

    /// The whole expression, as a value that can be handed on.
    pub(super) fn whole(&mut self) -> Checked {
        let root = &self.parsed.root;
        let whole = self.check(root)?;
        match whole.kind.innermost() {
            Type::Opaque => Err(self.opaque(root)),
            _ => Ok(whole),
        }
    }

    fn check(&mut self, expr: &IdedExpr) -> Checked {
        match &expr.expr {
            Expr::Literal(literal) => self.literal(expr, literal),
            Expr::Ident(name) => self.name(expr, name),
            Expr::Select(select) => self.select(expr, select),
            Expr::Call(call) => self.call(expr, call),
            Expr::List(list) => self.list(&list.elements),
            Expr::Map(map) => {
                let mut made = Vec::with_capacity(map.entries.len());
                let mut types: Vec<(String, Type)> = Vec::with_capacity(map.entries.len());
                for (key, value) in entries(map) {
                    let Expr::Literal(LiteralValue::String(name)) = &key.expr else {
                        return Err(self.at(key, "the name of an entry is a text that is written out"));
                    };
                    let name = name.inner();
                    if types.iter().any(|(known, _)| known == name) {
                        return Err(self.at(key, format!("`{name}` is there twice")));
                    }
                    let value = self.usable(value)?;
                    types.push((name.to_owned(), value.kind));
                    made.push((name.into(), value.node));
                }
                Ok(Typed::new(Node::Object(made.into()), Type::Object(types)))
            }
            Expr::Struct(_) => {
                Err(self.at(expr, "there are no message types here").help("write a map: `{\"name\": value}`"))
            }
            Expr::Comprehension(_) | Expr::Unspecified => Err(self.at(expr, "this cannot be evaluated")),
        }
    }

    fn literal(&self, expr: &IdedExpr, literal: &LiteralValue) -> Checked {
        let integer = |value: i128| {
            let kind = Type::Int { min: value, max: u128::try_from(value).unwrap_or(0) };
            Typed::new(Node::Constant(Constant::Int(value)), kind)
        };
        Ok(match literal {
            LiteralValue::Boolean(value) => Typed::new(Node::Constant(Constant::Bool(*value.inner())), Type::Bool),
            LiteralValue::Int(value) => integer((*value.inner()).into()),
            LiteralValue::UInt(value) => integer((*value.inner()).into()),
            LiteralValue::Double(value) => Typed::new(Node::Constant(Constant::Float(*value.inner())), Type::FLOAT),
            LiteralValue::String(value) => Typed::new(Node::Constant(Constant::Text(value.inner().into())), Type::Text),
            LiteralValue::Null => Typed::new(Node::Constant(Constant::Null), Type::Null),
            LiteralValue::Bytes(_) => {
                return Err(self.at(expr, "there are no bytes here").help("leave the `b` out: it is a text then"));
            }
        })
    }

    fn list(&mut self, elements: &[IdedExpr]) -> Checked {
        let mut nodes = Vec::with_capacity(elements.len());
        let mut kind: Option<Type> = None;
        for element in elements {
            let element = self.usable(element)?;
            // A list of several types is one of values that are known only when they are there.
            kind = Some(match kind {
                None => element.kind,
                Some(known) => common(known, element.kind),
            });
            nodes.push(element.node);
        }
        Ok(Typed::new(Node::List(nodes.into()), Type::List(Box::new(kind.unwrap_or(Type::Any)))))
    }

    /// A part that has a value that can be handed on: not a type that cannot be looked into.
    fn usable(&mut self, expr: &IdedExpr) -> Checked {
        let typed = self.check(expr)?;
        match typed.kind.innermost() {
            Type::Opaque => Err(self.opaque(expr)),
            _ => Ok(typed),
        }
    }

    /// A part that is there for certain.
    fn present(&mut self, expr: &IdedExpr) -> Checked {
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
    fn condition(&mut self, expr: &IdedExpr) -> Checked {
        let typed = self.present(expr)?;
        match &typed.kind {
            Type::Bool | Type::Any => Ok(typed),
            other => Err(self.at(expr, format!("`{}` is {other}, and a boolean is needed here", self.text(expr)))),
        }
    }

    fn call(&mut self, expr: &IdedExpr, call: &CallExpr) -> Checked {
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND, [one, two]) => self.both(one, two),
            (operators::LOGICAL_OR, [one, two]) => self.either(one, two),
            (operators::LOGICAL_NOT, [inner]) => {
                let inner = self.condition(inner)?;
                Ok(Typed::new(Node::Not(Box::new(inner.node)), Type::Bool))
            }
            (operators::CONDITIONAL, [when, then, otherwise]) => self.choose(when, then, otherwise),
            (operators::NEGATE, [inner]) => self.negate(inner),
            (operators::INDEX, [target, index]) => self.index(expr, target, index),
            (operators::IN, [element, list]) => self.within(expr, element, list),
            (name, [one, two]) if let Some(test) = operator::equality(name) => self.equality(expr, test, one, two),
            (name, [one, two]) if let Some(order) = operator::order(name) => self.order(expr, order, one, two),
            (name, [one, two]) if let Some(operation) = operator::arithmetic(name) => {
                self.compute(expr, operation, one, two)
            }
            _ => self.function(expr, call),
        }
    }

    fn span(&self, expr: &IdedExpr) -> Range<usize> {
        self.parsed.span(expr)
    }

    /// What a part says, in one line.
    fn text(&self, expr: &IdedExpr) -> String {
        let text = self.parsed.text.get(self.span(expr)).unwrap_or_default();
        let mut words: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.chars().count() > 60 {
            words = words.chars().take(57).chain("...".chars()).collect();
        }
        words
    }

    fn at(&self, expr: &IdedExpr, message: impl Into<String>) -> ExpressionProblem {
        ExpressionProblem::new(self.span(expr), message)
    }

    fn opaque(&self, expr: &IdedExpr) -> ExpressionProblem {
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
