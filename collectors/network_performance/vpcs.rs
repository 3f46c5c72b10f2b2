//! VPCs: what is in them, and by which endpoints it reaches AWS.

use std::{collections::BTreeSet, sync::Arc};

use rung_rules::{
    facts::{self, Kind},
    model::{Evidence, Observed},
};

use super::{
    by_vpc::ByVpc,
    interfaces::{is_of_endpoint, services_in_use},
};
use crate::{
    Collected,
    aws::Place,
    calls::{
        ec2_endpoints::{self, DESCRIBE_VPC_ENDPOINTS, Endpoint, Interface},
        ec2_network::{self, DESCRIBE_ROUTE_TABLES, NatGateway, RouteTable, Subnet, Vpc},
        tags,
    },
};

/// The evidence about the VPCs that the account owns.
pub(super) async fn collect(place: &Place, collected: &mut Collected) {
    let vpcs = ec2_network::vpcs(place).await;
    collected.unseen.extend(place.unseen(Kind::Vpc, &vpcs));
    let own = |vpc: &&Vpc| vpc.owner.as_ref().is_none_or(|owner| *owner == place.account);
    if vpcs.items.iter().filter(own).count() == 0 {
        return;
    }
    let (subnets, tables, gateways) =
        futures::join!(ec2_network::subnets(place), ec2_network::route_tables(place), ec2_network::nat_gateways(place));
    let (endpoints, interfaces) = futures::join!(ec2_endpoints::endpoints(place), ec2_endpoints::interfaces(place));
    let inside = Inside {
        place,
        subnets: ByVpc::new(&subnets, |subnet| &*subnet.vpc),
        tables: ByVpc::new(&tables, |table| &*table.vpc),
        endpoints: ByVpc::new(&endpoints, |endpoint| &*endpoint.vpc),
        interfaces: ByVpc::new(&interfaces, |interface| &*interface.vpc),
        gateways: ByVpc::new(&gateways, |gateway| &*gateway.vpc),
    };
    collected.evidence.extend(vpcs.items.iter().filter(own).map(|vpc| inside.evidence(vpc)));
}

/// What lies in the VPCs of a place.
struct Inside<'a> {
    place: &'a Place,
    subnets: ByVpc<'a, Subnet>,
    tables: ByVpc<'a, RouteTable>,
    endpoints: ByVpc<'a, Endpoint>,
    interfaces: ByVpc<'a, Interface>,
    gateways: ByVpc<'a, NatGateway>,
}

