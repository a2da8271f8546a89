//! From the field that a path names to the part of it that the path ends at.

use super::super::rule::{Base, Target};
use super::super::steps::{Naming, PathStep};
use super::known::{Lost, known_or_near, listed};
use super::path::{Segment, written};
use super::properties::{numbers, plural, properties, total};
use crate::context::{
    CollectionKind, CollectionShape, EnumShape, FieldShape, MOST_NEWTYPES, RecordShape, Shape, Value,
};
use crate::source::did_you_mean;

/// A walk along a path: the steps so far, and the shape of what they lead to.
pub(super) struct Walk<'a> {
    field: &'a str,
    /// The path so far.
    here: String,
    shape: Shape,
    steps: Vec<PathStep>,
    /// Whether there may be nothing here.
    optional: bool,
    /// In what it is measured.
    unit: Option<&'static str>,
}

impl<'a> Walk<'a> {
    pub(super) fn from(field: &'a str, here: String, shape: Shape) -> Self {
        let mut walk = Self { field, here, shape, steps: Vec::new(), optional: false, unit: None };
        walk.look_through();
        walk
    }

    /// Takes the rest of the path.
    pub(super) fn through<'s>(mut self, mut rest: &'s [Segment<'s>]) -> Result<Self, Lost> {
        while let Some((segment, after)) = rest.split_first() {
            rest = self.step(segment, after)?;
            self.here = self.field.strip_suffix(&written_after(rest)).unwrap_or(self.field).to_owned();
            self.look_through();
        }
        self.unwrap_newtypes();
        self.is_measurable()?;
        Ok(self)
    }

    pub(super) fn target(self, base: Base) -> (Target, Shape) {
        let shape = match self.unit {
            Some(unit) => self.shape.measured_in(unit),
            None => self.shape,
        };
        let shape = if self.optional { shape.optional() } else { shape };
        (Target { base, steps: self.steps.into_boxed_slice() }, shape)
    }

    /// An option is what is in it, or missing; what is measured is a number, and in what.
    fn look_through(&mut self) {
        loop {
            self.shape = match &self.shape {
                Shape::Optional(inner) => {
                    self.optional = true;
                    (**inner).clone()
                }
                // Of two units there is none to go by: told as one that does not fit.
                Shape::Measured(measured) if self.unit.is_none() => {
                    self.unit = Some(measured.unit);
                    measured.shape.clone()
                }
                _ => return,
            }
        }
    }

    /// Whether what has a unit, where it is declared, can have one.
    fn is_measurable(&self) -> Result<(), Lost> {
        let Some(unit) = self.unit.filter(|_| !self.shape.is_number()) else { return Ok(()) };
        // Of a field that the path ends at, that is told nowhere else.
        let here = if self.here.is_empty() { self.field } else { &self.here };
        let message = match self.shape.unit() {
            Some(other) => {
                format!("`{here}` is measured in `{unit}` where it is declared, and in `{other}` by its type")
            }
            None => format!("`{here}` is {}, and measured in `{unit}` where it is declared", self.shape),
        };
        let help = match &self.shape {
            Shape::Measured(_) => "say it once, at the type or at the field",
            Shape::Record(_) => "a unit is of a number: put it on the fields of the struct",
            _ => "a unit is of a number: take it from the field",
        };
        Err((message, Some(help.to_owned())))
    }

    /// A newtype is what is in it; those that hold each other are nothing that can be asked about.
    fn unwrap_newtypes(&mut self) {
        for _ in 0..MOST_NEWTYPES {
            let Shape::Record(record) = &self.shape else { return };
            if !record.transparent {
                return;
            }
            let shape = record.stands_for();
            self.go(PathStep::Field(0), shape);
            self.look_through();
        }
        self.shape = Shape::Opaque;
    }

    fn go(&mut self, step: PathStep, shape: Shape) {
        self.steps.push(step);
        self.shape = shape;
        self.unit = None;
    }

