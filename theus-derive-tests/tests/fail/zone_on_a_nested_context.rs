use theus_core::prelude::*;

#[derive(Clone, Context)]
struct User {
    name: String,
}

#[derive(Clone, Context)]
struct Bank {
    #[context(nested)]
    #[zone(meta)]
    user: User,
}

fn main() {}
