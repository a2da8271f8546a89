//! One container with all that is inside it, laid out.

use std::collections::{BTreeMap, HashMap};

use super::lanes::MOST_ROWS;
use super::lines::broken;
use super::marks::{LINE, Mark, width};
use super::plan::{Between, Crossing, Routes, lifted, ranks};
use super::title::Title;
use super::{leaf, order};
use crate::workflow::chart::StateId;
use crate::workflow::show::view::View;

/// The least distance between two rows.
pub(super) const GAP: f64 = 22.0;
/// How many characters a line of a label may have.
pub(super) const LONGEST: usize = 44;

/// A part of the picture with the edges that pass through its border.
#[derive(Default)]
pub(super) struct Block {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) marks: Vec<Mark>,
    /// By the edge and whether it passes at the top: where from left to right.
    pub(super) ports: BTreeMap<(usize, bool), f64>,
}

pub(super) enum Kind {
    Child(StateId),
    Start,
    Label(usize),
    Bend,
    /// The container's own name and what it does by itself: lines that come in pass beside it.
    Title,
    Port {
        edge: usize,
        top: bool,
        own: bool,
    },
}

pub(super) struct Item {
    pub(super) row: usize,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) kind: Kind,
}

/// Items from top to bottom that a line connects.
pub(super) struct Line {
    pub(super) items: Vec<usize>,
    pub(super) edge: Option<usize>,
    /// Whether it has an arrow, and whether that is at the lower end.
    pub(super) arrow: Option<bool>,
    /// Of one that takes a lane: how many items stand before that.
    pub(super) lane: Option<usize>,
}

pub(super) struct Layout<'a> {
    pub(super) view: &'a View<'a>,
    routes: &'a Routes,
    pub(super) container: Option<StateId>,
    pub(super) blocks: BTreeMap<StateId, (Block, f64)>,
    pub(super) items: Vec<Item>,
    pub(super) lines: Vec<Line>,
}

pub(super) fn lay_out(view: &View<'_>, routes: &Routes, container: Option<StateId>, crossings: &[Crossing]) -> Block {
    let children = view.children(container);
    match container {
        Some(id) if children.is_empty() => leaf::draw(view, id),
        _ => {
            let (items, lines) = (Vec::new(), Vec::new());
            let mut layout = Layout { view, routes, container, blocks: BTreeMap::new(), items, lines };
            layout.fill(children, crossings);
            layout.finish()
        }
    }
}

