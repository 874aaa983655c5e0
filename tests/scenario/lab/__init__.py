# SPDX-License-Identifier: Apache-2.0
"""What a scenario stands on: hosts (libvirt.py), a database
(mariadb.py), the server under test (muster.py),
its clients (web.py), and the processes and folders below them (process.py).
Nothing here asserts anything about Muster but that it ends in order."""
