//! One container with all that is inside it, laid out.

use std::collections::BTreeMap;

use super::marks::{LINE, Mark, shift, shortened, width};
use super::place::{Sized, lefts};
use super::plan::{Between, Crossing, between, lifted, own, ranks};
use super::{leaf, order};
use crate::workflow::chart::StateId;
use crate::workflow::show::view::View;

/// Between two rows, inside a border, and the height of a title.
const GAP: f64 = 22.0;
const PADDING: f64 = 16.0;
const TITLE: f64 = 26.0;
const LONGEST: usize = 52;

/// A part of the picture with the edges that pass through its border.
#[derive(Default)]
pub(super) struct Block {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) marks: Vec<Mark>,
    /// The edge, whether it passes at the top, and where from left to right.
    pub(super) ports: Vec<(usize, bool, f64)>,
}

enum Kind {
    Child(StateId),
    Start,
    Label(usize),
    Bend,
    Port { edge: usize, top: bool, own: bool },
}

struct Item {
    row: usize,
    width: f64,
    height: f64,
    kind: Kind,
}

/// Items from top to bottom that a line connects.
struct Line {
    items: Vec<usize>,
    edge: Option<usize>,
    /// Whether it has an arrow, and whether that is at the lower end.
    arrow: Option<bool>,
}

struct Layout<'a> {
    view: &'a View<'a>,
    container: Option<StateId>,
    blocks: BTreeMap<StateId, (Block, f64)>,
    items: Vec<Item>,
    lines: Vec<Line>,
}

pub(super) fn lay_out(view: &View<'_>, container: Option<StateId>, crossings: &[Crossing]) -> Block {
    let children = view.children(container);
    match container {
        Some(id) if children.is_empty() => leaf::draw(view, id),
        _ => {
            let mut layout = Layout { view, container, blocks: BTreeMap::new(), items: Vec::new(), lines: Vec::new() };
            layout.fill(&children, crossings);
            layout.finish()
        }
    }
}

