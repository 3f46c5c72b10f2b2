"""Well-Architected reviews and OpsItems (WAF-PERF-100)."""
from .account import ACCOUNT, US

SHOP = "4f1c0d9e8b7a4653a2b1c0d9e8f7a6b5"
PILLARS = {
    "operationalExcellence": ("Operational Excellence", {"NONE": 6, "MEDIUM": 4, "HIGH": 1}),
    "security": ("Security", {"NONE": 9, "MEDIUM": 1, "HIGH": 1}),
    "reliability": ("Reliability", {"NONE": 8, "MEDIUM": 3, "HIGH": 2}),
    "performance": ("Performance Efficiency", {"NONE": 2, "HIGH": 2, "UNANSWERED": 1}),
    "costOptimization": ("Cost Optimization", {"NONE": 6, "MEDIUM": 2, "UNANSWERED": 3}),
    "sustainability": ("Sustainability", {"UNANSWERED": 6}),
}


def seed(account):
    """A review whose last milestone is old, and OpsItems that people wrote: no alarm creates any."""
    _review(account)
    _ops_items(account)


def _review(account):
    total = {}
    for _, counts in PILLARS.values():
        for risk, count in counts.items():
            total[risk] = total.get(risk, 0) + count
    summary = {"WorkloadId": SHOP, "WorkloadArn": f"arn:aws:wellarchitected:{US}:{ACCOUNT}:workload/{SHOP}",
               "WorkloadName": "Larch shop", "Owner": ACCOUNT, "UpdatedAt": "now-143d", "Lenses": ["wellarchitected"],
               "RiskCounts": total, "ImprovementStatus": "IN_PROGRESS"}
    account.answer("wellarchitected", "ListWorkloads", {"WorkloadSummaries": [summary]}, region=US)
    account.answer("wellarchitected", "GetLensReview", region=US, when={"WorkloadId": SHOP}, data={
        "WorkloadId": SHOP, "LensReview": {
            "LensAlias": "wellarchitected", "LensArn": "arn:aws:wellarchitected::aws:lens/wellarchitected",
            "LensVersion": "2025-02-25", "LensName": "AWS Well-Architected Framework", "LensStatus": "CURRENT",
            "UpdatedAt": "now-143d", "RiskCounts": total, "PillarReviewSummaries": [
                {"PillarId": pillar, "PillarName": name, "RiskCounts": counts}
                for pillar, (name, counts) in PILLARS.items()]}})
    milestones = [(1, "Launch", "now-512d"), (2, "After the summer sale", "now-143d")]
    account.answer("wellarchitected", "ListMilestones", region=US, when={"WorkloadId": SHOP}, data={
        "WorkloadId": SHOP, "MilestoneSummaries": [
            {"MilestoneNumber": number, "MilestoneName": name, "RecordedAt": at, "WorkloadSummary": summary}
            for number, name, at in milestones]})


def _ops_items(account):
    items = [("oi-3c1f0a9b8d7e", "Open", "Catalog search takes 900 ms at p95", "now-61d", "now-19d"),
             ("oi-8e5d2b7a6c4f", "Resolved", "Checkout waits for the ledger database", "now-204d", "now-170d")]
    who = f"arn:aws:sts::{ACCOUNT}:assumed-role/larch-oncall/robin"
    account.answer("ssm", "DescribeOpsItems", region=US, data={"OpsItemSummaries": [
        {"OpsItemId": name, "Title": title, "Status": status, "Source": "EC2", "Category": "Performance", "Severity": "3",
         "OpsItemType": "/aws/issue", "CreatedBy": who, "LastModifiedBy": who, "CreatedTime": created,
         "LastModifiedTime": modified} for name, status, title, created, modified in items]})
