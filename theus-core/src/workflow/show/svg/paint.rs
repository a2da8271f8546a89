//! The picture of a container whose items are known: places, lines, labels.

use std::collections::BTreeMap;

use super::block::{Block, GAP, Kind, LONGEST, Layout, Line};
use super::leaf;
use super::lines::broken;
use super::marks::{LINE, Mark, shift};
use super::place::{Sized, lefts};
use super::title::{TITLE, Title};

impl Layout<'_> {
    pub(super) fn finish(mut self) -> Block {
        let rows = self.rows();
        let attachments = self.attachments(&rows);
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
        let title = Title::of(self.view, self.container);
        let (dx, dy) = (title.padding, 0.0);
        let mut tops = vec![(0.0, 0.0, 0.0); self.items.len()];
        let mut y = dy;
        for (at, row) in rows.iter().enumerate() {
            let tall = row.iter().map(|item| self.items[*item].height).fold(0.0, f64::max);
            if at > 0 {
                y += self.gap(row, &left, &attachments);
            }
            for &item in row {
                tops[item] = (y + (tall - self.items[item].height) / 2.0, y, y + tall);
            }
            y += tall;
        }
        let (w, h) = (content + 2.0 * title.padding, y + title.padding);
        let mut block = Block { width: w, height: h, marks: title.marks(w, h), ports: Vec::new() };
        let place = Placed { left: left.iter().map(|x| x + dx).collect(), tops, bottom: h };
        for line in &self.lines {
            block.marks.push(self.draw_line(line, &place, &attachments));
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

    /// The room above a row: more where lines come from far at the side, so that they can be told apart.
    fn gap(&self, row: &[usize], left: &[f64], at: &BTreeMap<(usize, usize), (f64, f64)>) -> f64 {
        let into = at.iter().filter(|((_, below), _)| row.contains(below));
        let furthest = into.map(|(&(above, below), (from, to))| (left[above] + from - left[below] - to).abs());
        GAP + (furthest.fold(0.0, f64::max) * 0.08).min(56.0)
    }

    fn draw_line(&self, line: &Line, place: &Placed, at: &BTreeMap<(usize, usize), (f64, f64)>) -> Mark {
        let mut points = Vec::with_capacity(2 * line.items.len());
        for pair in line.items.windows(2) {
            let (above, below) = (pair[0], pair[1]);
            let &(from, to) = at.get(&(above, below)).unwrap_or(&(0.0, 0.0));
            let (from, to) = (place.left[above] + from, place.left[below] + to);
            let (top, _, row_end) = place.tops[above];
            match self.items[above].kind {
                Kind::Port { top: true, .. } => points.push((from, 0.0)),
                _ => points.push((from, top + self.items[above].height)),
            }
            points.push((from, row_end));
            let (top, row_start, _) = place.tops[below];
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
                Kind::Port { edge, top, own: false } => block.ports.push((edge, top, x + item.width / 2.0)),
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
}
