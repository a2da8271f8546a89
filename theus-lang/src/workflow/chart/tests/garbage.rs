//! Parts that no loader would make: the definition is of no use, and whatever is asked of it, nothing panics or hangs.

use fastrand::Rng;

use super::super::{Definition, EventId, Parts, StateId, StateKind, TimerId};
use super::sketch::{Bits, compound, deep, parallel, parts, state};

fn sound() -> Parts {
    let side = |name: &str| {
        let (on, off) = (format!("{name}1"), format!("{name}2"));
        compound(name, &on, [state(&on).to("CMD_GO", &off).to("5s", &off), state(&off).guarded("CMD_GO", 0, &on)])
    };
    let both = parallel("P", [side("L"), side("R")]).to("CMD_OUT", "A").to("done", "H");
    let whole = compound("W", "P", [both, state("A").to("CMD_OUT", "H").catches(None, "P"), deep("H", "A")]);
    parts("W", &[whole.to("*", "L2").guarded("always", 1, "A"), state("B").to("CMD_GO", "H")])
}

fn spoil(random: &mut Rng, parts: &mut Parts) {
    let count = parts.states.len();
    let id = |random: &mut Rng| StateId::new(random.u32(..u32::try_from(count).unwrap() + 3));
    let state = &mut parts.states[random.usize(..count)];
    match random.u8(..9) {
        0 => state.parent = random.bool().then(|| id(random)),
        1 => state.children.push(id(random)),
        2 => drop(state.children.pop()),
        3 => state.kind = StateKind::Compound { initial: id(random) },
        4 => state.kind = StateKind::History { deep: random.bool(), default: id(random) },
        5 => state.kind = StateKind::Parallel,
        6 => {
            state.transitions.iter_mut().for_each(|way| way.targets = (0..random.u8(..3)).map(|_| id(random)).collect())
        }
        7 => parts.root = Some(id(random)),
        _ => parts.initial = id(random),
    }
}

#[test]
fn nothing_panics() {
    for seed in 0..3_000 {
        let random = &mut Rng::with_seed(seed);
        let mut parts = sound();
        for _ in 0..random.u8(1..8) {
            spoil(random, &mut parts);
        }
        let chart = Definition::assemble(parts);
        let mut at = chart.start().to;
        for _ in 0..20 {
            let activation = &Bits(random.u8(..));
            let state = StateId::new(random.u32(..16));
            let moved = match random.u8(..6) {
                0 => chart.eventless(&at, activation).unwrap(),
                1 => chart.timer(&at, TimerId { state, index: random.u32(..3) }, activation).unwrap(),
                2 => chart.done(&at, state, activation).unwrap(),
                3 => chart.fault(&at, state, "Broke"),
                4 => Some(chart.goto(&at, state, StateId::new(random.u32(..16)))),
                _ => chart.transition(&at, EventId(random.u32(..5)), activation).unwrap(),
            };
            if let Some(moved) = moved {
                assert!(moved.effects().chains().all(|chain| !chain.steps.is_empty()));
                at = moved.to;
            }
            let _ = chart.configuration(&chart.stored(&at));
            assert!(chart.active(&at).len() <= chart.states().len());
        }
    }
}

#[test]
fn the_sound_parts_are_sound() {
    let chart = Definition::assemble(sound());
    let at = chart.start().to;
    assert_eq!(chart.stored(&at).active, ["L1", "R1"]);
    let out = chart.events().iter().position(|event| event.to_string() == "CMD_OUT").unwrap();
    let to = chart.transition(&at, EventId(u32::try_from(out).unwrap()), &Bits(0)).unwrap().unwrap().to;
    assert_eq!(chart.stored(&to).active, ["A"]);
}
