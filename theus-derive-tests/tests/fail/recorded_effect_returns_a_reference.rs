#[theus_core::effect]
trait Gateway {
    fn name(&self) -> &str;
}

fn main() {}
