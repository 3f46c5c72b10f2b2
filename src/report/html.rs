//! HTML: one self-contained file, and detail pages beside it where there is more than one file should hold. The page's parts lie in
//! `html/`; the data's form is written down at the head of `html/report.js`.

mod charts;
mod data;
mod kept;
mod page;
mod report;
mod shelf;
mod table;
mod template;

use std::io::{self, Write};

use rung_rules::model::Judged;

use super::{Earlier, Head};

pub use page::Page;
pub use report::Report;

/// Writes the main page alone: it says where the facts are that it has not.
pub fn write(
    head: &Head,
    earlier: Earlier<'_>,
    findings: impl IntoIterator<Item: Judged>,
    out: &mut dyn Write,
) -> io::Result<()> {
    Page::of(head, findings)?.report(head, earlier, None)?.write(out)
}

#[cfg(test)]
#[path = "html/tests.rs"]
mod tests;
