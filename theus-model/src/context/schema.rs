//! The schema of a context as a value: what its fields are called, in which zone they are, of which type.

use super::shape::{FieldShape, Shape};
use super::zone::Zone;
use crate::signal::EventName;

/// The fields of a context, in the order in which they are declared.
///
/// ```
/// use theus_core::prelude::*;
///
/// /// A tank.
/// #[derive(Clone, Default, Context)]
/// #[context(version = 2)]
/// struct Tank {
///     /// In litres.
///     level: f64,
///     sig_empty: bool,
/// }
///
/// let schema = Tank::schema();
/// assert_eq!((schema.name, schema.version), ("Tank", 2));
/// let paths: Vec<_> = schema.paths().into_iter().map(|field| (field.path, field.zone)).collect();
/// assert_eq!(paths, [("level".to_owned(), Zone::Data), ("sig_empty".to_owned(), Zone::Signal)]);
/// assert_eq!(schema.fields[0].type_name, "f64");
/// assert_eq!(schema.fields[0].doc, "In litres.");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// The name of the struct.
    pub name: &'static str,
    /// The version given by `#[context(version = ..)]`; 1 where none is given.
    pub version: u32,
    /// The fields, as declared.
    pub fields: Vec<FieldSchema>,
    /// The methods that rules may call. In a path each has the position after those of the fields and earlier methods.
    pub methods: Vec<FieldShape>,
}

/// One field of a context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSchema {
    /// The field's name.
    pub name: &'static str,
    /// The field's zone. For a nested context: the zone that its fields have at least.
    pub zone: Zone,
    /// The field's type, as written in the source.
    pub type_name: &'static str,
    /// The field's doc comment, lines joined.
    pub doc: &'static str,
    /// What the audit can ask of the field's values.
    pub shape: Shape,
    /// The schema of a nested context.
    pub nested: Option<Schema>,
    /// Of a nested context, the word that stands in the names of its signals' events: `#[context(nested, events = "LEFT")]`.
    pub events: Option<&'static str>,
    /// Whether no value of it, and of what is below it, is shown to people: `#[context(redact)]`.
    pub redact: bool,
}

/// A field that holds a value (not a nested context), with its path inside the context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPath {
    /// The names from the context to the field, joined by dots.
    pub path: String,
    /// The field's zone.
    pub zone: Zone,
    /// The field's type, as written in the source.
    pub type_name: &'static str,
    /// The field's doc comment.
    pub doc: &'static str,
    /// The event that it raises, where it is a signal.
    pub event: Option<EventName>,
}

/// A path that was found in a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved<'a> {
    /// The position of each name among its struct's fields.
    pub indexes: Vec<usize>,
    /// The field at the end of the path.
    pub field: &'a FieldSchema,
}

/// A path that was not found: the name that failed, and what there is in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved<'a> {
    /// Which of the names failed, counted from 0.
    pub at: usize,
    /// The struct in which it was looked for; `None` where the name before it is not a nested context.
    pub context: Option<&'a str>,
    /// The names that are there.
    pub known: Vec<&'static str>,
}

impl Schema {
    /// The schema of the context without fields, `()`.
    #[must_use]
    pub const fn empty() -> Self {
        Self { name: "()", version: 1, fields: Vec::new(), methods: Vec::new() }
    }

    /// Every field that holds a value, nested ones with their whole path, in the order of declaration.
    #[must_use]
    pub fn paths(&self) -> Vec<FieldPath> {
        let mut paths = Vec::new();
        self.collect("", "", &mut paths);
        paths
    }

    /// `words` is what stands before the events of what is in it.
    fn collect(&self, prefix: &str, words: &str, paths: &mut Vec<FieldPath>) {
        for field in &self.fields {
            let path = format!("{prefix}{}", field.name);
            let FieldSchema { zone, type_name, doc, .. } = *field;
            match (&field.nested, field.events) {
                (Some(nested), None) => nested.collect(&format!("{path}."), words, paths),
                (Some(nested), Some(word)) => nested.collect(&format!("{path}."), &format!("{words}{word}_"), paths),
                (None, _) => {
                    let event = (zone == Zone::Signal).then(|| EventName::from_field_at(words, field.name));
                    paths.push(FieldPath { path, zone, type_name, doc, event });
                }
            }
        }
    }

