//! The JSON API: what the pages show, for programs. It reads only; its description is made from this code, at `/api/v1/openapi.json`.

mod types;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    routing::get,
};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Web, WebError,
    view::{
        query::{Wanted, page},
        scan, schedule,
    },
};
use crate::store::TrendPoint;
use types::{Comparison, FindingDetail, Findings, Gaps, Problem, Scan, ScanDetail, Scans, Schedules, Sort, Trend};

/// Items a page, unless asked otherwise.
const A_PAGE: i64 = 50;
/// Items a page at most.
const MOST: i64 = 500;
/// Scans of a trend, unless asked otherwise, and at most.
const TREND: (i64, i64) = (365, 1100);

/// The description's head; the paths come from the handlers.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "rung",
        description = "Stored scans: on which rung of the performance-efficiency maturity model AWS accounts stand, and why. \
                       Reads only. Pages count from 1. `latest` stands for the id of the newest scan. Errors have the form of `Problem`; 503 means that the store is away.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Problem, Sort)),
    tags((name = "scans", description = "Scans and what they found"), (name = "time", description = "Scans held against each other"),
        (name = "schedule", description = "What is scanned when, and what became of it"))
)]
struct Description;

/// The paths, and the description of them.
pub fn routes() -> Router<Web> {
    let (router, description) = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(scans))
        .routes(routes!(one_scan))
        .routes(routes!(findings))
        .routes(routes!(finding))
        .routes(routes!(gaps))
        .routes(routes!(trend))
        .routes(routes!(compare))
        .routes(routes!(schedules))
        .split_for_parts();
    router.route("/api/v1/openapi.json", get(move || async move { Json(description) }))
}

/// Which page.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Paging {
    /// The page, counted from 1.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000000)]
    page: Option<String>,
    /// Items a page.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500)]
    per_page: Option<String>,
}

impl Paging {
    /// Page, offset and limit.
    fn read(&self) -> Result<(i64, i64, i64), WebError> {
        let page = page(self.page.as_deref())?;
        let limit = number("per_page", self.per_page.as_deref(), A_PAGE, MOST)?;
        Ok((page, (page - 1) * limit, limit))
    }
}

fn number(name: &str, text: Option<&str>, default: i64, most: i64) -> Result<i64, WebError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(default) };
    let number = text.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| WebError::BadInput(format!("{name} {text:?}: expected a number from 1 to {most}")))
}

/// Scans, newest first
#[utoipa::path(get, path = "/api/v1/scans", tag = "scans", params(Paging), responses(
    (status = 200, description = "What was asked for", body = Scans), (status = 400, description = "It cannot be asked so; the words say what is expected", body = Problem), (status = 503, description = "The store is away", body = Problem)))]
async fn scans(State(web): State<Web>, Query(paging): Query<Paging>) -> Result<Json<Scans>, WebError> {
    let (page, offset, limit) = paging.read()?;
    let (rows, total) = web.store.scans(offset, limit).await?;
    Ok(Json(Scans { scans: rows.iter().map(Scan::from).collect(), page, per_page: limit, total }))
}

/// One scan: levels, outcomes, checklists, coverage, accounts
#[utoipa::path(get, path = "/api/v1/scans/{id}", tag = "scans", params(("id" = String, Path, description = "The scan's id, or `latest`")), responses(
    (status = 200, description = "What was asked for", body = ScanDetail), (status = 404, description = "There is no such scan, finding or series", body = Problem), (status = 503, description = "The store is away", body = Problem)))]
async fn one_scan(State(web): State<Web>, Path(id): Path<String>) -> Result<Json<ScanDetail>, WebError> {
    let row = scan(&web, &id).await?;
    let (overview, levels) = (web.store.overview(&row).await?, web.store.levels(&row).await?);
    let (outcomes, accounts) = (web.store.outcomes(&row).await?, web.store.accounts(&row, i64::MAX).await?);
    Ok(Json(ScanDetail::new(&row, overview, levels, outcomes, accounts)))
}

/// A scan whose findings are still there.
async fn detailed(web: &Web, id: &str) -> Result<crate::store::ScanRow, WebError> {
    let row = scan(web, id).await?;
    match super::view::removed(&row) {
        Some(words) => Err(WebError::NotFound(words)),
        None => Ok(row),
    }
}

/// Which findings, in which order.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "described here, read by `Wanted`")]
struct Asked {
    /// Words that stand somewhere in name, ARN or tags.
    #[param(max_length = 200)]
    q: Option<String>,
    /// How it came out.
    #[param(value_type = Option<types::FindingResult>)]
    result: Option<String>,
    /// `WAF-PERF-090`, or its number.
    control: Option<String>,
    /// A criterion's full id.
    criterion: Option<String>,
    /// Kind of subject.
    kind: Option<String>,
    /// Account id.
    account: Option<String>,
    /// Region.
    region: Option<String>,
    /// What the tag `owner` says.
    owner: Option<String>,
    /// What fails first, or by another column.
    #[param(value_type = Option<Sort>)]
    sort: Option<String>,
}

/// Findings of a scan, filtered and sorted
#[utoipa::path(get, path = "/api/v1/scans/{id}/findings", tag = "scans",
    params(("id" = String, Path, description = "The scan's id, or `latest`"), Asked, Paging), responses(
    (status = 200, description = "What was asked for", body = Findings), (status = 400, description = "It cannot be asked so; the words say what is expected", body = Problem), (status = 404, description = "There is no such scan, finding or series", body = Problem), (status = 503, description = "The store is away", body = Problem)))]
