use theus_core::context::InspectAs;
use theus_core::prelude::*;

struct AsNumber;

struct Celsius(f64);

impl InspectAs<Celsius> for AsNumber {
    fn shape() -> Shape {
        Shape::Float64
    }
    fn inspect(celsius: &Celsius) -> Value<'_> {
        Value::Float(celsius.0)
    }
}

#[derive(Inspect)]
struct Oven {
    #[inspect(with = AsNumber)]
    heat: Celsius,
}

fn main() {}
