use theus_core::prelude::*;

#[derive(Clone, Copy, Inspect)]
union Raw {
    number: u64,
    bytes: [u8; 8],
}

fn main() {}
