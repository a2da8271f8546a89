use theus_core::prelude::*;

struct Secret;

#[derive(Inspect)]
struct Wrapped(Secret);

fn main() {}
