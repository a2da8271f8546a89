//! Values of arguments and results: literals, and expressions in `${ }`.

use std::borrow::Cow;

use super::code;
use super::fit::{Fit, fit};
use super::inside::inside;
use super::literal::{What, literal};
use super::reading::Reading;
use crate::context::{Schema, Shape};
use crate::source::{NodePath, Problem, Value};
use crate::workflow::chart::ArgumentSource;

impl<'a> Reading<'a> {
    /// A value of this shape, or what gives one.
    pub(super) fn value(
        &mut self,
        value: &'a Value,
        shape: &Shape,
        what: &str,
        at: &NodePath,
    ) -> Option<ArgumentSource> {
        let Value::Text(text) = value else { return self.literal(value, shape, what, at) };
        if let Some(inner) = inside(text) {
            let expression = self.expression(inner, at)?;
            let given = expression.shape();
            match fit(&given, shape) {
                Fit::Fits => {}
                Fit::MayBeMissing => self.diagnostics.warn(code::DOUBTFUL_VALUE, || {
                    Problem::new(at.clone(), format!("{what} must be {shape}, and this may be missing"))
                        .label(format!("this gives {given}"))
                        .help("say in the expression what to give in its place")
                }),
                Fit::Never => {
                    self.diagnostics.error(code::EXPRESSION_FIT, || {
                        Problem::new(at.clone(), format!("{what} must be {shape}")).label(format!("this gives {given}"))
                    });
                    return None;
                }
            }
            return Some(ArgumentSource::Expression(expression));
        }
        let dollars = text.trim_start();
        if dollars.starts_with("$$") && dollars.trim_start_matches('$').starts_with('{') {
            let plain = Value::Text(text.replacen('$', "", 1));
            return self.literal(&plain, shape, what, at);
        }
        if text.trim_start().starts_with("${") && !text.contains('}') {
            self.diagnostics.error(code::EXPRESSION, || {
                Problem::new(at.clone(), "the expression that begins here is not closed")
                    .help("close it by `}`; a text that begins so is written `$${`")
            });
            return None;
        }
        if let Some(inner) = self.looks_meant(text, at) {
            self.diagnostics.warn(code::DOUBTFUL_VALUE, || {
                Problem::new(at.clone(), format!("{what} is this text, not what is in the field"))
                    .help(format!("an expression stands in `${{ }}`: \"${{ {inner} }}\""))
            });
        } else if text.contains("${") {
            self.diagnostics.warn(code::DOUBTFUL_VALUE, || {
                Problem::new(at.clone(), format!("{what} is this text, and the `${{` in it means nothing")).help(
                    "an expression is the whole value: \"${ 'a' + domain.b }\"; a text that begins so is written `$${`",
                )
            });
        }
        self.literal(value, shape, what, at)
    }

    /// What a text names, where it is no more than the path of a field, or that in the brackets of some other language.
    fn looks_meant<'t>(&self, text: &'t str, at: &NodePath) -> Option<&'t str> {
        let trimmed = text.trim();
        let inner = trimmed.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
        let inner = inner.or_else(|| trimmed.strip_prefix("$(")?.strip_suffix(')'));
        let inner = inner.or_else(|| trimmed.strip_prefix('$')).unwrap_or(trimmed).trim();
        let all = |layer: &'static str, schema: &Schema| {
            schema.paths().into_iter().map(|field| format!("{layer}.{}", field.path)).collect::<Vec<_>>()
        };
        let (domain, global) = (&self.catalog.domain, &self.catalog.global);
        let known = self.paths.get_or_init(|| all("domain", domain).into_iter().chain(all("global", global)).collect());
        let path = self.whole.part(at).map_or(Cow::Borrowed(inner), |part| part.path(inner));
        known.contains(&*path).then_some(inner)
    }

    /// Texts within lists and maps are texts and no more: one that looks like an expression is doubted.
    fn doubt_texts_inside(&mut self, value: &Value, what: &str, at: &NodePath) {
        match value {
            Value::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.doubt_text(item, what, &at.index(index));
                }
            }
            Value::Mapping(map) => {
                for (key, item) in map.iter().filter_map(|(key, item)| Some((key.as_str()?, item))) {
                    self.doubt_text(item, what, &at.key(key));
                }
            }
            _ => {}
        }
    }

    fn doubt_text(&mut self, value: &Value, what: &str, at: &NodePath) {
        if !value.as_str().is_some_and(|text| text.contains("${")) {
            return self.doubt_texts_inside(value, what, at);
        }
        self.diagnostics.warn(code::DOUBTFUL_VALUE, || {
            Problem::new(at.clone(), format!("this text inside {what} stays as it is: the `${{` in it means nothing")).help(
                format!("an expression is the whole of {what}: \"${{ domain.a }}\", or a list or a map of such: \"${{ [domain.a, domain.b] }}\""),
            )
        });
    }

    fn literal(&mut self, value: &Value, shape: &Shape, what: &str, at: &NodePath) -> Option<ArgumentSource> {
        self.doubt_texts_inside(value, what, at);
        match literal(value, shape, What::Named(what), at) {
            Ok(json) => Some(ArgumentSource::Literal(json)),
            // What is doubtful may be a name that serde gives: it is left as it is.
            Err(misfit) if misfit.is_doubt => {
                self.diagnostics.warn(code::DOUBTFUL_VALUE, || misfit.told());
                literal(value, &Shape::Opaque, What::Named(what), at).ok().map(ArgumentSource::Literal)
            }
            Err(misfit) => {
                self.diagnostics.error(code::LITERAL_FIT, || misfit.told());
                None
            }
        }
    }

    /// What is told to who has asked.
    pub(super) fn reply(&mut self, value: &'a Value, at: &NodePath) -> Option<ArgumentSource> {
        match value {
            Value::Text(_) => self.value(value, &Shape::Opaque, "`reply`", at),
            _ => self.literal(value, &Shape::Opaque, "`reply`", at),
        }
    }

    /// What a workflow gives when it ends.
    pub(super) fn result(&mut self, value: &'a Value, at: &NodePath) -> Option<ArgumentSource> {
        match value {
            Value::Text(_) => self.value(value, &Shape::Opaque, "`result`", at),
            _ => self.literal(value, &Shape::Opaque, "`result`", at),
        }
    }
}
