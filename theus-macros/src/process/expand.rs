//! Writes a process out: the command, the contract as a value, and the body inside its guard.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::fingerprint::fingerprint;
use super::guard::hidden_at;
use super::model::{Model, Returns};
use super::path::ContextPath;
use super::{command, doors, errors, guard, unused};
use crate::answer::Asked;
use crate::inspect;
use crate::names::plain;
use crate::tokens::{self, spelled};
use crate::unit::measured;

/// Whether the user's body is written, or a stub in its place because of mistakes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    Real,
    Stub,
}

/// What one reads first comes first: the command, the body in its guard, the contract; then what makes the command a value.
pub(crate) fn process(model: &Model, body: Body) -> TokenStream {
    let krate = &model.options.krate;
    let (cfgs, allowed) = (&model.attributes.cfgs, model.allowed());
    let (command, error_enum) = (command::item(model), errors::item(model));
    let execute = execute(model, body);
    let process = process_trait(model, body);
    let values = command::implementation(model);
    let error_values = errors::implementation(model);
    let answer = answer(model);
    quote! {
        #command
        #error_enum

        #(#cfgs)*
        #allowed
        const _: () = {
            use #krate::__private as __theus;
            #[allow(unused_imports)]
            use __theus::traits::*;

            #execute
            #process
            #values
            #error_values
        };
        #answer
    }
}

