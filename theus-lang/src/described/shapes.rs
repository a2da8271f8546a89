//! From a type as it is written to what rules can ask of its values.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::adapters::via_serde;
use super::leak::leak;
use super::program::{EnumText, FieldText, Form, RecordText, TypeText};
use super::type_name::TypeName;
use crate::context::{
    Asked, CollectionKind, CollectionShape, EnumShape, FieldShape, Inspect, Lazy, RecordShape, Shape, TimeKind,
    VariantShape, WireForm,
};

/// So many aliases, one of another, are followed.
const MOST_ALIASES: usize = 64;

/// The types that are described, and which others were asked about.
#[derive(Debug)]
pub(super) struct Shapes {
    types: BTreeMap<String, TypeText>,
    unlisted: Mutex<BTreeSet<String>>,
}

impl Shapes {
    pub(super) const fn new(types: BTreeMap<String, TypeText>) -> Self {
        Self { types, unlisted: Mutex::new(BTreeSet::new()) }
    }

    /// Which types that are not described were asked about; from now on, none.
    pub(super) fn forget(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.unlisted.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn asked(&self, word: &str) {
        self.unlisted.lock().unwrap_or_else(PoisonError::into_inner).insert(word.to_owned());
    }

    /// What is described under a name, its aliases followed and its parameters filled in.
    pub(super) fn described<'s>(&'s self, name: &TypeName) -> (TypeName, Option<&'s TypeText>) {
        let mut name = name.clone();
        for _ in 0..MOST_ALIASES {
            match self.types.get(&name.word) {
                // `Decimal = rust_decimal::Decimal`: the well-known one is meant, which a word alone does not say.
                Some(TypeText { form: Form::Alias(of), .. }) if of.last_word() == name.word => return (name, None),
                Some(text @ TypeText { form: Form::Alias(of), .. }) => name = of.filled(&text.filling(&name)),
                found => return (name, found),
            }
        }
        (name, None)
    }

    pub(super) fn shape(self: &Arc<Self>, name: &TypeName) -> Shape {
        let (name, text) = self.described(name);
        match text {
            Some(text) => self.own(&name, text),
            None => {
                let is_told = self.types.contains_key(&name.word) || name.word != name.last_word();
                let foreign = || is_told.then(|| self.table(&name).or_else(|| foreign(&name))).flatten();
                let known = self.known(&name).or_else(foreign);
                known.unwrap_or_else(|| self.unknown(&name.word))
            }
        }
    }

    /// The shape of a type, in a unit where its field has one.
    pub(super) fn measured(self: &Arc<Self>, name: &TypeName, unit: Option<&'static str>) -> Shape {
        let shape = self.shape(name);
        match unit {
            Some(unit) => shape.measured_in(unit),
            None => shape,
        }
    }

    /// One of the program's own types.
    fn own(self: &Arc<Self>, name: &TypeName, text: &TypeText) -> Shape {
        let word = leak(&name.word);
        let filled = |fields: &[FieldText]| {
            let known = |field: &FieldText| (leak(&field.name), text.fill(name, &field.shows), field.unit());
            let fields: Vec<_> = fields.iter().map(known).collect();
            let shapes = Arc::clone(self);
            Asked::described(move || {
                let shape = |shows, unit: &Option<&'static str>| shapes.measured(shows, *unit);
                fields.iter().map(|(name, shows, unit)| FieldShape { name, shape: shape(shows, unit) }).collect()
            })
        };
        match &text.form {
            Form::Record(RecordText { fields, methods, transparent }) => Shape::Record(RecordShape {
                name: word,
                fields: filled(fields),
                methods: filled(methods),
                transparent: *transparent,
                wire: Asked::of(WireForm::unknown),
            }),
            Form::Enum(EnumText { variants, methods }) => {
                let asked: Vec<_> =
                    variants.iter().map(|variant| (leak(&variant.name), filled(&variant.fields))).collect();
                let variants = Asked::described(move || {
                    asked.iter().map(|(name, fields)| VariantShape { name, fields: fields.get() }).collect()
                });
                Shape::Enum(EnumShape {
                    name: word,
                    variants,
                    methods: filled(methods),
                    wire: Asked::of(WireForm::unknown),
                })
            }
            // A context as the type of a plain field shows nothing; aliases have been followed.
            Form::Context(_) | Form::Alias(_) => Shape::Opaque,
        }
    }

