//! STAND-IN of the loader's branch: the signature that the loader is written against, and just enough behind it for the
//! loader's tests. The condition branch's own `Scope`, `ExpressionProblem` and `Expression::compile` take its place whole.

use std::ops::Range;

use super::Expression;
use crate::context::{Schema, Shape, Zone};
use crate::source::did_you_mean;

/// What an expression may name: the fields of the two layers, the event's payload, the elements of the loops around it.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The fields of the domain.
    pub domain: &'a Schema,
    /// The fields of the global layer.
    pub global: &'a Schema,
    /// The shape of the event's payload; `None` where no event is being handled.
    pub payload: Option<&'a Shape>,
    /// The elements of the loops around it, outermost first.
    pub items: &'a [(&'a str, Shape)],
}

/// What is wrong with the text of an expression, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionProblem {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The part of the text that is meant, in bytes.
    pub span: Range<usize>,
}

const COMPARISONS: [&str; 8] = ["==", "!=", "<=", ">=", "<", ">", "&&", "||"];

impl Expression {
    /// Checks the paths that a text names; its shape is that of its only path, or what its operators say.
    ///
    /// # Errors
    /// [`ExpressionProblem`] for an empty text and for a path that is not there.
    pub fn compile(text: &str, scope: &Scope<'_>) -> Result<Self, ExpressionProblem> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            let message = "the expression is empty".to_owned();
            return Err(ExpressionProblem { message, help: None, span: 0..text.len() });
        }
        let (mut reads, mut only) = (Vec::new(), Shape::Opaque);
        for span in paths(text) {
            let path = &text[span.clone()];
            let shape = shape_of(path, scope).map_err(|(message, help)| ExpressionProblem { message, help, span })?;
            if path == trimmed {
                only = shape;
            }
            reads.push(path.to_owned());
        }
        let shape = match trimmed {
            _ if trimmed.starts_with('!') || COMPARISONS.iter().any(|sign| trimmed.contains(sign)) => Shape::Bool,
            "true" | "false" => Shape::Bool,
            _ if trimmed.parse::<i64>().is_ok() => Shape::Int { min: i64::MIN.into(), max: i64::MAX as u128 },
            _ if trimmed.starts_with(['"', '\'']) => Shape::Text,
            _ => only,
        };
        Ok(Self::stand_in(text, shape, reads))
    }
}

/// Words with dots in them, outside of texts.
fn paths(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut start, mut quote) = (Vec::new(), None, None);
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let in_word = quote.is_none() && (c.is_alphanumeric() || c == '_' || c == '.');
        match (in_word, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                if text[from..at].starts_with(|c: char| c.is_alphabetic()) && text[from..at].contains('.') && c != '(' {
                    found.push(from..at);
                }
                start = None;
            }
            _ => {}
        }
        match quote {
            Some(open) if open == c => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            _ => {}
        }
    }
    found
}

fn shape_of(path: &str, scope: &Scope<'_>) -> Result<Shape, (String, Option<String>)> {
    let names: Vec<&str> = path.split('.').collect();
    let schema = match names[0] {
        "domain" => scope.domain,
        "global" => scope.global,
        "event" if scope.payload.is_some() => return Ok(Shape::Opaque),
        "event" => return Err(("no event is being handled here".to_owned(), None)),
        first => {
            let item = scope.items.iter().any(|(name, _)| *name == first);
            return if item { Ok(Shape::Opaque) } else { Err((format!("`{first}` is not known here"), None)) };
        }
    };
    let found = schema.resolve(&names[1..]).map_err(|missing| {
        let name = names.get(missing.at + 1).copied().unwrap_or_default();
        (format!("`{}` has no field `{name}`", names[0]), did_you_mean(name, missing.known.iter().copied()))
    })?;
    match found.field.zone {
        Zone::Data => Ok(found.field.shape.clone()),
        zone => Err((
            format!("`{path}` is in the {zone} zone: an expression reads Data only"),
            Some("keep what decides in a Data field".to_owned()),
        )),
    }
}
