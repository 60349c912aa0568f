"""What is on other machines: requests to servers (:mod:`kg.remote.connection`)."""
