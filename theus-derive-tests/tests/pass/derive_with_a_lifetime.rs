use theus_core::prelude::*;

#[derive(Clone, Context)]
struct View {
    name: &'static str,
}

fn main() {}
