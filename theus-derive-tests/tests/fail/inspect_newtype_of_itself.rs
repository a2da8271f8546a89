use theus_core::prelude::*;

#[derive(Inspect)]
struct Next(Option<Box<Next>>);

fn main() {}
