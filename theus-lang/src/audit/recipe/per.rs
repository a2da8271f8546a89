//! What a rule is counted by: `per`, the path of a value.

use super::super::counting::Per;
use super::super::rule::{Base, Scope};
use super::catalog::{Catalog, Problems, ProcessEntry};
use super::item::Item;
use super::{code, find};
use crate::context::{Schema, Shape, Zone};
use crate::source::Problem;

/// What fits, for messages.
const FITS: &str = "texts, integers, booleans, characters, UUIDs and enums fit";

/// The counter of which value it is; an error is told.
pub(super) fn resolved(
    item: &Item<'_, '_>,
    catalog: &Catalog,
    process: Option<&ProcessEntry>,
    problems: &mut Problems,
) -> Result<Option<Per>, ()> {
    let Some(path) = item.entry.counted.per else { return Ok(None) };
    let at = || item.entry.at.key("per");
    let mut refused = |message: String, help: String| {
        problems.push(Problem::new(at(), message).code(code::PER).help(help));
        Err(())
    };
    let of_all = item.scope != Scope::Process;
    let (target, shape) = match find::target(path, catalog, process.filter(|_| !of_all)) {
        Ok(found) => found,
        Err((message, _)) if of_all && !path.contains('.') => {
            return refused(
                format!("`per: {path}` of an invariant: {message}"),
                "an invariant is judged after many processes: name a value of the domain or the global context"
                    .to_owned(),
            );
        }
        Err((message, help)) => {
            return refused(
                format!("`per`: {message}"),
                help.unwrap_or_else(|| "name a value by its path, as in `per: domain.customer`".to_owned()),
            );
        }
    };
    let schema = match &target.base {
        Base::Local(_) => {
            return refused(
                format!("`per: {path}`: the scratch of a run is gone after it"),
                "name an argument, or a value of the domain or the global context".to_owned(),
            );
        }
        Base::Argument(_) | Base::Named => None,
        Base::Domain(indexes) => Some((&catalog.domain, indexes)),
        Base::Global(indexes) => Some((&catalog.global, indexes)),
    };
    if let Some((zone, what)) = schema.and_then(|(schema, indexes)| not_data(schema, indexes)) {
        return refused(
            format!("`per: {path}`: `{what}` is in the {zone} zone, which is not there again after a restart"),
            "count by a value of the Data zone".to_owned(),
        );
    }
    let why = match shape.innermost() {
        Shape::Bool | Shape::Int { .. } | Shape::Text | Shape::Char | Shape::Uuid | Shape::Enum(_) => {
            let redacts = find::redacts(&target.base, catalog, process);
            return Ok(Some(Per::new(path, target, redacts)));
        }
        Shape::Float32 | Shape::Float64 => "a float: two that look alike may differ",
        Shape::Decimal => "a decimal: nearly every run would have a counter of its own",
        Shape::Time(_) => "a time: nearly every run would have a counter of its own",
        Shape::Collection(_) => "a collection, not one value",
        Shape::Record(_) => "a struct, not one value",
        _ => "of a type that the audit cannot look into",
    };
    refused(format!("`per`: {path} is {why}"), FITS.to_owned())
}

/// The first field on the way that is not data.
fn not_data(schema: &Schema, indexes: &[usize]) -> Option<(Zone, &'static str)> {
    let mut here = Some(schema);
    for index in indexes {
        let field = here?.fields.get(*index)?;
        if field.zone != Zone::Data {
            return Some((field.zone, field.name));
        }
        here = field.nested.as_ref();
    }
    None
}
