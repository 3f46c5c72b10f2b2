//! An organisation in the emulator: which accounts it has, and entering them through the library.

use std::{collections::BTreeSet, time::Duration};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use rung_collectors::{
    aws::{
        Account, AccountError, Connection, Member, Members, MembersError, Options, RoleOptions, Selection, connect_by,
        members,
    },
    calls::sts::IdentityError,
    collect_all,
};
use rung_rules::model::Cause;
use tokio::sync::watch;

use crate::common::{Emulator, Rung};

const EXTERNAL_ID: &str = "team-4711";

async fn base(emulator: &Emulator) -> SdkConfig {
    let credentials = aws_sdk_ec2::config::Credentials::new("testing", "testing", None, None, "test");
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(&emulator.url)
        .credentials_provider(credentials)
        .load()
        .await
}

async fn connection(emulator: &Emulator) -> Connection {
    let options = Options {
        profile: None,
        region: None,
        concurrency: 8,
        max_attempts: 2,
        timeout: Duration::from_secs(30),
        metrics: false,
        tags: false,
        sql_digests: false,
        budget: Default::default(),
        paced: None,
        replay: None,
        recorder: None,
        journal: None,
        now: None,
        credential_wait: Duration::ZERO,
        // Its sender is gone: nobody interrupts.
        interrupted: watch::channel(false).1,
    };
    connect_by(options, base(emulator).await).unwrap()
}

async fn chosen(connection: &Connection, selection: Selection) -> Result<Members, MembersError> {
    let own = Account::find(connection, &[]).await.unwrap();
    let places = own.places(connection);
    members(places.iter().find(|place| place.is_global()).unwrap(), &selection).await
}

fn names(members: &Members) -> Vec<&str> {
    let mut names: Vec<_> = members.members.iter().filter_map(|member| member.name.as_deref()).collect();
    names.sort_unstable();
    names
}

fn named<'m>(members: &'m Members, name: &str) -> &'m Member {
    members.members.iter().find(|member| member.name.as_deref() == Some(name)).unwrap()
}

