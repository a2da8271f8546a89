//! Records as `tracing` tells them: every one, under the target `theus::audit`.

use crate::audit::RuleMetadata;
use crate::audit::record::{Action, AuditEvent, AuditRecord, Violation};
use crate::audit::{AlarmChange, AlarmEvent};
use crate::panics;

/// Tells one record. A subscriber is user code: no lock is held when this is called.
pub(in crate::audit) fn tell(record: &AuditRecord) {
    panics::tell(|| log(record));
}

fn log(record: &AuditRecord) {
    let AuditRecord { sequence, session, version, .. } = record;
    match &record.event {
        AuditEvent::Violation(violation) => violated(record, violation),
        AuditEvent::Interlock { violation } => {
            tracing::error!(target: "theus::audit", sequence, %session, version, violation, "interlocked");
        }
        AuditEvent::InterlockReset { operator, reason } => {
            tracing::info!(target: "theus::audit", sequence, %session, version, %operator, %reason, "interlock reset");
        }
        AuditEvent::RecipeLoaded(identity) => {
            let (recipe, rules, digest) = (&identity.recipe, identity.rules, identity.digest);
            tracing::info!(target: "theus::audit", sequence, %session, version, %recipe, rules, %digest, "recipe in force");
        }
        AuditEvent::RecipeChanged(change) => {
            let (recipe, rules, digest) = (&change.identity.recipe, change.identity.rules, change.identity.digest);
            let (kept, omitted) = (change.kept, change.omitted);
            let (added, removed, changed) = (change.added.len(), change.removed.len(), change.changed.len());
            tracing::info!(
                target: "theus::audit", sequence, %session, version, %recipe, rules, %digest, kept, added, removed, changed,
                omitted, "recipe changed"
            );
        }
        AuditEvent::Alarm(event) => {
            let AlarmEvent { change, state, rule, process, level, violation, .. } = &**event;
            let (operator, reason) = (event.operator.as_deref().unwrap_or(""), event.reason.as_deref().unwrap_or(""));
            macro_rules! event {
                ($log:ident) => {
                    tracing::$log!(
                        target: "theus::audit", sequence, %session, version, %change, %state, %rule, %process, %level,
                        violation, operator, reason, "alarm"
                    )
                };
            }
            match change {
                AlarmChange::Raised => event!(warn),
                _ => event!(info),
            }
        }
        AuditEvent::RecipeRefused { recipe, reason } => {
            tracing::warn!(target: "theus::audit", sequence, %session, version, %recipe, %reason, "recipe refused");
        }
        AuditEvent::Anchor { position, head } => {
            tracing::debug!(target: "theus::audit", sequence, %session, version, position, %head, "session anchored");
        }
        AuditEvent::SinkFailure { sink, message, first_missing } => {
            tracing::error!(target: "theus::audit", sequence, %session, %sink, %message, first_missing, "sink failure");
        }
    }
}

fn violated(record: &AuditRecord, violation: &Violation) {
    let AuditRecord { sequence, session, version, .. } = record;
    let Violation { metadata, value, count, action, message, .. } = violation;
    let RuleMetadata { process, gate, rule, level, source, id, owner, priority, response, .. } = &**metadata;
    let text = message.as_deref().filter(|text| !text.is_empty());
    // A field that is none is not there.
    let (id, owner, priority, response) = (id.as_deref(), owner.as_deref(), priority.as_deref(), response.as_deref());
    macro_rules! event {
        ($log:ident) => {
            tracing::$log!(
                target: "theus::audit", sequence, %session, version, %process, %gate, %rule, %value, %level, count, %action,
                %source, id, owner, priority, response, text, "rule violated"
            )
        };
    }
    match action {
        Action::Counted => event!(debug),
        Action::Informed => event!(info),
        // A request that is refused is an answer to it, and no failure of the program.
        Action::Warned | Action::Campaign | Action::Blocked => event!(warn),
        Action::Aborted | Action::Interlocked => event!(error),
    }
}
