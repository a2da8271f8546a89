//! Rules that a library ships with its processes, at the places of those.

use theus_core::audit::AuditEvent;
use theus_core::prelude::*;
use theus_core::{BuildError, EngineBuilder, Fragment};

mod motor {
    use theus_core::prelude::*;

    #[derive(Clone, Debug, Default, PartialEq, Context)]
    pub(super) struct Motor {
        pub(super) speed: i64,
    }

    #[derive(Clone, Default, Context)]
    pub(super) struct Bounds {
        pub(super) most: i64,
    }

    #[process(updates = [domain.speed], inputs = [global.most])]
    pub(super) fn spin(ctx: Ctx<Motor, Bounds>, by: i64) -> i64 {
        *ctx.domain.speed += by;
        (*ctx.domain.speed).min(*ctx.global.most)
    }
}

use motor::{Bounds, Motor, Spin};

const RULES: Fragment = Fragment::new(
    "motor",
    "rules/motor.yaml",
    "\
process_recipes:
  spin:
    inputs: [ { field: by, min: -10, level: B } ]
    outputs: [ { field: domain.speed, max: global.most, level: B, max_threshold: 2, id: M-1 } ]
",
);

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Machine {
    #[context(nested)]
    left: Motor,
    #[context(nested)]
    right: Motor,
}

#[derive(Clone, Default, Context)]
struct Plant {
    #[context(nested)]
    fast: Bounds,
    #[context(nested)]
    slow: Bounds,
}

theus_core::mount! {
    Left = domain.left: Ctx<Motor, Bounds>, in Ctx<Machine, Plant>, with global.fast;
    Right = domain.right: Ctx<Motor, Bounds>, in Ctx<Machine, Plant>, with global.slow;
}

const RECIPE: &str = "include:
  - motor: { at: domain.left, global: global.fast }
  - motor: { at: domain.right, global: global.slow }
";

fn builder() -> EngineBuilder<Machine, Plant> {
    Engine::builder(Machine::default())
        .global(Plant { fast: Bounds { most: 100 }, slow: Bounds { most: 10 } })
        .process::<At<Spin, Left>>()
        .process::<At<Spin, Right>>()
}

#[test]
fn the_rules_of_each_place_count_for_themselves() {
    let engine = builder().fragments([RULES]).recipe("audit.yaml", RECIPE).unwrap().build().unwrap();
    assert!(engine.run(Left::of(Spin { by: 60 })).is_ok());
    assert!(engine.run(Right::of(Spin { by: 60 })).is_ok(), "below its threshold");
    let refused = engine.run(Right::of(Spin { by: 1 })).unwrap_err().to_string();
    assert!(refused.contains("right.M-1") || refused.contains("domain.right.speed"), "{refused}");
    assert!(refused.contains("[motor:4:"), "{refused}");
    assert!(engine.run(Left::of(Spin { by: -11 })).is_err() && engine.run(Left::of(Spin { by: 30 })).is_ok());
    let explained = engine.explain(&Left::of(Spin { by: 1 })).unwrap().to_string();
    assert!(
        explained.contains("domain.left.speed max global.fast.most") && explained.contains("motor:4:"),
        "{explained}"
    );
}

#[test]
fn a_reload_knows_them_and_what_stays_the_same_goes_on_counting() {
    let engine = builder().fragments([RULES]).recipe("audit.yaml", RECIPE).unwrap().build().unwrap();
    engine.run(Right::of(Spin { by: 60 })).unwrap();
    let review =
        engine.compare_recipe("new.yaml", "include: { motor: { at: domain.right, global: global.slow } }").unwrap();
    assert!(review.to_string().contains("2 gone, 2 unchanged"), "{review}");
    let change =
        engine.reload_recipe("new.yaml", "include: { motor: { at: domain.right, global: global.slow } }").unwrap();
    assert_eq!((change.kept, change.removed.len()), (2, 2), "{change:?}");
    assert!(engine.run(Left::of(Spin { by: -60 })).is_ok(), "it has no rules any more");
    assert!(engine.run(Right::of(Spin { by: 1 })).is_err(), "the second violation, counted through the change");
    let error = engine.reload_recipe("new.yaml", "include: { motr: }").unwrap_err().to_string();
    assert!(error.contains("did you mean `motor`?"), "{error}");
    assert!(engine.run(Right::of(Spin { by: 1 })).is_ok(), "what was in force stays so");
}

#[test]
fn the_digest_of_a_recipe_covers_them() {
    let digest = |fragment: Fragment| {
        let engine = builder().fragments([fragment]).recipe("audit.yaml", RECIPE).unwrap().build().unwrap();
        let records = engine.audit_records();
        let begun = records.iter().find_map(|record| match &record.event {
            AuditEvent::RecipeLoaded(identity) => Some(identity.digest),
            _ => None,
        });
        begun.unwrap()
    };
    let other = Fragment::new(
        "motor",
        "rules/motor.yaml",
        "process_recipes: { spin: { inputs: [ { field: by, min: -9, level: B } ] } }",
    );
    assert_eq!(digest(RULES), digest(RULES));
    assert_ne!(digest(RULES), digest(other));
}

#[test]
fn one_that_nobody_has_handed_over_is_told_and_so_are_two_of_one_name() {
    let error = builder().recipe("audit.yaml", RECIPE).unwrap().build().map(drop).unwrap_err().to_string();
    assert!(error.contains("there is no fragment `motor`") && error.contains(".fragments([motor::RULES])"), "{error}");
    let other = Fragment::new("motor", "other/motor.yaml", "process_recipes: {}");
    let error = builder().fragments([RULES, other]).build().map(drop).unwrap_err();
    assert!(matches!(error, BuildError::DuplicateFragment { name: "motor", .. }), "{error}");
    assert!(error.to_string().contains("of rules/motor.yaml and of other/motor.yaml"), "{error}");
    assert!(builder().fragments([RULES]).fragments([RULES]).build().is_ok(), "the same one twice is one");
}

#[test]
fn check_knows_them() {
    let path = std::env::temp_dir().join(format!("theus-fragments-{}.yaml", std::process::id()));
    std::fs::write(&path, RECIPE).unwrap();
    let check = |builder: &EngineBuilder<Machine, Plant>| {
        let arguments = ["machine".into(), "check".into(), path.clone().into_os_string()];
        format!("{:?}", builder.command_line(arguments).unwrap())
    };
    let (with, without) = (check(&builder().fragments([RULES])), check(&builder()));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(with, format!("{:?}", std::process::ExitCode::SUCCESS));
    assert_ne!(without, with);
}
