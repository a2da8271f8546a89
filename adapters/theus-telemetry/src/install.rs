//! One line of set-up.

use opentelemetry::global;
use opentelemetry::metrics::MeterProvider;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanProcessor};
use thiserror::Error;
use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::telemetry::OpenTelemetry;

/// What is logged where nothing else is said. To write the spans of runs, events and requests into each line costs as much as a run.
const LOGGED: &str = "info,theus::run=off,theus::event=off,theus::request=off";

/// Why nothing was set up.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InstallError {
    /// The program has a subscriber of `tracing` already.
    #[error(
        "the program has a subscriber of `tracing` already: {0}; add `tracing_opentelemetry::layer()` to it, and use `OpenTelemetry::of`"
    )]
    Subscriber(String),
    /// The metrics have no page.
    #[error("the metrics cannot be shown: {0}")]
    Metrics(String),
    /// The collector cannot be sent to.
    #[error("the collector of `OTEL_EXPORTER_OTLP_ENDPOINT` cannot be sent to: {0}")]
    Collector(String),
    /// `RUST_LOG` does not say what is to be logged.
    #[error("`RUST_LOG` cannot be read: {0}; as in `info,theus=debug`")]
    Log(String),
}

/// Sets up what a service needs: logs on standard error by `RUST_LOG` (where it says nothing: `info`, without the spans of runs, events and
/// requests around each line), metrics for Prometheus, and with
/// the feature `otlp` spans to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names, where it names one. Spans are made at INFO, whatever
/// is logged.
///
/// # Errors
/// [`InstallError`]: nothing was set up.
pub fn install(service: &str) -> Result<OpenTelemetry, InstallError> {
    Builder::new(service).install()
}

/// The same with more said.
///
/// ```
/// use opentelemetry_sdk::trace::{InMemorySpanExporter, SimpleSpanProcessor};
/// # #[derive(Clone, Default, theus_core::Context)]
/// # struct Tank { level: i64 }
///
/// let spans = InMemorySpanExporter::default();
/// let telemetry = theus_telemetry::Builder::new("tank").spans(SimpleSpanProcessor::new(spans)).quiet().install()?;
/// # drop(telemetry);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct Builder {
    service: String,
    processors: Vec<Box<dyn FnOnce(Spans) -> Spans>>,
    is_quiet: bool,
}

type Spans = opentelemetry_sdk::trace::TracerProviderBuilder;

impl Builder {
    /// For a service of this name: `service.name`.
    pub fn new(service: &str) -> Self {
        Self { service: service.to_owned(), processors: Vec::new(), is_quiet: false }
    }

    /// Spans go there, too: a processor of the SDK's, with an exporter of whichever kind.
    pub fn spans(mut self, processor: impl SpanProcessor + 'static) -> Self {
        self.processors.push(Box::new(|spans| spans.with_span_processor(processor)));
        self
    }

    /// Nothing is logged on standard error.
    pub const fn quiet(mut self) -> Self {
        self.is_quiet = true;
        self
    }

    /// Sets it up: once in a program.
    ///
    /// # Errors
    /// [`InstallError`]: nothing was set up.
    pub fn install(mut self) -> Result<OpenTelemetry, InstallError> {
        let log = match std::env::var(EnvFilter::DEFAULT_ENV) {
            Ok(said) => EnvFilter::try_new(said).map_err(|error| InstallError::Log(error.to_string()))?,
            Err(_) => EnvFilter::new(LOGGED),
        };
        self.add_collector()?;
        let resource = Resource::builder().with_service_name(self.service.clone()).build();
        let page = prometheus::Registry::new();
        let reader = opentelemetry_prometheus::exporter().with_registry(page.clone()).scope_info_enabled(false).build();
        let reader = reader.map_err(|error| InstallError::Metrics(error.to_string()))?;
        let metrics = SdkMeterProvider::builder().with_resource(resource.clone()).with_reader(reader).build();
        let spans = (!self.processors.is_empty()).then(|| {
            let provider = SdkTracerProvider::builder().with_resource(resource);
            self.processors.into_iter().fold(provider, |provider, add| add(provider)).build()
        });
        let sent = spans.as_ref().map(|spans: &SdkTracerProvider| {
            let layer = tracing_opentelemetry::layer().with_tracer(spans.tracer("theus"));
            layer.with_filter(LevelFilter::INFO)
        });
        let logged = (!self.is_quiet).then(|| fmt::layer().with_writer(std::io::stderr).with_filter(log));
        let subscriber = tracing_subscriber::registry().with(sent).with(logged);
        subscriber.try_init().map_err(|error| InstallError::Subscriber(error.to_string()))?;
        global::set_text_map_propagator(TraceContextPropagator::new());
        global::set_meter_provider(metrics.clone());
        if let Some(spans) = &spans {
            global::set_tracer_provider(spans.clone());
        }
        Ok(OpenTelemetry::new(metrics.meter("theus"), Some(page), Some((metrics, spans))))
    }

    #[cfg(feature = "otlp")]
    fn add_collector(&mut self) -> Result<(), InstallError> {
        use opentelemetry_sdk::trace::BatchSpanProcessor;

        let is_named = |name: &str| std::env::var(name).is_ok_and(|url| !url.is_empty());
        if !is_named("OTEL_EXPORTER_OTLP_ENDPOINT") && !is_named("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
            return Ok(());
        }
        let exporter = opentelemetry_otlp::SpanExporter::builder().with_http().build();
        let exporter = exporter.map_err(|error| InstallError::Collector(error.to_string()))?;
        let processor = BatchSpanProcessor::builder(exporter).build();
        self.processors.push(Box::new(|spans| spans.with_span_processor(processor)));
        Ok(())
    }

    #[cfg(not(feature = "otlp"))]
    #[allow(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        clippy::needless_pass_by_ref_mut,
        reason = "as with the feature"
    )]
    fn add_collector(&mut self) -> Result<(), InstallError> {
        Ok(())
    }
}
