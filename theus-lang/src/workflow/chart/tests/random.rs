//! Random charts and random things that happen: the machine does what the naive reading does, by the table and without it.

use std::collections::BTreeMap;

use fastrand::Rng;

use super::super::{Beforehand, Configuration, Definition, Move, StateId, Stored, Trigger};
use super::naive::{Happens, Naive, NoValue};
use super::sketch::{Bits, Node, On, Shape, Way, after, definition, state, whole};
use super::walker::{Seen, seen};
use crate::signal::EventName;

const EVENTS: [&str; 6] = ["CMD_A", "CMD_B", "EVT_C", "EVT_CHAIN_DONE", "CMD_NOWHERE", "EVT_CHAIN_FAIL"];
/// How many of them, from the first on, transitions name.
const NAMED: usize = 4;
const ERRORS: [&str; 2] = ["Broke", "Late"];

/// A chart of up to `most` states, the names in the order of the file.
fn chart(random: &mut Rng, most: usize) -> (Vec<Node>, String) {
    let mut count = 0;
    let mut top = Vec::new();
    while top.is_empty() || (count < most && random.u8(..4) != 0) {
        top.push(tree(random, &mut count, most, 0));
    }
    let mut all = Vec::new();
    list(&top, &mut all);
    let names: Vec<String> = all.iter().map(|node| node.name.clone()).collect();
    top.iter_mut().for_each(|node| lead(random, node, &names));
    let regions: Vec<&Node> = all.iter().filter(|node| node.kind == Shape::Parallel).collect();
    top.iter_mut().for_each(|node| lead_further(random, node, &regions));
    let targets: Vec<&Node> = all.iter().filter(|node| !matches!(node.kind, Shape::History { .. })).collect();
    let initial =
        if random.u8(..8) == 0 { targets[random.usize(..targets.len())].name.clone() } else { top[0].name.clone() };
    (top, initial)
}

fn list(nodes: &[Node], into: &mut Vec<Node>) {
    for node in nodes {
        into.push(node.clone());
        list(&node.inside, into);
    }
}

fn fresh(count: &mut usize) -> Node {
    *count += 1;
    state(&format!("S{count}"))
}

fn tree(random: &mut Rng, count: &mut usize, most: usize, depth: u8) -> Node {
    let may_hold = depth < 4 && *count + 2 < most;
    match random.u8(..10) {
        0 | 1 => Node { kind: Shape::Final, ..fresh(count) },
        2..=5 if may_hold => compound(random, count, most, depth),
        6 if may_hold => {
            let mut node = Node { kind: Shape::Parallel, ..fresh(count) };
            for _ in 0..random.u8(1..4) {
                let region = region(random, count, most, depth + 1);
                node.inside.push(region);
            }
            history(random, count, &mut node);
            node
        }
        _ => fresh(count),
    }
}

/// Most often a compound state; but also regions again, a final state, or a plain one, which never ends.
fn region(random: &mut Rng, count: &mut usize, most: usize, depth: u8) -> Node {
    match random.u8(..12) {
        0 => Node { kind: Shape::Final, ..fresh(count) },
        1 => fresh(count),
        2 | 3 if depth < 4 => {
            let mut node = Node { kind: Shape::Parallel, ..fresh(count) };
            for _ in 0..random.u8(1..4) {
                let inner = region(random, count, most, depth + 1);
                node.inside.push(inner);
            }
            history(random, count, &mut node);
            node
        }
        _ => compound(random, count, most, depth),
    }
}

fn compound(random: &mut Rng, count: &mut usize, most: usize, depth: u8) -> Node {
    let mut node = fresh(count);
    while node.inside.is_empty() || (*count < most && random.u8(..3) != 0) {
        node.inside.push(tree(random, count, most, depth + 1));
    }
    history(random, count, &mut node);
    let initial = match random.u8(..8) {
        // Deeper, or a history state.
        0 => inner(random, &node, true),
        _ => node.inside[0].name.clone(),
    };
    node.kind = Shape::Compound(initial);
    node
}

fn history(random: &mut Rng, count: &mut usize, parent: &mut Node) {
    for _ in 0..2 {
        if random.u8(..4) == 0 {
            // What leads to an earlier history state makes no circle.
            let of_history = random.u8(..4) == 0;
            let default = inner(random, parent, of_history);
            let mut node = fresh(count);
            node.kind = Shape::History { deep: random.bool(), default };
            (node.has_entry, node.has_exit) = (false, false);
            parent.inside.push(node);
        }
    }
}

/// Some state inside.
fn inner(random: &mut Rng, node: &Node, history: bool) -> String {
    let mut all = Vec::new();
    list(&node.inside, &mut all);
    all.retain(|node| history || !matches!(node.kind, Shape::History { .. }));
    all[random.usize(..all.len())].name.clone()
}

