//! Reads `#[context(..)]` and `#[zone(..)]`.

use syn::spanned::Spanned;
use syn::{Attribute, LitInt, LitStr, Path};

use super::events;
use crate::errors::Errors;
use crate::names::{hint, plain};
use crate::unit::{self, Unit};

/// What a field can be in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    Data,
    Signal,
    Meta,
}

impl Zone {
    /// The zone that a name's prefix stands for.
    pub(crate) fn of_name(name: &str) -> Self {
        if name.starts_with("sig_") || name.starts_with("cmd_") {
            Self::Signal
        } else if name.starts_with("meta_") {
            Self::Meta
        } else {
            Self::Data
        }
    }
}

/// `#[context(..)]` on the struct.
pub(crate) struct StructAttributes {
    pub(crate) version: Option<LitInt>,
    pub(crate) krate: Path,
}

/// `#[context(..)]` and `#[zone(..)]` on a field.
#[derive(Default)]
pub(crate) struct FieldAttributes {
    pub(crate) nested: bool,
    /// Whether its type may change through a shared reference.
    pub(crate) interior_mutability: bool,
    /// Whether people are not shown its value.
    pub(crate) redact: bool,
    /// In what it is measured.
    pub(crate) unit: Option<Unit>,
    /// The word that its place has for the events of its signals.
    pub(crate) events: Option<LitStr>,
    pub(crate) zone: Option<Zone>,
}

pub(crate) fn of_struct(attributes: &[Attribute], errors: &mut Errors) -> StructAttributes {
    let mut version = None;
    let mut krate: Option<Path> = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("context")) {
        let read = attribute.parse_nested_meta(|meta| {
            let duplicate = || meta.error("given twice: keep one");
            if meta.path.is_ident("version") {
                let number: LitInt = meta.value()?.parse()?;
                number.base10_parse::<u32>().map_err(|_| {
                    syn::Error::new(number.span(), "the version of a schema is a whole number that fits `u32`")
                })?;
                return version.replace(number).map_or(Ok(()), |_| Err(duplicate()));
            }
            if meta.path.is_ident("crate") {
                return krate.replace(meta.value()?.parse()?).map_or(Ok(()), |_| Err(duplicate()));
            }
            if meta.path.is_ident("nested") {
                return Err(meta.error("`nested` belongs on the field whose type is another context"));
            }
            if meta.path.is_ident("redact") {
                return Err(meta.error("`redact` belongs on the field whose value is not to be shown"));
            }
            if meta.path.is_ident("events") {
                return Err(meta.error("`events` belongs on the field whose type is another context, behind `nested`"));
            }
            if meta.path.is_ident("unit") {
                return Err(meta.error("`unit` belongs on the field that is measured"));
            }
            Err(unknown(&meta.path, &["version", "crate"], "#[context(..)] of a struct"))
        });
        errors.take(read);
    }
    StructAttributes { version, krate: krate.unwrap_or_else(|| syn::parse_quote!(::theus_core)) }
}

pub(crate) fn of_field(attributes: &[Attribute], errors: &mut Errors) -> FieldAttributes {
    let mut read = FieldAttributes::default();
    for attribute in attributes {
        if attribute.path().is_ident("context") {
            let result = attribute.parse_nested_meta(|meta| {
                let mark = match meta.path.get_ident().map(plain).as_deref() {
                    Some("nested") => &mut read.nested,
                    Some("interior_mutability") => &mut read.interior_mutability,
                    Some("redact") => &mut read.redact,
                    Some("unit") => return unit::option(&meta, &mut read.unit),
                    Some("events") => return events::option(&meta, &mut read.events),
                    _ => {
                        return Err(unknown(
                            &meta.path,
                            &["nested", "events", "interior_mutability", "redact", "unit"],
                            "#[context(..)] of a field",
                        ));
                    }
                };
                if std::mem::replace(mark, true) {
                    return Err(meta.error("given twice: keep one"));
                }
                Ok(())
            });
            errors.take(result);
        } else if attribute.path().is_ident("zone") {
            zone(attribute, &mut read.zone, errors);
        }
    }
    read
}

fn zone(attribute: &Attribute, zone: &mut Option<Zone>, errors: &mut Errors) {
    let known = ["data", "signal", "meta"];
    let Some(name) = errors.take(attribute.parse_args::<syn::Ident>().map_err(|_| {
        syn::Error::new(attribute.meta.span(), "a zone is one of `#[zone(data)]`, `#[zone(signal)]`, `#[zone(meta)]`")
    })) else {
        return;
    };
    let text = plain(&name);
    let named = match text.as_str() {
        "data" => Zone::Data,
        "signal" => Zone::Signal,
        "meta" => Zone::Meta,
        _ => return errors.at(&name, format!("unknown zone `{text}`; {}", hint(&text, known))),
    };
    if zone.replace(named).is_some() {
        errors.at(&attribute.meta, "this field has two zones: keep one `#[zone(..)]`");
    }
}

fn unknown(path: &Path, known: &[&str], place: &str) -> syn::Error {
    let text = path.get_ident().map(plain).unwrap_or_default();
    syn::Error::new_spanned(path, format!("unknown option `{text}` in {place}; {}", hint(&text, known.iter().copied())))
}
