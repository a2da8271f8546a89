//! After a mistake: leaves out of the model what rustc would report a second time, so that a stub of the rest can be written.

use std::collections::BTreeSet;

use proc_macro2::Ident;
use quote::{ToTokens, format_ident};
use syn::{GenericParam, Type};

use super::check::clashes;
use super::errors::{is_any_error, variant};
use super::model::{Model, Returns};
use crate::tokens::{elides_a_lifetime, mentions};

pub(crate) fn recover(model: &mut Model) {
    if clashes(model) {
        model.command = format_ident!("{}Command", model.command);
    }
    let mut names = BTreeSet::new();
    model.arguments.retain(|argument| names.insert(argument.name()));
    model.options.errors.retain(|error| !is_any_error(error));
    let mut variants = BTreeSet::new();
    model.options.errors.retain(|error| variant(error).is_some_and(|variant| variants.insert(variant.to_string())));
    generics(model);
    if cannot_be_kept(model.returns.whole()) {
        model.returns = Returns::Value(syn::parse_quote!(()));
    }
}

/// Takes out lifetimes and parameters that neither the context nor an argument mentions, with everything that mentions them.
fn generics(model: &mut Model) {
    let (arguments, context) = (&model.arguments, &model.context_type);
    let (kept, gone): (Vec<_>, Vec<_>) =
        std::mem::take(&mut model.generics.params).into_iter().partition(|parameter| {
            !matches!(parameter, GenericParam::Lifetime(_))
                && (mentions(context, name(parameter))
                    || arguments.iter().any(|argument| mentions(&argument.ty, name(parameter))))
        });
    model.generics.params = kept.into_iter().collect();
    if gone.is_empty() {
        return;
    }
    model.generics.where_clause = None;
    for parameter in model.generics.type_params_mut() {
        parameter.bounds.clear();
    }
    let is_gone = |tokens: &dyn Fn(&Ident) -> bool| gone.iter().any(|parameter| tokens(name(parameter)));
    model.arguments.retain(|argument| !is_gone(&|ident| mentions(&argument.ty, ident)));
    if is_gone(&|ident| mentions(model.returns.whole(), ident)) {
        model.returns = Returns::Value(syn::parse_quote!(()));
    }
}

fn name(parameter: &GenericParam) -> &Ident {
    match parameter {
        GenericParam::Type(parameter) => &parameter.ident,
        GenericParam::Const(parameter) => &parameter.ident,
        GenericParam::Lifetime(parameter) => &parameter.lifetime.ident,
    }
}

/// Whether a type cannot be that of an associated type: it borrows, or has no name.
fn cannot_be_kept(ty: &Type) -> bool {
    elides_a_lifetime(ty)
        || matches!(ty, Type::ImplTrait(_) | Type::Never(_))
        || ty.to_token_stream().to_string().contains("impl ")
}
