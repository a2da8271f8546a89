use theus_core::prelude::*;

#[derive(Clone, Context)]
struct Bank {
    #[zone(signal)]
    #[zone(meta)]
    alarm: bool,
}

fn main() {}
