//! Reads the body for `ctx.layer.name` and refuses what the contract does not allow, in words that say what to declare.
//!
//! It works on tokens, so that the inside of `format!(..)` is read as well, and reports only what is certain. Whatever it
//! does not see, the guard refuses: it has the declared paths as members and nothing else.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;

use super::model::Model;
use crate::errors::Errors;
use crate::names::{list, nearest, plain};

/// What the contract allows on a path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Allowed {
    Read,
    Write,
    Both,
}

pub(crate) fn check(model: &Model, errors: &mut Errors) {
    let mut declared: Vec<(String, Allowed)> = Vec::new();
    for path in &model.options.inputs {
        declared.push((path.text(), Allowed::Read));
    }
    for path in &model.options.outputs {
        let text = path.text();
        match declared.iter_mut().find(|(known, _)| *known == text) {
            Some((_, allowed)) => *allowed = Allowed::Both,
            None => declared.push((text, Allowed::Write)),
        }
    }
    let body = model.block.to_token_stream();
    if passed_on(model, &body, errors) {
        return;
    }
    if rebinds(&body, &model.context) {
        // The name may mean something else in places: the guard alone decides.
        return;
    }
    Reader { model, declared, errors }.read(body);
}

/// Whether the body may give the context's name to something else: `let ctx`, `|ctx|`, `fn inner(ctx: ..)`, `Some(ctx)`. It
/// is so wherever the name has no `.` after it, and is not a member.
pub(super) fn rebinds(body: &TokenStream, context: &Ident) -> bool {
    let tokens: Vec<TokenTree> = body.clone().into_iter().collect();
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Group(group) => rebinds(&group.stream(), context),
        TokenTree::Ident(word) if word == context => {
            let is_member = is_punct(at.checked_sub(1).and_then(|at| tokens.get(at)), '.');
            !is_member && !is_punct(tokens.get(at + 1), '.')
        }
        _ => false,
    })
}

/// Refuses the context as an argument of a function: its type has no name that a function could take. Says whether it did.
///
/// Only where the name means nothing else in this body.
fn passed_on(model: &Model, body: &TokenStream, errors: &mut Errors) -> bool {
    let mut uses = Vec::new();
    if !wholes(body, None, &model.context, &mut uses) || uses.is_empty() {
        return false;
    }
    for (word, function) in uses {
        let example = model.options.inputs.iter().chain(&model.options.outputs).next();
        let example =
            example.map_or_else(|| "ctx.domain.total".to_owned(), |path| format!("{}.{}", model.context, path.text()));
        errors.at(
            &word,
            format!("`{word}` cannot be passed on: its type is made for this process alone and has no name. Pass `{function}` the parts that it needs: `{function}(&{example})`, `&mut` for what it changes (`fn {function}(part: &mut i64)`)"),
        );
    }
    true
}

/// Collects the calls that take the whole context, each with the function's name. `false` where it occurs whole elsewhere.
fn wholes(body: &TokenStream, function: Option<&Ident>, context: &Ident, uses: &mut Vec<(Ident, Ident)>) -> bool {
    let tokens: Vec<TokenTree> = body.clone().into_iter().collect();
    tokens.iter().enumerate().all(|(at, token)| match token {
        TokenTree::Group(group) => {
            let called = match at.checked_sub(1).and_then(|at| tokens.get(at)) {
                Some(TokenTree::Ident(name)) if group.delimiter() == Delimiter::Parenthesis => {
                    let is_definition = matches!(at.checked_sub(2).and_then(|at| tokens.get(at)), Some(TokenTree::Ident(word)) if *word == "fn");
                    (!is_definition && !["drop", "black_box", "if", "match", "while", "return", "in", "Some", "Ok"].iter().any(|word| name == word)).then_some(name)
                }
                _ => None,
            };
            wholes(&group.stream(), called, context, uses)
        }
        TokenTree::Ident(word) if word == context => {
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            if is_punct(before, '.') || is_punct(tokens.get(at + 1), '.') {
                return true;
            }
            let starts = before.is_none()
                || is_punct(before, ',')
                || is_punct(before, '&')
                || matches!(before, Some(TokenTree::Ident(word)) if *word == "mut");
            let ends = tokens.get(at + 1).is_none() || is_punct(tokens.get(at + 1), ',');
            match function {
                Some(function) if starts && ends => {
                    uses.push((word.clone(), function.clone()));
                    true
                }
                _ => false,
            }
        }
        _ => true,
    })
}

/// What a body may ask of its effects that is not one of them, and what that is called.
const OF_EFFECTS: [(&str, &str); 2] = [("key", "a key"), ("epoch", "an epoch")];

/// Whether the body may ask for something of its effects as a whole: `ctx.effects.key()`, through whichever name.
pub(super) fn asks_for(body: &TokenStream, asked: &str) -> bool {
    let tokens: Vec<TokenTree> = body.clone().into_iter().collect();
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Group(group) => asks_for(&group.stream(), asked),
        TokenTree::Ident(word) if word == asked => {
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            let called = matches!(tokens.get(at + 1), Some(TokenTree::Group(group)) if group.stream().is_empty());
            called && is_punct(before, '.')
        }
        _ => false,
    })
}

