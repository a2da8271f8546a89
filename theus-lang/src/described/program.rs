//! What is said of a program, as owned data.

use std::collections::BTreeMap;

use super::type_name::TypeName;
use crate::context::Zone;

/// A program: what it works on, what it can do, and the types that it mentions.
#[derive(Clone, Debug)]
pub struct Program {
    /// The context that its processes change.
    pub domain: TypeName,
    /// The context that they only read.
    pub global: Option<TypeName>,
    /// Its types, by the last words of their paths.
    pub types: BTreeMap<String, TypeText>,
    /// Its processes.
    pub processes: Vec<ProcessText>,
}

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeText {
    /// Its type parameters.
    pub parameters: Vec<String>,
    /// What it is.
    pub form: Form,
}

/// What a type is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// Another name of a type.
    Alias(TypeName),
    /// A context.
    Context(ContextText),
    /// A struct that rules can look into.
    Record(RecordText),
    /// An enum that rules can look into.
    Enum(EnumText),
}

/// A context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextText {
    /// The version of its schema.
    pub version: u32,
    /// Its fields.
    pub fields: Vec<ContextField>,
    /// The methods of its view that rules may call.
    pub methods: Vec<FieldText>,
}

/// A field of a context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextField {
    /// Its name and type.
    pub field: FieldText,
    /// Its zone; of a nested context, the one that its fields have at least.
    pub zone: Zone,
    /// Whether its type is a context too, whose fields are paths of their own.
    pub nested: bool,
    /// The word that its place has for the events of such a context.
    pub events: Option<String>,
}

/// A struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordText {
    /// Its fields.
    pub fields: Vec<FieldText>,
    /// Its methods that rules may call.
    pub methods: Vec<FieldText>,
    /// Whether it stands for its only field.
    pub transparent: bool,
}

/// An enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumText {
    /// Its variants.
    pub variants: Vec<VariantText>,
    /// Its methods that rules may call.
    pub methods: Vec<FieldText>,
}

/// One variant of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantText {
    /// Its name.
    pub name: String,
    /// Its fields.
    pub fields: Vec<FieldText>,
}

/// A field, an argument or a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldText {
    /// Its name.
    pub name: String,
    /// Its type; where an adapter shows it, that.
    pub shows: TypeName,
    /// Its type, as it is written.
    pub written: String,
    /// In what it is measured, where it says so.
    pub unit: Option<String>,
}

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessText {
    /// Its name.
    pub name: String,
    /// The paths that it reads, each with its layer: `domain.total`.
    pub inputs: Vec<String>,
    /// The paths that it writes.
    pub outputs: Vec<String>,
    /// Its effects.
    pub effects: Vec<String>,
    /// The errors that it can fail with, named as they are written.
    pub errors: Vec<FieldText>,
    /// Its arguments.
    pub arguments: Vec<FieldText>,
    /// The type of its scratch.
    pub local: Option<FieldText>,
    /// Whether it is an `async fn`.
    pub is_async: bool,
    /// Whether it is a `fn` that blocks a thread of its own.
    pub is_blocking: bool,
    /// What it returns; none where that is `()`.
    pub gives: Option<FieldText>,
}
