#[theus_core::effect]
trait Gateway {
    fn charge<T: Into<i64>>(&self, amount: T) -> u64;
}

fn main() {}
