//! Everything that can be refused by looking at the process alone. What needs types is left to rustc, on the same tokens.

use std::collections::BTreeMap;

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{GenericParam, Type};

use super::model::{Model, Returns};
use super::path::{Asked, ContextPath};
use super::{body, doors, errors as error_enum};
use crate::errors::Errors;
use crate::names::{hint, list, nearest, plain};
use crate::tokens::{self, mentions, spelled};

pub(crate) fn check(model: &Model, errors: &mut Errors) {
    let before_paths = errors.is_empty();
    command(model, errors);
    paths(model, errors);
    blocking(model, errors);
    repeated(&model.options.effects, plain, "effect", errors);
    repeated(&model.options.messages, spelled, "message", errors);
    // What could not be read may be what the rest lacks.
    if model.options.is_whole {
        returns(model, errors);
    }
    generics(model, errors);
    arguments(model, errors);
    doors::check(model, errors);
    // A wrong contract would make the body look wrong as well.
    if before_paths && errors.is_empty() {
        body::check(model, errors);
    }
}

fn command(model: &Model, errors: &mut Errors) {
    if clashes(model) {
        let (function, command) = (model.name(), &model.command);
        errors.at(
            &model.function,
            format!("the command of `{function}` would be called `{command}`, and so is a type that it uses: name the command, as in `command = {command}Command`, or rename the function"),
        );
    }
}

/// An `async fn` has nothing that could be moved to another thread: its body is polled.
fn blocking(model: &Model, errors: &mut Errors) {
    if let (Some(word), Some(_)) = (&model.options.blocking, model.asyncness) {
        let function = model.name();
        errors.at(
            word,
            format!("`{function}` is an `async fn`, which holds up nobody while it awaits: remove `blocking`, or remove `async` where its body blocks the thread"),
        );
    }
}

/// Whether the command was given the name of a type that the process uses: it would be taken for it, or clash with it.
pub(super) fn clashes(model: &Model) -> bool {
    let Model { options, command, arguments, context_type, .. } = model;
    let used = arguments.iter().map(|argument| &argument.ty).chain([context_type, model.returns.whole()]);
    let mut used = used.chain(&options.errors).chain(&options.local);
    let is_parameter = model.generics.type_params().any(|parameter| parameter.ident == *command);
    options.command.is_none() && (is_parameter || used.any(|ty| names(ty, command)))
}

/// Whether a type, or one inside of it, is called `ident` and nothing more.
fn names(ty: &Type, ident: &Ident) -> bool {
    struct Find<'i>(&'i Ident, bool);
    impl<'a> syn::visit::Visit<'a> for Find<'_> {
        fn visit_type_path(&mut self, path: &'a syn::TypePath) {
            self.1 |= path.path.segments.len() == 1 && path.path.segments[0].ident == *self.0;
            syn::visit::visit_type_path(self, path);
        }
    }
    let mut find = Find(ident, false);
    syn::visit::Visit::visit_type(&mut find, ty);
    find.1
}

fn paths(model: &Model, errors: &mut Errors) {
    let options = &model.options;
    for path in &options.inputs {
        layer(path, errors);
    }
    for path in &options.outputs {
        if !layer(path, errors) {
            continue;
        }
        if plain(&path.layer) == "global" {
            errors.at(path, "`global` is read-only configuration and never an output: write to a field of `domain`");
        }
        if path.asked != Asked::Bare {
            errors.at(path, format!("an output is a bare path, whatever its zone: write `{}`", path.text()));
        }
    }
    duplicates(&options.inputs, "inputs", errors);
    duplicates(&options.outputs, "outputs", errors);
    overlaps(options.inputs.iter().chain(&options.outputs), errors);
}

fn layer(path: &ContextPath, errors: &mut Errors) -> bool {
    let layer = plain(&path.layer);
    match layer.as_str() {
        "domain" | "global" if path.names.is_empty() => {
            errors.at(path, format!("a contract lists fields: write `{layer}.name_of_the_field`"));
            false
        }
        "domain" | "global" => true,
        "local" => {
            errors.at(
                path,
                "local scratch is this process's own and needs no declaration: give its type with `local = Type`",
            );
            false
        }
        "effects" => {
            errors.at(path, "an effect is no path: list its name under `effects = [..]`");
            false
        }
        _ => {
            errors.at(&path.layer, unknown_layer(path, &layer));
            false
        }
    }
}

fn unknown_layer(path: &ContextPath, layer: &str) -> String {
    const LAYERS: [&str; 2] = ["domain", "global"];
    match path.names.split_first() {
        // `ctx.domain.total`, as the body writes it.
        Some((first, rest)) if !rest.is_empty() && LAYERS.contains(&plain(first).as_str()) => {
            let rest = path.text();
            let rest = rest.strip_prefix(layer).unwrap_or_default().trim_start_matches('.');
            format!("a path begins with its layer: write `{rest}`")
        }
        None if nearest(layer, LAYERS).is_none() => {
            format!("a path begins with its layer: write `domain.{layer}` or `global.{layer}`")
        }
        _ => format!("unknown layer `{layer}`; {}", hint(layer, LAYERS)),
    }
}

fn duplicates(paths: &[ContextPath], list: &str, errors: &mut Errors) {
    let mut seen = Vec::new();
    for path in paths {
        let text = path.text();
        if seen.contains(&text) {
            errors.at(path, format!("`{text}` is listed twice under `{list}`: remove one"));
        }
        seen.push(text);
    }
}

