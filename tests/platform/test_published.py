"""x"""


def test_x(database_url):
    pass
