"""Two services that do the same: `tablesDB`, and `databases` with the words that it had before."""

PAIRS = [("table", "collection"), ("Table", "Collection"), ("column", "attribute"), ("Column", "Attribute"),
         ("row", "document"), ("Row", "Document")]


class Words:
    """A service that is spoken to as `tablesDB`, and asked and answered in its own words."""

    def __init__(self, t, name):
        self.name, self._t = name, t
        self._translates = name == "databases"

    def said(self, text):
        """Names and types of errors as this service says them."""
        if self._translates:
            for ours, theirs in PAIRS:
                text = text.replace(ours, theirs)
        return text

    def operation(self, **members):
        """An operation of a transaction."""
        return {self.said(name): value for name, value in members.items()}

    def by(self, caller):
        return Speaker(self, getattr(caller, self.name))

    def refused(self, code, type, function, *arguments, **named):
        return self._t.refused(code, self.said(type), function, *arguments, **named)


class Speaker:
    def __init__(self, words, service):
        self._words, self._service = words, service

    def __getattr__(self, method):
        function = getattr(self._service, self._words.said(method))

        def call(*arguments, **named):
            answer = function(*arguments, **{self._words.said(name): value for name, value in named.items()})
            return Answer.of(answer, self._words)

        return call


class Answer:
    """A model of the SDK, whose members are found under the names of `tablesDB`."""

    def __init__(self, model, words):
        self._model, self._words = model, words

    @staticmethod
    def of(value, words):
        if isinstance(value, list):
            return [Answer.of(item, words) for item in value]
        return Answer(value, words) if hasattr(value, "model_fields_set") else value

    @property
    def kind(self):
        return type(self._model).__name__.split("[")[0]

    def __getattr__(self, name):
        return Answer.of(getattr(self._model, self._words.said(name)), self._words)

    def __eq__(self, other):
        return self._model == other._model

    def __repr__(self):
        return repr(self._model)
