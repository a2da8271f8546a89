//! The tree of an expression, as it is written: nothing is known of it yet but where each part stands.

use std::ops::Range;

/// A part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expr {
    pub(super) kind: ExprKind,
    /// All of it, from its first word to its last, in bytes of the text.
    pub(super) span: Range<usize>,
    /// The word that it is known by: a name, without what stands before its dot; an operator; an opening bracket.
    pub(super) word: Range<usize>,
}

/// What a part of an expression is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ExprKind {
    Literal(Literal),
    Name(String),
    /// `of.name`
    Select(Box<Expr>, String),
    /// `of[index]`
    Index(Box<Expr>, Box<Expr>),
    Call(Call),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    /// `a && b && c`: two or more.
    All(Vec<Expr>),
    /// `a || b || c`: two or more.
    Any(Vec<Expr>),
    Binary(Binary, Box<[Expr; 2]>),
    /// `when ? then : otherwise`
    Choose(Box<[Expr; 3]>),
    List(Vec<Expr>),
    Map(Vec<(Expr, Expr)>),
    /// `Name{field: value}`, which CEL has and Theus has not.
    Message,
}

/// `target.name(arguments)`, or `name(arguments)`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    pub(super) target: Option<Box<Expr>>,
    pub(super) name: String,
    pub(super) arguments: Vec<Expr>,
}

/// An operator between two values, each of which is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// What is written out.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    /// `1u`
    Unsigned(u64),
    Float(f64),
    Text(String),
    /// `b"…"`, which CEL has and Theus has not.
    Bytes,
}

impl Expr {
    /// The text that it is, where it is one that is written out.
    pub(super) fn written_text(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Literal(Literal::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) const fn is_null(&self) -> bool {
        matches!(self.kind, ExprKind::Literal(Literal::Null))
    }
}
