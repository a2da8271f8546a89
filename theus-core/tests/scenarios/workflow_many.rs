//! Many regions, times and steps: what a workflow costs that runs grows as its file does.

use std::time::{Duration, Instant};

use serde_json::json;
use theus_core::workflow::{Position, VirtualClock, WorkflowManager};

use super::workflow_world::{Desk, Shop, ShopEngine, of, shop};

/// What is four times as long may cost so many times as much: four times and some more for a tree, far from sixteen times.
const MOST: f64 = 9.0;
/// What is quicker than this says nothing about growth.
const LEAST: Duration = Duration::from_millis(12);

/// The time that this thread has worked: what others do beside it does not count, where the system tells.
fn worked() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn each(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect()
}

/// A state with so many regions, each of which has these states.
fn regions(count: usize, states: impl Fn(usize) -> String) -> String {
    let regions = each(count, |n| format!("    R{n}: {{ states: {{ {} }} }}\n", states(n)));
    format!(
        "external: [CMD_GO, CMD_OUT, CMD_IN]\nlimit: 1000000\nstates:\n  P:\n   done: END\n   events: {{ CMD_OUT: O }}\n   regions:\n{regions}  O: {{ events: {{ CMD_OUT: END, CMD_IN: P }} }}\n  END: {{ final: true }}\n"
    )
}

type Play = fn(&ShopEngine, &mut Desk, usize);

fn go(_: &ShopEngine, desk: &mut Desk, _: usize) {
    desk.emit("CMD_GO").unwrap();
    desk.run_until_idle().unwrap();
}

fn go_and_end(engine: &ShopEngine, desk: &mut Desk, count: usize) {
    go(engine, desk, count);
    assert_eq!(desk.state(), "END");
}

fn out_and_in(_: &ShopEngine, desk: &mut Desk, _: usize) {
    for event in ["CMD_OUT", "CMD_IN", "CMD_OUT"] {
        desk.emit(event).unwrap();
    }
    desk.run_until_idle().unwrap();
    assert_eq!(desk.state(), "O");
}

