//! From a type's tokens to the words that it is known by.

use syn::{GenericArgument, PathArguments, Type};
use theus_lang::described::TypeName;

use crate::names::plain;
use crate::tokens::spelled;

pub(super) fn type_name(ty: &Type) -> TypeName {
    match ty {
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { return TypeName::plain(&spelled(ty)) };
            let arguments = match &last.arguments {
                PathArguments::AngleBracketed(arguments) => arguments
                    .args
                    .iter()
                    .filter_map(|argument| match argument {
                        GenericArgument::Type(ty) => Some(type_name(ty)),
                        _ => None,
                    })
                    .collect(),
                _ => Vec::new(),
            };
            TypeName { word: plain(&last.ident), arguments }
        }
        Type::Reference(reference) => type_name(&reference.elem),
        Type::Paren(paren) => type_name(&paren.elem),
        Type::Group(group) => type_name(&group.elem),
        Type::Slice(slice) => list(&slice.elem),
        Type::Array(array) => list(&array.elem),
        Type::Tuple(tuple) => {
            TypeName { word: "tuple".to_owned(), arguments: tuple.elems.iter().map(type_name).collect() }
        }
        _ => TypeName::plain(&spelled(ty)),
    }
}

fn list(element: &Type) -> TypeName {
    TypeName { word: "list".to_owned(), arguments: vec![type_name(element)] }
}
