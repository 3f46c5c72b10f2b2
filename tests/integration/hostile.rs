//! Answers of AWS with values that nobody expects: the whole scan comes back.

use std::sync::Arc;

use rung_collectors::aws::{Exchange, RecordedBody, Replay};

use crate::common::{assessment, demo, scan};

/// What stands in the place of a number, a date, a name.
const VALUES: [&str; 14] = [
    "",
    "0",
    "-1",
    "1",
    "99999999999999999999",
    "-9223372036854775808",
    "1e308",
    "NaN",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "\u{202e}\u{1f600}",
    "arn:aws",
    ":::::::",
    "null",
];

struct Dice(u64);

impl Dice {
    fn throw(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }
}

/// Replaces a few values of an XML or JSON answer; the frame of the protocol stays.
fn change(exchange: &mut Exchange, dice: &mut Dice) {
    let RecordedBody::Text { text } = &mut exchange.answer.body else { return };
    let value = regex::Regex::new(r#">[^<>]+</|"[^"{}\[\]\\]*"([,}\]])|:\s*-?[0-9.]+"#).unwrap();
    let places: Vec<_> = value.find_iter(text).map(|found| found.range()).collect();
    let mut chosen: Vec<_> = (0..3).map(|_| dice.throw(places.len())).collect();
    chosen.sort_unstable();
    chosen.dedup();
    for at in chosen.into_iter().rev().filter(|at| *at < places.len()) {
        let range = places[at].clone();
        let new = VALUES[dice.throw(VALUES.len())];
        let old = &text[range.clone()];
        let new = match old.as_bytes()[0] {
            b'>' => format!(">{new}</"),
            b'"' => format!("\"{new}\"{}", &old[old.len() - 1..]),
            _ => format!(":{}", if new.parse::<f64>().is_ok_and(f64::is_finite) { new } else { "-1" }),
        };
        text.replace_range(range, &new);
    }
}

#[test]
fn a_scan_of_absurd_answers_comes_back() {
    let mut changed = 0;
    for seed in 1..=24_u64 {
        let mut recording = demo();
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        // Who asks, and where, must be known to scan at all.
        let asked = |exchange: &&mut Exchange| !matches!(&*exchange.operation, "GetCallerIdentity" | "DescribeRegions");
        for exchange in recording.exchanges.iter_mut().filter(asked) {
            if dice.throw(3) == 0 {
                let before = exchange.answer.body.clone();
                change(exchange, &mut dice);
                changed += usize::from(exchange.answer.body != before);
            }
        }
        let absurd = assessment(&scan(Arc::new(Replay::new(recording))));
        assert_eq!(absurd.controls.len(), 10);
        // It can be written and read again.
        let text = serde_json::to_string(&absurd).unwrap();
        let read: rung_rules::model::Assessment = serde_json::from_str(&text).unwrap();
        assert_eq!(read.findings.len(), absurd.findings.len());
    }
    assert!(changed > 500, "{changed}");
}
