//! A small chart in braille: two by four dots to a character.

use crate::trend::{Mark, Stretch, Trend};

/// About so many rows.
const ROWS: usize = 10;
/// Values beyond this are drawn at the edge.
const FARTHEST: f64 = 1e300;

/// A chart, line by line, without colours.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chart {
    /// The rows from the top: the label of the axis (or blanks of the same width), and the dots.
    pub(crate) rows: Vec<(String, String)>,
    /// What stands below each column.
    pub(crate) marks: Vec<Option<Mark>>,
    /// How wide the labels are.
    pub(crate) margin: usize,
}

/// Draws a trend in so many characters, the axis and its labels included; nothing where there is no value to draw.
pub(crate) fn draw(trend: &Trend, width: usize) -> Option<Chart> {
    let values = trend.columns(1).first()?.range?;
    let axis = Axis::over(values.0.clamp(-FARTHEST, FARTHEST), values.1.clamp(-FARTHEST, FARTHEST));
    let labels = axis.labels();
    let margin = labels.iter().map(String::len).max().unwrap_or(0);
    let columns = width.saturating_sub(margin + 2);
    let marks = trend.columns(columns).iter().map(|stretch| stretch.mark).collect();
    let dots = axis.plot(&trend.columns(2 * columns));
    let rows = dots.iter().enumerate().map(|(row, dots)| {
        let from_below = axis.rows() - 1 - row;
        let label = from_below.is_multiple_of(axis.rows_per_step).then(|| labels.get(from_below / axis.rows_per_step));
        (format!("{:>margin$}", label.flatten().map_or("", String::as_str)), braille(dots))
    });
    Some(Chart { rows: rows.collect(), marks, margin })
}

/// The upright axis: round numbers, one or more rows apart.
#[derive(Debug)]
struct Axis {
    low: f64,
    step: f64,
    steps: usize,
    rows_per_step: usize,
}

impl Axis {
    fn over(low: f64, high: f64) -> Self {
        // A flat line has room above and below.
        let slack = if high - low > high.abs().max(low.abs()) * 1e-9 { 0.0 } else { high.abs().max(1.0) * 0.05 };
        let (low, high) = (low - slack, high + slack);
        let step = round_step((high - low) / 4.0);
        let bottom = (low / step).floor();
        let steps = ((high / step).ceil() - bottom).max(1.0) as usize;
        Self { low: bottom * step, step, steps, rows_per_step: (ROWS / steps).max(1) }
    }

    /// One row for each label, and those between.
    const fn rows(&self) -> usize {
        self.steps * self.rows_per_step + 1
    }

    fn labels(&self) -> Vec<String> {
        let value = |at: usize| self.low + self.step * at as f64;
        let far = value(0).abs().max(value(self.steps).abs());
        let decimals = (-self.step.log10().floor()).max(0.0);
        let label = |value: f64| match far >= 1e6 || decimals > 4.0 {
            true => format!("{value:.2e}"),
            // Zero has no sign, whatever rounding made of it.
            false => format!("{:.*}", decimals as usize, value + 0.0),
        };
        (0..=self.steps).map(|at| label(value(at))).collect()
    }

    /// The dot of a value, from below: a label's value is in the middle of the label's row.
    fn dot(&self, value: f64) -> usize {
        let dots = (value.clamp(-FARTHEST, FARTHEST) - self.low) / self.step * (4 * self.rows_per_step) as f64 + 2.0;
        (dots.max(0.0) as usize).min(4 * self.rows() - 1)
    }

    /// The dots of each row, from the top: a byte for a character, of which bits are dots.
    fn plot(&self, columns: &[Stretch]) -> Vec<Vec<u8>> {
        // Bit of a dot by its place in the character: from the top, left and right.
        const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
        let rows = self.rows();
        let mut dots = vec![vec![0; columns.len().div_ceil(2)]; rows];
        let mut before: Option<(usize, usize)> = None;
        for (x, stretch) in columns.iter().enumerate() {
            let own = stretch.range.map(|(low, high)| (self.dot(low), self.dot(high)));
            if let Some((low, high)) = own {
                // The line is not torn where it is steep.
                let (from, to) = before.map_or((low, high), |(l, h)| (low.min(h + 1), high.max(l.saturating_sub(1))));
                for y in from..=to {
                    let from_top = 4 * rows - 1 - y;
                    dots[from_top / 4][x / 2] |= BITS[from_top % 4][x % 2];
                }
            }
            before = own;
        }
        dots
    }
}

