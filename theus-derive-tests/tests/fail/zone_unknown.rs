use theus_core::prelude::*;

#[derive(Clone, Context)]
struct Bank {
    #[zone(sginal)]
    alarm: bool,
}

fn main() {}
