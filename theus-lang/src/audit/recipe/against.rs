//! `max: global.high`: a bound that is a value of the global context, checked when the recipe is loaded.

use super::super::against::{Against, Test};
use super::super::condition::{Comparison, Condition, LengthBound, Operator};
use super::super::rule::Base;
use super::catalog::Catalog;
use super::refused::Refused;
use super::{code, find};
use crate::context::{Shape, Zone};
use crate::source::Value;

const PREFIX: &str = "global.";

/// The condition that a test with such a bound makes; `None` where the bound is none.
pub(super) fn condition(
    test: Operator,
    value: &Value,
    (shape, field, unit): (&Shape, &str, Option<&str>),
    catalog: &Catalog,
) -> Option<Result<Condition, Refused>> {
    let is_path = |value: &&str| value.starts_with(PREFIX) && !value.contains(char::is_whitespace);
    let of_list = || value.as_sequence()?.iter().find_map(|one| one.as_str().filter(is_path));
    let refused = |message: String, help: &str| Some(Err(Refused::value(message).code(code::LIMIT).help(help)));
    let Some(path) = value.as_str().filter(is_path) else {
        let path = of_list().filter(|_| test == Operator::Between)?;
        let help = format!("bound it by two conditions: `min: {path}`, `max: …`");
        return refused(format!("`{test}` of {field} takes no value of the global context"), &help);
    };
    let test = match test {
        Operator::Min => Test::Value(Comparison::Min),
        Operator::Max => Test::Value(Comparison::Max),
        Operator::Eq => Test::Value(Comparison::Eq),
        Operator::Neq => Test::Value(Comparison::Neq),
        Operator::MinLen => Test::Length(LengthBound::Min),
        Operator::MaxLen => Test::Length(LengthBound::Max),
        // An expression may begin so.
        Operator::Regex | Operator::NotRegex => return None,
        other => {
            let help = "`min`, `max`, `eq`, `neq`, `min_len` and `max_len` take one; for others write `that`";
            return refused(format!("`{other}` of {field} takes no value of the global context"), help);
        }
    };
    let (target, of_bound) = match find::target(path, catalog, None) {
        Ok(found) => found,
        Err((message, help)) => {
            let help =
                help.unwrap_or_else(|| "name a value of the global context, as in `max: global.high`".to_owned());
            return refused(format!("the bound of {field}: {message}"), &help);
        }
    };
    if target.is_of_each() {
        return refused(format!("the bound of {field} is one value, and `{path}` is many"), "name one of them");
    }
    let Base::Global(indexes) = &target.base else {
        return refused(format!("the bound of {field}: `{path}` is not in the global context"), "name a value of it");
    };
    if !is_data(indexes, catalog) {
        let message = format!("the bound of {field}, `{path}`, is not in the Data zone: it decides nothing");
        return refused(message, "name a value of the Data zone");
    }
    let expected = match test {
        Test::Value(_) => shape.innermost(),
        Test::Length(_) => &Shape::Int { min: 0, max: 0 },
    };
    if !is_alike(expected, of_bound.innermost()) {
        let what = match test {
            Test::Value(_) => format!("{field} is not of its kind"),
            Test::Length(_) => "a length is an integer".to_owned(),
        };
        let help = "compare values of one kind: integers, floats, decimals, times, texts; others by `that`";
        return refused(format!("`{path}` cannot bound {field}: {what}"), help);
    }
    if let (Test::Value(_), Some(unit), Some(other)) = (test, unit, of_bound.unit())
        && unit != other
    {
        let message = format!("`{path}` is measured in `{other}`, and {field} in `{unit}`");
        return Some(Err(Refused::value(message)
            .code(code::UNIT)
            .help("give both one unit, or compare what is converted by `that`")));
    }
    let redacts = find::redacts(&target.base, catalog, None);
    Some(Ok(Condition::Against(Box::new(Against::new(test, (indexes, &target.steps), path, redacts)))))
}

/// Whether all fields on the way are of the Data zone.
fn is_data(path: &[usize], catalog: &Catalog) -> bool {
    let mut here = Some(&catalog.global);
    path.iter().all(|index| {
        let field = here.and_then(|schema| schema.fields.get(*index));
        here = field.and_then(|field| field.nested.as_ref());
        // A method has the position after those of the fields.
        field.is_none_or(|field| field.zone == Zone::Data)
    })
}

/// Whether values of the two are compared.
fn is_alike(one: &Shape, other: &Shape) -> bool {
    match (one, other) {
        (Shape::Float32 | Shape::Float64, Shape::Float32 | Shape::Float64) => true,
        (Shape::Int { .. }, Shape::Int { .. }) | (Shape::Decimal, Shape::Decimal) => true,
        (Shape::Time(one), Shape::Time(other)) => one == other,
        (Shape::Enum(one), Shape::Enum(other)) => one.name == other.name,
        (Shape::Text, Shape::Text) | (Shape::Char, Shape::Char) => true,
        (Shape::Bool, Shape::Bool) | (Shape::Uuid, Shape::Uuid) => true,
        _ => false,
    }
}
