//! A strategy out of a shape.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::Union;

use super::form::{Form, Uses};
use super::made::Made;
use super::scalars;
use theus_model::context::CollectionKind;

use crate::context::{CollectionShape, EnumShape, FieldShape, RecordShape, Shape, TimeKind, WirePart};

/// Why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unmade {
    /// Nothing is known of the type.
    Opaque,
    /// It is written otherwise than its shape is.
    Otherwise(&'static str),
    /// Every value holds another one.
    Endless,
}

/// Values of one form.
pub(super) struct Shaping {
    form: Form,
    /// As JSON has them.
    is_json: bool,
    /// What of the form was asked for.
    uses: Uses,
    /// The types that are being made, from the outside inwards.
    inside: Vec<&'static str>,
}

type MadeOf = Result<BoxedStrategy<Made>, Unmade>;

/// So often a type is made inside of itself.
const DEEPEST: usize = 3;
/// So many elements a collection has at most.
const LONGEST: usize = 4;
/// So many types are one in another at most, whatever they are called.
const MOST_TYPES: usize = 48;

/// A strategy of values of this shape, and what of the form it has asked for.
pub(super) fn shaped(shape: &Shape, form: Form, is_json: bool) -> Result<(BoxedStrategy<Made>, Uses), Unmade> {
    let mut shaping = Shaping { form, is_json, uses: Uses::default(), inside: Vec::new() };
    let made = shaping.of(shape)?;
    Ok((made, shaping.uses))
}

impl Shaping {
    fn of(&mut self, shape: &Shape) -> MadeOf {
        Ok(match shape {
            Shape::Bool => any::<bool>().prop_map(Made::Bool).boxed(),
            Shape::Int { min, max } => scalars::integer(*min, *max, self.is_json),
            Shape::Float32 => scalars::float_32(self.is_json),
            Shape::Float64 => scalars::float(self.is_json),
            Shape::Decimal => {
                self.uses.decimal = true;
                scalars::decimal(self.form.decimal)
            }
            Shape::Time(kind) => {
                self.uses.instant |= *kind == TimeKind::Instant;
                scalars::time(*kind, self.form.instant)
            }
            Shape::Uuid => scalars::uuid(),
            Shape::Text => scalars::text(),
            Shape::Char => scalars::letter(),
            Shape::Collection(collection) => return self.collection(collection),
            Shape::Record(record) => return self.inside(record.name, |shaping| shaping.record(record)),
            Shape::Enum(of) => return self.inside(of.name, |shaping| shaping.enumeration(of)),
            Shape::Optional(inner) => match self.of(inner) {
                Ok(inner) => Union::new_weighted(vec![(1, Just(Made::Null).boxed()), (3, inner)]).boxed(),
                Err(Unmade::Endless) => Just(Made::Null).boxed(),
                Err(unmade) => return Err(unmade),
            },
            Shape::Measured(measured) => return self.of(&measured.shape),
            // Shapes to come too.
            _ => return Err(Unmade::Opaque),
        })
    }

    /// A type, unless it is inside of itself too often.
    fn inside(&mut self, name: &'static str, make: impl FnOnce(&mut Self) -> MadeOf) -> MadeOf {
        let times = self.inside.iter().filter(|around| **around == name && name != "tuple").count();
        if times >= DEEPEST || self.inside.len() >= MOST_TYPES {
            return Err(Unmade::Endless);
        }
        self.inside.push(name);
        let made = make(self);
        self.inside.pop();
        made
    }

    fn record(&mut self, record: &RecordShape) -> MadeOf {
        let fields = record.fields.get();
        if record.name == "tuple" {
            return self.tuple(&fields);
        }
        let wire = record.wire.get();
        if !wire.as_shaped {
            return Err(Unmade::Otherwise(record.name));
        }
        match fields.as_slice() {
            [only] if record.transparent => self.of(&only.shape),
            [] => {
                self.uses.nothing = true;
                Ok(Just(if self.form.is_map { Made::Map(Vec::new()) } else { Made::Null }).boxed())
            }
            fields => self.fields(fields, &wire.parts),
        }
    }

