//! `#[derive(Inspect)]`, and `#[inspect(..)]` wherever it is read.

mod attr;
mod expand;
mod look;
mod model;
mod wire;

use proc_macro2::TokenStream;

use crate::errors::Errors;

pub(crate) use attr::{Method, of_field_of_context, of_type};
pub(crate) use look::{call, described_methods, look, methods, shape};

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let model = syn::parse2(item)
        .map_err(|error| errors.push(error))
        .ok()
        .and_then(|input| model::Model::of(input, &mut errors));
    // After a mistake the implementation is still written, so that fields of this type do not fail as well.
    let expanded = model.as_ref().map(expand::inspect);
    let errors = errors.into_tokens();
    quote::quote!(#expanded #errors)
}