    /// One step; the segments that are left after it.
    fn step<'s>(&mut self, segment: &Segment<'_>, rest: &'s [Segment<'s>]) -> Result<&'s [Segment<'s>], Lost> {
        self.is_measurable()?;
        if let (Shape::Record(record), Segment::Call(name)) = (&self.shape, segment)
            && let Some((index, method)) = named(record.methods.get(), name)
        {
            self.go(PathStep::Method(index), method.shape);
            return Ok(rest);
        }
        let outer = self.shape.clone();
        self.unwrap_newtypes();
        match (self.shape.clone(), segment) {
            (Shape::Record(record), Segment::Name(name)) => {
                let Some((index, field)) = named(record.fields.get(), name) else {
                    return Err(self.unknown(segment, &members(&record), &outer));
                };
                self.go(PathStep::Field(index), field.shape);
                Ok(rest)
            }
            (Shape::Record(record), Segment::Call(_)) => Err(self.unknown(segment, &members(&record), &outer)),
            (Shape::Enum(shape), Segment::Call(name)) => {
                let Some((index, method)) = named(shape.methods.get(), name) else {
                    return Err(self.unknown(segment, &variants(&shape), &outer));
                };
                self.go(PathStep::Method(index), method.shape);
                Ok(rest)
            }
            (Shape::Enum(shape), Segment::Name(name)) => self.variant(&shape, name, segment, rest),
            (Shape::Collection(collection), Segment::Call(_)) => self.computed(&collection, segment, &outer, rest),
            (Shape::Text, Segment::Call(name)) => {
                match *name {
                    "len" => self.go(PathStep::Len, LENGTH),
                    "first" => self.go(PathStep::First, Shape::Char.optional()),
                    "last" => self.go(PathStep::Last, Shape::Char.optional()),
                    _ => return Err(self.unknown(segment, &owned(&["first()", "last()", "len()"]), &outer)),
                }
                Ok(rest)
            }
            (Shape::Collection(collection), Segment::Each) => {
                self.each(&collection)?;
                Ok(rest)
            }
            (Shape::Collection(collection), Segment::Number(_) | Segment::Key(_)) => {
                self.element(&collection, segment)?;
                Ok(rest)
            }
            (shape, _) => Err(self.none_here(segment, &shape)),
        }
    }

    /// A field of a variant: the variant's name and the field's.
    fn variant<'s>(
        &mut self,
        shape: &EnumShape,
        name: &str,
        segment: &Segment<'_>,
        rest: &'s [Segment<'s>],
    ) -> Result<&'s [Segment<'s>], Lost> {
        let all = shape.variants.get();
        let Some(variant) = all.iter().position(|variant| variant.name == name) else {
            return Err(self.unknown(segment, &variants(shape), &self.shape));
        };
        let fields = &all[variant].fields;
        let path = format!("{}.{name}", self.here);
        if fields.is_empty() {
            let help = format!("to ask for the variant: `field: {}, eq: {name}`", self.here);
            return Err((format!("`{path}` is a variant without fields"), Some(help)));
        }
        let known = fields.iter().map(|field| field.name.to_owned()).collect::<Vec<_>>();
        match rest.split_first() {
            Some((Segment::Name(field), rest)) => {
                let Some((index, field)) = named(fields.clone(), field) else {
                    let help = known_or_near(field, &known);
                    return Err((format!("unknown field `{field}` of {name} in `{}`", self.field), help));
                };
                self.go(PathStep::Variant(variant, index), field.shape);
                self.optional = true;
                Ok(rest)
            }
            _ => {
                let known: Vec<String> = known.iter().map(|field| format!("{path}.{field}")).collect();
                let help = listed(known.iter().map(String::as_str));
                Err((format!("`{path}` is a whole variant: name one of its fields"), help))
            }
        }
    }

    /// A property of a collection.
    fn computed<'s>(
        &mut self,
        collection: &CollectionShape,
        segment: &Segment<'_>,
        outer: &Shape,
        rest: &'s [Segment<'s>],
    ) -> Result<&'s [Segment<'s>], Lost> {
        let known = properties(collection);
        let Segment::Call(name) = segment else { return Ok(rest) };
        if !known.iter().any(|known| known.strip_suffix("()") == Some(*name)) {
            let all = ["first", "keys", "last", "len", "max", "mean", "min", "sum", "values"];
            if all.contains(name) {
                let help = format!("properties that fit: {}", known.join(", "));
                let what = self.element_note(collection);
                return Err((format!("`{name}()` in `{}` does not fit {}, {what}", self.field, self.here), Some(help)));
            }
            return Err(self.unknown(segment, &owned(&known), outer));
        }
        let unit = collection.element().unit_inside();
        let measured = |shape: Shape| match unit {
            Some(unit) => shape.measured_in(unit),
            None => shape,
        };
        let element = collection.element().seen_through();
        let number = numbers(element.innermost());
        let may_miss = |shape: Shape| if matches!(element, Shape::Optional(_)) { shape.optional() } else { shape };
        match (*name, number) {
            ("len", _) => self.go(PathStep::Len, LENGTH),
            ("keys", _) => self.go(PathStep::Keys, collection.keys().map_or(Shape::Opaque, Shape::Collection)),
            ("values", _) => self.go(PathStep::Values, Shape::Collection(collection.values())),
            ("first", _) => self.go(PathStep::First, collection.element().optional()),
            ("last", _) => self.go(PathStep::Last, collection.element().optional()),
            ("min", _) => self.go(PathStep::Min, collection.element().optional()),
            ("max", _) => self.go(PathStep::Max, collection.element().optional()),
            ("mean", Some(numbers)) => self.go(PathStep::Mean(numbers), measured(Shape::Float64).optional()),
            (_, Some(numbers)) => self.go(PathStep::Sum(numbers), may_miss(measured(total(element.innermost())))),
            (_, None) => {}
        }
        Ok(rest)
    }

    /// Every element.
    fn each(&mut self, collection: &CollectionShape) -> Result<(), Lost> {
        let naming = match collection.kind() {
            CollectionKind::Counted => {
                let message =
                    format!("`[*]` in `{}`: the audit cannot look into the elements of {}", self.field, self.here);
                return Err((message, Some("give their type `#[derive(theus_core::Inspect)]`".to_owned())));
            }
            CollectionKind::List | CollectionKind::Sequence => Naming::Position,
            CollectionKind::SortedSet => Naming::Itself,
            CollectionKind::HashSet | CollectionKind::Bag => Naming::HashItself,
            CollectionKind::SortedMap => Naming::Key,
            CollectionKind::HashMap => Naming::HashKey,
        };
        self.go(PathStep::Each(naming), collection.element());
        Ok(())
    }

    /// An element by its position or its key.
    fn element(&mut self, collection: &CollectionShape, segment: &Segment<'_>) -> Result<(), Lost> {
        let bracket = written(std::slice::from_ref(segment));
        if let Some(key) = collection.key() {
            let value = match segment {
                Segment::Number(number) => Value::Int(*number),
                Segment::Key(key) => Value::Text(key),
                Segment::Name(_) | Segment::Call(_) | Segment::Each => Value::Opaque,
            };
            let Some(made) = key.make(value) else {
                let keys = key.shape.shape().seen_through();
                let help = match (&keys, segment) {
                    (Shape::Text, Segment::Number(number)) => Some(format!("put it in quotes: `[\"{number}\"]`")),
                    (Shape::Int { .. }, Segment::Key(_)) => Some("write the number without quotes".to_owned()),
                    _ => None,
                };
                return Err((
                    format!(
                        "`{bracket}` in `{}` is no key of {}: its keys are {}",
                        self.field,
                        self.here,
                        plural(&keys)
                    ),
                    help,
                ));
            };
            self.go(PathStep::Key(made), collection.element().optional());
            return Ok(());
        }
        match (collection.kind(), segment) {
            (CollectionKind::List, Segment::Number(number)) => {
                let position = usize::try_from(number.unsigned_abs()).unwrap_or(usize::MAX);
                let step = if *number < 0 { PathStep::Back(position) } else { PathStep::Index(position) };
                self.go(step, collection.element().optional());
                Ok(())
            }
            (CollectionKind::List, _) => {
                let help = "write a position: `[0]` is the first, `[-1]` the last".to_owned();
                Err((
                    format!("`{bracket}` in `{}`: {} is a list, which has no keys", self.field, self.here),
                    Some(help),
                ))
            }
            _ => Err(self.none_here(segment, &self.shape)),
        }
    }

    fn element_note(&self, collection: &CollectionShape) -> String {
        match self.shape {
            Shape::Collection(_) if collection.key().is_none() && collection.kind() != CollectionKind::Counted => {
                format!("{} of {}", self.shape, plural(&collection.element().seen_through()))
            }
            _ => self.shape.to_string(),
        }
    }

    fn unknown(&self, segment: &Segment<'_>, known: &[String], of: &Shape) -> Lost {
        let (what, name) = match segment {
            Segment::Call(name) => ("method", format!("{name}()")),
            segment => {
                (if matches!(of, Shape::Enum(_)) { "variant" } else { "field" }, written(std::slice::from_ref(segment)))
            }
        };
        let of = match of {
            Shape::Record(record) => record.name.to_owned(),
            Shape::Enum(shape) => shape.name.to_owned(),
            shape => format!("{}, {shape},", self.here),
        };
        let message = format!("unknown {what} `{name}` of {of} in `{}`", self.field);
        (message, known_or_near(&name, known))
    }

    fn none_here(&self, segment: &Segment<'_>, shape: &Shape) -> Lost {
        let written = written(std::slice::from_ref(segment));
        let (what, help) = match (segment, shape) {
            (_, Shape::Opaque) => ("no parts", Some("give its type `#[derive(theus_core::Inspect)]`".to_owned())),
            (Segment::Name(name), Shape::Collection(shape)) => {
                let known = properties(shape);
                ("no fields", did_you_mean(&format!("{name}()"), known.iter().copied()))
            }
            (Segment::Name(_), _) => ("no fields", Some(self.ends_here())),
            (Segment::Call(_), _) => ("no computed properties", Some(self.ends_here())),
            (Segment::Number(_), Shape::Collection(shape)) => ("no positions", listed(properties(shape))),
            (Segment::Number(_) | Segment::Each, _) => ("no elements", Some(self.ends_here())),
            (Segment::Key(_), Shape::Collection(shape)) => ("no keys", listed(properties(shape))),
            (Segment::Key(_), _) => ("no keys", Some(self.ends_here())),
        };
        (format!("`{written}` in `{}`: {} is {shape}, which has {what}", self.field, self.here), help)
    }
}

impl Walk<'_> {
    fn ends_here(&self) -> String {
        format!("let the path end there: `{}`", self.here)
    }
}

const LENGTH: Shape = Shape::Int { min: 0, max: usize::MAX as u128 };

/// The end of a path, as it is written after what was taken.
fn written_after(rest: &[Segment<'_>]) -> String {
    let text = written(rest);
    match rest.first() {
        Some(Segment::Name(_) | Segment::Call(_)) => format!(".{text}"),
        _ => text,
    }
}

fn named(fields: Vec<FieldShape>, name: &str) -> Option<(usize, FieldShape)> {
    fields.into_iter().enumerate().find(|(_, field)| field.name == name)
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn calls(methods: Vec<FieldShape>) -> impl Iterator<Item = String> {
    methods.into_iter().map(|method| format!("{}()", method.name))
}

fn members(record: &RecordShape) -> Vec<String> {
    let fields = record.fields.get().into_iter().map(|field| field.name.to_owned());
    fields.chain(calls(record.methods.get())).collect()
}

fn variants(shape: &EnumShape) -> Vec<String> {
    let variants = shape.variants.get().into_iter().map(|variant| variant.name.to_owned());
    variants.chain(calls(shape.methods.get())).collect()
}
