//! The paths that are inputs and nothing else: the words of the error where a body changes one.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};

use super::model::Model;
use super::path::ContextPath;
use crate::names::{pascal, plain};

/// For each, a trait that nothing implements and that has the path in its message.
pub(crate) fn items(model: &Model) -> TokenStream {
    paths(model)
        .map(|path| {
            let (name, text) = (name(model, path), path.text());
            let message = if plain(&path.layer) == "global" {
                format!("`{text}` is an input and `global` is read-only: write to a field of `domain`")
            } else {
                format!("`{text}` is an input: list it under `outputs` too to change it")
            };
            // Located at the path: what rustc notes of them points there.
            let here = Span::mixed_site().located_at(path.layer.span());
            quote_spanned! {here=>
                #[diagnostic::on_unimplemented(message = #message, label = "this is declared under `inputs` only")]
                trait #name {}
                impl<'both> __theus::DeclaredOutput for &'both dyn #name where __theus::Both<'both>: #name {}
            }
        })
        .collect()
}

/// The name of the trait of one of them.
pub(crate) fn name(model: &Model, path: &ContextPath) -> Ident {
    let place = paths(model).position(|known| known.text() == path.text()).unwrap_or_default();
    let spelled: String = path.names.iter().map(|name| pascal(&plain(name))).collect();
    // `a.b` and `a_b` are spelled alike: the number tells them apart.
    format_ident!("{}Input{place}{spelled}", model.command, span = Span::mixed_site().located_at(path.layer.span()))
}

fn paths(model: &Model) -> impl Iterator<Item = &ContextPath> {
    let is_output = |path: &ContextPath| model.options.outputs.iter().any(|output| output.text() == path.text());
    model.options.inputs.iter().filter(move |path| !is_output(path))
}
