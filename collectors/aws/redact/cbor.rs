//! CBOR as a tree. AWS and its SDK write lengths and numbers in ways of their own, which stay as they are.

use std::ops::Range;

use super::tree::{DEEPEST, Node};

/// Reads CBOR; nothing if it is damaged or something follows.
pub(super) fn read(bytes: &[u8]) -> Option<Node> {
    let mut reader = Cbor { bytes, at: 0 };
    let node = reader.value(0)?;
    (reader.at == bytes.len()).then_some(node)
}

struct Cbor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cbor<'_> {
    /// Major type, and the argument: nothing for an indefinite length.
    fn head(&mut self) -> Option<(u8, Option<usize>)> {
        let first = *self.bytes.get(self.at)?;
        self.at += 1;
        let argument = match first & 0x1f {
            small @ 0..=23 => Some(usize::from(small)),
            size @ 24..=27 => Some(self.number(1 << (size - 24))?),
            31 => None,
            _ => return None,
        };
        Some((first >> 5, argument))
    }

    fn number(&mut self, size: usize) -> Option<usize> {
        let bytes = self.take(size)?;
        bytes.iter().try_fold(0u64, |sum, byte| Some(sum << 8 | u64::from(*byte))).and_then(|n| n.try_into().ok())
    }

    fn take(&mut self, size: usize) -> Option<&[u8]> {
        let begins = self.at;
        self.at = begins.checked_add(size)?;
        self.bytes.get(begins..self.at)
    }

    fn ends(&mut self) -> bool {
        let ends = self.bytes.get(self.at) == Some(&0xff);
        self.at += usize::from(ends);
        ends
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        let begins = self.at;
        match self.head()? {
            _ if depth > DEEPEST => None,
            (0 | 1, Some(_)) | (7, Some(_)) => Some(Node::Other),
            (2, length) => self.string(length).map(|_| Node::Other),
            (3, length) => {
                let text = String::from_utf8(self.string(length)?).ok()?;
                Some(Node::Text(begins..self.at, text))
            }
            (4, length) => self.repeat(length, |this| this.value(depth + 1)).map(Node::List),
            (5, length) => self.repeat(length, |this| this.entry(depth + 1)).map(Node::Map),
            (6, Some(_)) => self.value(depth + 1),
            _ => None,
        }
    }

    fn entry(&mut self, depth: usize) -> Option<(String, Option<Range<usize>>, Node)> {
        let (key, at) = match self.value(depth)? {
            Node::Text(at, text) => (text, Some(at)),
            _ => (String::new(), None),
        };
        Some((key, at, self.value(depth)?))
    }

    fn string(&mut self, length: Option<usize>) -> Option<Vec<u8>> {
        if let Some(length) = length {
            return self.take(length).map(<[u8]>::to_vec);
        }
        let mut whole = Vec::new();
        while !self.ends() {
            let (_, length) = self.head()?;
            whole.extend_from_slice(self.take(length?)?);
        }
        Some(whole)
    }

    fn repeat<T>(&mut self, length: Option<usize>, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut all = Vec::new();
        while length.map_or_else(|| !self.ends(), |length| all.len() < length) {
            all.push(one(self)?);
        }
        Some(all)
    }
}

/// A text as CBOR has it.
pub(super) fn text(text: &str) -> Vec<u8> {
    const TEXT: u8 = 3 << 5;
    let length = (text.len() as u64).to_be_bytes();
    let [.., fourth, third, second, last] = length;
    let mut bytes = match text.len() {
        0..=23 => vec![TEXT | last],
        24..=0xff => vec![TEXT | 24, last],
        0x100..=0xffff => vec![TEXT | 25, second, last],
        _ => vec![TEXT | 26, fourth, third, second, last],
    };
    bytes.extend_from_slice(text.as_bytes());
    bytes
}
