//! Writes the mirror of a context and its implementations.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, Ident, Type, parse_quote};

use super::attr::Zone;
use super::model::{Field, Model};
use super::stored::{durable, serialize_data};
use super::view;
use crate::answer::Asked;
use crate::inspect as rules;
use crate::tokens::{doc, spelled};
use crate::unit::measured;

/// Types that are kept in place. Chosen by their spelling, because a macro sees nothing else; an alias of one of them is
/// kept behind a handle, which is slower and just as right.
const INLINE: [&str; 16] = [
    "bool", "char", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f32",
    "f64",
];

/// What a context says of itself to `files!`.
fn answer(model: &Model) -> TokenStream {
    let Model { version, generics, vis, ident, .. } = model;
    let fields = model.fields.iter().map(|field| {
        let Field { ty, zone, nested, with, unit, events, .. } = field;
        let (name, written) = (field.name(), spelled(ty));
        let zone = match zone {
            Zone::Data => "data",
            Zone::Signal => "signal",
            Zone::Meta => "meta",
        };
        let shows = with.as_ref().unwrap_or(ty);
        let events = events.as_ref().map(|events| quote!(events #events));
        quote!((#name #zone #nested [#shows] #written #unit #events))
    });
    let methods = rules::described_methods(&model.methods);
    Asked { cfgs: &[], vis, ident, generics }.says("context", &quote!(#version { #(#fields)* } { #methods }))
}

pub(crate) fn context(model: &Model) -> TokenStream {
    let Model { krate, vis, ident, fields, .. } = model;
    let mirror = format_ident!("{ident}Fields");
    let generics = storable(model);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();

    let members = fields.iter().map(|field| member(field, krate));
    let mirror_docs =
        doc(&format!("The mirror of [`{ident}`]: where the engine keeps its fields, and what a snapshot shows."));
    let implementation = implementation(model, &mirror, &generics);
    let serialization = [(ident, false), (&mirror, true)]
        .map(|(target, is_mirror)| serialize_data(model, target, is_mirror, &generics));
    let durable = durable(model, &mirror, &generics);
    let debug = debug(model, &mirror, &generics);
    let view = view::view(model, &generics);
    let answer = answer(model);

    quote! {
        #mirror_docs
        #[allow(clippy::struct_field_names)]
        #vis struct #mirror #impl_generics #where_clause {
            #(#members)*
        }

        #view
        const _: () = {
            use #krate::__private as __theus;
            #[allow(unused_imports)]
            use __theus::traits::*;

            #implementation
            #(#serialization)*
            #durable
            #debug
            impl #impl_generics __theus::NestedMirror for #mirror #type_generics #where_clause {
                type Context = #ident #type_generics;
            }
        };
        #answer
    }
}

/// The generics with what storage needs of every type parameter.
fn storable(model: &Model) -> Generics {
    let mut generics = model.generics.clone();
    let parameters: Vec<Ident> = generics.type_params().map(|parameter| parameter.ident.clone()).collect();
    for parameter in parameters {
        generics.make_where_clause().predicates.push(parse_quote! {
            #parameter: ::std::clone::Clone + ::std::marker::Send + ::std::marker::Sync + 'static
        });
    }
    generics
}

fn member(field: &Field, krate: &syn::Path) -> TokenStream {
    let Field { vis, ident, .. } = field;
    let docs = if field.docs.is_empty() { format!("The field `{}`.", field.name()) } else { field.docs.clone() };
    let docs = doc(&docs);
    let cell = cell_type(field, krate);
    quote!(#docs #vis #ident: #cell,)
}

pub(super) fn cell_type(field: &Field, krate: &syn::Path) -> TokenStream {
    let ty = &field.ty;
    let private = quote!(#krate::__private);
    let asked = |question: TokenStream| quote_spanned!(ty.span()=> { #private::fit::#question::<#ty>() });
    if field.nested {
        if field.is_generic {
            return quote_spanned!(ty.span()=> <#ty as #krate::Context>::Fields);
        }
        let is_context = asked(quote!(context));
        return quote_spanned!(ty.span()=> #private::Nested<#ty, #is_context>);
    }
    let zone = zone_type(field, krate);
    let (storage, is_inline) = storage_type(field, krate);
    let cell = quote_spanned!(ty.span()=> #private::Cell<#ty, #zone, #storage>);
    if is_inline || field.is_generic || spelled(ty) == "String" {
        return cell;
    }
    let is_fit = asked(if field.zone == Zone::Signal { quote!(signal) } else { quote!(field) });
    quote_spanned!(ty.span()=> #private::Checked<#cell, #is_fit>)
}

/// Whether to ask if a field can change without a commit: not where that is plain from its type, or known and meant.
fn may_be_interior(field: &Field) -> bool {
    let is_plain = INLINE.contains(&spelled(&field.ty).as_str()) || spelled(&field.ty) == "String";
    !(field.nested || field.interior_mutability || is_plain)
}

fn zone_type(field: &Field, krate: &syn::Path) -> TokenStream {
    let name = match field.zone {
        Zone::Data => quote!(Data),
        Zone::Signal => quote!(SignalZone),
        Zone::Meta => quote!(Meta),
    };
    quote!(#krate::__private::#name)
}

fn zone_value(field: &Field, krate: &syn::Path) -> TokenStream {
    let name = match field.zone {
        Zone::Data => quote!(Data),
        Zone::Signal => quote!(Signal),
        Zone::Meta => quote!(Meta),
    };
    quote!(#krate::Zone::#name)
}

/// How a field is kept, and whether that is in place.
fn storage_type(field: &Field, krate: &syn::Path) -> (TokenStream, bool) {
    let spelled = spelled(&field.ty);
    let inner = spelled.strip_prefix("Option<").and_then(|rest| rest.strip_suffix('>')).unwrap_or(&spelled);
    let is_inline = INLINE.contains(&inner);
    let name = if is_inline { quote!(Inline) } else { quote!(Shared) };
    (quote!(#krate::__private::#name), is_inline)
}

/// The field's type as itself, located at itself: whatever it lacks is one error there.
fn located(ty: &Type, trait_path: &TokenStream) -> TokenStream {
    quote_spanned!(ty.span()=> <#ty as #trait_path>)
}

fn implementation(model: &Model, mirror: &Ident, generics: &Generics) -> TokenStream {
    let Model { krate, ident, version, fields, .. } = model;
    let private = quote!(__theus);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let name = ident.to_string();

    let schema = fields.iter().map(|field| field_schema(field, krate));
    let interior = fields.iter().filter(|field| may_be_interior(field)).map(|field| {
        let ty = &field.ty;
        quote_spanned!(ty.span()=> __theus::InteriorOf::<#ty, _>::asked();)
    });
    let zones = fields.iter().map(|field| zone_entry(field, krate));
    let into = fields.iter().map(|field| {
        let Field { ident, ty, nested, zone, .. } = field;
        let value = if *nested {
            quote!(#private::Kept::<#ty>::into_fields(self.#ident))
        } else if !field.is_generic {
            quote!(#private::Cell::keep(self.#ident))
        } else if *zone == Zone::Signal {
            let signal = located(ty, &quote!(#private::SignalValue));
            quote!(#signal::into_signal_cell(self.#ident))
        } else {
            let value = located(ty, &quote!(#private::FieldValue));
            quote!(#value::into_cell(self.#ident))
        };
        quote!(#ident: #value,)
    });
    let from = fields.iter().map(|field| {
        let Field { ident, ty, nested, .. } = field;
        let value = if *nested {
            quote!(#private::Kept::<#ty>::from_fields(&fields.#ident))
        } else {
            quote!(#private::Kept::<#ty>::copied(&fields.#ident))
        };
        quote!(#ident: #value,)
    });
    let blank =
        each(
            fields,
            |field, _| if field.nested { quote!(#private::Fields::blank()) } else { quote!(#private::Cell::blank()) },
        );
    let share = each(fields, |field, ident| {
        if field.nested { quote!(#private::Fields::share(&self.#ident)) } else { quote!(self.#ident.share()) }
    });
    let inspect_plain = inspect(model, Source::Plain);
    let inspect_proposed = inspect(model, Source::Proposed);
    let inspect_committed = inspect(model, Source::Committed);
    let within = within(model);
    let methods = rules::methods(&model.methods);
    let history = history(model);
    let reset = reset_signal(fields);

    quote! {
        impl #impl_generics #krate::Context for #ident #type_generics #where_clause {
            type Fields = #mirror #type_generics;
            const VERSION: u32 = #version;
            fn schema() -> #krate::Schema {
                #(#interior)*
                #krate::Schema {
                    name: #name,
                    version: #version,
                    fields: ::std::vec![#(#schema),*],
                    methods: #methods,
                }
            }
            fn into_fields(self) -> Self::Fields {
                #mirror { #(#into)* }
            }
            #[allow(unused_variables)]
            fn from_fields(fields: &Self::Fields) -> Self {
                Self { #(#from)* }
            }
            fn inspect(&self, path: &[usize]) -> #krate::Value<'_> {
                #inspect_plain
            }
            fn default_fields() -> ::std::option::Option<Self::Fields> {
                #private::Kept::<Self>::default_fields()
            }
        }

        impl #impl_generics #private::Fields for #mirror #type_generics #where_clause {
            const ZONES: &'static [#private::ZoneEntry] = &[#(#zones),*];
            fn blank() -> Self {
                Self { #(#blank)* }
            }
            fn share(&self) -> Self {
                Self { #(#share)* }
            }
            #[inline]
            fn inspect(&self, path: &[usize]) -> #krate::Value<'_> {
                #inspect_proposed
            }
            fn inspect_committed(&self, path: &[usize]) -> #krate::Value<'_> {
                #inspect_committed
            }
            #within
            fn history(&self, path: &[usize]) -> #private::History {
                #history
            }
            fn reset_signal(&mut self, path: &str, raised_by: u64, version: u64) -> bool {
                #reset
            }
        }
    }
}

fn each(fields: &[Field], value: impl Fn(&Field, &Ident) -> TokenStream) -> Vec<TokenStream> {
    fields
        .iter()
        .map(|field| {
            let Field { ident, .. } = field;
            let value = value(field, ident);
            quote!(#ident: #value,)
        })
        .collect()
}

/// The zone of a field, for contracts.
fn zone_entry(field: &Field, krate: &syn::Path) -> TokenStream {
    let Field { ty, nested, .. } = field;
    let name = field.name();
    let zone = zone_value(field, krate);
    let private = quote!(#krate::__private);
    let nested = if *nested {
        let mirror = cell_type(field, krate);
        quote_spanned!(ty.span()=> <#mirror as #private::Fields>::ZONES)
    } else {
        quote!(&[])
    };
    quote!(#private::ZoneEntry { name: #name, zone: #zone, nested: #nested })
}

fn field_schema(field: &Field, krate: &syn::Path) -> TokenStream {
    let Field { ty, docs, nested, redact, events, .. } = field;
    let name = field.name();
    let zone = zone_value(field, krate);
    let type_name = spelled(ty);
    let events = match events {
        Some(word) => quote!(::std::option::Option::Some(#word)),
        None => quote!(::std::option::Option::None),
    };
    let (shape, nested) = if *nested {
        (quote!(#krate::Shape::Opaque), quote!(::std::option::Option::Some(__theus::Kept::<#ty>::schema())))
    } else {
        (measured(rules::shape(ty, field.with.as_ref()), field.unit.as_ref()), quote!(::std::option::Option::None))
    };
    quote! {
        __theus::FieldSchema {
            name: #name,
            zone: #zone,
            type_name: #type_name,
            doc: #docs,
            shape: #shape,
            nested: #nested,
            events: #events,
            redact: #redact,
        }
    }
}

/// Where values are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// In the context itself.
    Plain,
    /// In its mirror: what would be committed.
    Proposed,
    /// In its mirror: what is.
    Committed,
}

impl Source {
    /// A reference to a field's value.
    pub(super) fn reference(self, ident: &Ident) -> TokenStream {
        match self {
            Self::Plain => quote!(&self.#ident),
            Self::Proposed => quote!(self.#ident.proposed()),
            Self::Committed => quote!(&*self.#ident),
        }
    }
}

/// A look at the field whose index comes first in the path, or at what the method says whose index comes after the fields'.
fn inspect(model: &Model, source: Source) -> TokenStream {
    let Model { krate, fields, methods, .. } = model;
    if fields.is_empty() && methods.is_empty() {
        return quote!({
            let _ = path;
            #krate::Value::Opaque
        });
    }
    let arms = fields.iter().enumerate().map(|(index, field)| {
        let Field { ident, nested, ty, with, .. } = field;
        if *nested {
            let look = match source {
                Source::Plain => quote!(__theus::Kept::<#ty>::inspect(&self.#ident, rest)),
                Source::Proposed => quote!(__theus::Fields::inspect(&self.#ident, rest)),
                Source::Committed => quote!(__theus::Fields::inspect_committed(&self.#ident, rest)),
            };
            return quote!(::std::option::Option::Some((#index, rest)) => #look,);
        }
        let look = rules::look(ty, with.as_ref(), &source.reference(ident));
        quote!(::std::option::Option::Some((#index, [])) => #look,)
    });
    let calls = methods.iter().enumerate().map(|(index, method)| {
        let index = fields.len() + index;
        let call = rules::call(method, &view::of(model, source));
        quote!(::std::option::Option::Some((#index, [])) => #call,)
    });
    quote! {
        match path.split_first() {
            #(#arms)*
            #(#calls)*
            _ => #krate::Value::Opaque,
        }
    }
}

/// Whether a field, by its index, is in a range of numbers: read as what it is. What nobody can ask that of is left out.
fn within(model: &Model) -> TokenStream {
    let Model { fields, methods, .. } = model;
    let (nested, own): (Vec<_>, Vec<_>) = fields.iter().enumerate().partition(|(_, field)| field.nested);
    let numbers = own.iter().filter(|(_, field)| may_be_number(field)).map(|(index, field)| {
        let look = rules::look(&field.ty, field.with.as_ref(), &Source::Proposed.reference(&field.ident));
        quote!(#index => __theus::NumberRange::has(range, #look),)
    });
    let calls = methods.iter().enumerate().map(|(index, method)| {
        let index = fields.len() + index;
        let call = rules::call(method, &view::of(model, Source::Proposed));
        quote!(#index => __theus::NumberRange::has(range, #call),)
    });
    let arms: Vec<TokenStream> = numbers.chain(calls).collect();
    let of_field = (!arms.is_empty()).then(|| {
        quote! {
            #[inline]
            fn field_is_within(&self, field: usize, range: &impl __theus::NumberRange) -> bool {
                match field {
                    #(#arms)*
                    _ => false,
                }
            }
        }
    });
    let of_nested = (!nested.is_empty()).then(|| {
        let arms = nested
            .iter()
            .map(|(index, Field { ident, .. })| quote!(#index => __theus::Fields::is_within(&self.#ident, ranges),));
        quote! {
            fn nested_is_within(&self, field: usize, ranges: &__theus::FieldRanges) -> bool {
                match field {
                    #(#arms)*
                    _ => false,
                }
            }
        }
    });
    quote!(#of_field #of_nested)
}

/// Whether a field can be a number, by the spelling of its type: a bound on what cannot be one is refused anyway.
fn may_be_number(field: &Field) -> bool {
    let spelled = spelled(&field.ty);
    field.with.is_some() || !(["bool", "char", "String"].contains(&spelled.as_str()) || spelled.starts_with("Vec<"))
}

/// What was written to the field whose index comes first in the path; a method looks at all but nested contexts.
fn history(model: &Model) -> TokenStream {
    let fields = &model.fields;
    if fields.is_empty() {
        return quote!({
            let _ = path;
            __theus::History::Untouched
        });
    }
    let arms = fields.iter().enumerate().map(|(index, Field { ident, nested, .. })| match nested {
        true => quote!(::std::option::Option::Some((#index, rest)) => __theus::Fields::history(&self.#ident, rest),),
        false => quote!(::std::option::Option::Some((#index, _)) => self.#ident.history(),),
    });
    let own = fields.iter().filter(|field| !field.nested).map(|Field { ident, .. }| quote!(self.#ident.history()));
    quote! {
        match path.split_first() {
            #(#arms)*
            _ => __theus::History::of_all(&[#(#own),*]),
        }
    }
}

fn reset_signal(fields: &[Field]) -> TokenStream {
    let arms: Vec<TokenStream> = fields
        .iter()
        .filter(|field| field.nested || field.zone == Zone::Signal)
        .map(|field| {
            let Field { ident, nested, .. } = field;
            let name = field.name();
            if *nested {
                return quote! {
                    (#name, ::std::option::Option::Some(rest)) => {
                        __theus::Fields::reset_signal(&mut self.#ident, rest, raised_by, version)
                    }
                };
            }
            quote!((#name, ::std::option::Option::None) => self.#ident.reset_signal(raised_by, version),)
        })
        .collect();
    if arms.is_empty() {
        return quote!({
            let _ = (path, raised_by, version);
            false
        });
    }
    quote! {
        match __theus::split_path(path) {
            #(#arms)*
            _ => false,
        }
    }
}

fn debug(model: &Model, mirror: &Ident, generics: &Generics) -> TokenStream {
    let Model { ident, fields, .. } = model;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let name = ident.to_string();
    let shown = fields.iter().map(|field| {
        let Field { ident, nested, redact, .. } = field;
        let name = field.name();
        let value = match (redact, nested) {
            (true, _) => quote!(&__theus::Redacted),
            (_, true) => quote!(&self.#ident),
            _ => quote!((&__theus::Probe(&*self.#ident)).show()),
        };
        quote!(.field(#name, #value))
    });
    quote! {
        impl #impl_generics ::std::fmt::Debug for #mirror #type_generics #where_clause {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(#name)#(#shown)*.finish()
            }
        }
    }
}
