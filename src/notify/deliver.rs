//! The way of a message to a receiver, whatever its kind.

use jiff::Timestamp;
use reqwest::header::HeaderMap;

use super::{
    email,
    http::Hook,
    message::Message,
    retry::{Patience, Trouble},
    secret::Secret,
    slack, sns, webhook,
};
use crate::config::notify::{By, Receiver};

/// Reads the secrets, makes the message in the receiver's form, and tries until it is taken, refused or tried often enough.
pub(super) async fn deliver(
    receiver: &Receiver,
    message: &Message,
    now: Timestamp,
    patience: &Patience,
) -> Result<(), Trouble> {
    match &receiver.by {
        By::Slack { url, insecure } => {
            let hook = Hook::new(&Secret::read(url)?, *insecure)?;
            let body = slack::payload(message).to_string().into_bytes();
            patience.insist(|| hook.post(body.clone(), HeaderMap::new())).await
        }
        By::Webhook { url, secret, insecure } => {
            let hook = Hook::new(&Secret::read(url)?, *insecure)?;
            let (body, headers) = webhook::request(message, &Secret::read(secret)?, now)?;
            patience.insist(|| hook.post(body.clone(), headers.clone())).await
        }
        By::Email(table) => {
            let (post, mail) = (email::post(table)?, email::mail(table, message)?);
            patience.insist(|| email::send(&post, &table.host, mail.clone())).await
        }
        By::Sns { topic, region, profile } => {
            let topic = sns::Topic::open(topic, region, profile.as_deref()).await?;
            patience.insist(|| topic.publish(message)).await
        }
    }
}
