"""The clocks of the law: which deadlines a case is under, by its events, the rules and the time. Pure.

`clocks_of` (clocks.py) is the way in; `load_book` (book_file.py) reads the rules of a nation.
"""
