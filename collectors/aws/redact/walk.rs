//! Every text of an exchange, with where it stands: bodies, texts that are JSON themselves, forms, paths and queries.

use std::{borrow::Cow, ops::Range};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{
    super::wire::{Exchange, RecordedBody},
    cbor,
    tree::{self, Format, Node},
};

/// What the SDK leaves as it is in paths, queries and forms.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Names that only make a list.
const WRAPPERS: &[&str] = &["member", "item", "items", "entry", "element"];
/// Names of what names its neighbours.
const LABELS: &[&str] = &["Name", "name", "Key", "key", "ParameterKey", "OutputKey"];
/// JSON within JSON within JSON: deeper than this it is only text.
const TEXTS_WITHIN_TEXTS: usize = 6;

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A value in a body.
    Value,
    /// A name in a JSON or CBOR map.
    Key,
    /// A segment of the path.
    Segment,
    /// A value in the query.
    Query,
}

/// A text and where it stands.
#[derive(Debug)]
pub(super) struct Leaf<'a> {
    /// The service.
    pub service: &'a str,
    /// The operation.
    pub operation: &'a str,
    /// What it is.
    pub part: Part,
    /// The names above it, outermost first, in lower case, without wrappers and numbers. Of a segment: the segment before it.
    pub keys: &'a [String],
    /// The `Name` or `Key` beside it or above it.
    pub label: Option<&'a str>,
    /// The text.
    pub text: &'a str,
}

impl Leaf<'_> {
    /// The name it goes by.
    pub(super) fn own(&self) -> &str {
        self.keys.last().map_or("", String::as_str)
    }

    /// The name above its own.
    pub(super) fn parent(&self) -> &str {
        self.keys.iter().rev().nth(1).map_or("", String::as_str)
    }

    /// Whether one of these names stands above its own.
    pub(super) fn under(&self, names: &[&str]) -> bool {
        let above = self.keys.split_last().map_or(&[][..], |(_, above)| above);
        above.iter().any(|key| names.contains(&key.as_str()))
    }
}

/// Sees a text; what it returns takes the text's place.
pub(super) type Visit<'v> = dyn FnMut(&Leaf) -> Option<String> + 'v;

/// What visits have changed of an exchange.
#[derive(Debug, Default)]
pub(super) struct Changes {
    path: Option<String>,
    request: Option<RecordedBody>,
    answer: Option<RecordedBody>,
}

impl Changes {
    /// Puts them in place.
    pub(super) fn apply(self, exchange: &mut Exchange) {
        if let Some(path) = self.path {
            exchange.request.path = path;
        }
        if let Some(body) = self.request {
            exchange.request.body = body;
        }
        if let Some(body) = self.answer {
            exchange.answer.body = body;
        }
    }
}

/// Visits every text of an exchange.
pub(super) fn walk(exchange: &Exchange, visit: &mut Visit<'_>) -> Changes {
    let mut walker =
        Walker { service: &exchange.service, operation: &exchange.operation, visit, keys: Vec::new(), within: 0 };
    Changes {
        path: walker.path(&exchange.request.path),
        request: walker.body(&exchange.request.body),
        answer: walker.body(&exchange.answer.body),
    }
}

struct Walker<'a, 'v> {
    service: &'a str,
    operation: &'a str,
    visit: &'a mut Visit<'v>,
    keys: Vec<String>,
    within: usize,
}

type Edits = Vec<(Range<usize>, Vec<u8>)>;

impl Walker<'_, '_> {
    fn body(&mut self, body: &RecordedBody) -> Option<RecordedBody> {
        match body {
            RecordedBody::Text { text } => self.text(text).map(|text| RecordedBody::Text { text }),
            RecordedBody::Binary { .. } => {
                let bytes = body.bytes().ok()?;
                let edits = self.edits(&cbor::read(&bytes)?, Format::Cbor);
                (!edits.is_empty()).then(|| RecordedBody::binary(&spliced(&bytes, edits)))
            }
        }
    }

    fn text(&mut self, text: &str) -> Option<String> {
        let sign = text.trim_start().chars().next()?;
        let (node, format) = match sign {
            '{' | '[' => (tree::json(text), Format::Json),
            '<' => (tree::xml(text), Format::Xml),
            _ if text.starts_with("Action=") => return self.form(text),
            _ => (None, Format::Plain),
        };
        let (node, format) = match node {
            Some(node) => (node, format),
            None => (Node::Text(0..text.len(), text.to_owned()), Format::Plain),
        };
        let edits = self.edits(&node, format);
        (!edits.is_empty()).then(|| String::from_utf8_lossy(&spliced(text.as_bytes(), edits)).into_owned())
    }

    fn edits(&mut self, node: &Node, format: Format) -> Edits {
        let mut edits = Edits::new();
        self.node(node, None, format, &mut edits);
        edits
    }

