//! What a file costs grows as the file does, whatever of it is long: read, proved, written, drawn.

use std::fmt::Write as _;
use std::time::Duration;

use super::load;
use crate::worked::time_of;

/// What is four times as long may cost so many times as much: four times and some more for a tree, far from sixteen times.
const MOST: f64 = 9.0;
/// What is quicker than this says nothing about growth.
const LEAST: Duration = Duration::from_millis(12);

/// `count` parts, one after the other.
fn each(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect()
}

fn externals(count: usize) -> String {
    format!("external: [{}]\n", each(count, |n| format!("CMD_E{n}, ")))
}

/// What there can be many of, a file with so many, and how many it begins with.
type Long = (&'static str, usize, fn(usize) -> String);

const LONG: &[Long] = &[
    ("states in a row", 120, |n| {
        let states = each(n, |i| format!("  S{i}: {{ entry: count, events: {{ CMD_START: S{} }} }}\n", i + 1));
        format!("states:\n{states}  S{n}: {{ final: true }}\n")
    }),
    ("states with three ways each", 60, |n| {
        let states = each(n, |i| {
            let to = |by: usize| (i * 7_919 + by * 104_729) % n;
            format!("  S{i}: {{ events: {{ CMD_E0: S{}, CMD_E1: S{}, CMD_E2: S{} }} }}\n", to(7), to(13), to(29))
        });
        format!("{}states:\n{states}", externals(3))
    }),
    ("states in a state", 120, |n| {
        let states = each(n, |i| format!("    S{i}: {{ exit: p_load, after: {{ 1s: S{} }} }}\n", (i + 1) % n));
        format!("states:\n  ALL:\n   events: {{ CMD_START: END }}\n   states:\n{states}  END: {{ final: true }}\n")
    }),
    ("leaves below many events", 150, |n| {
        let events = each(n, |i| format!("CMD_E{i}: S{i}, "));
        let states = each(n, |i| {
            format!("    S{i}: {{ entry: draft, always: {{ steps: p_load, when: domain.total > {i} }} }}\n")
        });
        format!("{}states:\n  ALL:\n   events: {{ {events} }}\n   states:\n{states}", externals(n))
    }),
    ("regions", 60, |n| {
        let regions = each(n, |i| {
            format!(
                "    R{i}: {{ states: {{ A{i}: {{ events: {{ CMD_START: B{i} }} }}, B{i}: {{ final: true }} }} }}\n"
            )
        });
        format!("states:\n  P:\n   done: END\n   regions:\n{regions}  END: {{ final: true }}\n")
    }),
    ("ways into regions", 60, |n| {
        let regions = each(n, |i| {
            format!(
                "    R{i}: {{ states: {{ A{i}: {{ events: {{ CMD_START: END }} }}, B{i}: {{ entry: draft }} }} }}\n"
            )
        });
        let events = each(n, |i| format!("CMD_E{i}: B{i}, "));
        format!(
            "{}states:\n  S: {{ events: {{ {events} }} }}\n  P:\n   regions:\n{regions}  END: {{ final: true }}\n",
            externals(n)
        )
    }),
    ("events of a state", 400, |n| {
        let events = each(n, |i| format!("CMD_E{i}: B, "));
        format!("{}states: {{ A: {{ events: {{ {events} }} }}, B: {{ final: true }} }}", externals(n))
    }),
    ("events that nothing raises", 600, |n| {
        let events = each(n, |i| format!("CMD_NOTHING_{i}: B, "));
        format!("states: {{ A: {{ events: {{ {events} }} }}, B: {{ final: true }} }}")
    }),
    ("guards of an event", 300, |n| {
        let guards = each(n, |i| format!("{{ to: B, when: domain.total == {i} }}, "));
        format!("states: {{ A: {{ events: {{ CMD_START: [{guards}] }} }}, B: {{ final: true }} }}")
    }),
    ("guards of `always` and `done`", 150, |n| {
        let guards = each(n, |i| format!("{{ to: B, when: domain.total == {i} }}, "));
        format!(
            "states: {{ A: {{ always: [{guards}], done: [{guards}], states: {{ C: {{ final: true }} }} }}, B: {{ final: true }} }}"
        )
    }),
    ("times of a state", 600, |n| {
        let times = each(n, |i| format!("{}ms: B, ", i + 1));
        format!("states: {{ A: {{ after: {{ {times} }} }}, B: {{ final: true }} }}")
    }),
    ("steps of a chain", 150, |n| {
        let steps =
            each(n, |_| "p_load, { run: charge, with: { amount: 5, to: a }, on_error: { '*': B } }, ".to_owned());
        format!("states: {{ A: {{ entry: [{steps}], events: {{ EVT_CHAIN_DONE: B }} }}, B: {{ final: true }} }}")
    }),
    ("loops", 200, |n| {
        let steps = each(n, |_| {
            "{ flux: while, when: domain.total < 3, do: [count, { flux: if, when: domain.ready, then: sum }] }, "
                .to_owned()
        });
        format!("states: {{ A: {{ entry: [{steps}], final: true }} }}")
    }),
    ("steps side by side", 800, |n| {
        format!(
            "states: {{ A: {{ entry: {{ parallel: [{}] }}, final: true }} }}",
            each(n, |_| "p_load, p_analyze, ".to_owned())
        )
    }),
    ("states with `on_error`", 100, |n| {
        let states =
            each(n, |i| format!("  S{i}: {{ entry: fetch, on_error: {{ RateLimited: B }}, always: S{} }}\n", i + 1));
        format!("states:\n{states}  S{n}: {{ always: B }}\n  B: {{ final: true }}\n")
    }),
    ("histories of a state", 150, |n| {
        let histories = each(n, |i| format!("H{i}: {{ history: shallow, default: A }}, "));
        let events = each(n, |i| format!("CMD_E{i}: H{i}, "));
        format!(
            "{}states: {{ W: {{ events: {{ CMD_START: P }}, states: {{ A: {{ events: {{ SIG_OVERHEAT: B }} }}, B: {{}}, {histories} }} }}, P: {{ events: {{ {events} }} }} }}",
            externals(n)
        )
    }),
    ("states that are done one after the other", 100, |n| {
        let states =
            each(n, |i| format!("  S{i}: {{ done: S{}, states: {{ F{i}: {{ final: true }} }} }}\n", i as isize - 1));
        format!("initial: S{}\nstates:\n  S-1: {{ final: true }}\n{states}", n - 1)
    }),
    ("elements of a value", 3_000, |n| {
        format!(
            "states: {{ A: {{ final: true, result: {{ {}: [{}] }} }} }}",
            "k".repeat(n),
            each(n, |i| format!("[{i}], "))
        )
    }),
    ("entries of a value", 2_000, |n| {
        format!("states: {{ A: {{ final: true, result: {{ {} }} }} }}", each(n, |i| format!("k{i}: '${{ x'\n, ")))
    }),
    ("texts that name a field", 250, |n| {
        let steps =
            each(n, |_| "{ run: charge, with: { amount: 5, to: domain.name }, on_error: { '*': B } }, ".to_owned());
        format!("states: {{ A: {{ entry: [{steps}], always: B }}, B: {{ final: true }} }}")
    }),
    ("aliases", 200, |n| {
        let states = each(n, |i| format!("  S{i}: {{ entry: *go, always: S{} }}\n", i + 1));
        format!("states:\n  A: {{ entry: &go [p_load, p_analyze], always: S0 }}\n{states}  S{n}: {{ final: true }}\n")
    }),
    ("anchors", 250, |n| {
        let states = each(n, |i| format!("  S{i}: &a{i} {{ always: S{} }}\n", i + 1));
        format!("states:\n{states}  S{n}: {{ final: true }}\n")
    }),
    ("events from outside", 2_000, |n| format!("{}states: {{ A: {{ final: true }} }}", externals(n))),
    ("fields that are there", 1_500, |n| {
        format!("initialised: [{}]\nstates: {{ A: {{ final: true }} }}", "domain.plan, domain.machine, ".repeat(n))
    }),
    ("transitions of the whole file", 250, |n| {
        let ways = each(n, |i| format!("  - {{ event: CMD_E{i}, from: S{i}, to: S{} }}\n", (i + 1) % n));
        format!("{}states:\n{}transitions:\n{ways}", externals(n), each(n, |i| format!("  S{i}: {{}}\n")))
    }),
    ("words of YAML 1.1 in one line", 1_500, |n| {
        let ways = each(n, |i| format!("CMD_E{i}: no, "));
        format!("{}states: {{ A: {{ events: {{ {ways} }} }}, no: {{ final: true }} }}", externals(n))
    }),
    ("a text", 60_000, |n| {
        format!(
            "description: \"{}\"\nstates: {{ A: {{ final: true, description: {} }} }}",
            "é ".repeat(n),
            "x".repeat(n)
        )
    }),
    ("names, long and many", 100, |n| {
        let states = each(n, |i| format!("  {}{i}: {{ entry: p_load, always: END }}\n", "s".repeat(n.min(150))));
        format!("states:\n{states}  END: {{ final: true }}\n")
    }),
    ("a name", 60_000, |n| {
        let events = each(n / 100, |i| format!("CMD_E{i}: B, "));
        format!(
            "{}states: {{ {}: {{ entry: [{}], events: {{ {events} }} }}, B: {{ final: true }} }}",
            externals(n / 100),
            "s".repeat(n),
            "p_load, ".repeat(n / 100)
        )
    }),
    ("steps of unknown processes", 1_600, |n| {
        format!("states: {{ A: {{ entry: [{}], final: true }} }}", each(n, |i| format!("p_lod_{i}, ")))
    }),
    ("unknown states", 400, |n| {
        let events = each(n, |i| format!("CMD_E{i}: NO_{i}, "));
        format!("{}states: {{ A: {{ events: {{ {events} }} }}, B: {{ final: true }} }}", externals(n))
    }),
    ("unknown keys", 1_000, |n| format!("states: {{ A: {{ {} }} }}", each(n, |i| format!("key_{i}: 1, ")))),
    ("keys that are there twice", 1_000, |n| {
        format!("states: {{ A: {{ {} }} }}", each(n, |i| format!("k{}: 1, ", i / 2)))
    }),
];

/// What it costs to read a file and to do with it whatever can be done without running it.
fn cost(yaml: &str) -> Duration {
    let once = || {
        time_of(|| {
            match load(yaml) {
                Ok(definition) => {
                    let written = serde_json::to_string(&definition).unwrap().len();
                    let drawn = [definition.to_mermaid(), definition.to_dot(), definition.to_svg()].map(|it| it.len());
                    // What is drawn is no more than what there is to draw, but for where it stands.
                    let most = 400 * (written + yaml.len() + 1_000);
                    assert!(written > 0 && drawn.iter().all(|drawn| (1..most).contains(drawn)), "{drawn:?}");
                    drop(definition);
                }
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        })
    };
    once().min(once())
}

#[test]
fn what_is_four_times_as_long_costs_about_four_times_as_much() {
    let mut told = String::new();
    for (what, count, of) in LONG {
        let (mut count, mut grows) = (*count, f64::MAX);
        // What is quick is made longer until it can be measured.
        for _ in 0..5 {
            let (one, four) = (cost(&of(count)), cost(&of(4 * count)));
            grows = grows.min(four.as_secs_f64() / one.as_secs_f64());
            if std::env::var_os("THEUS_GROWTH").is_some() {
                eprintln!("{what}: {count} {one:?}, {} {four:?}: {grows:.1}", 4 * count);
            }
            if one >= LEAST && grows < MOST {
                break;
            }
            count = if one < LEAST { 2 * count } else { count };
        }
        if grows >= MOST {
            let _ = writeln!(told, "{what}: {grows:.1} times");
        }
    }
    assert!(told.is_empty(), "four times as long costs\n{told}");
}
