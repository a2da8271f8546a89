//! The shape of the values that a field can have: what a rule on it may ask, known before any value exists.

mod measured;

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use super::inspect::Inspect;
use super::time::TimeKind;
use super::value::Value;
use super::wire::WireForm;
pub use measured::Measured;

/// So many newtypes and options, one in another, are looked through: types that hold each other have no end.
#[doc(hidden)]
pub const MOST_NEWTYPES: usize = 64;

/// What kind of value a field or an argument holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// `bool`.
    Bool,
    /// An integer type, with the least and the greatest value it can hold.
    Int {
        /// The least value.
        min: i128,
        /// The greatest value; it does not fit `i128` for `u128` only.
        max: u128,
    },
    /// `f32`: a bound on it is rounded to `f32` once, when the recipe is loaded.
    Float32,
    /// `f64`.
    Float64,
    /// A decimal number, compared exactly.
    Decimal,
    /// A time.
    Time(TimeKind),
    /// A UUID.
    Uuid,
    /// A string.
    Text,
    /// A character.
    Char,
    /// A list, set or map: it has a length.
    Collection(CollectionShape),
    /// A struct or a tuple: it has fields.
    Record(RecordShape),
    /// An enum: one of its variants, each with fields of its own.
    Enum(EnumShape),
    /// An `Option` of something, or something that need not be there.
    Optional(Box<Shape>),
    /// A number whose field says in what it is measured: `#[context(unit = "degF")]`.
    Measured(Box<Measured>),
    /// A type the audit cannot look into: one that does not implement [`Inspect`](crate::context::Inspect).
    Opaque,
}

/// Something of a type, asked for when it is needed: types may hold themselves.
#[derive(Clone)]
pub struct Asked<T>(Answer<T>);

#[derive(Clone)]
enum Answer<T> {
    /// The type itself says it.
    Coded(fn() -> T),
    /// Somebody says it of a type that is not here, as what checks files while a program is compiled. Behind one word: shapes are
    /// what a checker has on its stack.
    Described(Arc<Box<dyn Fn() -> T + Send + Sync>>),
}

impl<T> Asked<T> {
    /// What this says.
    #[must_use]
    pub const fn of(answer: fn() -> T) -> Self {
        Self(Answer::Coded(answer))
    }

    /// What this says, of a type that is only described.
    #[doc(hidden)]
    #[must_use]
    pub fn described(answer: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self(Answer::Described(Arc::new(Box::new(answer))))
    }

    /// Asks.
    #[must_use]
    pub fn get(&self) -> T {
        match &self.0 {
            Answer::Coded(answer) => answer(),
            Answer::Described(answer) => answer(),
        }
    }
}

impl<T> fmt::Debug for Asked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// The shape of a type, asked for when it is needed: types may hold themselves.
#[derive(Clone)]
pub struct Lazy(Naming);

#[derive(Clone)]
enum Naming {
    Coded { type_name: fn() -> &'static str, shape: fn() -> Shape },
    Described(Arc<(&'static str, Asked<Shape>)>),
}

/// The shape of a list, a set or a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionShape {
    kind: CollectionKind,
    element: Lazy,
    key: Option<KeyShape>,
}

/// What can be asked of a collection besides its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum CollectionKind {
    /// Elements by their positions.
    List,
    /// Elements in an order, without positions.
    Sequence,
    /// Elements in no order.
    Bag,
    /// Elements in order, no two the same.
    SortedSet,
    /// Elements in no order, no two the same.
    HashSet,
    /// Entries in the order of their keys.
    SortedMap,
    /// Entries in no order.
    HashMap,
    /// Nothing but the length: elements of a type that the audit cannot look into.
    Counted,
}

/// The keys of a map.
#[derive(Clone, Debug)]
#[doc(hidden)]
pub struct KeyShape {
    /// The shape of a key.
    pub shape: Lazy,
    make: fn(&Lazy, Value<'_>) -> Option<Key>,
}

/// A key of a map, of the map's own type of keys.
type Key = Arc<dyn Any + Send + Sync>;

/// The shape of a struct or a tuple.
#[derive(Clone, Debug)]
pub struct RecordShape {
    /// The name of the type.
    pub name: &'static str,
    /// Its fields, in order.
    pub fields: Asked<Vec<FieldShape>>,
    /// Its methods that rules may call.
    pub methods: Asked<Vec<FieldShape>>,
    /// Whether it stands for its only field: a newtype.
    pub transparent: bool,
    /// How it is written, and what its documentation says.
    pub wire: Asked<WireForm>,
}

/// The shape of an enum.
#[derive(Clone, Debug)]
pub struct EnumShape {
    /// The name of the type.
    pub name: &'static str,
    /// Its variants, in order.
    pub variants: Asked<Vec<VariantShape>>,
    /// Its methods that rules may call.
    pub methods: Asked<Vec<FieldShape>>,
    /// How it is written, and what its documentation says.
    pub wire: Asked<WireForm>,
}

/// One variant of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantShape {
    /// Its name.
    pub name: &'static str,
    /// Its fields, in order.
    pub fields: Vec<FieldShape>,
}

/// A field or a method, and the shape of its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldShape {
    /// Its name; its position where it has none.
    pub name: &'static str,
    /// The shape of its values.
    pub shape: Shape,
}

