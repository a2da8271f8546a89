//! What is inside a value: fields, variants, entries, elements; and whether it is there.

use super::{Checked, Checker, Expr, ExprKind, Typed};
use crate::condition::node::{Constant, Key, Node};
use crate::condition::problem::ExpressionProblem;
use crate::condition::types::Type;
use crate::context::{CollectionKind, CollectionShape, FieldShape, KeyShape, Value};
use crate::source::did_you_mean;

/// The name of an entry as a key of the map's own type.
fn key(name: &str, collection: Option<&CollectionShape>) -> Option<Key> {
    let made = match collection {
        // What comes as JSON is asked by name.
        None => None,
        Some(collection) => Some(collection.key()?.make(Value::Text(name))?),
    };
    Some(Key { name: name.into(), made })
}

impl Checker<'_> {
    /// `target.name`.
    pub(super) fn member(&self, expr: &Expr, of: &Expr, target: Typed, name: &str) -> Checked {
        let Typed { node, kind, json, unit } = target;
        let unknown = |known: &[FieldShape], what: &str| {
            let names: Vec<&str> = known.iter().map(|field| field.name).collect();
            ExpressionProblem::new(expr.word.clone(), format!("`{}` has no {what} `{name}`", self.text(of)))
                .maybe_help(did_you_mean(name, names))
        };
        match &kind {
            Type::Any => {
                let node = Node::Entry(Box::new(node), Key { name: name.into(), made: None });
                Ok(Typed { node, kind, json, unit: None })
            }
            Type::Record(_) | Type::Variant(_) => {
                let fields = kind.fields().unwrap_or_default();
                let position = fields.iter().position(|field| field.name == name);
                let Some((at, field)) = position.and_then(|at| Some((at, fields.get(at)?))) else {
                    return Err(unknown(&fields, "field"));
                };
                let (kind, unit) = (Type::of(field.shape.clone()), field.shape.unit_inside());
                Ok(Typed { node: Node::Field(Box::new(node), at, name.into()), kind, json, unit })
            }
            Type::Enum(shape) => {
                let variants = shape.variants.get();
                let Some(variant) = variants.iter().find(|variant| variant.name == name) else {
                    let names: Vec<&str> = variants.iter().map(|variant| variant.name).collect();
                    let message = format!("`{}` has no variant `{name}`", self.text(of));
                    return Err(
                        ExpressionProblem::new(expr.word.clone(), message).maybe_help(did_you_mean(name, names))
                    );
                };
                // The value itself, not its name, which is what it is read as.
                let node = match node {
                    Node::Read(inner, _) => *inner,
                    node => node,
                };
                let node = Node::Variant(Box::new(node), name.into());
                Ok(Typed { node, kind: Type::Variant(variant.clone()).optional(), json, unit: None })
            }
            Type::Collection(collection) if kind.is_map() => {
                let Some(key) = key(name, (!json).then_some(collection)) else {
                    return Err(self.at(expr, format!("`{name}` is no key of `{}`", self.text(of))));
                };
                Ok(Typed { node: Node::Entry(Box::new(node), key), kind: Type::of(collection.element()), json, unit })
            }
            Type::Object(fields) => match fields.iter().find(|(known, _)| known == name) {
                Some((_, kind)) => {
                    let key = Key { name: name.into(), made: None };
                    Ok(Typed { node: Node::Entry(Box::new(node), key), kind: kind.clone(), json, unit: None })
                }
                None => {
                    let problem = self.at(expr, format!("`{}` has no entry `{name}`", self.text(of)));
                    Err(problem.maybe_help(did_you_mean(name, fields.iter().map(|(known, _)| known.as_str()))))
                }
            },
            other => {
                let message = format!("`{}` is {other} and has no field `{name}`", self.text(of));
                let problem = ExpressionProblem::new(expr.word.clone(), message);
                Err(match name {
                    "size" | "len" | "length" | "count" => problem.help(format!("write `{}.size()`", self.text(of))),
                    _ if matches!(other, Type::Time(_)) => {
                        problem.help("what the calendar says of it is a function: `now.getHours('UTC')`")
                    }
                    _ => problem,
                })
            }
        }
    }

    /// `target[index]`.
    pub(super) fn index(&mut self, expr: &Expr, of: &Expr, index: &Expr) -> Checked {
        if self.is_context(of) {
            let message = format!("`{}` is a context, whose fields are asked by name", self.text(of));
            return Err(self.at(expr, message).help(self.inside(of, index)));
        }
        let target = self.present(of)?;
        let place = self.present(index)?;
        if let Some(Constant::Text(name)) = place.constant()
            && (target.kind.is_map() || target.kind == Type::Any)
        {
            let inside = self.member(expr, of, target, &name.clone())?;
            return Ok(self.read(expr, inside));
        }
        let make = self.key_maker(&target);
        let (kind, needs) = match &target.kind {
            Type::Any => (Type::Any, None),
            Type::List(element) => ((**element).clone(), Some(Type::INT)),
            Type::Collection(collection) if collection.kind() == CollectionKind::List => {
                (Type::of(collection.element()), Some(Type::INT))
            }
            Type::Collection(collection) if let Some(key) = collection.key() => {
                (Type::of(collection.element()), Some(Type::of(key.shape.shape())))
            }
            Type::Record(_) | Type::Variant(_) => return self.position(expr, of, target, index, &place),
            other => {
                let message = format!("`{}` is {other}, whose elements have no positions", self.text(of));
                return Err(self.at(expr, message));
            }
        };
        if let Some(needed) = needs {
            let fits = match needed {
                Type::Int { .. } => matches!(place.kind, Type::Int { .. } | Type::Any),
                _ => needed.equals(&place.kind),
            };
            if !fits {
                let message = format!("`{}` is {}, and {needed} is needed here", self.text(index), place.kind);
                return Err(self.at(index, message));
            }
        }
        let node = Node::Index(Box::new(target.node), Box::new(place.node), make);
        Ok(self.read(expr, Typed { node, kind, json: target.json, unit: target.unit }))
    }

    /// A field of a tuple: `domain.pair[0]`.
    fn position(&self, expr: &Expr, of: &Expr, target: Typed, index: &Expr, place: &Typed) -> Checked {
        match place.constant() {
            Some(Constant::Int(at)) => {
                let inside = self.member(expr, of, target, &at.to_string())?;
                Ok(self.read(expr, inside))
            }
            _ => Err(self.at(index, format!("`{}` is {}: its fields are asked by name", self.text(of), target.kind))),
        }
    }

    /// How a map of the state makes its keys; what comes as JSON needs none.
    pub(super) fn key_maker(&self, target: &Typed) -> Option<Box<KeyShape>> {
        match &target.kind {
            Type::Collection(collection) if !target.json => collection.key().cloned().map(Box::new),
            _ => None,
        }
    }

    /// `has(target.name)`.
    pub(super) fn has(&mut self, expr: &Expr, asked: &Expr) -> Checked {
        let ExprKind::Select(..) = &asked.kind else {
            return Err(self.at(asked, "`has` asks for a name after a dot, as in `has(domain.limit)`").maybe_help(
                matches!(&asked.kind, ExprKind::Index(..))
                    .then(|| "for the key of a map write `key in map`".to_owned()),
            ));
        };
        // What was asked before does not make this question one that cannot fail.
        let proven = std::mem::take(&mut self.proven);
        let own = super::path::chain(asked).map(|names| names.join("."));
        self.proven = proven.iter().filter(|path| Some(*path) != own.as_ref()).cloned().collect();
        let typed = self.check(asked);
        self.proven = proven;
        let typed = typed?;
        let entry = match typed.node {
            Node::Read(inner, _) if matches!(*inner, Node::Entry(..)) => *inner,
            node => node,
        };
        match (entry, typed.kind) {
            (Node::Entry(target, key), Type::Optional(_)) => {
                Ok(Typed::new(Node::IsThere(Box::new(Node::Entry(target, key))), Type::Bool))
            }
            (Node::Entry(target, key), _) => Ok(Typed::new(Node::HasEntry(target, key), Type::Bool)),
            (node, Type::Optional(_)) => Ok(Typed::new(Node::IsThere(Box::new(node)), Type::Bool)),
            _ => Err(self
                .at(expr, format!("`{}` is always there", self.text(asked)))
                .help("`has` is for optional fields, the keys of maps and what an event carries")),
        }
    }
}
