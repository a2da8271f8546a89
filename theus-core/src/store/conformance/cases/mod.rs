//! The cases, a file for what each is about.

mod answers;
mod entries;
mod events;
mod leases;
mod ledger;
mod messages;
mod order;
mod pages;
mod reopening;
mod retention;
mod state;
mod steps;
mod threads;
mod values;

use super::Case;

pub(super) fn all() -> Vec<Case> {
    let cases = [
        ledger::CASES,
        steps::CASES,
        state::CASES,
        entries::CASES,
        events::CASES,
        answers::CASES,
        messages::CASES,
        leases::CASES,
        order::CASES,
        pages::CASES,
        retention::CASES,
        values::CASES,
        reopening::CASES,
        threads::CASES,
    ];
    let mut cases = cases.concat();
    cases.sort_by_key(|case| if case.rule == 0 { u8::MAX } else { case.rule });
    cases
}

/// A list of cases: the rule, the name, the function.
macro_rules! cases {
    ($($rule:literal $name:literal $run:ident)+) => {
        pub(super) const CASES: &[crate::store::conformance::Case] =
            &[$(crate::store::conformance::Case { rule: $rule, name: $name, run: $run }),+];
    };
}
use cases;
