//! Asks rustc whether what a pure body calls is one of the standard library's doors.
//!
//! `read("x")` is written out as `__theus::door_of_one(read, { .. ::std::fs::read }).files()("x")`: the function goes through and comes
//! back as it was, and rustc, which knows what `read` means here, refuses it where it is that one. So a function of the user's
//! own passes under whatever name, and neither `use .. as ..` of a type nor `use std::fs::*` hides a door. The same is asked of
//! the receivers of methods that are doors on some types: `path.exists()`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprPath, Stmt, Token};

use super::super::guard::hidden_at;
use super::super::model::Model;
use super::known::{FUNCTIONS, HARMLESS, METHODS, Open};
use crate::names::plain;

/// Macros whose arguments are expressions.
const OF_EXPRESSIONS: &[&str] = &[
    "vec",
    "format",
    "format_args",
    "write",
    "writeln",
    "panic",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "todo",
    "unreachable",
    "unimplemented",
];

/// The body, with its questions. Of a process with effects none is asked.
pub(crate) fn ask(model: &Model) -> Block {
    let mut block = model.block.clone();
    if model.is_pure() {
        let mut locals = Locals(model.arguments.iter().map(super::super::model::Argument::name).collect());
        locals.visit_block(&block);
        Ask(locals).visit_block_mut(&mut block);
    }
    block
}

/// The names that the body gives to values: what is called by one of them is no function of a module.
struct Locals(Vec<String>);

impl<'a> Visit<'a> for Locals {
    fn visit_pat_ident(&mut self, pattern: &'a syn::PatIdent) {
        self.0.push(plain(&pattern.ident));
        syn::visit::visit_pat_ident(self, pattern);
    }
}

struct Ask(Locals);

impl VisitMut for Ask {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        if let Expr::Call(call) = expression
            && let Expr::Path(path) = &*call.func
            && path.path.get_ident().is_some_and(|name| !self.0.0.contains(&plain(name)))
        {
            // A bare name: asked about where it is called, for elsewhere it may be a place.
            if let Some(asked) = asked(path) {
                *call.func = asked;
            }
            call.args.iter_mut().for_each(|argument| self.visit_expr_mut(argument));
            return self.visit_values(&mut call.args);
        }
        visit_mut::visit_expr_mut(self, expression);
        match expression {
            Expr::Path(path) if path.path.segments.len() > 1 || path.qself.is_some() => {
                if let Some(asked) = asked(path) {
                    *expression = asked;
                }
            }
            Expr::Call(call) => self.visit_values(&mut call.args),
            Expr::Const(constant) => {
                if let Some(asked) = self.asked_of_constant(constant) {
                    *expression = Expr::Verbatim(quote!((#asked)));
                }
            }
            Expr::MethodCall(call) => {
                self.visit_values(&mut call.args);
                let name = plain(&call.method);
                let Some((_, effect)) = METHODS.iter().find(|(method, _)| *method == name) else { return };
                *expression = asked_of_receiver(call, effect);
            }
            _ => {}
        }
    }

    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        if !call.path.segments.last().is_some_and(|last| OF_EXPRESSIONS.iter().any(|name| last.ident == name)) {
            return;
        }
        let Ok(mut arguments) = call.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) else { return };
        // A named argument of a format, `name = value`, is an assignment: its name is not asked about.
        arguments.iter_mut().for_each(|argument| self.visit_expr_mut(argument));
        call.tokens = quote!(#arguments);
    }

    fn visit_stmt_mut(&mut self, statement: &mut Stmt) {
        match statement {
            // A function of the body's own is part of it, and so is a method.
            Stmt::Item(syn::Item::Fn(function)) if function.sig.constness.is_none() => {
                self.visit_block_mut(&mut function.block);
            }
            Stmt::Item(syn::Item::Impl(implementation)) => {
                for item in &mut implementation.items {
                    if let syn::ImplItem::Fn(method) = item
                        && method.sig.constness.is_none()
                    {
                        self.visit_block_mut(&mut method.block);
                    }
                }
            }
            Stmt::Item(_) => {}
            // Where a statement begins, what is in parentheses would be taken for arguments of the one before.
            Stmt::Expr(Expr::Const(constant), None) => {
                if let Some(asked) = self.asked_of_constant(constant) {
                    *statement = Stmt::Expr(Expr::Verbatim(asked), None);
                }
            }
            statement => visit_mut::visit_stmt_mut(self, statement),
        }
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        let beside: Vec<Stmt> = block.stmts.iter().filter_map(|statement| self.beside_constant(statement)).collect();
        visit_mut::visit_block_mut(self, block);
        block.stmts.splice(0..0, beside);
    }

    // Constants cannot ask: lengths, patterns, attributes.
    fn visit_type_mut(&mut self, _: &mut syn::Type) {}
    fn visit_pat_mut(&mut self, _: &mut syn::Pat) {}
    fn visit_path_mut(&mut self, _: &mut syn::Path) {}
    fn visit_attribute_mut(&mut self, _: &mut syn::Attribute) {}
    fn visit_expr_const_mut(&mut self, _: &mut syn::ExprConst) {}
    fn visit_expr_repeat_mut(&mut self, repeat: &mut syn::ExprRepeat) {
        self.visit_expr_mut(&mut repeat.expr);
    }
}

impl Ask {
    /// Bare names among the arguments of a call: a value, for a place would be borrowed.
    fn visit_values(&self, arguments: &mut Punctuated<Expr, Token![,]>) {
        for argument in arguments {
            if let Expr::Path(path) = argument
                && path.path.get_ident().is_some_and(|name| !self.0.0.contains(&plain(name)))
                && let Some(asked) = asked(path)
            {
                *argument = asked;
            }
        }
    }

