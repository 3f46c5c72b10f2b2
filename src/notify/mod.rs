//! Notifications: after a night somebody is told what is new, once, and nobody when nothing is.
//!
//! Three steps that know nothing of each other: what is new (`events.rs`, pure), who was not told yet (`store/notified.rs`), and the way to them
//! (one file a kind of receiver). A receiver that is dead costs nobody else anything, and never a scan: what it did not take stays pending, and is
//! tried again with the next night.

mod deadlines;
mod deliver;
mod email;
pub mod event;
pub mod events;
mod gaps;
mod http;
pub mod message;
pub mod retry;
mod secret;
pub mod slack;
mod sns;
pub mod webhook;

use std::path::Path;

use jiff::{Timestamp, tz::TimeZone};
use rung_rules::model::Settings;

pub use event::{Event, Events, Night, Seen};
pub use message::Message;
pub use retry::Patience;

use crate::{
    config::{
        NotifyTable,
        notify::{EventKind, Receiver},
    },
    failure::Failure,
    plain::plain,
    store::{Held, Store, StoreError},
};

/// What became of a night's notifications.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Who took a message, and how many events were in it.
    pub delivered: Vec<(String, usize)>,
    /// Who did not, and why; their events stay pending.
    pub failed: Vec<(String, String)>,
    /// What is to be logged besides: what was given up, what could not be read.
    pub notes: Vec<String>,
}

impl Told {
    /// A line each, for a log.
    pub fn lines(&self) -> Vec<String> {
        let delivered = self.delivered.iter().map(|(name, events)| format!("{name} was told of {}", count(*events)));
        let failed = self
            .failed
            .iter()
            .map(|(name, why)| format!("{name} could not be told: {why}; it is tried again with the next night"));
        delivered.chain(failed).chain(self.notes.iter().cloned()).collect()
    }
}

fn count(events: usize) -> String {
    if events == 1 { "1 event".to_owned() } else { format!("{events} events") }
}

/// Tells every receiver what is new for it. Never fails: what goes wrong is in the answer.
pub async fn after(
    night: &Night<'_>,
    config: &NotifyTable,
    settings: &Settings,
    store: &Store,
    now: Timestamp,
) -> Told {
    after_with(night, config, settings, store, now, &Patience::default()).await
}

/// The same with a clock of one's own between attempts.
pub async fn after_with(
    night: &Night<'_>,
    config: &NotifyTable,
    settings: &Settings,
    store: &Store,
    now: Timestamp,
    patience: &Patience,
) -> Told {
    let mut told = Told::default();
    if config.to.is_empty() {
        return told;
    }
    let seen = seen(night.bundle, &mut told).await;
    let events = events::of(night, seen.as_ref(), config, settings, date(now));
    let context = Context { night, seen: seen.as_ref(), events: &events, store, now, patience };
    let all = futures::future::join_all(config.to.iter().map(|receiver| context.tell(receiver))).await;
    for one in all {
        told.delivered.extend(one.delivered);
        told.failed.extend(one.failed);
        told.notes.extend(one.notes);
    }
    told
}

/// What each receiver would be told now: its name, and the events. Nothing is sent or written down.
pub async fn would_tell(
    night: &Night<'_>,
    config: &NotifyTable,
    settings: &Settings,
    store: &Store,
    now: Timestamp,
) -> Result<Vec<(String, Vec<Event>)>, Failure> {
    let seen = match night.bundle {
        Some(folder) => Some(Seen::read(folder)?),
        None => None,
    };
    let events = events::of(night, seen.as_ref(), config, settings, date(now));
    let mut all = Vec::new();
    for receiver in &config.to {
        let was_told = store.was_told(&receiver.name).await.map_err(Failure::from)?;
        // A state that is over was forgotten by whoever sends; here it is only left out.
        let is_new = |event: &&Event| receiver.events.contains(&event.kind) && !was_told.contains(&event.key);
        all.push((receiver.name.clone(), events.list.iter().filter(is_new).cloned().collect()));
    }
    Ok(all)
}

