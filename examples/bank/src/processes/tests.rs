//! The processes on their own, and the books under a process that is wrong.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

use theus_core::audit::{Action, Query};
use theus_core::prelude::*;

use super::{Desk, OpenDay, Reconcile, Review, Transfer, TransferError};
use crate::context::{Account, AccountId, Bank, Limits};
use crate::desk;
use crate::money::Money;

const RECIPE: &str = include_str!("../../../../workflows/bank/audit.yaml");

/// A mistake that a programmer could make: the fee leaves the account and arrives nowhere.
#[process(inputs = [domain.accounts], outputs = [domain.accounts])]
fn skim(ctx: Desk, from: AccountId, fee: Money) {
    if let Some(account) = ctx.domain.accounts.get_mut(&from) {
        account.balance = account.balance.minus(fee).unwrap_or_default();
    }
}

/// The same, by one who keeps the books.
#[process(
    inputs = [domain.accounts, domain.books.debits, domain.books.credits],
    outputs = [domain.accounts, domain.books.debits, domain.books.difference],
)]
fn charge(ctx: Desk, from: AccountId, fee: Money) {
    if let Some(account) = ctx.domain.accounts.get_mut(&from) {
        account.balance = account.balance.minus(fee).unwrap_or_default();
    }
    let debits = ctx.domain.books.debits.plus(fee).unwrap_or_default();
    *ctx.domain.books.debits = debits;
    ctx.domain.books.difference.set(ctx.domain.books.credits.minus(debits).unwrap_or_default());
}

fn bank(balances: &[i64], recipe: &str) -> Engine<Bank, Limits> {
    let accounts = (1..).map(AccountId).zip(balances.iter().map(|cents| Account::with(Money::cents(*cents))));
    let limits = Limits { busy: 3, large: Money::cents(1_000), large_transfers: 2 };
    desk::without_recipe(Bank::open(accounts.collect(), 0).unwrap(), limits)
        .recipe("audit.yaml", recipe)
        .unwrap()
        .process::<Skim>()
        .process::<Charge>()
        .build()
        .unwrap()
}

fn order(from: u32, to: u32, cents: i64) -> Transfer {
    Transfer { from: AccountId(from), to: AccountId(to), amount: Money::cents(cents) }
}

fn balances(engine: &Engine<Bank, Limits>) -> Vec<Money> {
    engine.snapshot().unwrap().accounts.values().map(|account| account.balance).collect()
}

fn signals(engine: &Engine<Bank, Limits>) -> Vec<String> {
    std::iter::from_fn(|| engine.next_event().unwrap()).map(|event| event.name.to_string()).collect()
}

#[test]
fn money_moves_and_the_books_say_so() {
    let engine = bank(&[1_000, 0], RECIPE);
    engine.run(order(1, 2, 1)).unwrap();
    engine.run(order(1, 2, 999)).unwrap();
    assert_eq!(balances(&engine), [0, 1_000].map(Money::cents));
    let bank = engine.snapshot().unwrap().to_context();
    assert_eq!((bank.books.debits, bank.books.credits), (Money::cents(1_000), Money::cents(1_000)));
    assert_eq!((bank.books.opening, bank.books.difference), (Money::cents(1_000), Money::ZERO));
}

#[test]
fn what_cannot_be_is_declined_and_changes_nothing() {
    let engine = bank(
        &[1_000, i64::MAX - 1_000],
        "process_recipes: { reconcile: { inputs: [ { field: domain.day, min: 1 } ] } }",
    );
    let cases: [(Transfer, &str, &str); 8] = [
        (order(9, 1, 1), "UnknownAccount", "account 9 does not exist"),
        (order(1, 9, 1), "UnknownAccount", "account 9 does not exist"),
        (order(1, 1, 1), "SameAccount", "account 1 would pay itself"),
        (order(1, 2, 0), "NotAnAmount", "0.00 is no amount to transfer"),
        (order(1, 2, i64::MIN), "NotAnAmount", "-92233720368547758.08 is no amount to transfer"),
        (order(1, 2, 1_001), "InsufficientFunds", "account 1 has 10.00, which is less than 10.01"),
        (order(2, 1, i64::MAX - 1_000), "none", ""),
        (order(1, 2, i64::MAX), "OutOfRange", "the sum is beyond all the money that can be kept"),
    ];
    for (command, name, message) in cases {
        let before = engine.snapshot().unwrap();
        match engine.run(command.clone()) {
            Ok(()) => assert_eq!(name, "none", "{command:?}"),
            Err(RunError::Process(error)) => {
                assert_eq!((error.name(), error.to_string().as_str()), (name, message), "{command:?}");
                assert_eq!(engine.snapshot().unwrap().version(), before.version(), "{command:?}");
            }
            Err(error) => panic!("{command:?}: {error}"),
        }
    }
}

