use super::*;
use crate::request::GoalKind;

#[test]
fn mistakes_are_told_together() {
    let mut dc = DatacenterBuilder::new();
    let rack = dc.rack("r1").id();
    let s1 = dc.server("s1").inside(rack).link(rack, Gbps(1)).id();
    dc.server("s1").link(rack, Gbps(0));
    dc.vm("", s1).memory(GiB(1));
    dc.vm("vm", ServerId(9));
    dc.link(s1, s1, Gbps(1));
    let errors = dc.build().unwrap_err();
    assert_eq!(
        errors.to_string(),
        "two things are called `s1`; a name is empty; no server has the id 9; `vm` has no memory; \
         `s1` has a rate or capacity of 0; a link leads from `s1` to itself"
    );
}

#[test]
fn foreign_ids_are_found() {
    let mut dc = DatacenterBuilder::new();
    let s1 = dc.server("s1").id();
    let datacenter = dc.build().unwrap();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(VmId(3), s1);
    plan.before([VmId(4)], [s1]);
    plan.limit(
        SwitchId(2),
        Mbps(5),
        crate::request::Period::between(Secs(1), Mins(1)),
    );
    let errors = plan.build(&datacenter).unwrap_err();
    assert_eq!(
        errors.0,
        [
            BuildError::UnknownVm(VmId(3)),
            BuildError::UnknownVm(VmId(4)),
            BuildError::UnknownSwitch(SwitchId(2))
        ]
    );
}

#[test]
fn units_and_defaults() {
    let mut dc = DatacenterBuilder::new();
    let s1 = dc
        .server("s1")
        .memory(GiB(16))
        .power(Watts(110))
        .boot(Mins(2), Watts(20))
        .id();
    dc.vm("a", s1).memory(MiB(512));
    dc.vm("b", s1).used(MB(300)).hot(MB(5), Secs(3));
    let datacenter = dc.build().unwrap();
    assert_eq!(datacenter.servers[0].power, 110_000);
    assert_eq!(datacenter.servers[0].boot.value, 120);
    assert_eq!(datacenter.vms[0].workload.used, 512 << 20);
    assert_eq!(datacenter.vms[1].memory.value, 300_000_000);
    assert_eq!(datacenter.vms[1].workload.hot_ms, 3000);
    let request = RequestBuilder::new("p").build(&datacenter).unwrap();
    assert_eq!(request.goals[0].kind, GoalKind::Mttr);
}
