//! Contexts and processes, as files are checked against them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::leak::leak;
use super::program::{ContextField, ContextText, FieldText, Form, ProcessText, TypeText};
use super::shapes::Shapes;
use super::type_name::TypeName;
use crate::audit::{Catalog, ProcessEntry};
use crate::context::{EventNames, FieldSchema, FieldShape, Layer, Schema, Shape};
use crate::process::{Access, Argument, Contract, Gives};

/// So many contexts, one in another, are gone into.
const DEEPEST: usize = 32;

pub(super) fn catalog(
    shapes: &Arc<Shapes>,
    domain: &TypeName,
    global: Option<&TypeName>,
    processes: &[ProcessText],
) -> Result<Catalog, String> {
    let mut unlisted = BTreeSet::new();
    let mut schema = |name: &TypeName| schema(shapes, name, DEEPEST, &mut unlisted);
    let domain = schema(domain)?;
    let global = global.map_or_else(|| Ok(Schema::empty()), &mut schema)?;
    let locals = processes
        .iter()
        .map(|process| process.local.as_ref().map_or_else(|| Ok(Schema::empty()), |local| schema(&local.shows)));
    let locals: Vec<_> = locals.collect::<Result<_, String>>()?;
    if !unlisted.is_empty() {
        return Err(are_contexts(&unlisted));
    }
    EventNames::checked(&domain).map_err(|clash| clash.to_string())?;
    let layers = Layers { domain: &domain, global: &global };
    let processes = processes.iter().zip(locals).map(|(process, local)| {
        let arguments = process.arguments.iter().map(|it| shapes.measured(&it.shows, it.unit())).collect();
        // Whether that has JSON is said where the program is there.
        let gives = process.gives.as_ref().map_or(Gives::Nothing, |gives| Gives::Value(shapes.shape(&gives.shows)));
        let errors = process.errors.iter().map(|error| Gives::Value(shapes.shape(&error.shows))).collect();
        Ok(ProcessEntry { contract: layers.contract(process)?, arguments, local, gives, errors })
    });
    let processes = processes.collect::<Result<_, String>>()?;
    Ok(Catalog { processes, domain, global })
}

/// All at once: who adds one after the other compiles for each.
fn are_contexts(unlisted: &BTreeSet<String>) -> String {
    let words: Vec<_> = unlisted.iter().map(String::as_str).collect();
    let (are, them) = if words.len() == 1 { ("is a context", "it") } else { ("are contexts", "them") };
    format!("`{}` {are}: list {them} under `types`, as in `types = [{}]`", words.join("`, `"), words.join(", "))
}

/// The schema of a context. One that is not described is put down in `unlisted`, and has no fields.
fn schema(
    shapes: &Arc<Shapes>,
    name: &TypeName,
    depth: usize,
    unlisted: &mut BTreeSet<String>,
) -> Result<Schema, String> {
    if name.word == "tuple" && name.arguments.is_empty() {
        return Ok(Schema::empty());
    }
    let Some(depth) = depth.checked_sub(1) else {
        return Err(format!("the context `{name}` holds itself"));
    };
    let (name, text) = shapes.described(name);
    let Some(text @ TypeText { form: Form::Context(context), .. }) = text else {
        unlisted.insert(name.word);
        return Ok(Schema::empty());
    };
    let ContextText { version, fields, methods } = context;
    let fields = fields.iter().map(|ContextField { field, zone, nested, events }| {
        let shows = text.fill(&name, &field.shows);
        let nested = nested.then(|| self::schema(shapes, &shows, depth, unlisted)).transpose()?;
        let shape = if nested.is_some() { Shape::Opaque } else { shapes.measured(&shows, field.unit()) };
        Ok(FieldSchema {
            name: leak(&field.name),
            zone: *zone,
            type_name: leak(&field.written),
            doc: "",
            shape,
            nested,
            events: events.as_deref().map(leak),
            redact: false,
        })
    });
    let fields = fields.collect::<Result<_, String>>()?;
    let method = |method: &FieldText| FieldShape {
        name: leak(&method.name),
        shape: shapes.shape(&text.fill(&name, &method.shows)),
    };
    let methods = methods.iter().map(method).collect();
    Ok(Schema { name: leak(&name.word), version: *version, fields, methods })
}

/// The schemas that paths are found in.
struct Layers<'s> {
    domain: &'s Schema,
    global: &'s Schema,
}

impl Layers<'_> {
    fn contract(&self, process: &ProcessText) -> Result<&'static Contract, String> {
        let texts =
            |texts: &[String]| -> &'static [&'static str] { Vec::leak(texts.iter().map(|text| leak(text)).collect()) };
        let argument = |argument: &FieldText| Argument {
            name: leak(&argument.name),
            type_name: leak(&argument.written),
            redact: false,
        };
        Ok(Box::leak(Box::new(Contract {
            process: leak(&process.name),
            inputs: self.accesses(&process.inputs, &process.name)?,
            outputs: self.accesses(&process.outputs, &process.name)?,
            effects: texts(&process.effects),
            messages: &[],
            errors: Vec::leak(process.errors.iter().map(|error| leak(&error.name)).collect()),
            arguments: Vec::leak(process.arguments.iter().map(argument).collect()),
            local: process.local.as_ref().map(|local| leak(&local.written)),
            is_async: process.is_async,
            is_blocking: process.is_blocking,
        })))
    }

    fn accesses(&self, paths: &[String], process: &str) -> Result<&'static [Access], String> {
        let accesses = paths.iter().map(|path| {
            let (layer, schema, inner) = match path.split_once('.') {
                Some(("global", inner)) => (Layer::Global, self.global, inner),
                Some((_, inner)) => (Layer::Domain, self.domain, inner),
                None => (Layer::Domain, self.domain, path.as_str()),
            };
            match schema.resolve(&inner.split('.').collect::<Vec<_>>()) {
                Ok(found) => Ok(Access { layer, path: leak(path), zone: found.field.zone }),
                Err(_) => {
                    Err(format!("`{process}` is a process of another context: `{path}` is not in `{}`", schema.name))
                }
            }
        });
        Ok(Vec::leak(accesses.collect::<Result<_, String>>()?))
    }
}