impl Inside<'_> {
    fn evidence(&self, vpc: &Vpc) -> Evidence {
        let id = &*vpc.id;
        let private = self.private_tables(id);
        let services = self.interfaces.all_of(id, services_in_use);
        let facts = facts::Vpc {
            in_use: self.interfaces.any(id, |interface| !is_of_endpoint(interface)),
            private_route_tables: private.clone().map(|tables| tables.len() as u64),
            s3_route_tables: self.served(id, "s3", &private).map(Option::unwrap_or_default),
            dynamodb_route_tables: self.served(id, "dynamodb", &private),
            services_without_endpoint: self.without_endpoint(id, &services),
            services_in_use: services,
            nat_gateways: self.gateways.all_of(id, |list| list.iter().filter(|one| one.available).count() as u64),
        };
        let subject =
            self.place.subject(self.place.arn("ec2", &format!("vpc/{id}")), tags::name(&vpc.tags), vpc.tags.clone());
        Evidence { subject, facts: facts.into() }
    }

    /// Route tables that serve a subnet and have no route to an internet gateway.
    fn private_tables(&self, vpc: &str) -> Observed<BTreeSet<Arc<str>>> {
        let serving = self.subnets.all_of(vpc, |subnets| {
            subnets.iter().map(|subnet| serving(self.tables.of(vpc), &subnet.id)).collect::<Option<Vec<_>>>()
        });
        match (serving, self.tables.gap) {
            (Observed::Unknown { gap }, _) | (_, Some(gap)) => Observed::unknown(gap),
            (Observed::Known { value, .. }, None) => {
                let private = |tables: Vec<&RouteTable>| {
                    tables.into_iter().filter(|table| !table.to_internet).map(|table| table.id.clone()).collect()
                };
                let from = self.tables.from;
                self.place.reported(value.map(private), from, &DESCRIBE_ROUTE_TABLES, "a VPC's main route table")
            }
        }
    }

    /// How many of the private route tables an available gateway endpoint to the service serves; nothing where there is no
    /// such endpoint.
    fn served(&self, vpc: &str, service: &str, private: &Observed<BTreeSet<Arc<str>>>) -> Observed<Option<u64>> {
        let gateways = self.endpoints.all_of(vpc, |endpoints| {
            let of_service = |endpoint: &&&Endpoint| &*endpoint.kind == "gateway" && self.is_to(endpoint, service);
            endpoints.iter().filter(of_service).copied().collect::<Vec<_>>()
        });
        let (gateways, from) = match gateways {
            Observed::Known { value, from } => (value, from),
            Observed::Unknown { gap } => return Observed::unknown(gap),
        };
        if gateways.iter().any(|endpoint| endpoint.available.is_none()) {
            return self.place.reported(None, from, &DESCRIBE_VPC_ENDPOINTS, "State");
        }
        let available: Vec<_> = gateways.iter().filter(|endpoint| endpoint.available == Some(true)).collect();
        if available.is_empty() {
            return Observed::known(None, from);
        }
        let tables: BTreeSet<_> = available.into_iter().flat_map(|endpoint| &endpoint.route_tables).collect();
        private.clone().map(|private| Some(private.iter().filter(|table| tables.contains(table)).count() as u64))
    }

    /// The services in use that no available interface endpoint with private DNS leads to.
    fn without_endpoint(&self, vpc: &str, services: &Observed<Vec<String>>) -> Observed<Vec<String>> {
        let (services, from) = match services {
            Observed::Known { value, from } => (value, *from),
            Observed::Unknown { gap } => return Observed::unknown(*gap),
        };
        if services.is_empty() {
            return Observed::known(Vec::new(), from);
        }
        if let Some(gap) = self.endpoints.gap {
            return Observed::unknown(gap);
        }
        let mut without = Vec::new();
        for service in services {
            match self.leads_to(vpc, service) {
                Some(true) => {}
                Some(false) => without.push(service.clone()),
                None => return self.place.reported(None, from, &DESCRIBE_VPC_ENDPOINTS, "State or PrivateDnsEnabled"),
            }
        }
        Observed::known(without, self.endpoints.from)
    }

    /// Whether an available interface endpoint with private DNS leads to the service; nothing when AWS leaves out what would
    /// tell.
    fn leads_to(&self, vpc: &str, service: &str) -> Option<bool> {
        let of_service = |endpoint: &&&Endpoint| &*endpoint.kind == "interface" && self.is_to(endpoint, service);
        let usable = |endpoint: &&Endpoint| match (endpoint.available, endpoint.private_dns) {
            (Some(true), Some(true)) => Some(true),
            (Some(false), _) | (_, Some(false)) => Some(false),
            _ => None,
        };
        let answers: Vec<_> = self.endpoints.of(vpc).iter().filter(of_service).map(usable).collect();
        if answers.contains(&Some(true)) { Some(true) } else { (!answers.contains(&None)).then_some(false) }
    }

    /// `com.amazonaws.eu-west-1.ecr.api`; in China interface endpoints begin with `cn.`.
    fn is_to(&self, endpoint: &Endpoint, service: &str) -> bool {
        let name = endpoint.service.strip_prefix("cn.").unwrap_or(&endpoint.service);
        let of_region = name.strip_prefix("com.amazonaws.").and_then(|rest| rest.strip_prefix(&*self.place.region));
        of_region.and_then(|rest| rest.strip_prefix('.')) == Some(service)
    }
}

/// The route table of a subnet: its own, else the VPC's main one.
fn serving<'a>(tables: &[&'a RouteTable], subnet: &Arc<str>) -> Option<&'a RouteTable> {
    let own = tables.iter().find(|table| table.subnets.contains(subnet));
    own.or_else(|| tables.iter().find(|table| table.main)).copied()
}
