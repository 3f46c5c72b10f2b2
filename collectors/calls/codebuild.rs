//! CodeBuild: projects, their recent builds, and report groups. Environment variables are never kept.

use std::sync::Arc;

use aws_sdk_codebuild::{
    operation::{batch_get_builds::BatchGetBuildsOutput, batch_get_projects::BatchGetProjectsOutput},
    types::{BuildPhase, BuildPhaseType, SortOrderType, StatusType},
};
use jiff::Timestamp;
use rung_rules::model::{GapId, SourceId, Tags};

use super::{Call, call, tags::tags, time::timestamp};
use crate::{
    at_once,
    aws::{Listing, PageEnd, Place, Read, drain, once, pages},
};

call!(LIST_PROJECTS, "codebuild", "CodeBuild", "ListProjects", "build projects");
call!(BATCH_GET_PROJECTS, "codebuild", "CodeBuild", "BatchGetProjects", "build projects: image and inline buildspec");
call!(LIST_BUILDS_FOR_PROJECT, "codebuild", "CodeBuild", "ListBuildsForProject", "builds of projects that test load");
call!(BATCH_GET_BUILDS, "codebuild", "CodeBuild", "BatchGetBuilds", "when those builds ran, and how they ended");
call!(LIST_REPORT_GROUPS, "codebuild", "CodeBuild", "ListReportGroups", "where results of tests are kept and compared");

pub(crate) static CALLS: &[&Call] =
    &[&LIST_PROJECTS, &BATCH_GET_PROJECTS, &LIST_BUILDS_FOR_PROJECT, &BATCH_GET_BUILDS, &LIST_REPORT_GROUPS];

/// Projects that one BatchGetProjects takes.
const PROJECTS_PER_CALL: usize = 100;
/// Batches of projects under way at once.
const AT_ONCE: usize = 8;

/// A build project.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// `name`.
    pub name: Arc<str>,
    /// `arn`.
    pub arn: Arc<str>,
    /// `environment.image`.
    pub image: Option<Arc<str>>,
    /// `source.buildspec` where it is the text itself; nothing when the buildspec is a file in the repository or a bucket.
    pub buildspec: Option<Arc<str>>,
    /// `tags`.
    pub tags: Tags,
    /// The answer it was read from.
    pub from: SourceId,
}

/// A build of a project.
#[derive(Clone, Debug, PartialEq)]
pub struct Build {
    /// `id`.
    pub id: Arc<str>,
    /// `buildStatus`: `SUCCEEDED`, `FAILED`, `FAULT`, `TIMED_OUT`, `IN_PROGRESS`, `STOPPED`.
    pub status: Arc<str>,
    /// `startTime`.
    pub start: Option<Timestamp>,
    /// `endTime`; nothing while it runs.
    pub end: Option<Timestamp>,
    /// Whether the phase `BUILD`, with the project's own commands, ended one way or the other: `phases`.
    pub built: bool,
    /// ARNs of the report groups that hold its reports: `reportArns`.
    pub report_groups: Vec<Arc<str>>,
}

/// Every project of the place; a gap of either operation is a gap of the list.
pub async fn projects(place: &Place) -> Arc<Listing<Project>> {
    place.memo(&BATCH_GET_PROJECTS, "", all_projects(place)).await
}

async fn all_projects(place: &Place) -> Listing<Project> {
    let stream = place.clients.codebuild().list_projects().into_paginator().send();
    let names: Listing<String> = drain(place, &LIST_PROJECTS, "", stream, |page, items| {
        items.extend(page.projects.unwrap_or_default());
    })
    .await;
    let mut all = Listing { items: Vec::with_capacity(names.items.len()), from: names.from, gap: names.gap };
    let batches = names.items.chunks(PROJECTS_PER_CALL).map(|batch| describe(place, batch));
    for part in at_once(AT_ONCE, batches).await {
        match part {
            Read::Known { value, from } => all.items.extend(value.into_iter().filter_map(|one| project(one, from))),
            Read::Unknown { gap } => all.gap = all.gap.or(Some(gap)),
        }
    }
    all
}

async fn describe(place: &Place, names: &[String]) -> Read<Vec<aws_sdk_codebuild::types::Project>> {
    let answer = place.clients.codebuild().batch_get_projects().set_names(Some(names.to_vec())).send();
    let parameters = format!("from {}", names.first().map_or("", String::as_str));
    let take = |answer: BatchGetProjectsOutput| {
        // `projectsNotFound` went away since they were listed.
        answer.projects.unwrap_or_default()
    };
    once(place, &BATCH_GET_PROJECTS, &parameters, answer, take, &[], || None).await
}

