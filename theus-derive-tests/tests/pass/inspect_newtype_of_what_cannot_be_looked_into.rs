use theus_core::prelude::*;

#[derive(Inspect)]
struct Secret;

#[derive(Inspect)]
struct Wrapped(Secret);

fn main() {}