/// What a process says of itself to `files!`.
fn answer(model: &Model) -> TokenStream {
    let Model { vis, command, generics, options, asyncness, .. } = model;
    let paths = |paths: &[ContextPath]| {
        let paths = paths.iter().map(ContextPath::text);
        quote!([#(#paths)*])
    };
    let (name, inputs, outputs) = (model.name(), paths(&options.inputs), paths(&options.outputs));
    let effects = options.effects.iter().map(plain);
    let arguments = model.arguments.iter().map(|argument| {
        let (name, ty, written, unit) = (argument.name(), &argument.ty, spelled(&argument.ty), &argument.unit);
        quote!((#name [#ty] #written #unit))
    });
    let local = options.local.as_ref().map(|local| {
        let written = spelled(local);
        quote!(("local" [#local] #written))
    });
    let gives = given(model).map(|ty| {
        let written = spelled(ty);
        quote!(("gives" [#ty] #written))
    });
    let errors = options.errors.iter().map(|error| {
        let written = spelled(error);
        quote!((#written [#error] #written))
    });
    let (is_async, is_blocking) = (asyncness.is_some(), model.is_blocking());
    let content = quote! {
        #name #inputs #outputs [#(#effects)*] { #(#errors)* } { #(#arguments)* } { #local } #is_async #is_blocking { #gives }
    };
    Asked { cfgs: &model.attributes.cfgs, vis, ident: command, generics }.says("process", &content)
}

fn process_trait(model: &Model, body: Body) -> TokenStream {
    let Model { command, .. } = model;
    let krate = &model.options.krate;
    let private = quote!(__theus);
    let generics = command::generics(model);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let layers = ["Domain", "Global", "Effects"].map(|name| {
        let (here, layer) = (context_span(model), layer_type(model, name));
        let name = Ident::new(name, here);
        quote_spanned!(here=> type #name = #layer;)
    });
    let layers = quote!(#(#layers)*);
    let local = model.options.local.as_ref().map_or_else(|| quote!(()), |ty| quote!(#ty));
    let returned = model.returns.whole();
    let (output, error, outcome) = outcome(model, body);
    let keys = (body == Body::Real && model.asks_for_keys()).then(|| {
        quote!(
            const ASKS_FOR_KEYS: bool = true;
        )
    });
    let documentation = (body == Body::Real).then(|| command::documentation(model));
    let fingerprint = match body {
        Body::Real => fingerprint(model.block.to_token_stream()),
        Body::Stub => 0,
    };
    let kind = match model.asyncness {
        Some(_) => quote!(Asynchronous),
        None if model.is_blocking() => quote!(Blocking),
        None => quote!(Plain),
    };
    let contract = contract(model, body);
    let errors = (body == Body::Real).then(|| errors::looks(model));
    let gives = (body == Body::Real).then(|| gives(model)).flatten();
    let output_as_json = (body == Body::Real).then(|| {
        quote! {
            fn output_as_json(output: &Self::Output) -> #private::OutputJson {
                (&&#private::OutputOf(output)).as_json()
            }
        }
    });
    let values = command::values(model);
    let arguments = arguments(model);
    let mechanics = mechanics(model, body);
    let forbid_result = forbid_hidden_result(model, body);
    quote! {
        impl #impl_generics #krate::Process for #command #type_generics #where_clause {
            #layers
            type Local = #local;
            type Output = #output;
            type Error = #error;
            type Returned = #returned;
            type Kind = #private::#kind;

            #contract
            #keys
            #documentation
            const BODY: u32 = #fingerprint;

            fn outcome(returned: Self::Returned) -> ::std::result::Result<Self::Output, Self::Error> {
                #forbid_result
                #outcome
            }
            #output_as_json
            #gives
            #errors
            #values
            #arguments
            #mechanics
        }
    }
}

/// The type of its success, where that is more than that it succeeded.
fn given(model: &Model) -> Option<&syn::Type> {
    let ty = match &model.returns {
        Returns::Result { value: Some(value), .. } if !model.options.errors.is_empty() => value,
        Returns::Value(whole) | Returns::Result { whole, .. } => whole,
    };
    (!matches!(ty, syn::Type::Tuple(tuple) if tuple.elems.is_empty())).then_some(ty)
}

/// What it returns, as workflows may use it.
fn gives(model: &Model) -> Option<TokenStream> {
    let ty = given(model)?;
    let shape = inspect::shape(ty, None);
    Some(quote! {
        fn gives() -> __theus::Gives {
            (&&__theus::GivesOf::<#ty>::new()).of(|| #shape)
        }
    })
}

/// Where the context's type is, for code that stays the macro's own: its names meet none of the user's, and lints leave it
/// alone.
fn context_span(model: &Model) -> Span {
    Span::mixed_site().located_at(model.context_type.span())
}

/// A type that the context names, located at it and always by this one spelling: if it does not fit, that is one error.
fn layer_type(model: &Model, name: &str) -> TokenStream {
    let context_type = &model.context_type;
    let span = context_span(model);
    let name = Ident::new(name, span);
    let context_type = tokens::respanned(quote!(#context_type), span);
    quote_spanned!(span=> <#context_type as __theus::ContextTypes>::#name)
}

/// The types of success and failure, and how the function's value is told apart into them.
fn outcome(model: &Model, body: Body) -> (TokenStream, TokenStream, TokenStream) {
    let infallible = quote!(::std::convert::Infallible);
    let (output, error, outcome) = match (&model.returns, &model.options.errors[..]) {
        (Returns::Result { value: Some(value), .. }, _) if model.has_several_errors => {
            let name = errors::name(model);
            let generics = errors::type_arguments(model);
            (quote!(#value), quote!(#name #generics), quote!(returned))
        }
        (Returns::Result { value: Some(value), .. }, [error, ..]) => (quote!(#value), quote!(#error), quote!(returned)),
        (Returns::Value(whole) | Returns::Result { whole, .. }, _) => {
            (quote!(#whole), infallible, quote!(::std::result::Result::Ok(returned)))
        }
    };
    match body {
        Body::Real => (output, error, outcome),
        Body::Stub => (output, error, quote!(let _ = returned; ::std::unreachable!("this process did not compile"))),
    }
}

/// A `Result` behind an alias would be committed even when it is an error: refused by its type.
fn forbid_hidden_result(model: &Model, body: Body) -> TokenStream {
    let Returns::Value(ty) = &model.returns else { return TokenStream::new() };
    if body == Body::Stub || matches!(ty, syn::Type::Tuple(tuple) if tuple.elems.is_empty()) {
        return TokenStream::new();
    }
    quote_spanned!(ty.span()=> <#ty as __theus::ReturnsResultSoListItsErrors<_>>::checked();)
}

fn contract(model: &Model, body: Body) -> TokenStream {
    let krate = &model.options.krate;
    let private = quote!(__theus);
    let name = model.name();
    let options = &model.options;
    let accesses = |paths: &[ContextPath]| {
        if paths.is_empty() || body == Body::Stub {
            return quote!(&[]);
        }
        let texts = paths.iter().map(ContextPath::text);
        let here = context_span(model);
        let domain = layer_type(model, "DomainFields");
        let is_global = |path: &ContextPath| plain(&path.layer) == "global";
        let global = if paths.iter().any(is_global) { layer_type(model, "GlobalFields") } else { quote!(()) };
        quote_spanned!(here=> &__theus::accesses::<#domain, #global, _>([#(#texts),*]))
    };
    let (inputs, outputs) = (accesses(&options.inputs), accesses(&options.outputs));
    let effects = options.effects.iter().map(plain);
    let messages = options.messages.iter().map(spelled);
    let errors = options.errors.iter().map(spelled);
    let argument_names = model.arguments.iter().map(|argument| argument.name());
    let redact = model.arguments.iter().map(|argument| argument.redact);
    let argument_types = model.arguments.iter().map(|argument| spelled(&argument.ty));
    let local = match &options.local {
        Some(local) => {
            let local = spelled(local);
            quote!(::std::option::Option::Some(#local))
        }
        None => quote!(::std::option::Option::None),
    };
    let (is_async, is_blocking) = (model.asyncness.is_some(), model.is_blocking());
    quote! {
        const CONTRACT: #krate::Contract = #krate::Contract {
            process: #name,
            inputs: #inputs,
            outputs: #outputs,
            effects: &[#(#effects),*],
            messages: &[#(#messages),*],
            errors: &[#(#errors),*],
            arguments: &[#(#private::Argument { name: #argument_names, type_name: #argument_types, redact: #redact }),*],
            local: #local,
            is_async: #is_async,
            is_blocking: #is_blocking,
        };
    }
}

/// The arguments, as rules look at them; where there are none, how the command is made.
fn arguments(model: &Model) -> TokenStream {
    let krate = &model.options.krate;
    if model.arguments.is_empty() {
        let command = command::empty(model);
        return quote! {
            fn without_arguments() -> ::std::option::Option<Self> {
                ::std::option::Option::Some(#command)
            }
        };
    }
    let shapes = model.arguments.iter().map(|argument| {
        let ty = &argument.ty;
        measured(inspect::shape(ty, None), argument.unit.as_ref())
    });
    let arms = model.arguments.iter().enumerate().map(|(index, argument)| {
        let ident = &argument.ident;
        let look = inspect::look(&argument.ty, None, &quote!(&self.#ident));
        quote!(#index => #look,)
    });
    quote! {
        fn argument_shapes() -> ::std::vec::Vec<#krate::Shape> {
            ::std::vec![#(#shapes),*]
        }
        #[inline]
        fn argument(&self, index: usize) -> #krate::Value<'_> {
            match index {
                #(#arms)*
                _ => #krate::Value::Opaque,
            }
        }
    }
}

/// The cells that the contract names, a line for each: what the engine does with them is the same for all processes.
fn mechanics(model: &Model, body: Body) -> TokenStream {
    let real = body == Body::Real;
    let domain = |paths: &[ContextPath]| -> Vec<ContextPath> {
        paths.iter().filter(|path| real && plain(&path.layer) == "domain").cloned().collect()
    };
    let inputs = domain(&model.options.inputs);
    let outputs = domain(&model.options.outputs);
    if inputs.is_empty() && outputs.is_empty() {
        return TokenStream::new();
    }
    // Whole functions are located at the context's type: a context that does not fit is then one error, on its type.
    let here = context_span(model);
    let hidden = |name: &str| hidden_at(name, here);
    let (work, fields, workspace, base) = (hidden("work"), hidden("fields"), hidden("workspace"), hidden("base"));
    let field = |path: &ContextPath, base: &Ident| {
        let place = path.place(base);
        guard::of_nested(model, path, quote_spanned!(here=> &mut #place))
    };
    let only_read = |path: &&ContextPath| !outputs.iter().any(|output| output.text() == path.text());
    let read = lines(inputs.iter().filter(only_read), |path| {
        let field = field(path, &fields);
        quote_spanned!(here=> #work.input(#field);)
    });
    let written = lines(&outputs, |path| {
        let (field, text) = (field(path, &fields), path.text());
        quote_spanned!(here=> #work.output(#text, #field);)
    });
    let pair = |path: &ContextPath, what: &str| {
        let (what, one, other) = (Ident::new(what, here), field(path, &workspace), field(path, &base));
        quote_spanned!(here=> #work.#what(#one, #other);)
    };
    let read_pairs = lines(&inputs, |path| pair(path, "input"));
    let written_pairs = lines(&outputs, |path| pair(path, "output"));
    let mirror = layer_type(model, "DomainFields");
    quote_spanned! {here=>
        #[inline]
        fn each<__W: __theus::OnEach>(#work: &mut __W, #fields: &mut #mirror) {
            #read
            #written
        }
        #[inline]
        fn pairs<__W: __theus::OnPairs>(#work: &mut __W, #workspace: &mut #mirror, #base: &mut #mirror) {
            #read_pairs
            #written_pairs
        }
    }
}

fn lines<'a>(
    paths: impl IntoIterator<Item = &'a ContextPath>,
    line: impl Fn(&ContextPath) -> TokenStream,
) -> TokenStream {
    paths.into_iter().map(line).collect()
}

/// The body, inside its guard.
fn execute(model: &Model, body: Body) -> TokenStream {
    let Model { command, context, returns, .. } = model;
    let krate = &model.options.krate;
    let private = quote!(__theus);
    let generics = command::generics(model);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let attributes = &model.attributes.body;
    let returned = returns.whole();
    // Located at the context's type, like everything that needs it to be one.
    let here = context_span(model);
    let (structs, body) = match body {
        Body::Stub => (TokenStream::new(), quote!(::std::unreachable!("this process did not compile"))),
        Body::Real => {
            let guard = guard::guard(model);
            let (scope, value) = (hidden_at("scope", here), &guard.value);
            let parts: Vec<Ident> = guard.parts.iter().map(|part| hidden_at(&plain(part), here)).collect();
            let parts = if parts.is_empty() {
                quote!(let _ = #scope;)
            } else {
                quote_spanned!(here=> let #private::Scope { #(#parts,)* .. } = #scope;)
            };
            let arguments = model.arguments.iter().map(|argument| {
                let (mutability, ident, ty) = (&argument.mutability, &argument.ident, &argument.ty);
                quote_spanned!(here=> let #mutability #ident: #ty = self.#ident;)
            });
            let block = doors::ask(model);
            let statements = &block.stmts;
            let (constants, uses) = unused::warnings(model);
            let body = quote! {
                #uses
                #parts
                #(#arguments)*
                #[allow(unused_variables, clippy::no_effect_underscore_binding)]
                let #context = &mut #value;
                #(#statements)*
            };
            let structs = guard.structs;
            (quote!(#structs #constants), body)
        }
    };
    let scope = hidden_at(if structs.is_empty() { "_scope" } else { "scope" }, here);
    let private = tokens::respanned(private, here);
    let scope_type = quote_spanned!(here=> #private::Scope<'_, Self>);
    // What cannot be sent between threads is told at the word `async`.
    let async_span = model.asyncness.map_or(here, |word| Span::mixed_site().located_at(word.span));
    let future = quote_spanned!(async_span=> impl ::std::future::Future<Output = #returned> + ::std::marker::Send);
    let (kind, signature, body) = if model.asyncness.is_some() {
        (
            quote!(AsyncProcess),
            quote_spanned!(here=> fn execute(self, #scope: #scope_type) -> #future),
            quote_spanned!(async_span=> async move { #body }),
        )
    } else {
        (quote!(SyncProcess), quote_spanned!(here=> fn execute(self, #scope: #scope_type) -> #returned), body)
    };
    let lints = if model.asyncness.is_some() {
        quote!(#[allow(clippy::manual_async_fn, refining_impl_trait)])
    } else {
        TokenStream::new()
    };
    let function = quote_spanned!(here=> #lints #(#attributes)* #signature { #body });
    // What cannot be sent to another thread is told at the word `blocking`.
    let blocking = model.options.blocking.as_ref().filter(|_| model.is_blocking()).map(|word| {
        let here = Span::mixed_site().located_at(word.span());
        quote_spanned!(here=> impl #impl_generics __theus::BlockingProcess for #command #type_generics #where_clause {})
    });
    quote! {
        #structs

        impl #impl_generics #krate::#kind for #command #type_generics #where_clause {
            #function
        }
        #blocking
    }
}
