//! In what fields and arguments are measured; `files!` knows it as the engine does.

use theus_core::prelude::*;

/// A type says it once for all fields that are of it.
#[derive(Clone, Copy, Default, Inspect)]
struct Celsius(#[inspect(unit = "degC")] f64);

#[derive(Clone, Default, Inspect)]
struct Probe {
    #[inspect(unit = "mV")]
    value: Option<f32>,
    label: String,
}

#[derive(Clone, Default, Context)]
struct Meter {
    #[context(unit = "kWh")]
    used: u64,
}

#[derive(Clone, Default, Context)]
struct Oven {
    #[context(unit = "degF")]
    chamber: f64,
    outlet: Celsius,
    #[context(unit = "degF", redact)]
    zones: std::collections::BTreeMap<String, f64>,
    probe: Probe,
    #[context(nested)]
    meter: Meter,
    #[context(unit = "degF")]
    sig_hot: Option<f64>,
    #[context(unit = "ms")]
    meta_last_run: u64,
    kind: u8,
}

/// What a parameter is made of is not known here.
#[derive(Clone, Default, Context)]
struct Shelf<T: Clone + Default + Send + Sync + 'static> {
    #[context(unit = "kg")]
    loads: Vec<T>,
}

#[process(outputs = [domain.chamber, domain.outlet, domain.zones, domain.probe, domain.meter.used])]
fn heat(
    ctx: Ctx<Oven>,
    /// As the panel has it.
    #[unit = "degF"]
    #[redact]
    to: f64,
) {
    ctx.domain.chamber.set(to);
    ctx.domain.outlet.set(Celsius((to - 32.0) / 1.8));
    ctx.domain.zones.set(std::iter::once(("left".to_owned(), to)).collect());
    ctx.domain.probe.set(Probe { value: Some(1.0), label: "one".to_owned() });
    ctx.domain.meter.used.set(1);
}

theus_core::files! {
    pub mod desk;
    domain = Oven,
    processes = [Heat],
    types = [Celsius, Meter, Probe],
    recipes = ["tests/files/oven.yaml"],
}

fn main() {}

#[test]
fn units_are_in_the_schema_and_beside_the_values() {
    let schema = Oven::schema();
    let unit = |path: &[&str]| schema.resolve(path).unwrap().field.shape.unit();
    assert_eq!((unit(&["chamber"]), unit(&["meter", "used"]), unit(&["kind"])), (Some("degF"), Some("kWh"), None));
    assert_eq!((unit(&["sig_hot"]), unit(&["meta_last_run"])), (Some("degF"), Some("ms")));
    let shelf = Shelf::<f64>::schema();
    assert_eq!(shelf.fields[0].shape.unit_inside(), Some("kg"));
    let engine = desk::builder(Oven::default()).build().unwrap();
    let refused = |to| engine.run(Heat { to }).unwrap_err().to_string();
    assert!(refused(450.0).contains("`domain.chamber max 400` (level B) found 450.0 degF"), "{}", refused(450.0));
    assert!(refused(200.0).contains("`domain.outlet max 60` (level B) found 93.3"), "{}", refused(200.0));
    assert!(refused(200.0).contains(" degC"));
    assert!(engine.run(Heat { to: 100.0 }).is_ok());
}
