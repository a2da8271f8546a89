//! Writes what serialises the Data zone of a context, and what gives it to a store and back.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Generics, Ident, parse_quote};

use super::attr::Zone;
use super::expand::cell_type;
use super::model::{Field, Model};

/// The Data zone, where every field of it is `Serialize`. The bounds are higher-ranked so that a context with a field that
/// is not still compiles, and only serialising it does not.
pub(super) fn serialize_data(model: &Model, target: &Ident, mirror: bool, generics: &Generics) -> TokenStream {
    let Model { krate, ident, fields, .. } = model;
    let private = quote!(__theus);
    let data: Vec<&Field> = fields.iter().filter(|field| field.nested || field.zone == Zone::Data).collect();
    let mut generics = generics.clone();
    for field in &data {
        let ty = &field.ty;
        let predicate = if !field.nested {
            parse_quote!(for<'theus> &'theus #ty: #private::serde::Serialize)
        } else if mirror {
            let fields = cell_type(field, krate);
            parse_quote!(for<'theus> #private::DataZone<'theus, #fields>: #private::serde::Serialize)
        } else {
            parse_quote!(for<'theus> #private::DataZone<'theus, #ty>: #private::serde::Serialize)
        };
        generics.make_where_clause().predicates.push(predicate);
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (_, type_generics, _) = model.generics.split_for_impl();
    let name = ident.to_string();
    let len = data.len();
    let fields = data.iter().map(|field| {
        let Field { ident, nested, .. } = field;
        let name = field.name();
        let value = match (*nested, mirror) {
            (true, _) => quote!(&#private::DataZone(&self.#ident)),
            (false, true) => quote!(&&*self.#ident),
            (false, false) => quote!(&&self.#ident),
        };
        quote!(#private::serde::ser::SerializeStruct::serialize_field(&mut data, #name, #value)?;)
    });

    quote! {
        impl #impl_generics #krate::SerializeData for #target #type_generics #where_clause {
            fn serialize_data<__Serializer: #private::serde::Serializer>(
                &self,
                serializer: __Serializer,
            ) -> ::std::result::Result<__Serializer::Ok, __Serializer::Error> {
                #[allow(unused_mut)]
                let mut data = #private::serde::Serializer::serialize_struct(serializer, #name, #len)?;
                #(#fields)*
                #private::serde::ser::SerializeStruct::end(data)
            }
        }
    }
}

/// The Data zone, field by field, for stores. Higher-ranked bounds as for [`serialize_data`].
pub(super) fn durable(model: &Model, mirror: &Ident, generics: &Generics) -> TokenStream {
    let Model { krate, fields, .. } = model;
    let data = || fields.iter().enumerate().filter(|(_, field)| field.nested || field.zone == Zone::Data);
    let mut generics = generics.clone();
    for (_, field) in data() {
        let ty = &field.ty;
        let clause = generics.make_where_clause();
        if field.nested {
            let nested = cell_type(field, krate);
            clause.predicates.push(parse_quote! {
                for<'theus> __theus::DataZone<'theus, #nested>: __theus::DurableZone<Fields = #nested>
            });
        } else {
            clause.predicates.push(parse_quote!(for<'theus> &'theus #ty: __theus::serde::Serialize));
            clause.predicates.push(parse_quote!(for<'theus> #ty: __theus::serde::Deserialize<'theus>));
        }
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (_, type_generics, _) = model.generics.split_for_impl();
    let zone = |field: &Field| {
        let nested = cell_type(field, krate);
        quote!(<__theus::DataZone<'_, #nested> as __theus::DurableZone>)
    };
    let at = data().map(|(index, field)| {
        let Field { ident, nested, .. } = field;
        let name = field.name();
        if *nested {
            let zone = zone(field);
            return quote!(::std::option::Option::Some((#index, rest)) => __theus::DataVisitor::nested(
                visitor,
                #name,
                |visitor| #zone::look(&self.#ident, rest, visitor),
            ),);
        }
        quote!(::std::option::Option::Some((#index, _)) => {
            (&&__theus::FieldCell(&self.#ident)).show_to(#name, visitor)
        })
    });
    let all = data().map(|(_, field)| {
        let Field { ident, nested, .. } = field;
        let name = field.name();
        if *nested {
            let zone = zone(field);
            return quote!(__theus::DataVisitor::nested(
                visitor,
                #name,
                |visitor| #zone::look(&self.#ident, &[], visitor),
            )?;);
        }
        quote!((&&__theus::FieldCell(&self.#ident)).show_to(#name, visitor)?;)
    });
    let fill = data().map(|(_, field)| {
        let Field { ident, nested, .. } = field;
        let name = field.name();
        if *nested {
            let zone = zone(field);
            return quote!(__theus::DataSource::nested(source, #name, |source| #zone::fill(&mut self.#ident, source))?;);
        }
        quote!(__theus::DataSource::field(source, #name, &mut self.#ident)?;)
    });
    quote! {
        impl #impl_generics __theus::DurableFields for #mirror #type_generics #where_clause {
            #[allow(unused_variables)]
            fn look<__Visitor: __theus::DataVisitor>(
                &self,
                path: &[usize],
                visitor: &mut __Visitor,
            ) -> ::std::result::Result<(), __Visitor::Error> {
                match path.split_first() {
                    #(#at)*
                    ::std::option::Option::Some(_) => ::std::result::Result::Ok(()),
                    ::std::option::Option::None => {
                        #(#all)*
                        ::std::result::Result::Ok(())
                    }
                }
            }
            #[allow(unused_variables)]
            fn fill<__Source: __theus::DataSource>(
                &mut self,
                source: &mut __Source,
            ) -> ::std::result::Result<(), __Source::Error> {
                #(#fill)*
                ::std::result::Result::Ok(())
            }
        }
    }
}
