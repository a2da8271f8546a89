//! Moves money from one account to another.

use theus_core::prelude::*;
use thiserror::Error;

use super::{Desk, OutOfRange};
use crate::context::{AccountId, Accounts};
use crate::money::Money;

/// Nobody has this account.
#[derive(Debug, Error)]
#[error("{0} does not exist")]
pub(crate) struct UnknownAccount(AccountId);

/// Payer and payee are one.
#[derive(Debug, Error)]
#[error("{0} would pay itself")]
pub(crate) struct SameAccount(AccountId);

/// Money moves forwards only.
#[derive(Debug, Error)]
#[error("{0} is no amount to transfer")]
pub(crate) struct NotAnAmount(Money);

/// Nothing leaves the account for now.
#[derive(Debug, Error)]
#[error("{0} is frozen")]
pub(crate) struct Frozen(AccountId);

/// There is less on the account than is to leave it.
#[derive(Debug, Error)]
#[error("{from} has {balance}, which is less than {amount}")]
pub(crate) struct InsufficientFunds {
    from: AccountId,
    balance: Money,
    amount: Money,
}

/// What a transfer finds out on its way. It is dropped at the end of the run; until then the rules may look at it.
#[derive(Clone, Debug, Default, Context)]
pub(crate) struct Slip {
    /// What the payer has spent today, this transfer included.
    pub(crate) spent_today: Money,
    /// By how many transfers.
    pub(crate) transfers_today: u32,
    /// What the payer has left.
    pub(crate) balance_left: Money,
}

/// Moves money from one account to another, and raises a signal where that is unusual.
///
/// It declines what cannot be. What could be and should not, such as too much at once or on one day, is for the recipe to say.
#[process(
    inputs = [
        global.busy, global.large, domain.day, domain.accounts, domain.books.debits, domain.books.credits,
        domain.watch.suspects, domain.made
    ],
    outputs = [
        domain.accounts, domain.books.debits, domain.books.credits, domain.books.difference, domain.watch.suspects,
        domain.made, domain.sig_suspicion
    ],
    errors = [UnknownAccount, SameAccount, NotAnAmount, Frozen, InsufficientFunds, OutOfRange],
    local = Slip,
)]
pub(crate) fn transfer(ctx: Desk, from: AccountId, to: AccountId, amount: Money) -> Result<(), TransferError> {
    let (day, is_large) = (*ctx.domain.day, amount >= *ctx.global.large);
    let payer = ctx.domain.accounts.get(&from).ok_or(UnknownAccount(from))?;
    if !ctx.domain.accounts.contains_key(&to) {
        return Err(UnknownAccount(to).into());
    }
    if from == to {
        return Err(SameAccount(from).into());
    }
    if amount <= Money::ZERO {
        return Err(NotAnAmount(amount).into());
    }
    if payer.is_frozen(day) {
        return Err(Frozen(from).into());
    }
    if payer.balance < amount {
        return Err(InsufficientFunds { from, balance: payer.balance, amount }.into());
    }
    let spent = payer.spent(day).and(amount, is_large).ok_or(OutOfRange)?;

    let accounts = &mut *ctx.domain.accounts;
    let taken = post(accounts, from, |balance| balance.minus(amount))?;
    let given = post(accounts, to, |balance| balance.plus(amount))?;
    if let Some(payer) = accounts.get_mut(&from) {
        payer.note(spent);
        ctx.local.balance_left = payer.balance;
    }
    ctx.local.spent_today = spent.sum;
    ctx.local.transfers_today = spent.transfers;

    let debits = ctx.domain.books.debits.minus(taken).ok_or(OutOfRange)?;
    let credits = ctx.domain.books.credits.plus(given).ok_or(OutOfRange)?;
    *ctx.domain.books.debits = debits;
    *ctx.domain.books.credits = credits;
    ctx.domain.books.difference.set(credits.minus(debits).ok_or(OutOfRange)?);

    *ctx.domain.made += 1;
    if is_large || spent.transfers == *ctx.global.busy {
        ctx.domain.watch.suspects.insert(from);
        ctx.domain.sig_suspicion.set(true);
    }
    Ok(())
}

/// Changes a balance, and says by how much the account shows that it changed: the books are made of that.
fn post(
    accounts: &mut Accounts,
    id: AccountId,
    change: impl FnOnce(Money) -> Option<Money>,
) -> Result<Money, TransferError> {
    let account = accounts.get_mut(&id).ok_or(UnknownAccount(id))?;
    let before = account.balance;
    account.balance = change(before).ok_or(OutOfRange)?;
    Ok(account.balance.minus(before).ok_or(OutOfRange)?)
}

impl TransferError {
    /// The error by its name.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::UnknownAccount(_) => "UnknownAccount",
            Self::SameAccount(_) => "SameAccount",
            Self::NotAnAmount(_) => "NotAnAmount",
            Self::Frozen(_) => "Frozen",
            Self::InsufficientFunds(_) => "InsufficientFunds",
            Self::OutOfRange(_) => "OutOfRange",
        }
    }
}
