//! A recipe with a list in a file of its own: that is compiled into the program.

use theus_core::prelude::*;

theus_core::files! {
    mod till;
    domain = Till,
    processes = [Pay],
    recipes = ["tests/files/listed.yaml"],
}

#[derive(Clone, Default, Context)]
struct Till {
    paid: i64,
}

#[process(outputs = [domain.paid])]
fn pay(ctx: Ctx<Till>, currency: String) {
    ctx.domain.paid.set(currency.len() as i64);
}

#[test]
fn the_list_is_part_of_the_program() {
    let engine = till::builder(Till::default()).build().unwrap();
    assert!(engine.run(Pay { currency: "EUR".to_owned() }).is_ok());
    let refused = engine.run(Pay { currency: "XXX".to_owned() }).unwrap_err().to_string();
    assert!(refused.contains(r#"in ["CHF", "EUR"]"#) && refused.contains("[tests/files/listed.yaml:"), "{refused}");
}
