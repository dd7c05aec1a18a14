"""Labels of points never cover each other."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from consilience.plots.labels import Box, placed
from consilience.plots.style import SMALL
from consilience.plots.text import width

SHEET = Box(0.0, 0.0, 8.0, 4.0)
PLACES = st.lists(st.tuples(st.floats(0.1, 7.9), st.floats(0.1, 3.9)), max_size=15)


def box(label):
    half = width(label.text, SMALL) / 2.0
    return Box(label.x - half, label.y - 0.05, label.x + half, label.y + 0.05)


@given(PLACES)
def test_labels_stay_apart_and_on_the_sheet(points):
    texts = [f"Author {n}, 2020" for n in range(len(points))]
    boxes = [box(label) for label in placed(points, texts, within=SHEET)]
    assert not any(a.meets(b) for a, b in combinations(boxes, 2))
    assert all(SHEET.holds(each) for each in boxes)


def test_a_lonely_point_has_its_label_at_its_right():
    (label,) = placed([(4.0, 2.0)], ["A"], within=SHEET)
    assert label.x > 4.0
    assert label.y == 2.0


def test_a_line_is_avoided_where_there_is_room():
    line = [(4.2, y / 20.0) for y in range(80)]
    (label,) = placed([(4.0, 2.0)], ["Author 2020"], within=SHEET, avoided=line)
    assert not any(box(label).meets(Box(x, y, x, y)) for x, y in line)


def test_where_there_is_no_room_there_is_no_label():
    assert not placed([(0.1, 0.1)], ["A long label"], within=Box(0.0, 0.0, 0.2, 0.2))
