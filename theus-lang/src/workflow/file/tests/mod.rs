//! Loading workflow files: every problem with its exact words, and beside it the nearest thing that loads.

#![allow(clippy::unwrap_used, clippy::panic)]

mod alone;
mod atomic;
mod corpus;
mod deferred;
mod features;
pub(crate) mod fixture;
mod growth;
mod includes;
mod invokes;
mod large;
mod pages;
mod people;
mod python;
mod replies;
mod results;
mod retries;
mod round_trip;
mod sagas;
mod shapes;
mod side_by_side;
mod times;
mod words;

use super::super::chart::Definition;
use crate::source::SourceError;

pub(crate) use fixture::load;

/// The error of this text, exactly; `expected` begins with an empty line.
#[track_caller]
pub(crate) fn refuses(yaml: &str, expected: &str) {
    match load(yaml) {
        Err(error) => assert_eq!(format!("\n{error}"), expected),
        Ok(_) => panic!("it loads"),
    }
}

/// A text that is right.
#[track_caller]
pub(crate) fn loads(yaml: &str) -> Definition {
    match load(yaml) {
        Ok(definition) => definition,
        Err(error) => panic!("{error}"),
    }
}

/// A text that is right, and of which nothing is doubtful.
#[track_caller]
pub(crate) fn sound(yaml: &str) -> Definition {
    let definition = loads(yaml);
    let drawn: Vec<String> = definition.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(drawn, Vec::<String>::new(), "{yaml}");
    definition
}

/// The codes of what is found in a text.
pub(crate) fn codes(yaml: &str) -> Vec<&'static str> {
    let of_error = |error: SourceError| error.problems().iter().filter_map(|problem| problem.code).collect();
    load(yaml).map_or_else(of_error, |it| it.warnings().iter().filter_map(|warning| warning.code).collect())
}
