//! What values look like, as JSON Schema (draft 2020-12), out of their shapes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use theus_core::Shape;
use theus_core::context::{CollectionShape, EnumShape, FieldShape, RecordShape, TimeKind, WireForm, WirePart};

mod context;

pub(crate) use context::of_context;

/// Schemas, and those of the types with names that they refer to.
pub(crate) struct Schemas {
    /// Where the latter are.
    place: &'static str,
    /// Null for a name that is not to be given to any.
    named: BTreeMap<String, Value>,
    /// Types that are being described, and what they will be called: those that hold themselves are asked for again.
    under_way: Vec<(String, String)>,
}

impl Schemas {
    /// `place` is where those of types with names will be: `#/components/schemas/`. These names are taken there.
    pub(crate) fn at(place: &'static str, taken: &[&str]) -> Self {
        let named = taken.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
        Self { place, named, under_way: Vec::new() }
    }

    /// Those of types with names.
    pub(crate) fn into_named(self) -> BTreeMap<String, Value> {
        self.named.into_iter().filter(|(_, schema)| !schema.is_null()).collect()
    }

    /// What a value of this shape looks like. A type that cannot be looked into may be anything.
    pub(crate) fn of(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Bool => json!({ "type": "boolean" }),
            Shape::Int { min, max } => integer(*min, *max),
            Shape::Float32 | Shape::Float64 => json!({ "type": "number" }),
            Shape::Decimal => {
                json!({ "anyOf": [
                    { "type": ["string", "number"], "description": "a decimal number; as text it is exact" },
                    { "type": "object", "required": ["secs", "nanos"], "description": "as the standard library's Duration is written" }
                ] })
            }
            Shape::Time(kind) => time(*kind),
            Shape::Uuid => json!({ "type": "string", "format": "uuid" }),
            Shape::Text => json!({ "type": "string" }),
            Shape::Char => json!({ "type": "string", "minLength": 1, "maxLength": 1 }),
            Shape::Collection(collection) => self.collection(collection),
            Shape::Record(record) if record.transparent => self.newtype(record),
            Shape::Record(record) if record.name == "tuple" => self.tuple(&record.fields.get(), &[]),
            Shape::Record(record) => self.by_name(record.name, |schemas| schemas.record(record)),
            Shape::Enum(of) => self.by_name(of.name, |schemas| schemas.enumeration(of)),
            Shape::Optional(inner) => nullable(self.of(inner)),
            Shape::Measured(measured) => {
                let mut schema = self.of(&measured.shape);
                // In what it is measured: JSON Schema has no word for it, and lets others be added.
                if let Some(members) = schema.as_object_mut() {
                    members.insert("x-unit".to_owned(), measured.unit.into());
                }
                schema
            }
            // Shapes to come.
            _ => Value::Object(Map::new()),
        }
    }

    /// A type by its name: it is described once.
    fn by_name(&mut self, name: &str, describe: impl FnOnce(&mut Self) -> Value) -> Value {
        if let Some((_, called)) = self.under_way.iter().find(|(under_way, _)| under_way == name) {
            return self.refer(called);
        }
        // Another type of this name has another number.
        let names = std::iter::once(name.to_owned()).chain((2_u32..).map(|number| format!("{name}{number}")));
        let mut alike = Vec::new();
        for called in names {
            if self.named.contains_key(&called) {
                alike.push(called);
                continue;
            }
            self.under_way.push((name.to_owned(), called.clone()));
            let described = describe(self);
            self.under_way.pop();
            // One that holds itself names itself.
            let own = self.refer(&called).to_string();
            let is_same = |other: &String| {
                let text = described.to_string().replace(&own, &self.refer(other).to_string());
                self.named.get(other).map(Value::to_string).is_some_and(|there| there == text)
            };
            let known = alike.iter().find(|other| is_same(other));
            let reference = self.refer(known.unwrap_or(&called));
            if known.is_none() {
                self.named.insert(called, described);
            }
            return reference;
        }
        Value::Object(Map::new())
    }

    fn refer(&self, name: &str) -> Value {
        json!({ "$ref": format!("{}{name}", self.place) })
    }

    fn newtype(&mut self, record: &RecordShape) -> Value {
        let WireForm { doc, as_shaped, .. } = record.wire.get();
        let field = record.fields.get().into_iter().next();
        match field.filter(|_| as_shaped) {
            Some(field) => described(self.of(&field.shape), doc),
            None => described(json!({}), doc),
        }
    }

    fn record(&mut self, record: &RecordShape) -> Value {
        let WireForm { doc, as_shaped, is_closed, parts } = record.wire.get();
        if !as_shaped {
            return described(json!({}), doc);
        }
        let fields = record.fields.get();
        let mut schema = if fields.is_empty() {
            // With braces or without.
            json!({ "type": ["object", "null"] })
        } else {
            self.fields(&fields, &parts)
        };
        if is_closed && schema["type"] == "object" {
            schema["additionalProperties"] = false.into();
        }
        described(schema, doc)
    }

    /// Fields with names are an object, those without are an array.
    fn fields(&mut self, fields: &[FieldShape], parts: &[WirePart]) -> Value {
        match fields {
            [FieldShape { name: "0", .. }, ..] => self.tuple(fields, parts),
            fields => self.object(fields, parts),
        }
    }

    fn object(&mut self, fields: &[FieldShape], parts: &[WirePart]) -> Value {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for (index, field) in fields.iter().enumerate() {
            let part = parts.get(index).cloned().unwrap_or_default();
            let name = if part.name.is_empty() { field.name } else { part.name };
            if !part.may_be_missing && !is_optional(&field.shape) {
                required.push(name);
            }
            properties.insert(name.to_owned(), described(self.of(&field.shape), part.doc));
        }
        object(properties, &required)
    }

    fn tuple(&mut self, fields: &[FieldShape], parts: &[WirePart]) -> Value {
        let doc = |index: usize| parts.get(index).map_or("", |part| part.doc);
        let items: Vec<Value> =
            fields.iter().enumerate().map(|(index, field)| described(self.of(&field.shape), doc(index))).collect();
        let count = items.len();
        json!({ "type": "array", "prefixItems": items, "items": false, "minItems": count, "maxItems": count })
    }

    fn enumeration(&mut self, of: &EnumShape) -> Value {
        let WireForm { doc, as_shaped, parts, .. } = of.wire.get();
        if !as_shaped {
            return described(json!({}), doc);
        }
        let variants = of.variants.get();
        let part = |index: usize| parts.get(index).cloned().unwrap_or_default();
        let name = |index: usize, plain: &'static str| match part(index).name {
            "" => plain,
            name => name,
        };
        let is_plain = variants.iter().enumerate().all(|(at, it)| it.fields.is_empty() && part(at).doc.is_empty());
        if is_plain {
            let names: Vec<_> = variants.iter().enumerate().map(|(at, variant)| name(at, variant.name)).collect();
            return described(json!({ "type": "string", "enum": names }), doc);
        }
        let mut ways = Vec::new();
        for (at, variant) in variants.iter().enumerate() {
            let (name, part) = (name(at, variant.name), part(at));
            let way = match variant.fields.as_slice() {
                [] => json!({ "const": name }),
                [only] if only.name == "0" => single(name, self.of(&only.shape)),
                fields => single(name, self.fields(fields, &part.fields)),
            };
            ways.push(described(way, part.doc));
        }
        described(json!({ "oneOf": ways }), doc)
    }

    fn collection(&mut self, collection: &CollectionShape) -> Value {
        let element = collection.element();
        match collection.key() {
            Some(key) => {
                let values = self.of(&element);
                match key_names(&key.shape.shape().seen_through()) {
                    Some(names) => json!({ "type": "object", "propertyNames": names, "additionalProperties": values }),
                    None => json!({ "type": "object", "additionalProperties": values }),
                }
            }
            // Of a collection of things that cannot be looked into it is not known whether it is a map.
            None if element == Shape::Opaque => json!({ "type": ["array", "object"] }),
            None => json!({ "type": "array", "items": self.of(&element) }),
        }
    }
}

