use theus_core::prelude::*;

#[derive(Inspect)]
struct Next {
    next: Option<Box<Next>>,
}

fn main() {}
