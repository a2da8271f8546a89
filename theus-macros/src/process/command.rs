//! The command of a process: one call of it as a value.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericParam, Generics, parse_quote};

use super::check::mentions;
use super::model::{Argument, Model};
use crate::tokens::spelled;

/// The struct and what makes it a value: `Clone`, `Debug`, `Serialize`, `Deserialize`.
pub(crate) fn expand(model: &Model) -> TokenStream {
    let Model { vis, command, arguments, .. } = model;
    let krate = &model.options.krate;
    let serde = quote!(#krate::__private::serde);
    let serde_path = spelled(&serde);
    let cfgs = &model.attributes.cfgs;
    let attributes = &model.attributes.command;
    let summary = summary(model);
    let docs = if model.docs().is_empty() {
        let first = format!("A call of the process `{}`.", model.name());
        quote!(#[doc = #first] #[doc = ""] #[doc = #summary])
    } else {
        quote!(#[doc = ""] #[doc = #summary])
    };
    let generics = bare(&model.generics);
    let where_clause = &model.generics.where_clause;
    let bound = bound(model);
    let fields = arguments.iter().map(|argument| field(argument, model));
    let shape = if arguments.is_empty() { quote!(#where_clause;) } else { quote!(#where_clause { #(#fields)* }) };
    let implementation = implementation(model);

    quote! {
        #(#cfgs)*
        #(#attributes)*
        #docs
        #[derive(#serde::Serialize, #serde::Deserialize)]
        #[serde(crate = #serde_path, deny_unknown_fields #bound)]
        #vis struct #command #generics #shape

        #(#cfgs)*
        const _: () = {
            #implementation
        };
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
fn argument_trait(argument: &Argument, model: &Model) -> TokenStream {
    let krate = &model.options.krate;
    let ty = &argument.ty;
    quote_spanned!(ty.span()=> <#ty as #krate::__private::ArgumentValue>)
}

fn field(argument: &Argument, model: &Model) -> TokenStream {
    let Argument { ident, ty, .. } = argument;
    let vis = &model.vis;
    let docs = format!("The argument `{}`.", argument.name());
    let path = |function: &str| {
        let mut literal = Literal::string(&format!("{}::{function}", spelled(&argument_trait(argument, model))));
        literal.set_span(ty.span());
        literal
    };
    let (put, take) = (path("put"), path("take"));
    quote! {
        #[doc = #docs]
        #[serde(serialize_with = #put, deserialize_with = #take)]
        #vis #ident: #ty,
    }
}

/// For a generic process, what serde needs to know of its parameters.
fn bound(model: &Model) -> TokenStream {
    if model.generics.params.is_empty() {
        return TokenStream::new();
    }
    let predicates: Vec<String> = generic_arguments(model).map(|predicate| spelled(&predicate)).collect();
    let text = predicates.join(", ");
    quote!(, bound = #text)
}

/// `Vec<T>: ArgumentValue` for each argument whose type mentions a parameter.
fn generic_arguments(model: &Model) -> impl Iterator<Item = TokenStream> + '_ {
    let krate = &model.options.krate;
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
            quote!(#ty: #krate::__private::ArgumentValue)
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

fn implementation(model: &Model) -> TokenStream {
    let Model { command, arguments, .. } = model;
    let krate = &model.options.krate;
    let generics = generics(model);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let name = command.to_string();
    let idents: Vec<_> = arguments.iter().map(|argument| &argument.ident).collect();
    let names: Vec<_> = arguments.iter().map(Argument::name).collect();
    let copied = arguments.iter().map(|argument| argument_trait(argument, model));
    quote! {
        impl #impl_generics ::std::clone::Clone for #command #type_generics #where_clause {
            fn clone(&self) -> Self {
                Self { #(#idents: #copied::copied(&self.#idents),)* }
            }
        }

        impl #impl_generics ::std::fmt::Debug for #command #type_generics #where_clause {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                #[allow(unused_imports)]
                use #krate::__private::{ShowDebug as _, ShowNothing as _};
                f.debug_struct(#name)
                    #(.field(#names, (&#krate::__private::Look(&self.#idents)).show()))*
                    .finish()
            }
        }
    }
}
