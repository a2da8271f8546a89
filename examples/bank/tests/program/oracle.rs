//! The bank and its audit, as plainly as they can be said: a list of accounts, a list of rules, one loop over the orders.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::orders::{A_DAY, ACCOUNTS, Order, Orders, opening_balances};

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    /// The argument, at the input gate.
    Amount,
    /// At the output gate.
    SpentToday,
    /// At the output gate.
    TransfersToday,
}

/// `max`, of cents or of a number.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) target: Target,
    pub(crate) max: i64,
    pub(crate) level: char,
    pub(crate) act_at: u32,
    pub(crate) reset: bool,
}

#[derive(Clone, Copy, Default)]
struct Account {
    balance: i64,
    frozen_before: u64,
    day: u64,
    spent: i64,
    transfers: i64,
    large: u32,
}

/// From when on the program suspects somebody.
const BUSY: i64 = 12;
const LARGE: i64 = 250_000;

impl Rule {
    pub(crate) fn is_input(&self) -> bool {
        self.target == Target::Amount
    }

    pub(crate) fn yaml(&self) -> String {
        let (field, max) = match self.target {
            Target::Amount => ("amount", decimal(self.max)),
            Target::SpentToday => ("local.spent_today", decimal(self.max)),
            Target::TransfersToday => ("local.transfers_today", self.max.to_string()),
        };
        let (level, act, reset) = (self.level, self.act_at, self.reset);
        format!("{{ field: {field}, max: {max}, level: {level}, max_threshold: {act}, reset_on_success: {reset} }}")
    }
}

pub(crate) fn decimal(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// What the program must say of so many orders under these rules and the workflow that is built in.
pub(crate) fn summary(rules: &[Rule], transfers: u64, seed: u64) -> Value {
    let mut accounts: BTreeMap<u32, Account> = (1..)
        .zip(opening_balances(seed))
        .map(|(number, balance)| (number, Account { balance, ..Account::default() }))
        .collect();
    let before: i64 = accounts.values().map(|account| account.balance).sum();
    let (mut committed, mut blocked, mut declined_by) = (0_u64, 0_u64, BTreeMap::<&str, u64>::new());
    let (mut frozen, mut cleared, mut records, mut tried, mut day) = (0, 0, 1, 0_u64, 1_u64);
    let mut counters = vec![0; rules.len()];
    let mut status = "finished";
    for order in Orders::new(seed).take(transfers as usize) {
        tried += 1;
        let mut worst =
            judge(rules, &mut counters, &mut records, |target| (target == Target::Amount).then_some(order.cents));
        if worst.is_none() {
            match proposed(&accounts, order, day) {
                Err(name) => *declined_by.entry(name).or_default() += 1,
                Ok(payer) => {
                    worst = judge(rules, &mut counters, &mut records, |target| match target {
                        Target::Amount => None,
                        Target::SpentToday => Some(payer.spent),
                        Target::TransfersToday => Some(payer.transfers),
                    });
                    if worst.is_none() {
                        committed += 1;
                        accounts.get_mut(&order.to).unwrap().balance += order.cents;
                        let payer = {
                            accounts.insert(order.from, payer);
                            accounts.get_mut(&order.from).unwrap()
                        };
                        if order.cents >= LARGE || payer.transfers == BUSY {
                            if payer.transfers >= BUSY || payer.large >= 2 {
                                payer.frozen_before = day + 1;
                                frozen += 1;
                            } else {
                                cleared += 1;
                            }
                        }
                    }
                }
            }
        }
        if let Some(worst) = worst {
            blocked += 1;
            match worst {
                'S' => status = "halted",
                'A' => status = "aborted",
                _ => {}
            }
        }
        if status != "finished" {
            break;
        }
        if tried.is_multiple_of(A_DAY) {
            day += 1;
        }
    }
    // The interlock is a record of its own.
    records += u64::from(status == "halted");
    let after: i64 = accounts.values().map(|account| account.balance).sum();
    json!({
        "transfers": tried, "committed": committed, "blocked": blocked,
        "declined": declined_by.values().sum::<u64>(), "declined_by": declined_by,
        "total_before": decimal(before), "total_after": decimal(after),
        "ledger_records": records, "ledger_verified": true, "halted": status == "halted",
        "days": day, "frozen": frozen, "cleared": cleared,
        "final_state": if status == "finished" { "CLOSED" } else { "OPEN" }, "status": status,
    })
}

/// The strongest level that acts, if one that refuses does.
fn judge(
    rules: &[Rule],
    counters: &mut [u32],
    records: &mut u64,
    value: impl Fn(Target) -> Option<i64>,
) -> Option<char> {
    let mut acted = BTreeSet::new();
    for (rule, count) in rules.iter().zip(counters) {
        match value(rule.target) {
            None => {}
            Some(value) if value <= rule.max => *count = if rule.reset { 0 } else { *count },
            Some(_) => {
                (*count, *records) = (*count + 1, *records + 1);
                if *count == rule.act_at {
                    *count = 0;
                    acted.insert(rule.level);
                }
            }
        }
    }
    ['S', 'A', 'B'].into_iter().find(|level| acted.contains(level))
}

/// The payer as it would be, or the name of what is wrong.
fn proposed(
    accounts: &BTreeMap<u32, Account>,
    Order { from, to, cents }: Order,
    day: u64,
) -> Result<Account, &'static str> {
    let mut payer = *accounts.get(&from).ok_or("UnknownAccount")?;
    if to > ACCOUNTS {
        return Err("UnknownAccount");
    }
    if from == to {
        return Err("SameAccount");
    }
    if cents <= 0 {
        return Err("NotAnAmount");
    }
    if day < payer.frozen_before {
        return Err("Frozen");
    }
    if payer.balance < cents {
        return Err("InsufficientFunds");
    }
    if payer.day != day {
        payer = Account { day, spent: 0, transfers: 0, large: 0, ..payer };
    }
    payer.balance -= cents;
    payer.spent += cents;
    payer.transfers += 1;
    payer.large += u32::from(cents >= LARGE);
    Ok(payer)
}
