"""The settings of the environment with the options of a command line laid over them."""

from penstock.settings import Settings, load_settings


def configured(**options: object) -> Settings:
    """Return the settings; an option that is None leaves the environment's value.

    Raises:
        InvalidInputError: a variable has a value that is not allowed.
    """
    # The options were checked by the command line, within the bounds of the settings.
    return load_settings().model_copy(update={name: value for name, value in options.items() if value is not None})
