"""A repair to be raised, as JSON after HACT's RaiseRepair (version 7, the parts that it requires)."""

import msgspec

from hereabouts_platform.cases.clocks.clock import ClockState
from hereabouts_platform.evidence.case_file import CaseFile
from hereabouts_schemas.times import format_time

_WORK = ("make_safe", "safety_work", "begin_repair", "preventative_start")


def raise_repair(file: CaseFile, description: str, *, priority_code: int, work_class_code: int) -> bytes:
    """A request for a repair in a case, to be done by the earliest date that the law sets for work that still runs.

    Args:
        file: of the case.
        description: what is to be done, for whoever does it.
        priority_code: of the receiving system; its numbers are each landlord's own.
        work_class_code: likewise.
    """
    due = [
        clock.due
        for clock in file.clocks()
        if clock.name in _WORK and clock.state is ClockState.RUNNING and clock.due is not None
    ]
    request = {
        "DescriptionOfWork": description,
        "Priority": {
            "PriorityCode": priority_code,
            "RequiredCompletionDateTime": format_time(min(due)) if due else None,
        },
        "WorkClass": {"WorkClassCode": work_class_code},
        "SitePropertyUnit": [
            {
                "Reference": [
                    {"ID": file.home.uprn or file.home.id, "AllocatedBy": "UPRN" if file.home.uprn else None}
                ],
                "Address": {"AddressLine": [file.home.name]},
            }
        ],
        "Reference": [{"ID": file.reference, "Description": file.hazard_title}],
    }
    return msgspec.json.format(msgspec.json.encode(request, order="deterministic"), indent=1)