/// Gives it transitions.
fn lead(random: &mut Rng, node: &mut Node, names: &[String]) {
    node.inside.iter_mut().for_each(|node| lead(random, node, names));
    if matches!(node.kind, Shape::Final | Shape::History { .. }) {
        return;
    }
    (node.has_entry, node.has_exit) = (random.u8(..4) != 0, random.u8(..4) != 0);
    let name = |random: &mut Rng| names[random.usize(..names.len())].clone();
    for _ in 0..random.u8(..6) {
        let on = match random.u8(..12) {
            0 => On::Any,
            1 => On::Always,
            2 => On::After(random.u64(1..3)),
            3 => On::Done,
            4 if random.bool() => On::DoneOf(name(random)),
            _ => On::Event(EVENTS[random.usize(..NAMED)].to_owned()),
        };
        let when = match random.u8(..40) {
            0 => Some(8),
            1..20 => Some(random.usize(..8)),
            _ => None,
        };
        let to: Vec<String> = (random.u8(..6) != 0).then(|| name(random)).into_iter().collect();
        let within = (random.u8(..6) == 0).then(|| name(random));
        let reenters = random.u8(..3) != 0;
        node.ways.push(Way { on, when, within, to, reenters, has_steps: random.bool() });
    }
    for _ in 0..random.u8(..3) {
        let error = [None, Some(ERRORS[0]), Some(ERRORS[1])][random.usize(..3)];
        node.on_error.push((error, name(random)));
    }
}

/// The whole, as a state around all others, which begins as the chart does, or with all of them at once.
fn around(random: &mut Rng, top: Vec<Node>, initial: &str) -> (Vec<Node>, String) {
    let mut all = Vec::new();
    list(&top, &mut all);
    let names: Vec<String> = all.into_iter().map(|node| node.name).collect();
    let kind = if random.u8(..3) == 0 { Shape::Parallel } else { Shape::Compound(initial.to_owned()) };
    let mut root = Node { kind, ..state("ROOT") };
    lead(random, &mut root, &names);
    root.inside = top;
    (vec![root], "ROOT".to_owned())
}

/// Gives some of its transitions targets in several regions, and some one that is inside of it.
fn lead_further(random: &mut Rng, node: &mut Node, regions: &[&Node]) {
    let own: Option<Node> = (!node.inside.is_empty()).then(|| node.clone());
    for way in node.ways.iter_mut().filter(|way| !way.to.is_empty()) {
        match (random.u8(..8), &own) {
            (0 | 1, _) if !regions.is_empty() => {
                let parallel = regions[random.usize(..regions.len())];
                way.to = several(random, parallel);
            }
            (2, Some(own)) => (way.to, way.reenters) = (vec![inner(random, own, true)], false),
            _ => {}
        }
    }
    node.inside.iter_mut().for_each(|node| lead_further(random, node, regions));
}

/// A state in each of some regions, the regions in any order.
fn several(random: &mut Rng, parallel: &Node) -> Vec<String> {
    let mut regions: Vec<&Node> =
        parallel.inside.iter().filter(|it| !matches!(it.kind, Shape::History { .. })).collect();
    random.shuffle(&mut regions);
    let mut found = Vec::new();
    for region in regions {
        match random.u8(..4) {
            0 if !found.is_empty() => {}
            1 if region.kind == Shape::Parallel => found.extend(several(random, region)),
            2.. if !region.inside.is_empty() => found.push(inner(random, region, true)),
            _ => found.push(region.name.clone()),
        }
    }
    found
}

fn happening(random: &mut Rng, names: &[String]) -> Happens {
    let name = |random: &mut Rng| names[random.usize(..names.len())].clone();
    match random.u8(..22) {
        0..3 => Happens::Eventless,
        20.. => Happens::End(name(random), EVENTS[[3, 5][random.usize(..2)]].to_owned()),
        3..5 => Happens::After(name(random), random.u64(1..3)),
        5..7 => Happens::Done(name(random)),
        7..9 => Happens::Fault(name(random), ERRORS[random.usize(..2)]),
        9 => Happens::Goto(name(random), name(random)),
        _ => Happens::Event(EVENTS[random.usize(..EVENTS.len())].to_owned()),
    }
}

