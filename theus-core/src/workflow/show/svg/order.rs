//! The order of the items of each row: few lines cross.

/// Sorts each row by where the neighbours of its items are, up and down, and keeps the best order that was found.
pub(super) fn untangle(rows: &mut [Vec<usize>], links: &[(usize, usize)], items: usize) {
    let mut best = rows.to_vec();
    let mut fewest = crossings(rows, links, items);
    for sweep in 0..16 {
        let down = sweep % 2 == 0;
        let count = rows.len();
        for step in 0..count {
            let row = if down { step } else { count - 1 - step };
            let places = places(rows, items);
            let mean = |item: usize| {
                let neighbours =
                    links.iter().filter_map(|&(above, below)| match (down, above == item, below == item) {
                        (true, _, true) => Some(above),
                        (false, true, _) => Some(below),
                        _ => None,
                    });
                let (sum, count) = neighbours.fold((0.0, 0.0), |(sum, count), one| (sum + places[one], count + 1.0));
                if count > 0.0 { sum / count } else { places[item] }
            };
            let mut keyed: Vec<(f64, usize)> = rows[row].iter().map(|&item| (mean(item), item)).collect();
            keyed.sort_by(|one, two| one.0.total_cmp(&two.0));
            rows[row] = keyed.into_iter().map(|(_, item)| item).collect();
        }
        let found = crossings(rows, links, items);
        if found < fewest {
            fewest = found;
            best = rows.to_vec();
        }
    }
    rows.clone_from_slice(&best);
}

/// Where each item stands in its row, from 0 to 1.
fn places(rows: &[Vec<usize>], items: usize) -> Vec<f64> {
    let mut places = vec![0.0; items];
    for row in rows {
        let count = f64::from(u32::try_from(row.len()).unwrap_or(1));
        for (at, item) in row.iter().enumerate() {
            places[*item] = (f64::from(u32::try_from(at).unwrap_or(0)) + 0.5) / count;
        }
    }
    places
}

fn crossings(rows: &[Vec<usize>], links: &[(usize, usize)], items: usize) -> usize {
    let mut row_of = vec![0; items];
    for (at, row) in rows.iter().enumerate() {
        row.iter().for_each(|item| row_of[*item] = at);
    }
    let places = places(rows, items);
    let mut count = 0;
    for (at, one) in links.iter().enumerate() {
        for two in &links[at + 1..] {
            let same = row_of[one.0] == row_of[two.0];
            let turned = (places[one.0] - places[two.0]) * (places[one.1] - places[two.1]) < 0.0;
            count += usize::from(same && turned);
        }
    }
    count
}