fn role(external_id: Option<&str>) -> RoleOptions {
    RoleOptions { external_id: external_id.map(str::to_owned), ..RoleOptions::default() }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

#[test]
fn the_accounts_of_an_organisation_by_units_tags_and_exclusions() {
    let emulator = Emulator::start("organisation");
    runtime().block_on(async {
        let connection = connection(&emulator).await;
        let all = chosen(&connection, Selection::default()).await.unwrap();
        assert_eq!(names(&all), ["data", "master", "sandbox", "shop"]);
        assert_eq!(named(&all, "shop").unit.as_deref(), Some("Root/Prod/Web"));
        assert_eq!(named(&all, "master").unit.as_deref(), Some("Root"));
        assert_eq!(all.left_out().as_deref(), Some("1 suspended account left out"));
        let prod = Selection { units: vec!["Prod".into()], ..Selection::default() };
        assert_eq!(names(&chosen(&connection, prod.clone()).await.unwrap()), ["data", "shop"]);
        let without = Selection { exclude: vec!["Prod/Web".into()], ..prod };
        assert_eq!(names(&chosen(&connection, without).await.unwrap()), ["data"]);
        let tagged = Selection {
            tags: vec![("environment".into(), vec!["production".into()]), ("team".into(), vec!["web".into()])],
            ..Selection::default()
        };
        assert_eq!(names(&chosen(&connection, tagged).await.unwrap()), ["shop"]);
        emulator.control(r#"{"deny": ["organizations:ListAccountsForParent"]}"#);
        let denied = chosen(&connection, Selection::default()).await.unwrap_err();
        assert!(matches!(denied, MembersError::Unread { cause: Cause::DeniedByIdentityPolicy, .. }), "{denied}");
    });
}

#[test]
fn each_member_is_read_by_its_own_role_and_has_a_ledger_of_its_own() {
    let emulator = Emulator::start("organisation");
    runtime().block_on(async {
        let connection = connection(&emulator).await;
        let all = chosen(&connection, Selection::default()).await.unwrap();
        let mut seen = Vec::new();
        for name in ["shop", "data", "sandbox"] {
            let member = named(&all, name);
            // As a hub would: one role first, then the member's.
            let by =
                RoleOptions { chain: vec!["arn:aws:iam::123456789012:role/hub".into()], ..role(Some(EXTERNAL_ID)) };
            let wanted = ["us-east-1".to_owned(), "af-south-1".to_owned()];
            let entered = connection.enter(&member.id, "aws", &by, &wanted).await.unwrap();
            assert_eq!(entered.account.id, member.id);
            assert_eq!(
                &*entered.account.caller,
                format!("arn:aws:sts::{}:assumed-role/rung-read-only/rung", member.id)
            );
            assert_eq!(entered.left_out.iter().map(|region| &**region).collect::<Vec<_>>(), ["af-south-1"]);
            assert_eq!(entered.account.regions.iter().map(|region| &**region).collect::<Vec<_>>(), ["us-east-1"]);
            let set = collect_all(&entered.account.places(&entered.connection), |_| ()).await;
            let off = set.gaps.iter().find(|gap| gap.operation == "ec2:DescribeRegions").unwrap();
            assert_eq!((off.cause, &*off.what, &*off.region), (Cause::RegionNotEnabled, "af-south-1", "af-south-1"));
            let of = |kind: &str| {
                let arns = set.evidence.iter().map(|one| &one.subject.arn).filter(|arn| arn.contains(kind));
                arns.collect::<BTreeSet<_>>().len()
            };
            assert!(set.evidence.iter().all(|one| one.subject.account == member.id));
            seen.push((name, of(":volume/"), of(":function:")));
            let ledger = entered.connection.span.counters.ledger();
            assert!(ledger.iter().all(|line| line.account == *member.id || line.account == "unknown"), "{ledger:?}");
        }
        assert_eq!(seen, [("shop", 3, 1), ("data", 2, 0), ("sandbox", 1, 2)]);
        let own = connection.own_account();
        let account = Account::find(&own, &[]).await.unwrap();
        assert_eq!(&*account.id, "123456789012");
        assert!(own.span.counters.snapshot().contains_key("sts:GetCallerIdentity"));
        let ledger = connection.span.counters.ledger();
        assert!(ledger.iter().all(|line| line.account == "123456789012" || line.account == "unknown"));
    });
    // A session for each member; the role before it once for all.
    let counts = emulator.counts();
    assert_eq!(counts["sts:AssumeRole"], 3 + 1, "{counts}");
}

#[test]
fn a_role_that_does_not_let_us_in_is_told_with_its_cause() {
    let emulator = Emulator::start("organisation");
    runtime().block_on(async {
        let connection = connection(&emulator).await;
        let all = chosen(&connection, Selection::default()).await.unwrap();
        let refused = async |name: &str, role: RoleOptions| match connection
            .enter(&named(&all, name).id, "aws", &role, &[])
            .await
        {
            Err(AccountError::Identity(IdentityError::NotAssumed { cause, words })) => (cause, words),
            other => panic!("{other:?}"),
        };
        // AWS words all of these alike: the role is not there, or asks for another external id.
        for (name, role) in [
            ("shop", RoleOptions { name: "nobody".into(), ..RoleOptions::default() }),
            ("data", role(None)),
            ("data", role(Some("team-1174"))),
        ] {
            let (cause, words) = refused(name, role).await;
            assert_eq!(cause, Cause::Denied, "{words}");
            assert!(words.contains("sts:AssumeRole on resource") && words.contains("does not exist"), "{words}");
        }
        emulator.control(r#"{"deny_scp": ["sts:AssumeRole"]}"#);
        let (cause, words) = refused("shop", role(None)).await;
        assert_eq!(cause, Cause::DeniedByOrganizationPolicy, "{words}");
        emulator.control(r#"{"deny_scp": [], "deny": ["sts:AssumeRole"]}"#);
        let (cause, words) = refused("shop", role(None)).await;
        assert_eq!(cause, Cause::DeniedByIdentityPolicy, "{words}");
        emulator.control(r#"{"deny": [], "expired": true}"#);
        match connection.enter(&named(&all, "shop").id, "aws", &role(None), &[]).await {
            Err(AccountError::Identity(IdentityError::Expired(_))) => {}
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn an_external_id_goes_along() {
    let emulator = Emulator::start("organisation");
    runtime().block_on(async {
        let connection = connection(&emulator).await;
        let all = chosen(&connection, Selection::default()).await.unwrap();
        let data = &named(&all, "data").id;
        let entered = connection.enter(data, "aws", &role(Some(EXTERNAL_ID)), &[]).await.unwrap();
        assert_eq!(entered.account.id, *data);
        // One member denied something is no matter of another: each has credentials of its own.
        emulator.control(&format!(r#"{{"deny": ["sts:GetCallerIdentity@{data}"]}}"#));
        let denied = connection.enter(data, "aws", &role(Some(EXTERNAL_ID)), &[]).await.unwrap_err();
        assert!(matches!(denied, AccountError::Identity(IdentityError::Other(_))), "{denied:?}");
        connection.enter(&named(&all, "shop").id, "aws", &role(None), &[]).await.unwrap();
    });
}

#[test]
fn the_policy_of_the_scanning_identity_names_every_call_of_the_organisation() {
    let policy = Rung::new().ok(&["policy", "--org"]);
    for call in rung_collectors::calls::all().filter(|call| call.service == "organizations") {
        assert!(policy.contains(&format!("\"{}\"", call.iam())), "{}", call.iam());
    }
}
