struct Card(u64);

#[theus_core::effect]
trait Gateway {
    fn charge(&self, card: Card, amount: i64) -> u64;
}

fn main() {}
