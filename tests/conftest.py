"""What all tests share: the hypothesis profiles. `fast` is the default, and draws the same in every run, so that a
change fails for what it changes; `laws`, behind `make laws`, is the long form and draws anew."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "fast", max_examples=30, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("laws", max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))
