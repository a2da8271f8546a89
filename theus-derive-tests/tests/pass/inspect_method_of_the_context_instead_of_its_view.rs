use theus_core::prelude::*;

#[derive(Clone, Context)]
#[inspect(methods(surplus -> i64))]
struct Books {
    assets: i64,
    debts: i64,
}

impl BooksView<'_> {
    fn surplus(&self) -> i64 {
        self.assets - self.debts
    }
}

fn main() {}
