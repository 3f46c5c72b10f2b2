//! A message to a topic of SNS: the one write that rung sends to AWS, only where a topic is configured, and only to that topic. It stands apart
//! from the scanner, whose door lets no write through: a client of its own, with a gate of its own that refuses every other operation and topic
//! before anything is sent.

use std::time::Duration;

use aws_sdk_sns::{
    Client,
    config::{
        BehaviorVersion, ConfigBag, Intercept, Region, interceptors::BeforeSerializationInterceptorContextRef,
        retry::RetryConfig, timeout::TimeoutConfig,
    },
    error::{BoxError, SdkError},
    operation::publish::{PublishError, PublishInput},
};
use rung_collectors::aws::{Budget, ConnectError, Options, connect};
use tokio::sync::watch;

use super::{message::Message, retry::Trouble};
use crate::plain::plain;

/// The most characters of a subject.
const SUBJECT: usize = 100;
/// The most bytes of a message.
const MESSAGE: usize = 256 * 1024;
const CUT: &str = "\n(cut: a message of SNS ends here)\n";
const WHOLE: Duration = Duration::from_secs(30);

/// Lets `Publish` to one topic through, and nothing else.
#[derive(Clone, Debug)]
struct OnlyThis {
    topic: String,
}

impl OnlyThis {
    fn allows(&self, input: Option<&PublishInput>) -> bool {
        let to_us = |input: &PublishInput| {
            input.topic_arn() == Some(self.topic.as_str())
                && input.target_arn().is_none()
                && input.phone_number().is_none()
        };
        input.is_some_and(to_us)
    }
}

impl Intercept for OnlyThis {
    fn name(&self) -> &'static str {
        "gate of notifications"
    }

    fn read_before_execution(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match self.allows(context.input().downcast_ref::<PublishInput>()) {
            true => Ok(()),
            false => Err(format!("only Publish to {} may be sent; nothing was sent", self.topic).into()),
        }
    }
}

/// A topic, and credentials to publish to it.
#[derive(Debug)]
pub(super) struct Topic {
    client: Client,
    arn: String,
}

impl Topic {
    /// With the credentials of a profile or of the default chain.
    pub(super) async fn open(arn: &str, region: &str, profile: Option<&str>) -> Result<Self, Trouble> {
        let connection =
            connect(options(profile, region)).await.map_err(|error: ConnectError| Trouble::Final(error.to_string()))?;
        // Only credentials and address are taken of it: its HTTP client is the scanner's, which sends no write.
        let scanner = &connection.config;
        let mut config = aws_sdk_sns::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            // Trying again is ours.
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(WHOLE).build())
            .interceptor(OnlyThis { topic: arn.to_owned() });
        config.set_credentials_provider(scanner.credentials_provider());
        config.set_endpoint_url(scanner.endpoint_url().map(str::to_owned));
        Ok(Topic { client: Client::from_conf(config.build()), arn: arn.to_owned() })
    }

    /// Publishes once.
    pub(super) async fn publish(&self, message: &Message) -> Result<(), Trouble> {
        let publish = self.client.publish().topic_arn(&self.arn);
        let done = publish.subject(subject(&message.subject)).message(text(message.text())).send().await;
        done.map(drop).map_err(|error| self.trouble(error))
    }

    fn trouble(&self, error: SdkError<PublishError>) -> Trouble {
        let status = error.raw_response().map(|answer| answer.status().as_u16());
        let code = error.as_service_error().and_then(|own| own.meta().code()).unwrap_or_default().to_owned();
        let said = match error.as_service_error() {
            Some(own) => format!("{code}: {}", own.meta().message().unwrap_or_default()),
            None => format!("{}", aws_sdk_sns::error::DisplayErrorContext(&error)),
        };
        let words = plain(&format!("{}: {said}", self.arn));
        let passing = match status {
            Some(429 | 500..) => true,
            Some(_) => code.contains("Throttl"),
            None => matches!(error, SdkError::TimeoutError(_) | SdkError::DispatchFailure(_)),
        };
        if passing { Trouble::MayPass(words, None) } else { Trouble::Final(words) }
    }
}

fn options(profile: Option<&str>, region: &str) -> Options {
    Options {
        profile: profile.map(str::to_owned),
        region: Some(region.to_owned()),
        concurrency: 1,
        max_attempts: 1,
        timeout: WHOLE,
        credential_wait: Duration::ZERO,
        metrics: false,
        tags: false,
        sql_digests: false,
        budget: Budget::default(),
        paced: Some(false),
        replay: None,
        recorder: None,
        journal: None,
        now: None,
        interrupted: watch::channel(false).1,
    }
}

/// ASCII, one line, at most a hundred characters.
fn subject(text: &str) -> String {
    text.chars().take(SUBJECT).map(|c| if c.is_ascii() && !c.is_ascii_control() { c } else { '?' }).collect()
}

/// At most 256 KiB, whole characters.
fn text(mut text: String) -> String {
    if text.len() > MESSAGE {
        let end = (0..=MESSAGE - CUT.len()).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        text.truncate(end);
        text.push_str(CUT);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:rung";

    #[test]
    fn a_subject_is_short_ascii() {
        assert_eq!(subject("Lärche\u{1b} fell"), "L?rche? fell");
        assert_eq!(subject(&"ä".repeat(300)), "?".repeat(100));
    }

    #[test]
    fn a_message_is_cut_at_a_whole_character() {
        assert_eq!(text("ä".to_owned()), "ä");
        let long = text("ä".repeat(MESSAGE));
        assert!(long.len() <= MESSAGE && long.len() > MESSAGE - 4 && long.ends_with(CUT), "{}", long.len());
    }

    #[test]
    fn only_one_topic_is_let_through() {
        let gate = OnlyThis { topic: TOPIC.to_owned() };
        let to = |topic: &str| PublishInput::builder().topic_arn(topic).message("m");
        assert!(gate.allows(Some(&to(TOPIC).build().unwrap())));
        assert!(!gate.allows(Some(&to(&format!("{TOPIC}2")).build().unwrap())));
        assert!(!gate.allows(Some(&to(TOPIC).phone_number("+49").build().unwrap())));
        assert!(!gate.allows(Some(&PublishInput::builder().phone_number("+49").message("m").build().unwrap())));
        assert!(!gate.allows(None));
    }

    /// With a real client at an address where somebody listens: nothing is heard.
    #[tokio::test]
    async fn every_other_operation_is_refused_before_it_is_sent() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let config = aws_sdk_sns::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .endpoint_url(format!("http://{}", listener.local_addr().unwrap()))
            .credentials_provider(aws_sdk_sns::config::Credentials::new("a", "b", None, None, "test"))
            .interceptor(OnlyThis { topic: TOPIC.to_owned() })
            .build();
        let client = Client::from_conf(config);
        let refused = client.create_topic().name("x").send().await.unwrap_err();
        let words = format!("{}", aws_sdk_sns::error::DisplayErrorContext(&refused));
        assert!(words.contains("only Publish to"), "{words}");
        assert!(
            client
                .publish()
                .topic_arn("arn:aws:sns:eu-central-1:123456789012:other")
                .message("m")
                .send()
                .await
                .is_err()
        );
        assert!(listener.accept().is_err(), "something was sent");
    }
}
