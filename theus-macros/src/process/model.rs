//! What the macro knows of a process.

use proc_macro2::{Ident, Span};
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Attribute, Block, FnArg, Generics, ItemFn, Pat, ReturnType, Safety, Token, Type, Visibility};

use super::attr::Options;
use crate::errors::Errors;
use crate::names::{pascal, plain};
use crate::tokens;

/// A function that is to be a process.
pub(crate) struct Model {
    pub(crate) options: Options,
    /// Whether the macro makes an enum of the errors.
    pub(crate) has_several_errors: bool,
    pub(crate) attributes: Attributes,
    pub(crate) vis: Visibility,
    pub(crate) asyncness: Option<Token![async]>,
    /// The function's name.
    pub(crate) function: Ident,
    /// The command's name.
    pub(crate) command: Ident,
    pub(crate) generics: Generics,
    /// What the function calls its context.
    pub(crate) context: Ident,
    pub(crate) context_type: Type,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) returns: Returns,
    pub(crate) block: Block,
}

/// One argument.
pub(crate) struct Argument {
    pub(crate) mutability: Option<Token![mut]>,
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
}

/// What the function returns.
#[expect(clippy::large_enum_variant, reason = "there is one for each process")]
pub(crate) enum Returns {
    /// Anything but a `Result`; with the type's own tokens.
    Value(Type),
    /// A `Result` with its last type argument, the error.
    Result { whole: Type, value: Option<Type>, error: Option<Type> },
}

/// The function's attributes, by where they go.
pub(crate) struct Attributes {
    /// On everything that is made.
    pub(crate) cfgs: Vec<Attribute>,
    /// On the command: its documentation and what is said of it as an item.
    pub(crate) command: Vec<Attribute>,
    /// On the function that holds the body.
    pub(crate) body: Vec<Attribute>,
}

