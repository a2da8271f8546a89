//! What an item says of itself to `files!`: a macro of its own name, which hands its answer to whoever asks. Written with the
//! feature `files` alone.
//!
//! Macros have a namespace of their own: `use bank::Bank` brings the type and its answer.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, Generics, Ident, Token, Type, TypeParam, TypeParamBound, Visibility, WherePredicate};

use crate::names::plain;

/// The number of the form in which answers are given. It comes first in every form, and the version second.
pub(crate) const FORM: u32 = 2;

/// Which Theus an answer is of: who asks by another one has other traits too.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

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
        let hidden = format_ident!("__theus_{}_{}", plain(ident), place_of(ident));
        let kind = format_ident!("{kind}");
        // `?T`: its values are not looked into, whatever `T` is, for where the type is declared nothing is known of it.
        let parameters = generics.type_params().map(|TypeParam { ident, .. }| {
            let unknown = (!is_inspected(generics, ident)).then(|| quote!(?));
            quote!(#unknown #ident)
        });
        let exported = matches!(vis, Visibility::Public(_)).then(|| quote!(#[macro_export]));
        let (form, version) = (FORM, VERSION);
        quote! {
            #(#cfgs)*
            #[doc(hidden)]
            #exported
            #[allow(unused_macros, non_local_definitions)]
            macro_rules! #hidden {
                ([$($theus_ask:tt)*] { $($theus_before:tt)* }) => {
                    $($theus_ask)* ! { $($theus_before)* { #form #version #kind #ident [#(#parameters)*] #content } }
                };
            }
            #(#cfgs)*
            #[doc(hidden)]
            #[allow(unused_imports)]
            #vis use #hidden as #ident;
        }
    }
}

/// Whether a parameter is bounded by `Inspect`.
fn is_inspected(generics: &Generics, parameter: &Ident) -> bool {
    let names_it = |bounds: &Punctuated<TypeParamBound, Token![+]>| {
        let is_it = |bound: &TypeParamBound| match bound {
            TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|last| last.ident == "Inspect"),
            _ => false,
        };
        bounds.iter().any(is_it)
    };
    let clauses = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let mut clauses = clauses.filter_map(|predicate| match predicate {
        WherePredicate::Type(it) => Some(it),
        _ => None,
    });
    let is_meant = |ty: &Type| matches!(ty, Type::Path(path) if path.path.is_ident(parameter));
    generics.type_params().any(|it| it.ident == *parameter && names_it(&it.bounds))
        || clauses.any(|it| is_meant(&it.bounded_ty) && names_it(&it.bounds))
}

/// Tells items of one name apart: where it stands, and the how-manieth it is there, for a macro can make several at one place.
fn place_of(ident: &Ident) -> String {
    static SEEN: Mutex<BTreeMap<(String, u64), u32>> = Mutex::new(BTreeMap::new());
    let mut hasher = DefaultHasher::new();
    // Elsewhere than in a compiler nothing has a place.
    if proc_macro::is_available() {
        let span = ident.span().unwrap();
        (span.file(), span.line(), span.column()).hash(&mut hasher);
    }
    let place = hasher.finish();
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let times = seen.entry((plain(ident), place)).or_default();
    *times += 1;
    match *times {
        1 => format!("{place:016x}"),
        times => format!("{place:016x}_{times}"),
    }
}