impl Layout<'_> {
    fn fill(&mut self, children: &[StateId], crossings: &[Crossing]) {
        let local = self.routes.between(self.container);
        let ranks = match self.view.is_parallel(self.container) {
            true => children.iter().map(|id| (*id, 0)).collect(),
            false => ranks(children, self.view.initial(self.container), local),
        };
        let rank = |id: StateId| ranks.get(&id).copied().unwrap_or(0);
        let own = self.routes.own(self.container);
        let mut through: BTreeMap<StateId, Vec<Crossing>> = BTreeMap::new();
        let mut demand = |child: StateId, inner: StateId, edge: usize, top: bool, arrives: bool| {
            if child != inner {
                let crossing = Crossing { edge, top, inner, arrives, labelled: false };
                through.entry(child).or_default().push(crossing);
            }
        };
        for &Between { edge, from, to } in local {
            let (above, below) = (rank(from), rank(to));
            demand(from, self.view.edges[edge].from, edge, above > below, false);
            demand(to, self.view.edges[edge].to, edge, above < below, true);
        }
        for crossing in crossings.iter().chain(own) {
            if let Some(child) = lifted(self.view, crossing.inner, self.container) {
                demand(child, crossing.inner, crossing.edge, crossing.top, crossing.arrives);
            }
        }
        let mut at = BTreeMap::new();
        for &child in children {
            let through = through.remove(&child).unwrap_or_default();
            let block = lay_out(self.view, self.routes, Some(child), &through);
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
        for &Between { edge, from, to } in local {
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
        let title = Title::of(self.view, self.container);
        if title.height > 0.0 {
            self.add(0, title.width, title.height, Kind::Title);
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
        let lines: Vec<String> = rows.iter().flat_map(|row| broken(&row.text, LONGEST)).collect();
        let widest = lines.iter().map(|line| width(line)).fold(0.0, f64::max);
        let height = LINE * f64::from(u32::try_from(lines.len()).unwrap_or(1)) + 2.0;
        self.add(row, widest + 8.0, height, Kind::Label(edge))
    }

    /// A line from an item to one further down; `label` says whether it has one, at the upper end (`true`) or the lower.
    fn line(&mut self, edge: Option<usize>, above: usize, label: Option<bool>, below: usize, arrow: Option<bool>) {
        let (first, last) = (self.items[above].row + 1, self.items[below].row);
        let mut items = vec![above];
        // Of one over many rows, only the first and the last bend.
        let is_far = last.saturating_sub(first) > MOST_ROWS;
        for row in (first..last).filter(|row| !is_far || *row == first || row + 1 == last) {
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
        self.lines.push(Line { items, edge, arrow, lane: is_far.then_some(2) });
    }

    /// Rows in which lines only pass through are left out.
    fn prune(&mut self) {
        let mut needed: BTreeMap<usize, bool> = BTreeMap::new();
        for item in &self.items {
            *needed.entry(item.row).or_default() |= !matches!(item.kind, Kind::Bend);
        }
        let items = &self.items;
        let is_needed = |item: &usize| needed.get(&items[*item].row).copied().unwrap_or(false);
        for line in &mut self.lines {
            if let Some(lane) = &mut line.lane {
                *lane = line.items[..*lane].iter().filter(|item| is_needed(item)).count();
            }
            line.items.retain(is_needed);
        }
    }

    /// The items of each row, from left to right, in the order that the lines are least tangled in.
    pub(super) fn rows(&self) -> Vec<Vec<usize>> {
        let mut used = vec![false; self.items.len()];
        self.lines.iter().flat_map(|line| &line.items).for_each(|item| used[*item] = true);
        let mut rows: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, item) in self.items.iter().enumerate() {
            if used[at] || matches!(item.kind, Kind::Child(_) | Kind::Title) {
                rows.entry(item.row).or_default().push(at);
            }
        }
        let mut rows: Vec<Vec<usize>> = rows.into_values().collect();
        let links: Vec<(usize, usize)> = self.links().map(|(_, above, below)| (above, below)).collect();
        order::untangle(&mut rows, &links, self.items.len());
        // A name is read first: it stands at the left.
        if let Some(first) = rows.first_mut() {
            first.sort_by_key(|item| !matches!(self.items[*item].kind, Kind::Title));
        }
        rows
    }

    /// Each pair of items that a line connects, from one row to the next.
    fn links(&self) -> impl Iterator<Item = (Option<usize>, usize, usize)> {
        self.pairs().filter(|(.., is_lane)| !is_lane).map(|(edge, above, below, _)| (edge, above, below))
    }

    /// Each pair of items that a line connects, and whether it does by a lane.
    fn pairs(&self) -> impl Iterator<Item = (Option<usize>, usize, usize, bool)> {
        self.lines.iter().flat_map(|line| {
            let pairs = line.items.windows(2).enumerate();
            pairs.map(|(at, pair)| (line.edge, pair[0], pair[1], line.lane == Some(at + 1)))
        })
    }

    /// Where on an item each line begins that leaves it at the bottom or the top: by the item at the other end, or at the side of
    /// the lanes. Those of lanes are apart: they pull nothing.
    pub(super) fn attachments(&self, rows: &[Vec<usize>]) -> [Attachments; 2] {
        let mut position = vec![0; self.items.len()];
        for row in rows {
            row.iter().enumerate().for_each(|(at, item)| position[*item] = at);
        }
        // By item and side: the items at the other ends.
        let mut sides: HashMap<(usize, bool), Vec<(usize, usize)>> = HashMap::new();
        for (edge, above, below, is_lane) in self.pairs() {
            for (item, other, top) in [(above, below, false), (below, above, true)] {
                let is_free = self.block(item).is_some_and(|(block, _)| port(block, edge, top).is_none());
                if is_free {
                    let at = if is_lane { usize::MAX } else { position[other] };
                    sides.entry((item, top)).or_default().push((at, other));
                }
            }
        }
        let mut index: HashMap<(usize, bool, usize), usize> = HashMap::new();
        for (&(item, top), side) in &mut sides {
            side.sort_unstable();
            for (at, (_, other)) in side.iter().enumerate() {
                index.entry((item, top, *other)).or_insert(at);
            }
        }
        let at = |item: usize, other: usize, top: bool, edge: Option<usize>| {
            let Kind::Child(_) = self.items[item].kind else { return self.items[item].width / 2.0 };
            let Some((block, box_width)) = self.block(item) else { return 0.0 };
            if let Some(x) = port(block, edge, top) {
                return x;
            }
            let of = |count: usize| f64::from(u32::try_from(count).unwrap_or(1));
            let index = index.get(&(item, top, other)).copied().unwrap_or(0);
            box_width * (of(index) + 1.0) / (of(sides.get(&(item, top)).map_or(0, Vec::len)) + 1.0)
        };
        let mut found = [Attachments::new(), Attachments::new()];
        for (edge, a, b, is_lane) in self.pairs() {
            found[usize::from(is_lane)].insert((a, b), (at(a, b, false, edge), at(b, a, true, edge)));
        }
        found
    }

    /// The block of an item that is a state, and how wide its box is.
    fn block(&self, item: usize) -> Option<&(Block, f64)> {
        match self.items[item].kind {
            Kind::Child(id) => self.blocks.get(&id),
            _ => None,
        }
    }
}

/// By the items at the upper and the lower end of a line: where it begins on each.
pub(super) type Attachments = BTreeMap<(usize, usize), (f64, f64)>;

fn port(block: &Block, edge: Option<usize>, top: bool) -> Option<f64> {
    block.ports.get(&(edge?, top)).copied()
}
