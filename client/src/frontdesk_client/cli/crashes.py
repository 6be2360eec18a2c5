"""What a crash of the command may leave behind: no core file, for tokens and secrets in use lie in memory."""

# Linux writes no file under one byte, and never asks the program that collects cores at exactly this limit; at zero
# it would ask it (core(5), "Piping core dumps to a program").
NO_CORE = 1


def leave_no_core() -> None:
    """For this process and all that it starts."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (NO_CORE, NO_CORE))
    except (ImportError, OSError, ValueError):
        pass  # not this system's way, or a lower limit is set already
