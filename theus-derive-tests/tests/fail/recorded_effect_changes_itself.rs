#[theus_core::effect]
trait Gateway {
    fn charge(&mut self, amount: i64) -> u64;
}

fn main() {}
