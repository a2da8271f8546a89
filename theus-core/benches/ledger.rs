//! A record of the audit, beside what it costs to push its like into a plain ring.

use std::collections::VecDeque;
use std::time::SystemTime;

use divan::{Bencher, black_box};
use theus_core::audit::{
    Action, AuditEvent, AuditRecord, Excerpt, FileOptions, FileSink, Fsync, RecordLog, SinkOptions, Text,
};
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Oven {
    temperature: f64,
}

#[process(outputs = [domain.temperature])]
fn record(ctx: Ctx<Oven>, value: f64) {
    ctx.domain.temperature.set(value);
}

const CAPACITY: usize = 1_024;

fn builder(recipe: &str) -> theus_core::EngineBuilder<Oven> {
    let builder = Engine::builder(Oven::default()).process::<Record>().records(CAPACITY);
    if recipe.is_empty() { builder } else { builder.recipe("bench.yaml", recipe).expect("YAML") }
}

const CAMPAIGN: &str = "process_recipes: { record: { outputs: [ { field: domain.temperature, max: 90, level: C } ] } }";

/// One violation, as the engine records it.
fn violation() -> AuditEvent {
    let engine = builder(CAMPAIGN).build().expect("an engine");
    engine.run(Record { value: 95.5 }).expect("level C refuses nothing");
    engine.audit_records().pop().expect("a record").event
}

#[divan::bench_group(sample_count = 200, sample_size = 1000)]
mod a_record {
    use super::*;

    /// The same facts, moved into a ring that is full: no number, no time, no chain.
    #[divan::bench]
    fn baseline_push_into_a_plain_ring(bencher: Bencher<'_, '_>) {
        let event = violation();
        let mut ring = VecDeque::with_capacity(CAPACITY);
        bencher.bench_local(move || {
            if ring.len() == CAPACITY {
                ring.pop_front();
            }
            ring.push_back(black_box(&event).clone());
        });
    }

    /// Numbered, dated, hashed and chained, as the engine does it: the digest of the rule is at hand.
    #[divan::bench]
    fn to_the_ring(bencher: Bencher<'_, '_>) {
        let event = violation();
        let mut log = RecordLog::new("desk", CAPACITY);
        let time = SystemTime::now();
        let (session, digest) = (Text::from_static("desk"), event_digest(&event));
        bencher.bench_local(move || {
            log.append_digested(&session, black_box(time), 7, black_box(&event).clone(), &digest).sequence
        });
    }
}

fn event_digest(event: &AuditEvent) -> theus_core::audit::Hash {
    let AuditEvent::Violation(violation) = event else { unreachable!("it is one") };
    RecordLog::digest("desk", violation)
}

/// A whole run: one that passes, one whose violation is recorded, one that also writes it into a file.
#[divan::bench_group(sample_count = 100, sample_size = 200)]
mod a_run_with_a_violation {
    use super::*;

    fn bench(bencher: Bencher<'_, '_>, engine: &Engine<Oven>, value: f64) {
        bencher.bench_local(|| black_box(engine).run(Record { value: black_box(value) }));
    }

    #[divan::bench]
    fn baseline_no_violation(bencher: Bencher<'_, '_>) {
        bench(bencher, &builder(CAMPAIGN).build().expect("an engine"), 20.5);
    }

    #[divan::bench]
    fn to_the_ring(bencher: Bencher<'_, '_>) {
        bench(bencher, &builder(CAMPAIGN).build().expect("an engine"), 95.5);
    }

    #[divan::bench]
    fn to_a_file_without_fsync(bencher: Bencher<'_, '_>) {
        let path = std::env::temp_dir().join(format!("theus-bench-{}.jsonl", std::process::id()));
        let sink = FileSink::open(&path, FileOptions::new().fsync(Fsync::Never)).expect("a file");
        let engine = builder(CAMPAIGN).sink(sink, SinkOptions::new()).build().expect("an engine");
        bench(bencher, &engine, 95.5);
        drop(engine);
        let _ = std::fs::remove_file(&path);
        let _ = std::fs::remove_file(path.with_extension("jsonl.lock"));
    }
}

#[divan::bench]
fn verifying_1024_records(bencher: Bencher<'_, '_>) {
    let engine = builder(CAMPAIGN).build().expect("an engine");
    for _ in 0..2 * CAPACITY {
        engine.run(Record { value: 95.5 }).expect("level C refuses nothing");
    }
    let excerpt: Excerpt = engine.ledger();
    let acted = |record: &&AuditRecord| record.violation().is_some_and(|it| it.action == Action::Campaign);
    assert_eq!(excerpt.iter().filter(acted).count(), CAPACITY);
    bencher.bench_local(|| black_box(&excerpt).verify().is_ok());
}