/// The next of 1, 2, 5, 10, 20, … from a number on.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= least * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

fn braille(dots: &[u8]) -> String {
    dots.iter()
        .map(|bits| if *bits == 0 { ' ' } else { char::from_u32(0x2800 + u32::from(*bits)).unwrap_or(' ') })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

    use super::*;

    fn trend(values: impl IntoIterator<Item = f64>) -> Trend {
        let mut trend = Trend::default();
        values.into_iter().for_each(|value| trend.push(Some(value)));
        trend
    }

    fn drawn(chart: &Chart) -> String {
        let lines: Vec<_> = chart.rows.iter().map(|(label, dots)| format!("{label} ┤{}", dots.trim_end())).collect();
        lines.join("\n")
    }

    #[test]
    fn a_slope_goes_from_corner_to_corner() {
        let chart = draw(&trend((0..=40).map(f64::from)), 24).unwrap();
        let expected = "\
40 ┤                   ⡰
   ┤                ⢀⠔⠊
30 ┤              ⡠⠒⠁
   ┤           ⢀⠔⠊
20 ┤         ⡠⠒⠁
   ┤      ⢀⠔⠊
10 ┤    ⡠⠒⠁
   ┤ ⢀⠔⠊
 0 ┤⠒⠁";
        assert_eq!(drawn(&chart), expected, "\n{}", drawn(&chart));
        assert!(chart.rows.iter().all(|(label, dots)| label.len() + 2 + dots.chars().count() == 24));
    }

    #[test]
    fn a_jump_is_one_line_and_a_flat_line_is_in_the_middle() {
        let jump = draw(&trend([10.0, 10.0, 90.0, 90.0]), 10).unwrap();
        let filled = |row: &(String, String)| !row.1.trim().is_empty();
        let first = jump.rows.iter().position(filled).unwrap();
        let last = jump.rows.iter().rposition(filled).unwrap();
        assert!(last - first >= 6 && jump.rows[first..=last].iter().all(filled), "\n{}", drawn(&jump));
        let flat = draw(&trend([70.0; 9]), 30).unwrap();
        let at: Vec<_> = (0..flat.rows.len()).filter(|row| !flat.rows[*row].1.trim().is_empty()).collect();
        assert_eq!(at.len(), 1, "\n{}", drawn(&flat));
        assert_eq!(flat.rows[at[0]].0.trim(), "70", "\n{}", drawn(&flat));
    }

    #[test]
    fn marks_stand_below_their_column() {
        let mut trend = Trend::default();
        for at in 0..100 {
            trend.push(Some(f64::from(at)));
            if at == 75 {
                trend.mark(Mark::Stopped);
            }
        }
        let chart = draw(&trend, 55).unwrap();
        let columns = 55 - chart.margin - 2;
        let at: Vec<_> = (0..columns).filter(|column| chart.marks[*column].is_some()).collect();
        assert_eq!((at, chart.marks.len()), (vec![75 * columns / 100], columns));
    }

    #[test]
    fn numbers_of_any_size_have_an_axis() {
        for (low, high) in [(0.0, 1e-9), (-1e308, 1e308), (1e15, 1e15 + 1.0), (-0.4, 0.4), (5e-324, 1.0), (0.0, 0.0)] {
            let chart = draw(&trend([low, high]), 60).unwrap();
            assert!((3..=2 * ROWS).contains(&chart.rows.len()), "{low} {high}\n{}", drawn(&chart));
            assert!(chart.margin <= 10, "{low} {high}\n{}", drawn(&chart));
            assert!(chart.rows.iter().any(|(_, dots)| !dots.trim().is_empty()));
        }
        assert_eq!(draw(&trend([f64::NAN]), 60), None);
        assert_eq!(draw(&Trend::default(), 60), None);
    }
}