/// A message that says only that it arrives. Tried once more than once, as any other.
pub async fn test(receiver: &Receiver, now: Timestamp) -> Result<(), String> {
    let event = Event {
        kind: EventKind::Digest,
        key: format!("test/{now}"),
        title: "A test: this receiver can be reached".to_owned(),
        text: format!("`rung notify test` sent it to {}. Nothing happened.", receiver.name),
        lines: Vec::new(),
        more: 0,
    };
    let message = Message::new(&receiver.name, "", None, vec![event]);
    deliver::deliver(receiver, &message, now, &Patience::default()).await.map_err(|trouble| trouble.words().to_owned())
}

fn date(now: Timestamp) -> jiff::civil::Date {
    now.to_zoned(TimeZone::UTC).date()
}

/// A bundle is read away from the tasks that wait for the network. One that cannot be read is told, and the rest goes on.
async fn seen(bundle: Option<&Path>, told: &mut Told) -> Option<Seen> {
    let folder = bundle?.to_owned();
    let shown = plain(&folder.to_string_lossy());
    let read = tokio::task::spawn_blocking(move || Seen::read(&folder)).await;
    let why = match read {
        Ok(Ok(seen)) => return Some(seen),
        Ok(Err(failure)) => failure.message,
        Err(error) => error.to_string(),
    };
    told.notes.push(format!("nothing can be told of the bundle {shown}: {why}"));
    None
}

/// What is the same for every receiver of a night.
struct Context<'a> {
    night: &'a Night<'a>,
    seen: Option<&'a Seen>,
    events: &'a Events,
    store: &'a Store,
    now: Timestamp,
    patience: &'a Patience,
}

impl Context<'_> {
    async fn tell(&self, receiver: &Receiver) -> Told {
        let mut told = Told::default();
        if let Err(error) = self.try_to_tell(receiver, &mut told).await {
            told.failed.push((receiver.name.clone(), error.to_string()));
        }
        told
    }

    async fn try_to_tell(&self, receiver: &Receiver, told: &mut Told) -> Result<(), StoreError> {
        let name = &receiver.name;
        let wanted = self.events.list.iter().filter(|event| receiver.events.contains(&event.kind));
        let pair = |event: &Event| -> Result<(String, String), StoreError> {
            Ok((event.key.clone(), serde_json::to_string(event)?))
        };
        let new: Vec<_> = wanted.map(pair).collect::<Result<_, _>>()?;
        let held = self.store.hold(name, &new, &self.events.over, self.now).await?;
        told.notes.extend(held.dropped.iter().map(|one| given_up(name, &one.body)));
        let (keys, events) = unpack(&held);
        if events.is_empty() {
            return Ok(());
        }
        let message = Message::new(name, self.night.schedule, self.seen, events);
        match deliver::deliver(receiver, &message, self.now, self.patience).await {
            Ok(()) => {
                told.delivered.push((name.clone(), keys.len()));
                self.store.told(name, &keys, self.now).await
            }
            Err(trouble) => {
                told.failed.push((name.clone(), trouble.words().to_owned()));
                self.store.release(name, &keys).await
            }
        }
    }
}

/// What cannot be read any more (a newer version wrote it) stays where it is, for that version.
fn unpack(held: &Held) -> (Vec<String>, Vec<Event>) {
    let read = |one: &crate::store::Pending| -> Option<(String, Event)> {
        Some((one.event.clone(), serde_json::from_str(&one.body).ok()?))
    };
    held.pending.iter().filter_map(read).unzip()
}

fn given_up(receiver: &str, body: &str) -> String {
    let title = serde_json::from_str(body).map_or_else(|_| "an event".to_owned(), |event: Event| plain(&event.title));
    format!("{receiver} could not be told for seven days, which is given up: {title}")
}
