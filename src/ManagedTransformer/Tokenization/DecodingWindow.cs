namespace ManagedTransformer.Tokenization;

/// <summary>
/// Decodes ids one at a time where a decoder looks at more than one token: decodes the last tokens again with each new one and gives out
/// what was added. Text is held back while it ends in an incomplete character, and where the decoder would still change it.
/// </summary>
/// <param name="tokenizer">The tokenizer.</param>
internal sealed class DecodingWindow(PipelineTokenizer tokenizer)
{
    // The window is moved when it has grown to twice what stays in it.
    private const int Kept = 16;

    private readonly List<int> _ids = [];
    private string _given = "";

    /// <summary>Begins behind other ids, whose text is out already; gives the end of it.</summary>
    public string Follow(ReadOnlySpan<int> ids)
    {
        _ids.AddRange(ids.Length > Kept ? ids[^Kept..] : ids);
        return _given = Decode();
    }

    /// <summary>The text that became complete with an id.</summary>
    public string Append(int id)
    {
        _ids.Add(id);
        string text = Decode(), safe = Safe(text);
        if (safe.EndsWith('\uFFFD') || !safe.StartsWith(_given, StringComparison.Ordinal))
        {
            return "";
        }

        string added = safe[_given.Length..];
        _given = safe;
        if (safe.Length == text.Length)
        {
            Move();
        }

        return added;
    }

    /// <summary>What is left, and a new beginning.</summary>
    public string Flush()
    {
        string text = Decode();
        string rest = text.StartsWith(_given, StringComparison.Ordinal) ? text[_given.Length..] : "";
        _ids.Clear();
        _given = "";
        return rest;
    }

    // What stays whatever comes next: the part that is the same behind each of a few tokens that change most.
    private string Safe(string text)
    {
        int length = text.Length;
        foreach (int probe in tokenizer.Probes)
        {
            _ids.Add(probe);
            length = Math.Min(length, text.AsSpan(0, length).CommonPrefixLength(Decode()));
            _ids.RemoveAt(_ids.Count - 1);
        }

        return text[..length];
    }

    private string Decode() => tokenizer.Decode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_ids));

    // Tokens may go when the rest decodes to the end of the whole: then nothing depends on them any more.
    private void Move()
    {
        if (_ids.Count < 2 * Kept)
        {
            return;
        }

        for (int first = _ids.Count - Kept; first > 0; first--)
        {
            string rest = tokenizer.Decode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_ids)[first..]);
            if (rest.Length > 0 && !rest.StartsWith('\uFFFD') && _given.EndsWith(rest, StringComparison.Ordinal))
            {
                _ids.RemoveRange(0, first);
                _given = rest;
                return;
            }
        }
    }
}
