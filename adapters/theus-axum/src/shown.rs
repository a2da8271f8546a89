//! What people are shown of a state.

use serde_json::Value;
use theus_core::context::{REDACTED, Schema};
use theus_core::engine::Redaction;

/// The fields of a context, without what is not shown to people: `data` is its Data zone as JSON.
#[must_use]
pub fn shown(data: Value, schema: &Schema, redaction: &Redaction) -> Value {
    fields(data, schema, redaction, "")
}

fn fields(data: Value, schema: &Schema, redaction: &Redaction, before: &str) -> Value {
    let Value::Object(fields) = data else { return data };
    let shown = fields.into_iter().map(|(name, value)| {
        let path = format!("{before}{name}");
        if redaction.hides_field(&path) {
            return (name, REDACTED.into());
        }
        let field = schema.fields.iter().find(|field| field.name == name);
        match field.and_then(|field| field.nested.as_ref()) {
            Some(nested) => (name, self::fields(value, nested, redaction, &format!("{path}."))),
            None => (name, value),
        }
    });
    Value::Object(shown.collect())
}
