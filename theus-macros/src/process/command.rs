//! The command of a process: one call of it as a value.
//!
//! Its implementations are calls of functions that are the same for all: what a macro writes out costs build time each time.

use proc_macro2::TokenStream;
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
    let allowed = model.has_underscores().then(|| quote!(#[allow(clippy::pub_underscore_fields)]));
    // Located at the name: another item of this name is told there.
    let here = command.span();
    let word = quote_spanned!(here=> struct);
    let shape = if arguments.is_empty() {
        quote_spanned!(here=> #where_clause;)
    } else {
        quote_spanned!(here=> #where_clause { #(#fields)* })
    };
    quote! {
        #(#cfgs)*
        #(#attributes)*
        #docs
        #allowed
        #vis #word #command #generics #shape
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
    row("messages", options.messages.iter().map(|message| format!("`{}`", spelled(message))).collect());
    row("blocks", model.is_blocking().then(|| "a thread of its own".to_owned()).into_iter().collect());
    row("errors", options.errors.iter().map(|error| format!("`{}`", spelled(error))).collect());
    lines.join("\n")
}

fn field(argument: &Argument, model: &Model) -> TokenStream {
    let Argument { ident, ty, .. } = argument;
    let vis = &model.vis;
    let docs =
        if argument.docs.is_empty() { format!("The argument `{}`.", argument.name()) } else { argument.docs.clone() };
    let docs = doc(&docs);
    quote! {
        #docs
        #vis #ident: #ty,
    }
}

/// Whether the type of an argument mentions a parameter.
fn is_generic(argument: &Argument, model: &Model) -> bool {
    model.generics.params.iter().any(|parameter| match parameter {
        GenericParam::Type(parameter) => mentions(&argument.ty, &parameter.ident),
        GenericParam::Const(parameter) => mentions(&argument.ty, &parameter.ident),
        GenericParam::Lifetime(_) => false,
    })
}

/// `Vec<T>: ArgumentValue` for each argument whose type mentions a parameter.
fn generic_arguments(model: &Model) -> impl Iterator<Item = TokenStream> + '_ {
    model.arguments.iter().filter(move |argument| is_generic(argument, model)).map(|argument| {
        let ty = &argument.ty;
        quote! {
            #ty: __theus::ArgumentValue
                + ::std::clone::Clone
                + __theus::serde::Serialize
                + __theus::serde::de::DeserializeOwned
                + ::std::marker::Send
                + 'static
        }
    })
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

/// What makes it a value: `Clone`, `Debug`, `Serialize`, `Deserialize`, each by a function that is the same for all commands.
pub(crate) fn implementation(model: &Model) -> TokenStream {
    let Model { command, arguments, .. } = model;
    let generics = generics(model);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let mut with_lifetime = generics.clone();
    with_lifetime.params.insert(0, parse_quote!('de));
    let (deserialize_generics, ..) = with_lifetime.split_for_impl();
    let shown = arguments.iter().map(|Argument { ident, redact, .. }| match redact {
        true => quote!(&__theus::Redacted),
        false => quote!((&__theus::Probe(&self.#ident)).show()),
    });
    let serde = quote!(__theus::serde);
    quote! {
        impl #impl_generics ::std::clone::Clone for #command #type_generics #where_clause {
            fn clone(&self) -> Self {
                __theus::copied(self)
            }
        }

        impl #impl_generics ::std::fmt::Debug for #command #type_generics #where_clause {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                __theus::debug(f, self, &[#(#shown),*])
            }
        }

        impl #impl_generics #serde::Serialize for #command #type_generics #where_clause {
            fn serialize<__S: #serde::Serializer>(&self, serializer: __S) -> ::std::result::Result<__S::Ok, __S::Error> {
                __theus::serialize(self, serializer)
            }
        }

        impl #deserialize_generics #serde::Deserialize<'de> for #command #type_generics #where_clause {
            fn deserialize<__D: #serde::Deserializer<'de>>(deserializer: __D) -> ::std::result::Result<Self, __D::Error> {
                __theus::deserialize(deserializer)
            }
        }
    }
}

/// The arguments as a list, in the implementation of `Process`.
pub(crate) fn values(model: &Model) -> TokenStream {
    let Model { command, arguments, .. } = model;
    let name = command.to_string();
    let names = arguments.iter().map(Argument::name);
    let list = |item: &dyn Fn(&Argument) -> TokenStream| {
        arguments.iter().rev().fold(quote!(()), |rest, argument| {
            let item = item(argument);
            quote!((#item, #rest))
        })
    };
    let types = list(&|argument| value_type(argument, model));
    let references = list(&|argument| {
        let ty = value_type(argument, model);
        quote!(&#ty)
    });
    let values = list(&|argument| {
        let ident = &argument.ident;
        quote!(&self.#ident)
    });
    let idents: Vec<_> = arguments.iter().map(|argument| &argument.ident).collect();
    let references = (!arguments.is_empty()).then(|| quote!(-> #references { #values }));
    let references = references.unwrap_or_else(|| quote!({}));
    let pattern = list(&|argument| argument.ident.to_token_stream());
    quote! {
        const NAME: &'static str = #name;
        const ARGUMENTS: &'static [&'static str] = &[#(#names),*];
        type Values = #types;
        fn values(&self) #references
        fn of(#pattern: Self::Values) -> Self {
            Self { #(#idents),* }
        }
    }
}

/// What its doc comments say; nothing is written where they say nothing.
pub(crate) fn documentation(model: &Model) -> TokenStream {
    let docs = model.docs();
    let of_process = (!docs.is_empty()).then(|| quote!(const DOC: &'static str = #docs;));
    let of_arguments = model.arguments.iter().any(|argument| !argument.docs.is_empty()).then(|| {
        let docs = model.arguments.iter().map(|argument| &argument.docs);
        quote!(const ARGUMENT_DOCS: &'static [&'static str] = &[#(#docs),*];)
    });
    quote!(#of_process #of_arguments)
}

/// Types that are surely fit, by their last word.
const FIT: [&str; 18] = [
    "bool", "char", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f32",
    "f64", "String", "()",
];

/// The type of an argument, where it is fit for one: a type that is not is one error, on itself, and nothing more is said.
fn value_type(argument: &Argument, model: &Model) -> TokenStream {
    let ty = &argument.ty;
    if FIT.contains(&spelled(ty).as_str()) || is_generic(argument, model) {
        return quote!(#ty);
    }
    quote_spanned!(ty.span()=> __theus::CheckedArgument<#ty, { __theus::fit::argument::<#ty>() }>)
}
