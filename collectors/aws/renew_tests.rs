use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;

use super::*;

/// Gives the answers it was handed, in order; after them it fails.
#[derive(Debug, Default)]
struct Fake {
    answers: Mutex<Vec<Result<Credentials, &'static str>>>,
    asked: Mutex<u32>,
}

impl Fake {
    fn of(answers: Vec<Result<Credentials, &'static str>>) -> Arc<Self> {
        let answers = Mutex::new(answers.into_iter().rev().collect());
        Arc::new(Fake { answers, asked: Mutex::default() })
    }

    fn asked(&self) -> u32 {
        *self.asked.lock().unwrap()
    }
}

impl ProvideCredentials for Fake {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        *self.asked.lock().unwrap() += 1;
        let answer = self.answers.lock().unwrap().pop().unwrap_or(Err("no more"));
        future::ProvideCredentials::ready(answer.map_err(CredentialsError::provider_error))
    }
}

fn key(id: &str) -> Credentials {
    Credentials::new(id, "secret", Some("token".to_owned()), None, "test")
}

fn ends_in(id: &str, seconds: u64) -> Credentials {
    Credentials::new(id, "secret", None, Some(SystemTime::now() + Duration::from_secs(seconds)), "test")
}

fn renewing(fake: &Arc<Fake>, wait: Duration) -> (Arc<EndedKeys>, Renewing) {
    let ended = Arc::new(EndedKeys::default());
    let patience = Patience { wait, every: Duration::from_millis(1) };
    let provider: Arc<dyn ProvideCredentials> = fake.clone();
    (ended.clone(), Renewing::new(SharedCredentialsProvider::new(provider), ended, patience))
}

const LONG: Duration = Duration::from_secs(3_600);

async fn id(renewing: &Renewing) -> String {
    renewing.credentials().await.unwrap().access_key_id().to_owned()
}

#[tokio::test]
async fn credentials_are_kept_until_shortly_before_their_end() {
    let fake = Fake::of(vec![Ok(ends_in("A", 30)), Ok(ends_in("B", 600)), Ok(key("C"))]);
    let (ended, renewing) = renewing(&fake, LONG);
    assert_eq!([id(&renewing).await, id(&renewing).await, id(&renewing).await], ["A", "B", "B"]);
    ended.worked();
    ended.add("A");
    assert_eq!(id(&renewing).await, "B", "a late refusal of the old ones leaves the new ones");
    renewing.invalidate();
    assert_eq!((id(&renewing).await, fake.asked()), ("C".to_owned(), 3));
}

#[tokio::test]
async fn an_early_renewal_that_fails_leaves_what_still_lasts() {
    let fake = Fake::of(vec![Ok(ends_in("A", 30)), Err("not now")]);
    let (ended, renewing) = renewing(&fake, LONG);
    id(&renewing).await;
    ended.worked();
    assert_eq!((id(&renewing).await, renewing.pauses().borrow().clone()), ("A".to_owned(), None));
}

#[tokio::test]
async fn a_pause_is_told_once_and_ends_when_the_provider_has_others() {
    let refusals = [Err("sign in"), Err("sign in"), Ok(key("A"))];
    let fake = Fake::of([Ok(key("A"))].into_iter().chain(refusals).chain([Ok(key("B"))]).collect());
    let (ended, renewing) = renewing(&fake, LONG);
    let renewing = Arc::new(renewing);
    id(&renewing).await;
    ended.worked();
    ended.add("A");
    let mut pauses = renewing.pauses();
    let two = [renewing.clone(), renewing.clone()].map(|of| tokio::spawn(async move { of.ready().await }));
    pauses.changed().await.unwrap();
    let words = pauses.borrow_and_update().clone().unwrap().words;
    assert!(words.contains("sign in"), "{words}");
    for one in two {
        assert_eq!(one.await.unwrap(), Ok(()));
    }
    assert_eq!(*pauses.borrow_and_update(), None);
    assert_eq!((id(&renewing).await, fake.asked()), ("B".to_owned(), 5), "one asked for both");
}

#[tokio::test]
async fn a_scan_that_gives_up_asks_nobody_again() {
    let fake = Fake::of(vec![Ok(key("A")), Err("sign in")]);
    let (ended, renewing) = renewing(&fake, Duration::ZERO);
    id(&renewing).await;
    ended.worked();
    ended.add("A");
    let gone = renewing.ready().await.unwrap_err();
    assert!(gone.to_string().contains("sign in"), "{gone}");
    assert_eq!((renewing.ready().await, fake.asked()), (Err(gone), 2));
    assert!(renewing.credentials().await.is_err() && renewing.pauses().borrow().is_none());
}

#[tokio::test]
async fn what_cannot_change_is_not_waited_for() {
    let mut fixed = key("A");
    fixed.get_property_mut_or_default::<Vec<AwsCredentialFeature>>().push(AwsCredentialFeature::CredentialsEnvVars);
    let fake = Fake::of(vec![Ok(fixed.clone()), Ok(fixed)]);
    let (ended, renewing) = renewing(&fake, LONG);
    id(&renewing).await;
    ended.worked();
    ended.add("A");
    assert!(renewing.ready().await.is_err());
}

#[tokio::test]
async fn credentials_that_never_worked_fail_with_the_providers_own_error() {
    let fake = Fake::of(vec![Err("no profile")]);
    let (_, renewing) = renewing(&fake, LONG);
    assert!(words(&renewing.credentials().await.unwrap_err()).contains("no profile"));
    assert_eq!((renewing.given_up(), renewing.ready().await), (None, Ok(())));
}
