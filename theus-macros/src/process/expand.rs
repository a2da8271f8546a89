//! Writes a process out: the command, the contract as a value, and the body inside its guard.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::guard::hidden;
use super::model::{Model, Returns};
use super::path::ContextPath;
use super::{command, errors, guard};
use crate::inspect;
use crate::names::{pascal, plain};
use crate::tokens::spelled;

/// Whether the user's body is written, or a stub in its place because of mistakes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    Real,
    Stub,
}

pub(crate) fn process(model: &Model, body: Body) -> TokenStream {
    let cfgs = &model.attributes.cfgs;
    let command = command::expand(model);
    let error_enum = errors::expand(model);
    // After a mistake in the contract its paths are left out, so that nothing fails a second time.
    let process = process_trait(model, body);
    let execute = execute(model, body);
    quote! {
        #command
        #error_enum

        #(#cfgs)*
        const _: () = {
            #process
            #execute
        };
    }
}

fn process_trait(model: &Model, body: Body) -> TokenStream {
    let Model { command, context_type, .. } = model;
    let krate = &model.options.krate;
    let private = quote!(#krate::__private);
    let generics = command::generics(model);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let types = quote_spanned!(context_type.span()=> <#context_type as #private::ContextTypes>);
    let local = model.options.local.as_ref().map_or_else(|| quote!(()), |ty| quote!(#ty));
    let returned = model.returns.whole();
    let (output, error, outcome) = outcome(model, body);
    let kind = if model.asyncness.is_some() { quote!(Asynchronous) } else { quote!(Plain) };
    let contract = contract(model, body);
    let arguments = arguments(model);
    let mechanics = mechanics(model, body);
    let forbid_result = forbid_hidden_result(model, body);
    quote! {
        impl #impl_generics #krate::Process for #command #type_generics #where_clause {
            type Domain = #types::Domain;
            type Global = #types::Global;
            type Effects = #types::Effects;
            type Local = #local;
            type Output = #output;
            type Error = #error;
            type Returned = #returned;
            type Kind = #private::#kind;

            #contract

            fn outcome(returned: Self::Returned) -> ::std::result::Result<Self::Output, Self::Error> {
                #forbid_result
                #outcome
            }
            #arguments
            #mechanics
        }
    }
}

/// The types of success and failure, and how the function's value is told apart into them.
fn outcome(model: &Model, body: Body) -> (TokenStream, TokenStream, TokenStream) {
    let ok = quote!(::std::result::Result::Ok(returned));
    match (&model.returns, &model.options.errors[..]) {
        (Returns::Result { value: Some(value), .. }, [one]) => (quote!(#value), quote!(#one), quote!(returned)),
        (Returns::Result { value: Some(value), .. }, [_, _, ..]) => {
            let name = errors::name(model);
            let generics = errors::type_arguments(model);
            (quote!(#value), quote!(#name #generics), quote!(returned))
        }
        (Returns::Value(value), _) => (quote!(#value), quote!(::std::convert::Infallible), ok),
        (Returns::Result { whole, .. }, _) => {
            debug_assert!(body == Body::Stub || model.options.errors.is_empty());
            (quote!(#whole), quote!(::std::convert::Infallible), ok)
        }
    }
}

/// A `Result` behind an alias would be committed even when it is an error: refused by its type.
fn forbid_hidden_result(model: &Model, body: Body) -> TokenStream {
    let Returns::Value(ty) = &model.returns else { return TokenStream::new() };
    if body == Body::Stub || matches!(ty, syn::Type::Tuple(tuple) if tuple.elems.is_empty()) {
        return TokenStream::new();
    }
    let krate = &model.options.krate;
    quote_spanned!(ty.span()=> let _ = <#ty as #krate::__private::ReturnsResultSoListItsErrors<_>>::CHECKED;)
}

fn contract(model: &Model, body: Body) -> TokenStream {
    let krate = &model.options.krate;
    let private = quote!(#krate::__private);
    let name = model.name();
    let options = &model.options;
    let access = |path: &ContextPath| {
        let text = path.text();
        let layer = Ident::new(&pascal(&plain(&path.layer)), proc_macro2::Span::call_site());
        let fields = hidden("fields");
        let place = path.place(&fields);
        quote! {
            #private::Access {
                layer: #krate::Layer::#layer,
                path: #text,
                zone: #private::zone_of(|#fields: &<<Self as #krate::Process>::#layer as #krate::Context>::Fields| &#place),
            }
        }
    };
    let real = body == Body::Real;
    let inputs = options.inputs.iter().filter(|_| real).map(access);
    let outputs = options.outputs.iter().filter(|_| real).map(access);
    let effects = options.effects.iter().map(plain);
    let errors = options.errors.iter().map(|error| spelled(error));
    let argument_names = model.arguments.iter().map(|argument| argument.name());
    let argument_types = model.arguments.iter().map(|argument| spelled(&argument.ty));
    let local = match &options.local {
        Some(local) => {
            let local = spelled(local);
            quote!(::std::option::Option::Some(#local))
        }
        None => quote!(::std::option::Option::None),
    };
    let is_async = model.asyncness.is_some();
    quote! {
        const CONTRACT: #krate::Contract = #krate::Contract {
            process: #name,
            inputs: &[#(#inputs),*],
            outputs: &[#(#outputs),*],
            effects: &[#(#effects),*],
            errors: &[#(#errors),*],
            arguments: &[#(#private::Argument { name: #argument_names, type_name: #argument_types }),*],
            local: #local,
            is_async: #is_async,
        };
    }
}

/// The arguments, as rules look at them.
fn arguments(model: &Model) -> TokenStream {
    let krate = &model.options.krate;
    let shapes = model.arguments.iter().map(|argument| {
        let ty = &argument.ty;
        inspect::shape(krate, ty, None)
    });
    let arms = model.arguments.iter().enumerate().map(|(index, argument)| {
        let ident = &argument.ident;
        let look = inspect::look(krate, &argument.ty, None, &quote!(&self.#ident));
        quote!(#index => #look,)
    });
    let probes = inspect::probes(krate);
    let look = if model.arguments.is_empty() {
        quote! {
            let _ = index;
            #krate::Value::Opaque
        }
    } else {
        quote! {
            #probes
            match index {
                #(#arms)*
                _ => #krate::Value::Opaque,
            }
        }
    };
    let without = if model.arguments.is_empty() {
        quote!(::std::option::Option::Some(|| Self {}))
    } else {
        quote!(::std::option::Option::None)
    };
    quote! {
        fn argument_shapes() -> ::std::vec::Vec<#krate::Shape> {
            #probes
            ::std::vec![#(#shapes),*]
        }
        #[inline]
        fn argument(&self, index: usize) -> #krate::Value<'_> {
            #look
        }
        fn without_arguments() -> ::std::option::Option<fn() -> Self> {
            #without
        }
    }
}

/// What the engine does with the cells that the contract names, a line for each.
fn mechanics(model: &Model, body: Body) -> TokenStream {
    let krate = &model.options.krate;
    let private = quote!(#krate::__private);
    let real = body == Body::Real;
    let domain = |paths: &[ContextPath]| -> Vec<ContextPath> {
        paths.iter().filter(|path| real && plain(&path.layer) == "domain").cloned().collect()
    };
    let inputs = domain(&model.options.inputs);
    let outputs = domain(&model.options.outputs);
    let mut touched = inputs.clone();
    touched.extend(outputs.iter().filter(|output| !inputs.iter().any(|input| input.text() == output.text())).cloned());

    let (work, base, fields) = (hidden("work"), hidden("base"), hidden("fields"));
    let (version, raised) = (hidden("version"), hidden("raised"));
    let pin = lines(&inputs, |path| {
        let (work, base) = (path.place(&work), path.place(&base));
        quote!(#work.pin(&#base);)
    });
    let current = inputs.iter().map(|path| {
        let (work, base) = (path.place(&work), path.place(&base));
        quote!(#work.is_current(&#base))
    });
    let current = if inputs.is_empty() { quote!(true) } else { quote!(#(#current)&&*) };
    let propose = lines(&outputs, |path| {
        let (work, base) = (path.place(&work), path.place(&base));
        quote!(#base.propose(&mut #work);)
    });
    let clear = lines(&touched, |path| {
        let work = path.place(&work);
        quote!(#work.clear();)
    });
    let collect = lines(&outputs, |path| {
        let (field, text) = (path.place(&fields), path.text());
        quote!(#field.collect_raised(#text, #raised);)
    });
    let commit = lines(&outputs, |path| {
        let field = path.place(&fields);
        quote!(#field.commit(#version);)
    });
    let discard = lines(&outputs, |path| {
        let field = path.place(&fields);
        quote!(#field.discard();)
    });
    let mirror = quote!(<Self::Domain as #krate::Context>::Fields);
    let nested = real.then(|| quote!(#[allow(unused_imports)] use #private::NestedMirror as _;));
    let function = |signature: TokenStream, lines: TokenStream| {
        if lines.is_empty() {
            quote!(#[allow(unused_variables)] #signature {})
        } else {
            quote!(#[inline] #signature { #nested #lines })
        }
    };
    let functions = [
        function(quote!(fn pin(#work: &mut #mirror, #base: &#mirror)), pin),
        function(quote!(fn propose(#base: &mut #mirror, #work: &mut #mirror)), propose),
        function(quote!(fn clear(#work: &mut #mirror)), clear),
        function(
            quote!(fn collect_raised(#fields: &#mirror, #raised: &mut ::std::vec::Vec<#private::Raised>)),
            collect,
        ),
        function(quote!(fn commit(#fields: &mut #mirror, #version: u64)), commit),
        function(quote!(fn discard(#fields: &mut #mirror)), discard),
    ];
    quote! {
        #[inline]
        #[allow(unused_variables)]
        fn is_current(#work: &#mirror, #base: &#mirror) -> bool {
            #nested
            #current
        }
        #(#functions)*
    }
}

fn lines(paths: &[ContextPath], line: impl Fn(&ContextPath) -> TokenStream) -> TokenStream {
    paths.iter().map(line).collect()
}

/// The body, inside its guard.
fn execute(model: &Model, body: Body) -> TokenStream {
    let Model { command, context, returns, .. } = model;
    let krate = &model.options.krate;
    let private = quote!(#krate::__private);
    let generics = command::generics(model);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let attributes = &model.attributes.body;
    let returned = returns.whole();
    let (structs, body) = match body {
        Body::Stub => (TokenStream::new(), quote!(::std::unreachable!("this process did not compile"))),
        Body::Real => {
            let guard = guard::guard(model);
            let (scope, parts, value) = (hidden("scope"), &guard.parts, &guard.value);
            let parts = if parts.is_empty() {
                quote!(let _ = #scope;)
            } else {
                quote!(let #private::Scope { #(#parts,)* .. } = #scope;)
            };
            let arguments = model.arguments.iter().map(|argument| {
                let (mutability, ident, ty) = (&argument.mutability, &argument.ident, &argument.ty);
                quote!(let #mutability #ident: #ty = self.#ident;)
            });
            let statements = &model.block.stmts;
            let body = quote! {
                #parts
                #(#arguments)*
                #[allow(unused_variables)]
                let #context = &mut #value;
                #(#statements)*
            };
            (guard.structs, body)
        }
    };
    let scope = hidden(if structs.is_empty() { "_scope" } else { "scope" });
    let (kind, signature, body) = if model.asyncness.is_some() {
        (
            quote!(AsyncProcess),
            quote!(fn execute(self, #scope: #private::Scope<'_, Self>) -> impl ::std::future::Future<Output = #returned> + Send),
            quote!(async move { #body }),
        )
    } else {
        (quote!(SyncProcess), quote!(fn execute(self, #scope: #private::Scope<'_, Self>) -> #returned), body)
    };
    let lints = if model.asyncness.is_some() {
        quote!(#[allow(clippy::manual_async_fn, refining_impl_trait)])
    } else {
        TokenStream::new()
    };
    quote! {
        #structs

        impl #impl_generics #krate::#kind for #command #type_generics #where_clause {
            #lints
            #(#attributes)*
            #signature {
                #body
            }
        }
    }
}
