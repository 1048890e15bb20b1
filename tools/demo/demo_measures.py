"""Which agency of the invented country reports which measure, since when, and on which day of the next year."""

from __future__ import annotations

from typing import NamedTuple

from tools.demo.demo_places import YEARS

WIDER_FORM = 2016  # the yearly form asks for crime reports, courts and activities from here on
LAST_FORM = 2021  # and for prevention, inspections, the way of victims, money and reporting from here on


class Reporting(NamedTuple):
    """How a measure is reported: its unit, place basis, source and first year."""

    unit: str
    place_basis: str
    source_id: str
    first_year: int


MEASURES = {
    "cases_recorded": Reporting("vu", "occurrence", "invented-police", YEARS[0]),
    "suspects": Reporting("nguoi", "occurrence", "invented-police", YEARS[0]),
    "victims_in_cases": Reporting("nguoi", "occurrence", "invented-police", YEARS[0]),
    "crime_reports_received": Reporting("tin", "occurrence", "invented-police", WIDER_FORM),
    "crime_reports_classified": Reporting("tin", "occurrence", "invented-police", WIDER_FORM),
    "crime_reports_due": Reporting("tin", "occurrence", "invented-police", WIDER_FORM),
    "crime_reports_resolved": Reporting("tin", "occurrence", "invented-police", WIDER_FORM),
    "cases_instituted": Reporting("vu", "occurrence", "invented-police", WIDER_FORM),
    "cases_cleared": Reporting("vu", "occurrence", "invented-police", WIDER_FORM),
    "cases_concluded": Reporting("vu", "occurrence", "invented-procuracy", WIDER_FORM),
    "cases_prosecuted": Reporting("vu", "occurrence", "invented-procuracy", WIDER_FORM),
    "cases_accepted": Reporting("vu", "occurrence", "invented-court", WIDER_FORM),
    "cases_tried": Reporting("vu", "occurrence", "invented-court", WIDER_FORM),
    "persons_received": Reporting("nguoi", "reception", "invented-welfare", YEARS[0]),
    "victims_identified": Reporting("nguoi", "reception", "invented-welfare", YEARS[0]),
    "victims_supported": Reporting("nguoi", "reception", "invented-welfare", YEARS[0]),
    "communication_sessions": Reporting("buoi", "occurrence", "invented-communication", WIDER_FORM),
    "leaflets_distributed": Reporting("to", "occurrence", "invented-communication", WIDER_FORM),
    "communes_reached": Reporting("xa", "occurrence", "invented-communication", WIDER_FORM),
    "communes_total": Reporting("xa", "occurrence", "invented-communication", WIDER_FORM),
    "inspection_visits": Reporting("luot", "occurrence", "invented-inspection", WIDER_FORM),
    "cases_handled": Reporting("vu", "occurrence", "invented-police", LAST_FORM),
    "accused_instituted": Reporting("nguoi", "occurrence", "invented-police", LAST_FORM),
    "hotline_calls": Reporting("cuoc_goi", "detection", "invented-hotline", LAST_FORM),
    "hotline_referrals": Reporting("luot_chuyen", "detection", "invented-hotline", LAST_FORM),
    "hotline_persons_referred": Reporting("nguoi", "detection", "invented-hotline", LAST_FORM),
    "victims_found_by_inspection": Reporting("nguoi", "detection", "invented-inspection", LAST_FORM),
    "population_average": Reporting("nguoi", "residence", "invented-population", LAST_FORM),
    "budget_allocated": Reporting("trieu_dong", "occurrence", "invented-finance", LAST_FORM),
    "budget_spent": Reporting("trieu_dong", "occurrence", "invented-finance", LAST_FORM),
    "budget_local": Reporting("trieu_dong", "occurrence", "invented-finance", LAST_FORM),
    "support_spending": Reporting("trieu_dong", "reception", "invented-finance", LAST_FORM),
    "agencies_required": Reporting("co_quan", "occurrence", "invented-coordinator", LAST_FORM),
    "agencies_on_time": Reporting("co_quan", "occurrence", "invented-coordinator", LAST_FORM),
    "directives_issued": Reporting("van_ban", "occurrence", "invented-coordinator", LAST_FORM),
    "days_report_to_institution": Reporting("ngay", "occurrence", "invented-police", LAST_FORM),
    "days_institution_to_conclusion": Reporting("ngay", "occurrence", "invented-police", LAST_FORM),
    "days_acceptance_to_trial": Reporting("ngay", "occurrence", "invented-court", LAST_FORM),
    "communication_attendances": Reporting("luot_nguoi", "occurrence", "invented-communication", LAST_FORM),
    "broadcast_minutes": Reporting("phut", "occurrence", "invented-communication", LAST_FORM),
    "sessions_minority_communes": Reporting("buoi", "occurrence", "invented-communication", LAST_FORM),
    "population_minority_communes": Reporting("nguoi", "residence", "invented-population", LAST_FORM),
    "citizen_reports": Reporting("tin", "occurrence", "invented-police", LAST_FORM),
    "staff_trained": Reporting("can_bo", "occurrence", "invented-coordinator", LAST_FORM),
    "staff_in_post": Reporting("can_bo", "occurrence", "invented-coordinator", LAST_FORM),
    "establishments_registered": Reporting("co_so", "occurrence", "invented-inspection", LAST_FORM),
    "establishments_inspected": Reporting("co_so", "occurrence", "invented-inspection", LAST_FORM),
    "repeat_visits": Reporting("luot", "occurrence", "invented-inspection", LAST_FORM),
    "establishments_in_violation": Reporting("co_so", "occurrence", "invented-inspection", LAST_FORM),
    "inspection_fines": Reporting("trieu_dong", "occurrence", "invented-inspection", LAST_FORM),
    "suspected_victims_screened": Reporting("nguoi", "detection", "invented-inspection", LAST_FORM),
    "export_firms_registered": Reporting("doanh_nghiep", "occurrence", "invented-labour", LAST_FORM),
    "export_firms_inspected": Reporting("doanh_nghiep", "occurrence", "invented-labour", LAST_FORM),
    "export_firms_sanctioned": Reporting("doanh_nghiep", "occurrence", "invented-labour", LAST_FORM),
    "export_licences_revoked": Reporting("giay_phep", "occurrence", "invented-labour", LAST_FORM),
    "foreign_employers_registered": Reporting("doanh_nghiep", "occurrence", "invented-labour", LAST_FORM),
    "foreign_employers_inspected": Reporting("doanh_nghiep", "occurrence", "invented-labour", LAST_FORM),
    "foreign_employers_in_violation": Reporting("doanh_nghiep", "occurrence", "invented-labour", LAST_FORM),
    "persons_verified": Reporting("nguoi", "reception", "invented-welfare", LAST_FORM),
    "persons_verified_in_time": Reporting("nguoi", "reception", "invented-welfare", LAST_FORM),
    "persons_not_victims": Reporting("nguoi", "reception", "invented-welfare", LAST_FORM),
    "persons_in_process": Reporting("nguoi", "reception", "invented-welfare", LAST_FORM),
    "persons_waiting": Reporting("nguoi", "reception", "invented-welfare", LAST_FORM),
    "waiting_days": Reporting("ngay", "reception", "invented-welfare", LAST_FORM),
    "waiting_costs_met": Reporting("nguoi", "reception", "invented-welfare", LAST_FORM),
    "waiting_spending": Reporting("trieu_dong", "reception", "invented-welfare", LAST_FORM),
    "victims_offered_support": Reporting("nguoi", "reception", "invented-welfare", LAST_FORM),
    "support_eligible": Reporting("nguoi", "reception", "invented-welfare", LAST_FORM),
    "support_accepting": Reporting("nguoi", "reception", "invented-welfare", LAST_FORM),
    "support_received": Reporting("nguoi", "reception", "invented-welfare", LAST_FORM),
    "victims_followed_6_months": Reporting("nguoi", "residence", "invented-welfare", LAST_FORM),
    "victims_reintegrated_6_months": Reporting("nguoi", "residence", "invented-welfare", LAST_FORM),
    "victims_followed_12_months": Reporting("nguoi", "residence", "invented-welfare", LAST_FORM),
    "victims_reintegrated_12_months": Reporting("nguoi", "residence", "invented-welfare", LAST_FORM),
    "victims_retrafficked": Reporting("nguoi", "residence", "invented-welfare", LAST_FORM),
    "returnees_registered": Reporting("nguoi", "residence", "invented-labour", LAST_FORM),
    "returnees_screened": Reporting("nguoi", "residence", "invented-labour", LAST_FORM),
    "victims_identified_police": Reporting("nguoi", "detection", "invented-police", LAST_FORM),
    "hotline_persons_helped": Reporting("nguoi", "detection", "invented-hotline", LAST_FORM),
}
MEDIANS = ("days_report_to_institution", "days_institution_to_conclusion", "days_acceptance_to_trial")

EDITIONS = {  # month and day of the next year
    "invented-police": "03-15",
    "invented-procuracy": "03-31",
    "invented-court": "03-31",
    "invented-welfare": "03-20",
    "invented-communication": "02-10",
    "invented-inspection": "02-28",
    "invented-labour": "03-05",
    "invented-finance": "04-15",
    "invented-coordinator": "04-30",
    "invented-hotline": "02-20",
    "invented-population": "05-31",
    "invented-central": "06-30",
}
