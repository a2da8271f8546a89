//! A library's processes, mounted where a program has its context.

use theus_core::prelude::*;

mod motor {
    use theus_core::prelude::*;

    #[derive(Clone, Default, Context)]
    pub(super) struct Motor {
        pub(super) speed: i64,
    }

    pub(super) struct Ports {
        pub(super) factor: i64,
    }

    #[process(updates = [domain.speed], effects = [factor])]
    pub(super) fn spin(ctx: Ctx<Motor, (), Ports>, by: i64) {
        *ctx.domain.speed += by * *ctx.effects.factor;
    }

    theus_core::bundle! {
        pub(super) All = [Spin];
    }
}

use motor::{All, Motor, Ports, Spin};

#[derive(Clone, Default, Context)]
struct Machine {
    name: String,
    #[context(nested)]
    left: Motor,
}

#[process(updates = [domain.name])]
fn rename(ctx: Ctx<Machine, (), Ports>) {
    ctx.domain.name.push('x');
}

theus_core::mount! {
    Left = domain.left: Ctx<Motor, (), Ports>, in Ctx<Machine, (), Ports>, with effects;
}

#[test]
fn it_is_run_where_it_is_mounted() {
    let builder = Engine::builder(Machine::default()).effects(Ports { factor: 3 });
    let engine = builder.processes::<At<All, Left>>().process::<Rename>().build().unwrap();
    engine.run(Left::of(Spin { by: 2 })).unwrap();
    engine.run(Rename).unwrap();
    let machine = engine.snapshot().unwrap();
    assert_eq!((*machine.left.speed, machine.name.as_str()), (6, "x"));
}