impl Layout<'_> {
    fn fill(&mut self, children: &[StateId], crossings: &[Crossing]) {
        let local = between(self.view, self.container);
        let ranks = match self.view.is_parallel(self.container) {
            true => children.iter().map(|id| (*id, 0)).collect(),
            false => ranks(children, self.view.initial(self.container), &local),
        };
        let rank = |id: StateId| ranks.get(&id).copied().unwrap_or(0);
        let own = own(self.view, self.container);
        let mut through: BTreeMap<StateId, Vec<Crossing>> = BTreeMap::new();
        let mut demand = |child: StateId, inner: StateId, edge: usize, top: bool, arrives: bool| {
            if child != inner {
                let crossing = Crossing { edge, top, inner, arrives, labelled: false };
                through.entry(child).or_default().push(crossing);
            }
        };
        for &Between { edge, from, to } in &local {
            let (above, below) = (rank(from), rank(to));
            demand(from, self.view.edges[edge].from, edge, above > below, false);
            demand(to, self.view.edges[edge].to, edge, above < below, true);
        }
        for crossing in crossings.iter().chain(&own) {
            if let Some(child) = lifted(self.view, crossing.inner, self.container) {
                demand(child, crossing.inner, crossing.edge, crossing.top, crossing.arrives);
            }
        }
        let mut at = BTreeMap::new();
        for &child in children {
            let through = through.remove(&child).unwrap_or_default();
            let block = lay_out(self.view, Some(child), &through);
            at.insert(child, self.add(2 * rank(child) + 2, block.width, block.height, Kind::Child(child)));
            // A way to itself stands beside the box: edges begin and end at the box alone.
            let box_width = block.marks.iter().find_map(|mark| match mark {
                Mark::Rect { width, .. } => Some(*width),
                _ => None,
            });
            let box_width = box_width.unwrap_or(block.width);
            self.blocks.insert(child, (block, box_width));
        }
        let last = 2 * children.iter().map(|id| rank(*id)).max().unwrap_or(0) + 4;
        if let Some(initial) = self.view.initial(self.container).and_then(|id| lifted(self.view, id, self.container))
            && let Some(&target) = at.get(&initial)
        {
            let start = self.add(1, 12.0, 12.0, Kind::Start);
            self.line(None, start, None, target, Some(true));
        }
        for Between { edge, from, to } in local {
            let (Some(&from_item), Some(&to_item)) = (at.get(&from), at.get(&to)) else { continue };
            let arrives = self.view.edges[edge].to == to;
            match rank(from).cmp(&rank(to)) {
                std::cmp::Ordering::Less => {
                    self.line(Some(edge), from_item, Some(true), to_item, arrives.then_some(true));
                }
                std::cmp::Ordering::Greater => {
                    self.line(Some(edge), to_item, Some(true), from_item, arrives.then_some(false));
                }
                std::cmp::Ordering::Equal => {
                    let label = self.label(edge, 2 * rank(from) + 3);
                    self.line(Some(edge), from_item, None, label, None);
                    self.line(Some(edge), to_item, None, label, arrives.then_some(false));
                }
            }
        }
        for (crossing, is_own) in crossings.iter().map(|one| (one, false)).chain(own.iter().map(|one| (one, true))) {
            let Some(child) = lifted(self.view, crossing.inner, self.container) else { continue };
            let Some(&item) = at.get(&child) else { continue };
            let Crossing { edge, top, inner, arrives, labelled } = *crossing;
            let kind = Kind::Port { edge, top, own: is_own };
            let port = self.add(if top { 0 } else { last }, 10.0, 0.0, kind);
            let here = arrives && inner == child;
            if top {
                self.line(Some(edge), port, labelled.then_some(false), item, here.then_some(true));
            } else {
                let arrow = if here { Some(false) } else { labelled.then_some(true) };
                self.line(Some(edge), item, labelled.then_some(true), port, arrow);
            }
        }
        self.prune();
    }

    fn add(&mut self, row: usize, width: f64, height: f64, kind: Kind) -> usize {
        self.items.push(Item { row, width, height, kind });
        self.items.len() - 1
    }

    /// The place of an edge's label; a bend where there is nothing to say.
    fn label(&mut self, edge: usize, row: usize) -> usize {
        let rows = &self.view.edges[edge].rows;
        if rows.is_empty() {
            return self.add(row, 10.0, 0.0, Kind::Bend);
        }
        let widest = rows.iter().map(|row| width(&shortened(&row.text, LONGEST))).fold(0.0, f64::max);
        let height = LINE * f64::from(u32::try_from(rows.len()).unwrap_or(1)) + 2.0;
        self.add(row, widest + 8.0, height, Kind::Label(edge))
    }

    /// A line from an item to one further down; `label` says whether it has one, at the upper end (`true`) or the lower.
    fn line(&mut self, edge: Option<usize>, above: usize, label: Option<bool>, below: usize, arrow: Option<bool>) {
        let (first, last) = (self.items[above].row + 1, self.items[below].row);
        let mut items = vec![above];
        for row in first..last {
            let labelled = match label {
                Some(true) => row == first,
                Some(false) => row + 1 == last,
                None => false,
            };
            items.push(match edge {
                Some(edge) if labelled => self.label(edge, row),
                _ => self.add(row, 10.0, 0.0, Kind::Bend),
            });
        }
        items.push(below);
        self.lines.push(Line { items, edge, arrow });
    }

    /// Rows in which lines only pass through are left out.
    fn prune(&mut self) {
        let mut needed: BTreeMap<usize, bool> = BTreeMap::new();
        for item in &self.items {
            *needed.entry(item.row).or_default() |= !matches!(item.kind, Kind::Bend);
        }
        let items = &self.items;
        for line in &mut self.lines {
            line.items.retain(|item| needed.get(&items[*item].row).copied().unwrap_or(false));
        }
    }

    /// The items of each row, from left to right, in the order that the lines are least tangled in.
    fn rows(&self) -> Vec<Vec<usize>> {
        let mut used = vec![false; self.items.len()];
        self.lines.iter().flat_map(|line| &line.items).for_each(|item| used[*item] = true);
        let mut rows: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, item) in self.items.iter().enumerate() {
            if used[at] || matches!(item.kind, Kind::Child(_)) {
                rows.entry(item.row).or_default().push(at);
            }
        }
        let mut rows: Vec<Vec<usize>> = rows.into_values().collect();
        let links: Vec<(usize, usize)> = self.links().map(|(_, above, below)| (above, below)).collect();
        order::untangle(&mut rows, &links, self.items.len());
        rows
    }

    /// Each pair of items that a line connects.
    fn links(&self) -> impl Iterator<Item = (Option<usize>, usize, usize)> {
        self.lines.iter().flat_map(|line| line.items.windows(2).map(|pair| (line.edge, pair[0], pair[1])))
    }

    /// Where on an item each line begins that leaves it at the bottom or the top: by the item at the other end.
    fn attachments(&self, rows: &[Vec<usize>]) -> BTreeMap<(usize, usize), (f64, f64)> {
        let mut position = vec![0; self.items.len()];
        for row in rows {
            row.iter().enumerate().for_each(|(at, item)| position[*item] = at);
        }
        let links: Vec<_> = self.links().collect();
        let at = |item: usize, other: usize, top: bool, edge: Option<usize>| {
            let Kind::Child(id) = self.items[item].kind else { return self.items[item].width / 2.0 };
            let Some((block, box_width)) = self.blocks.get(&id) else { return 0.0 };
            let port = |edge: Option<usize>| {
                block.ports.iter().find(|port| Some(port.0) == edge && port.1 == top).map(|port| port.2)
            };
            if let Some(x) = port(edge) {
                return x;
            }
            let mut side: Vec<(usize, usize)> = links
                .iter()
                .filter(|(edge, above, below)| (if top { *below } else { *above }) == item && port(*edge).is_none())
                .map(|(_, above, below)| if top { *above } else { *below })
                .map(|other| (position[other], other))
                .collect();
            side.sort_unstable();
            let index = side.iter().position(|(_, one)| *one == other).unwrap_or(0);
            let of = |count: usize| f64::from(u32::try_from(count).unwrap_or(1));
            box_width * (of(index) + 1.0) / (of(side.len()) + 1.0)
        };
        links.iter().map(|&(edge, a, b)| ((a, b), (at(a, b, false, edge), at(b, a, true, edge)))).collect()
    }

    fn finish(mut self) -> Block {
        let rows = self.rows();
        let attachments = self.attachments(&rows);
        let mut sized: Vec<Sized> =
            self.items.iter().map(|item| Sized { width: item.width, above: Vec::new(), below: Vec::new() }).collect();
        for (&(above, below), &(from, to)) in &attachments {
            sized[above].below.push((below, from, to));
            sized[below].above.push((above, to, from));
        }
        let left = lefts(&rows, &sized);
        let widest = |(item, x): (&Item, &f64)| x + item.width;
        let content = self.items.iter().zip(&left).map(widest).fold(0.0, f64::max);
        let title = Title::of(self.view, self.container);
        let inside = content.max(title.width);
        let (dx, dy) = (title.padding + (inside - content) / 2.0, title.height);
        let mut tops = vec![(0.0, 0.0, 0.0); self.items.len()];
        let mut y = dy;
        for (at, row) in rows.iter().enumerate() {
            let tall = row.iter().map(|item| self.items[*item].height).fold(0.0, f64::max);
            if at > 0 {
                y += GAP;
            }
            for &item in row {
                tops[item] = (y + (tall - self.items[item].height) / 2.0, y, y + tall);
            }
            y += tall;
        }
        let (w, h) = (inside + 2.0 * title.padding, y + title.padding);
        let mut block = Block { width: w, height: h, marks: title.marks(w, h), ports: Vec::new() };
        let place = Placed { left: left.iter().map(|x| x + dx).collect(), tops, bottom: h };
        for line in &self.lines {
            block.marks.push(self.draw_line(line, &place, &attachments));
        }
        self.draw_items(&mut block, &place);
        if self.view.is_parallel(self.container) {
            self.divide(&mut block, &place, dy, h);
        }
        match self.container {
            Some(id) => leaf::with_loops(self.view, id, block),
            None => block,
        }
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
                        line += LINE;
                        let class = if row.error { "e" } else { "" };
                        let text = shortened(&row.text, LONGEST);
                        block.marks.push(Mark::Text { x: x + width / 2.0, y: line, class, middle: true, text });
                    }
                    block.marks.push(Mark::End);
                }
                Kind::Port { edge, top, own: false } => block.ports.push((edge, top, x + item.width / 2.0)),
                Kind::Port { own: true, .. } | Kind::Bend => {}
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