struct Reader<'a> {
    model: &'a Model,
    declared: Vec<(String, Allowed)>,
    errors: &'a mut Errors,
}

/// `ctx.layer.a.b` somewhere in the body.
pub(super) struct Use<'t> {
    pub(super) layer: Ident,
    pub(super) names: Vec<Ident>,
    /// Whether each name is called as a method.
    calls: Vec<bool>,
    before: Option<&'t TokenTree>,
    before_that: Option<&'t TokenTree>,
    after: &'t [TokenTree],
}

impl Reader<'_> {
    fn read(&mut self, body: TokenStream) {
        let tokens: Vec<TokenTree> = body.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Ident(word)
                    if *word == self.model.context
                        && !is_punct(at.checked_sub(1).and_then(|at| tokens.get(at)), '.') =>
                {
                    if let Some(found) = Use::at(&tokens, at) {
                        self.check(&found);
                    }
                }
                _ => {}
            }
        }
    }

    fn check(&mut self, found: &Use<'_>) {
        match plain(&found.layer).as_str() {
            "domain" | "global" => self.check_path(found),
            "effects" => self.check_effect(found),
            "local" if self.model.options.local.is_none() => self.errors.at(
                &found.layer,
                "this process has no local scratch: add `local = Type` to `#[process(..)]`, with a type that derives `Context` and `Default`",
            ),
            "local" => {}
            "send" if !self.model.options.messages.is_empty() => {}
            "send" => self.errors.at(
                &found.layer,
                "this process sends no messages: add `messages = [Type]` to `#[process(..)]`, with the type of what is sent",
            ),
            layer => {
                let near = nearest(layer, ["domain", "global", "local", "effects"]);
                let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                self.errors.at(
                    &found.layer,
                    format!("a context has the layers `domain`, `global`, `local` and `effects`, but no `{layer}`{hint}"),
                );
            }
        }
    }

    fn check_effect(&mut self, found: &Use<'_>) {
        let Some(name) = found.names.first() else { return };
        let effects = &self.model.options.effects;
        if effects.iter().any(|effect| plain(effect) == plain(name)) {
            return;
        }
        let of_effects = OF_EFFECTS.iter().find(|(asked, _)| name == asked);
        if let (Some((_, what)), Some(true)) = (of_effects, found.calls.first()) {
            if effects.is_empty() {
                self.errors.at(
                    name,
                    format!("{what} is for the receiver of what an effect is asked, and this process has no effects: list one under `effects`"),
                );
            }
            return;
        }
        let names: Vec<String> = effects.iter().map(plain).collect();
        let mut all = names.clone();
        all.push(plain(name));
        self.errors.at(
            name,
            format!(
                "the effect `{name}` is not declared: write `effects = [{}]` (declared: {})",
                all.join(", "),
                list(names.iter().map(String::as_str))
            ),
        );
    }

    fn check_path(&mut self, found: &Use<'_>) {
        let mut path = plain(&found.layer);
        for (at, name) in found.names.iter().enumerate() {
            let parent = path.clone();
            path.push('.');
            path.push_str(&plain(name));
            if let Some((_, allowed)) = self.declared.iter().find(|(known, _)| *known == path) {
                let allowed = *allowed;
                return self.check_use(found, at, &path, allowed);
            }
            if self.declared.iter().any(|(known, _)| known.starts_with(&format!("{path}."))) {
                continue;
            }
            if found.calls[at] {
                return; // A method of the guard: rustc knows that there is none.
            }
            return self.undeclared(found, at, &parent, &path);
        }
    }

    fn undeclared(&mut self, found: &Use<'_>, at: usize, parent: &str, path: &str) {
        let written = found.is_assigned(at) || found.is_set(at);
        let siblings: Vec<&str> = self
            .declared
            .iter()
            .filter_map(|(known, _)| known.strip_prefix(parent)?.strip_prefix('.'))
            .map(|rest| rest.split('.').next().unwrap_or(rest))
            .collect();
        let name = &found.names[at];
        let hint = match nearest(&plain(name), siblings.iter().copied()) {
            Some(near) => format!("; did you mean `{parent}.{near}`?"),
            None => String::new(),
        };
        let message = if written && parent.starts_with("global") {
            format!("`{path}` is written, and `global` is never an output{hint}")
        } else if written {
            format!("`{path}` is written but not declared: list it under `outputs`{hint}")
        } else {
            let asked = asked_for(path).map_or_else(String::new, |path| format!(" as `{path}`"));
            format!(
                "`{path}` is used but not declared: list it under `inputs`{asked} to read it, under `outputs` to write it{hint}"
            )
        };
        self.errors.at(name, message);
    }

    fn check_use(&mut self, found: &Use<'_>, at: usize, path: &str, allowed: Allowed) {
        let name = &found.names[at];
        match allowed {
            Allowed::Both => {}
            Allowed::Read if found.is_assigned(at) => {
                let remedy = if path.starts_with("global") {
                    "`global` is read-only: write to a field of `domain`".to_owned()
                } else {
                    format!("to write it, list `{path}` under `outputs` too")
                };
                self.errors.at(name, format!("`{path}` is an input and cannot be written: {remedy}"));
            }
            Allowed::Read => {}
            Allowed::Write if found.is_set(at) || found.is_borrowed(at) => {}
            Allowed::Write if found.is_assigned(at) && found.names.len() == at + 1 && !found.is_compound(at) => {
                self.errors.at(name, format!("`{path}` is write-only: write it with `.set(value)`"));
            }
            Allowed::Write => self.errors.at(
                name,
                format!(
                    "`{path}` is an output and cannot be read: to read it, list {} under `inputs` too",
                    asked_for(path).map_or_else(|| "it".to_owned(), |path| format!("`{path}`"))
                ),
            ),
        }
    }
}

