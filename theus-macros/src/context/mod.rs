//! `#[derive(Context)]`.

mod attr;
mod events;
mod expand;
mod model;
mod stored;
mod view;

use proc_macro2::TokenStream;

use crate::errors::Errors;

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let model = syn::parse2(item)
        .map_err(|error| errors.push(error))
        .ok()
        .and_then(|input| model::Model::of(input, &mut errors));
    let expanded = match &model {
        // After a mistake too: processes of this context do not fail as well.
        Some(model) => expand::context(model),
        None => TokenStream::new(),
    };
    let errors = errors.into_tokens();
    quote::quote!(#expanded #errors)
}
