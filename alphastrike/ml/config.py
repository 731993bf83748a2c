"""Which model votes, if any."""

from pydantic import Field

from alphastrike.domain.settings import Settings


class MlConfig(Settings):
    """The optional model of stage 5."""

    model_path: str | None = Field(
        None,
        description="LightGBM model text file; its manifest lies beside it. Unset: the signals vote alone.",
    )
