//! A record of the audit to the ring: numbered, dated, hashed and chained.

use std::hint::black_box;
use std::time::SystemTime;

use theus_core::audit::{AuditEvent, RecordLog, Text};
use theus_core::prelude::*;

use super::Scenario;

pub(super) const SCENARIOS: &[Scenario] = &[Scenario { name: "record_to_the_ring", go: many }];

#[derive(Clone, Default, Context)]
struct Oven {
    temperature: f64,
}

#[process(outputs = [domain.temperature])]
fn record(ctx: Ctx<Oven>, value: f64) {
    ctx.domain.temperature.set(value);
}

const CAMPAIGN: &str = "process_recipes: { record: { outputs: [ { field: domain.temperature, max: 90, level: C } ] } }";

fn many(count: usize) {
    let builder = Engine::builder(Oven::default()).process::<Record>();
    let engine = builder.recipe("bench.yaml", CAMPAIGN).expect("YAML").build().expect("an engine");
    engine.run(Record { value: 95.5 }).expect("level C refuses nothing");
    let event = engine.audit_records().pop().expect("a record").event;
    let AuditEvent::Violation(violation) = &event else { unreachable!("it is one") };
    let (session, digest) = (Text::from_static("desk"), RecordLog::digest("desk", violation));
    let mut log = RecordLog::new("desk", 256);
    for _ in 0..count {
        black_box(log.append_digested(&session, SystemTime::UNIX_EPOCH, 7, black_box(&event).clone(), &digest));
    }
}
