//! Lanes beside the rows: a line that would pass through many rows goes down one of them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A line through more rows than these takes a lane.
pub(super) const MOST_ROWS: usize = 16;
/// The distance of a lane from what is left of it.
const FIRST: f64 = 14.0;
const DISTANCE: f64 = 7.0;

/// The lane of each line, and how many there are: from which row to which each goes. One lane serves lines that are in no row
/// together.
pub(super) fn lanes(lines: &[(usize, usize)]) -> (Vec<usize>, usize) {
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by_key(|line| lines[*line]);
    let mut taken: BinaryHeap<Reverse<(usize, usize)>> = BinaryHeap::new();
    let (mut lanes, mut count) = (vec![0; lines.len()], 0);
    for line in order {
        let (from, to) = lines[line];
        let free = taken.peek().is_some_and(|Reverse((end, _))| *end <= from);
        let lane = match if free { taken.pop() } else { None } {
            Some(Reverse((_, lane))) => lane,
            None => {
                count += 1;
                count - 1
            }
        };
        taken.push(Reverse((to, lane)));
        lanes[line] = lane;
    }
    (lanes, count)
}

/// Where a lane is, to the right of what is `wide`; and how wide all is, with so many lanes.
pub(super) fn place(wide: f64, lane: usize) -> f64 {
    wide + FIRST + DISTANCE * f64::from(u32::try_from(lane).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_in_the_same_rows_have_lanes_of_their_own() {
        assert_eq!(lanes(&[(0, 20), (5, 30), (20, 40), (30, 50)]), (vec![0, 1, 0, 1], 2));
        assert_eq!(lanes(&[]), (vec![], 0));
    }
}
