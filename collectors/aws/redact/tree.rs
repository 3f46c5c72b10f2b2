//! Bodies as trees of texts, each with its place in the bytes: only texts are replaced, every other byte stays as it was.
//!
//! Requests are matched byte by byte in a replay, so a body must never be parsed and written anew.

use std::ops::Range;

/// Nesting beyond this is no answer of AWS.
pub(super) const DEEPEST: usize = 96;

/// A value in a body.
#[derive(Debug)]
pub(super) enum Node {
    /// A text, with the bytes that hold it.
    Text(Range<usize>, String),
    /// Named values; a name comes with its bytes where it may be a name of the user's.
    Map(Vec<(String, Option<Range<usize>>, Node)>),
    /// Values in order.
    List(Vec<Node>),
    /// Numbers, truth values, bytes.
    Other,
}

/// How a text is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Format {
    /// JSON.
    Json,
    /// XML.
    Xml,
    /// CBOR.
    Cbor,
    /// Nothing is escaped.
    Plain,
}

impl Format {
    /// The text as this format has it.
    pub(super) fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Format::Json => serde_json::Value::from(text).to_string().into_bytes(),
            Format::Xml => {
                let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                escaped.replace('"', "&quot;").into_bytes()
            }
            Format::Cbor => super::cbor::text(text),
            Format::Plain => text.as_bytes().to_vec(),
        }
    }
}

/// Reads JSON; nothing if it is not an object or a list, whole.
pub(super) fn json(text: &str) -> Option<Node> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let mut reader = Json { text, at: 0 };
    let node = reader.value(0)?;
    reader.space();
    (reader.at == text.len()).then_some(node)
}

struct Json<'a> {
    text: &'a str,
    at: usize,
}

impl Json<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    fn eat(&mut self, sign: char) -> bool {
        self.space();
        let there = self.rest().starts_with(sign);
        self.at += usize::from(there);
        there
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        self.space();
        match self.rest().as_bytes().first()? {
            _ if depth > DEEPEST => None,
            b'{' => self.map(depth),
            b'[' => self.list(depth),
            b'"' => self.text().map(|(at, text)| Node::Text(at, text)),
            _ => self.scalar(),
        }
    }

    fn scalar(&mut self) -> Option<Node> {
        let end = self.rest().find([',', '}', ']', ' ', '\t', '\r', '\n']).unwrap_or(self.rest().len());
        serde_json::from_str::<serde::de::IgnoredAny>(self.rest().get(..end)?).ok()?;
        self.at += end;
        Some(Node::Other)
    }

    fn text(&mut self) -> Option<(Range<usize>, String)> {
        self.space();
        let bytes = self.rest().as_bytes();
        let mut end = usize::from(bytes.first() == Some(&b'"'));
        while *bytes.get(end)? != b'"' {
            end += if bytes.get(end) == Some(&b'\\') { 2 } else { 1 };
        }
        let at = self.at..self.at + end + 1;
        let text = serde_json::from_str(self.text.get(at.clone())?).ok()?;
        self.at = at.end;
        Some((at, text))
    }

    fn map(&mut self, depth: usize) -> Option<Node> {
        let mut entries = Vec::new();
        self.at += 1;
        if self.eat('}') {
            return Some(Node::Map(entries));
        }
        loop {
            let (at, key) = self.text()?;
            if !self.eat(':') {
                return None;
            }
            entries.push((key, Some(at), self.value(depth + 1)?));
            if self.eat('}') {
                return Some(Node::Map(entries));
            }
            if !self.eat(',') {
                return None;
            }
        }
    }

    fn list(&mut self, depth: usize) -> Option<Node> {
        let mut items = Vec::new();
        self.at += 1;
        if self.eat(']') {
            return Some(Node::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.eat(']') {
                return Some(Node::List(items));
            }
            if !self.eat(',') {
                return None;
            }
        }
    }
}

struct Element {
    name: String,
    begins: usize,
    children: Vec<(String, Option<Range<usize>>, Node)>,
}

/// Reads XML; nothing if its tags do not match. Attributes are left alone: AWS keeps only types and namespaces in them.
pub(super) fn xml(text: &str) -> Option<Node> {
    let root = Element { name: String::new(), begins: 0, children: Vec::new() };
    let mut open = vec![root];
    let mut at = 0;
    while let Some(sign) = text.get(at..)?.find('<').map(|found| at + found) {
        let tag = text.get(sign..)?;
        if let Some(skipped) = skipped(tag) {
            at = sign + skipped?;
            continue;
        }
        at = sign + tag.find('>')? + 1;
        let inner = text.get(sign + 1..at - 1)?;
        if let Some(name) = inner.strip_prefix('/') {
            let element = open.pop().filter(|element| element.name == name.trim())?;
            open.last_mut()?.children.push(close(text, element, sign)?);
        } else if let Some(name) = inner.strip_suffix('/') {
            open.last_mut()?.children.push((name.trim().to_owned(), None, Node::Other));
        } else {
            let name = inner.split_whitespace().next()?.to_owned();
            if open.len() > DEEPEST {
                return None;
            }
            open.push(Element { name, begins: at, children: Vec::new() });
        }
    }
    let root = open.pop().filter(|_| open.is_empty())?;
    (!root.children.is_empty()).then_some(Node::Map(root.children))
}

/// How long a declaration, comment or CDATA section is; the inner nothing if it never ends.
fn skipped(tag: &str) -> Option<Option<usize>> {
    let (_, end) = [("<?", "?>"), ("<!--", "-->"), ("<![CDATA[", "]]>"), ("<!", ">")]
        .into_iter()
        .find(|(begin, _)| tag.starts_with(begin))?;
    Some(tag.find(end).map(|at| at + end.len()))
}

fn close(text: &str, element: Element, ends: usize) -> Option<(String, Option<Range<usize>>, Node)> {
    let node = if element.children.is_empty() {
        let at = element.begins..ends;
        let inner = text.get(at.clone())?;
        let cdata = inner.trim().strip_prefix("<![CDATA[").and_then(|inner| inner.strip_suffix("]]>"));
        Node::Text(at, cdata.map_or_else(|| unescape(inner), str::to_owned))
    } else {
        Node::Map(element.children)
    };
    Some((element.name, None, node))
}

fn unescape(text: &str) -> String {
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (entity, rest) = part.split_once(';').unwrap_or(("", part));
        match character(entity) {
            Some(sign) => plain.extend([sign]),
            None => plain.extend(["&", part.strip_suffix(rest).unwrap_or_default()]),
        }
        plain.push_str(rest);
    }
    plain
}

fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = entity.strip_prefix('#')?;
            let hex = digits.strip_prefix(['x', 'X']).map(|hex| u32::from_str_radix(hex, 16));
            char::from_u32(hex.unwrap_or_else(|| digits.parse()).ok()?)
        }
    }
}
