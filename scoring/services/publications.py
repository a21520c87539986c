"""What the public may see of a run: written down, published, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from scoring.models import Publication, ScoringRun
from scoring.publishing import Profile
from scoring.selectors.publications import PublicRun
from surveys.errors import Refused, Stale
from surveys.services.audit import audit
from surveys.texts import text_in

State = Publication.State

MOVES: Mapping[str, tuple[str, ...]] = {
    State.DRAFT: (State.PUBLIC,),
    State.PUBLIC: (State.WITHDRAWN,),
    State.WITHDRAWN: (State.PUBLIC,),
}
DONE = {State.PUBLIC: "publication.published", State.WITHDRAWN: "publication.withdrawn"}


@transaction.atomic
def publication_write(
    run: ScoringRun,
    *,
    slug: str,
    title: Mapping[str, str],
    words: Mapping[str, str],
    profile: Profile,
    user: User | None,
    publication: Publication | None = None,
) -> Publication:
    """Write down what would be seen; what is public already changes only after it was withdrawn."""
    _check_run(run)
    if not any(title.values()):
        raise Refused(_("Give the public page a title."))
    _check_profile(run, profile)
    if Publication.objects.filter(slug=slug).exclude(pk=publication.pk if publication else 0).exists():
        raise Refused(_("The address “%(slug)s” is taken: choose another.") % {"slug": slug})
    found = publication or Publication(run=run, created_by=user)
    if publication:
        found = Publication.objects.select_for_update().get(pk=publication.pk)
        if found.state == State.PUBLIC:
            raise Refused(_("This page is public. Withdraw it first; then change it."))
    old = _audited(found) if publication else {}
    found.slug, found.title, found.words, found.profile = slug, dict(title), dict(words), profile.stored()
    _check_texts(found)
    found.save()
    audit("publication.written", found, user=user, survey=run.survey, old=old, new=_audited(found))
    return found


@transaction.atomic
def publication_move(publication: Publication, to: str, *, user: User | None, reason: str = "") -> Publication:
    """Publish or withdraw: the one way. Refused where the move is not allowed, Stale where somebody was faster."""
    if to not in MOVES[publication.state]:
        wanted = State(to).label if to in State else repr(to[:20])
        raise Refused(
            _("A page that is %(from)s cannot become %(to)s.") % {"from": State(publication.state).label, "to": wanted}
        )
    _check_run(publication.run)
    new: dict[str, object] = {"state": to}
    if to == State.PUBLIC:
        _check_profile(publication.run, Profile.of(publication.profile))
        _check_texts(publication)
        new |= {"published_by": user, "published_at": timezone.now()}
    moved = Publication.objects.filter(pk=publication.pk, state=publication.state, profile=publication.profile)
    if not moved.update(**new):
        raise Stale(_("Somebody else changed this page a moment ago. Look at it again."))
    audit(
        DONE[State(to)], publication, user=user, survey=publication.run.survey,
        old={"state": publication.state}, new={**_audited(publication), "state": to}, reason=reason,
    )  # fmt: skip
    publication.refresh_from_db()
    return publication


def _check_run(run: ScoringRun) -> None:
    if run.preview:
        raise Refused(_("This is a preview: its weights were not locked. Only a stored run is published."))
    if not run.computed:
        raise Refused(_("The run is not computed yet."))


def _check_profile(run: ScoringRun, profile: Profile) -> None:
    if not profile.nodes:
        raise Refused(_("Choose one node at least."))
    if not profile.languages:
        raise Refused(_("Choose one language at least."))
    if not profile.names and not profile.shows_scores:
        raise Refused(_("Without names, show ranks and scores: nothing else would be left on the page."))
    if profile.scores and not profile.ranks:
        raise Refused(_("Scores tell the ranks. Show the ranks too, or leave out the scores."))
    if profile.own_weights and not profile.ranks:
        raise Refused(_("Own weights give ranks. Show the ranks too, or do not offer own weights."))
    if run.data_set.unit_count <= len(profile.hidden):
        raise Refused(_("All units are hidden: nothing would be left on the page."))


def _check_texts(publication: Publication) -> None:
    """No text that people typed may name what is hidden."""
    slips = PublicRun(publication).slips
    if slips:
        raise Refused(
            _("These texts name a unit that is hidden: %(places)s. Change the text, or show the unit.")
            % {"places": "; ".join(slips)}
        )


def _audited(publication: Publication) -> dict[str, object]:
    """Hidden units by their names: positions would say nothing to those who read the log."""
    units = dict(publication.run.data_set.units.values_list("position", "name"))
    hidden = [units[position + 1] for position in publication.profile.get("hidden", ())]
    return {
        "run": publication.run.number,
        "page": publication.slug,
        "title": text_in(publication.title),
        "profile": {**publication.profile, "hidden": hidden},
    }
