"""Why moto 5.2.5 and the lab differ where they do. The checks themselves say what AWS documents."""

import re

NOT_ASKED = "not asked"

# By what is checked; the first that fits.
EXPLAINED = [
    (r" to its end$", "moto's section ended there, by an operation that it lacks or refuses"),
    (r"^get_metric_data: ", "moto computes no metric math"),
    (r"^test_event_pattern", "moto has no TestEventPattern"),
    (r"^(in pages|a percentile)", "moto has no pages of datapoints and no percentiles"),
    (r"^list_metrics", "moto lists a metric once per value of `Values`; AWS lists metrics"),
    (r"^priorities|^alarms gone", "what moto took before, though AWS documents to refuse it"),
    (
        r"^describe_load_balancers \{LoadBalancerArns: \[arn:none\]\}",
        "moto looks for a malformed ARN; AWS says ValidationError",
    ),
    (
        r"-> InvalidParameterCombination",
        "Value beside Values: moto says InvalidParameterValue, AWS InvalidParameterCombination",
    ),
    (
        r"^mail is not confirmed|^a pending subscription",
        "moto confirms every subscription; AWS waits for ConfirmSubscription",
    ),
    (r"^an empty policy", "moto keeps an empty filter policy; AWS takes the filter away"),
    (r"^no events in AWS's name", "moto lets anybody put events as aws.…; AWS does not"),
    (r"-> ConflictException", "moto answers 400; the API reference of Scheduler gives 409"),
    (
        r"^an update keeps|^a put does not",
        "moto ignores values of an event invoke config after the first; AWS puts and updates them",
    ),
]


def reason_of(what, moto, lab):
    """None for what nothing explains; the lab has to do what AWS documents in any case."""
    if lab not in ("", NOT_ASKED):
        return None
    if moto == NOT_ASKED:
        return "not reached in moto, whose section ended before"
    if "no error" in moto:
        return "moto takes what AWS documents to refuse"
    if re.search(r"'500 500'|ResponseParserError", moto):
        return "moto fails with 500 at what AWS documents to refuse"
    return next((reason for pattern, reason in EXPLAINED if re.search(pattern, what)), None)