impl Model {
    pub(crate) fn of(function: ItemFn, options: Options, errors: &mut Errors) -> Option<Self> {
        let ItemFn { attrs, vis, sig, block, .. } = function;
        for (token, what) in [
            (sig.constness.map(|token| quote!(#token)), "const"),
            (unsafe_token(&sig.safety), "unsafe"),
            (sig.abi.as_ref().map(|token| quote!(#token)), "extern"),
        ] {
            if let Some(token) = token {
                errors.at(&token, format!("a process cannot be `{what}`: it is a plain `fn` or an `async fn`"));
            }
        }
        if let Some(variadic) = &sig.variadic {
            errors.at(variadic, "a process has a fixed list of arguments");
        }
        if let Some(lifetime) = sig.generics.lifetimes().next() {
            errors
                .at(lifetime, "a command outlives the call, so a process has no lifetimes: take values that are owned");
        }
        let name = plain(&sig.ident);
        let (context, context_type, inputs) = context(&sig, errors)?;
        let arguments = inputs.iter().filter_map(|input| Argument::of(input, errors)).collect();
        Some(Self {
            has_several_errors: options.errors.len() > 1,
            options,
            attributes: Attributes::sort(attrs),
            vis,
            asyncness: sig.asyncness,
            command: format_ident!("{}", pascal(&name), span = sig.ident.span()),
            function: sig.ident,
            generics: sig.generics,
            context,
            context_type,
            arguments,
            returns: Returns::of(&sig.output),
            block: *block,
        })
    }

    pub(crate) fn name(&self) -> String {
        plain(&self.function)
    }

    pub(crate) const fn is_pure(&self) -> bool {
        self.options.effects.is_empty()
    }
}

fn unsafe_token(safety: &Safety) -> Option<proc_macro2::TokenStream> {
    match safety {
        Safety::Unsafe(token) => Some(quote!(#token)),
        _ => None,
    }
}

/// The first parameter: the context.
fn context(sig: &syn::Signature, errors: &mut Errors) -> Option<(Ident, Type, Vec<FnArg>)> {
    let place = sig.inputs.iter().position(is_context);
    let example = "the first parameter of a process is its context: write `ctx: Ctx<YourDomain>`";
    match sig.inputs.first() {
        None => {
            errors.at(&sig.ident, format!("`{}` has no context; {example}", plain(&sig.ident)));
            None
        }
        Some(FnArg::Receiver(receiver)) => {
            errors.at(receiver, format!("a process is a free function and takes no `self`; {example}"));
            None
        }
        Some(FnArg::Typed(first)) => {
            if let Some(place) = place.filter(|place| *place > 0) {
                errors.at(&sig.inputs[place], "the context comes first: move this parameter to the front");
                return None;
            }
            if place.is_none() && is_plain_value(&first.ty) {
                let shown = tokens::spelled(&first.ty);
                errors.at(&first.ty, format!("`{shown}` is no context; {example}, and the arguments after it"));
                return None;
            }
            if place.is_none()
                && matches!(*first.ty, Type::Reference(_) | Type::Tuple(_) | Type::Array(_) | Type::ImplTrait(_))
            {
                errors.at(&first.ty, example);
                return None;
            }
            let ident = match &*first.pat {
                Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => pattern.ident.clone(),
                Pat::Wild(underscore) => Ident::new("_ctx", Span::mixed_site().located_at(underscore.span())),
                pattern => {
                    errors.at(pattern, "the context is one name: write `ctx: Ctx<..>`");
                    return None;
                }
            };
            Some((ident, (*first.ty).clone(), sig.inputs.iter().skip(1).cloned().collect()))
        }
    }
}

/// Whether this is a well-known type that can only be an argument. An alias of `Ctx` has a name of its own.
fn is_plain_value(ty: &Type) -> bool {
    const PLAIN: [&str; 25] = [
        "bool", "char", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f32",
        "f64", "String", "str", "Vec", "Option", "Box", "Arc", "BTreeMap", "HashMap", "Duration",
    ];
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|segment| PLAIN.iter().any(|name| segment.ident == name))
}

fn is_context(argument: &FnArg) -> bool {
    let FnArg::Typed(argument) = argument else { return false };
    let Type::Path(path) = &*argument.ty else { return false };
    path.path.segments.last().is_some_and(|segment| segment.ident == "Ctx")
}

impl Argument {
    fn of(input: &FnArg, errors: &mut Errors) -> Option<Self> {
        let FnArg::Typed(argument) = input else { return None };
        let Pat::Ident(pattern) = &*argument.pat else {
            errors.at(&argument.pat, "an argument is a field of the command and needs a name: write `name: Type`");
            return None;
        };
        if pattern.by_ref.is_some() || pattern.subpat.is_some() {
            errors
                .at(&argument.pat, "an argument is a field of the command and needs a plain name: write `name: Type`");
            return None;
        }
        if let Some(reference) = reference_in(&argument.ty) {
            errors.at(
                &reference,
                "an argument cannot be a reference: a command is kept, journalled and run again after the call is over; take an owned value (`String` for `&str`, `Vec<T>` for `&[T]`)",
            );
            return None;
        }
        if let Type::ImplTrait(ty) = &*argument.ty {
            errors.at(ty, "an argument is a field of the command and needs a named type: use a type parameter");
            return None;
        }
        Some(Self { mutability: pattern.mutability, ident: pattern.ident.clone(), ty: (*argument.ty).clone() })
    }

    pub(crate) fn name(&self) -> String {
        plain(&self.ident)
    }
}

/// The first reference inside a type.
fn reference_in(ty: &Type) -> Option<Type> {
    struct Find(Option<Type>);
    impl<'a> syn::visit::Visit<'a> for Find {
        fn visit_type_reference(&mut self, reference: &'a syn::TypeReference) {
            self.0.get_or_insert_with(|| Type::Reference(reference.clone()));
        }
    }
    let mut find = Find(None);
    syn::visit::Visit::visit_type(&mut find, ty);
    find.0
}

impl Returns {
    fn of(output: &ReturnType) -> Self {
        let ReturnType::Type(_, ty) = output else { return Self::Value(syn::parse_quote!(())) };
        let Type::Path(path) = &**ty else { return Self::Value((**ty).clone()) };
        let Some(last) = path.path.segments.last().filter(|segment| segment.ident == "Result") else {
            return Self::Value((**ty).clone());
        };
        let types: Vec<Type> = match &last.arguments {
            syn::PathArguments::AngleBracketed(arguments) => arguments
                .args
                .iter()
                .filter_map(|argument| match argument {
                    syn::GenericArgument::Type(ty) => Some(ty.clone()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        Self::Result { whole: (**ty).clone(), value: types.first().cloned(), error: types.get(1).cloned() }
    }

    pub(crate) const fn whole(&self) -> &Type {
        match self {
            Self::Value(whole) | Self::Result { whole, .. } => whole,
        }
    }
}

impl Attributes {
    fn sort(attributes: Vec<Attribute>) -> Self {
        let mut sorted = Self { cfgs: Vec::new(), command: Vec::new(), body: Vec::new() };
        for attribute in attributes {
            let path = attribute.path();
            if path.is_ident("cfg") {
                sorted.cfgs.push(attribute);
            } else if ["doc", "deprecated", "must_use", "derive"].iter().any(|name| path.is_ident(name)) {
                sorted.command.push(attribute);
            } else {
                sorted.body.push(attribute);
            }
        }
        sorted
    }
}

impl Model {
    /// The documentation of the command, as text.
    pub(crate) fn docs(&self) -> String {
        tokens::docs(&self.attributes.command)
    }
}
