"""The settings of the weather that is fetched for weather stations without a sensor."""

from urllib.parse import urlsplit

from pydantic import BaseModel, Field, field_validator, model_validator

from hereabouts_platform.jobs.weather_service import WeatherService


class WeatherSettings(BaseModel):
    """Which service tells the weather, and for which stations; nothing is fetched unless both are said."""

    weather_url: str | None = Field(
        default=None,
        description="Service that tells the weather of the last hours as Open-Meteo does, for the job `weather`.",
    )
    weather_stations: str = Field(
        default="", description="Places of kind weather_station that it is asked about, with commas between."
    )
    weather_key: str | None = Field(default=None, repr=False, description="Key of that service, where it wants one.")

    @property
    def weather(self) -> WeatherService | None:
        """The service as it is set up; None where none is."""
        if self.weather_url is None:
            return None
        names = tuple(name.strip() for name in self.weather_stations.split(",") if name.strip())
        return WeatherService(url=self.weather_url, stations=names, key=self.weather_key)

    @field_validator("weather_url")
    @classmethod
    def _check_url(cls, value: str | None) -> str | None:
        if value is not None and (urlsplit(value).scheme not in ("http", "https") or urlsplit(value).query):
            raise ValueError("Write an address like https://api.open-meteo.com/v1/forecast, without a question")
        return value

    @model_validator(mode="after")
    def _check_stations(self) -> "WeatherSettings":
        if self.weather_url is not None and not self.weather_stations.strip(", "):
            raise ValueError("WEATHER_URL is set, so set WEATHER_STATIONS too: the weather stations it is asked about")
        return self
