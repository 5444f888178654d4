"""Theory that the engine must meet exactly, each law with a wrong model that it catches."""

from __future__ import annotations

from dataclasses import asdict

from experiments.registry import Answer, Job
from experiments.theory import figures, payouts, spreading, steps, trees
from experiments.theory.runs import samples

QUESTION = "Does the engine meet the exact laws, and are wrong engines caught?"

NOTES = [
    "z = (value - expected)/se; a right model holds at |z| < 4, a wrong one is caught at |z| >= 4.",
    "The unit is the run: members of one tree are not independent.",
    "Seeds follow from the job's seed by SHA-256 of seed, study and run number; none was chosen.",
]

FAMILIES = (trees, payouts, steps, spreading)


def run(job: Job) -> Answer:
    """Run the Mesa engine on every study and hold what it did against the exact laws."""
    studies = [study for family in FAMILIES for study in family.studies(job.quick)]
    found = samples(studies, job.seed, job.say)
    checks = [
        *trees.checks(found),
        *payouts.checks(found),
        *steps.checks(found, job.quick),
        *spreading.checks(found, job.quick),
    ]
    pictures = figures.figures(found, spreading.part_of_a_month(job.quick))
    return Answer(checks, [asdict(check) for check in checks], pictures, NOTES)
