//! The adapters against a stub that answers as AWS does, page by page, and as
//! AWS does when something is wrong.

mod errors;
mod instances;
mod manifest;
mod observing;
mod pages;
mod scale;
mod stub;