    fn node(&mut self, node: &Node, label: Option<&str>, format: Format, edits: &mut Edits) {
        match node {
            Node::Other => {}
            Node::List(items) => items.iter().for_each(|item| self.node(item, label, format, edits)),
            Node::Text(at, text) => {
                if let Some(new) = self.leaf(Part::Value, label, text) {
                    edits.push((at.clone(), format.encode(&new)));
                }
            }
            Node::Map(entries) => {
                let label = label_of(entries).or(label);
                for (key, at, value) in entries {
                    self.key(key, at.as_ref(), format, edits);
                    let pushed = self.push(key);
                    self.node(value, label, format, edits);
                    self.keys.truncate(self.keys.len() - pushed);
                }
            }
        }
    }

    fn key(&mut self, key: &str, at: Option<&Range<usize>>, format: Format, edits: &mut Edits) {
        let Some(at) = at else { return };
        if let Some(new) = self.visited(Part::Key, None, key) {
            edits.push((at.clone(), format.encode(&new)));
        }
    }

    fn push(&mut self, key: &str) -> usize {
        let key = key.to_lowercase();
        let wraps = WRAPPERS.contains(&key.as_str()) || key.bytes().all(|byte| byte.is_ascii_digit());
        if !wraps {
            self.keys.push(key);
        }
        usize::from(!wraps)
    }

    fn leaf(&mut self, part: Part, label: Option<&str>, text: &str) -> Option<String> {
        if let Some(new) = self.visited(part, label, text) {
            return Some(new);
        }
        if self.within >= TEXTS_WITHIN_TEXTS {
            return None;
        }
        let node = tree::json(text)?;
        self.within += 1;
        let edits = self.edits(&node, Format::Json);
        self.within -= 1;
        (!edits.is_empty()).then(|| String::from_utf8_lossy(&spliced(text.as_bytes(), edits)).into_owned())
    }

    fn visited(&mut self, part: Part, label: Option<&str>, text: &str) -> Option<String> {
        let Walker { service, operation, visit, keys, .. } = self;
        visit(&Leaf { service, operation, part, keys, label, text }).filter(|new| new != text)
    }

    fn form(&mut self, text: &str) -> Option<String> {
        let pairs: Vec<_> = text.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
        let mut changed = false;
        let new: Vec<_> = pairs
            .iter()
            .map(|(key, value)| {
                let label = form_label(&pairs, key);
                let new = self.encoded(Part::Value, &mut key.split('.'), label.as_deref(), value);
                changed |= new.is_some();
                format!("{key}={}", new.as_deref().unwrap_or(value))
            })
            .collect();
        changed.then(|| new.join("&"))
    }

    fn path(&mut self, path: &str) -> Option<String> {
        let (segments, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let mut before = String::new();
        let mut new = Vec::new();
        for segment in segments.split('/') {
            let changed = self.encoded(Part::Segment, &mut [before.as_str()].into_iter(), None, segment);
            new.push(changed.unwrap_or_else(|| segment.to_owned()));
            before = decoded(segment).into_owned();
        }
        let query = query.map(|query| query.split('&').map(|pair| self.query(pair)).collect::<Vec<_>>().join("&"));
        let new = new.join("/") + &query.map_or_else(String::new, |query| format!("?{query}"));
        (new != path).then_some(new)
    }

    fn query(&mut self, pair: &str) -> String {
        let Some((key, value)) = pair.split_once('=') else { return pair.to_owned() };
        let new = self.encoded(Part::Query, &mut [key].into_iter(), None, value);
        format!("{key}={}", new.as_deref().unwrap_or(value))
    }

    fn encoded(
        &mut self,
        part: Part,
        keys: &mut dyn Iterator<Item = &str>,
        label: Option<&str>,
        value: &str,
    ) -> Option<String> {
        let pushed: usize = keys.map(|key| self.push(&decoded(key))).sum();
        let new = self.leaf(part, label, &decoded(value));
        self.keys.truncate(self.keys.len() - pushed);
        new.map(|new| utf8_percent_encode(&new, ENCODED).to_string())
    }
}

fn spliced(bytes: &[u8], edits: Edits) -> Vec<u8> {
    let mut new = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for (range, text) in edits {
        new.extend_from_slice(bytes.get(at..range.start).unwrap_or_default());
        new.extend(text);
        at = range.end;
    }
    new.extend_from_slice(bytes.get(at..).unwrap_or_default());
    new
}

fn label_of(entries: &[(String, Option<Range<usize>>, Node)]) -> Option<&str> {
    entries.iter().find_map(|(key, _, node)| match node {
        Node::Text(_, text) if LABELS.contains(&key.as_str()) => Some(text.as_str()),
        _ => None,
    })
}

/// `Filter.1.Value.2` has its label in `Filter.1.Name`.
fn form_label<'p>(pairs: &[(&'p str, &'p str)], key: &str) -> Option<Cow<'p, str>> {
    let mut above = key;
    while let Some((prefix, _)) = above.rsplit_once('.') {
        let of = |name: &str| name.strip_prefix(prefix).is_some_and(|rest| matches!(rest, ".Name" | ".Key"));
        if let Some((_, value)) = pairs.iter().find(|(name, _)| of(name)) {
            return Some(decoded(value));
        }
        above = prefix;
    }
    None
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}
