#[theus_core::effect]
trait Gateway {
    const NAME: &'static str;
    fn charge(&self, amount: i64) -> u64;
}

fn main() {}