/// `{ "Name": .. }`, as serde writes a variant that holds something.
fn single(name: &str, inner: Value) -> Value {
    let properties = Map::from_iter([(name.to_owned(), inner)]);
    let mut schema = object(properties, &[name]);
    schema["additionalProperties"] = false.into();
    schema
}

/// An object with these members.
pub(crate) fn object(properties: Map<String, Value>, required: &[&str]) -> Value {
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// With what its documentation says.
pub(crate) fn described(mut schema: Value, doc: &str) -> Value {
    if !doc.is_empty()
        && let Some(schema) = schema.as_object_mut()
    {
        schema.insert("description".to_owned(), doc.into());
    }
    schema
}

/// JSON that is read here has numbers of 64 bits.
fn integer(min: i128, max: u128) -> Value {
    let min = i64::try_from(min).unwrap_or(i64::MIN);
    let max = u64::try_from(max).unwrap_or(u64::MAX);
    json!({ "type": "integer", "minimum": min, "maximum": max })
}

fn time(kind: TimeKind) -> Value {
    match kind {
        // The shape does not say whose it is: the standard library's own, or that of a crate for times.
        TimeKind::Instant => json!({ "anyOf": [
            { "type": "string", "format": "date-time" },
            { "type": "object", "required": ["secs_since_epoch", "nanos_since_epoch"],
              "description": "as the standard library's SystemTime is written" }
        ] }),
        TimeKind::DateTime => json!({ "type": "string", "description": "a date and a time of day without an offset" }),
        TimeKind::Date => json!({ "type": "string", "format": "date" }),
        TimeKind::TimeOfDay => json!({ "type": "string", "description": "a time of day" }),
    }
}

/// The same, or null.
fn nullable(schema: Value) -> Value {
    match schema.get("type") {
        Some(Value::String(kind)) if schema.get("enum").is_none() => {
            let kinds = json!([kind, "null"]);
            let mut schema = schema;
            schema["type"] = kinds;
            schema
        }
        _ => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

/// What the keys of a map look like as the names of members.
fn key_names(key: &Shape) -> Option<Value> {
    match key {
        Shape::Int { min, .. } if *min < 0 => Some(json!({ "pattern": "^(0|-?[1-9][0-9]*)$" })),
        Shape::Int { .. } => Some(json!({ "pattern": "^(0|[1-9][0-9]*)$" })),
        Shape::Bool => Some(json!({ "enum": ["true", "false"] })),
        Shape::Char => Some(json!({ "minLength": 1, "maxLength": 1 })),
        Shape::Uuid => Some(json!({ "format": "uuid" })),
        Shape::Enum(of) => {
            let (WireForm { as_shaped, parts, .. }, variants) = (of.wire.get(), of.variants.get());
            let name = |(at, plain): (usize, &'static str)| match parts.get(at).map(|part| part.name) {
                None | Some("") => plain,
                Some(name) => name,
            };
            let names: Vec<_> = variants.iter().map(|variant| variant.name).enumerate().map(name).collect();
            as_shaped.then(|| json!({ "enum": names }))
        }
        _ => None,
    }
}

/// Whether there may be nothing, whatever it is measured in.
fn is_optional(shape: &Shape) -> bool {
    match shape {
        Shape::Optional(_) => true,
        Shape::Measured(measured) => is_optional(&measured.shape),
        _ => false,
    }
}
