//! The order of the items of each row: few lines cross.

/// How often the rows are sorted.
const SWEEPS: usize = 16;

/// Sorts each row by where the neighbours of its items are, up and down, and keeps the best order that was found.
pub(super) fn untangle(rows: &mut [Vec<usize>], links: &[(usize, usize)], items: usize) {
    let tangle = Tangle::of(rows, links, items);
    let mut places = vec![0.0; items];
    rows.iter().for_each(|row| stand(row, &mut places));
    let mut best = rows.to_vec();
    let mut fewest = tangle.crossings(&places);
    for sweep in 0..SWEEPS {
        // Fewer than none there cannot be.
        if fewest == 0 {
            break;
        }
        let down = sweep % 2 == 0;
        let count = rows.len();
        for step in 0..count {
            let row = &mut rows[if down { step } else { count - 1 - step }];
            let mean = |item: usize| {
                let neighbours = if down { &tangle.above[item] } else { &tangle.below[item] };
                let (sum, count) =
                    neighbours.iter().fold((0.0, 0.0), |(sum, count), one| (sum + places[*one], count + 1.0));
                if count > 0.0 { sum / count } else { places[item] }
            };
            let mut keyed: Vec<(f64, usize)> = row.iter().map(|&item| (mean(item), item)).collect();
            keyed.sort_by(|one, two| one.0.total_cmp(&two.0));
            *row = keyed.into_iter().map(|(_, item)| item).collect();
            stand(row, &mut places);
        }
        let found = tangle.crossings(&places);
        if found < fewest {
            fewest = found;
            best = rows.to_vec();
        }
    }
    rows.clone_from_slice(&best);
}

/// Where each item of a row stands, from 0 to 1.
fn stand(row: &[usize], places: &mut [f64]) {
    let count = f64::from(u32::try_from(row.len()).unwrap_or(1));
    for (at, item) in row.iter().enumerate() {
        places[*item] = (f64::from(u32::try_from(at).unwrap_or(0)) + 0.5) / count;
    }
}

/// What is linked to what.
struct Tangle {
    /// Of each item, those above and below it that it is linked to.
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
    /// The links that begin in each row.
    by_row: Vec<Vec<(usize, usize)>>,
}

impl Tangle {
    fn of(rows: &[Vec<usize>], links: &[(usize, usize)], items: usize) -> Self {
        let mut row_of = vec![0; items];
        for (at, row) in rows.iter().enumerate() {
            row.iter().for_each(|item| row_of[*item] = at);
        }
        let none = || vec![Vec::new(); items];
        let mut tangle = Self { above: none(), below: none(), by_row: vec![Vec::new(); rows.len()] };
        for &(above, below) in links {
            tangle.above[below].push(above);
            tangle.below[above].push(below);
            if let Some(row) = tangle.by_row.get_mut(row_of[above]) {
                row.push((above, below));
            }
        }
        tangle
    }

    /// How many pairs of lines between two rows cross: those that end in another order than they begin in.
    fn crossings(&self, places: &[f64]) -> usize {
        let mut count = 0;
        for links in &self.by_row {
            let mut ends: Vec<(f64, f64)> =
                links.iter().map(|(above, below)| (places[*above], places[*below])).collect();
            ends.sort_by(|one, two| one.0.total_cmp(&two.0).then(one.1.total_cmp(&two.1)));
            let mut ends: Vec<f64> = ends.into_iter().map(|(_, end)| end).collect();
            count += inversions(&mut ends);
        }
        count
    }
}

/// How many pairs stand the wrong way round; they are sorted afterwards.
fn inversions(ends: &mut [f64]) -> usize {
    if ends.len() < 2 {
        return 0;
    }
    let (one, two) = ends.split_at_mut(ends.len() / 2);
    let mut count = inversions(one) + inversions(two);
    let mut merged = Vec::with_capacity(one.len() + two.len());
    let (mut left, mut right) = (one.iter().copied().peekable(), two.iter().copied().peekable());
    let mut waiting = one.len();
    while let Some(end) = match (left.peek(), right.peek()) {
        (Some(a), Some(b)) if b < a => {
            count += waiting;
            right.next()
        }
        (Some(_), _) => {
            waiting -= 1;
            left.next()
        }
        (None, _) => right.next(),
    } {
        merged.push(end);
    }
    ends.copy_from_slice(&merged);
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_the_wrong_way_round_are_counted_as_one_by_one() {
        let mut random = fastrand::Rng::with_seed(7);
        for length in 0..40 {
            let ends: Vec<f64> = (0..length).map(|_| f64::from(random.u8(..12))).collect();
            let pairs = |at: usize| ends[at + 1..].iter().filter(|later| **later < ends[at]).count();
            let expected: usize = (0..ends.len()).map(pairs).sum();
            let mut sorted = ends.clone();
            assert_eq!(inversions(&mut sorted), expected, "{ends:?}");
            assert!(sorted.is_sorted());
        }
    }
}
