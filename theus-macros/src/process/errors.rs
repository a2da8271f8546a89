//! The enum of a process that declares several errors.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericParam, Generics, Type, parse_quote};

use super::model::Model;
use crate::errors::Errors;
use crate::inspect;
use crate::tokens::{doc, mentions, spelled};

/// `TransferError`.
pub(crate) fn name(model: &Model) -> Ident {
    format_ident!("{}Error", model.command, span = model.command.span())
}

/// The variant for an error: the last word of its type.
pub(crate) fn variant(error: &Type) -> Option<Ident> {
    match error {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.clone()),
        _ => None,
    }
}

/// What to say of an error that can be any.
pub(crate) const ANY_ERROR: &str = "a process declares what it can fail with, and this type can hold any error: list the errors themselves, as in `errors = [NotEnough, UnknownAccount]`, and `?` turns each into the error of the process";

/// `Box<dyn Error>` in any spelling, `anyhow::Error`, `eyre::Report`.
pub(crate) fn is_any_error(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let words: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if matches!(words[..], ["anyhow", "Error"] | ["eyre", "Report"]) {
        return true;
    }
    let Some(last) =
        path.path.segments.last().filter(|last| ["Box", "Arc", "Rc"].iter().any(|name| last.ident == name))
    else {
        return false;
    };
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return false };
    arguments.args.iter().any(|argument| matches!(argument, syn::GenericArgument::Type(Type::TraitObject(_))))
}

/// Says whether the list of errors is sound.
pub(crate) fn check(model: &Model, errors: &mut Errors) -> bool {
    let mut sound = true;
    let mut seen: Vec<(Ident, String)> = Vec::new();
    for error in &model.options.errors {
        let text = spelled(error);
        if is_any_error(error) {
            errors.at(error, ANY_ERROR);
            sound = false;
            continue;
        }
        let Some(variant) = variant(error) else {
            errors.at(error, "a declared error is a named type: write the path of a struct or an enum");
            sound = false;
            continue;
        };
        if seen.iter().any(|(_, known)| *known == text) {
            errors.at(error, format!("the error `{text}` is listed twice: remove one"));
            sound = false;
        } else if seen.iter().any(|(known, _)| *known == variant) {
            errors.at(
                error,
                format!("two declared errors are called `{variant}`, which names a variant of `{}`: give one of them another name, by a newtype or by `use .. as ..`", name(model)),
            );
            sound = false;
        }
        seen.push((variant, text));
    }
    sound
}

/// The enum, for two errors and more.
pub(crate) fn item(model: &Model) -> TokenStream {
    if !model.has_several_errors {
        return TokenStream::new();
    }
    let (vis, name, cfgs, declared) = (&model.vis, name(model), &model.attributes.cfgs, &model.options.errors);
    let generics = generics(model);
    let parameters = (!generics.params.is_empty()).then(|| {
        let parameters = &generics.params;
        quote!(<#parameters>)
    });
    let where_clause = &generics.where_clause;
    let docs = doc(&format!("What `{}` can fail with.", model.name()));
    let variants: Vec<Ident> = declared.iter().filter_map(variant).collect();
    let variant_docs = variants.iter().map(|variant| doc(&format!("A [`{variant}`].")));
    quote! {
        #(#cfgs)*
        #docs
        #[allow(clippy::enum_variant_names)]
        #vis enum #name #parameters #where_clause {
            #(#variant_docs #variants(#declared),)*
        }
    }
}

