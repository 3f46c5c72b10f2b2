//! Ready-made set-up of nightly scans for what starts them: systemd, cron, Kubernetes, ECS, Lambda.
//!
//! The problem: names, regions and buckets come from the command line and go into five languages. The choice: what may stand in
//! each is checked when it is read ([`check`]), and each template escapes what it prints by its language's rules ([`page`]).
//! Every target runs the same `rung schedule run --once NAME` on the same `rung.toml`.

pub(crate) mod calendar;
pub(crate) mod check;
mod page;
mod settings;

use minijinja::context;
use serde_json::{Value, json};

use crate::failure::Failure;
use calendar::Calendar;
pub(crate) use check::Bucket;
pub(crate) use settings::{Asked, Enters, Settled, settle};

/// The container file of the project, as it builds an image.
const CONTAINERFILE: &str = include_str!("../../../Containerfile");

/// A printed file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Its name, as its own comments call it.
    pub(crate) name: String,
    /// What stands in it.
    pub(crate) text: String,
    /// Whether it is of another language than the files before it, which are one document: then it is written into folders only.
    pub(crate) apart: bool,
}

/// What all targets have in common.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The schedule, and `rung.toml`.
    pub(crate) settled: Settled,
    /// Where bundles lie, where it is a bucket.
    pub(crate) bucket: Option<Bucket>,
    /// What the role may, in documents that IAM takes: the code behind `rung policy` makes them.
    pub(crate) policies: Vec<Vec<Value>>,
    /// Minutes by which a scan may begin late, so that not everybody begins at once.
    pub(crate) jitter: u16,
}

/// On a machine, by systemd.
#[derive(Clone, Debug)]
pub(crate) struct Systemd {
    /// A service that runs all the time, in place of one that a timer starts.
    pub(crate) service: bool,
    /// The program's absolute path.
    pub(crate) binary: String,
    /// Who runs it; none is a user that systemd makes.
    pub(crate) user: Option<String>,
}

/// In a cluster of Kubernetes.
#[derive(Clone, Debug)]
pub(crate) struct Kubernetes {
    /// The image; none is a placeholder.
    pub(crate) image: Option<String>,
    /// The namespace.
    pub(crate) namespace: String,
    /// The service account that the pod runs as.
    pub(crate) account: String,
    /// The role of that account (IRSA).
    pub(crate) role: Option<String>,
    /// The secret whose key `url` names the store.
    pub(crate) store: Option<String>,
    /// GiB of the volume for bundles, where they do not lie in a bucket.
    pub(crate) storage: u16,
    /// Memory in MiB.
    pub(crate) memory: u32,
    /// A thousandth of a processor each.
    pub(crate) cpu: u32,
}

/// On ECS, with Fargate.
#[derive(Clone, Debug)]
pub(crate) struct Ecs {
    /// The image; none is a parameter of the template.
    pub(crate) image: Option<String>,
    /// The VPC; none is a parameter.
    pub(crate) vpc: Option<String>,
    /// Its subnets; none are a parameter.
    pub(crate) subnets: Vec<String>,
    /// Whether the task has a public address: in public subnets it needs one.
    pub(crate) public: bool,
    /// The secret of Secrets Manager whose value names the store.
    pub(crate) store: Option<String>,
    /// Memory in MiB.
    pub(crate) memory: u32,
    /// 1024 are a processor.
    pub(crate) cpu: u32,
    /// `X86_64` or `ARM64`.
    pub(crate) architecture: &'static str,
}

/// On Lambda.
#[derive(Clone, Debug)]
pub(crate) struct Lambda {
    /// The image; none is a parameter of the template.
    pub(crate) image: Option<String>,
    /// Memory in MiB; processors grow with it.
    pub(crate) memory: u32,
    /// `x86_64` or `arm64`.
    pub(crate) architecture: &'static str,
}

impl Plan {
    /// A unit and a timer; or with `service` one unit that runs all the time.
    pub(crate) fn systemd(&self, on: &Systemd) -> Result<Vec<File>, Failure> {
        let unit = if on.service { "rung".to_owned() } else { format!("rung-{}", self.settled.name) };
        let own = context! { unit, binary => on.binary, user => on.user, service => on.service };
        let mut files = vec![self.file(&format!("{unit}.service"), "systemd.service", &own)?];
        if !on.service {
            let lines = self.calendar()?.systemd(&self.settled.time_zone)?;
            let own = context! { unit, lines, jitter => self.jitter };
            files.push(self.file(&format!("{unit}.timer"), "systemd.timer", &own)?);
        }
        self.beside(&mut files);
        files.push(self.role("ec2.amazonaws.com", None)?);
        Ok(files)
    }

