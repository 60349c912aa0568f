"""Papers from services on the web, written to files that builds read: only when a user says so.

A service is asked for one page after the other, politely (:mod:`kg.fetching.polite`). What it answers is kept as JSON
lines; a fetch that was ended goes on where it was (:mod:`kg.fetching.keeping`). It takes the packages of the extra
``fetch``, which are loaded when a service is asked.
"""

from kg.fetching.keeping import Fetched, check, fetch
from kg.fetching.services import SERVICES

__all__ = ["SERVICES", "Fetched", "check", "fetch"]
