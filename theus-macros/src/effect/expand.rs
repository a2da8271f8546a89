//! Writes a trait of effects out, and what a body has of it: the same calls, each of which is seen.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Block, FnArg, ImplItem, ItemImpl, ItemTrait, Pat, Path, Signature, TraitItem, Type};

use super::lifetimes;

pub(super) fn effect(mut item: ItemTrait, krate: &Path) -> TokenStream {
    let seen: Vec<Seen> = item.items.iter().filter_map(|item| Seen::of(item, krate)).collect();
    for call in &mut item.items {
        if let TraitItem::Fn(function) = call
            && function.sig.asyncness.is_some()
        {
            let returned = future(&mut function.sig, krate);
            if let Some(block) = &mut function.default {
                *block = boxed(block, &returned);
            }
        }
    }
    item.supertraits.push(syn::parse_quote!(::std::marker::Send));
    item.supertraits.push(syn::parse_quote!(::std::marker::Sync));
    let name = &item.ident;
    let cfgs: Vec<&Attribute> = item.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect();
    let calls = format_ident!("{name}Calls");
    let words = format!("What a process has of `{name}`: its calls, each of which is seen.");
    let (inherent, of_trait) = (seen.iter().map(|seen| seen.inherent(name)), seen.iter().map(Seen::of_trait));
    quote! {
        #item

        #(#cfgs)*
        #[allow(clippy::too_many_arguments, clippy::needless_pass_by_value, clippy::must_use_candidate)]
        const _: () = {
            use #krate::__private as __theus;

            #[doc = #words]
            #[derive(Clone, Copy)]
            pub struct #calls<'theus> {
                effect: &'theus dyn #name,
                calls: __theus::Calls<'theus>,
            }

            impl #calls<'_> {
                #(#inherent)*
            }

            impl #name for #calls<'_> {
                #(#of_trait)*
            }

            impl __theus::Recorded for dyn #name {
                type View<'theus> = #calls<'theus>;
                fn view<'theus>(&'theus self, calls: __theus::Calls<'theus>) -> #calls<'theus> {
                    #calls { effect: self, calls }
                }
            }

            impl<__Implementation: #name + 'static> __theus::Holds<__Implementation> for dyn #name {
                fn hold(implementation: ::std::sync::Arc<__Implementation>) -> ::std::sync::Arc<Self> {
                    implementation
                }
            }
        };
    }
}

/// The `async fn`s of an implementation, as the trait has them.
pub(super) fn implementation(mut item: ItemImpl, krate: &Path) -> TokenStream {
    for part in &mut item.items {
        if let ImplItem::Fn(function) = part
            && function.sig.asyncness.is_some()
        {
            let returned = future(&mut function.sig, krate);
            function.block = boxed(&function.block, &returned);
        }
    }
    quote!(#item)
}

/// An `async fn` as a `fn` that gives a future; what that gives.
fn future(signature: &mut Signature, krate: &Path) -> Type {
    let returned = lifetimes::returned(signature);
    let here = signature.asyncness.take().map_or_else(Span::call_site, |word| word.span);
    let lifetime = lifetimes::name_all(signature);
    signature.output = syn::parse_quote_spanned!(here=> -> #krate::effect::EffectFuture<#lifetime, #returned>);
    returned
}

fn boxed(block: &Block, returned: &Type) -> Block {
    let given = Ident::new("given", Span::mixed_site());
    // Says what the block gives: `?` in it asks.
    syn::parse_quote! {{
        ::std::boxed::Box::pin(async move {
            #[allow(unreachable_code, clippy::diverging_sub_expression)]
            if let ::std::option::Option::Some(#given) = ::std::option::Option::None::<#returned> {
                return #given;
            }
            #block
        })
    }}
}

/// One call, as a body makes it.
struct Seen {
    attributes: Vec<Attribute>,
    cfgs: Vec<Attribute>,
    /// With a future in the place of an `async fn`.
    signature: Signature,
    arguments: Vec<(Ident, Type)>,
    returned: Type,
    is_async: bool,
}

impl Seen {
    fn of(item: &TraitItem, krate: &Path) -> Option<Self> {
        let TraitItem::Fn(function) = item else { return None };
        let mut signature = function.sig.clone();
        let arguments = signature.inputs.iter().filter_map(|argument| match argument {
            FnArg::Typed(typed) => match &*typed.pat {
                Pat::Ident(name) => Some((name.ident.clone(), (*typed.ty).clone())),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        });
        let arguments = arguments.collect();
        let is_async = signature.asyncness.is_some();
        let returned = lifetimes::returned(&signature);
        if is_async {
            future(&mut signature, krate);
        }
        let of = |names: &[&str]| {
            let is_one = |attribute: &&Attribute| names.iter().any(|name| attribute.path().is_ident(name));
            function.attrs.iter().filter(is_one).cloned().collect()
        };
        let attributes = of(&["cfg", "doc", "deprecated", "must_use"]);
        Some(Self { attributes, cfgs: of(&["cfg"]), signature, arguments, returned, is_async })
    }

    fn names(&self) -> impl Iterator<Item = &Ident> {
        self.arguments.iter().map(|(name, _)| name)
    }

    /// So that it can be called where the trait is not in scope.
    fn inherent(&self, of: &Ident) -> TokenStream {
        let Self { attributes, signature, .. } = self;
        let (call, names) = (&signature.ident, self.names());
        quote! {
            #(#attributes)*
            #[inline]
            pub #signature {
                <Self as #of>::#call(self, #(#names),*)
            }
        }
    }

    fn of_trait(&self) -> TokenStream {
        let Self { cfgs, signature, arguments, returned, is_async, .. } = self;
        let call = &signature.ident;
        let text = crate::names::plain(call);
        let made = Ident::new("made", Span::mixed_site());
        let asked = arguments.iter().map(|(name, ty)| quote_spanned!(ty.span()=> __theus::asked(&#name)));
        let names: Vec<&Ident> = self.names().collect();
        let perform = quote!(self.effect.#call(#(#names),*));
        let here = returned.span();
        let answer = if *is_async {
            let answer = quote_spanned!(here=> #made.answer_async::<#returned, _>(move || #perform).await);
            quote! {
                if #made.is_unseen() {
                    return #perform;
                }
                ::std::boxed::Box::pin(async move { #answer })
            }
        } else {
            quote_spanned!(here=> #made.answer::<#returned>(|| #perform))
        };
        quote! {
            #(#cfgs)*
            #signature {
                let #made = self.calls.call(#text, &[#(#asked),*]);
                #answer
            }
        }
    }
}
