//! What a contract says and its body does not use: a warning, on the path's own name, for contracts must not rot.
//!
//! It reads the body's tokens and warns only of what is certain: of nothing where the context or a layer of it is taken whole,
//! for what is done with it then is not seen. A macro cannot warn; it writes a constant that is deprecated, with the words of
//! the warning, and uses it. So `#[allow(deprecated)]` on the function says that it is meant.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Type;

use super::body::{Use, is_punct, rebinds};
use super::model::{Model, Returns};
use super::path::ContextPath;
use crate::names::plain;

/// A warning: where, and in what words.
struct Warning(Span, String);

/// The constants, and the statements that use them.
pub(crate) fn warnings(model: &Model) -> (TokenStream, TokenStream) {
    let mut found = Vec::new();
    results(model, &mut found);
    contract(model, &mut found);
    let constants = found.iter().enumerate().map(|(at, Warning(_, words))| {
        let name = name(at, Span::call_site());
        quote! {
            #[allow(non_upper_case_globals)]
            #[deprecated(note = #words)]
            const #name: () = ();
        }
    });
    let uses = found.iter().enumerate().map(|(at, Warning(span, _))| {
        let name = name(at, *span);
        quote_spanned!(Span::mixed_site()=> let _ = #name;)
    });
    (quote!(#(#constants)*), quote!(#(#uses)*))
}

/// `unused`, `unused_1`: it is part of what rustc says.
fn name(at: usize, span: Span) -> Ident {
    if at == 0 { Ident::new("unused", span) } else { format_ident!("unused_{at}", span = span) }
}

/// What the body does with a path, as far as it is certain.
#[derive(Default)]
struct Seen {
    reads: usize,
    sets: usize,
    others: usize,
}

impl Seen {
    const fn all(&self) -> usize {
        self.reads + self.sets + self.others
    }
}

fn contract(model: &Model, found: &mut Vec<Warning>) {
    let body = model.block.to_token_stream();
    if rebinds(&body, &model.context) || is_unfinished(&body) {
        return;
    }
    let options = &model.options;
    let text = |path: &ContextPath| path.text();
    let outputs: Vec<String> = options.outputs.iter().map(text).collect();
    let inputs: Vec<String> = options.inputs.iter().map(text).collect();
    for path in &options.inputs {
        let (text, seen) = (path.text(), seen(model, &body, path));
        let is_output = outputs.contains(&text);
        if seen.all() == 0 && is_output {
            found.push(told(
                path,
                format!(
                    "`{text}` is listed under `inputs` and `outputs`, and the body uses it nowhere: take it out of both"
                ),
            ));
        } else if seen.all() == 0 {
            found.push(told(
                path,
                format!("`{text}` is listed under `inputs`, and the body never reads it: take it out"),
            ));
        } else if is_output && seen.sets == seen.all() {
            found.push(told(
                path,
                format!("`{text}` is listed under `inputs`, and the body only ever sets it: an output alone is enough"),
            ));
        }
    }
    for path in &options.outputs {
        let (text, seen) = (path.text(), seen(model, &body, path));
        let is_input = inputs.contains(&text);
        if (seen.all() == 0 && !is_input) || (seen.all() > 0 && is_input && seen.reads == seen.all()) {
            found.push(told(
                path,
                format!("`{text}` is listed under `outputs`, and the body never writes it: take it out"),
            ));
        }
    }
    unsent(model, &body, found);
    for effect in &options.effects {
        let name = plain(effect);
        let mut is_used = false;
        each_use(&body, false, &model.context, &mut |found, _| {
            is_used |= plain(&found.layer) == "effects" && found.names.first().is_none_or(|used| plain(used) == name);
        });
        if !is_used {
            found.push(Warning(
                effect.span(),
                format!("`{name}` is listed under `effects`, and the body never uses it: take it out"),
            ));
        }
    }
}

/// A process that declares messages and sends none.
fn unsent(model: &Model, body: &TokenStream, found: &mut Vec<Warning>) {
    let Some(first) = model.options.messages.first() else { return };
    let mut sends = false;
    each_use(body, false, &model.context, &mut |used, _| sends |= plain(&used.layer) == "send");
    if !sends {
        let words = "messages are declared, and the body never sends one: take `messages` out".to_owned();
        found.push(Warning(syn::spanned::Spanned::span(first), words));
    }
}

fn told(path: &ContextPath, words: String) -> Warning {
    Warning(path.names.last().map_or_else(|| path.layer.span(), Ident::span), words)
}

fn seen(model: &Model, body: &TokenStream, path: &ContextPath) -> Seen {
    let mut seen = Seen::default();
    each_use(body, false, &model.context, &mut |found, in_parentheses| {
        if plain(&found.layer) != plain(&path.layer) {
            return;
        }
        let is_same = found.names.iter().zip(&path.names).all(|(used, name)| plain(used) == plain(name));
        if !is_same {
            return;
        }
        let at = path.names.len() - 1;
        if found.is_set(at) {
            seen.sets += 1;
        } else if found.is_read(at, in_parentheses) {
            seen.reads += 1;
        } else {
            // Shorter than the path, too: a layer or a nested context is taken whole, and the path with it.
            seen.others += 1;
        }
    });
    seen
}

/// Calls with each `ctx.layer.names` of the body.
fn each_use(body: &TokenStream, in_parentheses: bool, context: &Ident, call: &mut dyn FnMut(&Use<'_>, bool)) {
    let tokens: Vec<TokenTree> = body.clone().into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                each_use(&group.stream(), group.delimiter() == Delimiter::Parenthesis, context, call);
            }
            TokenTree::Ident(word)
                if word == context && !is_punct(at.checked_sub(1).and_then(|at| tokens.get(at)), '.') =>
            {
                if let Some(found) = Use::at(&tokens, at) {
                    call(&found, in_parentheses);
                }
            }
            _ => {}
        }
    }
}

/// Whether the body says that it is still to be written.
fn is_unfinished(body: &TokenStream) -> bool {
    let tokens: Vec<TokenTree> = body.clone().into_iter().collect();
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Group(group) => is_unfinished(&group.stream()),
        TokenTree::Ident(word) => (*word == "todo" || *word == "unimplemented") && is_punct(tokens.get(at + 1), '!'),
        _ => false,
    })
}

/// A `Result` inside of what is returned is a value, and commits.
fn results(model: &Model, found: &mut Vec<Warning>) {
    let returned = match &model.returns {
        Returns::Result { value: Some(value), .. } => inside(value, true),
        Returns::Value(whole) => inside(whole, false),
        Returns::Result { .. } => None,
    };
    if let Some(span) = returned {
        let words = "an error inside of what a process returns is a value: the run commits with it. Return `Result<.., E>` itself and declare `errors = [E]`, so that an error rolls it back";
        found.push(Warning(span, words.to_owned()));
    }
}

/// Where a `Result` is inside of a type that holds one value at most, or several of fixed places.
fn inside(ty: &Type, is_inner: bool) -> Option<Span> {
    match ty {
        Type::Tuple(tuple) => tuple.elems.iter().find_map(|element| inside(element, true)),
        Type::Paren(paren) => inside(&paren.elem, is_inner),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            if last.ident == "Result" {
                return is_inner.then(|| last.ident.span());
            }
            if !["Option", "Box", "Arc", "Poll"].iter().any(|name| last.ident == name) {
                return None;
            }
            let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
            arguments.args.iter().find_map(|argument| match argument {
                syn::GenericArgument::Type(ty) => inside(ty, true),
                _ => None,
            })
        }
        _ => None,
    }
}