    /// Fields with names are a map, those without are a list.
    fn fields(&mut self, fields: &[FieldShape], parts: &[WirePart]) -> MadeOf {
        if fields.first().is_some_and(|first| first.name == "0") {
            return self.tuple(fields);
        }
        let mut all = Vec::with_capacity(fields.len());
        for (place, field) in fields.iter().enumerate() {
            let part = parts.get(place);
            let name = part.map_or(field.name, |part| if part.name.is_empty() { field.name } else { part.name });
            let may_be_missing = part.is_some_and(|part| part.may_be_missing);
            let named = match self.of(&field.shape) {
                Ok(value) if may_be_missing => option::weighted(0.75, value).boxed(),
                Ok(value) => value.prop_map(Some).boxed(),
                // Its default is all that is known of it.
                Err(_) if may_be_missing => Just(None).boxed(),
                Err(unmade) => return Err(unmade),
            };
            all.push(named.prop_map(move |value| value.map(|value| (Made::text(name), value))).boxed());
        }
        Ok(all.prop_map(|fields| Made::Map(fields.into_iter().flatten().collect())).boxed())
    }

    fn tuple(&mut self, fields: &[FieldShape]) -> MadeOf {
        let fields: Vec<_> = fields.iter().map(|field| self.of(&field.shape)).collect::<Result<_, _>>()?;
        Ok(fields.prop_map(Made::List).boxed())
    }

    /// Each variant as often as any other; the plain ones first, since it shrinks to those.
    fn enumeration(&mut self, of: &EnumShape) -> MadeOf {
        let wire = of.wire.get();
        if !wire.as_shaped {
            return Err(Unmade::Otherwise(of.name));
        }
        let (mut plain, mut holding, mut is_endless) = (Vec::new(), Vec::new(), false);
        for (place, variant) in of.variants.get().iter().enumerate() {
            let part = wire.parts.get(place).cloned().unwrap_or_default();
            let name = if part.name.is_empty() { variant.name } else { part.name };
            let inner = match variant.fields.as_slice() {
                [] => {
                    plain.push(Just(Made::text(name)).boxed());
                    continue;
                }
                [only] if only.name == "0" => self.of(&only.shape),
                fields => self.fields(fields, &part.fields),
            };
            match inner {
                Ok(inner) => holding.push(inner.prop_map(move |inner| Made::named([(name, inner)])).boxed()),
                Err(Unmade::Endless) => is_endless = true,
                Err(unmade) => return Err(unmade),
            }
        }
        plain.append(&mut holding);
        match plain.is_empty() {
            false => Ok(Union::new(plain).boxed()),
            true if is_endless => Err(Unmade::Endless),
            // There is no value of an enum without variants.
            true => Err(Unmade::Opaque),
        }
    }

    fn collection(&mut self, collection: &CollectionShape) -> MadeOf {
        if collection.kind() == CollectionKind::Counted {
            return Err(Unmade::Opaque);
        }
        let key = collection.key().map(|key| self.of(&key.shape.shape())).transpose()?;
        let value = match self.of(&collection.element()) {
            Err(Unmade::Endless) if key.is_some() => return Ok(Just(Made::Map(Vec::new())).boxed()),
            Err(Unmade::Endless) if self.form.length.is_none() => return Ok(Just(Made::List(Vec::new())).boxed()),
            value => value?,
        };
        self.uses.list |= key.is_none();
        Ok(match (key, self.form.length) {
            (Some(key), _) => vec((key, value), 0..=LONGEST).prop_map(Made::Map).boxed(),
            (None, Some(length)) => vec(value, length).prop_map(Made::List).boxed(),
            (None, None) => vec(value, 0..=LONGEST).prop_map(Made::List).boxed(),
        })
    }
}
