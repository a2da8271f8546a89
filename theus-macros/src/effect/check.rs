//! What a trait of effects may be.

use syn::visit::{self, Visit};
use syn::{FnArg, ItemTrait, Pat, ReceiverKind, ReturnType, Safety, TraitItem, TraitItemFn, Type, TypeParamBound};

use crate::errors::Errors;
use crate::names::plain;

pub(super) fn check(item: &ItemTrait, errors: &mut Errors) {
    if let Some(word) = &item.unsafety {
        errors.at(word, "an effect is safe to call");
    }
    if !item.generics.params.is_empty() {
        errors.at(
            &item.generics,
            "a trait of effects has no parameters: a journal is read by a program that knows its names alone. Make a trait for each type",
        );
    }
    if let Some(clause) = &item.generics.where_clause {
        errors.at(clause, "a trait of effects has no `where`");
    }
    for bound in &item.supertraits {
        let is_known = matches!(bound, TypeParamBound::Trait(bound) if bound.path.segments.last().is_some_and(|last| last.ident == "Send" || last.ident == "Sync"));
        if !is_known {
            errors.at(
                bound,
                "a trait of effects stands by itself: a body has its calls, and they are recorded; it is `Send + Sync` anyway",
            );
        }
    }
    for item in &item.items {
        match item {
            TraitItem::Fn(function) => check_call(function, errors),
            TraitItem::Macro(_) | TraitItem::Verbatim(_) => {
                errors.at(item, "what this makes is not seen: write the calls out");
            }
            item => errors.at(item, "a trait of effects has functions alone: what a process asks, and what it is told"),
        }
    }
}

fn check_call(function: &TraitItemFn, errors: &mut Errors) {
    let signature = &function.sig;
    let name = plain(&signature.ident);
    if let Safety::Unsafe(word) = &signature.safety {
        errors.at(word, "a call of an effect is safe");
    }
    if !signature.generics.params.is_empty() {
        errors.at(
            &signature.generics,
            format!(
                "`{name}` has no parameters of its own: what it is asked and what it gives are kept by their types"
            ),
        );
    }
    match signature.inputs.first() {
        Some(FnArg::Receiver(receiver)) if matches!(receiver.kind, ReceiverKind::Reference(_, None, None)) => {}
        Some(FnArg::Receiver(receiver)) if matches!(receiver.kind, ReceiverKind::Reference(_, _, Some(_))) => errors.at(
            receiver,
            "an effect is shared by all runs of an engine: take `&self`, and have a `Mutex` or an atomic inside where it changes",
        ),
        Some(argument) => errors.at(argument, format!("`{name}` is called on the effect: its first parameter is `&self`")),
        None => errors.at(&signature.ident, format!("`{name}` is called on the effect: its first parameter is `&self`")),
    }
    for argument in signature.inputs.iter().skip(1) {
        let FnArg::Typed(typed) = argument else { continue };
        if !matches!(&*typed.pat, Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none()) {
            errors.at(&typed.pat, "an argument of an effect has a name: `amount: i64`");
        }
        if let Type::Reference(reference) = &*typed.ty
            && let Some(word) = &reference.mutability
        {
            errors.at(word, "what an effect gives is its answer: return it");
        }
        no_impl(
            &typed.ty,
            "an argument of an effect has a type of its own, by which it is kept in the journal",
            errors,
        );
    }
    if let ReturnType::Type(_, ty) = &signature.output {
        no_impl(ty, "the answer of an effect has a type of its own, by which it is kept in the journal", errors);
        let mut borrowed = Borrowed(None);
        borrowed.visit_type(ty);
        if borrowed.0.is_some() {
            errors.at(
                ty,
                "the answer of an effect is kept in the journal: return a value, as `String` for `&str`, not a reference",
            );
        }
    }
}

fn no_impl(ty: &Type, words: &str, errors: &mut Errors) {
    struct Find(bool);
    impl Visit<'_> for Find {
        fn visit_type_impl_trait(&mut self, _: &syn::TypeImplTrait) {
            self.0 = true;
        }
    }
    let mut find = Find(false);
    find.visit_type(ty);
    if find.0 {
        errors.at(ty, words);
    }
}

/// A reference or a lifetime in an answer.
struct Borrowed(Option<()>);

impl<'a> Visit<'a> for Borrowed {
    fn visit_type_reference(&mut self, reference: &'a syn::TypeReference) {
        // `&'static str` cannot be read again either.
        self.0 = Some(());
        visit::visit_type_reference(self, reference);
    }
    fn visit_lifetime(&mut self, _: &'a syn::Lifetime) {
        self.0 = Some(());
    }
}
