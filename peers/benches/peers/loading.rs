//! From text to what can be judged, for ten thousand rules.

use divan::Bencher;
use theus_peers::plant::RULES;
use theus_peers::{by_cedar, by_cel, by_theus};

#[divan::bench_group(sample_count = 20, sample_size = 1)]
mod loading_10_000_rules {
    use super::*;

    /// Each path, condition, type and bound checked against the schema, and the rules against each other.
    #[divan::bench]
    fn theus_read_and_checked(bencher: Bencher<'_, '_>) {
        let (file, catalog) = by_theus::ten_thousand(&RULES);
        bencher.bench_local(|| by_theus::load(file.clone(), &catalog).expect("a recipe"));
    }
    #[divan::bench]
    fn cedar_read(bencher: Bencher<'_, '_>) {
        let (text, _) = by_cedar::ten_thousand(&RULES).expect("policies");
        bencher.bench_local(|| by_cedar::parse(&text).expect("policies"));
    }
    /// Each policy checked against the schema.
    #[divan::bench]
    fn cedar_read_and_checked(bencher: Bencher<'_, '_>) {
        let (text, validator) = by_cedar::ten_thousand(&RULES).expect("policies");
        bencher.bench_local(|| {
            let policies = by_cedar::parse(&text).expect("policies");
            assert!(by_cedar::validated(&policies, &validator));
            policies
        });
    }
    /// It has no check to add.
    #[divan::bench]
    fn cel_read(bencher: Bencher<'_, '_>) {
        let expressions = by_cel::ten_thousand(&RULES);
        bencher.bench_local(|| by_cel::compile(&expressions).expect("programs"));
    }
}
