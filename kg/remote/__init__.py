"""What is elsewhere: servers (:mod:`kg.remote.connection`) and files in storage (:mod:`kg.remote.storage`)."""
