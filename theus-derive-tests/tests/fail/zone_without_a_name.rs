use theus_core::prelude::*;

#[derive(Clone, Context)]
struct Bank {
    #[zone]
    alarm: bool,
}

fn main() {}
