use theus_core::prelude::*;

#[derive(Clone, Context)]
struct View<'a> {
    name: &'a str,
}

fn main() {}
