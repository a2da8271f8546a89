//! What of the sessions of an engine people are not shown, for who shows them.

use serde_json::Value as Json;

use super::handle::Engine;
use crate::context::{Context, REDACTED, Schema};
use crate::process::Contract;

/// What of an engine's sessions people are not shown: fields marked `#[context(redact)]`, and arguments marked `#[redact]`.
///
/// The [`Journal`](super::Journal) and the state of a session have every value: who tells people of them asks this first, as the command
/// line does.
///
/// ```
/// use serde_json::json;
/// use theus_core::prelude::*;
///
/// #[derive(Clone, Default, Context)]
/// struct Till { #[context(redact)] card: String, total: i64 }
///
/// #[process(outputs = [domain.card, domain.total])]
/// fn pay(ctx: Ctx<Till>, #[redact] card: String, amount: i64) {
///     ctx.domain.card.set(card);
///     ctx.domain.total.set(amount);
/// }
///
/// let engine = Engine::builder(Till::default()).process::<Pay>().build()?;
/// let redaction = engine.redaction();
/// assert_eq!(redaction.field("card", json!("4111")), "(redacted)");
/// assert_eq!(redaction.field("total", json!(5)), 5);
/// assert_eq!(redaction.command("pay", json!({ "card": "4111", "amount": 5 })), json!({ "card": "(redacted)", "amount": 5 }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Redaction {
    domain: Schema,
    global: Schema,
    contracts: Vec<&'static Contract>,
    /// Whether there is anything that people are not shown.
    is_any: bool,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// What of its sessions people are not shown.
    #[must_use]
    pub fn redaction(&self) -> Redaction {
        Redaction::of(D::schema(), G::schema(), self.contracts())
    }
}

#[cfg(all(feature = "store", feature = "test"))]
impl<D: Context, G: Context, E> super::core::SharedEngine<D, G, E> {
    /// Whether people are not shown what a process asks of its effects.
    pub(super) fn hides_effects(&self, contract: &'static Contract) -> bool {
        Redaction::of(D::schema(), G::schema(), vec![contract]).hides_effects(contract.process)
    }
}

impl Redaction {
    fn of(domain: Schema, global: Schema, contracts: Vec<&'static Contract>) -> Self {
        let mut arguments = contracts.iter().flat_map(|contract| contract.arguments);
        let is_any = domain.has_redacted() || global.has_redacted() || arguments.any(|argument| argument.redact);
        Self { domain, global, contracts, is_any }
    }

    /// Whether the value of a field of the domain, by its path without the layer, is not shown. What the domain has not, as a field of an
    /// earlier version, is not shown where anything is not.
    #[must_use]
    pub fn hides_field(&self, path: &str) -> bool {
        let names: Vec<&str> = path.split('.').collect();
        self.domain.redacts(names.iter().copied()) || (self.is_any && self.domain.resolve(&names).is_err())
    }

    /// The value of a field, as people see it.
    #[must_use]
    pub fn field(&self, path: &str, value: Json) -> Json {
        if self.hides_field(path) { REDACTED.into() } else { value }
    }

    /// A command with its arguments by their names, as people see it. That of a process that the engine has not is not shown at all where
    /// anything is not.
    #[must_use]
    pub fn command(&self, process: &str, command: Json) -> Json {
        let Some(contract) = self.contract(process) else {
            return if self.is_any { REDACTED.into() } else { command };
        };
        let redacted = |name: &str| contract.arguments.iter().any(|argument| argument.redact && argument.name == name);
        match command {
            Json::Object(arguments) => {
                let shown = |(name, value): (String, Json)| {
                    if redacted(&name) { (name, REDACTED.into()) } else { (name, value) }
                };
                Json::Object(arguments.into_iter().map(shown).collect())
            }
            // Not as a command is written.
            _ if contract.arguments.iter().any(|argument| argument.redact) => REDACTED.into(),
            other => other,
        }
    }

    /// Whether what a process asked of its effects, and what they answered, is not shown: it is given something that is not.
    #[must_use]
    pub fn hides_effects(&self, process: &str) -> bool {
        let Some(contract) = self.contract(process) else { return self.is_any };
        let reads = |path: &str| match path.split_once('.') {
            Some(("domain", path)) => self.domain.redacts(path.split('.')),
            Some(("global", path)) => self.global.redacts(path.split('.')),
            _ => false,
        };
        contract.arguments.iter().any(|argument| argument.redact)
            || contract.inputs.iter().any(|access| reads(access.path))
    }

    fn contract(&self, process: &str) -> Option<&'static Contract> {
        self.contracts.iter().find(|contract| contract.process == process).copied()
    }
}