    /// A type of the standard library, or an adapter to what serde writes.
    fn known(self: &Arc<Self>, name: &TypeName) -> Option<Shape> {
        let argument = |index: usize| name.arguments.get(index);
        let list = |kind| Some(Shape::Collection(CollectionShape::described(kind, self.lazy(name, 0), None)));
        let map = |kind| Some(self.map(name, kind));
        match name.word.as_str() {
            "bool" => Some(bool::shape()),
            "char" => Some(char::shape()),
            "i8" => Some(i8::shape()),
            "i16" => Some(i16::shape()),
            "i32" => Some(i32::shape()),
            "i64" => Some(i64::shape()),
            "i128" => Some(i128::shape()),
            "isize" => Some(isize::shape()),
            "u8" => Some(u8::shape()),
            "u16" => Some(u16::shape()),
            "u32" => Some(u32::shape()),
            "u64" => Some(u64::shape()),
            "u128" => Some(u128::shape()),
            "usize" => Some(usize::shape()),
            "f32" => Some(f32::shape()),
            "f64" => Some(f64::shape()),
            "String" | "text" | "str" => Some(String::shape()),
            "Box" | "Rc" | "Arc" | "Cow" => argument(0).map(|held| self.shape(held)),
            "Option" => argument(0).map(|held| self.shape(held).optional()),
            "Vec" | "VecDeque" | "list" => list(CollectionKind::List),
            "BTreeSet" => list(CollectionKind::SortedSet),
            "HashSet" => list(CollectionKind::HashSet),
            "BTreeMap" => map(CollectionKind::SortedMap),
            "HashMap" => map(CollectionKind::HashMap),
            "tuple" if !name.arguments.is_empty() => Some(self.tuple(&name.arguments)),
            "SystemTime" => Some(Shape::Time(TimeKind::Instant)),
            "Duration" => Some(Shape::Decimal),
            "ViaSerde" => argument(0).and_then(via_serde),
            _ => None,
        }
    }

    /// The engine's own map, which others may have of that name.
    fn table(self: &Arc<Self>, name: &TypeName) -> Option<Shape> {
        (name.last_word() == "Table" && name.arguments.len() == 2).then(|| self.map(name, CollectionKind::SortedMap))
    }

    fn map(self: &Arc<Self>, name: &TypeName, kind: CollectionKind) -> Shape {
        Shape::Collection(CollectionShape::described(kind, self.lazy(name, 1), Some(self.lazy(name, 0))))
    }

    /// The shape of an argument, when it is asked for.
    fn lazy(self: &Arc<Self>, name: &TypeName, argument: usize) -> Lazy {
        let of = name.arguments.get(argument).cloned().unwrap_or_else(|| TypeName::plain("_"));
        let (shapes, spelled) = (Arc::clone(self), leak(&of.to_string()));
        Lazy::described(spelled, move || shapes.shape(&of))
    }

    fn tuple(self: &Arc<Self>, parts: &[TypeName]) -> Shape {
        let (parts, shapes) = (parts.to_vec(), Arc::clone(self));
        let fields = Asked::described(move || {
            let field = |(index, of): (usize, &TypeName)| FieldShape {
                name: leak(&index.to_string()),
                shape: shapes.shape(of),
            };
            parts.iter().enumerate().map(field).collect()
        });
        Shape::Record(RecordShape {
            name: "tuple",
            fields,
            methods: Asked::of(Vec::new),
            transparent: false,
            wire: Asked::of(WireForm::plain),
        })
    }

    /// A type of which nothing but the word is known. It stands for something that shows nothing; that it was asked is remembered.
    fn unknown(self: &Arc<Self>, word: &str) -> Shape {
        let (shapes, word) = (Arc::clone(self), word.to_owned());
        let name = leak(&word);
        let fields = Asked::described(move || {
            shapes.asked(&word);
            vec![FieldShape { name: "0", shape: Shape::Opaque }]
        });
        Shape::Record(RecordShape {
            name,
            fields,
            methods: Asked::of(Vec::new),
            transparent: true,
            wire: Asked::of(WireForm::unknown),
        })
    }
}

/// A type of a crate that rules know, where the program says that it is that one: many have a `Time` of their own.
fn foreign(name: &TypeName) -> Option<Shape> {
    let kind = match name.last_word() {
        "Decimal" | "TimeDelta" | "SignedDuration" => return Some(Shape::Decimal),
        "Uuid" => return Some(Shape::Uuid),
        "Timestamp" | "Zoned" => TimeKind::Instant,
        // jiff's has no offset and no argument, chrono's has both.
        "DateTime" if !name.arguments.is_empty() => TimeKind::Instant,
        "DateTime" | "NaiveDateTime" => TimeKind::DateTime,
        "Date" | "NaiveDate" => TimeKind::Date,
        "Time" | "NaiveTime" => TimeKind::TimeOfDay,
        _ => return None,
    };
    Some(Shape::Time(kind))
}

impl FieldText {
    /// In what it is measured, to be kept.
    pub(super) fn unit(&self) -> Option<&'static str> {
        self.unit.as_deref().map(leak)
    }
}

impl TypeText {
    /// Which arguments its parameters have.
    pub(super) fn filling<'a>(&'a self, name: &'a TypeName) -> BTreeMap<&'a str, &'a TypeName> {
        self.parameters.iter().map(String::as_str).zip(&name.arguments).collect()
    }

    /// A type of a field of it, as `name` is written.
    pub(super) fn fill(&self, name: &TypeName, field: &TypeName) -> TypeName {
        field.filled(&self.filling(name))
    }
}
