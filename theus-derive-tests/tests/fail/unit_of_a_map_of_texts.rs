use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Oven {
    #[context(unit = "degF")]
    chamber: std::collections::BTreeMap<u8, Option<String>>,
}

fn main() {}
