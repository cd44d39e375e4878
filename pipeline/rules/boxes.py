"""Boxes as four floats: for the few objects of one picture plain arithmetic is quicker than arrays."""

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 as shares of the picture's width and height."""


def area(box: Box) -> float:
    """Share of the picture."""
    width, height = box[2] - box[0], box[3] - box[1]
    return width * height if width > 0 and height > 0 else 0.0


def shared_area(a: Box, b: Box) -> float:
    """What both cover, as a share of the picture."""
    a_left, a_top, a_right, a_bottom = a
    left, top, right, bottom = b
    # Most pairs are apart, and a comparison costs a quarter of `min`.
    if a_right <= left or right <= a_left or a_bottom <= top or bottom <= a_top:
        return 0.0
    width = (a_right if a_right < right else right) - (a_left if a_left > left else left)  # noqa: FURB136 - as above
    height = (a_bottom if a_bottom < bottom else bottom) - (a_top if a_top > top else top)  # noqa: FURB136 - as above
    return width * height


def iou(a: Box, b: Box) -> float:
    """Overlap in [0, 1]; 0 where either has no area."""
    both = shared_area(a, b)
    return both / (area(a) + area(b) - both) if both > 0 else 0.0


def covered(box: Box, by: Box) -> float:
    """Share of `box` that lies under `by`, in [0, 1]."""
    both = shared_area(box, by)
    return both / area(box) if both > 0 else 0.0


def containment(a: Box, b: Box) -> float:
    """Share of the smaller one that lies within the other, in [0, 1]."""
    both = shared_area(a, b)
    return both / min(area(a), area(b)) if both > 0 else 0.0


def surrounding(boxes: tuple[Box, ...]) -> Box:
    """The smallest box around all of them, at least one."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