/// What makes it an error: `From` each of the declared ones, and the texts of whichever it holds.
pub(crate) fn implementation(model: &Model) -> TokenStream {
    if !model.has_several_errors {
        return TokenStream::new();
    }
    let (name, declared) = (name(model), &model.options.errors);
    let bounded = bounded(model, &generics(model));
    let (impl_generics, type_generics, where_clause) = bounded.split_for_impl();
    let variants: Vec<Ident> = declared.iter().filter_map(variant).collect();
    let inner = declared.iter().map(|ty| quote_spanned!(ty.span()=> <#ty as __theus::ErrorValue>));
    quote! {
        #(impl #impl_generics ::std::convert::From<#declared> for #name #type_generics #where_clause {
            fn from(error: #declared) -> Self {
                Self::#variants(error)
            }
        })*

        impl #impl_generics __theus::ErrorEnum for #name #type_generics #where_clause {
            fn inner(&self) -> &(dyn ::std::error::Error + 'static) {
                match self { #(Self::#variants(error) => #inner::as_error(error),)* }
            }
        }

        impl #impl_generics ::std::fmt::Debug for #name #type_generics #where_clause {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(__theus::ErrorEnum::inner(self), f)
            }
        }

        impl #impl_generics ::std::fmt::Display for #name #type_generics #where_clause {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(__theus::ErrorEnum::inner(self), f)
            }
        }

        impl #impl_generics ::std::error::Error for #name #type_generics #where_clause {
            fn source(&self) -> ::std::option::Option<&(dyn ::std::error::Error + 'static)> {
                __theus::ErrorEnum::inner(self).source()
            }
        }
    }
}

/// Which of the declared errors the enum holds, of a single one the trait knows it; and what they hold, as workflows may use it.
pub(crate) fn looks(model: &Model) -> TokenStream {
    let declared = &model.options.errors;
    if declared.is_empty() {
        return TokenStream::new();
    }
    let shapes = declared.iter().map(|ty| {
        let shape = inspect::shape(ty, None);
        quote!((&&__theus::GivesOf::<#ty>::new()).of(|| #shape))
    });
    let shapes = quote! {
        fn error_shapes() -> ::std::vec::Vec<__theus::Gives> {
            ::std::vec![#(#shapes),*]
        }
    };
    if !model.has_several_errors {
        return quote! {
            fn error_as_json(error: &Self::Error) -> __theus::OutputJson {
                (&&__theus::OutputOf(error)).as_json()
            }
            #shapes
        };
    }
    let name = name(model);
    let variants: Vec<Ident> = declared.iter().filter_map(variant).collect();
    let places = variants.iter().enumerate().map(|(place, variant)| {
        let place = Literal::usize_unsuffixed(place);
        quote!(#name::#variant(_) => #place,)
    });
    quote! {
        fn error_place(error: &Self::Error) -> usize {
            match error { #(#places)* }
        }
        fn error_as_json(error: &Self::Error) -> __theus::OutputJson {
            match error { #(#name::#variants(error) => (&&__theus::OutputOf(error)).as_json(),)* }
        }
        #shapes
    }
}

/// The same, where every error that mentions a parameter is one.
fn bounded(model: &Model, generics: &Generics) -> Generics {
    let mut bounded = generics.clone();
    for error in model.options.errors.iter().filter(|error| is_generic(model, error)) {
        bounded.make_where_clause().predicates.push(parse_quote!(#error: __theus::ErrorValue));
    }
    bounded
}

fn is_generic(model: &Model, error: &Type) -> bool {
    model.generics.type_params().any(|parameter| mentions(error, &parameter.ident))
        || model.generics.const_params().any(|parameter| mentions(error, &parameter.ident))
}

/// `<T>`, where the errors mention the process's parameters.
pub(crate) fn type_arguments(model: &Model) -> TokenStream {
    let generics = generics(model);
    let (_, type_generics, _) = generics.split_for_impl();
    quote!(#type_generics)
}

/// The process's own parameters, as far as the errors mention them.
fn generics(model: &Model) -> Generics {
    let mut generics = model.generics.clone();
    generics.params = generics
        .params
        .into_iter()
        .filter(|parameter| {
            let ident = match parameter {
                GenericParam::Type(parameter) => &parameter.ident,
                GenericParam::Const(parameter) => &parameter.ident,
                GenericParam::Lifetime(_) => return false,
            };
            model.options.errors.iter().any(|error| mentions(error, ident))
        })
        .collect();
    if generics.params.is_empty() {
        generics.where_clause = None;
    }
    generics
}
