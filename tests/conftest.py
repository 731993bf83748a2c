"""Settings every test shares."""

from alphastrike.app.kernel_cache import use_kernel_cache

use_kernel_cache()

from hypothesis import HealthCheck, settings  # noqa: E402

settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci")
