use theus_core::prelude::*;

#[derive(Clone, Copy, Inspect)]
enum Raw {
    Number(u64),
    Bytes([u8; 8]),
}

fn main() {}