/// What the machine makes of it; `Err` where a guard has no value.
fn machine<'a>(
    definition: &'a Definition,
    at: &Configuration,
    what: &Happens,
    activation: u8,
) -> Result<Option<Move<'a>>, ()> {
    let activation = &Bits(activation);
    let id = |name: &str| -> StateId { definition.state_named(name).unwrap() };
    let moved = match what {
        Happens::Event(event) => {
            definition.transition(at, definition.event(&EventName::parse(event).unwrap()), activation)
        }
        Happens::Eventless => definition.eventless(at, activation),
        Happens::End(state, event) => {
            definition.transition_from(at, id(state), definition.event(&EventName::parse(event).unwrap()), activation)
        }
        Happens::After(state, seconds) => {
            let mut timers = definition.timers(id(state));
            match timers.find(|(_, time)| **time == after(*seconds)) {
                Some((timer, _)) => definition.timer(at, timer, activation),
                None => Ok(None),
            }
        }
        Happens::Done(state) => definition.done(at, id(state), activation),
        Happens::Fault(state, error) => Ok(definition.fault(at, id(state), error)),
        Happens::Goto(from, target) => Ok(Some(definition.goto(at, id(from), id(target)))),
    };
    moved.map_err(|_| ())
}

/// What was met, so that the test knows that it met everything.
type Met = BTreeMap<&'static str, u64>;

fn case(seed: u64, met: &mut Met) {
    let random = &mut Rng::with_seed(seed);
    let most = random.usize(2..24);
    let (top, initial) = chart(random, most);
    let mut all = Vec::new();
    list(&top, &mut all);
    let names: Vec<String> = all.iter().map(|node| node.name.clone()).collect();
    let root = random.u8(..3) == 0;
    let (top, initial) = if root { around(random, top, &initial) } else { (top, initial) };
    let quick = if root { whole(&top[0]) } else { definition(&initial, &top) };
    let slow = quick.clone().without_table();
    let names: Vec<String> = names.into_iter().chain(root.then(|| initial.clone())).collect();
    let mut naive = Naive::new(&top, root.then_some(&initial));

    let expected = naive.start(&initial);
    assert_eq!(seen(&quick, &quick.start()), expected, "seed {seed}, start: {top:#?}");
    let mut at = quick.start().to;
    let activation = random.u8(..);
    for _ in 0..random.u8(4..30) {
        let activation = if random.bool() { activation } else { random.u8(..) };
        let what = happening(random, &names);
        let expected = naive.happens(&what, activation);
        let context = |at: &Configuration| {
            format!("seed {seed}, {what:?} with {activation:#b} at {:?}: {top:#?}", quick.stored(at))
        };
        for definition in [&quick, &slow] {
            let found = machine(definition, &at, &what, activation);
            let found = found.map(|moved| moved.map(|moved| seen(definition, &moved)));
            assert_eq!(found.ok(), expected.as_ref().ok().cloned(), "{}", context(&at));
        }
        if let Happens::Event(event) = &what {
            let known = beforehand(&quick, &at, event, expected.as_ref());
            *met.entry(known.unwrap_or_else(|problem| panic!("{problem}: {}", context(&at)))).or_default() += 1;
        }
        let Ok(Some(moved)) = machine(&quick, &at, &what, activation) else {
            *met.entry(if expected.is_err() { "no value" } else { "nothing" }).or_default() += 1;
            continue;
        };
        count(&moved, &seen(&quick, &moved), &at, &what, met);
        beside(&quick, &at, &what, &moved, activation).into_iter().for_each(|kind| *met.entry(kind).or_default() += 1);
        at = moved.to;
        // What was stored is what is restored.
        let text = serde_json::to_string(&quick.stored(&at)).unwrap();
        let stored: Stored = serde_json::from_str(&text).unwrap();
        assert_eq!(quick.configuration(&stored).as_ref(), Ok(&at), "{text}: {}", context(&at));
    }
}

/// What touches a region concerns it, so that it waits for a chain there; and what happens without an event can leave it alone.
fn beside(
    definition: &Definition,
    at: &Configuration,
    what: &Happens,
    moved: &Move<'_>,
    activation: u8,
) -> Vec<&'static str> {
    let id = |name: &str| definition.state_named(name).unwrap();
    let event = |name: &str| definition.event(&EventName::parse(name).unwrap());
    let touches = |moved: &Move<'_>, region: StateId| {
        let effects = moved.effects();
        let all = effects.exited().iter().chain(effects.entered()).copied();
        all.chain(effects.taken().map(|(state, _)| state)).any(|state| definition.is_within(state, region))
    };
    let mut met = Vec::new();
    for found in definition.regions(at) {
        assert_eq!(definition.region_of(at, [found]), Some(found));
        let concerns = match what {
            Happens::Event(name) => definition.event_concerns(at, found, event(name)),
            Happens::Eventless => true,
            Happens::End(state, name) => {
                event(name).is_none_or(|event| definition.chain_end_concerns(at, found, Some(id(state)), event))
            }
            Happens::After(state, seconds) => definition
                .timers(id(state))
                .find(|(_, time)| **time == after(*seconds))
                .is_none_or(|(timer, _)| definition.timer_concerns(found, timer)),
            Happens::Done(state) => definition.done_concerns(at, found, id(state)),
            Happens::Fault(state, error) => definition
                .recovery(id(state), error)
                .is_none_or(|(source, way)| definition.goto_concerns(at, found, source, way.target)),
            Happens::Goto(from, target) => definition.goto_concerns(at, found, id(from), id(target)),
        };
        assert!(concerns || !touches(moved, found), "{what:?} moves {found:?}, and does not concern it");
        met.push(if concerns { "concerns a region" } else { "goes on beside a region" });
        if let Ok(Some(moved)) = definition.eventless_beside(at, &[found], &Bits(activation)) {
            assert!(!touches(&moved, found), "{moved:?} moves {found:?}");
            met.push("without an event beside a region");
        }
    }
    met
}

