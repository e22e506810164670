"""A mandate as the tests give it to a small case: everything, everywhere, by nobody in particular."""


def mandate(window: str = "2016/2018", threshold: float = 0.5) -> str:
    """Return the lines for `case.toml`; those of a probe may follow."""
    return f"""
[mandate]
requested_by = "POST-TEST"
legal_basis = "test"
necessity = "test"
purpose = "test"
cameras = ["*"]
window = "{window}"
undated_footage = true
threshold = {threshold}
expires = "2099-12-31"
reviewers = []
"""
