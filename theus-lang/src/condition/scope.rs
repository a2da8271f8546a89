//! What names mean in an expression.

use crate::context::{Schema, Shape};

/// What an expression may name: the fields of the two layers, the event's payload, the elements of the loops around it.
///
/// ```
/// use theus_core::prelude::*;
/// use theus_core::workflow::condition::{Expression, Scope};
///
/// #[derive(Clone, Default, Context)]
/// struct Desk { total: i64, items: Vec<String>, sig_full: bool }
///
/// let (domain, global) = (Desk::schema(), <()>::schema());
/// let scope = Scope { domain: &domain, global: &global, payload: None, items: &[] };
/// let guard = Expression::compile("domain.total > 100 && domain.items.size() > 2", &scope)?;
/// assert_eq!(guard.reads(), ["domain.total", "domain.items"]);
/// let refused = Expression::compile("domain.totl > 100", &scope).unwrap_err();
/// assert_eq!(refused.to_string(), "`domain` has no field `totl`; did you mean `total`?");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The fields of the domain.
    pub domain: &'a Schema,
    /// The fields of the global layer.
    pub global: &'a Schema,
    /// The shape of the event's payload, [`Shape::Opaque`] where it is not known before there is one; `None` where no
    /// event is being handled, so that `event` means nothing.
    pub payload: Option<&'a Shape>,
    /// The names of the elements of the loops around it, outermost first, with their shapes; [`Shape::Opaque`] where a shape is not known.
    pub items: &'a [(&'a str, Shape)],
}

/// What the condition of an audit rule may name besides: what there is of one run.
#[derive(Clone, Copy, Debug)]
pub struct RunScope<'a> {
    /// The names of the arguments, in their order, with their shapes.
    pub arguments: &'a [(&'a str, Shape)],
    /// The names of those arguments whose values are not shown.
    pub redacted: &'a [&'a str],
    /// The fields of the local scratch.
    pub local: Option<&'a Schema>,
}

/// Whether what is at a path, by its names, is not shown to people.
pub(super) fn redacts(scope: &Scope<'_>, run: Option<&RunScope<'_>>, names: &[&str]) -> bool {
    let Some((first, rest)) = names.split_first() else { return false };
    let schema = match *first {
        "domain" => Some(scope.domain),
        "global" => Some(scope.global),
        "local" => run.and_then(|run| run.local),
        argument => return run.is_some_and(|run| run.redacted.contains(&argument)),
    };
    schema.is_some_and(|schema| schema.redacts(rest.iter().copied()))
}

/// The states of a workflow, for conditions that ask whether one is active: `in('STATE')`.
pub trait States {
    /// The number of the state of that name.
    ///
    /// # Errors
    /// [`UnknownState`] where there is none, or none that is ever active.
    fn number(&self, name: &str) -> Result<u32, UnknownState>;
}

/// Why a name stands for no state that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownState {
    /// What is wrong with it.
    pub message: String,
    /// The name that was probably meant.
    pub help: Option<String>,
}
