"""What holds for every test: no time is measured, whatever else the machine is doing."""

from hypothesis import settings

settings.register_profile("jiwar", deadline=None)
settings.load_profile("jiwar")