async fn findings(
    State(web): State<Web>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
    Query(paging): Query<Paging>,
) -> Result<Json<Findings>, WebError> {
    let ((page, offset, limit), (filter, order)) = (paging.read()?, wanted.read()?);
    let row = detailed(&web, &id).await?;
    let found = web.store.findings(&row, &filter, order, offset, limit).await?;
    let findings = found.findings.into_iter().map(types::Finding::from).collect();
    Ok(Json(Findings { scan: row.id, findings, page, per_page: limit, total: found.total }))
}

/// One finding with its facts
#[utoipa::path(get, path = "/api/v1/scans/{id}/findings/{criterion}/{line}", tag = "scans", params(
    ("id" = String, Path, description = "The scan's id, or `latest`"), ("criterion" = String, Path, description = "The criterion's full id"),
    ("line" = u64, Path, description = "The line of its evidence in the bundle, counted from 1")), responses(
    (status = 200, description = "What was asked for", body = FindingDetail), (status = 404, description = "There is no such scan, finding or series", body = Problem), (status = 503, description = "The store is away", body = Problem)))]
async fn finding(
    State(web): State<Web>,
    Path((id, criterion, line)): Path<(String, String, String)>,
) -> Result<Json<FindingDetail>, WebError> {
    let row = detailed(&web, &id).await?;
    let none = || {
        WebError::NotFound(format!("The scan {id} has no finding of {criterion:?} in line {line:?} of its evidence."))
    };
    let found = web.store.finding(&row, &criterion, line.parse().map_err(|_| none())?).await?.ok_or_else(none)?;
    let evidence = web.store.evidence(&row, &found).await?;
    Ok(Json(FindingDetail::new(row.id, found, evidence)))
}

/// What a scan could not see
#[utoipa::path(get, path = "/api/v1/scans/{id}/gaps", tag = "scans",
    params(("id" = String, Path, description = "The scan's id, or `latest`"), Paging), responses(
    (status = 200, description = "What was asked for", body = Gaps), (status = 400, description = "It cannot be asked so; the words say what is expected", body = Problem), (status = 404, description = "There is no such scan, finding or series", body = Problem), (status = 503, description = "The store is away", body = Problem)))]
async fn gaps(
    State(web): State<Web>,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Gaps>, WebError> {
    let (page, offset, limit) = paging.read()?;
    let row = detailed(&web, &id).await?;
    let found = web.store.gaps(&row, offset, limit).await?;
    let gaps = found.gaps.into_iter().map(types::Gap::from).collect();
    Ok(Json(Gaps { scan: row.id, gaps, page, per_page: limit, total: found.total }))
}

/// Which series.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OfSeries {
    /// An account id, or the name of an organisation's series; that of the newest scan where it is left out.
    series: Option<String>,
    /// How many scans to look back.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1100)]
    last: Option<String>,
}

/// Levels over time, oldest first
#[utoipa::path(get, path = "/api/v1/trend", tag = "time", params(OfSeries), responses(
    (status = 200, description = "What was asked for", body = Trend), (status = 400, description = "It cannot be asked so; the words say what is expected", body = Problem), (status = 404, description = "There is no such scan, finding or series", body = Problem), (status = 503, description = "The store is away", body = Problem)))]
async fn trend(State(web): State<Web>, Query(asked): Query<OfSeries>) -> Result<Json<Trend>, WebError> {
    let last = number("last", asked.last.as_deref(), TREND.0, TREND.1)?;
    let series = match asked.series.filter(|series| !series.is_empty()) {
        Some(series) => series,
        None => scan(&web, "latest").await?.series,
    };
    let trend = web.store.trend(&series, last).await?;
    if trend.points.is_empty() {
        return Err(WebError::NotFound(format!("The store has no scans of {series:?}.")));
    }
    Ok(Json(Trend { series, points: trend.points.into_iter().map(|point: TrendPoint| point.into()).collect() }))
}

/// Which two scans.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Two {
    /// The scan before; the one before `b` in its series where it is left out.
    a: Option<String>,
    /// The scan after; the newest where it is left out.
    b: Option<String>,
}

/// Two scans held against each other
#[utoipa::path(get, path = "/api/v1/compare", tag = "time", params(Two), responses(
    (status = 200, description = "What was asked for", body = Comparison), (status = 404, description = "There is no such scan, finding or series", body = Problem), (status = 503, description = "The store is away", body = Problem)))]
async fn compare(State(web): State<Web>, Query(asked): Query<Two>) -> Result<Json<Comparison>, WebError> {
    let given = |id: Option<String>| id.filter(|id| !id.is_empty());
    let b = scan(&web, given(asked.b).as_deref().unwrap_or("latest")).await?;
    let a = match given(asked.a) {
        Some(id) => scan(&web, &id).await?,
        None => {
            let none = || WebError::NotFound(format!("There is no scan before {} in its series.", b.id));
            web.store.before(&b).await?.ok_or_else(none)?
        }
    };
    Ok(Json(Comparison::new(&a, &b, Arc::unwrap_or_clone(web.store.compare(&a, &b).await?))))
}

/// Schedules: their next instants and last runs
#[utoipa::path(get, path = "/api/v1/schedule", tag = "schedule", responses(
    (status = 200, description = "What was asked for", body = Schedules), (status = 503, description = "The store is away", body = Problem)))]
async fn schedules(State(web): State<Web>) -> Result<Json<Schedules>, WebError> {
    let shown = schedule::schedules(&web).await?;
    Ok(Json(Schedules { schedules: shown.into_iter().map(Into::into).collect() }))
}
