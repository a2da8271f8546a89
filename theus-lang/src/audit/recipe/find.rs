//! Paths looked up: where a rule reads its value, and the shape of what is there.

use super::super::rule::{Base, Target};
use super::catalog::{Catalog, ProcessEntry};
use super::known::{Lost, known_or_near, listed};
use super::path::{Segment, segments, written};
use super::steps::Walk;
use crate::context::{Layer, Schema, Shape};
use crate::source::{did_you_mean, nearest};

const LAYERS: [Layer; 3] = [Layer::Global, Layer::Domain, Layer::Local];

/// Whether a path can be looked up without knowing the process: it starts with the layer of every process.
pub(super) fn belongs_to_a_process(field: &str) -> bool {
    let first = field.split(['.', '[', '(']).next().unwrap_or(field);
    let layered = field[first.len()..].starts_with('.');
    // What is nearly a layer is a slip of it, sooner than an argument.
    !layered || first == Layer::Local.as_str() || nearest(first, LAYERS.map(Layer::as_str)).is_none()
}

/// Where the field is, and the shape of its values.
pub(super) fn target(field: &str, catalog: &Catalog, process: Option<&ProcessEntry>) -> Result<(Target, Shape), Lost> {
    let segments = segments(field).map_err(|(message, help)| (message, help.or_else(|| start(field, catalog))))?;
    let nothing = Schema::empty();
    let Some((Segment::Name(first), rest)) = segments.split_first() else {
        return Err((format!("`{field}` is called on nothing"), Some("begin with an argument or a layer".to_owned())));
    };
    let layer = LAYERS.into_iter().find(|layer| layer.as_str() == *first);
    let index = process.and_then(|it| it.contract.arguments.iter().position(|argument| argument.name == *first));
    if let (Some(process), Some(index)) = (process, index)
        && layer.is_none()
    {
        let shape = process.arguments.get(index).cloned().unwrap_or(Shape::Opaque);
        let before = if rest.is_empty() { String::new() } else { (*first).to_owned() };
        return Walk::from(field, before, shape).through(rest).map(|walked| walked.target(Base::Argument(index)));
    }
    let (layer, schema) = match layer {
        None => return Err(unknown_start(field, first, rest.is_empty(), catalog, process)),
        Some(layer) if rest.is_empty() => {
            return Err((format!("`{layer}` is a layer: name one of its fields, as in `{layer}.…`"), None));
        }
        Some(Layer::Global) => (Layer::Global, &catalog.global),
        Some(Layer::Domain) => (Layer::Domain, &catalog.domain),
        Some(Layer::Local) => (Layer::Local, process.map_or(&nothing, |process| &process.local)),
    };
    let (path, shape, taken) =
        in_context(field, layer, schema, rest).map_err(|lost| match (process, rest.first()) {
            (Some(process), Some(Segment::Name(name))) if is_only_argument(name, schema, process) => {
                let written = written(rest);
                (lost.0, Some(format!("`{name}` is an argument of `{}`: write `{written}`", process.contract.process)))
            }
            _ => lost,
        })?;
    // Told where a path goes on from there.
    let before = if taken < rest.len() { written(&segments[..=taken]) } else { String::new() };
    let path = path.into_boxed_slice();
    let base = match layer {
        Layer::Global => Base::Global(path),
        Layer::Domain => Base::Domain(path),
        Layer::Local => Base::Local(path),
    };
    Walk::from(field, before, shape).through(&rest[taken..]).map(|walked| walked.target(base))
}

/// Whether people are not shown what is there.
pub(super) fn redacts(base: &Base, catalog: &Catalog, process: Option<&ProcessEntry>) -> bool {
    let (schema, path) = match base {
        Base::Argument(index) => {
            return process.and_then(|it| it.contract.arguments.get(*index)).is_some_and(|argument| argument.redact);
        }
        Base::Domain(path) => (Some(&catalog.domain), path),
        Base::Global(path) => (Some(&catalog.global), path),
        Base::Local(path) => (process.map(|it| &it.local), path),
        Base::Named => return false,
    };
    let mut here = schema;
    path.iter().any(|index| {
        // A method has the position after those of the fields.
        let field = here.and_then(|schema| schema.fields.get(*index));
        here = field.and_then(|field| field.nested.as_ref());
        field.is_some_and(|field| field.redact)
    })
}

