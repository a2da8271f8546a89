//! Looks at one value, whatever its type. What is written here stands where `__theus` and its traits are in scope.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::attr::Method;
use crate::tokens::spelled;

/// A look at a reference to a value: by its adapter, else by what its type implements.
pub(crate) fn look(ty: &Type, with: Option<&Type>, reference: &TokenStream) -> TokenStream {
    match with {
        Some(adapter) => {
            let adapter = quote_spanned!(adapter.span()=> <#adapter as __theus::InspectAs<#ty>>);
            quote!(#adapter::inspect(#reference))
        }
        None => quote!((&&__theus::Probe(#reference)).look()),
    }
}

/// The shape of the values of a type.
pub(crate) fn shape(ty: &Type, with: Option<&Type>) -> TokenStream {
    match with {
        Some(adapter) => {
            let adapter = quote_spanned!(adapter.span()=> <#adapter as __theus::InspectAs<#ty>>);
            quote!(#adapter::shape())
        }
        None => quote!((&&__theus::ShapeOf::<#ty>::new()).shape()),
    }
}

/// The methods that rules may call, as shapes.
pub(crate) fn methods(methods: &[Method]) -> TokenStream {
    let shapes = methods.iter().map(|method| {
        let (name, returns) = (method.name(), &method.returns);
        let computed = quote_spanned!(returns.span()=> <#returns as __theus::Computed<'_>>);
        quote!(__theus::FieldShape { name: #name, shape: #computed::shape() })
    });
    quote!(::std::vec![#(#shapes),*])
}

/// The same, for `files!`.
pub(crate) fn described_methods(methods: &[Method]) -> TokenStream {
    let methods = methods.iter().map(|method| {
        let (name, returns) = (method.name(), &method.returns);
        let written = spelled(returns);
        quote!((#name [#returns] #written))
    });
    quote!(#(#methods)*)
}

/// What a method says.
pub(crate) fn call(method: &Method, receiver: &TokenStream) -> TokenStream {
    let Method { ident, returns } = method;
    let computed = quote_spanned!(returns.span()=> <#returns as __theus::Computed<'_>>);
    quote!(#computed::into_value(#receiver.#ident()))
}
