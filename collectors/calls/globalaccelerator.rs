//! Global Accelerator. Its API answers in us-west-2 only.

use std::sync::Arc;

use super::{Call, call};
use crate::aws::{Listing, Place, drain};

call!(
    LIST_ACCELERATORS,
    "globalaccelerator",
    "GlobalAccelerator",
    "ListAccelerators",
    "accelerators: anycast addresses in use"
);

pub(crate) static CALLS: &[&Call] = &[&LIST_ACCELERATORS];

/// A standard accelerator.
#[derive(Clone, Debug)]
pub struct Accelerator {
    /// `AcceleratorArn`.
    pub arn: Arc<str>,
    /// `Enabled`.
    pub enabled: Option<bool>,
}

/// Every standard accelerator of the account; asked once, at the global place.
pub async fn accelerators(place: &Place) -> Arc<Listing<Accelerator>> {
    let place = place.global();
    let stream = place.clients.globalaccelerator().list_accelerators().into_paginator().page_size(100).send();
    let read = drain(place, &LIST_ACCELERATORS, "", stream, |page, items| {
        items.extend(page.accelerators.unwrap_or_default().into_iter().filter_map(|accelerator| {
            Some(Accelerator { arn: accelerator.accelerator_arn?.into(), enabled: accelerator.enabled })
        }));
    });
    place.memo(&LIST_ACCELERATORS, "", read).await
}
