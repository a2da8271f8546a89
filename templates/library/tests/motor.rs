//! What holds of a motor, and that a program can mount it.

use {{crate_name}}::{All, Brake, FASTEST, Motor, SpeedUp, TooFast};
use proptest::prelude::*;
use theus_core::prelude::*;
use theus_core::test::{Trial, commands, states};

// One command on a state, and all that comes of it.
#[test]
fn it_speeds_up_until_it_cannot() {
    let outcome = Trial::of(Motor {
        speed: 2_900,
        ..Motor::default()
    })
    .run(SpeedUp { by: 100 })
    .unwrap();
    assert!(matches!(outcome.result, Ok(FASTEST)));
    let refused = Trial::of(Motor {
        speed: 2_900,
        ..Motor::default()
    })
    .run(SpeedUp { by: 101 })
    .unwrap();
    assert_eq!(
        refused.result.unwrap_err().process_error(),
        Some(&TooFast(3_001))
    );
    assert!(refused.changes.is_empty());
}

#[test]
fn it_says_that_it_stands() {
    let outcome = Trial::of(Motor {
        speed: 5,
        ..Motor::default()
    })
    .run(Brake { by: 9 })
    .unwrap();
    assert_eq!(
        outcome.to_string(),
        "brake {\"by\":9}\ndomain.sig_stalled: false -> true\ndomain.speed: 5 -> 0\nraised EVT_STALLED\n"
    );
}

proptest! {
    // Any command on any state.
    #[test]
    fn it_never_gets_too_fast(
        motor in states::<Motor>().field("speed", 0..=FASTEST),
        command in commands::<SpeedUp>(),
    ) {
        prop_assert!(Trial::of(motor).run(command).unwrap().state.unwrap().speed <= FASTEST);
    }
}

// A program that has two of them.
#[derive(Clone, Default, Context)]
struct Machine {
    #[context(nested)]
    left: Motor,
    #[context(nested)]
    right: Motor,
}

theus_core::mount! {
    Left = domain.left: Ctx<Motor>, in Ctx<Machine>;
    Right = domain.right: Ctx<Motor>, in Ctx<Machine>;
}

#[test]
fn a_program_mounts_it_as_often_as_it_has_it() {
    let builder =
        Engine::builder(Machine::default()).processes::<(At<All, Left>, At<All, Right>)>();
    let engine = builder.build().unwrap();
    engine.run(Left::of(SpeedUp { by: 80 })).unwrap();
    let machine = engine.snapshot().unwrap();
    assert_eq!((*machine.left.speed, *machine.right.speed), (80, 0));
}
