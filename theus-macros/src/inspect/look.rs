//! Looks at one value, whatever its type.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Path, Type};

use super::attr::Method;

/// What must be in scope where values or shapes of any type are asked for.
pub(crate) fn probes(krate: &Path) -> TokenStream {
    let private = quote!(#krate::__private);
    quote! {
        #[allow(unused_imports)]
        use #private::{LookInspect as _, LookOpaque as _, LookPartly as _};
        #[allow(unused_imports)]
        use #private::{ShapeInspect as _, ShapeOpaque as _, ShapePartly as _};
    }
}

/// A look at a reference to a value: by its adapter, else by what its type implements.
pub(crate) fn look(krate: &Path, ty: &Type, with: Option<&Type>, reference: &TokenStream) -> TokenStream {
    match with {
        Some(adapter) => {
            let adapter = quote_spanned!(adapter.span()=> <#adapter as #krate::__private::InspectAs<#ty>>);
            quote!(#adapter::inspect(#reference))
        }
        None => quote!((&&#krate::__private::Look(#reference)).look()),
    }
}

/// The shape of the values of a type.
pub(crate) fn shape(krate: &Path, ty: &Type, with: Option<&Type>) -> TokenStream {
    match with {
        Some(adapter) => {
            let adapter = quote_spanned!(adapter.span()=> <#adapter as #krate::__private::InspectAs<#ty>>);
            quote!(#adapter::shape())
        }
        None => quote!((&&#krate::__private::ShapeOf::<#ty>::new()).shape()),
    }
}

/// The methods that rules may call, as shapes.
pub(crate) fn methods(krate: &Path, methods: &[Method]) -> TokenStream {
    let shapes = methods.iter().map(|method| {
        let (name, returns) = (method.name(), &method.returns);
        let computed = quote_spanned!(returns.span()=> <#returns as #krate::__private::Computed<'_>>);
        quote!(#krate::__private::FieldShape { name: #name, shape: #computed::shape() })
    });
    quote!(::std::vec![#(#shapes),*])
}

/// What a method says.
pub(crate) fn call(krate: &Path, method: &Method, receiver: &TokenStream) -> TokenStream {
    let Method { ident, returns } = method;
    let computed = quote_spanned!(returns.span()=> <#returns as #krate::__private::Computed<'_>>);
    quote!(#computed::into_value(#receiver.#ident()))
}