/// How a path is listed among the inputs, where its name says that it is not of the Data zone.
fn asked_for(path: &str) -> Option<String> {
    let name = path.rsplit('.').next().unwrap_or(path);
    let zone = match name.split_once('_')?.0 {
        "sig" | "cmd" => "signal",
        "meta" => "meta",
        _ => return None,
    };
    Some(format!("{zone}({path})"))
}

impl<'t> Use<'t> {
    pub(super) fn at(tokens: &'t [TokenTree], context: usize) -> Option<Self> {
        if !is_punct(tokens.get(context + 1), '.') {
            return None;
        }
        let Some(TokenTree::Ident(layer)) = tokens.get(context + 2) else { return None };
        let mut names = Vec::new();
        let mut calls = Vec::new();
        let mut at = context + 3;
        while is_punct(tokens.get(at), '.')
            && let Some(TokenTree::Ident(name)) = tokens.get(at + 1)
        {
            if *name == "await" {
                break;
            }
            at += 2;
            let called = is_group(tokens.get(at), Delimiter::Parenthesis)
                || (is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':'));
            names.push(name.clone());
            calls.push(called);
            if called {
                break;
            }
        }
        Some(Self {
            layer: layer.clone(),
            names,
            calls,
            before: context.checked_sub(1).and_then(|at| tokens.get(at)),
            before_that: context.checked_sub(2).and_then(|at| tokens.get(at)),
            after: tokens.get(at..).unwrap_or_default(),
        })
    }

    /// `ctx.layer.name.set(..)`
    pub(super) fn is_set(&self, at: usize) -> bool {
        self.names.get(at + 1).is_some_and(|name| name == "set") && self.calls.get(at + 1) == Some(&true)
    }

    /// `&ctx.layer.name` or `&mut ctx.layer.name`
    fn is_borrowed(&self, at: usize) -> bool {
        let mutable = matches!(self.before, Some(TokenTree::Ident(word)) if *word == "mut");
        let borrow = if mutable { self.before_that } else { self.before };
        self.names.len() == at + 1 && is_punct(borrow, '&')
    }

    /// `*ctx.layer.name`, and nothing is written to it. What follows on `(*ctx.layer.name)` is not seen.
    pub(super) fn is_read(&self, at: usize, in_parentheses: bool) -> bool {
        let continues = matches!(self.after.first(), Some(TokenTree::Group(group)) if group.delimiter() != Delimiter::Brace)
            || is_punct(self.after.first(), '.');
        let mutable = matches!(self.before_that, Some(TokenTree::Ident(word)) if *word == "mut");
        let alone = in_parentheses && self.before_that.is_none() && self.after.is_empty();
        let certain = !(mutable || alone || continues);
        certain && self.names.len() == at + 1 && is_punct(self.before, '*') && !self.is_assigned(at)
    }

    /// `ctx.layer.name = ..`, `*ctx.layer.name += ..`, `ctx.layer.name.part = ..`
    fn is_assigned(&self, at: usize) -> bool {
        !self.calls[at..].contains(&true) && (self.is_plain_assignment() || self.is_compound(at))
    }

    fn is_plain_assignment(&self) -> bool {
        is_punct(self.after.first(), '=') && !is_punct(self.after.get(1), '=') && !is_punct(self.after.get(1), '>')
    }

    /// `+=` and the like
    fn is_compound(&self, at: usize) -> bool {
        let operators = ['+', '-', '*', '/', '%', '^', '&', '|'];
        let simple = operators.iter().any(|operator| is_punct(self.after.first(), *operator))
            && is_punct(self.after.get(1), '=')
            && !is_punct(self.after.get(2), '=');
        let shift = ['<', '>'].iter().any(|operator| {
            is_punct(self.after.first(), *operator)
                && is_punct(self.after.get(1), *operator)
                && is_punct(self.after.get(2), '=')
        });
        !self.calls[at..].contains(&true) && (simple || shift)
    }
}

pub(super) fn is_punct(token: Option<&TokenTree>, character: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}

fn is_group(token: Option<&TokenTree>, delimiter: Delimiter) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == delimiter)
}