/// Whether it is the name of an argument, and of no field.
fn is_only_argument(name: &str, schema: &Schema, process: &ProcessEntry) -> bool {
    let is_field = schema.fields.iter().any(|field| field.name == name);
    !is_field && process.contract.arguments.iter().any(|argument| argument.name == name)
}

/// For a path that breaks off after a layer: what could follow.
fn start(field: &str, catalog: &Catalog) -> Option<String> {
    let (schema, _) = match field.split_once('.')? {
        ("domain", rest) => (&catalog.domain, rest),
        ("global", rest) => (&catalog.global, rest),
        _ => return None,
    };
    field.ends_with('.').then(|| listed(schema.fields.iter().map(|field| field.name))).flatten()
}

/// The way through nested contexts: indexes, the shape at their end, and how many segments that took.
fn in_context(
    field: &str,
    layer: Layer,
    schema: &Schema,
    segments: &[Segment<'_>],
) -> Result<(Vec<usize>, Shape, usize), Lost> {
    let mut here = schema;
    // One but where contexts are nested.
    let mut indexes = Vec::with_capacity(1);
    for (at, segment) in segments.iter().enumerate() {
        let index = match segment {
            Segment::Name(name) => here
                .fields
                .iter()
                .position(|field| field.name == *name)
                .ok_or_else(|| unknown_field(field, layer, here, name))?,
            Segment::Call(name) => match here.methods.iter().position(|method| method.name == *name) {
                Some(index) => {
                    indexes.push(here.fields.len() + index);
                    return Ok((indexes, here.methods[index].shape.clone(), at + 1));
                }
                None => return Err(unknown_field(field, layer, here, &format!("{name}()"))),
            },
            Segment::Number(_) | Segment::Key(_) | Segment::Each => {
                let context = here.name;
                return Err((format!("`{field}`: {context} is a context, which has no elements"), None));
            }
        };
        indexes.push(index);
        match &here.fields[index].nested {
            Some(nested) => here = nested,
            None => return Ok((indexes, here.fields[index].shape.clone(), at + 1)),
        }
    }
    let known = here.paths().into_iter().map(|inner| format!("{field}.{}", inner.path)).collect::<Vec<_>>();
    let help = listed(known.iter().map(String::as_str));
    Err((format!("`{field}` is a whole context: name one of its fields"), help))
}

fn unknown_field(field: &str, layer: Layer, schema: &Schema, name: &str) -> Lost {
    let methods = schema.methods.iter().map(|method| format!("{}()", method.name));
    let known: Vec<String> = schema.fields.iter().map(|field| field.name.to_owned()).chain(methods).collect();
    if known.is_empty() {
        return (format!("unknown field `{name}` in `{field}`: {layer} has no fields"), None);
    }
    let what = if name.ends_with(')') { "method" } else { "field" };
    let message = format!("unknown {what} `{name}` of {} in `{field}`", schema.name);
    (message, known_or_near(name, &known))
}

/// What a path starts with is neither a layer nor an argument.
fn unknown_start(field: &str, first: &str, alone: bool, catalog: &Catalog, process: Option<&ProcessEntry>) -> Lost {
    let layers = LAYERS.map(Layer::as_str);
    let Some(process) = process else {
        return match alone {
            true => (format!("`{first}` is the name of no value"), None),
            false => (format!("unknown layer `{first}` in `{field}`"), did_you_mean(first, layers)),
        };
    };
    let arguments = process.contract.arguments.iter().map(|argument| argument.name);
    if field[first.len()..].starts_with('.') {
        let known = layers.into_iter().chain(arguments);
        return (format!("unknown layer or argument `{first}` in `{field}`"), did_you_mean(first, known));
    }
    let message = format!("`{}` has no argument `{first}`", process.contract.process);
    // A field without its layer is the likelier slip, where there is one of that name.
    let schemas = [("global", &catalog.global), ("domain", &catalog.domain), ("local", &process.local)];
    let layer = schemas.into_iter().find(|(_, schema)| schema.fields.iter().any(|field| field.name == first));
    let help = match layer {
        Some((layer, _)) => Some(format!("did you mean `{layer}.{field}`?")),
        None => did_you_mean(first, arguments),
    };
    (message, help)
}
