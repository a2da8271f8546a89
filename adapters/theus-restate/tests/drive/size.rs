//! Sessions that grow.

use std::sync::Arc;

use serde_json::json;
use theus_core::prelude::*;
use theus_core::workflow::VirtualClock;
use theus_restate::drive::parts::{self, SteppedInParts, Warm};
use theus_restate::drive::{Around, Ask, Host, RunAsk, StepError, StepInput};

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

#[test]
fn what_one_call_changes_of_a_session_in_parts_is_bounded_too() {
    let engine = Engine::builder(Album::default()).process::<Fill>().carried().build().unwrap();
    let (host, warm) = (Host::new(engine).in_parts(), Warm::new(64 << 20));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let step = |entry, ask| {
        let (session, invocation) = ("a".to_owned(), "inv".to_owned());
        let input = StepInput { session, entry, invocation, began: 0, ask, counted: Vec::new() };
        parts::step(&host, input, None, &warm, Around { runtime: runtime.handle(), interlock: None, counters: None })
    };
    let SteppedInParts::Stepped { stepped, .. } = step(None, fill_by(1, 1)).unwrap() else {
        panic!("there is nothing to be read");
    };
    let told = step(Some(stepped.entry.clone()), fill_by(8 << 20, 7 << 20)).unwrap_err();
    assert!(matches!(&told, StepError::TooLong { session, .. } if session == "a"), "{told}");
    let SteppedInParts::Stepped { stepped, .. } = step(Some(stepped.entry), fill_by(1, 1)).unwrap() else {
        panic!("what was refused has taken the place of what is kept");
    };
    assert_eq!(stepped.entry.state.version, 2);
}
