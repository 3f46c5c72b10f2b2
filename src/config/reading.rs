//! Reading TOML that people write: every error names file, line, column, and what was expected.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

use jiff::civil::Date;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::failure::Failure;

/// A file and its text.
#[derive(Debug)]
pub(crate) struct Document {
    /// Its path, as it is named in messages.
    pub(crate) path: PathBuf,
    pub(super) text: String,
}

/// A value with the place it stands at.
#[derive(Clone, Debug)]
pub(crate) struct Placed<T> {
    /// What is written.
    pub(crate) value: T,
    /// Where.
    pub(crate) span: Range<usize>,
}

/// A name and what stands under it.
pub(crate) type Under<T> = (Placed<String>, T);

impl Document {
    /// Reads a file; a leading byte order mark is no part of it.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let bytes = fs::read(path).map_err(|error| Failure::file("read", path, &error))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let line =
                1 + error.as_bytes().iter().take(error.utf8_error().valid_up_to()).filter(|b| **b == b'\n').count();
            Failure::usage(format!("{}, line {line}: not UTF-8 text", path.display()))
        })?;
        Ok(Document { path: path.to_owned(), text: text.trim_start_matches('\u{feff}').to_owned() })
    }

    /// A text under a name.
    pub(crate) fn of(path: &str, text: &str) -> Self {
        Document { path: path.into(), text: text.to_owned() }
    }

    /// Its root table.
    pub(crate) fn root(&self) -> Result<Table<'_>, Failure> {
        let table = DeTable::parse(&self.text)
            .map_err(|error| self.error(&error.span().unwrap_or(0..0), error.message().trim()))?;
        Ok(Table { document: self, span: table.span(), table: table.into_inner(), asked: RefCell::default() })
    }

    /// Line and column of a place, both from 1.
    pub(crate) fn line_column(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }

    /// `rung.toml:12`, for evidence and messages about two places.
    pub(crate) fn place(&self, span: &Range<usize>) -> String {
        format!("{}:{}", self.path.display(), self.line_column(span.start).0)
    }

    /// An error at a place.
    pub(crate) fn error(&self, span: &Range<usize>, message: &str) -> Failure {
        let (line, column) = self.line_column(span.start);
        Failure::usage(format!("{}, line {line}, column {column}: {message}", self.path.display()))
    }
}

/// A table; what is asked of it is what it may hold.
#[derive(Debug)]
pub(crate) struct Table<'d> {
    /// The file.
    pub(crate) document: &'d Document,
    /// Where it stands.
    pub(crate) span: Range<usize>,
    table: DeTable<'d>,
    asked: RefCell<BTreeSet<&'static str>>,
}

/// What a value is, for messages.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

