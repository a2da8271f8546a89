#[theus_core::effect(krate = theus_core)]
trait Gateway {
    fn charge(&self, amount: i64) -> u64;
}

fn main() {}
