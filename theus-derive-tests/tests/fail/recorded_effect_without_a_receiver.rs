#[theus_core::effect]
trait Gateway {
    fn charge(amount: i64) -> u64;
}

fn main() {}
