"""The interface in plain English. `{names}` are filled in by the caller."""

from __future__ import annotations

from collections.abc import Mapping

EN: Mapping[str, str] = {
    "action.close": "Close",
    "action.download": "Download (CSV)",
    "action.reset": "Whole map",
    "action.zoom_in": "Zoom in",
    "action.zoom_out": "Zoom out",
    "area.absent": "There is no figure of this area: for {period} this subject is there only by {levels}.",
    "area.average": "All of {name}: {value}",
    "area.children": "Look inside: {level}",
    "area.overview": "Overview",
    "area.select_hint": "Choose an area on the map, in the table or by searching.",
    "area.title": "Area",
    "badge.fictional": "Fictional data",
    "banner.audience": "Not public: only for {readers}. Do not pass on.",
    "banner.draft.asked": "Draft; do not publish.",
    "banner.draft.broken": "Draft: the audit found numbers that can be derived; do not publish.",
    "banner.draft.invalid": "Draft: the audit certificate is not valid; do not publish.",
    "banner.draft.primary": "Draft: primary suppression only; do not publish.",
    "banner.draft.unaudited": "Draft: the protection has not been audited yet; do not publish.",
    "banner.draft_link": "More on the protection",
    "banner.fictional": "This country does not exist. All areas and figures are invented.",
    "banner.protected": "Hidden figures are protected as a whole, and that was audited.",
    "banner.protected.link": "What that promises, and what not",
    "chart.label": "{indicator}, {area} ({unit})",
    "chart.none": "This subject is not there by year, only for {period}.",
    "chart.parent": "By {level} there are no single years. These are the years of {name}.",
    "chart.parent_none": "By {level} there are no single years.",
    "chart.title": "By year",
    "choice.category": "Breakdown",
    "choice.category_all": "All together",
    "choice.deviation_absent_why": "This subject is not compared with anything.",
    "choice.hotspot_absent_why": "There is no hotspot map of this subject.",
    "choice.indicator": "Subject",
    "choice.layer": "Map layer",
    "choice.level": "Areas",
    "choice.level_absent": "{level} (not for this subject)",
    "choice.level_absent_why": "This subject is not there by {level}.",
    "choice.level_areas": "Areas",
    "choice.level_auto": "Follows the zoom",
    "choice.level_elsewhere": "{level} ({period} only)",
    "choice.level_elsewhere_why": "By {level} there are figures for {period} only.",
    "choice.level_hexes": "Hexagons",
    "choice.measure": "Measure",
    "choice.period": "Period",
    "choice.period_absent_why": "This subject is not there for {period}.",
    "choice.period_elsewhere_why": "For {period} there are figures by {levels} only.",
    "choice.period_stock_why": "This is a count at one moment: years cannot be added up.",
    "choice.period_total": "All years ({period})",
    "choice.reference": "Compare with",
    "choice.theme": "Theme",
    "choice.title": "Choose what you see",
    "class.cold": "Cold spot",
    "class.cold.explain": (
        "This area and its neighbours together are strikingly low, whatever the hidden figures are. "
        "By itself it may be high."
    ),
    "class.hot": "Hotspot",
    "class.hot.explain": (
        "This area and its neighbours together are strikingly high, whatever the hidden figures are. "
        "By itself it may be low."
    ),
    "class.missing": "Unknown",
    "class.missing.explain": "No data were supplied for this area.",
    "class.not_applicable": "Not applicable",
    "class.not_applicable.explain": "This figure has no meaning here.",
    "class.not_significant": "Not striking",
    "class.not_significant.explain": "This area and its neighbours together do not stand out.",
    "class.probable": "Probable",
    "class.probable.explain": (
        "This area and its neighbours together are high if the hidden figures are as expected. That is not certain."
    ),
    "class.suppressed": "Hidden",
    "class.suppressed.explain": "Hidden, to protect this or a neighbouring number.",
    "class.undetermined": "Cannot be determined",
    "class.undetermined.explain": "Figures around it are hidden. So nobody can say whether this is a hotspot.",
    "deviation.at_least": "At least {low} times as much as {of}.",
    "deviation.between": "Between {low} and {high} times as much as {of}.",
    "deviation.comparable": "Comparable",
    "deviation.higher": "Higher",
    "deviation.lower": "Lower",
    "deviation.missing": "Unknown",
    "deviation.not_applicable": "Not applicable",
    "deviation.note": (
        "In brackets: what it may also be, by chance and rounding, for this area by itself. An area is called higher "
        "or lower only if that also holds among the large number of areas on the map. A difference is not yet an "
        "explanation."
    ),
    "deviation.suppressed": "Hidden",
    "deviation.times": "{ratio} times as much as {of} ({low} to {high}).",
    "deviation.title": "Compared with",
    "deviation.too_uncertain": "Too uncertain",
    "error.400.text": "The question in the address cannot be understood.",
    "error.400.title": "This question is not right",
    "error.404.text": "The page does not exist, or this figure is not in this release.",
    "error.404.title": "There is nothing here",
    "error.405.text": "This cannot be done here.",
    "error.405.title": "This cannot be done here",
    "error.500.text": "The server could not make the answer. Please try again later.",
    "error.500.title": "Something went wrong",
    "error.back": "To the map",
    "export.class": "class",
    "export.code": "code",
    "export.deviations": (
        "class: higher, comparable, lower, too_uncertain, suppressed (hidden), missing (unknown), not_applicable. "
        "Without an upper limit 'at most' is empty."
    ),
    "export.edition": "edition of the areas",
    "export.expected_high": "expected at most",
    "export.expected_low": "expected at least",
    "export.filter.category": "breakdown",
    "export.filter.indicator": "subject",
    "export.filter.level": "areas",
    "export.filter.measure": "measure",
    "export.filter.period": "period",
    "export.high": "at most",
    "export.low": "at least",
    "export.method": "method of the class",
    "export.name": "name",
    "export.notice": "note",
    "export.protection": "protection",
    "export.publisher": "publisher",
    "export.ratio": "ratio",
    "export.reference": "compared with",
    "export.release": "release",
    "export.rule": "rule of the comparison",
    "export.source": "source",
    "export.status": "status",
    "export.statuses": (
        "status: published = shown; suppressed = hidden; missing = unknown; not_applicable = not applicable"
    ),
    "export.title": "title",
    "export.unit": "unit",
    "export.value": "value",
    "filter.within": "Only within {name}",
    "footer.edition": "Areas: edition {edition}",
    "footer.release": "Release {release}",
    "hotspots.alpha": "How many of the hotspots found may be chance?",
    "hotspots.alpha.one_in": "at most 1 in {one}",
    "hotspots.method": "What is looked at?",
    "hotspots.method.gi-star-count": "Gi*, numbers (volume)",
    "hotspots.method.gi-star-rate": "Gi*, in proportion",
    "hotspots.method.neighbourhood-ratio": "Observed over expected",
    "hotspots.neighbourhood": "What counts as the neighbourhood?",
    "hotspots.neighbourhood.adjacent": "Adjacent areas",
    "hotspots.neighbourhood.nearest-8": "Eight nearest areas",
    "hotspots.neighbourhood.second-order": "Two rings of areas",
    "hotspots.own": "{name} (as published)",
    "hotspots.title": "How hotspots are decided",
    "lang.other": "Nederlands",
    "lang.other_code": "nl",
    "lang.other_short": "NL",
    "layer.deviation": "Deviation",
    "layer.hotspot": "Hotspots",
    "layer.value": "Values",
    "legend.between": "{low} to {high}",
    "legend.deviation_title": "Compared with {of}",
    "legend.from": "{low} or more",
    "legend.agreement": "Agreement with other borders (1 equal, 0 chance): {maps}.",
    "legend.agreement_one": "{level} {kappa}",
    "legend.agreement_shifted": "shifted {level} {kappa}",
    "legend.hotspot_title": "Hotspots",
    "legend.level": "per {level}",
    "legend.method_deviation": (
        "Comparable: a difference of {margin} times or more is ruled out. Higher and lower: corrected for many tests "
        "(FDR, α = {alpha})."
    ),
    "legend.method_instead": (
        "A map of your choice could not be made at this moment; you see that of the release. Try again later."
    ),
    "legend.method_made": "Made from the published figures, as you chose.",
    "legend.method_value": "Classes: groups of equal size (quantiles), rounded, the same for all years.",
    "legend.method_value_total": "Classes: groups of equal size (quantiles), rounded.",
    "legend.method_words": (
        "{method}; neighbourhood: {neighbourhood}. On average at most 1 in {one} hotspots "
        "found is chance (FDR, α = {alpha})."
    ),
    "legend.number": "number of areas in each class",
    "legend.number_in_sight": "number of areas in each class, in and around sight",
    "legend.title": "Legend",
    "legend.until": "below {high}",
    "legend.zero": "0 (none)",
    "level.buurt": "neighbourhood",
    "level.country": "country",
    "level.district": "police district",
    "level.gemeente": "municipality",
    "level.hex": "hexagon",
    "level.park": "vacation park",
    "level.province": "province",
    "level.wijk": "district",
    "levels.buurt": "neighbourhoods",
    "levels.country": "countries",
    "levels.district": "police districts",
    "levels.gemeente": "municipalities",
    "levels.hex": "hexagons",
    "levels.park": "vacation parks",
    "levels.province": "provinces",
    "levels.wijk": "districts",
    "loading": "Loading…",
    "map.attribution_pdok": "Background: BRT Achtergrondkaart, Kadaster (PDOK)",
    "map.failed": "The map cannot be drawn here. The table shows the same figures.",
    "map.keys": "Map. Arrow keys move it, plus and minus zoom. The table beside it shows the same figures.",
    "measure.amount": "Amount",
    "measure.count": "Number",
    "measure.expected": "Expected number",
    "measure.exposure": "Denominator",
    "measure.rate": "In proportion",
    "method.bounds": "Rounded; the true figure lies between {low} and {high}.",
    "method.bounds_hidden": "It lies between {low} and {high}.",
    "method.deviations.text": (
        "An area is compared with the rest of the country or of the gemeente, with areas that are equally urban, "
        "with areas that are like it, and with what its surroundings lead one to expect. Its own figure is no part "
        "of that comparison. Hidden figures of other areas count as anything they can be; so the answer is "
        "sometimes: too uncertain. That is not the same as: no difference. An area is called comparable only if a "
        "large difference is ruled out. No comparison is about the origin of people."
    ),
    "method.deviations.title": "How a deviation is determined",
    "method.hotspots.text": (
        "A hotspot is an area that, together with its neighbours, is higher than chance would make it. The area itself "
        "may be low, if its neighbours are high. A cold spot is the reverse. We "
        "compare the number there with what the average would give, and allow for events that come in bunches. "
        "Beside it stands Getis-Ord Gi*, which compares with randomly shuffled maps. We use published figures only "
        "and correct for the large number of tests. Where a figure in the surroundings is hidden, we use every value "
        "it may have. If the answer is always the same we give it. If it is so only when the hidden figures are as "
        "expected, we call it probable. Otherwise it cannot be determined."
    ),
    "method.hotspots.title": "How a hotspot is determined",
    "method.indicators.title": "Subjects and sources",
    "method.lead": "How the figures were made, where they come from and what they do not say.",
    "method.not.text": (
        "A pattern, not proof. A high figure does not say that something is wrong, and certainly nothing about one "
        "person, address or business. There are no units smaller than an area in this release. Always look for an "
        "ordinary explanation first."
    ),
    "method.not.title": "What these figures do not say",
    "method.quality.cell.read": "Read",
    "method.quality.cell.rejected": "Rejected",
    "method.quality.cell.unplaced": "Without a place",
    "method.quality.cell.used": "Used",
    "method.quality.hidden": "fewer than {threshold}",
    "method.quality.reason": "Reason",
    "method.quality.records": "Rows",
    "method.quality.text": (
        "Every row that came in is counted: used, rejected with a reason, or without a place. These counts too are "
        "not shown below the threshold of {threshold}."
    ),
    "method.quality.title": "Quality of the sources",
    "method.quality.what": "What",
    "method.statuses.missing": "No data were supplied. So we do not know.",
    "method.statuses.not_applicable": (
        "The figure has no meaning here, for instance because there is nothing to divide by."
    ),
    "method.statuses.published": "The figure is on the map. Counts are rounded.",
    "method.statuses.suppressed": (
        "We know the figure but do not show it, because it might give away something about people or businesses. "
        "Whether it is small or only needed to protect another figure cannot be seen. So hidden is not the same as "
        "low."
    ),
    "method.statuses.text": "Four things that look alike and differ. Zero is an ordinary figure: nothing was counted.",
    "method.statuses.title": "Shown, hidden, unknown, not applicable",
    "method.title": "Method and sources",
    "nav.main": "Main menu",
    "nav.map": "Map",
    "nav.method": "Method and sources",
    "nav.protection": "Protection",
    "nav.skip_choices": "To the choices",
    "nav.skip_table": "To the table",
    "noscript": "The map needs JavaScript. Without JavaScript you can download the figures:",
    "note.closer": "These hexagons are too small to see from here. Zoom in further.",
    "note.closer_hexes": "larger hexagons",
    "note.closer_instead": "These hexagons are too small to see from here; you now see {shown}. Zoom in further.",
    "note.deviation": "What you saw is not compared; you now see {period}, by {level}.",
    "note.follow": "For {period} there are figures by {levels} only; zooming in further gives no smaller areas.",
    "note.hotspot": "What you saw has no hotspots; you now see {period}, by {level}.",
    "note.level": (
        "For {period} there are figures by {levels} only, since smaller numbers would give away too much; you now "
        "see {shown} instead of {wanted}."
    ),
    "note.level_subject": "This subject is not there by {wanted}; you now see it by {shown}.",
    "note.period": (
        "By {level} there are figures for {periods} only, since smaller numbers would give away too much; you now "
        "see {shown}."
    ),
    "note.period_subject": "This subject is not there for {wanted}; you now see {shown}.",
    "pattern": "A pattern, not proof.",
    "period.all": "{period} together",
    "protect.audit.again": (
        "Anybody who has this release can do the audit again. The same version of Zicht gives the same file, letter "
        "by letter:"
    ),
    "protect.audit.alone": "None: this release was audited by itself.",
    "protect.audit.broken": "The rule does not hold: there are numbers that can be derived too closely.",
    "protect.audit.checked": "Checked",
    "protect.audit.checked_text": "{targets} bounds of hidden numbers, in {systems} connected tables.",
    "protect.audit.holds": "The rule holds, for every hidden number.",
    "protect.audit.narrowest": "Narrowest bound",
    "protect.audit.narrowest_text": "Every hidden number that can be above zero can still be {narrowest} at least.",
    "protect.audit.none": "There is no valid audit certificate of this release.",
    "protect.audit.outcome": "Outcome",
    "protect.audit.text": (
        "A separate program acts as a reader who adds and subtracts everything that is shown. It does not know the "
        "confidential data. For every hidden number it computes how high that can be at most."
    ),
    "protect.audit.title": "How this was audited",
    "protect.audit.with": "Together with earlier releases",
    "protect.data": "These data for programs (JSON)",
    "protect.draft.asked": "This is a draft. Do not publish these figures.",
    "protect.draft.broken": (
        "This is a draft. The audit found numbers that can be derived. Do not publish these figures."
    ),
    "protect.draft.invalid": (
        "This is a draft. The audit certificate is of another release or was changed. Do not publish these figures."
    ),
    "protect.draft.primary": (
        "This is a draft. Every small number is hidden, but nothing keeps it from being derived from other figures. "
        "What is said below about protecting together does not hold here yet."
    ),
    "protect.draft.unaudited": (
        "This is a draft. The protection has not been audited yet. Do not publish these figures."
    ),
    "protect.lead": "Which figures are hidden, why, and what you may and may not build on.",
    "protect.not.elsewhere": (
        "What others publish, or what was published earlier, may give away more together with these figures. Only "
        "what is named above was audited."
    ),
    "protect.not.group": (
        "A figure of an area says something about a group. It may touch people who have nothing to do with it."
    ),
    "protect.not.knowledge": (
        "Whoever knows much about a place already can derive more than an ordinary reader. The margin allows for "
        "knowing of a few cases, not of more."
    ),
    "protect.not.low": "Hidden is not the same as low, nor the same as suspicious.",
    "protect.not.records": (
        "The audit does not say whether the data are right. For that, see the quality of the sources."
    ),
    "protect.not.something": (
        "That something was counted, or nothing at all, is no secret. Where zero is shown, a hidden number is at "
        "least 1. The rule is about how high a number can be, not about how low."
    ),
    "protect.not.title": "What this does not promise",
    "protect.rule.bound": (
        "After all adding and subtracting, every hidden number that can be above zero must still be able to be as "
        "high as the threshold plus the margin. So nobody can establish that it is small."
    ),
    "protect.rule.joint": (
        "Then other numbers are hidden, until the small ones can no longer be derived. A hidden figure does not show "
        "why it is hidden."
    ),
    "protect.rule.less": (
        "A bound may be lower only where everybody can know that already: because no more can exist in that place, "
        "or because a number that is shown for a larger area is as low."
    ),
    "protect.rule.numbers": (
        "In this release, for every subject: threshold {threshold}, margin {margin}, rounded to {rounding}."
    ),
    "protect.rule.rounding": "Numbers that are shown are rounded. So a difference of one gives nothing away.",
    "protect.rule.threshold": "A number below the threshold is not shown. For some subjects zero is: see the table.",
    "protect.rule.title": "The rule",
    "protect.table.cells": "Figures",
    "protect.table.hidden": "Hidden",
    "protect.table.margin": "Margin",
    "protect.table.narrowest": "Narrowest bound",
    "protect.table.rounding": "Rounded to",
    "protect.table.text": (
        "Counted in the release itself, over all years and all kinds of areas. The narrowest bound comes from the "
        "audit: every hidden number that can be above zero can still be at least this high."
    ),
    "protect.table.threshold": "Threshold",
    "protect.table.title": "By subject",
    "protect.table.zeros": "Zero",
    "protect.table.zeros.publish": "shown",
    "protect.table.zeros.suppress": "hidden",
    "protect.title": "How these figures are protected",
    "protect.what.sums": (
        "Areas add up to larger areas, years to all years together, and hexagons lie across districts and "
        "neighbourhoods. So all figures of a subject were protected together, and not each by itself."
    ),
    "protect.what.text": (
        "This release has {cells} numbers and amounts. Of these, {hidden} are hidden ({percent}%), to protect people "
        "and businesses."
    ),
    "protect.what.title": "What is protected",
    "protection.joint": "joint suppression",
    "protection.primary": "primary suppression only",
    "receipt.caveats": "Note",
    "receipt.check.alone": "The class is computed from published figures alone.",
    "receipt.check.amount": (
        "An amount is shown only where at least {threshold} persons or businesses make it up and none of them "
        "determines it; it is rounded to {rounding}."
    ),
    "receipt.check.files": "Every file of the release equals what was recorded (SHA-256).",
    "receipt.check.protection.asked": "Draft: do not publish.",
    "receipt.check.protection.broken": "Draft: the audit found numbers that can be derived.",
    "receipt.check.protection.invalid": "Draft: the audit certificate is not valid.",
    "receipt.check.protection.joint": "The figures shown do not tell that a hidden number is small; that was audited.",
    "receipt.check.protection.primary": (
        "Draft: small figures are hidden; whether they can be derived from others has not been checked yet."
    ),
    "receipt.check.protection.unaudited": "Draft: protected as a whole, but not audited yet.",
    "receipt.check.threshold": "Counts below {threshold} are hidden; others are rounded to {rounding}.",
    "receipt.check.threshold_exact": "Counts below {threshold} are hidden.",
    "receipt.check.zeros.publish": "Zero is shown.",
    "receipt.check.zeros.suppress": "Zero is hidden too.",
    "receipt.checks": "Checks",
    "receipt.class": "Class",
    "receipt.class.neighbours": "Compared with {count} neighbouring areas, of which {suppressed} hidden.",
    "receipt.class.ratio": (
        "This area and its neighbours together have {low} to {high} times what the average would give."
    ),
    "receipt.class.ratio_one": "This area and its neighbours together have {low} times what the average would give.",
    "receipt.class.q": "Chance of coincidence after correction (q): {low} to {high}; a hotspot at {alpha} or less.",
    "receipt.class.q_one": "Chance of coincidence after correction (q): {low}; a hotspot at {alpha} or less.",
    "receipt.definition": "Definition",
    "receipt.exposure": "Divided by",
    "receipt.formula": "Calculation",
    "receipt.formula.rate": "{numerator} divided by {exposure}, times {per}",
    "receipt.legal_basis": "Legal basis",
    "receipt.numerator": "What is counted",
    "receipt.owner": "Owner",
    "receipt.purpose": "Purpose",
    "receipt.rebuild": "Check it yourself",
    "receipt.release": "Release",
    "receipt.source": "Source",
    "receipt.status": "Status",
    "receipt.title": "How did this number come about?",
    "reference.country": "the rest of the country",
    "reference.country.choice": "The rest of the country",
    "reference.country.explain": "The figure of all other areas together.",
    "reference.gemeente": "the rest of the gemeente",
    "reference.gemeente.choice": "The rest of the gemeente",
    "reference.gemeente.explain": "The figure of the other areas in the same gemeente.",
    "reference.similar": "similar areas",
    "reference.similar.choice": "Similar areas",
    "reference.similar.explain": "The areas most like it, in density and kind of households among other things.",
    "reference.unexplained": "what its surroundings lead one to expect",
    "reference.unexplained.choice": "What is to be expected",
    "reference.unexplained.explain": (
        "What density and kind of households lead one to expect. What is left is not explained, and that does not "
        "make it suspect."
    ),
    "reference.urbanity": "equally urban areas",
    "reference.urbanity.choice": "Equally urban areas",
    "reference.urbanity.explain": (
        "Areas with about as many addresses per square kilometre (five classes of Statistics Netherlands)."
    ),
    "search.hint": "Name or code",
    "search.label": "Find an area",
    "search.none": "Nothing found",
    "search.results": "{count} found",
    "spots.at_least": "At least",
    "spots.hexes": "Hexagons (H3)",
    "spots.line": "{name}: at least {least} in {years} years",
    "spots.none": "No hotspot window reached the number required.",
    "spots.pattern": "A pattern, not proof. Much may have been found outside a hotspot window too.",
    "spots.text": (
        "Hotspot windows in {period}: areas that were fixed beforehand and in which at least so many were found. "
        "The number itself is not given. That an area is absent does not say that nothing was found."
    ),
    "spots.title": "Hotspot windows",
    "spots.where": "Where",
    "status.changed": "{indicator}, {period}, per {level}. {shown} of {total} areas have a figure.",
    "status.missing": "Unknown",
    "status.not_applicable": "Not applicable",
    "status.published": "Shown",
    "status.selected": "Chosen: {name}, {value}.",
    "status.suppressed": "Hidden",
    "table.area": "Area",
    "table.caption": "The same figures as on the map",
    "table.class": "Class",
    "table.empty": "No areas.",
    "table.in_sight": "{count} in and around sight",
    "table.scroll": "Move the table sideways for more columns.",
    "table.sort": "Sort by {column}",
    "table.title": "Table",
    "table.value": "Value",
    "title.separator": "·",
    "tooltip.source": "Source: {source}",
    "unit.over_years": "{unit} summed over {years} years",
}
