use theus_core::prelude::*;

#[derive(Clone, Context)]
struct Machine {
    mode: Mode,
}

#[derive(Clone)]
enum Mode {
    On,
    Off,
}

fn main() {}