    /// A crontab.
    pub(crate) fn cron(&self, binary: &str) -> Result<Vec<File>, Failure> {
        let own = context! { binary, line => self.calendar()?.unix()? };
        let mut files = vec![self.file("rung.crontab", "crontab", &own)?];
        self.beside(&mut files);
        files.push(self.role("ec2.amazonaws.com", None)?);
        Ok(files)
    }

    /// Manifests, and the role of the pod as a template.
    pub(crate) fn kubernetes(&self, on: &Kubernetes) -> Result<Vec<File>, Failure> {
        let own = context! {
            image => on.image, namespace => on.namespace, account => on.account, role => on.role, store => on.store,
            storage => on.storage, memory => on.memory, cpu => on.cpu, line => self.calendar()?.unix()?,
        };
        let manifests = self.file("kubernetes.yaml", "kubernetes.yaml", &own)?;
        let pods = Some((on.namespace.as_str(), on.account.as_str()));
        let role = File { apart: true, ..self.role("pods.eks.amazonaws.com", pods)? };
        Ok(vec![manifests, role])
    }

    /// A template for CloudFormation.
    pub(crate) fn ecs(&self, on: &Ecs) -> Result<Vec<File>, Failure> {
        self.fits_a_template("ecs")?;
        let own = context! {
            image => on.image, vpc => on.vpc, subnets => on.subnets, public => on.public, store => on.store,
            memory => on.memory, cpu => on.cpu, architecture => on.architecture, jitter => self.jitter,
            expression => self.calendar()?.aws()?,
        };
        Ok(vec![self.file("ecs.yaml", "ecs.yaml", &own)?])
    }

    /// A template for CloudFormation.
    pub(crate) fn lambda(&self, on: &Lambda) -> Result<Vec<File>, Failure> {
        /// Lambda's limit of all variables together is 4 KiB.
        const MOST: usize = 3_500;
        self.fits_a_template("lambda")?;
        if self.settled.text.len() > MOST {
            let words = "the configuration is too long for Lambda, whose variables have 4 KiB together";
            return Err(Failure::usage(format!("{words}: use `rung schedule print ecs`, or a shorter configuration")));
        }
        let own = context! {
            image => on.image, memory => on.memory, architecture => on.architecture, jitter => self.jitter,
            expression => self.calendar()?.aws()?,
        };
        Ok(vec![self.file("lambda.yaml", "lambda.yaml", &own)?])
    }

    fn calendar(&self) -> Result<Calendar, Failure> {
        Calendar::of(&self.settled.cron)
    }

    /// A template has no place for files, and one word that CloudFormation replaces wherever it stands.
    fn fits_a_template(&self, target: &str) -> Result<(), Failure> {
        if self.settled.accounts.is_some() {
            let words = "has no place for a file of accounts: use --org, or put the file into an image of your own";
            return Err(Failure::usage(format!("{target} {words}")));
        }
        if self.settled.text.contains("{{resolve:") {
            let words = "the configuration holds \"{{resolve:\", which CloudFormation would replace: take it away";
            return Err(Failure::usage(words));
        }
        Ok(())
    }

    /// `rung.toml`, and the file of accounts that it names.
    fn beside(&self, files: &mut Vec<File>) {
        files.push(File { name: "rung.toml".to_owned(), text: self.settled.text.clone(), apart: false });
        if let Some((name, text)) = &self.settled.accounts {
            files.push(File { name: name.clone(), text: text.clone(), apart: false });
        }
    }

    fn role(&self, service: &str, pods: Option<(&str, &str)>) -> Result<File, Failure> {
        let pods = pods.map(|(namespace, account)| json!({ "namespace": namespace, "account": account }));
        self.file("role.yaml", "role.yaml", &context! { service, pods })
    }

    fn file(&self, name: &str, template: &str, own: &minijinja::Value) -> Result<File, Failure> {
        let plan = context! {
            name => self.settled.name,
            title => self.settled.title(),
            time_zone => self.settled.time_zone,
            config => self.settled.text,
            several => self.settled.enters.is_some(),
            accounts_name => self.settled.accounts.as_ref().map(|(name, _)| name),
            accounts => self.settled.accounts.as_ref().map(|(_, text)| text),
            bucket => self.bucket.as_ref().map(|bucket| context! {
                url => bucket.url(), name => bucket.name, prefix => bucket.prefix, objects => bucket.objects(),
            }),
            policies => self.policies,
            ..own.clone()
        };
        Ok(File { name: name.to_owned(), text: page::render(template, plan)?, apart: false })
    }
}

/// How an image is built.
pub(crate) fn container() -> Vec<File> {
    vec![File { name: "Containerfile".to_owned(), text: CONTAINERFILE.to_owned(), apart: false }]
}
