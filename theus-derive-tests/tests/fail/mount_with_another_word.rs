use theus_core::prelude::*;

mod motor {
    use theus_core::prelude::*;

    #[derive(Clone, Default, Context)]
    pub struct Motor {
        pub speed: i64,
    }

    pub struct Drive;

    #[process(updates = [domain.speed], effects = [drive])]
    pub fn spin(ctx: Ctx<Motor, (), Ports>, by: i64) {
        let _ = &ctx.effects.drive;
        *ctx.domain.speed += by;
    }

    pub struct Ports {
        pub drive: Drive,
    }

    theus_core::bundle! {
        pub All = [Spin];
    }
}

use motor::{All, Motor, Ports, Spin};

#[derive(Clone, Default, Context)]
struct Machine {
    name: String,
    #[context(nested)]
    left: Motor,
}

theus_core::mount! {
    Left = domain.left: Ctx<Motor, (), Ports>, in Ctx<Machine, (), Ports>, with ports.motor;
}

fn main() {
    let _ = (std::any::type_name::<All>(), Machine::default(), Spin { by: 1 }, std::any::type_name::<Ports>());
}
