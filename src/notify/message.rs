//! What one receiver is told on one night: every event in one message, the same words whichever way it goes.

use serde::Serialize;

use super::{
    event::{Event, Seen},
    events::digest_of,
};
use crate::plain::plain;

/// The version of the JSON that signed webhooks get.
pub const SCHEMA: &str = "rung/notification/v1";

/// A message. All text in it is plain: control and direction characters are shown, not obeyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Always `rung/notification/v1`.
    pub schema: &'static str,
    /// The same for the same events to the same receiver, however often it is tried.
    pub delivery: String,
    /// What it is about, in a line.
    pub subject: String,
    /// The schedule.
    pub schedule: String,
    /// The scan; none where there is no bundle.
    pub scan: Option<String>,
    /// The accounts of the scan.
    pub accounts: Vec<String>,
    /// The events, the worse first.
    pub events: Vec<Event>,
}

impl Message {
    /// Of events to a receiver; `seen` names scan and accounts.
    pub fn new(receiver: &str, schedule: &str, seen: Option<&Seen>, events: Vec<Event>) -> Self {
        let mut events: Vec<Event> = events.into_iter().map(shown).collect();
        events.sort_by(|a, b| (a.kind, &a.key).cmp(&(b.kind, &b.key)));
        let keys = events.iter().map(|event| event.key.as_str());
        let delivery = digest_of([receiver].into_iter().chain(keys));
        let subject = match events.as_slice() {
            [] => "nothing".to_owned(),
            [one] => one.title.clone(),
            [first, more @ ..] => format!("{} and {} more", first.title, more.len()),
        };
        Message {
            schema: SCHEMA,
            delivery,
            subject: format!("rung: {subject}"),
            schedule: plain(schedule),
            scan: seen.map(|seen| plain(&seen.head.scan.id)),
            accounts: seen.map(|seen| seen.head.scan.accounts.clone()).unwrap_or_default(),
            events,
        }
    }

    /// Schedule, scan and accounts in a line.
    pub fn about(&self) -> String {
        /// Accounts that are named.
        const NAMED: usize = 3;
        let mut words = Vec::new();
        if !self.schedule.is_empty() {
            words.push(format!("schedule {}", self.schedule));
        }
        words.extend(self.scan.as_ref().map(|scan| format!("scan {scan}")));
        let named: Vec<_> = self.accounts.iter().take(NAMED).map(String::as_str).collect();
        let more = self.accounts.len().saturating_sub(NAMED);
        match (named.is_empty(), more) {
            (true, _) => {}
            (_, 0) => words.push(format!("account {}", named.join(", "))),
            (_, more) => words.push(format!("accounts {} and {more} more", named.join(", "))),
        }
        words.join(", ")
    }

    /// As plain text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for event in &self.events {
            text.push_str(&event.title);
            text.push('\n');
            if !event.text.is_empty() {
                text.push_str(&format!("  {}\n", event.text));
            }
            event.lines.iter().for_each(|line| text.push_str(&format!("  - {line}\n")));
            event.more_words().iter().for_each(|words| text.push_str(&format!("  {words}\n")));
            text.push('\n');
        }
        text.push_str(&self.about());
        text.push('\n');
        text
    }
}

impl Event {
    /// `and 3 more`, where there are.
    pub fn more_words(&self) -> Option<String> {
        (self.more > 0).then(|| format!("and {} more", self.more))
    }
}

fn shown(event: Event) -> Event {
    Event {
        title: plain(&event.title),
        text: plain(&event.text),
        lines: event.lines.iter().map(|line| plain(line)).collect(),
        ..event
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::config::notify::EventKind;

    pub(crate) fn event(kind: EventKind, key: &str, title: &str) -> Event {
        let lines = vec!["arn:x".to_owned()];
        Event { kind, key: key.to_owned(), title: title.to_owned(), text: "Because.".to_owned(), lines, more: 2 }
    }

    #[test]
    fn the_same_events_are_the_same_delivery_in_whatever_order() {
        let (one, two) = (event(EventKind::LevelFell, "a", "A"), event(EventKind::LevelRose, "b", "B"));
        let of = |receiver: &str, events: &[&Event]| {
            Message::new(receiver, "n", None, events.iter().map(|event| (*event).clone()).collect())
        };
        assert_eq!(of("x", &[&one, &two]), of("x", &[&two, &one]));
        assert_ne!(of("x", &[&one, &two]).delivery, of("y", &[&one, &two]).delivery);
        assert_ne!(of("x", &[&one]).delivery, of("x", &[&two]).delivery);
        assert_eq!(of("x", &[&two, &one]).subject, "rung: A and 1 more");
    }

    #[test]
    fn text_from_strangers_breaks_no_line() {
        let hostile = event(EventKind::LevelFell, "a", "x\r\nBcc: evil@example.org\u{202e}");
        let message = Message::new("x", "n\nn", None, vec![hostile]);
        assert!(!message.subject.contains(['\r', '\n', '\u{202e}']), "{}", message.subject);
        let text = message.text();
        assert_eq!(
            text,
            format!("{}\n  Because.\n  - arn:x\n  and 2 more\n\nschedule n\\u{{a}}n\n", message.events[0].title)
        );
    }
}