#[test]
fn an_unusual_payer_is_reviewed_and_frozen_until_the_next_morning() {
    let engine = bank(&[10_000, 10_000], RECIPE);
    for small in 1..=2 {
        engine.run(order(1, 2, small)).unwrap();
    }
    assert_eq!(signals(&engine), Vec::<String>::new());
    engine.run(order(1, 2, 3)).unwrap();
    engine.run(order(2, 1, 1_000)).unwrap();
    assert_eq!(signals(&engine), ["EVT_SUSPICION", "EVT_SUSPICION"]);
    engine.run(Review {}).unwrap();
    let watch = engine.snapshot().unwrap().to_context().watch;
    assert_eq!((watch.frozen, watch.frozen_today, watch.cleared, watch.suspects.len()), (1, 1, 1, 0));

    let frozen = engine.run(order(1, 2, 1)).unwrap_err();
    assert!(matches!(frozen, RunError::Process(TransferError::Frozen(_))), "{frozen}");
    engine.run(order(2, 1, 1)).unwrap();
    engine.run(order(2, 1, 1_000)).unwrap();
    engine.run(Review {}).unwrap();
    assert!(engine.run(order(2, 1, 1)).is_err(), "the second large one of a day");

    engine.run(OpenDay {}).unwrap();
    engine.run(order(1, 2, 1)).unwrap();
    engine.run(order(2, 1, 1)).unwrap();
    let watch = engine.snapshot().unwrap().to_context().watch;
    assert_eq!((watch.frozen, watch.frozen_today), (2, 0));
}

#[test]
fn the_daily_limit_is_the_recipes_and_begins_anew_every_morning() {
    let engine = bank(&[2_000_000, 0], RECIPE);
    engine.run(order(1, 2, 500_000)).unwrap();
    let over = engine.run(order(1, 2, 300_001)).unwrap_err();
    assert_eq!(over.violations()[0].value, "8000.01");
    engine.run(order(1, 2, 300_000)).unwrap();
    assert!(matches!(engine.run(order(1, 2, 1)), Err(RunError::Blocked(_))));
    engine.run(OpenDay {}).unwrap();
    engine.run(order(1, 2, 1)).unwrap();
}

#[test]
fn money_that_arrives_nowhere_stops_the_bank_when_it_is_counted() {
    let engine = bank(&[1_000, 1_000], RECIPE);
    engine.run(Skim { from: AccountId(1), fee: Money::cents(1) }).unwrap();
    let stopped = engine.run(Reconcile {}).unwrap_err();
    assert!(matches!(stopped, RunError::Interlocked(_)), "{stopped}");
    assert_eq!(stopped.violations()[0].value, "-0.01");
    assert!(matches!(engine.run(order(1, 2, 1)), Err(RunError::Halted(_))));
    let (ledger, query) = (engine.ledger(), Query::new().process("reconcile"));
    let acted: Vec<_> = ledger.find(&query).filter_map(|it| it.violation()).collect();
    assert!(matches!(&acted[..], [only] if only.action == Action::Interlocked), "{acted:?}");
    assert!(ledger.verify().is_ok());
}

#[test]
fn books_that_do_not_balance_are_never_committed() {
    // The recipe has never heard of this process.
    let engine = bank(&[1_000, 1_000], RECIPE);
    let stopped = engine.run(Charge { from: AccountId(1), fee: Money::cents(1) }).unwrap_err();
    assert!(matches!(stopped, RunError::Interlocked(_)), "{stopped}");
    assert_eq!(balances(&engine), [1_000, 1_000].map(Money::cents), "the fee is where it was");
    engine.reset_interlock("R. Lee", "the charge has left the program").unwrap();
    engine.run(order(1, 2, 1)).unwrap();
    engine.run(Reconcile {}).unwrap();
}
