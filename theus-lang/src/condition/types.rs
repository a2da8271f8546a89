//! What the check knows of a value before there is one.

use std::fmt;

use crate::context::{
    CollectionKind, CollectionShape, EnumShape, FieldShape, RecordShape, Shape, TimeKind, VariantShape,
};

/// The type of a part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    /// Not known before there is a value: what an event carries.
    Any,
    Null,
    Bool,
    Int {
        min: i128,
        max: u128,
    },
    Float {
        /// Whether it is an `f32`.
        single: bool,
    },
    Decimal,
    Time(TimeKind),
    Uuid,
    Text,
    Char,
    Enum(Box<EnumShape>),
    Record(Box<RecordShape>),
    /// What one variant of an enum holds.
    Variant(VariantShape),
    /// A collection in a field.
    Collection(Box<CollectionShape>),
    /// A list that the expression makes.
    List(Box<Type>),
    /// A map that the expression makes, with the names of its entries.
    Object(Vec<(String, Type)>),
    Optional(Box<Type>),
    /// Nothing can be asked of it.
    Opaque,
}

impl Type {
    /// An integer that is computed: of any size.
    pub(super) const INT: Self = Self::Int { min: i128::MIN, max: i128::MAX.unsigned_abs() };
    /// A float that is computed.
    pub(super) const FLOAT: Self = Self::Float { single: false };

    pub(super) fn of(shape: Shape) -> Self {
        match shape.seen_through() {
            Shape::Bool => Self::Bool,
            Shape::Int { min, max } => Self::Int { min, max },
            Shape::Float32 => Self::Float { single: true },
            Shape::Float64 => Self::FLOAT,
            Shape::Decimal => Self::Decimal,
            Shape::Time(kind) => Self::Time(kind),
            Shape::Uuid => Self::Uuid,
            Shape::Text => Self::Text,
            Shape::Char => Self::Char,
            Shape::Collection(collection) => Self::Collection(Box::new(collection)),
            Shape::Record(record) => Self::Record(Box::new(record)),
            Shape::Enum(shape) => Self::Enum(Box::new(shape)),
            Shape::Optional(inner) => Self::of(*inner).optional(),
            Shape::Measured(measured) => Self::of(measured.shape),
            _ => Self::Opaque,
        }
    }

    /// Of what comes as JSON: what has no known shape can still be asked anything.
    pub(super) fn of_json(shape: Shape) -> Self {
        match Self::of(shape) {
            Self::Opaque => Self::Any,
            known => known,
        }
    }

    pub(super) fn optional(self) -> Self {
        match self {
            already @ (Self::Optional(_) | Self::Null | Self::Any) => already,
            kind => Self::Optional(Box::new(kind)),
        }
    }

    pub(super) fn innermost(&self) -> &Self {
        match self {
            Self::Optional(inner) => inner.innermost(),
            kind => kind,
        }
    }

    /// The shape of it, as far as a shape can say it.
    pub(super) fn shape(&self) -> Shape {
        match self {
            Self::Bool => Shape::Bool,
            Self::Int { min, max } => Shape::Int { min: *min, max: *max },
            Self::Float { single: true } => Shape::Float32,
            Self::Float { single: false } => Shape::Float64,
            Self::Decimal => Shape::Decimal,
            Self::Time(kind) => Shape::Time(*kind),
            Self::Uuid => Shape::Uuid,
            Self::Text => Shape::Text,
            Self::Char => Shape::Char,
            Self::Enum(shape) => Shape::Enum((**shape).clone()),
            Self::Record(record) => Shape::Record((**record).clone()),
            Self::Collection(collection) => Shape::Collection((**collection).clone()),
            Self::List(element) => Shape::Collection(match **element {
                Self::Bool => CollectionShape::list::<bool>(),
                Self::Int { .. } => CollectionShape::list::<i128>(),
                Self::Float { .. } => CollectionShape::list::<f64>(),
                Self::Text | Self::Char => CollectionShape::list::<String>(),
                Self::Decimal => CollectionShape::list::<crate::context::Decimal>(),
                _ => CollectionShape::counted(),
            }),
            Self::Optional(inner) => inner.shape().optional(),
            Self::Any | Self::Null | Self::Variant(_) | Self::Object(_) | Self::Opaque => Shape::Opaque,
        }
    }

