//! A context of one crate, processes of two and of this one, and the macro above all that it asks.

use theus_core::prelude::*;

theus_core::files! {
    mod desk;
    domain = domain::Shop<domain::Item>,
    processes = [theus_derive_tests::several::Sell, Refund, domain::Toggle],
    types = [Item, domain::Lamp, domain::Switch, Cents = i64, domain::front::Door],
    recipes = ["tests/files/shop.yaml"],
    workflows = ["tests/files/shop_flow.yaml"],
}

/// Of this crate, and below.
#[process(inputs = [domain.earned], outputs = [domain.earned])]
fn refund(ctx: Ctx<domain::Shop<Item>>, amount: domain::Cents) {
    *ctx.domain.earned -= amount;
}

use domain::Item;

fn main() {}

#[test]
fn what_several_crates_say_of_themselves_is_one_program() {
    let shop = domain::Shop::of(vec![Item { price: 7 }]);
    let engine = desk::builder(shop).build().unwrap();
    let mut flow = WorkflowManager::from_checked(&engine, desk::SHOP_FLOW).unwrap();
    flow.run_until_final().unwrap();
    let after = engine.snapshot().unwrap().to_context();
    assert_eq!((after.earned, after.lamp.switch, after.is_calm()), (5, domain::Switch::On, true));
    engine.run(Refund { amount: 1 }).unwrap();
    let refused = engine.run(theus_derive_tests::several::Sell { at_most: 0 }).unwrap_err();
    assert!(refused.to_string().contains("[tests/files/shop.yaml:3:"), "{refused}");
    assert_eq!(theus_derive_tests::several::private_process(), "toggle");
}
