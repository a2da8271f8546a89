//! Processes that declare errors.

use theus_core::prelude::*;

use crate::contexts::{Bank, Limits};

/// The account has too little.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{missing} too little")]
pub struct NotEnough {
    /// How much is missing.
    pub missing: i64,
}

/// There is no such account.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("no account `{0}`")]
pub struct UnknownAccount(pub String);

/// Generic over what it is about.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("not that one")]
pub struct Refused<T>(pub T);

/// One error: the function's own type.
#[process(inputs = [domain.total], outputs = [domain.total], errors = [NotEnough])]
pub fn withdraw(ctx: Ctx<Bank>, amount: i64) -> Result<i64, NotEnough> {
    let left = *ctx.domain.total - amount;
    if left < 0 {
        return Err(NotEnough { missing: -left });
    }
    *ctx.domain.total = left;
    Ok(left)
}

/// Several: the macro makes `TransferError`.
#[process(
    inputs = [global.most, domain.accounts],
    outputs = [domain.accounts],
    errors = [NotEnough, UnknownAccount, std::num::ParseIntError],
)]
pub fn transfer(ctx: Ctx<Bank, Limits>, from: String, to: String, amount: String) -> Result<(), TransferError> {
    let amount: i64 = amount.parse()?;
    let most = *ctx.global.most;
    if amount > most {
        Err(NotEnough { missing: amount - most })?;
    }
    let balance = ctx.domain.accounts.get_mut(&from).ok_or(UnknownAccount(from))?;
    *balance -= amount;
    let balance = ctx.domain.accounts.get_mut(&to).ok_or(UnknownAccount(to))?;
    *balance += amount;
    Ok(())
}

/// Async, with `?` on several errors.
#[process(inputs = [domain.total], outputs = [domain.total], errors = [NotEnough, UnknownAccount])]
pub async fn withdraw_later(ctx: Ctx<Bank>, amount: i64) -> Result<(), WithdrawLaterError> {
    std::future::ready(()).await;
    if amount == 0 {
        Err(UnknownAccount("nobody".to_owned()))?;
    }
    if *ctx.domain.total < amount {
        Err(NotEnough { missing: amount - *ctx.domain.total })?;
    }
    *ctx.domain.total -= amount;
    Ok(())
}

/// Several errors, one of them generic.
#[process(inputs = [domain.total], errors = [NotEnough, Refused<T>])]
pub fn refuse<T>(ctx: Ctx<Bank>, thing: T) -> Result<(), RefuseError<T>>
where
    T: std::fmt::Debug + Sync,
{
    if *ctx.domain.total < 0 {
        Err(NotEnough { missing: -*ctx.domain.total })?;
    }
    Err(Refused(thing))?
}