impl Shape {
    /// The shape without its `Option`s and its unit.
    #[must_use]
    pub fn innermost(&self) -> &Self {
        match self {
            Self::Optional(inner) => inner.innermost(),
            Self::Measured(measured) => measured.shape.innermost(),
            shape => shape,
        }
    }

    /// The same, as what need not be there.
    #[doc(hidden)]
    pub fn optional(self) -> Self {
        match self {
            Self::Optional(_) => self,
            shape => Self::Optional(Box::new(shape)),
        }
    }

    /// Whether what a path says is a key of this shape, as [`Inspect::from_key`] has it.
    fn has_key(&self, value: Value<'_>) -> bool {
        match (self, value) {
            (Self::Int { min, max }, Value::Int(number)) => {
                *min <= number && u128::try_from(number).map_or(number < 0, |number| number <= *max)
            }
            (Self::Int { max, .. }, Value::Huge(number)) => number <= *max,
            (Self::Text, Value::Text(_)) => true,
            (Self::Char, Value::Text(text)) => text.chars().count() == 1,
            (Self::Bool, Value::Text(text)) => matches!(text, "true" | "false"),
            (Self::Uuid, Value::Text(text)) => super::value::parse_uuid(text).is_some(),
            (Self::Enum(shape), Value::Text(text)) => {
                shape.variants.get().iter().any(|variant| variant.name == text && variant.fields.is_empty())
            }
            _ => false,
        }
    }

    /// What a newtype stands for, through any number of them and without units; nothing, for newtypes that hold each other.
    #[doc(hidden)]
    pub fn seen_through(self) -> Self {
        let (mut shape, mut optional) = (self, false);
        for _ in 0..MOST_NEWTYPES {
            shape = match shape {
                Self::Record(record) if record.transparent => record.stands_for(),
                Self::Optional(inner) => {
                    optional = true;
                    *inner
                }
                Self::Measured(measured) => measured.shape,
                shape => return if optional { shape.optional() } else { shape },
            }
        }
        if optional { Self::Opaque.optional() } else { Self::Opaque }
    }
}

thread_local! {
    /// How many newtypes, one in another, are being asked.
    static NEWTYPES: Cell<usize> = const { Cell::new(0) };
}

/// The shape of a newtype, which is that of what it holds; nothing, for newtypes that hold each other.
#[doc(hidden)]
#[must_use]
pub fn newtype_shape(held: fn() -> Shape) -> Shape {
    /// Left also where a shape of the user's panics.
    struct Level(usize);
    impl Drop for Level {
        fn drop(&mut self) {
            NEWTYPES.set(self.0);
        }
    }
    let level = Level(NEWTYPES.get());
    if level.0 >= MOST_NEWTYPES {
        return Shape::Opaque;
    }
    NEWTYPES.set(level.0 + 1);
    held()
}

impl RecordShape {
    /// What a newtype stands for.
    #[doc(hidden)]
    pub fn stands_for(&self) -> Shape {
        self.fields.get().into_iter().next().map_or(Shape::Opaque, |field| field.shape)
    }
}

impl Lazy {
    /// The shape of `T`.
    #[must_use]
    pub const fn of<T: Inspect + ?Sized>() -> Self {
        Self(Naming::Coded { type_name: std::any::type_name::<T>, shape: T::shape })
    }

    #[doc(hidden)]
    pub const fn opaque() -> Self {
        Self(Naming::Coded { type_name: || "", shape: || Shape::Opaque })
    }

    /// Asks for it.
    #[must_use]
    pub fn shape(&self) -> Shape {
        match &self.0 {
            Naming::Coded { shape, .. } => shape(),
            Naming::Described(described) => described.1.get(),
        }
    }

    fn type_name(&self) -> &'static str {
        match &self.0 {
            Naming::Coded { type_name, .. } => type_name(),
            Naming::Described(described) => described.0,
        }
    }

    /// The shape of a type that is only described: there is no such type here.
    #[doc(hidden)]
    #[must_use]
    pub fn described(type_name: &'static str, shape: impl Fn() -> Shape + Send + Sync + 'static) -> Self {
        Self(Naming::Described(Arc::new((type_name, Asked::described(shape)))))
    }
}

impl fmt::Debug for Lazy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.type_name())
    }
}

/// By the name of the type: a shape may hold itself, so that it cannot be compared to its end.
impl PartialEq for Lazy {
    fn eq(&self, other: &Self) -> bool {
        self.type_name() == other.type_name()
    }
}

impl Eq for Lazy {}

impl PartialEq for KeyShape {
    fn eq(&self, other: &Self) -> bool {
        self.shape == other.shape
    }
}

impl Eq for KeyShape {}

impl PartialEq for RecordShape {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for RecordShape {}

impl PartialEq for EnumShape {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for EnumShape {}

impl CollectionShape {
    /// A collection of a type that is only described; `key` of a map.
    #[doc(hidden)]
    #[must_use]
    pub fn described(kind: CollectionKind, element: Lazy, key: Option<Lazy>) -> Self {
        Self { kind, element, key: key.map(KeyShape::described) }
    }