    /// `const NOW: fn() -> Instant = Instant::now`: a constant cannot ask, so a function beside it, which nobody calls, does.
    fn beside_constant(&mut self, statement: &Stmt) -> Option<Stmt> {
        let (value, ty) = match statement {
            Stmt::Item(syn::Item::Const(it)) => (&*it.expr, &it.ty),
            Stmt::Item(syn::Item::Static(it)) => (&*it.expr, &it.ty),
            _ => return None,
        };
        let mut values = Punctuated::from_iter([value.clone()]);
        self.visit_values(&mut values);
        let mut value_asked = values.pop()?;
        self.visit_expr_mut(&mut value_asked);
        let is_asked = quote!(#value).to_string() != quote!(#value_asked).to_string();
        is_asked.then(|| {
            Stmt::Item(syn::Item::Verbatim(quote!(const _: fn() = || {
                let _: #ty = #value_asked;
            };)))
        })
    }

    /// `const { .. }`: the same, by a branch that is never taken.
    fn asked_of_constant(&mut self, constant: &syn::ExprConst) -> Option<TokenStream> {
        let mut block = constant.block.clone();
        self.visit_block_mut(&mut block);
        let is_asked = quote!(#block).to_string() != {
            let block = &constant.block;
            quote!(#block).to_string()
        };
        is_asked.then(|| quote!(if false #block else { #constant }))
    }
}

/// The same function, after the questions whether it is one of the doors of its name.
fn asked(path: &ExprPath) -> Option<Expr> {
    let last = path.path.segments.last()?;
    let name = plain(&last.ident);
    let before = path.path.segments.iter().rev().nth(1).map(|segment| plain(&segment.ident));
    if name == "new" && before.as_deref().is_some_and(|of| HARMLESS.contains(&of)) {
        return None;
    }
    let here = Span::mixed_site().located_at(last.ident.span());
    let mut function = quote!(#path);
    let mut is_asked = false;
    for door in FUNCTIONS {
        let is_this = door.path.rsplit("::").next().is_some_and(|last| last == name);
        if !is_this || door.of.is_some_and(|of| before.as_deref() != Some(of)) {
            continue;
        }
        let ask = match door.open {
            Open::No => "door",
            Open::One => "door_of_one",
            Open::Two => "door_of_two",
            Open::First => "door_of_first",
            Open::Closure => "door_of_closure",
        };
        let (ask, effect) = (hidden_at(ask, here), hidden_at(door.effect, here));
        let door: TokenStream = format!("::{}", door.path).parse().ok()?;
        let door = crate::tokens::respanned(door, here);
        // It is named to be compared with, which clippy must not take for a call of the user's.
        let door = quote_spanned!(here=> { #[allow(clippy::disallowed_methods)] let door = #door; door });
        function = quote_spanned!(here=> __theus::#ask(#function, #door).#effect());
        is_asked = true;
    }
    is_asked.then(|| Expr::Verbatim(quote_spanned!(here=> (#function))))
}

/// The same call, after the question whether its receiver has that door.
fn asked_of_receiver(call: &syn::ExprMethodCall, effect: &str) -> Expr {
    let here = Span::mixed_site().located_at(call.method.span());
    let effect = hidden_at(effect, here);
    let receiver = &call.receiver;
    if is_simple(receiver) {
        // A place stays where it is: the method may want it mutable, or whole.
        return Expr::Verbatim(quote_spanned!(here=> ({ let _ = __theus::Receiver(&#receiver).#effect(); }, #call).1));
    }
    if is_place(receiver) {
        return Expr::Verbatim(quote!(#call));
    }
    let mut call = call.clone();
    *call.receiver = Expr::Verbatim(quote_spanned!(here=> __theus::Receiver(#receiver).#effect()));
    Expr::Verbatim(quote!(#call))
}

/// A place that can be named twice: a path and fields of it.
fn is_simple(expression: &Expr) -> bool {
    match expression {
        Expr::Path(_) => true,
        Expr::Field(field) => is_simple(&field.base),
        Expr::Paren(inner) => is_simple(&inner.expr),
        Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Deref(_)) && is_simple(&unary.expr),
        Expr::Index(index) => is_simple(&index.expr) && matches!(*index.index, Expr::Lit(_) | Expr::Path(_)),
        _ => false,
    }
}

/// Any other place, such as an element whose index is worked out.
fn is_place(expression: &Expr) -> bool {
    match expression {
        Expr::Index(_) => true,
        Expr::Field(field) => is_place(&field.base),
        Expr::Paren(inner) => is_place(&inner.expr),
        Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Deref(_)),
        _ => false,
    }
}
