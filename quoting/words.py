"""What the codes of the geometry say to a customer: what is wrong, and what can be done about it."""

from typing import cast

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from quoting.geometry.values import Healing, Reason

SENTENCES: dict[str, Promise] = {
    # The file was refused.
    "no_such_file": _("The file could not be found. Please upload it again."),
    "empty_file": _("The file is empty. Please export your model again and upload the new file."),
    "not_a_model": _(
        "This is not a 3D model that we can read. Please upload an STL, 3MF, STEP, OBJ, PLY, GLB or IGES file; "
        "renaming another file does not make it one."
    ),
    "unsupported_format": _(
        "We cannot read files of this format (%(format)s). Please export your model as STL, 3MF or STEP."
    ),
    "truncated": _(
        "The file is incomplete: it announces %(expected)s triangles and holds %(found)s. It was probably cut off "
        "while it was saved or sent. Please export it again."
    ),
    "too_large": _("The file is larger than %(limit_mb)s MB. Please export your model with a coarser resolution."),
    "too_many_triangles": _(
        "The model has more than %(limit)s triangles. Please export it with a coarser resolution; a tenth of that is "
        "enough for nearly every part."
    ),
    "too_many_components": _(
        "The file places its components more than %(limit)s times or nests them too deeply. Please split it into "
        "several files."
    ),
    "circular_components": _("A component in this file contains itself. Please export your model again."),
    "suspicious_archive": _(
        "The contents of this file are out of all proportion to its size, so we did not unpack it. Please export your "
        "model again, or send it as STL."
    ),
    "unsafe_xml": _(
        "The file contains a document type declaration, which a 3MF model must not have. Please export your model "
        "again."
    ),
    "unreadable": _("The file is damaged and cannot be read (%(detail)s). Please export your model again."),
    "no_triangles": _("The file contains no surfaces. Please check that your model was selected when you exported it."),
    "not_finite": _("Some coordinates in the file are not numbers. Please export your model again."),
    "zero_size": _("All points of the model are in one place. Please export your model again."),
    "implausible_size": _(
        "The model would be %(size_mm)s mm large with lengths in %(unit)s. Please choose another unit, or check the "
        "scale of your model: we take parts from 0.01 mm to 10 m."
    ),
    "no_such_body": _("There is no body %(body)s in this file any more. Please upload the file again."),
    "memory_limit": _(
        "The model is too complex: measuring it takes more memory than we allow. Please export it with a coarser "
        "resolution, or ask us for a quote by hand."
    ),
    "time_limit": _(
        "The model is too complex: measuring it takes longer than we allow. Please export it with a coarser "
        "resolution, or ask us for a quote by hand."
    ),
    "crashed": _(
        "Measuring the file failed for a reason that we do not know. Please export your model in another format, or "
        "ask us for a quote by hand."
    ),
    "setting_not_estimated": _("The configuration uses %(setting)s, which the estimate does not know."),
    # The file was measured, and somebody has to look at it.
    "not_closed": _(
        "The surface has holes (%(edges)s open edges). We can still quote it by hand; for an instant price, close the "
        "holes in your CAD program."
    ),
    "crowded_edges": _(
        "Some surfaces meet where only two may (%(edges)s edges with more than two triangles). We can still quote it "
        "by hand; for an instant price, join or separate the bodies in your CAD program."
    ),
    "inconsistent_winding": _(
        "Some triangles face the wrong way (%(edges)s edges). We can still quote it by hand; for an instant price, "
        "repair the normals in your CAD program."
    ),
    "inverted": _(
        "The model, or a body in it, is inside out. We can still quote it by hand; for an instant price, turn its "
        "surfaces round in your CAD program."
    ),
    "no_volume": _(
        "The model encloses no volume: it is a surface without thickness. Please give it a thickness, or ask us for a "
        "quote by hand."
    ),
    "overlapping_bodies": _(
        "Bodies in the file may overlap (%(bodies)s bodies). We can still quote it by hand; for an instant price, join "
        "them into one body or upload them as separate files."
    ),
    "too_many_bodies": _(
        "The file contains %(bodies)s separate bodies. We can still quote it by hand; for an instant price, upload the "
        "parts as separate files."
    ),
    "self_overlapping": _(
        "The surface passes through itself, so the volume cannot be told with certainty. We can still quote it by "
        "hand; for an instant price, join the overlapping bodies in your CAD program."
    ),
}


def say(reason: Reason) -> str:
    """The sentence for a refusal or a review reason, in the language that is active."""
    return cast(str, SENTENCES[reason.code] % reason.params)


def say_repairs(healing: Healing | None) -> str:
    """What was repaired in a file before it was measured; "" where nothing was."""
    if healing is None or not healing.changed:
        return ""
    h = healing
    done = [
        (h.flipped, ngettext("%(n)s triangle turned round", "%(n)s triangles turned round", h.flipped)),
        (h.welded, ngettext("%(n)s corner joined", "%(n)s corners joined", h.welded)),
        (
            h.duplicates_removed,
            ngettext("%(n)s double triangle removed", "%(n)s double triangles removed", h.duplicates_removed),
        ),
        (
            h.degenerate_removed,
            ngettext(
                "%(n)s triangle without area removed", "%(n)s triangles without area removed", h.degenerate_removed
            ),
        ),
        (
            h.bodies_united,
            ngettext("%(n)s overlapping body united", "%(n)s overlapping bodies united", h.bodies_united),
        ),
    ]
    what = ", ".join(words % {"n": count} for count, words in done if count)
    before, after = f"{h.volume_before_mm3 / 1000:.2f}", f"{h.volume_after_mm3 / 1000:.2f}"
    if before == after:
        return gettext("We repaired the file: %(what)s. Its volume stayed %(after)s cm³.") % {
            "what": what,
            "after": after,
        }
    return gettext("We repaired the file: %(what)s. Its volume was %(before)s cm³ and is now %(after)s cm³.") % {
        "what": what,
        "before": before,
        "after": after,
    }
