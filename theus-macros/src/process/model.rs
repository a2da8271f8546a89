//! What the macro knows of a process.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Attribute, Block, FnArg, Generics, ItemFn, Pat, ReturnType, Safety, Token, Type, Visibility};

use super::attr::Options;
use super::attributes::Attributes;
use super::unsupported;
use crate::errors::Errors;
use crate::names::{pascal, plain, type_name};
use crate::tokens::{self, mentions};
use crate::unit::{self, Unit};

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
    /// Whether people are not shown its value.
    pub(crate) redact: bool,
    /// In what it is measured.
    pub(crate) unit: Option<Unit>,
    pub(crate) docs: String,
}

/// What the function returns.
#[expect(clippy::large_enum_variant, reason = "there is one for each process")]
pub(crate) enum Returns {
    /// Anything but a `Result`; with the type's own tokens.
    Value(Type),
    /// A `Result` with its last type argument, the error.
    Result { whole: Type, value: Option<Type>, error: Option<Type> },
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
        let (context, context_type, inputs) = context(&sig, errors)?;
        let arguments = inputs.iter().filter_map(|input| Argument::of(input, errors)).collect();
        Some(Self {
            has_several_errors: options.errors.len() > 1,
            attributes: Attributes::sort(attrs),
            vis,
            asyncness: sig.asyncness,
            command: options.command.clone().unwrap_or_else(|| command(&sig.ident, errors)),
            function: sig.ident,
            generics: sig.generics,
            context,
            context_type,
            arguments,
            returns: Returns::of(&sig.output),
            block: *block,
            options,
        })
    }

    pub(crate) fn name(&self) -> String {
        plain(&self.function)
    }

    /// Whether the body may ask for keys of its effects, or for the epoch.
    pub(crate) fn asks_for_keys(&self) -> bool {
        self.asks_for("key") || self.asks_for("epoch")
    }

    /// Whether the body may ask for this of its effects as a whole.
    pub(crate) fn asks_for(&self, what: &str) -> bool {
        !self.is_pure() && super::body::asks_for(&quote::ToTokens::to_token_stream(&self.block), what)
    }

    /// Whether it is a `fn` whose body is to block a thread of its own.
    pub(crate) const fn is_blocking(&self) -> bool {
        self.options.blocking.is_some() && self.asyncness.is_none()
    }

    /// The type parameters that the context alone mentions: no value of an argument is of them.
    pub(crate) fn fixed_by_context(&self) -> impl Iterator<Item = &Ident> {
        self.generics.type_params().map(|parameter| &parameter.ident).filter(|ident| {
            mentions(&self.context_type, ident) && !self.arguments.iter().any(|argument| mentions(&argument.ty, ident))
        })
    }

    pub(crate) const fn is_pure(&self) -> bool {
        self.options.effects.is_empty()
    }
}

/// What a function's command is called.
fn command(function: &Ident, errors: &mut Errors) -> Ident {
    let name = plain(function);
    let mut command = type_name(&name).unwrap_or_else(|| {
        errors.at(
            function,
            format!("`{name}` makes no name for a struct, which its command is: name it, as in `command = PlaceOrder`, or rename the function"),
        );
        format_ident!("Unnamed{}", pascal(&name))
    });
    command.set_span(function.span());
    command
}

fn unsafe_token(safety: &Safety) -> Option<TokenStream> {
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
            if let Some(unit) = first.attrs.iter().find(|attribute| attribute.path().is_ident("unit")) {
                errors.at(
                    unit.path(),
                    "the context is no argument: put `#[context(unit = ..)]` on its fields where it is declared",
                );
            }
            if let Some(redact) = first.attrs.iter().find(|attribute| attribute.path().is_ident("redact")) {
                errors.at(
                    redact.path(),
                    "the context is no argument: put `#[context(redact)]` on its fields where it is declared",
                );
            }
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
            if let Some(lifetime) = lifetime_in(&first.ty) {
                errors.at(&lifetime, format!("a context has no lifetime here; {example}"));
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

/// A lifetime among the arguments of `Ctx`.
fn lifetime_in(ty: &Type) -> Option<syn::Lifetime> {
    let Type::Path(path) = ty else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Lifetime(lifetime) => Some(lifetime.clone()),
        _ => None,
    })
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

/// Whether people are not shown the value of an argument, `#[redact]`, and in what it is measured, `#[unit = "degF"]`.
fn marks(attributes: &[Attribute], errors: &mut Errors) -> (bool, Option<Unit>) {
    let (mut redact, mut unit) = (false, None);
    for attribute in attributes.iter().filter(|attribute| !attribute.path().is_ident("doc")) {
        let is_of_field = |mark: &str| {
            let mut named = false;
            let _ = attribute.parse_nested_meta(|meta| {
                named |= meta.path.is_ident(mark);
                // What is after it is of no interest.
                meta.input.parse::<TokenStream>().map(drop)
            });
            ["context", "inspect"].iter().any(|name| attribute.path().is_ident(name)) && named
        };
        if attribute.path().is_ident("redact") {
            if attribute.meta.require_path_only().is_err() {
                errors.at(&attribute.meta, "`#[redact]` takes nothing: the whole value is not shown");
            }
            if std::mem::replace(&mut redact, true) {
                errors.at(attribute.path(), "given twice: keep one");
            }
        } else if attribute.path().is_ident("unit") {
            let example = "in what is it measured? as in `#[unit = \"degF\"]`";
            let given =
                attribute.meta.require_name_value().map_err(|_| syn::Error::new_spanned(&attribute.meta, example));
            if let Some(given) = errors.take(given.and_then(|given| unit::parse(&given.value)))
                && unit.replace(given).is_some()
            {
                errors.at(attribute.path(), "given twice: keep one");
            }
        } else if is_of_field("redact") {
            errors.at(
                attribute.path(),
                "`#[context(redact)]` is for a field of a context: on an argument write `#[redact]`",
            );
        } else if is_of_field("unit") {
            errors.at(attribute.path(), "`unit` in a list is for a field: on an argument write `#[unit = \"..\"]`");
        } else {
            errors.at(
                attribute.path(),
                "an argument has documentation, `#[redact]`, `#[unit = \"..\"]` and no other attribute: put `#[cfg(..)]` on two whole processes, lints on the function",
            );
        }
    }
    (redact, unit)
}

impl Argument {
    fn of(input: &FnArg, errors: &mut Errors) -> Option<Self> {
        let FnArg::Typed(argument) = input else { return None };
        let Pat::Ident(pattern) = &*argument.pat else {
            errors.at(&argument.pat, "an argument is a field of the command and needs a name: write `name: Type`");
            return None;
        };
        let (redact, unit) = marks(&argument.attrs, errors);
        unit::check(unit.as_ref(), &argument.ty, None, errors);
        if pattern.by_ref.is_some() || pattern.subpat.is_some() {
            errors
                .at(&argument.pat, "an argument is a field of the command and needs a plain name: write `name: Type`");
            return None;
        }
        if let Some((ty, why)) = unsupported::inside(&argument.ty) {
            errors.at(&ty, format!("an argument cannot {why}"));
            return None;
        }
        Some(Self {
            mutability: pattern.mutability,
            ident: pattern.ident.clone(),
            ty: (*argument.ty).clone(),
            redact,
            unit,
            docs: tokens::docs(&argument.attrs),
        })
    }

    pub(crate) fn name(&self) -> String {
        plain(&self.ident)
    }
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
