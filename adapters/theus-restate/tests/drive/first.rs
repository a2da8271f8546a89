//! What a session begins as.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;
use theus_core::prelude::*;
use theus_core::workflow::VirtualClock;
use theus_restate::drive::{Ask, Host, RunAsk};

use super::world::Carrier;

#[derive(Clone, Default, Context)]
struct Size {
    wide: u64,
}

#[derive(Clone, Default, Context)]
struct Crate {
    count: u64,
    #[context(nested)]
    size: Size,
}

#[process(inputs = [domain.size.wide], updates = [domain.count])]
fn fill(ctx: Ctx<Crate>) -> u64 {
    *ctx.domain.count += 1;
    *ctx.domain.size.wide
}

/// The same, with something that is not kept.
#[derive(Clone, Default, Context)]
struct Marked {
    count: u64,
    meta_mark: u64,
}

#[process(inputs = [meta(domain.meta_mark)], updates = [domain.count])]
fn mark(ctx: Ctx<Marked>) -> u64 {
    *ctx.domain.count += 1;
    *ctx.domain.meta_mark
}

fn asks(process: &str) -> Ask {
    Ask::Run(RunAsk { process: process.to_owned(), with: json!({}) })
}

fn results(carrier: &mut Carrier, process: &str) -> Vec<Option<serde_json::Value>> {
    (0..3).map(|_| carrier.ask("a", asks(process)).unwrap().unwrap().result).collect()
}

#[test]
fn what_a_session_begins_as_is_made_once_where_all_of_it_is_kept() {
    let made = Arc::new(AtomicU32::new(0));
    let counts = Arc::clone(&made);
    let engine = Engine::builder(Crate::default()).process::<Fill>().carried().build().unwrap();
    let host = Host::new(engine).first(move |_| {
        counts.fetch_add(1, Ordering::Relaxed);
        Crate { count: 0, size: Size { wide: 7 } }
    });
    let mut carrier = Carrier::of(Arc::new(host), VirtualClock::new());
    assert_eq!(results(&mut carrier, "fill"), vec![Some(json!(7)); 3]);
    assert_eq!(made.load(Ordering::Relaxed), 1);
}

#[test]
fn a_field_that_is_not_kept_yet_is_as_a_session_begins() {
    let engine = Engine::builder(Crate::default()).process::<Fill>().carried().build().unwrap();
    let host = Host::new(engine).first(|_| Crate { count: 0, size: Size { wide: 7 } });
    let mut carrier = Carrier::of(Arc::new(host), VirtualClock::new());
    // As an earlier program has kept it, which had not all of the fields.
    carrier.spoil = |entry| entry.state.fields.retain(|field| field.path != "size.wide");
    assert_eq!(results(&mut carrier, "fill"), vec![Some(json!(7)); 3]);
}

#[test]
fn what_is_not_kept_of_it_is_there_in_each_step() {
    let engine = Engine::builder(Marked::default()).process::<Mark>().carried().build().unwrap();
    let host = Host::new(engine).first(|name| Marked { count: 0, meta_mark: name.len() as u64 });
    let mut carrier = Carrier::of(Arc::new(host), VirtualClock::new());
    assert_eq!(results(&mut carrier, "mark"), vec![Some(json!(1)); 3]);
}
