#[theus_core::effect]
trait Gateway: std::fmt::Debug {
    fn charge(&self, amount: i64) -> u64;
}

fn main() {}
