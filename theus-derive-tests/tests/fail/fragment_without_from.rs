theus_core::fragment! {
    pub RULES = "motor", "rules/motor.yaml";
}

fn main() {}
