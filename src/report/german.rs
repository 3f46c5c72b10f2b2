//! German for the HTML report: dictionaries as people edit them, joined into what the page's script reads.
//!
//! The assessment stays English: names and sentences in it are a contract. So the page translates, by the English text.
//! `german/model.toml` has the words of the model and of the rules, `german/sentences.toml` patterns for the sentences that
//! are put together at run time, `german/page.toml` what the page itself says. docs/translating.md tells how they are kept.

use std::{collections::BTreeMap, io, sync::LazyLock};

use serde::Serialize;
use toml_edit::{DocumentMut, Item};

const MODEL: &str = include_str!("german/model.toml");
const SENTENCES: &str = include_str!("german/sentences.toml");
const PAGE: &str = include_str!("german/page.toml");

/// English and German, in the order of the file: the first pattern that fits a sentence wins.
type Pairs = Vec<(String, String)>;

/// What `html/i18n.js` reads.
#[derive(Debug, Default, Serialize)]
struct Words {
    /// The page's own texts.
    page: BTreeMap<String, String>,
    /// Whole texts of the data.
    model: BTreeMap<String, String>,
    /// Names of kinds of subjects.
    kinds: BTreeMap<String, String>,
    /// Labels of facts.
    facts: BTreeMap<String, String>,
    /// Patterns of sentences, by table.
    sentences: BTreeMap<String, Pairs>,
}

static JSON: LazyLock<Result<String, String>> = LazyLock::new(|| {
    let json = serde_json::to_string(&words()?).map_err(|error| error.to_string())?;
    Ok(json.replace('<', "\\u003c"))
});

/// The dictionary as JSON that can stand in a script element, for the page's element `german`.
pub fn json() -> io::Result<&'static str> {
    JSON.as_deref().map_err(|error| io::Error::other(format!("the German dictionary: {error}")))
}

fn words() -> Result<Words, String> {
    let mut words = Words::default();
    for (table, pairs) in tables(MODEL)? {
        match table.as_str() {
            "kinds" => words.kinds.extend(pairs),
            "facts" => words.facts.extend(pairs),
            _ => words.model.extend(pairs),
        }
    }
    words.sentences = tables(SENTENCES)?.into_iter().collect();
    words.page = tables(PAGE)?.into_iter().flat_map(|(_, pairs)| pairs).collect();
    Ok(words)
}

/// The tables of a file, each with its entries in their order.
fn tables(text: &str) -> Result<Vec<(String, Pairs)>, String> {
    let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
    document.iter().map(|(name, item)| Ok((name.to_owned(), pairs(name, item)?))).collect()
}

fn pairs(table: &str, item: &Item) -> Result<Pairs, String> {
    let entries = item.as_table().ok_or_else(|| format!("{table}: expected a table"))?;
    let pair = |(english, german): (&str, &Item)| {
        let german = german.as_str().ok_or_else(|| format!("{table}, {english:?}: expected a text"))?;
        Ok((english.to_owned(), german.to_owned()))
    };
    entries.iter().map(pair).collect()
}

#[cfg(test)]
#[path = "german_tests.rs"]
mod tests;
