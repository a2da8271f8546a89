use theus_core::effect::Effect;

#[theus_core::effect]
trait Gateway {
    fn charge(&self, amount: u64) -> u64;
}

fn main() {
    let _: Effect<dyn Gateway> = Effect::new("no gateway");
}