/// A path and another one inside it would be two ways to one value.
fn overlaps<'a>(paths: impl Iterator<Item = &'a ContextPath>, errors: &mut Errors) {
    let whole_layers_are_told_already = |path: &&ContextPath| !path.names.is_empty();
    let paths: Vec<(&ContextPath, String)> =
        paths.filter(whole_layers_are_told_already).map(|path| (path, path.text())).collect();
    let mut told = Vec::new();
    for (path, text) in &paths {
        let outer = paths.iter().map(|(_, outer)| outer).find(|outer| text.starts_with(&format!("{outer}.")));
        if let Some(outer) = outer
            && !told.contains(text)
        {
            told.push(text.clone());
            errors.at(path, format!("`{text}` lies inside `{outer}`, which is listed too: keep one of them"));
        }
    }
}

fn repeated<T: ToTokens>(names: &[T], text: fn(&T) -> String, what: &str, errors: &mut Errors) {
    let mut seen = Vec::new();
    for name in names {
        let text = text(name);
        if seen.contains(&text) {
            errors.at(name, format!("the {what} `{text}` is listed twice: remove one"));
        }
        seen.push(text);
    }
}

fn returns(model: &Model, errors: &mut Errors) {
    let declared = &model.options.errors;
    if let Some(ty) = impl_trait(model.returns.whole()) {
        errors.at(ty, "a process returns a named type, so that its result can be kept");
    }
    if let Type::Never(never) = model.returns.whole() {
        errors.at(never, "a process returns a value or nothing, which `!` is not: leave the return type out");
    }
    if tokens::elides_a_lifetime(model.returns.whole()) {
        errors.at(
            model.returns.whole(),
            "a process cannot return a reference into the state: return a copy, or write an output",
        );
    }
    match &model.returns {
        Returns::Value(_) if declared.is_empty() => {
            if let Some(word) = &model.options.errors_word {
                errors.at(word, "`errors` is empty: remove it, or list what the process can fail with");
            }
        }
        Returns::Value(ty) => {
            let shown = spelled(ty);
            errors.at(
                &declared[0],
                format!("the process declares errors but returns `{shown}`: return `Result<{shown}, {}>`, or remove `errors`", expected(model)),
            );
        }
        Returns::Result { error: Some(error), .. } if declared.is_empty() && error_enum::is_any_error(error) => {
            errors.at(error, error_enum::ANY_ERROR);
        }
        Returns::Result { whole, error, .. } if declared.is_empty() => {
            let list = error.as_ref().map_or_else(|| "..".to_owned(), spelled);
            errors.at(
                whole,
                format!("the process returns a `Result` but declares no error: add `errors = [{list}]`, or return a value that is no `Result`"),
            );
        }
        Returns::Result { whole, error, .. } if error_enum::check(model, errors) => {
            let expected = expected(model);
            match error {
                None => errors.at(whole, format!("name the declared error in the signature: `Result<.., {expected}>`")),
                Some(error) if last_word(error) != last_word_of(&expected) => errors.at(
                    error,
                    format!("the process declares {}, so it returns `Result<.., {expected}>`", declared_list(declared)),
                ),
                Some(_) => {}
            }
        }
        Returns::Result { .. } => {}
    }
}

/// An `impl Trait` that a type is or has inside.
fn impl_trait(ty: &Type) -> Option<&syn::TypeImplTrait> {
    struct Find<'a>(Option<&'a syn::TypeImplTrait>);
    impl<'a> syn::visit::Visit<'a> for Find<'a> {
        fn visit_type_impl_trait(&mut self, ty: &'a syn::TypeImplTrait) {
            self.0.get_or_insert(ty);
        }
    }
    let mut find = Find(None);
    syn::visit::Visit::visit_type(&mut find, ty);
    find.0
}

fn expected(model: &Model) -> String {
    match &model.options.errors[..] {
        [one] => spelled(one),
        _ => error_enum::name(model).to_string(),
    }
}

fn declared_list(declared: &[Type]) -> String {
    let names: Vec<String> = declared.iter().map(spelled).collect();
    format!("the error{} {}", if names.len() == 1 { "" } else { "s" }, list(names.iter().map(String::as_str)))
}

fn last_word(ty: &Type) -> String {
    last_word_of(&spelled(ty))
}

/// `Error` for `crate::bank::Error<T>`: two spellings of one type agree in it.
fn last_word_of(spelled: &str) -> String {
    let head = spelled.split('<').next().unwrap_or(spelled);
    head.rsplit("::").next().unwrap_or(head).trim().to_owned()
}

/// A parameter that neither the context nor an argument mentions could not be told from the command.
fn generics(model: &Model, errors: &mut Errors) {
    for parameter in &model.generics.params {
        let ident = match parameter {
            GenericParam::Type(parameter) => &parameter.ident,
            GenericParam::Const(parameter) => &parameter.ident,
            GenericParam::Lifetime(_) => continue,
        };
        let used = mentions(&model.context_type, ident)
            || model.arguments.iter().any(|argument| mentions(&argument.ty, ident));
        if !used {
            let command = &model.command;
            errors.at(
                parameter,
                format!("neither the context nor an argument mentions `{ident}`, so `{command}` could not tell which one is meant: name it in `Ctx<..>`, or take an argument of that type"),
            );
        }
    }
}

fn arguments(model: &Model, errors: &mut Errors) {
    let mut seen: BTreeMap<String, ()> = BTreeMap::new();
    for argument in &model.arguments {
        let name = argument.name();
        if name == plain(&model.context) {
            errors.at(&argument.ident, format!("`{name}` is the context already: give this argument another name"));
        }
        if ["global", "domain", "local", "effects"].contains(&name.as_str()) {
            errors.at(
                &argument.ident,
                format!("`{name}` is the name of a layer, by which rules know it: give this argument another name"),
            );
        }
        if seen.insert(name.clone(), ()).is_some() {
            errors.at(&argument.ident, format!("two arguments are called `{name}`"));
        }
    }
}