    const fn plain(kind: CollectionKind, element: Lazy) -> Self {
        Self { kind, element, key: None }
    }

    /// A list of `T`.
    #[must_use]
    pub const fn list<T: Inspect>() -> Self {
        Self::plain(CollectionKind::List, Lazy::of::<T>())
    }

    /// A sorted set of `T`.
    #[must_use]
    pub const fn sorted_set<T: Inspect>() -> Self {
        Self::plain(CollectionKind::SortedSet, Lazy::of::<T>())
    }

    /// A set of `T` in no order.
    #[must_use]
    pub const fn hash_set<T: Inspect>() -> Self {
        Self::plain(CollectionKind::HashSet, Lazy::of::<T>())
    }

    /// A map in the order of its keys.
    #[must_use]
    pub const fn sorted_map<K: Inspect + Send + Sync + 'static, V: Inspect>() -> Self {
        Self { kind: CollectionKind::SortedMap, element: Lazy::of::<V>(), key: Some(KeyShape::of::<K>()) }
    }

    /// A map in no order.
    #[must_use]
    pub const fn hash_map<K: Inspect + Send + Sync + 'static, V: Inspect>() -> Self {
        Self { kind: CollectionKind::HashMap, element: Lazy::of::<V>(), key: Some(KeyShape::of::<K>()) }
    }

    /// A collection of which nothing can be known but its length.
    #[must_use]
    pub const fn counted() -> Self {
        Self::plain(CollectionKind::Counted, Lazy::opaque())
    }

    #[doc(hidden)]
    pub const fn kind(&self) -> CollectionKind {
        self.kind
    }

    #[doc(hidden)]
    pub const fn key(&self) -> Option<&KeyShape> {
        self.key.as_ref()
    }

    /// The shape of an element; of a map, of a value in it.
    #[must_use]
    pub fn element(&self) -> Shape {
        self.element.shape()
    }

    /// The keys of a map, as a collection.
    #[doc(hidden)]
    pub fn keys(&self) -> Option<Self> {
        let key = self.key.as_ref()?;
        let kind = if self.is_ordered() { CollectionKind::SortedSet } else { CollectionKind::HashSet };
        Some(Self::plain(kind, key.shape.clone()))
    }

    /// The values of a map, as a collection.
    #[doc(hidden)]
    pub fn values(&self) -> Self {
        let kind = if self.is_ordered() { CollectionKind::Sequence } else { CollectionKind::Bag };
        Self::plain(kind, self.element.clone())
    }

    /// Whether there is a first element and a last one.
    #[doc(hidden)]
    pub const fn is_ordered(&self) -> bool {
        !matches!(
            self.kind,
            CollectionKind::Bag | CollectionKind::HashSet | CollectionKind::HashMap | CollectionKind::Counted
        )
    }

    /// Whether two elements can be the same.
    #[doc(hidden)]
    pub const fn may_repeat(&self) -> bool {
        matches!(self.kind, CollectionKind::List | CollectionKind::Sequence | CollectionKind::Bag)
    }
}

impl KeyShape {
    const fn of<K: Inspect + Send + Sync + 'static>() -> Self {
        Self { shape: Lazy::of::<K>(), make: |_, value| K::from_key(value).map(|key| Arc::new(key) as _) }
    }

    /// Makes a key of what a path says.
    #[must_use]
    pub fn make(&self, value: Value<'_>) -> Option<Arc<dyn Any + Send + Sync>> {
        (self.make)(&self.shape, value)
    }

    /// The keys of a type that is only described: whether there is such a key can be told, there is none to look up.
    fn described(shape: Lazy) -> Self {
        Self { shape, make: |shape, value| shape.shape().seen_through().has_key(value).then(|| Arc::new(()) as _) }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("a boolean"),
            Self::Int { .. } => f.write_str("an integer"),
            Self::Float32 | Self::Float64 => f.write_str("a float"),
            Self::Decimal => f.write_str("a decimal"),
            Self::Time(TimeKind::Date) => f.write_str("a date"),
            Self::Time(_) => f.write_str("a time"),
            Self::Uuid => f.write_str("a UUID"),
            Self::Text => f.write_str("a string"),
            Self::Char => f.write_str("a character"),
            Self::Collection(collection) => f.write_str(match collection.kind {
                CollectionKind::List => "a list",
                CollectionKind::SortedSet | CollectionKind::HashSet => "a set",
                CollectionKind::SortedMap | CollectionKind::HashMap => "a map",
                CollectionKind::Sequence | CollectionKind::Bag | CollectionKind::Counted => "a collection",
            }),
            Self::Record(record) => write!(f, "a {}", record.name),
            Self::Enum(shape) => write!(f, "the enum {}", shape.name),
            Self::Optional(inner) => write!(f, "an optional value ({inner})"),
            Self::Measured(measured) => measured.shape.fmt(f),
            Self::Opaque => f.write_str("a type the audit cannot look into"),
        }
    }
}
