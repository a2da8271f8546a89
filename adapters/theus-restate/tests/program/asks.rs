//! Calls by chance.

use serde_json::{Value, json};
use theus_restate::drive::{Ask, ControlAsk, EmitAsk, RunAsk};

/// What a till may be asked. `steady` where what is done outside fails only where it is tried again: then to whom money is posted.
pub fn random_ask(random: &mut fastrand::Rng, steady: Option<&str>) -> Ask {
    let event = |event: &str, with: Value| EmitAsk { event: event.to_owned(), with, urgent: false };
    let run = |process: &str, with: Value| Ask::Run(RunAsk { process: process.to_owned(), with });
    let amount = random.i64(1..40);
    let answered = |amount: i64| if steady.is_some() && amount % 3 == 0 { amount + 1 } else { amount };
    match random.u32(0..18) {
        0..=3 => run("charge", json!({ "amount": random.i64(-10..200) })),
        4 => run("count", Value::Null),
        5 => run("pay", json!({ "amount": answered(random.i64(1..1_000)) })),
        6 => run(
            "post",
            json!({ "to": steady.map_or_else(|| format!("s{}", random.u32(0..40)), str::to_owned), "amount": amount }),
        ),
        7 => run("chrage", json!({ "amount": 1 })),
        8 => run("charge", json!({ "amont": 1 })),
        9 | 10 => Ask::Ask(event("CMD_PAY", json!({ "amount": amount }))),
        11 | 12 => Ask::Ask(event("CMD_BUY", json!({ "amount": answered(amount) }))),
        13 => Ask::Emit(event("CMD_BUY", json!({ "amount": answered(amount) }))),
        14 => Ask::Ask(event("CMD_COUNT", Value::Null)),
        15 => Ask::Ask(event("CMD_STOP", Value::Null)),
        16 => Ask::Ask(event("CMD_NONE", Value::Null)),
        _ => Ask::Control(if random.bool() { ControlAsk::Pause } else { ControlAsk::Resume }),
    }
}
