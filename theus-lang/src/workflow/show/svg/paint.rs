//! The picture of a container whose items are known: places, lines, labels.

use std::collections::BTreeMap;

use super::block::{Attachments, Block, GAP, Kind, LONGEST, Layout, Line};
use super::lanes;
use super::leaf;
use super::lines::broken;
use super::marks::{LINE, Mark, shift};
use super::place::{Sized, lefts};
use super::title::{TITLE, Title};

impl Layout<'_> {
    pub(super) fn finish(mut self) -> Block {
        let rows = self.rows();
        let [attachments, by_lane] = self.attachments(&rows);
        let mut sized: Vec<Sized> =
            self.items.iter().map(|item| Sized { width: item.width, above: Vec::new(), below: Vec::new() }).collect();
        for (&(above, below), &(from, to)) in &attachments {
            sized[above].below.push((below, from, to));
            sized[below].above.push((above, to, from));
        }
        let mut left = lefts(&rows, &sized);
        // The first of its row and linked to nothing: it may stand at the border.
        if let Some(title) = self.items.iter().position(|item| matches!(item.kind, Kind::Title)) {
            left[title] = 0.0;
        }
        let widest = |(item, x): (&super::block::Item, &f64)| x + item.width;
        let content = self.items.iter().zip(&left).map(widest).fold(0.0, f64::max);
        let mut row_of = vec![0; self.items.len()];
        for (at, row) in rows.iter().enumerate() {
            row.iter().for_each(|item| row_of[*item] = at);
        }
        let (lanes, content) = self.lanes(&row_of, content);
        let title = Title::of(self.view, self.container);
        let (dx, dy) = (title.padding, 0.0);
        let mut tops = vec![(0.0, 0.0, 0.0); self.items.len()];
        let gaps = gaps(rows.len(), &row_of, &left, &attachments);
        let mut bounds = Vec::with_capacity(rows.len());
        let mut y = dy;
        for (at, row) in rows.iter().enumerate() {
            let tall = row.iter().map(|item| self.items[*item].height).fold(0.0, f64::max);
            if at > 0 {
                y += gaps[at];
            }
            bounds.push((y, y + tall));
            for &item in row {
                tops[item] = (y + (tall - self.items[item].height) / 2.0, y, y + tall);
            }
            y += tall;
        }
        let (w, h) = (content + 2.0 * title.padding, y + title.padding);
        let mut block = Block { width: w, height: h, marks: title.marks(w, h), ports: BTreeMap::new() };
        let place = Placed { left: left.iter().map(|x| x + dx).collect(), tops, bottom: h, row_of, bounds };
        let mut lanes = lanes.into_iter().map(|x| x + dx);
        for line in &self.lines {
            let lane = line.lane.and_then(|at| Some((at, lanes.next()?)));
            block.marks.push(self.draw_line(line, &place, &attachments, &by_lane, lane));
        }
        self.draw_items(&mut block, &place);
        if self.view.is_parallel(self.container) {
            self.divide(&mut block, &place, TITLE, h);
        }
        match self.container {
            Some(id) => leaf::with_loops(self.view, id, block),
            None => block,
        }
    }

    /// Where the lane of each line is that takes one, and how wide all is with them.
    fn lanes(&self, row_of: &[usize], content: f64) -> (Vec<f64>, f64) {
        let far = self.lines.iter().filter_map(|line| {
            let at = line.lane?;
            Some((row_of[*line.items.get(at.checked_sub(1)?)?], row_of[*line.items.get(at)?]))
        });
        let (lanes, count) = lanes::lanes(&far.collect::<Vec<_>>());
        let wide = if count == 0 { content } else { lanes::place(content, count) };
        (lanes.into_iter().map(|lane| lanes::place(content, lane)).collect(), wide)
    }

    fn draw_line(
        &self,
        line: &Line,
        place: &Placed,
        at: &Attachments,
        by_lane: &Attachments,
        lane: Option<(usize, f64)>,
    ) -> Mark {
        let mut points = Vec::with_capacity(2 * line.items.len());
        for (index, pair) in line.items.windows(2).enumerate() {
            let (above, below) = (pair[0], pair[1]);
            let lane = lane.filter(|(at, _)| *at == index + 1).map(|(_, x)| x);
            let at = if lane.is_some() { by_lane } else { at };
            let &(from, to) = at.get(&(above, below)).unwrap_or(&(0.0, 0.0));
            let (from, to) = (place.left[above] + from, place.left[below] + to);
            let (top, _, row_end) = place.tops[above];
            match self.items[above].kind {
                Kind::Port { top: true, .. } => points.push((from, 0.0)),
                _ => points.push((from, top + self.items[above].height)),
            }
            points.push((from, row_end));
            let (top, row_start, _) = place.tops[below];
            // From the gap below the one to the gap above the other.
            let (first, last) = (place.row_of[above] + 1, place.row_of[below]);
            if let Some(x) = lane.filter(|_| first < last) {
                points.extend([(x, place.bounds[first].0), (x, place.bounds[last - 1].1)]);
            }
            points.push((to, row_start));
            match self.items[below].kind {
                Kind::Port { top: false, .. } => points.push((to, place.bottom)),
                _ => points.push((to, top)),
            }
        }
        points.dedup();
        if line.arrow == Some(false) {
            points.reverse();
        }
        let failing = line.edge.is_some_and(|edge| {
            let rows = &self.view.edges[edge].rows;
            !rows.is_empty() && rows.iter().all(|row| row.error)
        });
        Mark::Path { points, class: if failing { "f" } else { "w" }, arrow: line.arrow.is_some() }
    }

    fn draw_items(&mut self, block: &mut Block, place: &Placed) {
        let background = if self.container.is_some() { "p" } else { "r" };
        for (at, item) in self.items.iter().enumerate() {
            let (x, (y, ..)) = (place.left[at], place.tops[at]);
            match item.kind {
                Kind::Child(id) => {
                    if let Some((mut child, _)) = self.blocks.remove(&id) {
                        shift(&mut child.marks, x, y);
                        block.marks.append(&mut child.marks);
                    }
                }
                Kind::Start => block.marks.push(Mark::Circle { x: x + 6.0, y: y + 6.0, radius: 6.0, class: "s" }),
                Kind::Label(edge) => {
                    let rows = &self.view.edges[edge].rows;
                    let tip = rows.iter().map(|row| row.text.as_str()).collect::<Vec<_>>().join("\n");
                    block.marks.push(Mark::Begin(tip));
                    let (width, height) = (item.width, item.height);
                    block.marks.push(Mark::Rect { x, y, width, height, round: 2.0, class: background });
                    let mut line = y - 3.0;
                    for row in rows {
                        let class = if row.error { "e" } else { "" };
                        for text in broken(&row.text, LONGEST) {
                            line += LINE;
                            block.marks.push(Mark::Text { x: x + width / 2.0, y: line, class, middle: true, text });
                        }
                    }
                    block.marks.push(Mark::End);
                }
                Kind::Port { edge, top, own: false } => {
                    *block.ports.entry((edge, top)).or_default() = x + item.width / 2.0
                }
                Kind::Port { own: true, .. } | Kind::Bend | Kind::Title => {}
            }
        }
    }

    /// Dashed lines between regions.
    fn divide(&self, block: &mut Block, place: &Placed, top: f64, bottom: f64) {
        let mut sides: Vec<(f64, f64)> = self
            .items
            .iter()
            .enumerate()
            .filter(|(_, item)| matches!(item.kind, Kind::Child(_)))
            .map(|(at, item)| (place.left[at], place.left[at] + item.width))
            .collect();
        sides.sort_by(|one, two| one.0.total_cmp(&two.0));
        for pair in sides.windows(2) {
            let x = f64::midpoint(pair[0].1, pair[1].0);
            block.marks.push(Mark::Path { points: vec![(x, top), (x, bottom)], class: "d", arrow: false });
        }
    }
}

/// Where the items are: their left sides; their tops with the top and the bottom of their row.
struct Placed {
    left: Vec<f64>,
    tops: Vec<(f64, f64, f64)>,
    bottom: f64,
    /// The row of each item, and where each row begins and ends.
    row_of: Vec<usize>,
    bounds: Vec<(f64, f64)>,
}

/// The room above each row: more where lines come from far at the side, so that they can be told apart.
fn gaps(rows: usize, row_of: &[usize], left: &[f64], at: &Attachments) -> Vec<f64> {
    let mut furthest = vec![0.0_f64; rows];
    for (&(above, below), (from, to)) in at {
        let row = &mut furthest[row_of[below]];
        *row = row.max((left[above] + from - left[below] - to).abs());
    }
    furthest.into_iter().map(|furthest| GAP + (furthest * 0.08).min(56.0)).collect()
}
