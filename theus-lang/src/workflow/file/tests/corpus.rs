//! A fixed number of seeded random mutations of the fuzz target's corpus.

use std::path::Path;
use std::time::{Duration, Instant};

use super::load;

/// So many mutated files are loaded.
const MUTATIONS: usize = 4_000;

/// No file as short as these may take longer, on however slow a machine.
const LONGEST: Duration = Duration::from_secs(10);

fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/workflow");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    // Besides the seeds there is what a run of the fuzzer found on this machine.
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

/// Loads a text and checks what must hold of every one. Says whether it was refused.
fn load_any(yaml: &str) -> bool {
    let start = Instant::now();
    let loaded = load(yaml);
    assert!(start.elapsed() < LONGEST, "{:?} for {yaml:?}", start.elapsed());
    let lines: Vec<usize> = yaml.split('\n').map(|line| line.chars().count()).collect();
    let is_inside =
        |line: usize, column: usize| lines.get(line.wrapping_sub(1)).is_some_and(|length| column <= length + 1);
    match loaded {
        Ok(definition) => {
            let states = definition.states();
            assert!(!states.is_empty());
            for state in states {
                assert!(is_inside(state.place.line, state.place.column), "{state:?} in {yaml}");
                for run in state.entry.iter().flat_map(|step| step.runs()) {
                    assert!(is_inside(run.place.line, run.place.column), "{run:?} in {yaml}");
                    assert_eq!(run.arguments.len(), run.contract.arguments.len(), "{yaml}");
                }
                let targets = state.transitions.iter().flat_map(|transition| transition.targets.iter().copied());
                assert!(targets.clone().all(|target| definition.state(target).is_some()), "{yaml}");
            }
            assert!(definition.warnings().iter().all(|warning| warning.code.is_some() && warning.line > 0), "{yaml}");
            false
        }
        Err(error) => {
            assert!(error.problems().first().is_some_and(|it| it.severity == crate::source::Severity::Error), "{yaml}");
            for problem in error.problems() {
                assert!(problem.code.is_some() && is_inside(problem.line, problem.column), "{problem} in {yaml}");
            }
            true
        }
    }
}

#[test]
fn the_corpus_holds_both_kinds_and_every_file_of_it_ends() {
    let corpus = corpus();
    let refused = corpus.iter().filter(|yaml| load_any(yaml)).count();
    assert!(refused >= 5 && corpus.len() - refused >= 5, "{refused} of {} are refused", corpus.len());
}

#[test]
fn what_is_wrong_in_the_corpus_is_drawn_exactly_so() {
    for name in ["typos", "wrong_steps", "circles", "failing", "python_on", "python_steps", "deep", "empty"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../fuzz/corpus/workflow/{name}.yaml"));
        let drawn = match load(&std::fs::read_to_string(file).unwrap()) {
            Err(error) => error.to_string(),
            Ok(it) => it.warnings().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"),
        };
        insta::assert_snapshot!(name, drawn);
    }
}

#[test]
fn mutations_of_the_corpus_never_panic_and_never_hang() {
    let corpus = corpus();
    let pieces: Vec<&str> = "[ ] { } : , - & * ! | > # ' \" % \n \t ü ~ .nan 1e400 99999999999999999999 << --- ${ } $${ A B WORK OUTER \
        END domain.total event.x item \"*\" states: regions: events: always: after: done: final: history: initial: on_error: \
        run: flux: parallel: with: retry: timeout: compensate: when: to: 30s true CMD_GO SIG_STOP EVT_CHAIN_FAIL"
        .split(' ')
        .filter(|piece| !piece.is_empty())
        .chain(["\n  ", "&a ", "*a", "- ", "final: true", "always: A", "history: deep", "p_load", "steps: [p_load]"])
        .collect();
    let mut random = fastrand::Rng::with_seed(3);
    let (mut refused, mut loaded) = (0, 0);
    for _ in 0..MUTATIONS {
        let mut text: Vec<char> = corpus[random.usize(..corpus.len())].chars().collect();
        for _ in 0..random.usize(1..4) {
            let (one, other) = (random.usize(..=text.len()), random.usize(..=text.len()));
            let (from, to) = (one.min(other), one.max(other));
            let piece: Vec<char> = pieces[random.usize(..pieces.len())].chars().collect();
            match random.u8(..8) {
                0 => drop(text.splice(from..to.min(from + 8), [])),
                1 => drop(text.splice(from..from, piece)),
                2 => drop(text.splice(from..to.min(from + 3), piece)),
                3 => drop(text.splice(to..to, text[from..to.min(from + 200)].to_vec())),
                4 => {
                    let other = corpus[random.usize(..corpus.len())].chars().take(200);
                    drop(text.splice(from..from, other.collect::<Vec<_>>()));
                }
                // Whole lines: much of what comes of it is a workflow still.
                kind => {
                    let mut lines: Vec<Vec<char>> = text.split_inclusive(|it| *it == '\n').map(<[_]>::to_vec).collect();
                    if !lines.is_empty() {
                        let (one, other) = (random.usize(..lines.len()), random.usize(..lines.len()));
                        match kind {
                            5 => drop(lines.remove(one)),
                            6 => lines.insert(other, lines[one].clone()),
                            _ => lines.swap(one, other),
                        }
                    }
                    text = lines.concat();
                }
            }
        }
        match load_any(&text.into_iter().collect::<String>()) {
            true => refused += 1,
            false => loaded += 1,
        }
    }
    assert!(refused > 1_000 && loaded > 100, "{refused} refused, {loaded} loaded");
}
