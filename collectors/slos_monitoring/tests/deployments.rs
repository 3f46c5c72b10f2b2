//! What gates deployments.

use rung_rules::facts::{Deployer, DeploymentTarget};

use super::*;

fn gates(target: &DeploymentTarget) -> (Vec<&str>, bool, bool) {
    let alarms = known(&target.alarms).iter().map(String::as_str).collect();
    (alarms, *known(&target.alarm_exists), *known(&target.rolls_back))
}

#[tokio::test]
async fn groups_of_all_pages_and_services_that_codedeploy_does_not_deploy() {
    let seen = changed(&[], &[]).await;
    // Not: a service that a deployment group deploys, one that is draining.
    let names = ["shop/web", "shop/green", "shop/plain", "billing/hooks", "web", "worker", "agent", "idle", "remote"];
    assert_eq!(seen.names(Kind::DeploymentTarget), names);
    let deployers = names.map(|name| seen.target(name).deployer.value().copied());
    use Deployer::{CodeDeployEcs, CodeDeployLambda, CodeDeployServer, Ecs, External};
    let expected = [
        Some(CodeDeployServer),
        Some(CodeDeployEcs),
        None,
        Some(CodeDeployLambda),
        Some(Ecs),
        Some(Ecs),
        Some(Ecs),
        None,
        Some(External),
    ];
    assert_eq!(deployers, expected);
}

#[tokio::test]
async fn alarms_count_where_they_are_enabled_and_exist() {
    let seen = changed(&[], &[]).await;
    assert_eq!(gates(seen.target("shop/web")), (vec!["shop p99"], true, true));
    assert_eq!(gates(seen.target("shop/green")), (vec![], false, false), "its alarms are not enabled");
    assert_eq!(gates(seen.target("shop/plain")), (vec![], false, false));
    let hooks = (vec!["shop down", "deleted"], true, false);
    assert_eq!(gates(seen.target("billing/hooks")), hooks, "a composite alarm is one, and roll-back is off");
    assert_eq!(gates(seen.target("web")), (vec!["web burns"], true, true));
    assert_eq!(gates(seen.target("worker")), (vec![], false, false), "its alarms are not enabled");
    assert_eq!(gates(seen.target("agent")), (vec!["deleted alarm"], false, false));
    assert_eq!(known(&seen.target("worker").circuit_breaker), &Some(true));
    assert_eq!(known(&seen.target("shop/web").circuit_breaker), &None);
    assert_eq!(seen.gap(&seen.target("idle").alarms).0, Cause::NotReported);
}

#[tokio::test]
async fn a_denial_of_any_step_leaves_targets_unseen() {
    let all = [
        "codedeploy.ListApplications/two-pages",
        "codedeploy.ListDeploymentGroups/of-three",
        "codedeploy.BatchGetDeploymentGroups/of-two",
    ];
    let applications = changed(&all, &["codedeploy.ListApplications/denied"]).await;
    assert_eq!(applications.unseen(Kind::DeploymentTarget), ["codedeploy:ListApplications"]);
    let groups = changed(&all[1..], &["codedeploy.ListDeploymentGroups/denied"]).await;
    assert_eq!(groups.unseen(Kind::DeploymentTarget), ["codedeploy:ListDeploymentGroups"]);
    let details = changed(&all[2..], &["codedeploy.BatchGetDeploymentGroups/shop-denied"]).await;
    assert_eq!(details.unseen(Kind::DeploymentTarget), ["codedeploy:BatchGetDeploymentGroups"]);
    assert_eq!(details.names(Kind::DeploymentTarget)[0], "billing/hooks", "what could be read stays");
}
