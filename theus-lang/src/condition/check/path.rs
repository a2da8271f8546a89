//! Names: the layers, the payload, the elements of loops, the variables of macros, and the fields below them.

use super::{Checked, Checker, Expr, ExprKind, Typed};
use crate::condition::foreign;
use crate::condition::node::{Node, Written};
use crate::condition::problem::ExpressionProblem;
use crate::condition::scope::redacts;
use crate::condition::types::Type;
use crate::context::{FieldSchema, Schema, Shape, TimeKind, Zone};
use crate::source::did_you_mean;

/// What a chain of names leads to in a layer.
enum Found<'s> {
    /// A nested context: there are more names to come.
    Context(&'s Schema),
    /// A field.
    Field(&'s FieldSchema),
    /// Something inside a field.
    Inside,
}

/// The names of a chain such as `domain.user.name`, of which the first stands alone.
pub(super) fn chain(expr: &Expr) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut expr = expr;
    loop {
        match &expr.kind {
            ExprKind::Name(name) => {
                names.push(name.as_str());
                names.reverse();
                return Some(names);
            }
            ExprKind::Select(of, name) => {
                names.push(name.as_str());
                expr = of;
            }
            _ => return None,
        }
    }
}

impl<'a> Checker<'a> {
    fn layer(&self, name: &str) -> Option<&'a Schema> {
        match name {
            "domain" => Some(self.scope.domain),
            "global" => Some(self.scope.global),
            "local" => self.run?.local,
            _ => None,
        }
    }

    /// Whether a macro's variable may not be called so.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        matches!(name, "domain" | "global" | "event")
            || self
                .run
                .is_some_and(|run| name == "local" || run.arguments.iter().any(|(argument, _)| *argument == name))
            || self.scope.items.iter().any(|(item, _)| *item == name)
            || self.variables.iter().any(|variable| variable.name == name)
    }

    /// A name that stands alone.
    pub(super) fn name(&mut self, expr: &Expr, name: &str) -> Checked {
        if let Some(slot) = self.variables.iter().position(|variable| variable.name == name) {
            let variable = &self.variables[slot];
            let typed = Typed {
                node: Node::Variable(slot),
                kind: variable.kind.clone(),
                json: variable.json,
                unit: variable.unit,
            };
            return Ok(self.read(expr, typed));
        }
        if let Some((_, shape)) = self.scope.items.iter().rev().find(|(item, _)| *item == name) {
            let (kind, unit) = (Type::of_json(shape.clone()), shape.unit_inside());
            self.reads_redacted |= self.scope.domain.has_redacted() || self.scope.global.has_redacted();
            return Ok(self.read(expr, Typed { node: Node::Item(name.into()), kind, json: true, unit }));
        }
        if let Some(schema) = self.layer(name) {
            return Err(self.whole_context(expr, name, schema));
        }
        if let Some((index, shape)) = self.argument(name) {
            self.note_read(name);
            let typed = Typed::new(Node::Argument(index), Type::of(shape.clone())).measured(shape.unit_inside());
            return Ok(self.read(expr, typed));
        }
        if name == "event" {
            return match self.scope.payload {
                Some(shape) => {
                    let kind = Type::of_json(shape.clone());
                    self.reads_redacted |= self.scope.domain.has_redacted();
                    self.reads_event = true;
                    Ok(self.read(expr, Typed { node: Node::Payload, kind, json: true, unit: None }))
                }
                None if self.run.is_some() => Err(self
                    .at(expr, "no event is being handled where a rule is judged, so that `event` means nothing")
                    .help("a rule sees the arguments of its process, `domain`, `global` and `local`")),
                None => Err(self
                    .at(expr, "no event is being handled here, so that `event` means nothing")
                    .help("it is there in the guards, steps and entry steps of a transition that waits for an event")),
            };
        }
        // Whatever is called so comes before it.
        if name == "now" {
            self.asks_now = true;
            return Ok(Typed::new(Node::Now, Type::Time(TimeKind::Instant)));
        }
        Err(self.unknown(expr, name))
    }

    /// An argument of the run, and its position.
    fn argument(&self, name: &str) -> Option<(usize, &'a Shape)> {
        let arguments = self.run?.arguments;
        let index = arguments.iter().position(|(argument, _)| *argument == name)?;
        Some((index, &arguments.get(index)?.1))
    }

    fn unknown(&self, expr: &Expr, name: &str) -> ExpressionProblem {
        let problem = self.at(expr, format!("`{name}` means nothing here"));
        for layer in ["domain", "global", "local"] {
            if self.layer(layer).is_some_and(|schema| schema.fields.iter().any(|field| field.name == name)) {
                return problem.help(format!("did you mean `{layer}.{name}`?"));
            }
        }
        if let Some(help) = foreign::name(name) {
            return problem.help(help);
        }
        let event = self.scope.payload.map(|_| "event");
        let names =
            ["domain", "global", "now"].into_iter().chain(event).chain(self.scope.items.iter().map(|(item, _)| *item));
        let local = self.layer("local").filter(|schema| !schema.fields.is_empty()).map(|_| "local");
        let arguments = self.run.into_iter().flat_map(|run| run.arguments).map(|(argument, _)| *argument);
        let names = names.chain(local).chain(arguments);
        let names = names.chain(self.variables.iter().map(|variable| variable.name.as_str()));
        problem.maybe_help(did_you_mean(name, names))
    }

    /// Whether an expression is a whole context, of which nothing but its fields can be asked.
    pub(super) fn is_context(&self, expr: &Expr) -> bool {
        let names = chain(expr);
        let layer = names.as_deref().and_then(|names| Some((self.layer(names.first()?)?, names)));
        layer.is_some_and(|(schema, names)| matches!(self.find(expr, schema, names), Ok((Found::Context(_), _))))
    }

    /// How what is inside something is asked for, by a key that is given as an expression.
    pub(super) fn inside(&self, of: &Expr, key: &Expr) -> String {
        let (of_text, key_text) = (self.text(of), self.text(key));
        match key.written_text() {
            Some(name) if self.is_context(of) => format!("write `{of_text}.{name}`"),
            _ if self.is_context(of) => format!("name the field: `{of_text}.x`"),
            _ => format!("write `{of_text}[{key_text}]`"),
        }
    }

    fn whole_context(&self, expr: &Expr, path: &str, schema: &Schema) -> ExpressionProblem {
        let fields: Vec<&str> = schema.fields.iter().filter(|f| f.zone == Zone::Data).map(|field| field.name).collect();
        let problem = self.at(expr, format!("`{path}` is a context and has no value of its own"));
        match fields.first() {
            Some(first) => problem.help(format!("name one of its fields, such as `{path}.{first}`")),
            None => problem,
        }
    }

    /// A field of a layer, or something inside one: `domain.user.name`.
    pub(super) fn select(&mut self, expr: &Expr, of: &Expr, name: &str) -> Checked {
        let names = chain(expr);
        let layer = names.as_deref().and_then(|names| Some((self.layer(names.first()?)?, names)));
        if let Some((schema, names)) = layer {
            match self.find(expr, schema, names)? {
                (Found::Field(field), indexes) => {
                    self.note_read(&names.join("."));
                    let indexes = indexes.into();
                    let node = match names.first() {
                        Some(&"domain") => Node::Domain(indexes),
                        Some(&"local") => Node::Local(indexes),
                        _ => Node::Global(indexes),
                    };
                    let typed = Typed::new(node, Type::of(field.shape.clone())).measured(field.shape.unit_inside());
                    return Ok(self.read(expr, typed));
                }
                (Found::Context(context), _) => return Err(self.whole_context(expr, &names.join("."), context)),
                (Found::Inside, _) => {}
            }
        }
        let target = self.present(of)?;
        let inside = self.member(expr, of, target, name)?;
        Ok(self.read(expr, inside))
    }

    /// Follows a chain through the schema as far as it knows it.
    fn find<'s>(
        &self,
        expr: &Expr,
        schema: &'s Schema,
        names: &[&str],
    ) -> Result<(Found<'s>, Vec<usize>), ExpressionProblem> {
        let (mut here, mut indexes, mut found) = (schema, Vec::new(), Found::Context(schema));
        for (at, name) in names.iter().enumerate().skip(1) {
            if let Found::Field(_) = found {
                return Ok((Found::Inside, indexes));
            }
            let path = names[..at].join(".");
            let Some(index) = here.fields.iter().position(|field| field.name == *name) else {
                let known = here.fields.iter().filter(|field| field.zone == Zone::Data).map(|field| field.name);
                let problem = ExpressionProblem::new(
                    self.name_at(expr, names.len() - at),
                    format!("`{path}` has no field `{name}`"),
                );
                return Err(problem.maybe_help(did_you_mean(name, known)));
            };
            let field = &here.fields[index];
            if field.zone != Zone::Data {
                return Err(self.wrong_zone(expr, &format!("{path}.{name}"), field.zone));
            }
            indexes.push(index);
            found = match &field.nested {
                Some(nested) => {
                    here = nested;
                    Found::Context(nested)
                }
                None => Found::Field(field),
            };
        }
        Ok((found, indexes))
    }

    /// Where the name stands that is so many before the end of a chain, the last being 1.
    fn name_at(&self, expr: &Expr, back: usize) -> std::ops::Range<usize> {
        let mut expr = expr;
        for _ in 1..back {
            if let ExprKind::Select(of, _) = &expr.kind {
                expr = of;
            }
        }
        expr.word.clone()
    }

    fn wrong_zone(&self, expr: &Expr, path: &str, zone: Zone) -> ExpressionProblem {
        let (what, help) = match zone {
            Zone::Signal if self.run.is_some() => (
                "a signal, which is no data: it is gone once its event has been told",
                &*format!(
                    "a rule on it alone can look at it: `field: {path}`; or let a process keep what matters in a Data field"
                ),
            ),
            Zone::Signal => (
                "a signal: it is gone once its event has been told, so that the same condition would not hold twice",
                "let the event lead on by itself, or let a process keep what matters in a Data field",
            ),
            _ => (
                "diagnostics (Meta), which never decide what a program does",
                "let a process keep what matters in a Data field",
            ),
        };
        self.at(expr, format!("`{path}` is {what}")).help(help)
    }

    /// Whether what begins with these names is not shown to people.
    pub(in crate::condition) fn redacts(&self, names: &[&str]) -> bool {
        redacts(self.scope, self.run, names)
    }

    fn note_read(&mut self, path: &str) {
        self.reads_redacted |= self.redacts(&path.split('.').collect::<Vec<_>>());
        if !self.reads.iter().any(|known| known == path) {
            self.reads.push(path.to_owned());
        }
    }

    /// A value as it is used: there for certain where that was asked before, and of its own type where it comes as JSON.
    pub(super) fn read(&self, expr: &Expr, typed: Typed) -> Typed {
        let Typed { mut node, mut kind, json, unit } = typed;
        if json {
            let written = match kind.innermost() {
                Type::Float { .. } => Some(Written::Float),
                Type::Decimal => Some(Written::Decimal),
                Type::Time(time) => Some(Written::Time(*time)),
                Type::Uuid => Some(Written::Uuid),
                Type::Enum(_) => Some(Written::Enum),
                _ => None,
            };
            if let Some(written) = written {
                node = Node::Read(Box::new(node), written);
            }
        }
        if let Type::Optional(inner) = &kind
            && chain(expr).is_some_and(|names| self.proven.contains(&names.join(".")))
        {
            kind = (**inner).clone();
        }
        Typed { node, kind, json, unit }
    }
}
