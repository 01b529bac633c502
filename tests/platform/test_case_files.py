"""Files of cases are what they say they are, and belong to the case."""

import pytest
from case_office import REPORT, Office

from hereabouts_platform.store.case_events import events_of
from hereabouts_platform.store.case_files import Attachment, attach, read_file
from hereabouts_platform.store.cases import open_report
from hereabouts_schemas.errors import InputError


def test_files_are_what_they_say_they_are(office: Office) -> None:
    photo = Attachment(name="wall.jpg", media_type="image/jpeg", content=b"\xff\xd8\xff\xe0photo")
    with office.as_("Ada") as ada:
        case = open_report(ada, "n1", "damp_mould", REPORT).case
        first, again = attach(ada, case, photo), attach(ada, case, photo)
        assert (again.event, again.again) == (first.event, True)
        (number,) = (event.detail["file"] for event in events_of(ada.connection, case) if event.id == first.event)
        assert read_file(ada.connection, case, int(str(number))) == photo
        for kind, brands in (("heic", b"heic\0\0\0\0mif1heic"), ("heif", b"mif1\0\0\0\0mif1heic")):
            phone = b"\0\0\0\x18ftyp" + brands + b"\0\0 and the picture"
            attach(ada, case, Attachment(name=f"wall.{kind}", media_type=f"image/{kind}", content=phone))
    with office.as_("Bo") as bo:
        assert read_file(bo.connection, case, int(str(number))) is None
    for wrong in (
        Attachment(name="wall.jpg", media_type="image/jpeg", content=b"<script>"),
        Attachment(name="wall.heic", media_type="image/heic", content=b"\0\0\0\x18ftypmp42\0\0\0\0isommp42"),
        Attachment(name="wall.heic", media_type="image/heic", content=b"ftyp"),
        Attachment(name="wall.webp", media_type="image/webp", content=b"RIFF\0\0\0\0WAVE"),
        Attachment(name="a/b.jpg", media_type="image/jpeg", content=photo.content),
        Attachment(name="a.html", media_type="text/html", content=b"<p>"),
        Attachment(name="a.txt", media_type="text/plain", content=b"\xff"),
        Attachment(name="a.txt", media_type="text/plain", content=b""),
        Attachment(name="a.txt", media_type="text/plain", content=b"a" * (8 * 2**20 + 1)),
    ):
        with office.as_("Ada") as ada, pytest.raises(InputError):
            attach(ada, case, wrong)