    /// Follows a path of names, without the layer.
    ///
    /// # Errors
    /// [`Unresolved`], with the names that are there, when a name is not a field.
    pub fn resolve(&self, names: &[&str]) -> Result<Resolved<'_>, Unresolved<'_>> {
        let mut schema = Some(self);
        let mut indexes = Vec::with_capacity(names.len());
        let mut found = None;
        for (at, name) in names.iter().enumerate() {
            let Some(here) = schema else {
                return Err(Unresolved { at, context: None, known: Vec::new() });
            };
            let Some(index) = here.fields.iter().position(|field| field.name == *name) else {
                return Err(here.unresolved(at));
            };
            let field = &here.fields[index];
            indexes.push(index);
            schema = field.nested.as_ref();
            found = Some(field);
        }
        match found {
            Some(field) => Ok(Resolved { indexes, field }),
            None => Err(self.unresolved(0)),
        }
    }

    /// Whether a field on the way of these names, without the layer, is marked `#[context(redact)]`: what is there is not shown to people.
    #[must_use]
    pub fn redacts<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> bool {
        let mut schema = Some(self);
        names.into_iter().any(|name| {
            let field = schema.and_then(|here| here.fields.iter().find(|field| field.name == name));
            schema = field.and_then(|field| field.nested.as_ref());
            field.is_some_and(|field| field.redact)
        })
    }

    /// Whether any of its fields is marked so.
    #[doc(hidden)]
    #[must_use]
    pub fn has_redacted(&self) -> bool {
        self.fields.iter().any(|field| field.redact || field.nested.as_ref().is_some_and(Self::has_redacted))
    }

    fn unresolved(&self, at: usize) -> Unresolved<'_> {
        Unresolved { at, context: Some(self.name), known: self.fields.iter().map(|field| field.name).collect() }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn field(name: &'static str, nested: Option<Schema>) -> FieldSchema {
        FieldSchema {
            name,
            zone: Zone::Data,
            type_name: "T",
            doc: "",
            shape: Shape::Opaque,
            nested,
            events: None,
            redact: false,
        }
    }

    fn bank() -> Schema {
        let user = Schema {
            name: "User",
            version: 1,
            fields: vec![field("id", None), field("balance", None)],
            methods: Vec::new(),
        };
        Schema {
            name: "Bank",
            version: 1,
            fields: vec![field("total", None), field("user", Some(user))],
            methods: Vec::new(),
        }
    }

    #[test]
    fn a_nested_path_resolves_to_the_index_of_each_name() {
        let bank = bank();
        let resolved = bank.resolve(&["user", "balance"]).unwrap();
        assert_eq!((resolved.indexes, resolved.field.name), (vec![1, 1], "balance"));
    }

    #[test]
    fn an_unknown_name_says_where_and_what_is_there() {
        let bank = bank();
        let missing = bank.resolve(&["user", "balanse"]).unwrap_err();
        assert_eq!((missing.at, missing.context, missing.known), (1, Some("User"), vec!["id", "balance"]));
        let deeper = bank.resolve(&["total", "cents"]).unwrap_err();
        assert_eq!((deeper.at, deeper.context), (1, None));
        assert!(bank.resolve(&[]).is_err());
    }

    #[test]
    fn what_is_below_a_redacted_field_is_redacted_and_nothing_else() {
        let mut bank = bank();
        assert!(!bank.redacts(["user", "balance"]));
        bank.fields[1].redact = true;
        assert!(bank.redacts(["user", "balance"]) && bank.redacts(["user"]) && bank.redacts(["user", "none"]));
        assert!(!bank.redacts(["total"]) && !bank.redacts(["total", "user"]) && !bank.redacts([]));
    }

    #[test]
    fn paths_go_into_nested_contexts_in_order() {
        let paths: Vec<String> = bank().paths().into_iter().map(|field| field.path).collect();
        assert_eq!(paths, ["total", "user.id", "user.balance"]);
    }
}
