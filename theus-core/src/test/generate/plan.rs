//! Several values by their names: each in the form in which its type takes it.

use proptest::prelude::*;
use proptest::strategy::{NewTree, ValueTree};
use proptest::test_runner::TestRunner;
use serde::Serialize;

use super::error::GenerateError;
use super::form::Form;
use super::made::Made;
use super::shaped::{Unmade, shaped};
use crate::context::Shape;
use crate::source::did_you_mean;

/// One of them.
#[derive(Clone)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) shape: Shape,
    /// What the test says that it can be.
    pub(super) given: Option<BoxedStrategy<Made>>,
}

/// What the values are of, in words.
pub(super) struct Words {
    /// `argument` or `field`.
    pub(super) kind: &'static str,
    /// The process or the context.
    pub(super) owner: String,
    /// What says what a value can be.
    pub(super) by: &'static str,
}

pub(super) type Values = Vec<(String, Made)>;
/// A value that is not taken: its name, and why.
pub(super) type NotTaken = (String, String);

/// So many values are tried before a form is taken for the right one.
const TRIES: usize = 64;

/// What a test has given, as values.
pub(super) fn given<S>(strategy: S) -> BoxedStrategy<Made>
where
    S: Strategy + 'static,
    S::Value: Serialize,
{
    strategy
        .prop_filter_map("it can be written as JSON", |value| serde_json::to_value(value).ok().map(Made::Given))
        .boxed()
}

impl Words {
    fn of(&self, name: &str) -> String {
        format!("the {} `{name}` of `{}`", self.kind, self.owner)
    }

    /// Puts in what a test has given.
    pub(super) fn put(
        &self,
        parts: &mut [Part],
        name: &str,
        strategy: &BoxedStrategy<Made>,
    ) -> Result<(), GenerateError> {
        match parts.iter_mut().find(|part| part.name == name) {
            Some(part) => {
                part.given = Some(strategy.clone());
                Ok(())
            }
            None => {
                let near = did_you_mean(name, parts.iter().map(|part| part.name.as_str()));
                let help = near.map(|help| format!("; {help}")).unwrap_or_default();
                Err(GenerateError::Unknown { of: format!("{} `{name}` of `{}`", self.kind, self.owner), help })
            }
        }
    }

    fn unmade(&self, name: &str, unmade: Unmade) -> GenerateError {
        let (of, by) = (self.of(name), self.by);
        match unmade {
            Unmade::Opaque => GenerateError::Opaque { of, by },
            Unmade::Otherwise(type_name) => GenerateError::Otherwise { of, type_name: type_name.to_owned(), by },
            Unmade::Endless => GenerateError::Endless { of, by },
        }
    }
}

/// A strategy of all of them that `take` takes. It tries forms: types of one shape are written in several.
pub(super) fn plan(
    parts: Vec<Part>,
    words: &Words,
    is_json: bool,
    take: &dyn Fn(Values) -> Result<(), NotTaken>,
) -> Result<BoxedStrategy<Values>, GenerateError> {
    let mut forms = vec![Form::default(); parts.len()];
    loop {
        let mut uses = Vec::with_capacity(parts.len());
        let mut strategies = Vec::with_capacity(parts.len());
        for (part, form) in parts.iter().zip(&forms) {
            let (strategy, used) = match &part.given {
                Some(given) => (given.clone(), None),
                None => shaped(&part.shape, *form, is_json)
                    .map(|(strategy, uses)| (strategy, Some(uses)))
                    .map_err(|unmade| words.unmade(&part.name, unmade))?,
            };
            let name = part.name.clone();
            strategies.push(strategy.prop_map(move |value| (name.clone(), value)).boxed());
            uses.push(used);
        }
        let Err((name, problem)) = tried(&strategies, take) else {
            return Ok(strategies.boxed());
        };
        let refused = || GenerateError::Refused { of: words.of(&name), problem: problem.clone(), by: words.by };
        let place = parts.iter().position(|part| part.name == name).ok_or_else(refused)?;
        let (form, used) = (forms.get_mut(place).ok_or_else(refused)?, uses.get(place).copied().flatten());
        *form = used.and_then(|used| form.next(used, &problem)).ok_or_else(refused)?;
    }
}

/// The same values each time: whether a test can begin is no matter of chance.
fn tried(
    strategies: &Vec<BoxedStrategy<(String, Made)>>,
    take: &dyn Fn(Values) -> Result<(), NotTaken>,
) -> Result<(), NotTaken> {
    let mut runner = TestRunner::deterministic();
    for _ in 0..TRIES {
        let mut values = Vec::with_capacity(strategies.len());
        for strategy in strategies {
            let tree = strategy.new_tree(&mut runner).map_err(|reason| (String::new(), reason.to_string()))?;
            values.push(tree.current());
        }
        take(values)?;
    }
    Ok(())
}

/// The tree of a strategy that is made when it is first asked for one; why it cannot be made is proptest's to tell.
pub(super) fn tree<T: std::fmt::Debug>(
    made: &Result<BoxedStrategy<T>, GenerateError>,
    runner: &mut TestRunner,
) -> NewTree<BoxedStrategy<T>> {
    match made {
        Ok(strategy) => strategy.new_tree(runner),
        Err(error) => Err(error.to_string().into()),
    }
}
