//! AWS Fault Injection Service: experiments and their templates.

use std::sync::Arc;

use jiff::Timestamp;
use rung_rules::model::Tags;

use super::{Call, call, tags::tags, time::timestamp};
use crate::aws::{Listing, Place, drain};

call!(LIST_EXPERIMENTS, "fis", "fis", "ListExperiments", "chaos experiments: state and time");
call!(LIST_EXPERIMENT_TEMPLATES, "fis", "fis", "ListExperimentTemplates", "templates of chaos experiments");

pub(crate) static CALLS: &[&Call] = &[&LIST_EXPERIMENTS, &LIST_EXPERIMENT_TEMPLATES];

/// An experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// `id`.
    pub id: Arc<str>,
    /// `arn`.
    pub arn: Option<Arc<str>>,
    /// `state.status`: `completed`, `running`, `stopped`, `failed` ...
    pub status: Option<Arc<str>>,
    /// `creationTime`.
    pub created: Option<Timestamp>,
    /// `tags`.
    pub tags: Tags,
}

/// Every experiment of the place; AWS forgets them 120 days after their end.
pub async fn experiments(place: &Place) -> Arc<Listing<Experiment>> {
    let stream = place.clients.fis().list_experiments().into_paginator().page_size(100).send();
    let read = drain(place, &LIST_EXPERIMENTS, "", stream, |page, items| {
        items.extend(page.experiments.unwrap_or_default().into_iter().filter_map(|experiment| {
            let status = experiment.state.and_then(|state| state.status);
            let pairs = experiment.tags.unwrap_or_default().into_iter();
            Some(Experiment {
                id: experiment.id?.into(),
                arn: experiment.arn.map(Arc::from),
                status: status.map(|status| status.as_str().into()),
                created: experiment.creation_time.and_then(timestamp),
                tags: tags(pairs.map(|(key, value)| (Some(key), Some(value)))),
            })
        }));
    });
    place.memo(&LIST_EXPERIMENTS, "", read).await
}

/// Ids of the place's templates of experiments.
pub async fn templates(place: &Place) -> Arc<Listing<Arc<str>>> {
    let stream = place.clients.fis().list_experiment_templates().into_paginator().page_size(100).send();
    let read = drain(place, &LIST_EXPERIMENT_TEMPLATES, "", stream, |page, items| {
        let templates = page.experiment_templates.unwrap_or_default();
        items.extend(templates.into_iter().filter_map(|template| template.id).map(Arc::from));
    });
    place.memo(&LIST_EXPERIMENT_TEMPLATES, "", read).await
}
