//! The bank's saga over two accounts: searched exhaustively as a model, and the model held against the bank's own sessions, move by move.

#[path = "../../../examples/bank-restate/src/bank.rs"]
mod bank;
mod model;
mod real;

use model::{Asked, At, Found, MOST, Move, RIGHT, Rules, Scene, State, search};
use real::{Program, World};
use transfers::FLOW;

fn one(what: &'static str, balances: [i64; 2]) -> Scene {
    Scene { what, balances, transfers: vec![Asked { from: 0, to: 1, amount: 100 }] }
}

/// One transfer in each way, and two that get in each other's.
fn scenes() -> Vec<Scene> {
    let two = |what, balances, first: (usize, usize), second: (usize, usize)| {
        let asked = |(from, to)| Asked { from, to, amount: 100 };
        Scene { what, balances, transfers: vec![asked(first), asked(second)] }
    };
    vec![
        one("money for all", [1_000, 1_000]),
        one("nothing to give", [50, 1_000]),
        one("nothing more is taken", [1_000, MOST]),
        Scene { transfers: vec![Asked { from: 0, to: 0, amount: 100 }], ..one("to oneself", [1_450, 0]) },
        two("one of two can be paid", [150, 1_000], (0, 1), (0, 1)),
        two("room for one of two", [1_000, 1_350], (0, 1), (0, 1)),
        two("against each other", [50, 1_450], (0, 1), (1, 0)),
    ]
}

/// Every state of the model, each with sessions of the program that were moved there as the model was: after each move both are alike.
fn bound(program: &Program, scene: &Scene) -> Result<Found, String> {
    let first = program.begins(scene);
    program.is_as(scene, &first, &State::first(scene))?;
    let (mut worlds, mut different) = (vec![first], None);
    let found = search(scene, RIGHT, |from, one, model, to| {
        if different.is_some() {
            return;
        }
        let mut world: World = worlds[from].clone();
        program.moves(scene, &mut world, one);
        if let Err(how) = program.is_as(scene, &world, model) {
            different = Some(format!("{}: after {one:?}:\n{how}", scene.what));
        }
        if to == worlds.len() {
            worlds.push(world);
        }
    });
    different.map_or(Ok(found), Err)
}

/// One way through the model by chance, to its end.
fn walked(program: &Program, scene: &Scene, random: &mut fastrand::Rng) -> Result<usize, String> {
    let (mut model, mut world, mut made) = (State::first(scene), program.begins(scene), 0);
    loop {
        let all: Vec<_> =
            model.moves().filter_map(|(one, on)| Some((one, on, model.after(scene, RIGHT, one)?))).collect();
        if !all.iter().any(|(_, is_progress, _)| *is_progress) {
            return Ok(made);
        }
        let (one, _, next): (Move, _, _) = all[random.usize(..all.len())].clone();
        program.moves(scene, &mut world, one);
        program.is_as(scene, &world, &next).map_err(|how| format!("{}: after {one:?}:\n{how}", scene.what))?;
        (model, made) = (next, made + 1);
    }
}

#[test]
fn money_is_never_made_or_lost_and_each_transfer_ends_in_one_way() {
    let mut ends = Vec::new();
    for scene in scenes() {
        let found = search(&scene, RIGHT, |_, _, _, _| {});
        println!("{}: {} states, {} moves, ends {:?}", scene.what, found.states, found.moves, found.ends);
        assert_eq!(found.broken, None, "{}", scene.what);
        ends.push(found.ends);
    }
    assert_eq!(ends[0], [[At::Done]]);
    assert_eq!(ends[1], [[At::Declined]]);
    assert_eq!(ends[2], [[At::Refunded]]);
    assert!(ends[4].contains(&vec![At::Done, At::Declined]) && ends[4].contains(&vec![At::Declined, At::Done]));
    assert!(ends[5].contains(&vec![At::Done, At::Refunded]) && ends[5].contains(&vec![At::Refunded, At::Done]));
    assert!(ends[6].len() > 1, "{:?}", ends[6]);
}

#[test]
fn each_rule_is_needed() {
    for (what, rules) in [
        ("a message that comes again is taken again", Rules { dedupes: false, ..RIGHT }),
        ("what was taken is not given back", Rules { compensates: false, ..RIGHT }),
        ("a turn after a crash begins anew", Rules { journals: false, ..RIGHT }),
    ] {
        let broken = scenes().iter().find_map(|scene| search(scene, rules, |_, _, _, _| {}).broken);
        println!("{what}: {}", broken.expect("nothing has come of it"));
    }
}

#[test]
fn the_bank_moves_as_the_model_does() {
    let program = Program::new(FLOW, true);
    let mut moves = 0;
    // Each move in each state, of one transfer.
    for scene in scenes().iter().filter(|scene| scene.transfers.len() == 1) {
        moves += bound(&program, scene).unwrap().moves;
    }
    let seed = std::env::var("THEUS_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("{moves} moves of one transfer; THEUS_SEED={seed}");
    let (mut random, mut walked_moves) = (fastrand::Rng::with_seed(seed), 0);
    for scene in scenes().iter().filter(|scene| scene.transfers.len() > 1) {
        for _ in 0..30 {
            walked_moves += walked(&program, scene, &mut random).unwrap();
        }
    }
    println!("{walked_moves} moves of two, by chance");
}

#[test]
fn a_bank_that_is_wrong_is_found() {
    let all = |program: &Program| {
        scenes().iter().filter(|scene| scene.transfers.len() == 1).all(|scene| bound(program, scene).is_ok())
    };
    let keeps_it = FLOW.replacen("CMD_DECLINED: REFUNDING", "CMD_DECLINED: DECLINED", 1);
    assert_ne!(keeps_it, FLOW);
    assert!(!all(&Program::new(&keeps_it, true)), "what was taken is not given back, and nobody has seen it");
    assert!(!all(&Program::new(FLOW, false)), "a message that comes again is taken again, and nobody has seen it");
    let asks_twice = FLOW.replacen("entry: ask_for_credit", "entry: [ask_for_credit, ask_for_credit]", 1);
    assert!(!all(&Program::new(&asks_twice, true)), "it asks for the credit twice, and nobody has seen it");
}
