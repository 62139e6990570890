from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id at OWASP's second setting: 19 MiB, so that a class signing in at once fits."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
