#[theus_core::effect]
trait Gateway<T> {
    fn charge(&self, amount: i64) -> u64;
}

fn main() {}
