//! The first example of the README, where it stands as it is here.

use theus_core::prelude::*;
#[derive(Clone, Default, Context)] // the state, kept field by field
struct Bank {
    balance: i64,
    sig_large: bool,
} // `sig_`: a signal, told after the commit

#[derive(Debug, thiserror::Error)]
#[error("there is not enough money")]
struct InsufficientFunds;

#[process(inputs = [domain.balance], outputs = [domain.balance, domain.sig_large], errors = [InsufficientFunds])]
fn withdraw(ctx: Ctx<Bank>, amount: i64) -> Result<i64, InsufficientFunds> {
    *ctx.domain.balance -= amount; // on a draft
    if *ctx.domain.balance < 0 {
        return Err(InsufficientFunds);
    } // rolled back
    ctx.domain.sig_large.set(amount >= 50);
    Ok(*ctx.domain.balance)
}

theus_core::files! { // checked while the program is compiled
    mod desk;
    domain = Bank, processes = [Withdraw], recipes = ["audit.yaml"],
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = desk::builder(Bank { balance: 100, ..Bank::default() }).build()?;
    assert_eq!(engine.run(Withdraw { amount: 60 })?, 40); // the command that the macro made of the function
    assert!(matches!(engine.run(Withdraw { amount: 60 }), Err(RunError::Process(InsufficientFunds))));
    assert!(matches!(engine.run(Withdraw { amount: -5 }), Err(RunError::Blocked(_))));
    Ok(())
}
