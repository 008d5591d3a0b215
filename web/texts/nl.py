"""The interface in plain Dutch (level B1). `{names}` are filled in by the caller."""

from __future__ import annotations

from collections.abc import Mapping

NL: Mapping[str, str] = {
    "action.close": "Sluiten",
    "action.download": "Downloaden (CSV)",
    "action.reset": "Hele kaart",
    "action.zoom_in": "Inzoomen",
    "action.zoom_out": "Uitzoomen",
    "area.absent": "Van dit gebied is er geen cijfer: over {period} is dit onderwerp er alleen per {levels}.",
    "area.average": "Heel {name}: {value}",
    "area.children": "Bekijk hierbinnen: {level}",
    "area.overview": "Overzicht",
    "area.select_hint": "Kies een gebied op de kaart, in de tabel of met zoeken.",
    "area.title": "Gebied",
    "badge.fictional": "Fictieve gegevens",
    "banner.audience": "Niet openbaar: alleen voor {readers}. Niet verspreiden.",
    "banner.draft.asked": "Concept; niet publiceren.",
    "banner.draft.broken": "Concept: de controle vond getallen die zijn af te leiden; niet publiceren.",
    "banner.draft.invalid": "Concept: het bewijs van de controle klopt niet; niet publiceren.",
    "banner.draft.primary": "Concept: alleen primaire onderdrukking; niet publiceren.",
    "banner.draft.unaudited": "Concept: de bescherming is nog niet gecontroleerd; niet publiceren.",
    "banner.draft_link": "Meer over de bescherming",
    "banner.fictional": "Dit land bestaat niet. Alle gebieden en cijfers zijn verzonnen.",
    "banner.protected": "Verborgen cijfers zijn als geheel beschermd, en dat is nagerekend.",
    "banner.protected.link": "Wat dat belooft, en wat niet",
    "chart.label": "{indicator}, {area} ({unit})",
    "chart.none": "Dit onderwerp is er niet per jaar, alleen over {period}.",
    "chart.parent": "Per {level} zijn er geen losse jaren. Dit zijn de jaren van {name}.",
    "chart.parent_none": "Per {level} zijn er geen losse jaren.",
    "chart.title": "Per jaar",
    "choice.category": "Uitsplitsing",
    "choice.category_all": "Alles samen",
    "choice.deviation_absent_why": "Dit onderwerp wordt met niets vergeleken.",
    "choice.hotspot_absent_why": "Van dit onderwerp is er geen kaart van hotspots.",
    "choice.indicator": "Onderwerp",
    "choice.layer": "Kaartlaag",
    "choice.level": "Gebieden",
    "choice.level_absent": "{level} (niet bij dit onderwerp)",
    "choice.level_absent_why": "Dit onderwerp is er niet per {level}.",
    "choice.level_areas": "Gebieden",
    "choice.level_auto": "Volgt het inzoomen",
    "choice.level_elsewhere": "{level} (alleen {period})",
    "choice.level_elsewhere_why": "Per {level} zijn er alleen cijfers over {period}.",
    "choice.level_hexes": "Zeshoeken",
    "choice.measure": "Maat",
    "choice.period": "Periode",
    "choice.period_absent_why": "Dit onderwerp is er niet over {period}.",
    "choice.period_elsewhere_why": "Over {period} zijn er alleen cijfers per {levels}.",
    "choice.period_stock_why": "Dit is een stand op één moment: jaren bij elkaar optellen kan niet.",
    "choice.period_total": "Alle jaren ({period})",
    "choice.reference": "Vergelijken met",
    "choice.theme": "Thema",
    "choice.title": "Kies wat u ziet",
    "class.cold": "Coldspot",
    "class.cold.explain": (
        "Dit gebied en zijn buren zijn samen opvallend laag, wat de verborgen cijfers ook zijn. "
        "Het gebied zelf kan hoog zijn."
    ),
    "class.hot": "Hotspot",
    "class.hot.explain": (
        "Dit gebied en zijn buren zijn samen opvallend hoog, wat de verborgen cijfers ook zijn. "
        "Het gebied zelf kan laag zijn."
    ),
    "class.missing": "Onbekend",
    "class.missing.explain": "Voor dit gebied zijn geen gegevens aangeleverd.",
    "class.not_applicable": "Niet van toepassing",
    "class.not_applicable.explain": "Dit cijfer heeft hier geen betekenis.",
    "class.not_significant": "Niet opvallend",
    "class.not_significant.explain": "Dit gebied en zijn buren wijken samen niet opvallend af.",
    "class.probable": "Waarschijnlijk",
    "class.probable.explain": (
        "Dit gebied en zijn buren zijn samen hoog als de verborgen cijfers zijn zoals verwacht. Zeker is dat niet."
    ),
    "class.suppressed": "Verborgen",
    "class.suppressed.explain": "Verborgen, om dit getal of een naburig getal te beschermen.",
    "class.undetermined": "Niet te bepalen",
    "class.undetermined.explain": "Rondom zijn cijfers verborgen. Daardoor is niet te zeggen of dit een hotspot is.",
    "deviation.at_least": "Ten minste {low} keer zo veel als {of}.",
    "deviation.between": "Tussen {low} en {high} keer zo veel als {of}.",
    "deviation.comparable": "Vergelijkbaar",
    "deviation.higher": "Hoger",
    "deviation.lower": "Lager",
    "deviation.missing": "Onbekend",
    "deviation.not_applicable": "Niet van toepassing",
    "deviation.note": (
        "Tussen haakjes: wat er bij toeval en afronding ook kan zijn, voor dit gebied op zichzelf. Hoger of lager "
        "heet een gebied pas als dat ook overeind blijft bij het grote aantal gebieden op de kaart. Een verschil is "
        "nog geen verklaring."
    ),
    "deviation.suppressed": "Verborgen",
    "deviation.times": "{ratio} keer zo veel als {of} ({low} tot {high}).",
    "deviation.title": "Vergeleken met",
    "deviation.too_uncertain": "Te onzeker",
    "error.400.text": "De vraag in het adres is niet te begrijpen.",
    "error.400.title": "Deze vraag klopt niet",
    "error.404.text": "De pagina bestaat niet, of dit cijfer staat niet in deze uitgave.",
    "error.404.title": "Hier is niets",
    "error.405.text": "Deze handeling kan hier niet.",
    "error.405.title": "Dit kan hier niet",
    "error.500.text": "De server kon het antwoord niet maken. Probeer het later nog eens.",
    "error.500.title": "Er ging iets mis",
    "error.back": "Naar de kaart",
    "export.class": "klasse",
    "export.code": "code",
    "export.deviations": (
        "klasse: higher = hoger; comparable = vergelijkbaar; lower = lager; too_uncertain = te onzeker; suppressed = "
        "verborgen; missing = onbekend; not_applicable = niet van toepassing. Zonder bovengrens is 'hoogstens' leeg."
    ),
    "export.edition": "editie van de gebieden",
    "export.expected_high": "verwacht hoogstens",
    "export.expected_low": "verwacht minstens",
    "export.filter.category": "uitsplitsing",
    "export.filter.indicator": "onderwerp",
    "export.filter.level": "gebieden",
    "export.filter.measure": "maat",
    "export.filter.period": "periode",
    "export.high": "hoogstens",
    "export.low": "minstens",
    "export.method": "methode van de klasse",
    "export.name": "naam",
    "export.notice": "let op",
    "export.protection": "bescherming",
    "export.publisher": "uitgever",
    "export.ratio": "verhouding",
    "export.reference": "vergeleken met",
    "export.release": "uitgave",
    "export.rule": "regel van de vergelijking",
    "export.source": "bron",
    "export.status": "status",
    "export.statuses": (
        "status: published = getoond; suppressed = verborgen; missing = onbekend; not_applicable = niet van toepassing"
    ),
    "export.title": "titel",
    "export.unit": "eenheid",
    "export.value": "waarde",
    "filter.within": "Alleen binnen {name}",
    "footer.edition": "Gebieden: editie {edition}",
    "footer.release": "Uitgave {release}",
    "hotspots.alpha": "Hoeveel van de gevonden hotspots mag toeval zijn?",
    "hotspots.alpha.one_in": "hoogstens 1 op {one}",
    "hotspots.method": "Waarnaar wordt gekeken?",
    "hotspots.method.gi-star-count": "Gi*, aantallen (volume)",
    "hotspots.method.gi-star-rate": "Gi*, naar verhouding",
    "hotspots.method.neighbourhood-ratio": "Waargenomen en verwacht",
    "hotspots.neighbourhood": "Wat telt als omgeving?",
    "hotspots.neighbourhood.adjacent": "Aangrenzende gebieden",
    "hotspots.neighbourhood.nearest-8": "Acht dichtstbijzijnde",
    "hotspots.neighbourhood.second-order": "Twee ringen van gebieden",
    "hotspots.own": "{name} (zoals gepubliceerd)",
    "hotspots.title": "Hoe hotspots worden bepaald",
    "lang.other": "English",
    "lang.other_code": "en",
    "lang.other_short": "EN",
    "layer.deviation": "Afwijking",
    "layer.hotspot": "Hotspots",
    "layer.value": "Waarden",
    "legend.between": "{low} tot {high}",
    "legend.deviation_title": "Vergeleken met {of}",
    "legend.from": "{low} of meer",
    "legend.agreement": "Overeenstemming met andere grenzen (1 gelijk, 0 toeval): {maps}.",
    "legend.agreement_one": "{level} {kappa}",
    "legend.agreement_shifted": "verschoven {level} {kappa}",
    "legend.hotspot_title": "Hotspots",
    "legend.level": "per {level}",
    "legend.method_deviation": (
        "Vergelijkbaar: een verschil van {margin} keer of meer is uitgesloten. Hoger en lager: gecorrigeerd voor "
        "veel toetsen (FDR, α = {alpha})."
    ),
    "legend.method_instead": (
        "Een kaart naar uw keuze kon nu niet worden gemaakt; u ziet die van de publicatie. Probeer het straks nog eens."
    ),
    "legend.method_made": "Naar uw keuze gemaakt uit de gepubliceerde cijfers.",
    "legend.method_value": "Klassen: even grote groepen (kwantielen), afgerond, gelijk voor alle jaren.",
    "legend.method_value_total": "Klassen: even grote groepen (kwantielen), afgerond.",
    "legend.method_words": (
        "{method}; omgeving: {neighbourhood}. Gemiddeld is hoogstens 1 op {one} gevonden "
        "hotspots toeval (FDR, α = {alpha})."
    ),
    "legend.number": "aantal gebieden per klasse",
    "legend.number_in_sight": "aantal gebieden per klasse, in en om het beeld",
    "legend.title": "Legenda",
    "legend.until": "tot {high}",
    "legend.zero": "0 (geen)",
    "level.buurt": "buurt",
    "level.country": "land",
    "level.district": "politiedistrict",
    "level.gemeente": "gemeente",
    "level.hex": "zeshoek",
    "level.park": "vakantiepark",
    "level.province": "provincie",
    "level.wijk": "wijk",
    "levels.buurt": "buurten",
    "levels.country": "landen",
    "levels.district": "politiedistricten",
    "levels.gemeente": "gemeenten",
    "levels.hex": "zeshoeken",
    "levels.park": "vakantieparken",
    "levels.province": "provincies",
    "levels.wijk": "wijken",
    "loading": "Laden…",
    "map.attribution_pdok": "Achtergrond: BRT Achtergrondkaart, Kadaster (PDOK)",
    "map.failed": "De kaart kan hier niet worden getekend. De tabel toont dezelfde cijfers.",
    "map.keys": "Kaart. Pijltoetsen verschuiven, plus en min zoomen. De tabel ernaast toont dezelfde cijfers.",
    "measure.amount": "Bedrag",
    "measure.count": "Aantal",
    "measure.expected": "Verwacht aantal",
    "measure.exposure": "Noemer",
    "measure.rate": "Naar verhouding",
    "method.bounds": "Afgerond; het ware cijfer ligt tussen {low} en {high}.",
    "method.bounds_hidden": "Het ligt tussen {low} en {high}.",
    "method.deviations.text": (
        "Een gebied wordt vergeleken met de rest van het land of van de gemeente, met gebieden die even stedelijk "
        "zijn, met gebieden die erop lijken, en met wat op grond van de omgeving te verwachten is. Het eigen cijfer "
        "telt in die vergelijking niet mee. Verborgen cijfers van andere gebieden tellen mee als alles wat ze kunnen "
        "zijn; daardoor is het antwoord soms: te onzeker. Dat is iets anders dan: geen verschil. Vergelijkbaar heet "
        "een gebied pas als een groot verschil is uitgesloten. Over herkomst van mensen gaat geen enkele "
        "vergelijking."
    ),
    "method.deviations.title": "Hoe een afwijking wordt bepaald",
    "method.hotspots.text": (
        "Een hotspot is een gebied dat samen met zijn buurgebieden hoger scoort dan bij toeval te verwachten is. Het "
        "gebied zelf kan laag zijn, als zijn buren hoog zijn. Bij een coldspot is het omgekeerd. We "
        "vergelijken het aantal daar met wat bij het gemiddelde past, en houden er rekening mee dat gebeurtenissen "
        "vaak samen voorkomen. Ernaast staat de toets Getis-Ord Gi*, die vergelijkt met willekeurig geschudde "
        "kaarten. We gebruiken alleen gepubliceerde cijfers en corrigeren voor het grote aantal toetsen. Is een "
        "cijfer in de omgeving verborgen, dan rekenen we met alle waarden die het kan hebben. Is het antwoord altijd "
        "hetzelfde, dan noemen we het. Is het alleen zo als de verborgen cijfers zijn zoals verwacht, dan heet het "
        "waarschijnlijk. Anders is het niet te bepalen."
    ),
    "method.hotspots.title": "Hoe een hotspot wordt bepaald",
    "method.indicators.title": "Onderwerpen en bronnen",
    "method.lead": "Hoe de cijfers zijn gemaakt, waar ze vandaan komen en wat ze niet zeggen.",
    "method.not.text": (
        "Een patroon, geen bewijs. Een hoog cijfer zegt niet dat er iets mis is, en zeker niets over één persoon, "
        "adres of bedrijf. Kleinere eenheden dan een gebied bestaan in deze uitgave niet. Zoek altijd eerst naar een "
        "gewone verklaring."
    ),
    "method.not.title": "Wat deze cijfers niet zeggen",
    "method.quality.cell.read": "Gelezen",
    "method.quality.cell.rejected": "Afgekeurd",
    "method.quality.cell.unplaced": "Zonder plaats",
    "method.quality.cell.used": "Gebruikt",
    "method.quality.hidden": "minder dan {threshold}",
    "method.quality.reason": "Reden",
    "method.quality.records": "Regels",
    "method.quality.text": (
        "Elke regel die binnenkomt is geteld: gebruikt, afgekeurd met een reden, of zonder plaats. Ook deze "
        "aantallen worden niet getoond onder de drempel van {threshold}."
    ),
    "method.quality.title": "Kwaliteit van de bronnen",
    "method.quality.what": "Wat",
    "method.statuses.missing": "Er zijn geen gegevens aangeleverd. We weten het dus niet.",
    "method.statuses.not_applicable": (
        "Het cijfer heeft hier geen betekenis, bijvoorbeeld omdat er niets is om door te delen."
    ),
    "method.statuses.published": "Het cijfer staat op de kaart. Aantallen zijn afgerond.",
    "method.statuses.suppressed": (
        "We kennen het cijfer maar tonen het niet, omdat het iets zou kunnen verraden over mensen of bedrijven. Of "
        "het klein is of alleen nodig om een ander cijfer te beschermen, is niet te zien. Verborgen is dus niet "
        "hetzelfde als laag."
    ),
    "method.statuses.text": (
        "Vier dingen die op elkaar lijken en toch verschillen. Nul is een gewoon cijfer: er is niets geteld."
    ),
    "method.statuses.title": "Getoond, verborgen, onbekend, niet van toepassing",
    "method.title": "Methode en bronnen",
    "nav.main": "Hoofdmenu",
    "nav.map": "Kaart",
    "nav.method": "Methode en bronnen",
    "nav.protection": "Bescherming",
    "nav.skip_choices": "Naar de keuzes",
    "nav.skip_table": "Naar de tabel",
    "noscript": "Voor de kaart is JavaScript nodig. De cijfers kunt u zonder JavaScript downloaden:",
    "note.closer": "Deze zeshoeken zijn te klein om vanaf hier te zien. Zoom verder in.",
    "note.closer_hexes": "grotere zeshoeken",
    "note.closer_instead": "Deze zeshoeken zijn te klein om vanaf hier te zien; u ziet nu {shown}. Zoom verder in.",
    "note.deviation": "Wat u zag wordt niet vergeleken; u ziet nu {period}, per {level}.",
    "note.follow": "Over {period} zijn er alleen cijfers per {levels}; verder inzoomen geeft geen kleinere gebieden.",
    "note.hotspot": "Wat u zag heeft geen hotspots; u ziet nu {period}, per {level}.",
    "note.level": (
        "Over {period} zijn er alleen cijfers per {levels}, omdat kleinere aantallen te veel zouden verraden; u ziet "
        "nu {shown} in plaats van {wanted}."
    ),
    "note.level_subject": "Dit onderwerp is er niet per {wanted}; u ziet het nu per {shown}.",
    "note.period": (
        "Per {level} zijn er alleen cijfers over {periods}, omdat kleinere aantallen te veel zouden verraden; u ziet "
        "nu {shown}."
    ),
    "note.period_subject": "Dit onderwerp is er niet over {wanted}; u ziet nu {shown}.",
    "pattern": "Een patroon, geen bewijs.",
    "period.all": "{period} samen",
    "protect.audit.again": (
        "Iedereen die deze uitgave heeft, kan de controle zelf opnieuw doen. Dezelfde versie van Zicht geeft "
        "hetzelfde bestand, letter voor letter:"
    ),
    "protect.audit.alone": "Geen: deze uitgave is op zichzelf gecontroleerd.",
    "protect.audit.broken": "De regel houdt niet stand: er zijn getallen die te precies zijn af te leiden.",
    "protect.audit.checked": "Gecontroleerd",
    "protect.audit.checked_text": "{targets} grenzen van verborgen aantallen, in {systems} samenhangende tabellen.",
    "protect.audit.holds": "De regel houdt stand, voor elk verborgen aantal.",
    "protect.audit.narrowest": "Nauwste grens",
    "protect.audit.narrowest_text": "Elk verborgen aantal dat boven nul kan zijn, kan nog minstens {narrowest} zijn.",
    "protect.audit.none": "Van deze uitgave is er geen geldig bewijs van controle.",
    "protect.audit.outcome": "Uitkomst",
    "protect.audit.text": (
        "Een apart programma doet alsof het een lezer is die alles optelt en aftrekt wat er staat. Het kent de "
        "geheime gegevens niet. Voor elk verborgen aantal rekent het uit hoe hoog dat hoogstens kan zijn."
    ),
    "protect.audit.title": "Hoe dit is gecontroleerd",
    "protect.audit.with": "Samen met eerdere uitgaven",
    "protect.data": "Deze gegevens voor programma's (JSON)",
    "protect.draft.asked": "Dit is een concept. Publiceer deze cijfers niet.",
    "protect.draft.broken": (
        "Dit is een concept. De controle vond getallen die zijn af te leiden. Publiceer deze cijfers niet."
    ),
    "protect.draft.invalid": (
        "Dit is een concept. Het bewijs van de controle hoort niet bij deze uitgave of is veranderd. Publiceer deze "
        "cijfers niet."
    ),
    "protect.draft.primary": (
        "Dit is een concept. Elk klein aantal is verborgen, maar of het uit andere cijfers is af te leiden, is niet "
        "voorkomen. Wat hieronder staat over samen beschermen geldt hier nog niet."
    ),
    "protect.draft.unaudited": (
        "Dit is een concept. De bescherming is nog niet gecontroleerd. Publiceer deze cijfers niet."
    ),
    "protect.lead": "Welke cijfers verborgen zijn, waarom, en wat u daar wel en niet op mag bouwen.",
    "protect.not.elsewhere": (
        "Wat anderen publiceren, of wat eerder is gepubliceerd, kan samen met deze cijfers meer verraden. "
        "Gecontroleerd is alleen wat hierboven staat."
    ),
    "protect.not.group": (
        "Een getoond cijfer over een gebied zegt iets over een groep. Het kan mensen raken die er niets mee te maken "
        "hebben."
    ),
    "protect.not.knowledge": (
        "Wie zelf al veel weet van een plek, kan meer afleiden dan een gewone lezer. De marge rekent op een paar "
        "gevallen eigen kennis, niet op meer."
    ),
    "protect.not.low": "Verborgen is niet hetzelfde als laag, en ook niet hetzelfde als verdacht.",
    "protect.not.records": "De controle zegt niet of de gegevens kloppen. Zie daarvoor de kwaliteit van de bronnen.",
    "protect.not.something": (
        "Dat er iets is geteld, of juist niets, is geen geheim. Waar nul wordt getoond, is een verborgen aantal "
        "minstens 1. De regel gaat over hoe hoog een aantal kan zijn, niet over hoe laag."
    ),
    "protect.not.title": "Wat dit niet belooft",
    "protect.rule.bound": (
        "Na alles optellen en aftrekken moet elk verborgen aantal dat boven nul kan zijn, nog minstens zo hoog "
        "kunnen zijn als de drempel plus de marge. Zo is niet vast te stellen dat het klein is."
    ),
    "protect.rule.joint": (
        "Daarna worden andere aantallen verborgen, net zo lang tot de kleine niet meer zijn af te leiden. Aan een "
        "verborgen cijfer is niet te zien waarom het verborgen is."
    ),
    "protect.rule.less": (
        "Een grens mag alleen lager zijn als iedereen dat al kan weten: omdat op die plek niet meer kan bestaan, of "
        "omdat een getoond aantal van een groter gebied al zo laag is."
    ),
    "protect.rule.numbers": (
        "In deze uitgave, voor elk onderwerp: drempel {threshold}, marge {margin}, afgerond op {rounding}."
    ),
    "protect.rule.rounding": "Getoonde aantallen worden afgerond. Zo verraadt een verschil van één niets.",
    "protect.rule.threshold": (
        "Een aantal onder de drempel wordt niet getoond. Bij sommige onderwerpen wordt nul wel getoond: zie de tabel."
    ),
    "protect.rule.title": "De regel",
    "protect.table.cells": "Cijfers",
    "protect.table.hidden": "Verborgen",
    "protect.table.margin": "Marge",
    "protect.table.narrowest": "Nauwste grens",
    "protect.table.rounding": "Afgerond op",
    "protect.table.text": (
        "Geteld in de uitgave zelf, over alle jaren en alle soorten gebieden. De nauwste grens komt uit de controle: "
        "elk verborgen aantal dat boven nul kan zijn, kan nog minstens zo hoog zijn."
    ),
    "protect.table.threshold": "Drempel",
    "protect.table.title": "Per onderwerp",
    "protect.table.zeros": "Nul",
    "protect.table.zeros.publish": "getoond",
    "protect.table.zeros.suppress": "verborgen",
    "protect.title": "Hoe deze cijfers zijn beschermd",
    "protect.what.sums": (
        "Gebieden tellen op tot grotere gebieden, jaren tot alle jaren samen, en zeshoeken liggen dwars over wijken "
        "en buurten heen. Daarom zijn al die cijfers van een onderwerp samen beschermd, en niet ieder apart."
    ),
    "protect.what.text": (
        "Deze uitgave heeft {cells} aantallen en bedragen. Daarvan zijn er {hidden} verborgen ({percent}%), om "
        "mensen en bedrijven te beschermen."
    ),
    "protect.what.title": "Wat er is beschermd",
    "protection.joint": "gezamenlijke onderdrukking",
    "protection.primary": "alleen primaire onderdrukking",
    "receipt.caveats": "Let op",
    "receipt.check.alone": "De klasse is berekend uit gepubliceerde cijfers alleen.",
    "receipt.check.amount": (
        "Een bedrag staat er alleen waar het van ten minste {threshold} personen of bedrijven is en geen daarvan het "
        "bepaalt; het is afgerond op {rounding}."
    ),
    "receipt.check.files": "Elk bestand van de uitgave is gelijk aan wat is vastgelegd (SHA-256).",
    "receipt.check.protection.asked": "Concept: niet publiceren.",
    "receipt.check.protection.broken": "Concept: de controle vond getallen die zijn af te leiden.",
    "receipt.check.protection.invalid": "Concept: het bewijs van de controle klopt niet.",
    "receipt.check.protection.joint": (
        "Uit de getoonde cijfers is niet vast te stellen dat een verborgen aantal klein is; dat is nagerekend."
    ),
    "receipt.check.protection.primary": (
        "Concept: kleine cijfers zijn verborgen; of ze uit andere cijfers zijn af te leiden is nog niet gecontroleerd."
    ),
    "receipt.check.protection.unaudited": "Concept: als geheel beschermd, maar nog niet gecontroleerd.",
    "receipt.check.threshold": "Aantallen onder {threshold} zijn verborgen; andere zijn afgerond op {rounding}.",
    "receipt.check.threshold_exact": "Aantallen onder {threshold} zijn verborgen.",
    "receipt.check.zeros.publish": "Nul wordt getoond.",
    "receipt.check.zeros.suppress": "Nul wordt ook verborgen.",
    "receipt.checks": "Controles",
    "receipt.class": "Klasse",
    "receipt.class.neighbours": "Vergeleken met {count} buurgebieden, waarvan {suppressed} verborgen.",
    "receipt.class.ratio": (
        "Dit gebied en zijn buren hebben samen {low} tot {high} keer zoveel als past bij het gemiddelde."
    ),
    "receipt.class.ratio_one": "Dit gebied en zijn buren hebben samen {low} keer zoveel als past bij het gemiddelde.",
    "receipt.class.q": "Kans op toeval na correctie (q): {low} tot {high}; hotspot bij hoogstens {alpha}.",
    "receipt.class.q_one": "Kans op toeval na correctie (q): {low}; hotspot bij hoogstens {alpha}.",
    "receipt.definition": "Definitie",
    "receipt.exposure": "Gedeeld door",
    "receipt.formula": "Berekening",
    "receipt.formula.rate": "{numerator} gedeeld door {exposure}, keer {per}",
    "receipt.legal_basis": "Grondslag",
    "receipt.numerator": "Wat is geteld",
    "receipt.owner": "Eigenaar",
    "receipt.purpose": "Doel",
    "receipt.rebuild": "Zelf narekenen",
    "receipt.release": "Uitgave",
    "receipt.source": "Bron",
    "receipt.status": "Status",
    "receipt.title": "Hoe komt dit getal tot stand?",
    "reference.country": "de rest van het land",
    "reference.country.choice": "De rest van het land",
    "reference.country.explain": "Het cijfer van alle andere gebieden samen.",
    "reference.gemeente": "de rest van de gemeente",
    "reference.gemeente.choice": "De rest van de gemeente",
    "reference.gemeente.explain": "Het cijfer van de andere gebieden in dezelfde gemeente.",
    "reference.similar": "vergelijkbare gebieden",
    "reference.similar.choice": "Vergelijkbare gebieden",
    "reference.similar.explain": (
        "De gebieden die er het meest op lijken, onder meer in dichtheid en soort huishoudens."
    ),
    "reference.unexplained": "wat op grond van de omgeving te verwachten is",
    "reference.unexplained.choice": "Wat te verwachten is",
    "reference.unexplained.explain": (
        "Wat dichtheid en soort huishoudens doen verwachten. Wat overblijft is niet verklaard, en daarmee nog niet "
        "verdacht."
    ),
    "reference.urbanity": "even stedelijke gebieden",
    "reference.urbanity.choice": "Even stedelijke gebieden",
    "reference.urbanity.explain": (
        "Gebieden met ongeveer evenveel adressen per vierkante kilometer (vijf klassen van het CBS)."
    ),
    "search.hint": "Naam of code",
    "search.label": "Zoek een gebied",
    "search.none": "Niets gevonden",
    "search.results": "{count} gevonden",
    "spots.at_least": "Ten minste",
    "spots.hexes": "Zeshoeken (H3)",
    "spots.line": "{name}: ten minste {least} in {years} jaar",
    "spots.none": "Geen enkel hotspotvenster haalde het vereiste aantal.",
    "spots.pattern": "Een patroon, geen bewijs. Buiten een hotspotvenster kan ook veel zijn gevonden.",
    "spots.text": (
        "Hotspotvensters in {period}: gebieden die vooraf zijn vastgelegd en waarin ten minste zoveel is gevonden. "
        "Het aantal zelf wordt niet gegeven. Dat een gebied ontbreekt, zegt niet dat er niets is gevonden."
    ),
    "spots.title": "Hotspotvensters",
    "spots.where": "Waar",
    "status.changed": "{indicator}, {period}, per {level}. {shown} van {total} gebieden hebben een cijfer.",
    "status.missing": "Onbekend",
    "status.not_applicable": "Niet van toepassing",
    "status.published": "Getoond",
    "status.selected": "Gekozen: {name}, {value}.",
    "status.suppressed": "Verborgen",
    "table.area": "Gebied",
    "table.caption": "Dezelfde cijfers als op de kaart",
    "table.class": "Klasse",
    "table.empty": "Geen gebieden.",
    "table.in_sight": "{count} in en om het beeld",
    "table.scroll": "Schuif de tabel opzij voor meer kolommen.",
    "table.sort": "Sorteren op {column}",
    "table.title": "Tabel",
    "table.value": "Waarde",
    "title.separator": "·",
    "tooltip.source": "Bron: {source}",
    "unit.over_years": "{unit} opgeteld over {years} jaar",
}
