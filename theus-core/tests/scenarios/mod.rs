//! What the engine promises, one promise a test, through its public API.

mod blocking;
mod building;
mod by_time;
mod cost;
mod doors;
mod effects;
mod gates;
mod gates_now;
mod hostile;
mod interlock;
mod isolation;
mod leases;
mod mounted;
mod named;
mod nested;
mod optimistic_rules;
mod plant;
mod rollback;
mod sessions;
mod sessions_ask;
mod sessions_ask_once;
mod sessions_attacked;
mod sessions_end;
mod sessions_open_or;
mod sessions_over;
mod sessions_pool;
mod sessions_run;
mod sessions_seen;
mod sessions_timers;
#[cfg(feature = "tokio")]
mod sessions_tokio;
mod signals;
mod test_kit;
mod waiting;
mod workflow_advance;
mod workflow_arrivals;
mod workflow_async;
mod workflow_attacked;
mod workflow_blocking;
mod workflow_clocks;
mod workflow_control;
mod workflow_cost;
mod workflow_cron;
mod workflow_cycles;
mod workflow_deferred;
mod workflow_ends;
mod workflow_failures;
mod workflow_internal;
mod workflow_invoke;
mod workflow_limits;
mod workflow_many;
mod workflow_multiple;
mod workflow_now;
mod workflow_order;
mod workflow_program;
mod workflow_reckoned;
mod workflow_regions;
mod workflow_restart;
mod workflow_results;
mod workflow_retries;
mod workflow_retry_after;
mod workflow_sagas;
mod workflow_side_by_side;
mod workflow_steps;
mod workflow_time;
#[cfg(feature = "tokio")]
mod workflow_tokio;
mod workflow_trace;
mod workflow_user_code;
mod workflow_waits;
mod workflow_words;
mod workflow_world;

use theus_core::Locking;

/// Every way to keep runs apart.
const LOCKINGS: [Locking; 3] = [Locking::Pessimistic, Locking::Optimistic, Locking::ByKind];
