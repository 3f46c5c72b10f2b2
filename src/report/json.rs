//! JSON: the assessment as other programs read it. Findings are streamed; of many accounts, whatever grows with the evidence is.

use std::{
    cell::RefCell,
    fs::File,
    io::{self, BufWriter, IntoInnerError, Seek, Write},
};

use rung_rules::model::Assessment;
use serde::{Serialize, Serializer};

use super::Head;

/// Writes the assessment.
pub fn write<F: Serialize>(assessment: &Assessment<F>, mut out: impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut out, assessment)?;
    out.write_all(b"\n")
}

/// Findings that are written as they come; once.
pub struct Stream<I>(RefCell<Option<I>>);

impl<I: Iterator<Item: Serialize>> Stream<I> {
    /// A stream of findings.
    pub fn new(findings: I) -> Self {
        Stream(RefCell::new(Some(findings)))
    }
}

impl<I: Iterator<Item: Serialize>> Serialize for Stream<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.take().into_iter().flatten())
    }
}

/// How an assessment without its long lists ends: the lists are its last fields.
const LISTS: &str = r#""findings":null,"gaps":[],"sources":[],"coverage":[]}"#;

/// Writes the head of an assessment up to where its lists begin.
pub fn begin(head: &Head, out: &mut impl Write) -> io::Result<()> {
    let text = serde_json::to_string(head)?;
    let head =
        text.strip_suffix(LISTS).ok_or_else(|| io::Error::other("the head of an assessment has lists of its own"))?;
    out.write_all(head.as_bytes())
}

/// Ends what [`begin`] began.
pub fn end(out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"}\n")
}

/// A list of an assessment that is written item by item.
#[derive(Debug)]
pub struct List<W: Write> {
    out: W,
    empty: bool,
}

impl<W: Write> List<W> {
    /// Begins the list; `before` is what stands before it, for example a comma and the field's name.
    pub fn begin(mut out: W, before: &str) -> io::Result<Self> {
        write!(out, "{before}[")?;
        Ok(List { out, empty: true })
    }

    /// One more item.
    pub fn item(&mut self, item: &impl Serialize) -> io::Result<()> {
        if !std::mem::take(&mut self.empty) {
            self.out.write_all(b",")?;
        }
        Ok(serde_json::to_writer(&mut self.out, item)?)
    }

    /// The end of the list.
    pub fn end(mut self) -> io::Result<W> {
        self.out.write_all(b"]")?;
        Ok(self.out)
    }
}

/// A list that is put aside until its turn comes, in a file without a name.
pub type Aside = List<BufWriter<File>>;

/// Begins a list that is put aside.
pub fn aside(before: &str) -> io::Result<Aside> {
    List::begin(BufWriter::new(tempfile::tempfile()?), before)
}

/// Ends a list that was put aside and writes it where it belongs.
pub fn place(aside: Aside, out: &mut impl Write) -> io::Result<()> {
    let mut file = aside.end()?.into_inner().map_err(IntoInnerError::into_error)?;
    file.rewind()?;
    io::copy(&mut file, out).map(drop)
}

/// Writes an object up to where further fields can follow: all of it but the closing brace.
pub(super) fn open(value: &serde_json::Value, out: &mut dyn Write) -> io::Result<()> {
    let text = value.to_string();
    out.write_all(text.strip_suffix('}').unwrap_or(&text).as_bytes())
}
