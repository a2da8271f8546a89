//! Texts that are made to break a parser, on little stack; and seeded random mutations of the fuzz target's corpus.

use std::path::Path;
use std::time::{Duration, Instant};

use super::*;

/// So many mutated texts are compiled.
const MUTATIONS: u32 = 300;

/// Runs on a stack of 512 KB, a quarter of what a thread of Rust's has: without optimisation it needs more than with it.
fn on_little_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(512 << 10).spawn_scoped(scope, run).unwrap();
        thread.join().unwrap()
    })
}

#[test]
fn a_megabyte_of_anything_is_refused_at_once() {
    let units = [
        "(", "[", "{", "!", "-", "a.", "a[", "a(", "1+", "true?", "true?1:", "'", "\"", "r'''", "a&&", "a||", "1,",
        "\\", "é", "//", "{'a':", "x in ", "a.b(", "\n", "0x", "1e", "`",
    ];
    on_little_stack(|| {
        for unit in units {
            for length in [1 << 20, 4_096, 4_000, 300] {
                let text = unit.repeat(length / unit.len());
                let began = Instant::now();
                assert!(compile(&text).is_err(), "{unit:?} × {length}");
                assert!(began.elapsed() < Duration::from_secs(60), "{unit:?} × {length} took {:?}", began.elapsed());
            }
        }
    });
}

/// The most that is allowed, of each kind: it is compiled, evaluated and dropped on little stack.
#[test]
fn what_is_within_the_bounds_needs_little_stack() {
    let brackets = format!("{}domain.total{} > 1", "(".repeat(23), ")".repeat(23));
    let sum = format!("domain.total{} > 0", " + 1".repeat(66));
    let not = format!("{}domain.open", "!".repeat(67));
    let choice = format!("{}true", "domain.total == 1 ? false : ".repeat(13));
    let lists = format!("{}domain.total{}.size() == 1", "[".repeat(23), "]".repeat(23));
    let mut loops = "true".to_owned();
    for depth in 0..15 {
        loops = format!("domain.items.all(x{depth}, {loops})");
    }
    on_little_stack(|| {
        let mut world = World::default();
        world.desk.total = 150;
        world.desk.items = vec![1];
        for text in [&brackets, &sum, &choice, &lists, &loops] {
            let expression = compile(text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
            assert!(expression.holds(&world).unwrap(), "{text}");
        }
        assert!(compile(&not).unwrap().holds(&world).unwrap());
        let wide = vec!["domain.total == 150"; 150].join(" && ");
        assert!(compile(&wide).unwrap().holds(&world).unwrap(), "`&&` and `||` may be many");
    });
}

/// Words, and the signs and blanks between them.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for piece in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let end = piece.len() - piece.chars().next_back().filter(|c| !c.is_alphanumeric()).map_or(0, char::len_utf8);
        parts.extend([&piece[..end], &piece[end..]].into_iter().filter(|part| !part.is_empty()));
    }
    parts
}

/// The expressions that the fuzz target begins with.
pub(super) fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/expression");
    let mut seeds: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    let seeds: Vec<String> = seeds.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert!(seeds.len() >= 20, "the corpus is there");
    seeds
}

/// The same with a word or two put in, left out or replaced.
pub(super) struct Mutations<'s> {
    seeds: &'s [String],
    words: Vec<&'s str>,
    random: fastrand::Rng,
}

impl<'s> Mutations<'s> {
    pub(super) fn of(seeds: &'s [String], seed: u64) -> Self {
        let words = seeds.iter().flat_map(|seed| split(seed)).collect();
        Self { seeds, words, random: fastrand::Rng::with_seed(seed) }
    }

    pub(super) fn next(&mut self) -> String {
        let (words, random) = (&self.words, &mut self.random);
        let mut parts = split(&self.seeds[random.usize(..self.seeds.len())]);
        for _ in 0..random.usize(1..3) {
            let at = random.usize(..parts.len());
            match random.u8(..4) {
                0 => parts.insert(at, words[random.usize(..words.len())]),
                1 if parts.len() > 1 => drop(parts.remove(at)),
                _ => parts[at] = words[random.usize(..words.len())],
            }
        }
        parts.concat()
    }
}

#[test]
fn mutations_of_the_corpus_never_panic_and_never_hang() {
    let seeds = corpus();
    for seed in &seeds {
        compile(seed).unwrap_or_else(|problem| panic!("{seed}: {problem}"));
    }
    let mut mutations = Mutations::of(&seeds, 4);
    let payload = Some(serde_json::json!({ "x": 1, "list": [1, "a", null] }));
    let world = World { payload, ..World::default() };
    let mut compiled = 0;
    for round in 0..MUTATIONS {
        let text = mutations.next();
        match compile(&text) {
            Ok(expression) => {
                compiled += 1;
                let first = expression.evaluate(&world);
                assert_eq!(first, expression.evaluate(&world), "round {round}: {text}");
            }
            Err(problem) => {
                assert!(text.get(problem.span.clone()).is_some(), "round {round}: {text}: {problem:?}");
                assert!(!problem.message.is_empty());
            }
        }
    }
    assert!(compiled > MUTATIONS / 20, "some are still expressions: {compiled}");
}
