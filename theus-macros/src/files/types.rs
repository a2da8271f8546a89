//! From a type's tokens to the words that it is known by.

use syn::{GenericArgument, Path, PathArguments, Type};
use theus_lang::described::TypeName;

use crate::names::plain;
use crate::tokens::spelled;

/// Crates with types that rules know.
const KNOWN: [&str; 5] = ["chrono", "jiff", "rust_decimal", "theus_core", "uuid"];

pub(super) fn type_name(ty: &Type) -> TypeName {
    named(ty, |_, last| last)
}

/// What an alias is another name of. `Money = rust_decimal::Decimal` says which `Decimal` is meant, which a field that is written so
/// does not: there the first word may be a module of the program.
pub(super) fn alias_of(ty: &Type) -> TypeName {
    named(ty, |path, last| {
        let first = path.segments.first().map(|first| plain(&first.ident)).unwrap_or_default();
        if path.segments.len() > 1 && KNOWN.contains(&first.as_str()) { format!("{first}::{last}") } else { last }
    })
}

fn named(ty: &Type, word: fn(&Path, String) -> String) -> TypeName {
    let type_name = |ty: &Type| named(ty, word);
    let list = |element: &Type| TypeName { word: "list".to_owned(), arguments: vec![named(element, word)] };
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
            TypeName { word: word(&path.path, plain(&last.ident)), arguments }
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
