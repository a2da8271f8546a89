use super::charts::{agent, hostile, large};

#[test]
fn every_part_of_a_chart_is_in_each_picture() {
    let agent = agent();
    insta::assert_snapshot!("agent.mmd", agent.to_mermaid());
    insta::assert_snapshot!("agent.dot", agent.to_dot());
    insta::assert_snapshot!("agent.svg", agent.to_svg());
    assert_eq!(agent.to_svg(), agent.to_svg(), "the same chart gives the same picture");
}

#[test]
fn what_is_said_of_transitions_and_of_the_whole_is_in_each_picture() {
    let chart = crate::workflow::file::tests::loads(
        "external: [CMD_GO, CMD_IN]
entry: p_load
events: { CMD_GO: { to: [L2, R2] } }
regions:
  L: { initial: H, states: { L1: { events: { CMD_IN: { to: L2, when: \"in('R2')\" } } }, L2: { final: true, result: 5 }, H: { history: deep, default: L1 } } }
  R: { events: { CMD_IN: { to: R2, reenter: false } }, states: { R1: { events: { done.state.L: R2 } }, R2: { final: true } } }",
    );
    let (svg, dot, mermaid) = (chart.to_svg(), chart.to_dot(), chart.to_mermaid());
    for text in
        ["CMD_GO (and R2)", "CMD_GO (and L2)", "CMD_IN (without leaving R)", "done.state.L", "entry / p_load", "ROOT"]
    {
        let in_mermaid = text.replace('-', "#45;");
        assert!(mermaid.contains(&in_mermaid), "{text}: {mermaid}");
        assert!(dot.contains(text), "{text}: {dot}");
        assert!(svg.contains(text), "{text}: {svg}");
    }
    assert_eq!(crossings(&svg), [""; 0]);
}

/// Where each box and each label is: `<rect class="…" x y width height>`.
fn rects(svg: &str, classes: &[&str]) -> Vec<(f64, f64, f64, f64)> {
    let number = |line: &str, name: &str| {
        let rest = line.split(&format!(" {name}=\"")).nth(1).unwrap();
        rest.split('"').next().unwrap().parse::<f64>().unwrap()
    };
    svg.lines()
        .filter(|line| classes.iter().any(|class| line.starts_with(&format!("<rect class=\"{class}\""))))
        .map(|line| (number(line, "x"), number(line, "y"), number(line, "width"), number(line, "height")))
        .collect()
}

/// Two boxes may be one within the other, but never cross; labels may be within a container and touch nothing else.
fn crossings(svg: &str) -> Vec<String> {
    let all = rects(svg, &["b", "o", "r", "p"]);
    let inside = |one: (f64, f64, f64, f64), two: (f64, f64, f64, f64)| {
        one.0 >= two.0 && one.1 >= two.1 && one.0 + one.2 <= two.0 + two.2 && one.1 + one.3 <= two.1 + two.3
    };
    let apart = |one: (f64, f64, f64, f64), two: (f64, f64, f64, f64)| {
        one.0 + one.2 <= two.0 || two.0 + two.2 <= one.0 || one.1 + one.3 <= two.1 || two.1 + two.3 <= one.1
    };
    let mut found = Vec::new();
    for (at, &one) in all.iter().enumerate() {
        for &two in &all[at + 1..] {
            if !apart(one, two) && !inside(one, two) && !inside(two, one) {
                found.push(format!("{one:?} and {two:?}"));
            }
        }
    }
    found
}

#[test]
fn nothing_covers_anything_else() {
    assert_eq!(crossings(&agent().to_svg()), [""; 0]);
    for seed in 0..40 {
        assert_eq!(crossings(&large(seed).to_svg()), [""; 0], "seed {seed}");
    }
    // The check itself sees what crosses.
    let crossing = "<rect class=\"b\" x=\"0\" y=\"0\" width=\"10\" height=\"10\"/>\n<rect class=\"b\" x=\"5\" y=\"5\" width=\"10\" height=\"10\"/>";
    assert_eq!(crossings(crossing).len(), 1);
}

#[test]
fn names_that_mean_something_to_a_language_are_only_names() {
    let chart = hostile();
    let svg = chart.to_svg();
    assert!(!svg.contains("<script") && svg.contains("&lt;script&gt;") && svg.matches("</title>").count() >= 6);
    assert!(svg.chars().all(|character| character == '\n' || !character.is_control()));
    insta::assert_snapshot!("hostile.mmd", chart.to_mermaid());
    insta::assert_snapshot!("hostile.dot", chart.to_dot());
}

/// To look at: `THEUS_PICTURES=folder cargo test pictures`.
#[test]
fn pictures_are_written_where_one_asks_for_them() {
    let Some(folder) = std::env::var_os("THEUS_PICTURES").map(std::path::PathBuf::from) else { return };
    for (name, chart) in [("agent", agent()), ("hostile", hostile()), ("large", large(1)), ("large2", large(7))] {
        for (ending, text) in [("svg", chart.to_svg()), ("dot", chart.to_dot()), ("mmd", chart.to_mermaid())] {
            std::fs::write(folder.join(format!("{name}.{ending}")), text).unwrap();
        }
    }
}
