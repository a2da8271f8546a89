//! The lifetimes that a signature leaves out, as one that has a name: an `async fn` of a trait object names what it holds on to.

use proc_macro2::Span;
use syn::visit_mut::{self, VisitMut};
use syn::{FnArg, Lifetime, ReceiverKind, Signature, Type};

/// `&str` as `&'theus str`, in every argument and in the receiver.
pub(super) fn name_all(signature: &mut Signature) -> Lifetime {
    let lifetime = Lifetime::new("'theus", Span::mixed_site());
    let mut name = Name(&lifetime);
    for argument in &mut signature.inputs {
        match argument {
            FnArg::Receiver(receiver) => {
                if let ReceiverKind::Reference(_, left_out @ None, _) = &mut receiver.kind {
                    *left_out = Some(lifetime.clone());
                }
            }
            FnArg::Typed(typed) => name.visit_type_mut(&mut typed.ty),
        }
    }
    signature.generics.params.insert(0, syn::parse_quote!(#lifetime));
    lifetime
}

struct Name<'a>(&'a Lifetime);

impl VisitMut for Name<'_> {
    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        reference.lifetime.get_or_insert_with(|| self.0.clone());
        visit_mut::visit_type_reference_mut(self, reference);
    }
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.0.clone();
        }
    }
    fn visit_type_fn_ptr_mut(&mut self, _: &mut syn::TypeFnPtr) {}
    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut syn::ParenthesizedGenericArguments) {}
}

/// What an `async fn` returns.
pub(super) fn returned(signature: &Signature) -> Type {
    match &signature.output {
        syn::ReturnType::Default => syn::parse_quote!(()),
        syn::ReturnType::Type(_, ty) => (**ty).clone(),
    }
}
