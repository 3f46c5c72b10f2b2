//! The web view in this process, over nights that a test made.

use std::{fs, net::SocketAddr};

use clap::Parser;
use rung::{
    config::Flags,
    serve::{Access, ServeSettings, Web, bind, serve},
    store::{Store, StoreUrl},
};
use serde_json::Value;
use tempfile::TempDir;

use crate::history::{Night, night};

/// A server with some nights stored, for as long as it is held.
pub(crate) struct Site {
    pub folder: TempDir,
    pub nights: Vec<Night>,
    pub address: SocketAddr,
    pub store: Store,
    pub runtime: tokio::runtime::Runtime,
    pub client: reqwest::Client,
}

#[derive(Parser)]
struct NoFlags {
    #[command(flatten)]
    flags: Flags,
}

impl Site {
    pub(crate) fn new(nights: impl FnOnce(&std::path::Path) -> Vec<Night>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = StoreUrl::Sqlite(folder.path().join("store.db"));
        Site::with(folder, &url, nights)
    }

    pub(crate) fn with(folder: TempDir, url: &StoreUrl, nights: impl FnOnce(&std::path::Path) -> Vec<Night>) -> Self {
        let scans = folder.path().join("scans");
        fs::create_dir(&scans).unwrap();
        let nights = nights(&scans);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let (store, address) = runtime.block_on(async {
            let store = Store::open(url).await.unwrap();
            store.sync(&scans).await.unwrap();
            let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
            let address = listener.local_addr().unwrap();
            let flags = NoFlags::parse_from(["rung"]).flags;
            let access = Access { token: None, proxy: None };
            let settings = ServeSettings { listen: address, public: None, access, flags, scans: scans.clone() };
            let web = Web::new(store.clone(), settings).unwrap();
            tokio::spawn(serve(listener, web, std::future::pending()));
            (store, address)
        });
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Site { folder, nights, address, store, runtime, client }
    }

    pub(crate) fn answer(&self, path: &str) -> (u16, reqwest::header::HeaderMap, String) {
        self.runtime.block_on(async {
            let answer = self.client.get(format!("http://{}{path}", self.address)).send().await.unwrap();
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            (status, headers, answer.text().await.unwrap())
        })
    }

    pub(crate) fn page(&self, path: &str) -> String {
        let (status, _, text) = self.answer(path);
        assert_eq!(status, 200, "{path}: {text}");
        // Templates write the slash as a reference, too.
        text.replace("&#x2f;", "/")
    }

    pub(crate) fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.page(path)).unwrap()
    }

    pub(crate) fn of(&self, night: usize, rest: &str) -> String {
        format!("/scans/{}{rest}", self.nights[night].id())
    }
}

/// Nights of these days, as they were scanned.
pub(crate) fn as_they_are(days: std::ops::Range<i64>) -> impl FnOnce(&std::path::Path) -> Vec<Night> {
    |scans| days.map(|day| night(scans, day, |_, _| ())).collect()
}
