//! Writes `Inspect` and `Record` for a type.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::look;
use super::model::{Body, Field, Model, Variant, VariantShape};
use super::wire;
use crate::answer::Asked;
use crate::names::plain;
use crate::tokens::spelled;
use crate::unit::measured;

pub(crate) fn inspect(model: &Model) -> TokenStream {
    let krate = &model.krate;
    let implementations = match &model.body {
        Body::Newtype(field) if model.methods.is_empty() => newtype(model, field),
        Body::Newtype(field) => record(model, std::slice::from_ref(&**field), true),
        Body::Struct(fields) => record(model, fields, false),
        Body::Enum(variants) => enumeration(model, variants),
    };
    let answer = answer(model);
    quote! {
        const _: () = {
            #[allow(unused_imports)]
            use #krate::__private as __theus;
            #[allow(unused_imports)]
            use __theus::traits::*;

            #implementations
        };
        #answer
    }
}

/// What a type says of itself to `files!`.
fn answer(model: &Model) -> TokenStream {
    let fields = |fields: &[Field]| {
        let fields = fields.iter().map(|field| {
            let Field { name, ty, with, unit, .. } = field;
            let (shows, written) = (with.as_ref().unwrap_or(ty), spelled(ty));
            quote!((#name [#shows] #written #unit))
        });
        quote!({ #(#fields)* })
    };
    let methods = look::described_methods(&model.methods);
    let (kind, content) = match &model.body {
        Body::Newtype(field) => ("newtype", fields(std::slice::from_ref(&**field))),
        Body::Struct(of) => ("record", fields(of)),
        Body::Enum(variants) => {
            let variants = variants.iter().map(|variant| {
                let (name, fields) = (plain(&variant.ident), fields(&variant.fields));
                quote!((#name #fields))
            });
            ("enumeration", quote!({ #(#variants)* }))
        }
    };
    let Model { vis, ident, generics, .. } = model;
    Asked { cfgs: &[], vis, ident, generics }.says(kind, &quote!(#content { #methods }))
}

/// A newtype shows what it holds.
fn newtype(model: &Model, field: &Field) -> TokenStream {
    let Model { krate, ident, generics, .. } = model;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let (shape, look) = (exact(model, field, &quote!(shape)), exact(model, field, &quote!(inspect)));
    let shape = match &field.unit {
        Some(unit) => quote!(|| #shape().measured_in(#unit)),
        None => shape,
    };
    let key = from_key(model, field);
    quote! {
        impl #impl_generics #krate::Inspect for #ident #type_generics #where_clause {
            fn shape() -> #krate::Shape {
                __theus::newtype_shape(#shape)
            }
            #[inline]
            fn inspect(&self) -> #krate::Value<'_> {
                #look(&self.0)
            }
            #key
        }
    }
}

/// What a newtype holds must be something to look into: a function of its implementation.
fn exact(model: &Model, field: &Field, function: &TokenStream) -> TokenStream {
    let krate = &model.krate;
    let ty = &field.ty;
    match &field.with {
        Some(adapter) => {
            quote_spanned!(adapter.span()=> <#adapter as __theus::InspectAs<#ty>>::#function)
        }
        None => quote_spanned!(ty.span()=> <#ty as #krate::Inspect>::#function),
    }
}

/// A newtype of what can be a key can be one.
fn from_key(model: &Model, field: &Field) -> TokenStream {
    if field.with.is_some() {
        return TokenStream::new();
    }
    let krate = &model.krate;
    let make = exact(model, field, &quote!(from_key));
    quote! {
        fn from_key(key: #krate::Value<'_>) -> ::std::option::Option<Self> {
            #make(key).map(Self)
        }
    }
}

fn field_shapes(fields: &[Field]) -> TokenStream {
    let shapes = fields.iter().map(|field| {
        let name = &field.name;
        let shape = measured(look::shape(&field.ty, field.with.as_ref()), field.unit.as_ref());
        quote!(__theus::FieldShape { name: #name, shape: #shape })
    });
    quote!(::std::vec![#(#shapes),*])
}

fn record(model: &Model, fields: &[Field], transparent: bool) -> TokenStream {
    let Model { krate, ident, generics, methods, .. } = model;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let name = plain(ident);
    let key = if transparent { from_key(model, &fields[0]) } else { TokenStream::new() };
    let shapes = if transparent {
        let shape = exact(model, &fields[0], &quote!(shape));
        let shape = measured(quote!(#shape()), fields[0].unit.as_ref());
        quote!(::std::vec![__theus::FieldShape { name: "0", shape: #shape }])
    } else {
        field_shapes(fields)
    };
    let (method_shapes, wire) = (look::methods(methods), wire::form(model));
    let count = fields.len();
    let looks = fields.iter().enumerate().map(|(index, field)| {
        let member = &field.member;
        let look = look::look(&field.ty, field.with.as_ref(), &quote!(&self.#member));
        quote!(#index => #look,)
    });
    let looks = choice(krate, looks, &quote!(index));
    let is_transparent = transparent.then(|| {
        quote! {
            fn is_transparent(&self) -> bool {
                true
            }
        }
    });
    let calls = calls(model);
    quote! {
        impl #impl_generics #krate::Inspect for #ident #type_generics #where_clause {
            fn shape() -> #krate::Shape {
                #krate::Shape::Record(__theus::RecordShape {
                    name: #name,
                    fields: __theus::Asked::of(|| #shapes),
                    methods: __theus::Asked::of(|| #method_shapes),
                    transparent: #transparent,
                    wire: __theus::Asked::of(#wire),
                })
            }
            #[inline]
            fn inspect(&self) -> #krate::Value<'_> {
                #krate::Value::Record(self)
            }
            #key
        }

        impl #impl_generics __theus::Record for #ident #type_generics #where_clause {
            fn name(&self) -> &'static str {
                #name
            }
            fn len(&self) -> usize {
                #count
            }
            fn field(&self, index: usize) -> #krate::Value<'_> {
                #looks
            }
            #calls
            #is_transparent
        }
    }
}

/// A choice by an index; opaque where there is no such thing.
fn choice(krate: &syn::Path, arms: impl ExactSizeIterator<Item = TokenStream>, index: &TokenStream) -> TokenStream {
    if arms.len() == 0 {
        return quote! {
            let _ = #index;
            #krate::Value::Opaque
        };
    }
    quote! {
        match #index {
            #(#arms)*
            _ => #krate::Value::Opaque,
        }
    }
}

fn calls(model: &Model) -> Option<TokenStream> {
    let Model { krate, methods, .. } = model;
    if methods.is_empty() {
        return None;
    }
    let arms = methods.iter().enumerate().map(|(index, method)| {
        let call = look::call(method, &quote!(self));
        quote!(#index => #call,)
    });
    let arms = choice(krate, arms, &quote!(index));
    Some(quote! {
        fn method(&self, index: usize) -> #krate::Value<'_> {
            #arms
        }
    })
}

fn enumeration(model: &Model, variants: &[Variant]) -> TokenStream {
    let Model { krate, ident, generics, methods, .. } = model;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let name = plain(ident);
    let (method_shapes, wire) = (look::methods(methods), wire::form(model));
    let shapes = variants.iter().map(|variant| {
        let (name, fields) = (plain(&variant.ident), field_shapes(&variant.fields));
        quote!(__theus::VariantShape { name: #name, fields: #fields })
    });
    let each = |value: &dyn Fn(usize, &Variant) -> TokenStream| {
        if variants.is_empty() {
            return quote!(match *self {});
        }
        let arms = variants.iter().enumerate().map(|(index, variant)| {
            let (ident, value) = (&variant.ident, value(index, variant));
            quote!(Self::#ident { .. } => #value,)
        });
        quote!(match self { #(#arms)* })
    };
    let names = each(&|_, variant| {
        let name = plain(&variant.ident);
        quote!(#name)
    });
    let positions = each(&|index, _| quote!(::std::option::Option::Some(#index)));
    let lengths = each(&|_, variant| {
        let count = variant.fields.len();
        quote!(#count)
    });
    let looks = variants.iter().flat_map(|variant| {
        let ident = &variant.ident;
        variant.fields.iter().enumerate().map(move |(index, field)| {
            let (member, binding) = (&field.member, field.binding());
            let look = look::look(&field.ty, field.with.as_ref(), &quote!(#binding));
            quote!((Self::#ident { #member: #binding, .. }, #index) => #look,)
        })
    });
    let looks = choice(krate, looks.collect::<Vec<_>>().into_iter(), &quote!((self, index)));
    let calls = calls(model);
    let keys = variants.iter().filter(|variant| variant.shape == VariantShape::Unit).map(|variant| {
        let (ident, name) = (&variant.ident, plain(&variant.ident));
        quote!(#krate::Value::Text(#name) => ::std::option::Option::Some(Self::#ident),)
    });
    quote! {
        impl #impl_generics #krate::Inspect for #ident #type_generics #where_clause {
            fn shape() -> #krate::Shape {
                #krate::Shape::Enum(__theus::EnumShape {
                    name: #name,
                    variants: __theus::Asked::of(|| ::std::vec![#(#shapes),*]),
                    methods: __theus::Asked::of(|| #method_shapes),
                    wire: __theus::Asked::of(#wire),
                })
            }
            #[inline]
            fn inspect(&self) -> #krate::Value<'_> {
                #krate::Value::Record(self)
            }
            fn from_key(key: #krate::Value<'_>) -> ::std::option::Option<Self> {
                match key {
                    #(#keys)*
                    _ => ::std::option::Option::None,
                }
            }
        }

        impl #impl_generics __theus::Record for #ident #type_generics #where_clause {
            fn name(&self) -> &'static str {
                #names
            }
            fn variant(&self) -> ::std::option::Option<usize> {
                #positions
            }
            fn len(&self) -> usize {
                #lengths
            }
            fn field(&self, index: usize) -> #krate::Value<'_> {
                #looks
            }
            #calls
        }
    }
}
