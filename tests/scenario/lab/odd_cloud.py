# SPDX-License-Identifier: Apache-2.0
"""A cloud of two cells with whatever Nova's tables may hold and Nova survives: small, since Nova
takes milliseconds for each node of a list."""
from .rows import CELL1, CELL2, LONG_AGO, Sql, table

# Who is to answer calls, in whichever cell it is: all that may be up. Nova's list would wait for
# each that does not.
ANSWERING = [f"cmp-{number:02}" for number in range(1, 40)]


def make(rows):
    """What a line is about stands in its host's columns."""
    rows.add_hosts(CELL1, "cmp-01")
    rows.add_hosts(CELL1, "cmp-02", service={
        "disabled": 1, "disabled_reason": "Wartung – №2 \"B\""})
    rows.add_hosts(CELL1, "cmp-03", service={"last_seen_up": LONG_AGO})
    rows.add_hosts(CELL1, "cmp-04", service={"forced_down": 1})
    rows.add_hosts(CELL1, "cmp-05")
    rows.soft_delete(table(CELL1, "services"), "host = 'cmp-05'")
    rows.add_hosts(CELL1, "cmp-06", mapped=False)
    rows.add_hosts(CELL1, "cmp-07", node={"hypervisor_hostname": "ironic-a", "host_ip": None})
    rows.add_nodes(CELL1, "cmp-07", hypervisor_hostname="ironic-b", hypervisor_type="ironic")
    rows.add_nodes(CELL1, "cmp-07", hypervisor_hostname="ironic-c", deleted=Sql("10000"))
    rows.add_hosts(CELL1, "cmp-08", node={
        "host_ip": None, "disk_available_least": None, "free_ram_mb": None, "free_disk_gb": None,
        "current_workload": None, "running_vms": None, "cpu_info": "", "stats": None,
        "metrics": None, "supported_instances": None})
    rows.add_hosts(CELL1, "cmp-09", service={"last_seen_up": None},
                   node={"cpu_info": "null", "disk_available_least": -12, "host_ip": "fd00::9"})
    rows.add_hosts(CELL1, "cmp-10", service={"last_seen_up": None, "created_at": LONG_AGO},
                   node={"cpu_info": "[1, \"zwei\", 3.5, {\"ü\": null}]"})
    rows.add_hosts(CELL1, "cmp-11", node={"hypervisor_hostname": "100%_Größe\\ \"x\"",
                                          "hypervisor_type": "<br>&amp;"})
    rows.add_nodes(CELL1, "nobody")  # it never had a service
    rows.add_hosts(CELL2, "cmp-20", node={"hypervisor_hostname": "cmp-01.example"})
    rows.add_hosts(CELL2, "cmp-21", service={"disabled": 1})
    rows.add_hosts(CELL2, "cmp-22", service={"disabled": 1, "disabled_reason": ""})
    rows.add_hosts(CELL2, "cmp-23", mapped=False)
    rows.map(CELL1, "cmp-23")  # but its rows are here
    rows.add_hosts(CELL1, "cmp-24", mapped=False)  # of a host that has moved to the other cell
    rows.add_hosts(CELL2, "cmp-24")
    rows.add_hosts(CELL2, "CMP-25", service={"host": "cmp-25"})
    rows.add_services(CELL2, "cmp-20", binary="nova-conductor", topic="conductor")
    for cell, host, count in ((CELL1, "cmp-01", 3), (CELL1, "cmp-04", 1), (CELL1, "cmp-06", 1),
                              (CELL1, "cmp-07", 2), (CELL2, "cmp-20", 2), (CELL2, "cmp-24", 1)):
        rows.add_servers(cell, host, count)
    rows.add_servers(CELL1, "cmp-02", deleted=Sql("1000000"))
    rows.add_servers(CELL2, "cmp-21", vm_state="error", node=None, display_name=None)
