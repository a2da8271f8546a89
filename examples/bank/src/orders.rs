//! Transfers as customers ask for them, at random but the same for a seed. Some of them are nonsense.
//!
//! It is about plain numbers, so that the tests can make the same orders and work out by themselves what must come of them.

use fastrand::Rng;

/// How many accounts there are, numbered from 1.
pub(crate) const ACCOUNTS: u32 = 500;
/// How many transfers are asked for on one day.
pub(crate) const A_DAY: u64 = 2_000;
/// So many accounts, the first ones, pay more often than all others.
const BUSY: u32 = 10;

/// A transfer as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) cents: i64,
}

/// Orders without end.
#[derive(Clone, Debug)]
pub(crate) struct Orders(Rng);

/// What is on each account when the bank opens, in cents: the first number is account 1.
pub(crate) fn opening_balances(seed: u64) -> Vec<i64> {
    let mut rng = Rng::with_seed(!seed);
    (0..ACCOUNTS).map(|_| rng.i64(50_000..2_000_000)).collect()
}

impl Orders {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    fn account(&mut self) -> u32 {
        self.0.u32(1..=ACCOUNTS)
    }
}

impl Iterator for Orders {
    type Item = Order;

    fn next(&mut self) -> Option<Order> {
        let from = if self.0.u32(0..16) == 0 { self.0.u32(1..=BUSY) } else { self.account() };
        let (to, cents) = (self.account(), amount(&mut self.0));
        Some(match self.0.u32(0..1_000) {
            0..2 => Order { from, to, cents: -cents },
            2..4 => Order { from, to, cents: 0 },
            4..8 => Order { from, to: to + ACCOUNTS, cents },
            8..12 => Order { from: from + ACCOUNTS, to, cents },
            _ => Order { from, to, cents },
        })
    }
}

/// Mostly little, now and then very much.
fn amount(rng: &mut Rng) -> i64 {
    match rng.u32(0..100) {
        0..60 => rng.i64(100..20_000),
        60..90 => rng.i64(20_000..200_000),
        90..99 => rng.i64(200_000..900_000),
        _ => rng.i64(900_000..1_500_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_the_same_orders_and_another_makes_others() {
        let first = |seed| Orders::new(seed).take(50).collect::<Vec<_>>();
        assert_eq!(first(7), first(7));
        assert_ne!(first(7), first(8));
        assert_ne!(opening_balances(7), opening_balances(8));
    }

    #[test]
    fn every_kind_of_nonsense_is_asked_for() {
        let is_account = |number| (1..=ACCOUNTS).contains(&number);
        let kinds: [fn(&Order) -> bool; 5] = [
            |order| order.cents < 0,
            |order| order.cents == 0,
            |order| order.from == order.to,
            |order| order.from > ACCOUNTS,
            |order| order.to > ACCOUNTS,
        ];
        for kind in kinds {
            assert!(Orders::new(1).take(10_000).any(|order| kind(&order)));
        }
        let sound = |order: &Order| order.cents > 0 && is_account(order.from) && is_account(order.to);
        assert!(Orders::new(1).take(10_000).filter(sound).count() > 9_800);
    }
}
