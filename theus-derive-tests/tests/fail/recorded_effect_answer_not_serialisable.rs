struct Receipt(u64);

#[theus_core::effect]
trait Gateway {
    fn charge(&self, amount: i64) -> Receipt;
}

fn main() {}
