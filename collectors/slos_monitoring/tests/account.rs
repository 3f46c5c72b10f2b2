//! What an account measures at all.

use rung_rules::{
    facts::Monitoring,
    model::{GapId, SourceId, Subject, Tags},
};

use super::{super::account::whole_accounts, *};

#[tokio::test]
async fn compute_with_both_cpu_and_memory_is_measured() {
    let seen = changed(&[], &[]).await;
    let account = seen.account("monitoring");
    // Two instances, one of them with the agent; of web, worker, agent, green and remote all but worker have both.
    assert_eq!((known(&account.compute), known(&account.compute_measured)), (&7, &5));
    assert_eq!(known(&account.compute_unread), &0);
    assert_eq!((known(&account.measurable_entry_point), known(&account.latency_data)), (&true, &true));
    assert_eq!(known(&account.deployment_target), &true);
}

#[tokio::test]
async fn a_denied_list_of_metrics_leaves_open_which_instances_are_measured() {
    let seen = changed(&["cloudwatch.ListMetrics/one-agent"], &["cloudwatch.ListMetrics/agents-denied"]).await;
    let account = seen.account("monitoring");
    assert_eq!((known(&account.compute), known(&account.compute_measured)), (&7, &4));
    assert_eq!(seen.gap(&account.compute_unread), (DENIED, "cloudwatch:ListMetrics".to_owned()));
}

fn of(region: &str, change: impl FnOnce(&mut Monitoring)) -> Evidence {
    let no = || Observed::known(false, SourceId(1));
    let count = |count| Observed::known(count, SourceId(1));
    let mut facts = Monitoring {
        compute: count(10),
        compute_measured: count(1),
        compute_unread: count(0),
        entry_point: no(),
        measurable_entry_point: no(),
        latency_data: no(),
        slo: no(),
        deployment_target: no(),
    };
    change(&mut facts);
    let subject = Subject {
        arn: "arn:aws:rung::123456789012:monitoring".into(),
        account: "123456789012".into(),
        region: region.into(),
        name: None,
        tags: Tags::new(),
        tags_gap: None,
    };
    Evidence { subject, facts: facts.into() }
}

/// The one that is left of them.
fn whole(mut evidence: Vec<Evidence>) -> Monitoring {
    whole_accounts(&mut evidence);
    let [Evidence { subject, facts: Facts::Monitoring(whole) }] = &evidence[..] else { panic!("{evidence:?}") };
    assert_eq!(&*subject.region, "global");
    (**whole).clone()
}

#[test]
fn regions_add_up_and_one_that_has_it_is_enough() {
    let yes = || Observed::known(true, SourceId(2));
    let all = whole(vec![of("eu-west-1", |_| ()), of("us-east-1", |one| one.slo = yes()), of("us-west-2", |_| ())]);
    assert_eq!((known(&all.compute), known(&all.compute_measured)), (&30, &3));
    assert_eq!((known(&all.slo), known(&all.entry_point)), (&true, &false));
}

#[test]
fn what_one_region_hides_is_hidden_unless_another_shows_it() {
    let (gap, yes) = (GapId(7), || Observed::known(true, SourceId(2)));
    let hidden = of("eu-west-1", |one| {
        one.compute = Observed::unknown(gap);
        one.slo = Observed::unknown(gap);
        one.entry_point = Observed::unknown(gap);
    });
    for order in [
        vec![hidden.clone(), of("us-east-1", |one| one.slo = yes())],
        vec![of("us-east-1", |one| one.slo = yes()), hidden],
    ] {
        let all = whole(order);
        assert_eq!(all.compute, Observed::unknown(gap));
        assert_eq!(all.entry_point, Observed::unknown(gap));
        assert_eq!(known(&all.slo), &true);
    }
}

#[test]
fn accounts_stay_apart() {
    let mut other = of("us-east-1", |_| ());
    other.subject.account = "210987654321".into();
    let mut evidence = vec![of("us-east-1", |_| ()), other];
    whole_accounts(&mut evidence);
    assert_eq!(evidence.len(), 2);
}
