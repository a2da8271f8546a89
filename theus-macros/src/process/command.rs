//! The command of a process: one call of it as a value.
//!
//! `Serialize` and `Deserialize` are written here, short and by calls of functions, because serde's own derive costs more
//! build time than all the rest of a process.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericParam, Generics, parse_quote};

use super::check::mentions;
use super::model::{Argument, Model};
use crate::tokens::{doc, spelled};

/// The struct.
pub(crate) fn item(model: &Model) -> TokenStream {
    let Model { vis, command, arguments, .. } = model;
    let cfgs = &model.attributes.cfgs;
    let attributes = &model.attributes.command;
    let summary = summary(model);
    let docs = if model.docs().is_empty() {
        doc(&format!("A call of the process `{}`.\n\n{summary}", model.name()))
    } else {
        doc(&format!("\n{summary}"))
    };
    let generics = bare(&model.generics);
    let where_clause = &model.generics.where_clause;
    let fields = arguments.iter().map(|argument| field(argument, model));
    let shape = if arguments.is_empty() { quote!(#where_clause;) } else { quote!(#where_clause { #(#fields)* }) };
    quote! {
        #(#cfgs)*
        #(#attributes)*
        #docs
        #vis struct #command #generics #shape
    }
}

/// What the contract says, for the reader of the documentation.
fn summary(model: &Model) -> String {
    let options = &model.options;
    let mut lines = vec![format!("| contract of `{}` | |\n|---|---|", model.name())];
    let mut row = |what: &str, items: Vec<String>| {
        if !items.is_empty() {
            lines.push(format!("| {what} | {} |", items.join(", ")));
        }
    };
    row("reads", options.inputs.iter().map(|path| format!("`{}`", path.text())).collect());
    row("writes", options.outputs.iter().map(|path| format!("`{}`", path.text())).collect());
    row("effects", options.effects.iter().map(|effect| format!("`{effect}`")).collect());
    row("errors", options.errors.iter().map(|error| format!("`{}`", spelled(error))).collect());
    lines.join("\n")
}

/// Every use of an argument's type is by the same trait and located at the type: if it does not fit, that is one error.
fn argument_trait(argument: &Argument) -> TokenStream {
    let ty = &argument.ty;
    quote_spanned!(ty.span()=> <#ty as __theus::ArgumentValue>)
}

fn field(argument: &Argument, model: &Model) -> TokenStream {
    let Argument { ident, ty, .. } = argument;
    let vis = &model.vis;
    let docs = doc(&format!("The argument `{}`.", argument.name()));
    quote! {
        #docs
        #vis #ident: #ty,
    }
}

/// `Vec<T>: ArgumentValue` for each argument whose type mentions a parameter.
fn generic_arguments(model: &Model) -> impl Iterator<Item = TokenStream> + '_ {
    let idents: Vec<_> = model
        .generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Const(parameter) => Some(&parameter.ident),
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    model.arguments.iter().filter(move |argument| idents.iter().any(|ident| mentions(&argument.ty, ident))).map(
        move |argument| {
            let ty = &argument.ty;
            let private = quote!(__theus);
            quote! {
                #ty: #private::ArgumentValue
                    + ::std::clone::Clone
                    + #private::serde::Serialize
                    + #private::serde::de::DeserializeOwned
                    + ::std::marker::Send
                    + 'static
            }
        },
    )
}

/// The parameters as on the struct: with their bounds, without the where clause.
fn bare(generics: &Generics) -> TokenStream {
    let (impl_generics, ..) = generics.split_for_impl();
    impl_generics.to_token_stream()
}

/// The generics of the command's implementations.
pub(crate) fn generics(model: &Model) -> Generics {
    let mut generics = model.generics.clone();
    let types: Vec<_> = generics.type_params().map(|parameter| parameter.ident.clone()).collect();
    for ident in types {
        generics.make_where_clause().predicates.push(parse_quote!(#ident: 'static));
    }
    for predicate in generic_arguments(model) {
        generics.make_where_clause().predicates.push(parse_quote!(#predicate));
    }
    generics
}

/// What makes it a value: `Clone`, `Debug`, `Serialize`, `Deserialize`.
pub(crate) fn implementation(model: &Model) -> TokenStream {
    let Model { command, arguments, .. } = model;
    let generics = generics(model);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let name = command.to_string();
    let idents: Vec<_> = arguments.iter().map(|argument| &argument.ident).collect();
    let names: Vec<_> = arguments.iter().map(Argument::name).collect();
    let copied = arguments.iter().map(argument_trait);
    let serialization = serialization(model);
    quote! {
        impl #impl_generics ::std::clone::Clone for #command #type_generics #where_clause {
            fn clone(&self) -> Self {
                Self { #(#idents: #copied::copied(&self.#idents),)* }
            }
        }

        impl #impl_generics ::std::fmt::Debug for #command #type_generics #where_clause {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(#name)
                    #(.field(#names, (&__theus::Look(&self.#idents)).show()))*
                    .finish()
            }
        }

        #serialization
    }
}

fn serialization(model: &Model) -> TokenStream {
    let Model { command, arguments, .. } = model;
    let private = quote!(__theus);
    let serde = quote!(#private::serde);
    let generics = generics(model);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let mut with_lifetime = generics.clone();
    with_lifetime.params.insert(0, parse_quote!('de));
    let (deserialize_generics, ..) = with_lifetime.split_for_impl();
    let name = command.to_string();
    let count = arguments.len();
    let idents: Vec<_> = arguments.iter().map(|argument| &argument.ident).collect();
    let names: Vec<_> = arguments.iter().map(Argument::name).collect();
    let types: Vec<_> = arguments.iter().map(|argument| &argument.ty).collect();
    let places: Vec<_> = (0..count).map(Literal::usize_unsuffixed).collect();
    let nothing = arguments.iter().map(|_| quote!(::std::option::Option::None));
    let mutable = (count > 0).then(|| quote!(mut));
    let fields = (count > 0).then(|| {
        quote! {
            impl #impl_generics #private::CommandFields for #command #type_generics #where_clause {
                const NAME: &'static str = #name;
                const FIELDS: &'static [&'static str] = &[#(#names),*];
                type Read = (#(::std::option::Option<#types>,)*);
                fn start() -> Self::Read {
                    (#(#nothing,)*)
                }
                fn read<'de, __S: #private::Source<'de>>(
                    read: &mut Self::Read,
                    field: usize,
                    source: __S,
                ) -> ::std::result::Result<bool, __S::Error> {
                    match field {
                        #(#places => #private::Kept::<#types>::take(source, &mut read.#places),)*
                        _ => ::std::result::Result::Ok(false),
                    }
                }
                fn finish(read: Self::Read) -> ::std::result::Result<Self, &'static str> {
                    ::std::result::Result::Ok(Self { #(#idents: read.#places.ok_or(#names)?,)* })
                }
            }
        }
    });
    let deserialize = if count == 0 {
        quote!(#private::deserialize_empty(deserializer, #name).map(|()| Self {}))
    } else {
        quote!(#private::deserialize(deserializer))
    };
    quote! {
        impl #impl_generics #serde::Serialize for #command #type_generics #where_clause {
            fn serialize<__S: #serde::Serializer>(
                &self,
                serializer: __S,
            ) -> ::std::result::Result<__S::Ok, __S::Error> {
                let #mutable fields = #serde::Serializer::serialize_struct(serializer, #name, #count)?;
                #(#private::Kept::<#types>::put(&self.#idents, #names, &mut fields)?;)*
                #serde::ser::SerializeStruct::end(fields)
            }
        }

        #fields

        impl #deserialize_generics #serde::Deserialize<'de> for #command #type_generics #where_clause {
            fn deserialize<__D: #serde::Deserializer<'de>>(deserializer: __D) -> ::std::result::Result<Self, __D::Error> {
                #deserialize
            }
        }
    }
}