fn project(project: aws_sdk_codebuild::types::Project, from: SourceId) -> Option<Project> {
    let buildspec = project.source.and_then(|source| source.buildspec);
    Some(Project {
        name: project.name?.into(),
        arn: project.arn?.into(),
        image: project.environment.map(|environment| environment.image.into()),
        buildspec: buildspec.filter(|spec| is_text(spec)).map(Arc::from),
        tags: tags(project.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value))),
        from,
    })
}

/// Whether a buildspec is given as text: otherwise it is the path or the S3 ARN of a file.
fn is_text(buildspec: &str) -> bool {
    buildspec.trim_start().starts_with('{') || buildspec.trim_end().contains('\n')
}

/// A project's builds since then, newest first; AWS keeps them for a year.
pub async fn builds(place: &Place, project: &str, since: Timestamp) -> Arc<Listing<Build>> {
    place.memo(&BATCH_GET_BUILDS, project, recent_builds(place, project, since)).await
}

/// The list has ids only, so page by page they are looked up until one lies before `since`.
async fn recent_builds(place: &Place, project: &str, since: Timestamp) -> Listing<Build> {
    let (ids, mut next) = ids_of_builds(place, project, project.to_owned(), None).await;
    let mut all = Listing { items: Vec::new(), from: ids.from, gap: ids.gap };
    let mut ids = ids.items;
    for page in 2.. {
        let what = format!("{project}, page {page}");
        all.gap = all.gap.or(describe_builds(place, project, ids, &mut all.items).await);
        let past = all.items.iter().any(|build| build.start.is_some_and(|start| start < since));
        let Some(token) = next.take().filter(|_| all.gap.is_none() && !past) else { break };
        let more = ids_of_builds(place, project, what, Some(token)).await;
        (ids, next) = (more.0.items, more.1);
        all.gap = more.0.gap;
    }
    // BatchGetBuilds promises no order.
    all.items.sort_by(|a, b| b.start.cmp(&a.start).then_with(|| a.id.cmp(&b.id)));
    all
}

/// A page of ids, newest first, and where the next one begins.
async fn ids_of_builds(
    place: &Place,
    project: &str,
    what: String,
    token: Option<String>,
) -> (Listing<String>, Option<String>) {
    let request = place.clients.codebuild().list_builds_for_project().project_name(project).set_next_token(token);
    let mut next = None;
    let ids = pages(
        place,
        &LIST_BUILDS_FOR_PROJECT,
        &what,
        |_: Option<()>| request.clone().sort_order(SortOrderType::Descending).send(),
        |page, items| {
            items.extend(page.ids.unwrap_or_default());
            next = page.next_token;
            PageEnd::Last
        },
    )
    .await;
    (ids, next)
}

/// Adds the builds with these ids: at most 100, which is a page of ids.
async fn describe_builds(place: &Place, project: &str, ids: Vec<String>, builds: &mut Vec<Build>) -> Option<GapId> {
    let parameters = format!("{project}, from {}", ids.first()?);
    let answer = place.clients.codebuild().batch_get_builds().set_ids(Some(ids)).send();
    let take = |answer: BatchGetBuildsOutput| answer.builds.unwrap_or_default();
    match once(place, &BATCH_GET_BUILDS, &parameters, answer, take, &[], || None).await {
        Read::Known { value, .. } => {
            builds.extend(value.into_iter().filter_map(build));
            None
        }
        Read::Unknown { gap } => Some(gap),
    }
}

fn build(build: aws_sdk_codebuild::types::Build) -> Option<Build> {
    let of_commands = |phase: &BuildPhase| {
        phase.phase_type == Some(BuildPhaseType::Build)
            && matches!(phase.phase_status, Some(StatusType::Succeeded | StatusType::Failed))
    };
    Some(Build {
        id: build.id?.into(),
        status: build.build_status.map_or_else(|| "".into(), |status| status.as_str().into()),
        start: build.start_time.and_then(timestamp),
        end: build.end_time.and_then(timestamp),
        built: build.phases.iter().flatten().any(of_commands),
        report_groups: build.report_arns.iter().flatten().filter_map(|report| group_of(report)).collect(),
    })
}

/// `...:report/GROUP:ID` is a report of `...:report-group/GROUP`.
fn group_of(report: &str) -> Option<Arc<str>> {
    let (group, _) = report.rsplit_once(':')?;
    Some(group.replacen(":report/", ":report-group/", 1).into())
}

/// ARNs of the place's report groups.
pub async fn report_groups(place: &Place) -> Arc<Listing<Arc<str>>> {
    let stream = place.clients.codebuild().list_report_groups().into_paginator().page_size(100).send();
    let read = drain(place, &LIST_REPORT_GROUPS, "", stream, |page, items| {
        items.extend(page.report_groups.unwrap_or_default().into_iter().map(Arc::from));
    });
    place.memo(&LIST_REPORT_GROUPS, "", read).await
}
