//! What is the same of all fragments that files include: for which place, and what is told of one that is not there.

use crate::context::Schema;
use crate::source::{Fragment, NodePath, Problem, did_you_mean};

const DOMAIN: &str = "domain";
const GLOBAL: &str = "global";

/// Where the layers are for which a fragment is written; where nothing is said, they are those of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// As in `domain.left`.
    pub(crate) domain: Option<String>,
    /// As in `global.motors`.
    pub(crate) global: Option<String>,
}

impl Place {
    /// Whether processes have other names there.
    pub(crate) const fn is_part(&self) -> bool {
        self.domain.is_some()
    }

    /// A path of the program.
    pub(crate) fn path(&self, written: &str) -> Option<String> {
        let (layer, rest) = written.split_once('.')?;
        Some(format!("{}.{rest}", self.layer(layer)?))
    }

    /// Where a layer is.
    pub(crate) fn layer(&self, layer: &str) -> Option<String> {
        match layer {
            DOMAIN => self.domain.clone(),
            GLOBAL => self.global.clone(),
            _ => None,
        }
    }

    /// The path of the domain's part without the layer: `left`, which stands before the names of its processes.
    pub(crate) fn word(&self) -> Option<&str> {
        self.domain.as_deref()?.strip_prefix("domain.")
    }

    /// The place within this one that a fragment there calls so; a problem where there is none.
    pub(crate) fn part(
        &self,
        written: &str,
        layer: &str,
        schema: &Schema,
        at: &NodePath,
    ) -> Result<String, Box<Problem>> {
        let refused = |message: String, help: Option<String>| {
            Box::new(Problem::new(at.clone(), message).help(help.unwrap_or_default()))
        };
        let Some(inner) = written.strip_prefix(layer).and_then(|rest| rest.strip_prefix('.')) else {
            let message = format!("`{written}` is no part of the {layer}: write the path of a nested context");
            return Err(refused(message, Some(format!("as in `{layer}.{}`", example(schema)))));
        };
        let path = self.path(written).unwrap_or_else(|| format!("{layer}.{inner}"));
        let names: Vec<&str> = path.split('.').skip(1).collect();
        let no_context = || format!("`{path}` is no nested context: a fragment at a place is written for one");
        match schema.resolve(&names) {
            Ok(found) if found.field.nested.is_some() => Ok(path),
            Ok(_) => Err(refused(no_context(), None)),
            Err(lost) => {
                let name = names.get(lost.at).copied().unwrap_or_default();
                let message = match lost.context {
                    Some(context) => format!("unknown field `{name}` of {context} in `{path}`"),
                    None => no_context(),
                };
                Err(refused(message, did_you_mean(name, lost.known)))
            }
        }
    }
}

/// A fragment that nobody has handed over.
pub(crate) fn unknown(name: &str, fragments: &[Fragment], at: &NodePath) -> Problem {
    let problem = Problem::new(at.clone(), format!("there is no fragment `{name}`"));
    let problem = problem.label("no crate has handed one over that is called so");
    match fragments.is_empty() {
        true => problem.help(
            "hand it over: `.fragments([motor::RULES])` of the engine's builder, `fragments = [motor::RULES]` of `files!`",
        ),
        false => problem.suggest(name, fragments.iter().map(Fragment::name)),
    }
}

/// A fragment that includes itself, by way of those that are being read.
pub(crate) fn circle(name: &str, open: &[&str], at: &NodePath) -> Problem {
    let from = open.iter().position(|open| *open == name).unwrap_or_default();
    let way: Vec<String> = open[from..].iter().chain([&name]).map(|name| format!("`{name}`")).collect();
    let message = match way.len() {
        ..=2 => format!("the fragment `{name}` includes itself"),
        _ => format!("fragments include each other: {}", way.join(" includes ")),
    };
    Problem::new(at.clone(), message).help("remove this one")
}

/// What is said of the place of a fragment, where it has one.
pub(crate) fn for_place(place: &Place) -> String {
    place.domain.as_ref().map_or_else(String::new, |domain| format!(" for {domain}"))
}

/// A nested context, where there is one.
fn example(schema: &Schema) -> &'static str {
    schema.fields.iter().find(|field| field.nested.is_some()).map_or("left", |field| field.name)
}