/// The name of a container and what it does by itself; nothing at the top.
struct Title {
    name: String,
    tip: String,
    lines: Vec<(&'static str, String)>,
    class: &'static str,
    width: f64,
    height: f64,
    padding: f64,
}

impl Title {
    fn of(view: &View<'_>, container: Option<StateId>) -> Self {
        let state = container.and_then(|id| view.definition.state(id));
        let Some(state) = state else {
            let (name, tip, lines) = (String::new(), String::new(), Vec::new());
            return Self { name, tip, lines, class: "", width: 0.0, height: 0.0, padding: 0.0 };
        };
        let lines = leaf::lines(state);
        let name = shortened(&state.name, LONGEST);
        let widest = lines.iter().map(|(_, line)| width(line)).fold(width(&name) * 1.05, f64::max);
        let class = if view.is_parallel(state.parent) { "p" } else { "o" };
        let height = TITLE + LINE * f64::from(u32::try_from(lines.len()).unwrap_or(0)) + 8.0;
        Self { name, tip: leaf::tooltip(state), lines, class, width: widest, height, padding: PADDING }
    }

    fn marks(self, width: f64, height: f64) -> Vec<Mark> {
        if self.class.is_empty() {
            return Vec::new();
        }
        let mut marks = vec![Mark::Begin(self.tip)];
        marks.push(Mark::Rect { x: 0.0, y: 0.0, width, height, round: 9.0, class: self.class });
        marks.push(Mark::Text { x: PADDING, y: 18.0, class: "n", middle: false, text: self.name });
        let mut y = 18.0;
        for (class, text) in self.lines {
            y += LINE;
            marks.push(Mark::Text { x: PADDING, y, class, middle: false, text });
        }
        marks.push(Mark::End);
        marks
    }
}
