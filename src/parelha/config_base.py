"""What the tables of the configuration are made of: bounded numbers, and a closed table."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Size = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
# Lower, and logits divided by it overflow.
Temperature = Annotated[float, Field(ge=0.01, allow_inf_nan=False)]


class Section(BaseModel):
    """A table of the configuration: immutable, and closed against unknown keys."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )
