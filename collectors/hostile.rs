//! For tests of readers: good texts changed at random, the same each time. Whatever strangers or a bad wire put into an answer,
//! a reader must come back.

use std::iter::repeat_with;

/// Pieces that readers stumble over.
const PIECES: [&[u8]; 20] = [
    b"",
    b"\"",
    b"'",
    b"\\",
    b"\n",
    b"\0",
    b"<",
    b"</",
    b"&#x110000;",
    b"]]>",
    b"{",
    b"}",
    b"[",
    b",",
    b"=",
    b"99999999999999999999",
    b"-1",
    "\u{feff}é\u{202e}İ".as_bytes(),
    b"\xff\xfe",
    b"\xbf\xff\xff\xff\xff",
];

/// Marsaglia's xorshift: enough to choose places in a text.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }
}

/// `count` texts with one to eight changes each: a piece cut out, doubled, moved or replaced.
pub(crate) fn changed(good: &[u8], count: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ good.len() as u64);
    repeat_with(move || {
        let mut text = good.to_vec();
        for _ in 0..=dice.throw(8) {
            change(&mut text, &mut dice);
        }
        text
    })
    .take(count)
}

/// The same for readers that take text.
pub(crate) fn changed_text(good: &str, count: usize) -> impl Iterator<Item = String> {
    changed(good.as_bytes(), count).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn change(text: &mut Vec<u8>, dice: &mut Dice) {
    let from = dice.throw(text.len() + 1);
    let to = (from + dice.throw(40)).min(text.len());
    let gone: Vec<u8> = text.drain(from..to).collect();
    let at = dice.throw(text.len() + 1);
    match dice.throw(4) {
        0 => {}
        1 => drop(text.splice(from..from, gone.repeat(2))),
        2 => drop(text.splice(at..at, gone)),
        _ => drop(text.splice(from..from, PIECES[dice.throw(PIECES.len())].iter().copied())),
    }
}

/// `count` runs of bytes of any kind, up to 200 long.
pub(crate) fn noise(count: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut dice = Dice(7);
    repeat_with(move || (0..dice.throw(200)).map(|_| dice.throw(256) as u8).collect()).take(count)
}
