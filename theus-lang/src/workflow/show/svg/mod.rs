//! The picture: layers from top to bottom, states within states laid out from the inside.
//!
//! Labels and bends are items of the layout like states: each has its own place, so that nothing covers anything else. A line over
//! many rows has no bend in each: it goes down a lane beside them all, so that a picture grows as its chart does.

mod block;
mod lanes;
mod leaf;
mod lines;
mod marks;
mod order;
mod paint;
mod place;
mod plan;
mod title;

use super::view::View;

/// Around the whole picture.
const MARGIN: f64 = 16.0;

pub(super) fn draw(view: &View<'_>) -> String {
    let routes = plan::Routes::of(view);
    let block = block::lay_out(view, &routes, None, &[]);
    let (width, height) = (block.width + 2.0 * MARGIN, block.height + 2.0 * MARGIN);
    let mut marks = block.marks;
    marks::shift(&mut marks, MARGIN, MARGIN);
    marks::write(view.definition.name(), width, height, &marks)
}
