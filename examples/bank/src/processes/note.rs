//! Notes what came of an order.

use theus_core::prelude::*;

use super::Desk;
use crate::context::Fate;

/// Notes that all is done that follows from an order, so that a later start of the program goes on with the next one. Only where
/// there is a store.
#[process(
    inputs = [
        domain.made, domain.served.transfers, domain.served.committed, domain.served.blocked, domain.served.declined,
        domain.served.declined_by, domain.served.failures
    ],
    outputs = [
        domain.served.transfers, domain.served.committed, domain.served.blocked, domain.served.declined,
        domain.served.declined_by, domain.served.failures, domain.served.ledger, domain.served.made
    ],
)]
pub(crate) fn note_order(ctx: Desk, fate: Fate, ledger: u64, failures: Vec<(String, String)>) {
    *ctx.domain.served.transfers += 1;
    match fate {
        Fate::Made => *ctx.domain.served.committed += 1,
        Fate::Blocked => *ctx.domain.served.blocked += 1,
        Fate::Declined(name) => {
            *ctx.domain.served.declined += 1;
            *ctx.domain.served.declined_by.entry(name).or_default() += 1;
        }
    }
    for (process, error) in failures {
        let failure = ctx.domain.served.failures.entry(process).or_default();
        *failure = (failure.0 + 1, error);
    }
    ctx.domain.served.ledger.set(ledger);
    ctx.domain.served.made.set(*ctx.domain.made);
}
