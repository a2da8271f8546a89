//! The view of a context that methods of the user's look at: references to its fields, as they are proposed.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{Generics, parse_quote};

use super::expand::Source;
use super::model::{Field, Model};
use crate::tokens::doc;

/// The struct, where there are methods that need one.
pub(super) fn view(model: &Model, generics: &Generics) -> TokenStream {
    let Model { vis, ident, .. } = model;
    if model.methods.is_empty() {
        return TokenStream::new();
    }
    let name = name(model);
    let mut generics = generics.clone();
    generics.params.insert(0, parse_quote!('theus));
    let parameters: Vec<Ident> = generics.type_params().map(|parameter| parameter.ident.clone()).collect();
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let docs =
        doc(&format!("What the methods of [`{ident}`] that rules call look at: its fields, as they are proposed."));
    let members = fields(model).map(|field| {
        let Field { vis, ident, ty, docs, .. } = field;
        let docs = if docs.is_empty() { doc(&format!("The field `{}`.", field.name())) } else { doc(docs) };
        quote!(#docs #vis #ident: &'theus #ty,)
    });
    quote! {
        #docs
        #[allow(dead_code, clippy::struct_field_names)]
        #vis struct #name #impl_generics #where_clause {
            #(#members)*
            #[doc(hidden)]
            theus_parameters: ::std::marker::PhantomData<(&'theus (), #(#parameters),*)>,
        }
    }
}

/// A value of it.
pub(super) fn of(model: &Model, source: Source) -> TokenStream {
    let name = name(model);
    let members = fields(model).map(|field| {
        let Field { ident, .. } = field;
        let reference = source.reference(ident);
        quote!(#ident: #reference,)
    });
    quote!((#name { #(#members)* theus_parameters: ::std::marker::PhantomData }))
}

fn name(model: &Model) -> Ident {
    format_ident!("{}View", model.ident)
}

/// Nested contexts are not part of it: what is proposed in them is in cells of their own.
fn fields(model: &Model) -> impl Iterator<Item = &Field> {
    model.fields.iter().filter(|field| !field.nested)
}
