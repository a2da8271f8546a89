//! Very many sessions with times: what they take of memory, and what it costs to find the one that is due.

use std::time::{Duration, Instant};

use allocation_counter::measure;
use theus_core::workflow::sessions::Sessions;
use theus_core::workflow::{Clock, VirtualClock};

use super::workflow_world::{Shop, of, shop};

const TIMED: &str = "
external: [CMD_GO]
states:
  S:
    after: { 30d: E, '${ domain.total + 864000 }': E }
    every: { 1h: { steps: { run: add, with: { n: 1 } } } }
    events: { CMD_GO: E }
  E: { final: true }
";
const PLAIN: &str = "
external: [CMD_GO]
states:
  S: { events: { CMD_GO: E } }
  E: { final: true }
";

struct Figures {
    /// Of each session.
    bytes: f64,
    /// To have the next one due handled.
    each: Duration,
}

/// So many sessions, begun a millisecond after each other; then so many cycles.
fn figures(flow: &str, sessions: u32, cycles: u32) -> Figures {
    let (engine, _) = shop(Shop::default());
    let definition = of(&engine, flow).shared_definition();
    let clock = VirtualClock::new();
    let pool = Sessions::of(&engine, definition).stepped(1).clock(clock.clone()).start().unwrap();
    let memory = measure(|| {
        for session in 0..sessions {
            pool.open(&format!("{session:08}"), Shop::default()).unwrap();
            while pool.step() {}
            clock.advance(Duration::from_millis(1));
        }
    });
    let begun = clock.now();
    let (began, mut handled) = (Instant::now(), 0);
    while handled < cycles && pool.pass_time() {
        while pool.step() {}
        handled += 1;
    }
    let each = began.elapsed().checked_div(cycles).unwrap_or_default();
    assert_eq!(handled, cycles);
    // Each in its time: a millisecond apart, and after the hour.
    if cycles > 0 {
        assert_eq!(
            clock.now(),
            begun + Duration::from_secs(3_600) - Duration::from_millis(u64::from(sessions - cycles + 1))
        );
        assert_eq!(pool.cycles("00000000").unwrap()[0].missed, 0);
    }
    Figures { bytes: memory.bytes_current as f64 / f64::from(sessions), each }
}

#[test]
fn three_times_of_a_session_take_little_memory_however_many_sessions_there_are() {
    let (few, many, plain) = (figures(TIMED, 500, 100), figures(TIMED, 4_000, 100), figures(PLAIN, 4_000, 0));
    let apart = many.bytes / few.bytes;
    assert!((0.7..1.3).contains(&apart), "{} bytes of each of 500, {} of each of 4,000", few.bytes, many.bytes);
    let times = many.bytes - plain.bytes;
    assert!((120.0..700.0).contains(&times), "three times take {times} bytes");
}

/// `cargo test -p theus-core --test main -- --ignored --nocapture a_hundred_thousand`
#[test]
#[ignore = "it prints figures"]
fn a_hundred_thousand_sessions_with_three_times_each() {
    let plain = figures(PLAIN, 100_000, 0);
    let (thousand, all) = (figures(TIMED, 1_000, 1_000), figures(TIMED, 100_000, 1_000));
    println!("a session without times: {:.0} bytes; with three: {:.0} bytes", plain.bytes, all.bytes);
    println!("to handle the next that is due: {:?} of 1,000 sessions, {:?} of 100,000", thousand.each, all.each);
    assert!(all.each < 4 * thousand.each, "it grows by the logarithm");
}