/// What there can be many of, so many to begin with, the file with so many, and what is done with it.
type Many = (&'static str, usize, fn(usize) -> String, Play);

const MANY: &[Many] = &[
    (
        "regions that take one event",
        100,
        |n| regions(n, |i| format!("A{i}: {{ events: {{ CMD_GO: B{i} }} }}, B{i}: {{ final: true }}")),
        go_and_end,
    ),
    (
        "regions that take one event, half of them by a state around, with steps that fail or do not",
        80,
        |n| {
            regions(n, |i| {
                let (step, failed) = if i % 2 == 0 { ("a", "B") } else { ("refuse", "C") };
                format!(
                    "W{i}: {{ events: {{ CMD_GO: {{ to: B{i}, steps: {step} }} }}, states: {{ A{i}: {{}} }} }}, B{i}: {{ events: {{ EVT_CHAIN_FAIL: {{ to: {failed}{i} }} }} }}, C{i}: {{ final: true }}"
                )
            })
        },
        |_, desk, _| {
            desk.emit("CMD_GO").unwrap();
            // The move and its chain; what each region does with its end is a move of its own.
            desk.process_event().unwrap();
        },
    ),
    (
        "regions with an event that one of them and the state around take",
        150,
        |n| {
            regions(n, |i| format!("A{i}: {{ events: {{ CMD_GO: {} }} }}", if i == 0 { "B0" } else { "END" }))
                .replace("A0: {", "B0: {}, A0: {")
        },
        go,
    ),
    (
        "regions with a time each, left at once",
        100,
        |n| regions(n, |i| format!("A{i}: {{ after: {{ {}s: B{i} }} }}, B{i}: {{}}", 5_000 - i)),
        out_and_in,
    ),
    (
        "regions that a history leads back to",
        100,
        |n| {
            let regions = each(n, |i| {
                format!("      R{i}: {{ states: {{ A{i}: {{ events: {{ CMD_GO: B{i} }} }}, B{i}: {{}} }} }}\n")
            });
            format!(
                "external: [CMD_GO, CMD_OUT, CMD_IN]\nstates:\n  W:\n   initial: P\n   events: {{ CMD_OUT: O }}\n   states:\n    H: {{ history: deep, default: P }}\n    P:\n     regions:\n{regions}  O: {{ events: {{ CMD_IN: H, CMD_OUT: END }} }}\n  END: {{ final: true }}\n"
            )
        },
        |engine, desk, count| {
            go(engine, desk, count);
            out_and_in(engine, desk, count);
        },
    ),
    (
        "cycles of one state",
        150,
        |n| {
            let cycles = each(n, |i| format!("{}ms: {{ steps: {{ run: add, with: {{ n: 1 }} }} }}, ", 10_000 + i));
            format!("states: {{ A: {{ every: {{ {cycles} }}, after: {{ 25s: B }} }}, B: {{ final: true }} }}")
        },
        |_, desk, _| desk.run_until_final().map(drop).unwrap(),
    ),
    (
        "times of one state that the data say",
        400,
        |n| {
            let times = each(n, |i| format!("'${{ domain.total + {} }}': {{ steps: [] }}, ", n - i));
            format!("states: {{ A: {{ after: {{ {times} {}s: B }} }}, B: {{ final: true }} }}", n + 1)
        },
        |_, desk, _| desk.run_until_final().map(drop).unwrap(),
    ),
    (
        "times of one state that follow the data",
        400,
        |n| {
            let times = each(n, |i| format!("'${{ domain.total + {} }}': {{ steps: [], follow: true }}, ", n - i));
            let go = "events: { CMD_GO: { steps: { run: add, with: { n: 9 } } } }";
            format!(
                "external: [CMD_GO]\nstates: {{ A: {{ {go}, after: {{ {times} {}s: B }} }}, B: {{ final: true }} }}",
                n + 10
            )
        },
        |engine, desk, count| {
            go(engine, desk, count);
            desk.run_until_final().map(drop).unwrap();
        },
    ),
    (
        "times of one state",
        700,
        |n| {
            let times = each(n, |i| format!("{}s: {{ steps: [] }}, ", n - i));
            format!("states: {{ A: {{ after: {{ {times} {}s: B }} }}, B: {{ final: true }} }}", n + 1)
        },
        |_, desk, _| desk.run_until_final().map(drop).unwrap(),
    ),
    (
        "regions of a position",
        150,
        |n| regions(n, |i| format!("A{i}: {{ after: {{ {}s: B{i} }} }}, B{i}: {{}}", 1 + i)),
        |engine, desk, _| {
            let stored = serde_json::to_string(&desk.position()).unwrap();
            let position: Position = serde_json::from_str(&stored).unwrap();
            let again = WorkflowManager::restore(engine, desk.shared_definition(), &position).unwrap();
            assert_eq!(again.state(), desk.state());
        },
    ),
    (
        "steps of a chain, with what makes them good",
        700,
        |n| {
            let step = "{ run: add, with: { n: 1 }, compensate: { run: add, with: { n: -1 } } }, ";
            format!(
                "external: [CMD_GO]\nstates: {{ A: {{ events: {{ CMD_GO: B }} }}, B: {{ entry: [{} burst], events: {{ EVT_CHAIN_FAIL: END }} }}, END: {{ final: true }} }}",
                step.repeat(n)
            )
        },
        go_and_end,
    ),
    (
        "elements of a list",
        2_000,
        |_| {
            "external: [CMD_GO]\nstates: { A: { events: { CMD_GO: { to: END, steps: { flux: for_each, in: event.list, as: item, do: { run: add, with: { n: '${ item }' } } } } } }, END: { final: true } }".to_owned()
        },
        |_, desk, count| {
            desk.emit_with("CMD_GO", json!({ "list": (0..count).collect::<Vec<_>>() })).unwrap();
            desk.run_until_final().unwrap();
        },
    ),
];

/// What it costs to play it so many times; to load the file does not count.
fn cost((_, _, flow, play): &Many, count: usize, times: usize) -> Duration {
    let (engine, _) = shop(Shop::default());
    let definition = of(&engine, &flow(count)).shared_definition();
    let mut whole = Duration::ZERO;
    for time in 0..times {
        let engine = engine.open(format!("{count}/{time}"), Shop::default());
        let mut desk = WorkflowManager::new(&engine, definition.clone()).clock(VirtualClock::new()).traced(0);
        desk.process_event().unwrap();
        let (before, began) = (worked(), Instant::now());
        play(&engine, &mut desk, count);
        whole += worked().zip(before).map_or_else(|| began.elapsed(), |(after, before)| after.saturating_sub(before));
    }
    whole
}

#[test]
fn what_there_are_four_times_as_many_of_costs_about_four_times_as_much() {
    let mut told = String::new();
    for many in MANY {
        let (what, count, ..) = *many;
        let (mut times, mut grows) = (1, f64::MAX);
        // What is quick is done more often until it can be measured, however fast the machine is.
        while times < 1 << 16 && cost(many, count, times) < LEAST {
            times *= 2;
        }
        for _ in 0..8 {
            let one = cost(many, count, times);
            let four = cost(many, 4 * count, times);
            grows = grows.min(four.as_secs_f64() / one.as_secs_f64());
            if std::env::var_os("THEUS_GROWTH").is_some() {
                eprintln!("{what}: {count} {one:?}, {} {four:?}: {grows:.1}", 4 * count);
            }
            if grows < MOST {
                break;
            }
        }
        if grows >= MOST {
            told += &format!("{what}: {grows:.1} times\n");
        }
    }
    assert!(told.is_empty(), "four times as many cost\n{told}");
}
