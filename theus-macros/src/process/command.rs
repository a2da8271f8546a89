//! The command of a process: one call of it as a value.
//!
//! Its implementations are calls of functions that are the same for all: what a macro writes out costs build time each time.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericParam, Generics, parse_quote};

use super::model::{Argument, Model};
use crate::names::plain;
use crate::tokens::{doc, mentions, spelled};

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
    let fields = arguments.iter().enumerate().map(|(place, argument)| field(argument, place == 0, model));
    let allowed = model.has_underscores().then(|| quote!(#[allow(clippy::pub_underscore_fields)]));
    // Located at the name: another item of this name is told there.
    let here = command.span();
    if arguments.is_empty() && model.fixed_by_context().next().is_some() {
        return without_fields(model, &docs);
    }
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

/// A command of no arguments whose type has parameters: its value is the bare name as well, as in `engine.run(Show)`, and the engine's
/// types fix its parameters. A struct that mentions them has a field; so it is an enum, whose one variant is brought into scope under
/// the name. The enum has a name of its own, for `use` would take its name for that of the variant.
fn without_fields(model: &Model, docs: &TokenStream) -> TokenStream {
    let Model { vis, command, generics, .. } = model;
    let cfgs = &model.attributes.cfgs;
    let (of_docs, attributes): (Vec<_>, Vec<_>) =
        model.attributes.command.iter().partition(|attribute| attribute.path().is_ident("doc"));
    let (with_bounds, where_clause) = (bare(generics), &generics.where_clause);
    let (_, parameters, _) = generics.split_for_impl();
    let names = generics.params.iter().map(|parameter| match parameter {
        GenericParam::Const(parameter) => {
            let (ident, ty) = (&parameter.ident, &parameter.ty);
            quote!(const #ident: #ty)
        }
        GenericParam::Type(parameter) => parameter.ident.to_token_stream(),
        GenericParam::Lifetime(parameter) => parameter.lifetime.to_token_stream(),
    });
    let marks = model.fixed_by_context().map(|ident| quote!(::std::marker::PhantomData<fn() -> #ident>));
    let variants = format_ident!("__{}", plain(command), span = command.span());
    let of_variant = doc(&format!("A call of the process `{}`.", model.name()));
    let here = command.span();
    let (word, alias) = (quote_spanned!(here=> enum), quote_spanned!(here=> type));
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #(#attributes)*
        #vis #word #variants #with_bounds #where_clause {
            #of_variant
            #command,
            #[doc(hidden)]
            __Never(::std::convert::Infallible, #(#marks),*),
        }
        #(#cfgs)*
        #[doc(hidden)]
        #[allow(unused_imports, clippy::enum_glob_use)]
        #vis use #variants::*;
        #(#cfgs)*
        #(#of_docs)*
        #docs
        #vis #alias #command<#(#names),*> = #variants #parameters;
    }
}

/// How the command without arguments is written inside of its implementation.
pub(crate) fn empty(model: &Model) -> TokenStream {
    let command = &model.command;
    if model.fixed_by_context().next().is_some() { quote!(Self::#command) } else { quote!(Self {}) }
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

fn field(argument: &Argument, is_first: bool, model: &Model) -> TokenStream {
    let Argument { ident, ty, .. } = argument;
    let krate = &model.options.krate;
    // A type has to mention its parameters: the first field's does, and is the same type for all of them.
    let fixed = model.fixed_by_context().filter(|_| is_first);
    let ty = fixed.fold(quote!(#ty), |ty, parameter| quote!(#krate::__private::Under<#ty, #parameter>));
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

/// The types between the brackets of `Ctx<..>` that mention a parameter which they alone fix: threads share a layer.
fn layers_of_parameters(model: &Model) -> Vec<syn::Type> {
    let syn::Type::Path(path) = &model.context_type else { return Vec::new() };
    let Some(syn::PathArguments::AngleBracketed(layers)) = path.path.segments.last().map(|last| &last.arguments) else {
        return Vec::new();
    };
    let types = layers.args.iter().filter_map(|layer| match layer {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.filter(|ty| model.fixed_by_context().any(|ident| mentions(ty, ident))).cloned().collect()
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
    for ty in layers_of_parameters(model) {
        generics.make_where_clause().predicates.push(parse_quote!(#ty: ::std::marker::Send + ::std::marker::Sync));
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
    let made = if arguments.is_empty() { empty(model) } else { quote!(Self { #(#idents),* }) };
    quote! {
        const NAME: &'static str = #name;
        const ARGUMENTS: &'static [&'static str] = &[#(#names),*];
        type Values = #types;
        fn values(&self) #references
        fn of(#pattern: Self::Values) -> Self {
            #made
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
