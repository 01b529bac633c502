"""The settings of letters to tenants: who writes, and how to reach them."""

from pydantic import BaseModel, Field, field_validator

from hereabouts_platform.evidence.case_file import Landlord
from hereabouts_platform.notify.mail import is_address


class LandlordSettings(BaseModel):
    """What the drafts of letters say of the landlord; what is left empty there is a gap to fill in."""

    landlord_name: str = Field(default="", description="The landlord's name at the top of letters to tenants.")
    landlord_address: str = Field(default="", description="The address beneath it, in one line.")
    landlord_phone: str = Field(default="", description="Telephone of the team that tenants can ask about their case.")
    landlord_email: str = Field(default="", description="E-mail address of that team.")
    landlord_complaints: str = Field(
        default="", description="A sentence for letters on how to complain, after where to get advice."
    )

    @property
    def landlord(self) -> Landlord:
        """What the settings say of the landlord."""
        return Landlord(
            name=self.landlord_name,
            address=self.landlord_address,
            phone=self.landlord_phone,
            email=self.landlord_email,
            complaints=self.landlord_complaints,
        )

    @field_validator("landlord_email")
    @classmethod
    def _check_email(cls, value: str) -> str:
        if value and not is_address(value):
            raise ValueError("Write an address, like repairs@example.gov.uk")
        return value
