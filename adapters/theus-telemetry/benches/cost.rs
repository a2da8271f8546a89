//! What being told costs a run: beside the same run of which nobody is told, in one program.
//! `cargo bench -p theus-telemetry`
#![allow(clippy::unwrap_used, reason = "a bench")]

use divan::Bencher;
use opentelemetry::metrics::MeterProvider;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::{BatchSpanProcessor, SdkTracerProvider, SpanData, SpanExporter};
use theus_core::prelude::*;
use theus_core::telemetry::Spans;
use theus_telemetry::OpenTelemetry;
use tracing_subscriber::layer::SubscriberExt;

#[derive(Clone, Default, Context)]
struct Tank {
    level: i64,
}

#[process(inputs = [domain.level], outputs = [domain.level])]
fn fill(ctx: Ctx<Tank>) {
    *ctx.domain.level += 1;
}

fn main() {
    divan::main();
}

fn run(bencher: Bencher<'_, '_>, engine: &Engine<Tank>) {
    bencher.bench_local(|| engine.run(Fill {}).unwrap());
}

fn builder() -> theus_core::EngineBuilder<Tank> {
    Engine::builder(Tank::default()).process::<Fill>()
}

fn metrics() -> OpenTelemetry {
    let registry = prometheus::Registry::new();
    let reader = opentelemetry_prometheus::exporter().with_registry(registry).build().unwrap();
    OpenTelemetry::of(SdkMeterProvider::builder().with_reader(reader).build().meter("theus"))
}

#[divan::bench]
fn a_nobody_is_told(bencher: Bencher<'_, '_>) {
    run(bencher, &builder().build().unwrap());
}

#[divan::bench]
fn b_spans_that_nobody_takes(bencher: Bencher<'_, '_>) {
    run(bencher, &builder().telemetry(Spans).build().unwrap());
}

#[divan::bench]
fn c_metrics(bencher: Bencher<'_, '_>) {
    run(bencher, &builder().telemetry(metrics()).build().unwrap());
}

/// A collector that is as quick as none.
#[derive(Debug)]
struct Nowhere;

impl SpanExporter for Nowhere {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        Ok(())
    }
}

#[divan::bench]
fn d_metrics_and_spans_that_are_sent(bencher: Bencher<'_, '_>) {
    let spans = SdkTracerProvider::builder().with_span_processor(BatchSpanProcessor::builder(Nowhere).build()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(spans.tracer("theus"));
    let subscriber = tracing_subscriber::registry().with(layer);
    let engine = builder().telemetry(metrics()).build().unwrap();
    tracing::subscriber::with_default(subscriber, || run(bencher, &engine));
}