/// What is known of an event beforehand is what it does, in place.
fn beforehand(
    definition: &Definition,
    at: &Configuration,
    event: &str,
    expected: Result<&Option<Seen>, &NoValue>,
) -> Result<&'static str, String> {
    let id = definition.event(&EventName::parse(event).unwrap());
    let mut moving = at.clone();
    match (definition.step(&mut moving, id), expected) {
        (Beforehand::Moves(found), Ok(Some(expected))) => {
            let moved = found.after(at);
            if moved.to != moving || moving.leaves() != [found.to()] || seen(definition, &moved) != *expected {
                return Err(format!("in place it is {found:?}, to {moving:?}"));
            }
            Ok("known to move")
        }
        (Beforehand::Nothing, Ok(None)) if moving == *at => Ok("known to do nothing"),
        (Beforehand::Open, _) if moving == *at => Ok("open"),
        (found, _) => Err(format!("in place it is {found:?}, to {moving:?}")),
    }
}

fn count(moved: &Move<'_>, seen: &Seen, from: &Configuration, what: &Happens, met: &mut Met) {
    let kind = match what {
        Happens::Event(event) if event == EVENTS[NAMED] => "an event that nothing names",
        Happens::Event(_) => "event",
        Happens::Eventless => "eventless",
        Happens::End(..) => "the end of a chain for one state",
        Happens::After(..) => "timer",
        Happens::Done(_) => "done",
        Happens::Fault(..) => "fault",
        Happens::Goto(..) => "goto",
    };
    let all = [
        (kind, true),
        ("asked for a state", moved.effects().taken().any(|(_, way)| way.guard.iter().any(|it| !it.asks().is_empty()))),
        ("the end of another", moved.effects().taken().any(|(_, way)| matches!(way.trigger, Trigger::DoneOf(_)))),
        ("to several regions", moved.effects().taken().any(|(_, way)| way.targets.len() > 1)),
        (
            "inside, and not left",
            moved
                .effects()
                .taken()
                .any(|(state, way)| !way.reenters && !moved.effects().exits(state) && !way.targets.is_empty()),
        ),
        ("regions each took one", moved.effects().taken().count() > 1),
        ("internal", seen.exited.is_empty()),
        ("from regions", from.leaves().len() > 1),
        ("into regions", from.leaves().len() == 1 && moved.to.leaves().len() > 1),
        ("out of regions", from.leaves().len() > 1 && moved.to.leaves().len() == 1),
        ("remembers", !seen.remembered.is_empty()),
        ("finished", seen.finished.is_some()),
        ("done inside", !seen.done.is_empty()),
        ("done twice", seen.done.len() > 1),
        ("regions within regions are done", seen.done.len() > 2),
        ("several strands", seen.strands.len() > 1),
        ("a strand within another", seen.strands.iter().any(|strand| strand.within.is_some())),
    ];
    for (name, _) in all.into_iter().filter(|(_, is_met)| *is_met) {
        *met.entry(name).or_default() += 1;
    }
}

#[test]
fn the_machine_does_what_a_naive_reading_does() {
    let cases: u64 = std::env::var("THEUS_CASES").ok().map_or(300, |text| text.parse().expect("a number"));
    let mut met = Met::new();
    for seed in 0..cases {
        case(seed, &mut met);
    }
    if cases < 300 {
        return;
    }
    for name in [
        "event",
        "known to move",
        "known to do nothing",
        "open",
        "an event that nothing names",
        "eventless",
        "timer",
        "done",
        "fault",
        "goto",
        "nothing",
        "no value",
        "asked for a state",
        "the end of another",
        "to several regions",
        "inside, and not left",
        "regions each took one",
        "internal",
        "from regions",
        "into regions",
        "out of regions",
        "remembers",
        "finished",
        "done inside",
        "done twice",
        "regions within regions are done",
        "several strands",
        "a strand within another",
        "the end of a chain for one state",
        "concerns a region",
        "goes on beside a region",
        "without an event beside a region",
    ] {
        assert!(met.contains_key(name), "{name} was never met: {met:?}");
    }
}
