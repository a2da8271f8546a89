//! `#[process]`.

mod attr;
mod attributes;
mod body;
mod check;
mod command;
mod doors;
mod errors;
mod expand;
mod fingerprint;
mod guard;
mod model;
mod path;
mod read_only;
mod recover;
#[cfg(test)]
mod tests;
mod unsupported;
mod unused;

use proc_macro2::TokenStream;
use quote::quote;

use crate::errors::Errors;

pub(crate) fn process(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = attr::Options::read(attribute, &mut errors);
    let mut function = match syn::parse2::<syn::ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            errors.push(syn::Error::new(error.span(), format!("#[process] goes on a function: {error}")));
            let errors = errors.into_tokens();
            return quote!(#item #errors);
        }
    };
    for again in function.attrs.extract_if(.., |attribute| attributes::is_process(attribute)) {
        errors.at(again.path(), "`#[process]` is given twice: put all of the contract into one");
    }
    let Some(mut model) = model::Model::of(function, options, &mut errors) else {
        // Without a context there is nothing that a stub could implement.
        return errors.into_tokens();
    };
    check::check(&model, &mut errors);
    let body = if errors.is_empty() {
        expand::Body::Real
    } else {
        recover::recover(&mut model);
        expand::Body::Stub
    };
    let expanded = expand::process(&model, body);
    let errors = errors.into_tokens();
    quote!(#expanded #errors)
}