    pub(super) const fn is_number(&self) -> bool {
        matches!(self, Self::Int { .. } | Self::Float { .. } | Self::Decimal)
    }

    pub(super) fn is_map(&self) -> bool {
        match self {
            Self::Object(_) => true,
            Self::Collection(collection) => collection.key().is_some(),
            _ => false,
        }
    }

    /// What one gets by going through it: the elements of a list or a set, the keys of a map.
    pub(super) fn element(&self) -> Option<Self> {
        match self {
            Self::Any => Some(Self::Any),
            Self::List(element) => Some((**element).clone()),
            Self::Object(_) => Some(Self::Text),
            Self::Collection(collection) if collection.kind() == CollectionKind::Counted => None,
            Self::Collection(collection) => Some(Self::of(match collection.key() {
                Some(key) => key.shape.shape(),
                None => collection.element(),
            })),
            _ => None,
        }
    }

    /// Its fields, of what has some.
    pub(super) fn fields(&self) -> Option<Vec<FieldShape>> {
        match self {
            Self::Record(record) => Some(record.fields.get()),
            Self::Variant(variant) => Some(variant.fields.clone()),
            _ => None,
        }
    }

    /// Whether values of the two can be the same.
    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Opaque, _) | (_, Self::Opaque) => false,
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::Null, Self::Null | Self::Optional(_)) | (Self::Optional(_), Self::Null) => true,
            (Self::Optional(one), two) | (two, Self::Optional(one)) => one.innermost().equals(two.innermost()),
            (Self::Enum(one), Self::Enum(two)) => one.name == two.name,
            (Self::Enum(_), Self::Text) | (Self::Text, Self::Enum(_)) => true,
            (Self::Record(one), Self::Record(two)) => one.name == two.name,
            (Self::Variant(one), Self::Variant(two)) => one == two,
            (Self::Object(_), _) | (_, Self::Object(_)) => self.is_map() && other.is_map(),
            (Self::Collection(_) | Self::List(_), Self::Collection(_) | Self::List(_)) => {
                self.is_map() == other.is_map()
                    && matches!((self.element(), other.element()), (Some(one), Some(two)) if one.equals(&two))
            }
            _ => self.orders(other),
        }
    }

    /// Whether one value of the two can be less than the other.
    pub(super) fn orders(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, kind) | (kind, Self::Any) => {
                kind.is_number()
                    || matches!(kind, Self::Any | Self::Bool | Self::Text | Self::Char | Self::Time(_) | Self::Uuid)
            }
            (Self::Float { .. }, Self::Decimal) | (Self::Decimal, Self::Float { .. }) => false,
            (one, two) if one.is_number() => two.is_number(),
            (Self::Text | Self::Char, Self::Text | Self::Char)
            | (Self::Bool, Self::Bool)
            | (Self::Uuid, Self::Uuid) => true,
            (Self::Time(one), Self::Time(two)) => one == two,
            _ => false,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("a value of any type"),
            Self::Null => f.write_str("null"),
            Self::Variant(variant) => write!(f, "the variant {}", variant.name),
            Self::List(_) => f.write_str("a list"),
            Self::Object(_) => f.write_str("a map"),
            Self::Optional(inner) => write!(f, "an optional value ({inner})"),
            Self::Opaque => f.write_str("a value that cannot be looked into"),
            Self::Record(record) if record.name == "tuple" => f.write_str("a tuple"),
            other => other.shape().fmt(f),
        }
    }
}
