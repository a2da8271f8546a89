//! Values of arguments and results: literals, and expressions in `${ }`.

use serde_yaml::Value;

use super::code;
use super::fit::{Fit, fit};
use super::literal::{Misfit, json, literal};
use super::reading::Reading;
use crate::context::Shape;
use crate::source::{NodePath, Problem};
use crate::workflow::chart::ArgumentSource;

/// What stands in `${ }`, where the whole text is that.
pub(super) fn inside(text: &str) -> Option<&str> {
    text.trim().strip_prefix("${")?.strip_suffix('}')
}

impl<'a> Reading<'a> {
    /// A value of this shape, or what gives one.
    pub(super) fn value(
        &mut self,
        value: &'a Value,
        shape: &Shape,
        what: &str,
        at: &NodePath,
    ) -> Option<ArgumentSource> {
        let Value::String(text) = value else { return self.literal(value, shape, what, at) };
        if let Some(inner) = inside(text) {
            let expression = self.expression(inner, at)?;
            let given = expression.shape();
            match fit(&given, shape) {
                Fit::Fits => {}
                Fit::MayBeMissing => self.findings.warn(code::DOUBTFUL_VALUE, || {
                    Problem::new(at.clone(), format!("{what} must be {shape}, and this may be missing"))
                        .label(format!("this gives {given}"))
                        .help("say in the expression what to give in its place")
                }),
                Fit::Never => {
                    self.findings.error(code::EXPRESSION_FIT, || {
                        Problem::new(at.clone(), format!("{what} must be {shape}")).label(format!("this gives {given}"))
                    });
                    return None;
                }
            }
            return Some(ArgumentSource::Expression(expression));
        }
        if text.trim_start().starts_with("$${") {
            let plain = Value::String(text.replacen("$${", "${", 1));
            return self.literal(&plain, shape, what, at);
        }
        if text.contains("${") {
            self.findings.warn(code::DOUBTFUL_VALUE, || {
                Problem::new(at.clone(), format!("{what} is this text, and the `${{` in it means nothing")).help(
                    "an expression is the whole value: \"${ 'a' + domain.b }\"; a text that begins so is written `$${`",
                )
            });
        }
        self.literal(value, shape, what, at)
    }

    fn literal(&mut self, value: &Value, shape: &Shape, what: &str, at: &NodePath) -> Option<ArgumentSource> {
        match literal(value, shape, what, at) {
            Ok(json) => Some(ArgumentSource::Literal(json)),
            Err(misfit) => {
                self.misfit(misfit);
                None
            }
        }
    }

    fn misfit(&mut self, misfit: Misfit) {
        self.findings.error(code::LITERAL_FIT, || {
            let problem = Problem::new(misfit.at, misfit.message).help(misfit.help.unwrap_or_default());
            match misfit.label {
                Some(label) => problem.label(label),
                None => problem,
            }
        });
    }

    /// What a workflow gives when it ends.
    pub(super) fn result(&mut self, value: &'a Value, at: &NodePath) -> Option<ArgumentSource> {
        match value {
            Value::String(_) => self.value(value, &Shape::Opaque, "`result`", at),
            _ => match json(value, "`result`", at) {
                Ok(json) => Some(ArgumentSource::Literal(json)),
                Err(misfit) => {
                    self.misfit(misfit);
                    None
                }
            },
        }
    }
}
