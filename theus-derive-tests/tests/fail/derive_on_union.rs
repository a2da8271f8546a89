use theus_core::prelude::*;

#[derive(Clone, Copy, Context)]
union Bits {
    whole: u64,
    parts: [u8; 8],
}

fn main() {}
