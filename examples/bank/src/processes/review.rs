//! Looks at who was suspicious.

use theus_core::prelude::*;

use super::Desk;

/// Clears each suspect, or freezes the account until the next morning.
#[process(
    inputs = [
        global.busy, global.large_transfers, domain.day, domain.accounts, domain.watch.suspects,
        domain.watch.frozen_today, domain.watch.frozen, domain.watch.cleared
    ],
    outputs = [
        domain.accounts, domain.watch.suspects, domain.watch.frozen_today, domain.watch.frozen, domain.watch.cleared
    ],
)]
pub(crate) fn review(ctx: Desk) {
    let day = *ctx.domain.day;
    for suspect in std::mem::take(&mut *ctx.domain.watch.suspects) {
        let Some(account) = ctx.domain.accounts.get(&suspect) else { continue };
        let spent = account.spent(day);
        if account.is_frozen(day) {
            continue;
        }
        if spent.transfers < *ctx.global.busy && spent.large < *ctx.global.large_transfers {
            *ctx.domain.watch.cleared += 1;
            continue;
        }
        if let Some(account) = ctx.domain.accounts.get_mut(&suspect) {
            account.frozen_before = day.saturating_add(1);
        }
        *ctx.domain.watch.frozen_today += 1;
        *ctx.domain.watch.frozen += 1;
    }
}
