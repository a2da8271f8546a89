#[theus_core::effect]
trait Gateway {
    async fn charge(&self, amount: u64) -> u64;
}

struct World;
impl Gateway for World {
    async fn charge(&self, amount: u64) -> u64 {
        amount
    }
}

fn main() {}
