//! What the Data zone of a context looks like.

use serde_json::{Map, Value, json};
use theus_core::Zone;
use theus_core::context::{REDACTED, Schema};

use super::{Schemas, described, object};

/// The Data zone, as the state of a session is told: what is redacted is not shown.
pub(crate) fn of_context(context: &Schema, schemas: &mut Schemas) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for field in context.fields.iter().filter(|field| field.zone == Zone::Data) {
        let schema = match &field.nested {
            _ if field.redact => json!({ "const": REDACTED }),
            Some(nested) => of_context(nested, schemas),
            None => schemas.of(&field.shape),
        };
        required.push(field.name);
        properties.insert(field.name.to_owned(), described(schema, field.doc));
    }
    object(properties, &required)
}