impl<'d> Table<'d> {
    fn get(&self, key: &'static str) -> Option<&Spanned<DeValue<'d>>> {
        self.asked.borrow_mut().insert(key);
        self.table.get(key)
    }

    fn wrong<T>(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) -> Result<T, Failure> {
        let words = format!("{key}: expected {expected}, found {}", kind(value.get_ref()));
        Err(self.document.error(&value.span(), &words))
    }

    /// Text that says something.
    pub(crate) fn text(&self, key: &'static str) -> Result<Option<Placed<String>>, Failure> {
        let Some(value) = self.get(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => {
                Err(self.document.error(&value.span(), &format!("{key}: is empty")))
            }
            DeValue::String(text) => Ok(Some(Placed { value: text.trim().to_owned(), span: value.span() })),
            _ => self.wrong(key, value, "text in quotes"),
        }
    }

    /// Text that must be there.
    pub(crate) fn needed(&self, key: &'static str) -> Result<Placed<String>, Failure> {
        self.text(key)?.ok_or_else(|| self.lacks(key))
    }

    /// That a key is missing.
    pub(crate) fn lacks(&self, key: &str) -> Failure {
        self.document.error(&self.span, &format!("{key} is missing"))
    }

    /// One text or a list of them.
    pub(crate) fn texts(&self, key: &'static str) -> Result<Vec<Placed<String>>, Failure> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        self.texts_of(key, value)
    }

    fn texts_of(&self, key: &str, value: &Spanned<DeValue<'d>>) -> Result<Vec<Placed<String>>, Failure> {
        let one = |value: &Spanned<DeValue<'d>>| match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => {
                Ok(Placed { value: text.trim().to_owned(), span: value.span() })
            }
            DeValue::String(_) => Err(self.document.error(&value.span(), &format!("{key}: is empty"))),
            _ => self.wrong(key, value, "text in quotes"),
        };
        match value.get_ref() {
            DeValue::String(_) => Ok(vec![one(value)?]),
            DeValue::Array(list) => list.iter().map(one).collect(),
            _ => self.wrong(key, value, "a list of texts"),
        }
    }

    /// A whole number within bounds.
    pub(crate) fn integer(&self, key: &'static str, bounds: Range<i64>) -> Result<Option<i64>, Failure> {
        let Some(value) = self.get(key) else { return Ok(None) };
        match number(value.get_ref()) {
            Some(n) if n.fract() == 0.0 && n >= bounds.start as f64 && n < bounds.end as f64 => Ok(Some(n as i64)),
            Some(n) => {
                let words = format!("{key}: {n} is not a whole number from {} to {}", bounds.start, bounds.end - 1);
                Err(self.document.error(&value.span(), &words))
            }
            None => self.wrong(key, value, "a whole number"),
        }
    }

    /// A number.
    pub(crate) fn number(&self, key: &'static str) -> Result<Option<Placed<f64>>, Failure> {
        let Some(value) = self.get(key) else { return Ok(None) };
        match number(value.get_ref()) {
            Some(number) => Ok(Some(Placed { value: number, span: value.span() })),
            None => self.wrong(key, value, "a number"),
        }
    }

    /// True or false; false where it is not there.
    pub(crate) fn flag(&self, key: &'static str) -> Result<bool, Failure> {
        match self.get(key) {
            None => Ok(false),
            Some(value) => match value.get_ref() {
                DeValue::Boolean(flag) => Ok(*flag),
                _ => self.wrong(key, value, "true or false"),
            },
        }
    }

    /// A day: TOML's own date, or the same in quotes.
    pub(crate) fn date(&self, key: &'static str) -> Result<Option<Placed<Date>>, Failure> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let text = match value.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => return self.wrong(key, value, "a date like 2026-11-24"),
        };
        let date = text
            .parse()
            .map_err(|_| self.document.error(&value.span(), &format!("{key}: {text:?} is no date like 2026-11-24")))?;
        Ok(Some(Placed { value: date, span: value.span() }))
    }

    /// A table inside it.
    pub(crate) fn table(&self, key: &'static str) -> Result<Option<Table<'d>>, Failure> {
        let Some(value) = self.get(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::Table(table) => Ok(Some(self.inner(table, value.span()))),
            _ => self.wrong(key, value, "a table"),
        }
    }

    /// Tables under `[[key]]`.
    pub(crate) fn tables(&self, key: &'static str) -> Result<Vec<Table<'d>>, Failure> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let DeValue::Array(list) = value.get_ref() else {
            return self.wrong(key, value, &format!("tables, each under [[{key}]]"));
        };
        let one = |value: &Spanned<DeValue<'d>>| match value.get_ref() {
            DeValue::Table(table) => Ok(self.inner(table, value.span())),
            _ => self.wrong(key, value, "a table"),
        };
        list.iter().map(one).collect()
    }

    /// Members of a list that are text or tables.
    pub(crate) fn mixed(&self, key: &'static str) -> Result<Vec<Mixed<'d>>, Failure> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let one = |value: &Spanned<DeValue<'d>>| match value.get_ref() {
            DeValue::String(text) => Ok(Mixed::Text(Placed { value: text.trim().to_owned(), span: value.span() })),
            DeValue::Table(table) => Ok(Mixed::Table(self.inner(table, value.span()))),
            _ => self.wrong(key, value, "text or a table"),
        };
        match value.get_ref() {
            DeValue::Array(list) => list.iter().map(one).collect(),
            _ => Ok(vec![one(value)?]),
        }
    }

    fn inner(&self, table: &DeTable<'d>, span: Range<usize>) -> Table<'d> {
        Table { document: self.document, span, table: table.clone(), asked: RefCell::default() }
    }

    /// Every key with a list of texts.
    pub(crate) fn lists(&self) -> Result<Vec<Under<Vec<Placed<String>>>>, Failure> {
        let one = |(key, value): (&Spanned<std::borrow::Cow<'d, str>>, &Spanned<DeValue<'d>>)| {
            let name = Placed { value: key.get_ref().to_string(), span: key.span() };
            Ok((name, self.texts_of(key.get_ref(), value)?))
        };
        self.table.iter().map(one).collect()
    }

    /// Every number under its name; `a.b = 1` and `"a.b" = 1` are the same name.
    pub(crate) fn numbers(&self) -> Result<Vec<Under<Placed<f64>>>, Failure> {
        let mut numbers = Vec::new();
        self.numbers_under("", &self.table, &mut numbers)?;
        Ok(numbers)
    }

    fn numbers_under(
        &self,
        prefix: &str,
        table: &DeTable<'d>,
        numbers: &mut Vec<Under<Placed<f64>>>,
    ) -> Result<(), Failure> {
        for (key, value) in table.iter() {
            let name = format!("{prefix}{}", key.get_ref());
            match (value.get_ref(), number(value.get_ref())) {
                (DeValue::Table(inner), _) => self.numbers_under(&format!("{name}."), inner, numbers)?,
                (_, Some(number)) => numbers
                    .push((Placed { value: name, span: key.span() }, Placed { value: number, span: value.span() })),
                _ => return self.wrong(&name, value, "a number"),
            }
        }
        Ok(())
    }

    /// Fails on the first key that nobody asked for, with the nearest one that may stand there.
    pub(crate) fn done(&self) -> Result<(), Failure> {
        let asked = self.asked.borrow();
        let unknown = |key: &&Spanned<std::borrow::Cow<'_, str>>| !asked.contains(&**key.get_ref());
        let mut keys: Vec<_> = self.table.keys().filter(unknown).collect();
        keys.sort_by_key(|key| key.span().start);
        match keys.first() {
            None => Ok(()),
            Some(key) => {
                let hint = did_you_mean(key.get_ref(), asked.iter().copied());
                let all = asked.iter().copied().collect::<Vec<_>>().join(", ");
                let words = format!("unknown key {:?}.{hint} Keys here: {all}", key.get_ref());
                Err(self.document.error(&key.span(), &words))
            }
        }
    }
}

/// Text or a table.
#[derive(Debug)]
pub(crate) enum Mixed<'d> {
    /// Text.
    Text(Placed<String>),
    /// A table.
    Table(Table<'d>),
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|n| n as f64),
        DeValue::Float(float) => float.as_str().parse().ok(),
        _ => None,
    }
}

/// ` Did you mean x?`, where something is near enough.
pub(crate) fn did_you_mean<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> String {
    let wanted = wanted.to_lowercase();
    let near = known.map(|name| (strsim::jaro_winkler(&name.to_lowercase(), &wanted), name));
    let nearest = near.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(score, _)| *score > 0.7);
    nearest.map(|(_, name)| format!(" Did you mean {name}?")).unwrap_or_default()
}
