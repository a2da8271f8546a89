//! What to do about a field that shows nothing: of another crate's type nobody but this crate can say what it shows.

use super::catalog::{Catalog, ProcessEntry};
use crate::context::{FOREIGN, Schema};

/// The help for the field at this path.
pub(super) fn help(field: &str, catalog: &Catalog, process: Option<&ProcessEntry>) -> String {
    let named = type_name(field, catalog, process).unwrap_or_default();
    let is_named =
        |word: &str| named.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|part| part == word);
    match FOREIGN.iter().find(|(word, ..)| is_named(word)) {
        Some((word, feature, false)) => format!(
            "a type of another crate cannot be given `Inspect` by yours: where `{word}` is the one of `{feature}`, turn on that feature, `theus-core = {{ features = [\"{feature}\"] }}`; else implement `theus_core::Inspect` for it, or show it by `#[inspect(with = ..)]`"
        ),
        _ => "give its type `#[derive(theus_core::Inspect)]`".to_owned(),
    }
}

/// The type of an argument or of a field of a layer, as it was written.
fn type_name(field: &str, catalog: &Catalog, process: Option<&ProcessEntry>) -> Option<&'static str> {
    let mut names = field.split('.').map(|name| name.split(['[', '(']).next().unwrap_or(name));
    let first = names.next()?;
    let schema = match first {
        "domain" => &catalog.domain,
        "global" => &catalog.global,
        "local" => &process?.local,
        argument => {
            let known = process?.contract.arguments.iter().find(|known| known.name == argument);
            return known.map(|known| known.type_name);
        }
    };
    in_schema(schema, names.next()?, names)
}

fn in_schema<'a>(schema: &Schema, name: &str, mut rest: impl Iterator<Item = &'a str>) -> Option<&'static str> {
    let field = schema.fields.iter().find(|field| field.name == name)?;
    match (&field.nested, rest.next()) {
        (Some(nested), Some(next)) => in_schema(nested, next, rest.collect::<Vec<_>>().into_iter()),
        _ => Some(field.type_name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::{FieldSchema, Shape, Zone};

    fn field(name: &'static str, type_name: &'static str, nested: Option<Schema>) -> FieldSchema {
        FieldSchema {
            name,
            zone: Zone::Data,
            type_name,
            doc: "",
            shape: Shape::Opaque,
            nested,
            events: None,
            redact: false,
        }
    }

    fn helped(path: &str) -> String {
        let inner = Schema {
            name: "Inner",
            version: 1,
            fields: vec![field("price", "Option<rust_decimal::Decimal>", None)],
            methods: Vec::new(),
        };
        let fields = vec![
            field("price", "Decimal", None),
            field("secret", "MyDecimals", None),
            field("inner", "Inner", Some(inner)),
        ];
        let domain = Schema { name: "Outer", version: 1, fields, methods: Vec::new() };
        help(path, &Catalog { processes: Vec::new(), domain, global: Schema::empty() }, None)
    }

    #[test]
    fn a_type_of_another_crate_is_told_of_its_feature_where_that_is_off() {
        for path in ["domain.price", "domain.inner.price"] {
            let names_it = helped(path).contains("theus-core = { features = [\"rust_decimal\"] }");
            assert_eq!(names_it, !FOREIGN[0].2, "{path}: {}", helped(path));
        }
        assert_eq!(helped("domain.secret"), "give its type `#[derive(theus_core::Inspect)]`");
        assert_eq!(helped("domain.none"), "give its type `#[derive(theus_core::Inspect)]`");
    }
}
