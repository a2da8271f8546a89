//! Where items stand from left to right: near what they are linked to, and never over one another.

/// One item of the layout as this step sees it.
pub(super) struct Sized {
    pub(super) width: f64,
    /// Links to items above and below: the other item, where on this one it begins, and where on that one.
    pub(super) above: Vec<(usize, f64, f64)>,
    pub(super) below: Vec<(usize, f64, f64)>,
}

/// The least distance between two items of a row.
const DISTANCE: f64 = 22.0;

/// The left side of each item.
pub(super) fn lefts(rows: &[Vec<usize>], items: &[Sized]) -> Vec<f64> {
    let mut left = vec![0.0; items.len()];
    for row in rows {
        let mut x = 0.0;
        for &item in row {
            left[item] = x;
            x += items[item].width + DISTANCE;
        }
    }
    for sweep in 0..24 {
        let down = sweep % 2 == 0;
        let count = rows.len();
        for step in 0..count {
            let row = &rows[if down { step } else { count - 1 - step }];
            let wanted: Vec<(f64, f64)> = row
                .iter()
                .map(|&item| {
                    let links = if down { &items[item].above } else { &items[item].below };
                    if links.is_empty() {
                        // Nothing pulls it: it gives way to what is pulled.
                        return (left[item], 0.1);
                    }
                    let sum: f64 = links.iter().map(|&(other, here, there)| left[other] + there - here).sum();
                    let count = f64::from(u32::try_from(links.len()).unwrap_or(1));
                    (sum / count, count)
                })
                .collect();
            let widths: Vec<f64> = row.iter().map(|&item| items[item].width).collect();
            for (&item, x) in row.iter().zip(apart(&wanted, &widths)) {
                left[item] = x;
            }
        }
    }
    let least = left.iter().copied().fold(f64::INFINITY, f64::min);
    left.iter().map(|x| x - if least.is_finite() { least } else { 0.0 }).collect()
}

/// The places nearest to the wanted ones (by the sum of squares, weighted) that keep the order and the distances: blocks
/// that would overlap are merged until none does.
fn apart(wanted: &[(f64, f64)], widths: &[f64]) -> Vec<f64> {
    let mut offsets = Vec::with_capacity(widths.len());
    let mut offset = 0.0;
    for width in widths {
        offsets.push(offset);
        offset += width + DISTANCE;
    }
    // Mean, weight, how many.
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    for ((place, weight), offset) in wanted.iter().zip(&offsets) {
        let mut block = (place - offset, *weight, 1);
        while let Some(last) = blocks.pop_if(|last| last.0 > block.0) {
            let weight = last.1 + block.1;
            block = ((last.0 * last.1 + block.0 * block.1) / weight, weight, last.2 + block.2);
        }
        blocks.push(block);
    }
    let means = blocks.into_iter().flat_map(|(mean, _, count)| std::iter::repeat_n(mean, count));
    means.zip(offsets).map(|(mean, offset)| mean + offset).collect()
}
