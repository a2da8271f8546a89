use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

impl Bank {
    #[process(inputs = [domain.total])]
    fn show(&self) -> i64 {
        self.total
    }
}

fn main() {}
