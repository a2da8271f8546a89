use theus_core::prelude::*;

#[derive(Clone, Context)]
enum Mode {
    On,
    Off,
}

fn main() {}
