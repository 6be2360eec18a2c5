"""Telling in a tenth of a microsecond whether anybody committed: the WAL-index's header, where SQLite mapped it.

`PRAGMA data_version` says the same and takes locks for it, which cost a check more than its decision. The header lies
in memory that all processes of the host share (https://sqlite.org/walformat.html §2.1): two copies of 48 bytes, with a
counter of changes and a checksum over the log, rewritten by every commit before it is acknowledged. As long as both
copies are the bytes that they were, nobody committed. What a change means is still asked of SQLite.

The address is SQLite's own, asked for through its public interface for file systems (`sqlite3_io_methods`). Opening the
file beside it would not do: closing it again would drop every lock that this process holds on it (fcntl(2)).
"""

import ctypes

import apsw

HEADERS = 96  # bytes: two copies of 48
_REGION = 32_768  # bytes: what SQLite maps at once
_WITH_SHARED_MEMORY = 2  # version of the interface

_ShmMap = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.c_void_p)
)


class _Methods(ctypes.Structure):
    _fields_ = (
        ("version", ctypes.c_int),
        ("of_any_file", ctypes.c_void_p * 12),  # xClose to xDeviceCharacteristics
        ("shm_map", _ShmMap),
    )


class _File(ctypes.Structure):
    _fields_ = (("methods", ctypes.POINTER(_Methods)),)


class WalIndex:
    """The header as one connection has it mapped. It must not be read once that connection is closed."""

    __slots__ = ("_headers",)

    def __init__(self, address: int) -> None:
        """Use `watch`."""
        self._headers = (ctypes.c_char * HEADERS).from_address(address)

    def read(self) -> bytes:
        """Both copies as they are now."""
        return self._headers.raw


def watch(connection: apsw.Connection) -> WalIndex | None:
    """The header that this connection, which has read before, has mapped; None where it has none to show."""
    file = ctypes.POINTER(_File)()
    if not connection.file_control("main", apsw.SQLITE_FCNTL_FILE_POINTER, ctypes.addressof(file)) or not file:
        return None
    methods = file.contents.methods
    if not methods or methods.contents.version < _WITH_SHARED_MEMORY or not methods.contents.shm_map:
        return None
    address = ctypes.c_void_p()
    failed = methods.contents.shm_map(ctypes.cast(file, ctypes.c_void_p), 0, _REGION, 0, ctypes.byref(address))
    if failed or address.value is None:
        return None
    index = WalIndex(address.value)
    headers = index.read()
    # Halves that differ, or none, are no header of a log in use: then SQLite is asked each time, as without it.
    return index if headers[: HEADERS // 2] == headers[HEADERS // 2 :] and any(headers) else None
