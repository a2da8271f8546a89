//! What an item says of itself to `files!`: a macro of its own name, which hands its answer to whoever asks. Written with the
//! feature `files` alone.
//!
//! Macros have a namespace of their own: `use bank::Bank` brings the type and its answer.

use std::hash::{DefaultHasher, Hash, Hasher};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Generics, Ident, Visibility};

use crate::names::plain;

/// The number of the form in which answers are given: who asks by another one was built with another version.
pub(crate) const FORM: u32 = 1;

/// An item that can be asked.
pub(crate) struct Asked<'m> {
    /// Under what it is there at all.
    pub(crate) cfgs: &'m [Attribute],
    pub(crate) vis: &'m Visibility,
    pub(crate) ident: &'m Ident,
    pub(crate) generics: &'m Generics,
}

impl Asked<'_> {
    /// Its answer, where answers are wanted: `content` is read by `files!`.
    pub(crate) fn says(&self, kind: &str, content: &TokenStream) -> TokenStream {
        if crate::WITH_ANSWERS { self.written(kind, content) } else { TokenStream::new() }
    }

    pub(crate) fn written(&self, kind: &str, content: &TokenStream) -> TokenStream {
        let Self { cfgs, vis, ident, generics } = self;
        let hidden = format_ident!("__theus_{}_{:016x}", plain(ident), place_of(ident));
        let kind = format_ident!("{kind}");
        let parameters = generics.type_params().map(|parameter| &parameter.ident);
        let exported = matches!(vis, Visibility::Public(_)).then(|| quote!(#[macro_export]));
        let form = FORM;
        quote! {
            #(#cfgs)*
            #[doc(hidden)]
            #exported
            #[allow(unused_macros, non_local_definitions)]
            macro_rules! #hidden {
                ([$($theus_ask:tt)*] { $($theus_before:tt)* }) => {
                    $($theus_ask)* ! { $($theus_before)* { #form #kind #ident [#(#parameters)*] #content } }
                };
            }
            #(#cfgs)*
            #[doc(hidden)]
            #[allow(unused_imports)]
            #vis use #hidden as #ident;
        }
    }
}

/// Tells items of one name apart: where it stands.
fn place_of(ident: &Ident) -> u64 {
    let mut hasher = DefaultHasher::new();
    // Elsewhere than in a compiler nothing has a place.
    if proc_macro::is_available() {
        let span = ident.span().unwrap();
        (span.file(), span.line(), span.column()).hash(&mut hasher);
    }
    hasher.finish()
}
