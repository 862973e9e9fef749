"""English words that are no part of a term: small words, and the verbs and adjectives of any report."""

from __future__ import annotations

STOP_WORDS = frozenset(
    (
        "a about above across after again against ago all allow allowing allows almost along already also although "
        "always am among an and another any anyone anything are around as ask at available away back bad based be "
        "became because become been before being best better between big both but by call called can cannot come "
        "comes consider could cover covers current currently deal did different discuss discusses do does doing done "
        "down due during each early easy either else enough especially even ever every everything excited existing "
        "far feel few find finds first focus focused focusing for forward found free from full further future gave "
        "get gets getting give given gives go goes going good got great had happy hard has have having he help helps "
        "her here high him his hope how however i if important improve improved improves in include included includes "
        "including instead interested interesting into introduce introduced introduces is it its itself just keep key "
        "kind know known large larger last latest lead leading learn least less let like likely little ll long look "
        "looking looks lot low made main make makes making many may maybe me mean means might more most much must my "
        "near nearly necessary need needed needs never new news next nice no non not nothing now of off often old on "
        "once one ones only open opens or original other others our out over overall own part past people perform "
        "performs please popular possible potential pretty previous probably propose proposed proposes provide "
        "provided provides publish published put quite rather re read ready real really recent recently related "
        "release released releases report reports result results right said same say says second see seem seems seen "
        "several she short should show showed shown shows similar simple simply since single small so some someone "
        "something soon start started still such take takes taking team tell than that the their them themselves then "
        "there these they thing things think this those though three through time times to together too took top "
        "towards tried try trying two under understand until up us use used useful user uses using usually ve various "
        "very via want wants was way ways we week well went were what when where whether which while who whole whose "
        "why will with within without won work worked working works would write year years yet you your"
    ).split()
)
