//! What can be wrong with a recipe: a page for each code.
