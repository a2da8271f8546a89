use theus_core::prelude::*;

#[derive(Clone, Context)]
struct Bank {
    #[zone(signal)]
    alarm: bool,
}

fn main() {}
