//! One rule and a hundred: passing, one violated, and with the making of what a peer judges inside the time.

use divan::{Bencher, black_box};
use theus_peers::plant::{self, Plant, RULES, Rule};
use theus_peers::{by_cedar, by_cel, by_theus};

const fn rules(count: usize) -> &'static [Rule] {
    RULES.split_at(count).0
}

const GOOD: Plant = Plant::new([7; 50]);
/// The first rule is violated, which the one rule is too.
const BAD: Plant = Plant { f0: 101, ..GOOD };

/// What a judge is asked, after it was made sure that it answers rightly.
fn measured(bencher: Bencher<'_, '_>, passes: bool, judge: impl Fn() -> bool) {
    assert_eq!(judge(), passes, "all judges say the same");
    bencher.bench_local(judge);
}

fn theus(bencher: Bencher<'_, '_>, count: usize, plant: Plant, passes: bool) {
    let (rules, state) = (by_theus::rules(rules(count)).expect("a recipe"), by_theus::State::new(plant));
    measured(bencher, passes, || by_theus::passes(black_box(&rules), black_box(&state)));
}

fn cedar(bencher: Bencher<'_, '_>, judge: &by_cedar::Judge, plant: Plant, passes: bool) {
    let request = judge.request(&plant).expect("a request");
    measured(bencher, passes, || black_box(judge).passes(black_box(&request)));
}

fn cel(bencher: Bencher<'_, '_>, judge: &by_cel::Judge, plant: Plant, passes: bool) {
    let context = judge.variables(&plant);
    measured(bencher, passes, || black_box(judge).passes(black_box(&context)));
}

fn cel_lazy(bencher: Bencher<'_, '_>, judge: &by_cel::Judge, plant: Plant, passes: bool) {
    let state = by_cel::Lazy(&plant);
    let context = judge.lazy(&state);
    measured(bencher, passes, || black_box(judge).passes(black_box(&context)));
}

macro_rules! judges {
    ($group:ident, $plant:expr, $passes:expr) => {
        #[divan::bench_group(sample_count = 100, sample_size = 100)]
        mod $group {
            use super::*;

            #[divan::bench(args = [1, 100])]
            fn theus(bencher: Bencher<'_, '_>, count: usize) {
                super::theus(bencher, count, $plant, $passes);
            }
            #[divan::bench(args = [1, 100])]
            fn by_hand(bencher: Bencher<'_, '_>, count: usize) {
                let plant = $plant;
                let judge = if count == 1 { plant::one_by_hand } else { plant::hundred_by_hand };
                measured(bencher, $passes, || judge(black_box(&plant)));
            }
            #[divan::bench(args = [1, 100])]
            fn cedar_a_policy_for_each_rule(bencher: Bencher<'_, '_>, count: usize) {
                cedar(bencher, &by_cedar::Judge::of_each(rules(count)).expect("policies"), $plant, $passes);
            }
            #[divan::bench(args = [1, 100])]
            fn cedar_one_policy_for_all(bencher: Bencher<'_, '_>, count: usize) {
                cedar(bencher, &by_cedar::Judge::of_all(rules(count)).expect("policies"), $plant, $passes);
            }
            #[divan::bench(args = [1, 100])]
            fn cel_a_program_for_each_rule(bencher: Bencher<'_, '_>, count: usize) {
                cel(bencher, &by_cel::Judge::of_each(rules(count)).expect("programs"), $plant, $passes);
            }
            #[divan::bench(args = [1, 100])]
            fn cel_a_program_for_each_rule_on_the_state_itself(bencher: Bencher<'_, '_>, count: usize) {
                cel_lazy(bencher, &by_cel::Judge::of_each(rules(count)).expect("programs"), $plant, $passes);
            }
            #[divan::bench(args = [1, 100])]
            fn cel_one_program_for_all(bencher: Bencher<'_, '_>, count: usize) {
                cel(bencher, &by_cel::Judge::of_all(rules(count)).expect("programs"), $plant, $passes);
            }
        }
    };
}

judges!(passing, GOOD, true);
judges!(one_violated, BAD, false);

/// The state is another one in every run: what a peer needs of it is made anew. Theus judges its own state as it is; for it
/// there is the whole run: locked, drafted, executed, judged, committed.
#[divan::bench_group(sample_count = 100, sample_size = 100)]
mod with_a_new_state {
    use super::*;

    #[divan::bench(args = [0, 1, 100])]
    fn theus_a_whole_run(bencher: Bencher<'_, '_>, count: usize) {
        let engine = by_theus::engine(rules(count), "B", GOOD).expect("a recipe");
        let mut f0 = 0;
        bencher.bench_local(|| {
            f0 = (f0 + 1) % 100;
            black_box(&engine).run(by_theus::Turn { f0: black_box(f0) }).is_ok()
        });
    }
    #[divan::bench(args = [1, 100])]
    fn cedar_a_policy_for_each_rule(bencher: Bencher<'_, '_>, count: usize) {
        let judge = by_cedar::Judge::of_each(rules(count)).expect("policies");
        measured(bencher, true, || judge.request(black_box(&GOOD)).is_ok_and(|request| judge.passes(&request)));
    }
    #[divan::bench(args = [1, 100])]
    fn cedar_one_policy_for_all(bencher: Bencher<'_, '_>, count: usize) {
        let judge = by_cedar::Judge::of_all(rules(count)).expect("policies");
        measured(bencher, true, || judge.request(black_box(&GOOD)).is_ok_and(|request| judge.passes(&request)));
    }
    #[divan::bench(args = [1, 100])]
    fn cel_a_program_for_each_rule_on_variables(bencher: Bencher<'_, '_>, count: usize) {
        let judge = by_cel::Judge::of_each(rules(count)).expect("programs");
        measured(bencher, true, || judge.passes(&judge.variables(black_box(&GOOD))));
    }
    #[divan::bench(args = [1, 100])]
    fn cel_a_program_for_each_rule_on_the_state_itself(bencher: Bencher<'_, '_>, count: usize) {
        let judge = by_cel::Judge::of_each(rules(count)).expect("programs");
        measured(bencher, true, || judge.passes(&judge.lazy(&by_cel::Lazy(black_box(&GOOD)))));
    }
    #[divan::bench(args = [1, 100])]
    fn cel_one_program_for_all_on_the_state_itself(bencher: Bencher<'_, '_>, count: usize) {
        let judge = by_cel::Judge::of_all(rules(count)).expect("programs");
        measured(bencher, true, || judge.passes(&judge.lazy(&by_cel::Lazy(black_box(&GOOD)))));
    }
}
