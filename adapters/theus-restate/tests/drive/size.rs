//! Sessions that grow.

use std::sync::Arc;

use serde_json::json;
use theus_core::prelude::*;
use theus_core::workflow::VirtualClock;
use theus_restate::drive::{Ask, Host, RunAsk, StepError};

use super::world::Carrier;

#[derive(Clone, Default, Context)]
struct Album {
    first: String,
    second: String,
}

#[process(updates = [domain.first, domain.second])]
fn fill(ctx: Ctx<Album>, first: u64, second: u64) {
    *ctx.domain.first = "a".repeat(first as usize);
    *ctx.domain.second = "b".repeat(second as usize);
}

fn fill_by(first: u64, second: u64) -> Ask {
    Ask::Run(RunAsk { process: "fill".to_owned(), with: json!({ "first": first, "second": second }) })
}

#[test]
fn one_that_is_longer_than_a_message_is_refused_and_stays_as_it_was() {
    let engine = Engine::builder(Album::default()).process::<Fill>().carried().build().unwrap();
    let mut carrier = Carrier::of(Arc::new(Host::new(engine)), VirtualClock::new());
    // Two digits a byte, in a message of 28 MiB.
    carrier.ask("a", fill_by(6 << 20, 6 << 20)).unwrap();
    let kept = carrier.kept.clone();
    let told = carrier.ask("a", fill_by(8 << 20, 8 << 20)).unwrap_err();
    assert!(matches!(&told, StepError::TooLong { session, bytes, most } if session == "a" && bytes > most), "{told}");
    assert!(carrier.kept == kept, "nothing of it is kept");
    assert_eq!(carrier.ask("a", fill_by(1, 1)).unwrap().unwrap().version, 2);
}
